"""The rows that a report is about, as the fitted model reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.arrays.elementary import Array
from halfmoon.report.explaining import rows_of
from halfmoon.report.measured import ColumnFacts
from halfmoon.report.scores import row_losses
from halfmoon.tables.decision import LEFT_OUT
from halfmoon.tables.frames import read_frame

Table = Mapping[str, NDArray[Any]]  # columns (n,) by name


@dataclass(frozen=True, eq=False)
class RowsAs:
    """Rows as a raw table, as parsed values, and their targets y (n,).

    y holds numbers of classes, or values.
    """

    table: Table
    values: Table
    y: NDArray[Any]

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, eq=False)
class Case:
    """A fitted model, the rows that it learned from, if known, and the test rows.

    classes    the model's, as texts; empty for values
    numbers    what the test rows are called
    clusters   which test rows belong together, None if each is alone
    left_out   sentences on rows that are not looked at
    """

    model: Any
    classes: tuple[str, ...]
    train: RowsAs | None
    test: RowsAs
    numbers: NDArray[np.intp]
    clusters: NDArray[np.intp] | None
    left_out: tuple[str, ...]

    @property
    def known(self) -> RowsAs:
        """The training rows, or else the test rows."""
        return self.test if self.train is None else self.train

    def predict(self, table: Table) -> Array:
        """Probabilities (n, C), or values (n, 1)."""
        if self.classes:
            return np.asarray(self.model.predict_proba(dict(table)))
        return np.asarray(self.model.predict(dict(table))).reshape(-1, 1)

    def losses(self, predicted: Array, rows: NDArray[np.intp]) -> Array:
        """The log-loss, or the squared error, of predicted test rows (m,)."""
        if self.classes:
            return row_losses(self.test.y[rows], predicted)
        return np.asarray((predicted[:, 0] - self.test.y[rows]) ** 2)


def read_case(
    model: Any,
    train: tuple[Any, Any] | None,
    test: tuple[Any, Any],
    numbers: Any = None,
    clusters: NDArray[np.intp] | None = None,
) -> Case:
    """The rows, checked and read; test rows of classes that are new are left out.

    Raises ValueError if targets do not belong to the model, or no test row is left.
    """
    if isinstance(getattr(model, "classes_", None), list):
        raise ValueError(
            "The model predicts several columns of classes; measure one that predicts "
            "one column."
        )
    X, y = test
    table = read_frame(X)
    rows = len(next(iter(table.values())))
    y = _targets(model, y, rows, "y_test")
    numbers = np.arange(1, rows + 1) if numbers is None else np.asarray(numbers)
    left_out: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    if hasattr(model, "classes_"):
        names = tuple(str(name) for name in model.classes_.tolist())
        codes = class_numbers(model.classes_, y)
        is_known = codes >= 0
        if not is_known.all():
            left_out = (_of_new_classes(y[~is_known], len(y)),)
            table = rows_of(table, is_known)
            numbers = numbers[is_known]
            clusters = None if clusters is None else clusters[is_known]
        y = codes[is_known]
    if not len(y):
        raise ValueError("There is no test row of a class that the model knows.")
    return Case(
        model=model,
        classes=names,
        train=None if train is None else _train(model, *train),
        test=RowsAs(table, model.schema_.parse(table), y),
        numbers=numbers,
        clusters=clusters,
        left_out=left_out,
    )


def _train(model: Any, X: Any, y: Any) -> RowsAs:
    table = read_frame(X)
    y = _targets(model, y, len(next(iter(table.values()))), "y_train")
    if hasattr(model, "classes_"):
        y = class_numbers(model.classes_, y)
        if (y < 0).any():
            raise ValueError(
                "y_train has a class that the model was not fitted with; give the rows "
                "that it was fitted with."
            )
    return RowsAs(table, model.schema_.parse(table), y)


def _targets(model: Any, y: Any, rows: int, name: str) -> NDArray[Any]:
    """Targets as an array (n,)."""
    y = np.asarray(y)
    if y.shape == (rows, 1):
        y = y[:, 0]
    if y.shape != (rows,):
        raise ValueError(
            f"{name} has shape {y.shape} for {rows} rows; give one target for each row."
        )
    if hasattr(model, "classes_"):
        return y
    values = y.astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds values that are missing or infinite.")
    return values


def class_numbers(classes: NDArray[Any], y: NDArray[Any]) -> NDArray[np.intp]:
    """The number of each target's class (n,), -1 for one that is not among them."""
    place = {name: number for number, name in enumerate(classes.tolist())}
    found = (place.get(value, -1) for value in y.tolist())
    return np.fromiter(found, dtype=np.intp, count=len(y))


def _of_new_classes(y: NDArray[Any], rows: int) -> str:
    names = sorted({str(value) for value in y.tolist()})
    shown = ", ".join(map(repr, names[:5])) + ", ..." * (len(names) > 5)
    count = f"{len(y)} of {rows:,} test rows"
    return (
        f"{count} are of classes that no training row has ({shown}): no method could "
        "know them, and all figures are without these rows."
    )


def column_facts(case: Case) -> tuple[ColumnFacts, ...]:
    """What each column of the model's schema was taken for, and why."""
    unused = case.model.encoder_.left_out
    facts = []
    for decision in case.model.schema_.decisions:
        name = decision.column
        why = decision.why
        if name in unused:
            why = f"{why}; left out, because it {unused[name]}"
        used = decision.kind not in LEFT_OUT and name not in unused
        missing = 0.0
        if name in case.known.values:
            missing = float(missing_rows(case.known.values[name]).mean())
        elif name in case.known.table:
            cells = decision.cells(case.known.table[name])
            missing = float((cells.codes < 0).mean())
        facts.append(ColumnFacts(name, decision.kind, why, missing, used))
    return tuple(facts)


def used_columns(case: Case) -> dict[str, str]:
    """The kinds of the columns that the networks see, by name."""
    return {one.name: one.kind for one in column_facts(case) if one.used}
