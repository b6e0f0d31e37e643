"""Every setting of training, once: name, default, what it may be, what it is for."""

import dataclasses
import inspect
from dataclasses import dataclass
from typing import Any, Self

from halfmoon.components.optimizers import Optimizer
from halfmoon.components.rules import (
    BOOLEAN,
    COMPONENT,
    INF,
    NONE,
    Integer,
    Number,
    OneOf,
    Rule,
    check_settings,
    nearest,
    setting,
)


def of_updates(default: Any, rule: Rule, help: str) -> Any:
    """A setting of planned updates, which a solver such as L-BFGS cannot obey."""
    metadata = {"rule": rule, "help": help, "of_updates": True}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Raises ValueError for a setting that breaks its rule. A solver such as L-BFGS
    refuses what belongs to planned updates.
    """

    optimizer: Any = setting(
        "adam",
        COMPONENT,
        "the update rule, or a solver such as 'lbfgs': a name, or an instance",
    )
    learning_rate: float = of_updates(
        0.001, Number("(", 0, INF, ")"), "eta: how far each update goes"
    )
    schedule: Any = of_updates(
        "constant", COMPONENT, "how the learning rate changes as training goes on"
    )
    epochs: int = setting(
        200, Integer("[", 1, INF, ")"), "passes over the data, at most"
    )
    updates: int | None = of_updates(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "updates in all after which it stops, in the middle of an epoch if need be; "
        "schedules go by the epochs all the same",
    )
    batch_size: int | None = of_updates(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "rows per update; None takes all rows (full batch)",
    )
    shuffle: bool = of_updates(
        True, BOOLEAN, "whether minibatches are drawn anew each epoch"
    )
    l2: float = setting(
        0.0, Number("[", 0, INF, ")"), "lam: penalty lam/2 sum |W|^2 on the mean loss"
    )
    l1: float = of_updates(
        0.0, Number("[", 0, INF, ")"), "penalty l1 sum |W| on the mean loss"
    )
    clip: float | None = of_updates(
        None,
        NONE | Number("(", 0, INF, ")"),
        "longest gradient (its 2-norm) let through",
    )
    decay: float | None = of_updates(
        None,
        NONE | Number("[", 0, INF, ")"),
        "decoupled weight decay; None takes the optimizer's own",
    )
    decay_schedule: Any = of_updates(
        "constant", COMPONENT, "how the decoupled decay changes as training goes on"
    )
    dropout_schedule: Any = of_updates(
        "constant",
        COMPONENT,
        "how the layers' dropout rates change as training goes on",
    )
    average: float | None = of_updates(
        None,
        NONE | Number("(", 0, 1, ")"),
        "memory of the running average of the weights; None keeps none",
    )
    monitor: str = setting(
        "loss",
        OneOf("loss", "score"),
        "what decides which epoch is best, and when to stop",
    )
    patience: int | None = setting(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "epochs without improvement before stopping; None never stops early",
    )
    tol: float = setting(
        0.0, Number("[", 0, INF, ")"), "an improvement counts if it is larger than this"
    )
    seconds: float | None = setting(
        None, NONE | Number("(", 0, INF, ")"), "time budget; None has none"
    )
    seed: int = of_updates(
        0,
        Integer("[", 0, 18446744073709551616, ")"),
        "where shuffles and dropout masks come from",
    )
    engine: str = setting(
        "auto",
        OneOf("auto", "compiled", "numpy"),
        "who carries out the updates; auto is compiled wherever that is possible",
    )
    n_threads: int | None = setting(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "threads of the compiled engine, at most; None: as many as make it faster",
    )

    def __post_init__(self) -> None:
        check_settings(self)

    def decay_with(self, optimizer: Optimizer) -> float:
        """The decoupled decay: that which is set, or else the optimizer's own."""
        return optimizer.decay if self.decay is None else self.decay

    def changed_of_updates(self) -> list[str]:
        """The settings of planned updates that differ from their defaults."""
        return [
            field.name
            for field in dataclasses.fields(self)
            if "of_updates" in field.metadata
            and getattr(self, field.name) != field.default
        ]

    @classmethod
    def of(cls, options: dict[str, Any], whole: Self | None = None) -> Self:
        """Settings from keyword options, or given as a whole.

        Parameters
        ----------
        options : dict
            Settings by name.
        whole : Settings, optional
            Returned as it is.

        Returns
        -------
        Settings
            Those that are given; the others have their defaults.

        Raises
        ------
        TypeError
            For both at once, for settings that are none, and for a misspelt option,
            with the nearest name.
        """
        if whole is not None and options:
            raise TypeError(
                "Give settings as a whole or as options, not both; got settings and "
                f"{', '.join(options)}."
            )
        if whole is not None and not isinstance(whole, cls):
            raise TypeError(
                f"settings must be Settings(...), or be left out; got {whole!r}."
            )
        if whole is not None:
            return whole
        names = [field.name for field in dataclasses.fields(cls)]
        for name in options:
            if name not in names:
                raise TypeError(
                    f"There is no training setting {name!r}; {nearest(name, names)}"
                )
        return cls(**options)


def _parameters(cls: type) -> str:
    """A dataclass's settings as numpydoc lists them."""
    lines = ["Parameters", "----------"]
    for field in dataclasses.fields(cls):
        rule = field.metadata["rule"]
        lines.append(f"{field.name} : {rule}, default={field.default!r}")
        lines.append(f"    {field.metadata['help'].capitalize()}.")
    return "\n".join(lines)


EXAMPLES = """
Examples
--------
>>> Settings(optimizer="adam", epochs=50).learning_rate
0.001
"""
Settings.__doc__ = "\n".join(
    [inspect.getdoc(Settings) or "", "", _parameters(Settings), EXAMPLES]
)
