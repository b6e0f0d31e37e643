"""Every setting of training, once: name, default, what it may be, what it is for."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from halfmoon.components.rules import (
    BOOLEAN,
    COMPONENT,
    INF,
    NONE,
    Integer,
    Number,
    OneOf,
    check_settings,
    nearest,
    setting,
)


@dataclass(frozen=True)
class Settings:
    """How a network is trained. Blocks (optimizer, schedules) are named, or given as
    instances.
    """

    optimizer: Any = setting(
        "adam", COMPONENT, "the update rule: a name from the registry, or an instance"
    )
    learning_rate: float = setting(
        0.001, Number("(", 0, INF, ")"), "eta: how far each update goes"
    )
    schedule: Any = setting(
        "constant", COMPONENT, "how the learning rate changes as training goes on"
    )
    epochs: int = setting(
        200, Integer("[", 1, INF, ")"), "passes over the data, at most"
    )
    batch_size: int | None = setting(
        None,
        NONE | Integer("[", 1, INF, ")"),
        "rows per update; None takes all rows (full batch)",
    )
    shuffle: bool = setting(
        True, BOOLEAN, "whether minibatches are drawn anew each epoch"
    )
    l2: float = setting(
        0.0, Number("[", 0, INF, ")"), "lam: penalty lam/2 sum |W|^2 on the mean loss"
    )
    l1: float = setting(
        0.0, Number("[", 0, INF, ")"), "penalty l1 sum |W| on the mean loss"
    )
    clip: float | None = setting(
        None,
        NONE | Number("(", 0, INF, ")"),
        "longest gradient (its 2-norm) let through",
    )
    decay: float | None = setting(
        None,
        NONE | Number("[", 0, INF, ")"),
        "decoupled weight decay; None takes the optimizer's own",
    )
    decay_schedule: Any = setting(
        "constant", COMPONENT, "how the decoupled decay changes as training goes on"
    )
    dropout_schedule: Any = setting(
        "constant",
        COMPONENT,
        "how the layers' dropout rates change as training goes on",
    )
    average: float | None = setting(
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
    seed: int = setting(
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
        "threads of the compiled engine, at most; None takes all that pay",
    )

    def __post_init__(self) -> None:
        check_settings(self)

    @classmethod
    def of(cls, options: dict[str, Any], whole: Self | None = None) -> Self:
        """Settings from keyword options, or given whole; a misspelt option is answered
        with the nearest name.
        """
        if whole is not None and options:
            raise TypeError(
                "Give settings whole or as options, not both; got settings and "
                f"{', '.join(options)}."
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
