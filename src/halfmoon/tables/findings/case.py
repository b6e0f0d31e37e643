"""What is looked at, what is found, and the words that findings share."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.cached import cached_property
from halfmoon.tables.cells import Column
from halfmoon.tables.findings.repeats import codes_of, same_rows
from halfmoon.tables.task import Target

Table = Mapping[str, Column]


@dataclass(frozen=True)
class Finding:
    """Something that was found in a table.

    `column` is the one that it is about, None if it is about rows or the target.
    `remedy` says what to do, and may be empty.
    """

    code: str
    title: str
    column: str | None
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence} {self.remedy}".rstrip()


@dataclass(frozen=True, eq=False)
class Case:
    """What is looked at: raw columns, those that are used as values, the target."""

    table: Table
    values: Mapping[str, Column]
    kinds: Mapping[str, str]
    target: Target | None
    seed: int

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(next(iter(self.table.values())))

    @cached_property
    def codes(self) -> dict[str, NDArray[np.intp]]:
        """A number for each different value of the columns that are used."""
        return {name: codes_of(column) for name, column in self.values.items()}

    @cached_property
    def alike(self) -> NDArray[np.intp]:
        """A number for each different row, by the columns that are used."""
        return same_rows(self.codes.values(), self.rows)


def count(number: int, word: str, several: str = "") -> str:
    """A number of things in words.

    >>> count(1, "class", "classes"), count(2000, "row")
    ('1 class', '2,000 rows')
    """
    return f"{number:,} {word if number == 1 else several or word + 's'}"


def columns_are(names: list[str]) -> str:
    """The subject of a sentence about these columns, and its verb.

    >>> columns_are(["a"]), columns_are(["a", "b"])
    ("Column 'a' is", "2 columns ('a', 'b') are")
    """
    if len(names) == 1:
        return f"Column {names[0]!r} is"
    return f"{len(names)} columns ({listed(names)}) are"


def option(name: str, column: str, kind: str = "") -> str:
    """What is to be said, on the command line and in Python.

    >>> option("time", "since"), option("columns", "end date", "id")
    ('--time since, in Python time=table["since"]', \
"--columns 'end date=id', in Python columns={'end date': 'id'}")
    """
    if kind:
        said = shlex.quote(f"{column}={kind}")
        return f"--{name} {said}, in Python {name}={{{column!r}: {kind!r}}}"
    return f'--{name} {shlex.quote(column)}, in Python {name}=table["{column}"]'


def listed(names: list[str]) -> str:
    """The first three names, and how many there are besides."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(map(repr, names[:3])) + more
