"""Columns of categories as inputs: a centred column of zeros and ones for each.

    a_c = [x is c] - share of c       [E8]   c: each category, then rare, then missing

A category in too few rows to learn from is rare. One that is met only later counts as
rare; if there were no rare ones, as missing; if nothing was missing either, all its
inputs are 0, the mean of the training rows. So they are where a value is missing for
the first time. A column that is the same in all rows is no input, and of two that
mirror each other the second is none. Yes and no are two categories.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.cached import cached_property

FEWEST_ROWS = 5  # of a category that is not rare
MOST_CATEGORIES = 256  # that are not rare, in one column
YES = 1.0
NO = 0.0


@dataclass(frozen=True, eq=False)
class Category:
    """What was learned of one column of categories, from training rows.

    `categories` (k) are those with an input of their own, `rare` the others. `shares`
    (k + 2,) of the rows belong to each category, to all rare ones, and to missing
    values. A column of yes and no, with `is_yes_no`, holds 1.0, 0.0 and NaN, any other
    column text and None. Raises ValueError where these do not fit together.
    """

    name: str
    categories: tuple[str, ...]
    rare: tuple[str, ...]
    shares: NDArray[np.float64]
    is_yes_no: bool = False

    def __post_init__(self) -> None:
        known = [*self.categories, *self.rare]
        is_whole = (
            self.shares.shape == (len(self.categories) + 2,)
            and bool(np.all((self.shares >= 0.0) & (self.shares <= 1.0)))
            and abs(self.shares.sum() - 1.0) < 1e-6
            and len(set(known)) == len(known)
            and (not self.is_yes_no or self.categories == ("yes", "no"))
        )
        if not is_whole:
            raise ValueError(
                f"The encoding of column {self.name!r} does not fit together; it must "
                "hold different categories and their shares, which add up to 1."
            )

    @cached_property
    def names(self) -> list[str]:
        """A name for each input."""
        each = [f"{self.name} is {category}" for category in self.categories]
        each += [f"{self.name} is rare", f"{self.name} is missing"]
        return [each[c] for c in self._inputs]

    def codes(self, column: NDArray[Any]) -> NDArray[np.intp]:
        """The index of each value of a column (n,) among the shares."""
        find = self._codes.get
        unseen = self._unseen
        return np.array(
            [find(value, unseen) for value in column.tolist()], dtype=np.intp
        )

    def encode(self, column: NDArray[Any]) -> NDArray[np.float32]:
        """The inputs (n, m) of a column (n,)."""
        return self._table[self.codes(column)]

    def as_dict(self) -> dict[str, Any]:
        """Everything that was learned, as lists and arrays by name."""
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        return data | {"categories": list(self.categories), "rare": list(self.rare)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Category":
        """What `as_dict` has given; arrays may have become lists."""
        return cls(
            name=str(data["name"]),
            categories=tuple(map(str, data["categories"])),
            rare=tuple(map(str, data["rare"])),
            shares=np.asarray(data["shares"], dtype=np.float64),
            is_yes_no=bool(data["is_yes_no"]),
        )

    @cached_property
    def _codes(self) -> dict[Any, int]:
        k = len(self.categories)
        if self.is_yes_no:
            return {YES: 0, NO: 1}
        codes: dict[Any, int] = dict.fromkeys(self.rare, k)
        return codes | {c: i for i, c in enumerate(self.categories)} | {None: k + 1}

    @cached_property
    def _unseen(self) -> int:
        """The code of a value that the training rows did not have."""
        k = len(self.categories)
        return k if self.rare else k + 1

    @cached_property
    def _inputs(self) -> NDArray[np.intp]:
        """Which of the shares are inputs."""
        inputs = np.flatnonzero((self.shares > 0.0) & (self.shares < 1.0))
        return inputs[:1] if len(inputs) == 2 else inputs

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        """The inputs of each code (k + 2, m)."""
        a = np.eye(len(self.shares)) - self.shares  # [E8]
        a[self.shares == 0.0] = 0.0
        return a[:, self._inputs].astype(np.float32)


def learn_category(name: str, column: NDArray[Any]) -> Category:
    """What there is to learn of a column of text and None."""
    counts = Counter(column.tolist())
    missing = counts.pop(None, 0)
    common = [value for value, count in counts.items() if count >= FEWEST_ROWS]
    common.sort(key=lambda value: (-counts[value], value))
    categories = sorted(common[:MOST_CATEGORIES])
    rare = sorted(set(counts) - set(categories))
    rows = [counts[value] for value in categories]
    rows += [sum(counts[value] for value in rare), missing]
    shares = np.array(rows) / len(column)
    return Category(name, tuple(categories), tuple(rare), shares)


def learn_yes_no(name: str, column: NDArray[np.float64]) -> Category:
    """What there is to learn of a column of 1 (yes), 0 (no) and NaN."""
    yes = float((column == YES).mean())
    no = float((column == NO).mean())
    shares = np.array([yes, no, 0.0, np.isnan(column).mean()])
    return Category(name, ("yes", "no"), (), shares, is_yes_no=True)
