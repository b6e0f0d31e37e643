"""What is to be predicted: which column, and whether it holds classes or values.

    target = read_target("price", table["price"])
    target.task, target.why      "regression", and the rule in words
    target.values[target.known]  the rows that have a target

The rule, in its order:

1. Texts are classes: **classification**.
2. Two different numbers are classes.
3. Numbers of which some are not whole are values: **regression**.
4. At most 20 different whole numbers are classes, if there are no more of them than a
   tenth of the rows (from 1,000 rows on: a twentieth).
5. All other numbers are values.

(AutoGluon's rule, which takes up to 1,000 whole numbers for classes: a share in per
cent would be one of them.) Whatever somebody says stands above the rule. There may be
at most 1,000 classes, and of more than 20 each in two rows on average. Many different
texts of which most are numbers are refused, with the one that is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.tables import number_texts
from halfmoon.tables.cells import LONGEST, Cells, Column, as_text
from halfmoon.tables.decision import Decision
from halfmoon.tables.kinds import decide, decide_as
from halfmoon.tables.parsing import parse_column

TASKS = ("classification", "regression")
FEW_WHOLE = 20  # different whole numbers are classes
SHARES = ((1_000, 0.1), (np.inf, 0.05))  # of the rows, below so many of them
MOST_CLASSES = 1_000
ROWS_A_CLASS = 2  # on average, at least
LARGEST_EXACT = 2.0**53  # whole numbers beyond are rounded
LARGEST = 1e150  # its square is finite
# what the column to be predicted is called in many tables
NAMES = (
    *("target", "label", "labels", "class", "outcome", "response", "output"),
    *("churn", "churned", "survived", "fraud", "diagnosis", "species", "default"),
)
OTHER = {
    "classification": ("regression", "amounts"),
    "regression": ("classification", "names"),
}


@dataclass(frozen=True, eq=False)
class Target:
    """A column that is to be predicted, as it was read.

    `values` (n,) are float64 for regression; classes are whole numbers, numbers, or
    texts. `known` (n,) says which rows have one: what stands in the others means
    nothing. `decision` says how the cells were read: given to `read_target`, those of
    another table are read alike.
    """

    column: str
    task: str
    why: str
    values: NDArray[Any]
    known: NDArray[np.bool_]
    decision: Decision

    def __str__(self) -> str:
        told = f"{self.column}: {self.task}: {self.why}"
        if self.decision.kind != "number":
            return told
        other, what = OTHER[self.task]
        return f"{told}; if they stand for {what}, the task is {other}"


@dataclass(frozen=True, eq=False)
class Suggestion:
    """The column that is probably to be predicted, and why it is this one."""

    target: Target
    why: str

    def __str__(self) -> str:
        return f"{self.target.column!r}: {self.why}"


def read_target(
    name: str,
    column: Column,
    task: str | None = None,
    decision: Decision | None = None,
) -> Target:
    """The target in a column: classes or values, by the rule or as somebody says.

    Parameters
    ----------
    name : str
        What the column is called.
    column : array (n,)
        A raw column, as `read_file` and `read_frame` give it.
    task : {"classification", "regression"}, optional
        What it is, whatever the rule would say.
    decision : Decision, optional
        How its cells are read, as for an earlier table.

    Raises
    ------
    ValueError
        In one sentence, for a column that cannot be predicted: of dates, of ids or free
        text, with one value or none, with too many classes, or for regression with a
        cell that is no number.

    Examples
    --------
    >>> import numpy as np
    >>> target = read_target("quality", np.array(["good", "bad", "", "bad"], object))
    >>> print(target)
    quality: classification: it holds 2 different texts
    >>> target.known
    array([ True,  True, False,  True])
    """
    if task is not None and task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}; got {task!r}.")
    is_new = decision is None
    if decision is None:
        decision = _decided(name, column, task)
    if decision.kind == "number":
        target = _of_numbers(column, task, decision)
    else:
        target = _of_texts(column, decision)
    if is_new:
        _check_values(target)
    return target


def suggest_target(table: Mapping[str, Column]) -> Suggestion | None:
    """The column that is probably to be predicted, or None if none could be.

    One whose name says so, such as "target" or "class"; else the last one that can be.
    """
    named = [name for name in table if _letters(name) in NAMES]
    named.sort(key=lambda name: NAMES.index(_letters(name)))
    for name in [*named, *reversed([*table])]:
        try:
            target = read_target(name, table[name])
        except ValueError:
            continue
        if name in named:
            why = "its name says so"
        elif name == [*table][-1]:
            why = "it is the last column"
        else:
            why = "it is the last column that can be predicted"
        return Suggestion(target, why)
    return None


def _letters(name: str) -> str:
    """A name in small letters, without anything around it."""
    return name.casefold().strip(" _-.")


def _decided(name: str, column: Column, task: str | None) -> Decision:
    """How the cells are read; ValueError for a column that cannot be predicted."""
    decision = decide(name, column)
    kind = decision.kind
    cannot = f"Column {name!r} cannot be predicted: "
    if kind == "empty":
        raise ValueError(f"{cannot}all of its cells are missing; choose another.")
    if kind == "date":
        raise ValueError(
            f"{cannot}it holds dates; make numbers of them, such as the days until "
            "then."
        )
    if kind == "number" or task is None:
        if kind in ("id", "text"):
            what = "free text" if kind == "text" else "a name for each row"
            raise ValueError(
                f"{cannot}it holds {what} ({decision.why}); choose a column of classes "
                "or numbers."
            )
        if kind == "category" and _are_spoilt_numbers(decision.cells(column)):
            raise ValueError(
                f"{cannot}most of its cells are numbers, and others are not "
                f"({decision.why}); correct these, or leave them empty."
            )
        return decision
    if task == "regression":
        return decide_as(name, column, "number")
    return decision if kind == "yes/no" else decide_as(name, column, "category")


def _are_spoilt_numbers(cells: Cells) -> bool:
    """Whether most of many different cells are numbers, so that they are no classes.

    Codes are none, such as postal ones, of which some begin with 0.
    """
    if len(cells.texts) <= FEW_WHOLE or number_texts.has_zeros(cells.texts):
        return False
    are_numbers = np.array(number_texts.are_numbers(cells.texts), dtype=bool)
    return bool(2 * (cells.counts @ are_numbers) > cells.known)


def _of_numbers(column: Column, task: str | None, decision: Decision) -> Target:
    """Numbers as classes or values."""
    values = parse_column(decision, column)
    known = ~np.isnan(values)
    different = np.unique(values[known])
    is_whole = bool((different == np.floor(different)).all())
    is_exact = bool((np.abs(different) <= LARGEST_EXACT).all())
    said, why = _rule_for_numbers(len(different), is_whole, int(known.sum()))
    if task is not None:
        said = task
        why = f"you said so; it holds {len(different):,} different numbers"
    if said == "regression":
        return Target(decision.column, said, why, values, known, decision)
    if is_whole and is_exact:
        classes: NDArray[Any] = np.where(known, values, 0.0).astype(np.int64)
    else:  # scikit-learn takes other numbers for values
        classes = np.array([as_text(value) for value in values.tolist()], dtype=str)
    return Target(decision.column, said, why, classes, known, decision)


def _rule_for_numbers(count: int, is_whole: bool, rows: int) -> tuple[str, str]:
    """Steps 2 to 5 of the rule, for so many different numbers in so many rows."""
    share = next(share for below, share in SHARES if rows < below)
    whole = "whole " if is_whole else ""
    counted = f"it holds {count:,} different {whole}numbers in {rows:,} rows"
    if count == 2:
        return "classification", counted
    if not is_whole:
        return "regression", f"{counted}, not all of them whole"
    if count <= FEW_WHOLE and count <= share * rows:
        return "classification", f"{counted}, which are few"
    return "regression", f"{counted}, too many for classes"


def _of_texts(column: Column, decision: Decision) -> Target:
    """Texts as classes."""
    cells = decision.cells(column)
    longest = max(map(len, cells.texts), default=0)
    if longest > LONGEST:
        raise ValueError(
            f"Column {decision.column!r} cannot be predicted: one of its texts has "
            f"{longest:,} characters, and a class may have at most {LONGEST:,}; choose "
            "another column, or shorten them."
        )
    values = np.array([*cells.texts, ""], dtype=str)[cells.codes]
    why = f"it holds {len(cells.texts):,} different texts"
    return Target(
        decision.column, "classification", why, values, cells.codes >= 0, decision
    )


def _check_values(target: Target) -> None:
    """ValueError where there is nothing to learn, or too many classes to learn."""
    rows = int(target.known.sum())
    different = np.unique(target.values[target.known])
    count = len(different)
    if count < 2:
        raise ValueError(
            f"Column {target.column!r} cannot be predicted: it holds one value only, "
            f"{', '.join(map(str, different))!r:.80}; choose one that varies."
        )
    if target.task == "regression":
        _refuse_too_large(target)
        return
    if count <= FEW_WHOLE:
        return
    if count > MOST_CLASSES or count * ROWS_A_CLASS > rows:
        are_numbers = target.decision.kind == "number"
        raise ValueError(
            f"Column {target.column!r} has {count:,} different classes in {rows:,} "
            f"rows ({target.decision.why}), and there may be at most {MOST_CLASSES:,}, "
            f"with {ROWS_A_CLASS} rows each on average; "
            f"{'make it regression' if are_numbers else 'join some of them'}, or "
            "choose another column."
        )


def _refuse_too_large(target: Target) -> None:
    """ValueError for a number whose square would be infinite."""
    too_large = target.known & (np.abs(target.values) > LARGEST)
    if too_large.any():
        row = int(np.argmax(too_large))
        raise ValueError(
            f"Row {row + 1} of column {target.column!r} is {target.values[row]:g}, and "
            f"numbers to be predicted may be at most {LARGEST:g}; correct it, leave it "
            "empty, or write the column in a larger unit."
        )
