"""Every setting of training, and how settings are written: name, default, what it may
be, what it is for.

A rule is a sentence, and the sentence is the check: ``"a number in [0, 1)"`` is what
the error message prints, what the documentation shows and what `allows` obeys. So the
three cannot drift apart.
"""

import dataclasses
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

_INTERVAL = re.compile(r"(integer|number)(s?) in ([\[(])(\S+), (\S+)([\])])")


BLOCK = "a name from the shelf, or an instance"  # a rule that the shelf itself checks


def setting(default: Any, rule: str, help: str, **options: Any) -> Any:
    """A dataclass field that knows what it may be and what it is for; `options` are
    `dataclasses.field`'s.
    """
    return dataclasses.field(
        default=default, metadata={"rule": rule, "help": help}, **options
    )


def allows(rule: str, value: object) -> bool:
    """Whether `value` obeys `rule`.

    >>> allows("None, or an integer in [1, inf)", 0)
    False
    >>> allows("numbers in (0, 1)", (0.1, 0.9))
    True
    """
    if value is None or isinstance(value, bool | str):
        return repr(value) in rule
    if isinstance(value, float) and value == np.inf:
        return "infinity" in rule
    match = _INTERVAL.search(rule)
    if match is None:
        return False
    kind, many, left, low, high, right = match.groups()
    wanted: Any = Integral if kind == "integer" else Real
    values = value if many else (value,)
    if not isinstance(values, tuple) or len(values) == 0:
        return False
    return all(
        isinstance(v, wanted)
        and not isinstance(v, bool)
        and (v >= float(low) if left == "[" else v > float(low))
        and (v <= float(high) if right == "]" else v < float(high))
        for v in values
    )


def check_settings(owner: object) -> None:
    """Raise ValueError for the first field of a dataclass instance that breaks its
    rule.

    NumPy's numbers become Python's (which never widen float32), whole numbers become
    floats where any number will do, and lists become tuples.
    """
    for field in dataclasses.fields(owner):  # type: ignore[arg-type]
        rule = field.metadata.get("rule")
        value = getattr(owner, field.name)
        if isinstance(value, np.generic | list):
            value = tuple(value) if isinstance(value, list) else value.item()
        if rule is None:
            continue
        if "number" in rule and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        object.__setattr__(owner, field.name, value)
        if rule != BLOCK and not allows(rule, value):
            raise ValueError(
                f"{type(owner).__name__}: {field.name} must be {rule}; got {value!r}."
            )


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of an error message: the name probably meant, and all there are."""
    names = list(names)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    listed = f"there are: {', '.join(names)}."
    return f"did you mean {close[0]!r}? T{listed[1:]}" if close else listed


@dataclass(frozen=True)
class Settings:
    """How a network is trained. Blocks (optimizer, schedules) are named, or given as
    instances.
    """

    optimizer: Any = setting(
        "adam", BLOCK, "the update rule: a name from the shelf, or an instance"
    )
    learning_rate: float = setting(
        0.001, "a number in (0, inf)", "eta: how far each update goes"
    )
    schedule: Any = setting(
        "constant", BLOCK, "how the learning rate changes as training goes on"
    )
    epochs: int = setting(
        200, "an integer in [1, inf)", "passes over the data, at most"
    )
    batch_size: int | None = setting(
        None,
        "None, or an integer in [1, inf)",
        "rows per update; None takes all rows (full batch)",
    )
    shuffle: bool = setting(
        True, "True or False", "whether minibatches are drawn anew each epoch"
    )
    l2: float = setting(
        0.0, "a number in [0, inf)", "lam: penalty lam/2 sum |W|^2 on the mean loss"
    )
    l1: float = setting(
        0.0, "a number in [0, inf)", "penalty l1 sum |W| on the mean loss"
    )
    clip: float | None = setting(
        None,
        "None, or a number in (0, inf)",
        "longest gradient (its 2-norm) let through",
    )
    decay: float | None = setting(
        None,
        "None, or a number in [0, inf)",
        "decoupled weight decay; None takes the optimizer's own",
    )
    decay_schedule: Any = setting(
        "constant", BLOCK, "how the decoupled decay changes as training goes on"
    )
    dropout_schedule: Any = setting(
        "constant", BLOCK, "how the layers' dropout rates change as training goes on"
    )
    average: float | None = setting(
        None,
        "None, or a number in (0, 1)",
        "memory of the running average of the weights; None keeps none",
    )
    monitor: str = setting(
        "loss",
        "'loss' or 'score'",
        "what decides which epoch is best, and when to stop",
    )
    patience: int | None = setting(
        None,
        "None, or an integer in [1, inf)",
        "epochs without improvement before stopping; None never stops early",
    )
    tol: float = setting(
        0.0, "a number in [0, inf)", "an improvement counts if it is larger than this"
    )
    seconds: float | None = setting(
        None, "None, or a number in (0, inf)", "time budget; None has none"
    )
    seed: int = setting(
        0,
        "an integer in [0, 18446744073709551616)",
        "where shuffles and dropout masks come from",
    )
    engine: str = setting(
        "auto",
        "'auto', 'compiled' or 'numpy'",
        "who carries out the updates; auto is compiled wherever that is possible",
    )
    n_threads: int | None = setting(
        None,
        "None, or an integer in [1, inf)",
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
