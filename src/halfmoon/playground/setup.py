"""Every control of the playground as one value: what the page's address carries."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from halfmoon.components.features import PLANE
from halfmoon.components.rules import (
    INF,
    NONE,
    TEXT,
    TEXTS,
    Integer,
    Kind,
    Number,
    Rule,
    Several,
    check_name,
    check_settings,
    setting,
)
from halfmoon.training.settings import Settings

MOST_UNITS = 64
MOST_LAYERS = 6


def of_training(name: str, default: Any = None, rule: Rule | None = None) -> Any:
    """A setting of training, by its name there; its rule may be narrower here."""
    known = {field.name: field for field in dataclasses.fields(Settings)}[name]
    return setting(default, rule or known.metadata["rule"], known.metadata["help"])


@dataclass(frozen=True)
class Setup:
    """What data are learned from, by which network, in which way.

    Raises ValueError for a value that breaks its rule.

    Examples
    --------
    >>> Setup().change(hidden=[4, 3], activations=["tanh", "relu"]).hidden
    (4, 3)
    """

    # data: a data set by name ("spiral:arms=3"), "drawn", or "table"
    data: str = setting("moons", TEXT, "what is learned from")
    rows: int = setting(200, Integer("[", 4, 20_000, "]"), "how many rows are drawn")
    noise: float = setting(0.2, Number("[", 0, 2, "]"), "how far rows are scattered")
    data_seed: int = setting(
        0, Integer("[", 0, 4294967295, "]"), "where the rows come from"
    )
    test_share: float = setting(
        0.2, Number("[", 0, 0.9, "]"), "which share of the rows is kept for testing"
    )
    features: tuple[str, ...] = setting(
        PLANE, TEXTS, "what the network is given of a point, or besides columns"
    )
    target: str | None = setting(
        None, NONE | TEXT, "the column of a table that is predicted"
    )
    task: str | None = setting(
        None, NONE | TEXT, "what the target is, if its values alone do not say it"
    )
    groups: str | None = setting(
        None, NONE | TEXT, "the column whose groups stay together in the test rows"
    )
    axes: tuple[str, ...] = setting(
        (), TEXTS, "the two columns of a table that are shown; none: chosen"
    )
    # network
    hidden: tuple[int, ...] = setting(
        (3,),
        Kind("no units", lambda value: value == ())
        | Several(Integer("[", 1, MOST_UNITS, "]")),
        "units of each hidden layer",
    )
    activations: tuple[str, ...] = setting(
        ("tanh",), TEXTS, "the activation of each hidden layer"
    )
    loss: str = setting("auto", TEXT, "what training makes small; auto suits the task")
    initializer: str = setting(
        "auto", TEXT, "how weights start; auto suits the activation"
    )
    seed: int = setting(
        0, Integer("[", 0, INF, ")"), "where weights, shuffles and masks come from"
    )
    # training; these change while it trains
    optimizer: str = setting("gd", TEXT, "the update rule")
    learning_rate: float = of_training("learning_rate", 1.0, Number("(", 0, 100, "]"))
    schedule: str = of_training("schedule", "constant", TEXT)
    batch_size: int | None = of_training("batch_size")
    l2: float = of_training("l2", 0.0, Number("[", 0, 10, "]"))
    l1: float = of_training("l1", 0.0, Number("[", 0, 10, "]"))
    dropout: float = setting(
        0.0,
        Number("[", 0, 0.9, "]"),
        "share of the hidden units that is left out of each update",
    )
    clip: float | None = of_training("clip")
    # the end
    epochs: int = of_training("epochs", 20_000, Integer("[", 1, 10_000_000, "]"))
    stop_loss: float | None = setting(
        None, NONE | Number("(", 0, INF, ")"), "test loss at which it stops"
    )
    stop_score: float | None = setting(
        None, NONE | Number("(", 0, 1, "]"), "test score at which it stops"
    )
    patience: int | None = setting(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "epochs without a better test loss after which it stops",
    )
    shuffle: bool = of_training("shuffle", True)

    def __post_init__(self) -> None:
        check_settings(self)
        if len(self.hidden) > MOST_LAYERS:
            raise ValueError(
                f"There may be at most {MOST_LAYERS} hidden layers; got "
                f"{len(self.hidden)}."
            )
        if len(self.activations) != len(self.hidden):
            raise ValueError(
                f"{len(self.hidden)} hidden layers need as many activations; got "
                f"{len(self.activations)}."
            )

    def change(self, **changes: Any) -> Self:
        """This setup with other values; ValueError for a name that is none."""
        for name in changes:
            check_name("setting", name, vars(self))
        return dataclasses.replace(self, **changes)
