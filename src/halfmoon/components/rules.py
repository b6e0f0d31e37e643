"""Rules: what a setting may be, as data that prints itself.

A setting is a dataclass field with a default, a rule and a help text. The rule is an
object: `str` of it is what error messages and documentation show, `allows` is the
check, `read` gives a value in the form in which it is kept. So the three cannot differ.

    Number("[", 0, 1, ")")              a number in [0, 1)
    NONE | Integer("[", 1, INF, ")")    None, or an integer in [1, inf)
    OneOf("loss", "score")              'loss' or 'score'
"""

import dataclasses
import difflib
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

INF = math.inf


class Rule:
    """What a value may be."""

    def allows(self, value: object) -> bool:
        """Whether `value` obeys this rule."""
        raise NotImplementedError(f"{type(self).__name__} must define allows(value).")

    def read(self, value: Any) -> Any:
        """An allowed value in the form in which it is kept."""
        return value

    def options(self) -> list["Rule"]:
        """The rules of which one must be obeyed: this one, if it is not a union."""
        return [self]

    def __or__(self, other: "Rule") -> "Rule":
        return Union((*self.options(), *other.options()))


@dataclass(frozen=True)
class Number(Rule):
    """A number in an interval, whose brackets are written as in mathematics.

    >>> str(Number("(", 0, INF, ")")), Number("(", 0, INF, ")").allows(0)
    ('a number in (0, inf)', False)
    """

    left: str
    low: float
    high: float
    right: str

    def __str__(self) -> str:
        return f"a number in {self.interval}"

    @property
    def interval(self) -> str:
        """The interval as text."""
        return f"{self.left}{self.low}, {self.high}{self.right}"

    def allows(self, value: object) -> bool:
        if not isinstance(value, Real) or isinstance(value, bool):
            return False
        number: Any = value
        if isinstance(value, int) and abs(value) > sys.float_info.max:
            return False  # `read` could make no float of it
        above = number >= self.low if self.left == "[" else number > self.low
        below = number <= self.high if self.right == "]" else number < self.high
        return bool(above and below)

    def read(self, value: Any) -> Any:
        """A whole number becomes a float."""
        return float(value) if isinstance(value, int) else value


@dataclass(frozen=True)
class Integer(Number):
    """A whole number in an interval.

    >>> Integer("[", 1, INF, ")").allows(2.0)
    False
    """

    def __str__(self) -> str:
        return f"an integer in {self.interval}"

    def allows(self, value: object) -> bool:
        return isinstance(value, Integral) and super().allows(value)

    def read(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Several(Rule):
    """A tuple of one or more numbers, each within the same interval.

    >>> str(Several(Integer("[", 2, INF, ")")))
    'integers in [2, inf)'
    """

    each: Number
    increasing: bool = False

    def __str__(self) -> str:
        kind = "integers" if isinstance(self.each, Integer) else "numbers"
        order = ", increasing" if self.increasing else ""
        return f"{kind} in {self.each.interval}{order}"

    def allows(self, value: object) -> bool:
        if not isinstance(value, tuple) or len(value) == 0:
            return False
        if not all(self.each.allows(entry) for entry in value):
            return False
        return not self.increasing or bool(np.all(np.diff(value) > 0.0))


@dataclass(frozen=True, init=False)
class OneOf(Rule):
    """One of a few words or constants.

    >>> str(OneOf("auto", "compiled", "numpy"))
    "'auto', 'compiled' or 'numpy'"
    """

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        *names, last = ["infinity" if v == INF else repr(v) for v in self.values]
        return f"{', '.join(names)} or {last}" if names else last

    def allows(self, value: object) -> bool:
        return any(
            type(value) is type(known) and value == known for known in self.values
        )

    def options(self) -> list[Rule]:
        return [OneOf(value) for value in self.values]


@dataclass(frozen=True)
class Union(Rule):
    """One of several rules, made by ``rule | rule``.

    >>> str(OneOf(True, False) | Integer("[", 0, INF, ")"))
    'True, False, or an integer in [0, inf)'
    """

    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        *others, last = map(str, self.rules)
        return f"{', '.join(others)}, or {last}"

    def allows(self, value: object) -> bool:
        return any(rule.allows(value) for rule in self.rules)

    def read(self, value: Any) -> Any:
        """The value as the first rule that allows it reads it."""
        for rule in self.rules:
            if rule.allows(value):
                return rule.read(value)
        return value

    def options(self) -> list[Rule]:
        return list(self.rules)


@dataclass(frozen=True)
class OrList(Rule):
    """What one rule allows, or a list or tuple of such.

    >>> OrList(Number("[", 0, 1, ")")).allows([0.0, 0.5])
    True
    """

    one: Rule

    def __str__(self) -> str:
        return f"{self.one}, or a list of them"

    def allows(self, value: object) -> bool:
        if isinstance(value, list | tuple):
            return all(self.one.allows(entry) for entry in value)
        return self.one.allows(value)

    def options(self) -> list[Rule]:
        return self.one.options()


@dataclass(frozen=True)
class Kind(Rule):
    """An object of some kind, which a function recognises.

    >>> str(Kind("a function", callable))
    'a function'
    """

    name: str
    is_one: Callable[[Any], bool]

    def __str__(self) -> str:
        return self.name

    def allows(self, value: object) -> bool:
        return self.is_one(value)


class _Component(Rule):
    """A component: its registry checks it when it is made."""

    def __str__(self) -> str:
        return "a name from the registry, or an instance"

    def allows(self, value: object) -> bool:
        return True


NONE = OneOf(None)
BOOLEAN = OneOf(True, False)
TEXT = Kind("a text", lambda value: isinstance(value, str))
TEXTS = Kind(
    "a list of texts",
    lambda value: isinstance(value, tuple) and all(map(TEXT.allows, value)),
)
COMPONENT = _Component()


def setting(default: Any, rule: Rule, help: str, **options: Any) -> Any:
    """A dataclass field that knows what it may be and what it is for.

    `options` are those of `dataclasses.field`.
    """
    metadata = {"rule": rule, "help": help}
    return dataclasses.field(default=default, metadata=metadata, **options)


def check_settings(owner: object) -> None:
    """Raise ValueError for the first field of a dataclass that breaks its rule.

    NumPy's numbers become Python's (which never widen float32), whole numbers become
    floats where any number will do, and lists become tuples. A default stays as it is
    declared.
    """
    for field in dataclasses.fields(owner):  # type: ignore[arg-type]
        rule = field.metadata.get("rule")
        value = getattr(owner, field.name)
        if value is field.default:
            continue
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, list):
            value = tuple(value)
        if rule is None:
            continue
        if not rule.allows(value):
            raise ValueError(
                f"{type(owner).__name__}: {field.name} must be {rule}; got {value!r}."
            )
        object.__setattr__(owner, field.name, rule.read(value))


def check_name(what: str, name: str, names: Iterable[str]) -> None:
    """ValueError for a name that is none of those there are of a kind of thing.

    >>> check_name("speed", "quik", ["slow", "quick"])
    Traceback (most recent call last):
    ValueError: There is no speed 'quik'; did you mean 'quick'? There are: slow, quick.
    """
    names = list(names)
    if name not in names:
        raise ValueError(f"There is no {what} {name!r}; {nearest(name, names)}")


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of an error message: the name probably meant, and all there are."""
    names = list(names)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    listed = f"there are: {', '.join(names)}."
    if not close:
        return listed
    return f"did you mean {close[0]!r}? {listed[0].upper()}{listed[1:]}"
