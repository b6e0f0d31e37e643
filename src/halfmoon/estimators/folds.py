"""Which rows each network of a table is judged by: some at random, whole groups, times.

The rows are cut into parts, and each network leaves one of them out. Rows of one group
stay together; with times the parts are blocks that follow each other, the last one
first, as what comes next is most like what came last. A class that only rows of one
part have is learned by the network that leaves this part out, too: they stay.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from halfmoon.estimators.recipe import Recipe
from halfmoon.tables.frames import read_frame
from halfmoon.tables.schema import Schema

Indices = NDArray[np.intp]
FEWEST = 2  # rows by which a network can be judged


@dataclass(frozen=True, eq=False)
class Folds:
    """How the rows were cut, into how many parts, and those that networks leave out.

    `kind` is "random", "stratified" (classes have their shares in each), "groups" or
    "time".
    """

    kind: str
    count: int
    held_out: list[Indices]


def cut(
    t: NDArray[Any],
    recipe: Recipe,
    *,
    classes: bool,
    groups: NDArray[Any] | None = None,
    time: NDArray[Any] | None = None,
    seed: int = 0,
) -> Folds:
    """The rows that each network leaves out.

    Parameters
    ----------
    t : array (n,) or (n, columns)
        Class numbers, or values.
    recipe : Recipe
        How many parts and networks there are; fewer where there are fewer groups.
    classes : bool
        Whether t holds class numbers.
    groups : array (n,), optional
        The group of each row.
    time : array (n,), optional
        The time of each row, as `read_time` gives it.
    seed : int
        Where the parts come from.

    Raises
    ------
    ValueError
        For one group or one time only, and for groups and times together.
    """
    if groups is not None and time is not None:
        raise ValueError(
            "groups and time were both given, and the folds can follow one of them; "
            "leave the other out."
        )
    if groups is not None:
        kind = "groups"
        parts = _by_group(t, recipe.folds, groups, seed)
    elif time is not None:
        kind = "time"
        parts = _by_time(time, recipe.folds)
    else:
        kind, parts = _at_random(t, recipe.folds, classes, seed)
    held_out = parts[: recipe.members]
    if classes:
        held_out = [_without_only_rows(part, t) for part in held_out]
    return Folds(kind, len(parts), held_out)


def read_time(time: Any) -> NDArray[Any] | None:
    """The time of each row (n,) as numbers or dates that can be sorted.

    It may be numbers, dates of any library, or texts that are all written as dates in
    one way. Raises ValueError for others, and for missing ones.
    """
    if time is None:
        return None
    if hasattr(time, "to_series"):  # an index of pandas
        time = time.to_series()
    table = read_frame({"time": time})
    column = table["time"]
    if column.dtype.kind == "O":
        schema, values = Schema.learn(table)
        kind = schema.kinds["time"]
        if kind not in ("date", "number"):
            raise ValueError(
                f"time must hold numbers or dates, and was taken for {kind}; make "
                "dates of it, such as 2024-05-31."
            )
        column = values["time"]
    missing = np.isnan(column) if column.dtype.kind == "f" else np.isnat(column)
    if missing.any():
        raise ValueError(
            f"time is missing in {missing.sum()} of {len(column)} rows; fill it, or "
            "leave out those rows."
        )
    return column


def _by_group(
    t: NDArray[Any], count: int, groups: NDArray[Any], seed: int
) -> list[Indices]:
    count = min(count, len(np.unique(groups)))
    if count < 2:
        raise ValueError("groups has one group only; give more, or leave it out.")
    folds = GroupKFold(count, shuffle=True, random_state=seed)
    return [held for _, held in folds.split(t, groups=groups)]


def _by_time(time: NDArray[Any], count: int) -> list[Indices]:
    """Blocks of about equally many rows, the last one first.

    Rows of one time are in one block: that in which the first of them would be.
    """
    n = len(time)
    _, first, codes = np.unique(np.sort(time), return_index=True, return_inverse=True)
    block_of_sorted = (first * count // n)[codes]
    block = np.empty(n, dtype=np.intp)
    block[np.argsort(time, kind="stable")] = block_of_sorted
    blocks = np.unique(block)
    if len(blocks) < 2:
        raise ValueError(
            "time is the same in nearly all rows; give times that differ, or leave it "
            "out."
        )
    return [np.flatnonzero(block == number) for number in blocks[::-1]]


def _at_random(
    t: NDArray[Any], count: int, classes: bool, seed: int
) -> tuple[str, list[Indices]]:
    """Parts in which classes have their shares, if some class is in all of them."""
    if classes:
        rows = t.reshape(len(t), -1)
        _, strata = np.unique(rows, axis=0, return_inverse=True)
        strata = strata.ravel()
        if np.bincount(strata).max() >= count:
            folds = StratifiedKFold(count, shuffle=True, random_state=seed)
            with warnings.catch_warnings():
                # a class may be rarer than folds are many
                warnings.filterwarnings("ignore", "The least populated", UserWarning)
                return "stratified", [held for _, held in folds.split(t, strata)]
    plain = KFold(count, shuffle=True, random_state=seed)
    return "random", [held for _, held in plain.split(t)]


def _without_only_rows(part: Indices, t: NDArray[Any]) -> Indices:
    """A part without the rows of classes that no other row has, if enough are left."""
    table = t.reshape(len(t), -1)
    stays = np.zeros(len(part), dtype=bool)
    for column in table.T:
        counts = np.bincount(column)
        alone = counts == np.bincount(column[part], minlength=len(counts))
        stays |= alone[column[part]]
    return part if (~stays).sum() < FEWEST else part[~stays]
