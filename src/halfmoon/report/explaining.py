"""Which columns the model needs, how its predictions depend on them, and its mistakes.

The model is asked for predictions of tables alone, so that all is in the table's own
cells: a value that stands for others is a cell of some row.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.columns import missing_rows
from halfmoon.arrays.elementary import Array
from halfmoon.report.measured import Cell, Dependence, Importance, Mistake
from halfmoon.report.scores import Z95, standard_error
from halfmoon.tables.cells import as_text

Table = Mapping[str, NDArray[Any]]  # columns (n,) by name
Predict = Callable[[Table], Array]  # -> (n, outputs)
REPEATS = 3  # other orders of a column
FEWEST = 100  # rows
MOST = 2_000
MOST_COLUMNS = 300  # with more, importance takes too long
SHOWN = 6  # columns whose dependence is shown
GRID = 24  # values of a column
OUTPUTS = 5  # classes whose dependence is shown
WORST = 10  # mistakes


def rows_of(table: Table, rows: Any) -> dict[str, NDArray[Any]]:
    """Some of the rows."""
    return {name: column[rows] for name, column in table.items()}


def sample(rows: int, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Numbers of at most `count` rows, in rising order."""
    if rows <= count:
        return np.arange(rows)
    return np.sort(rng.choice(rows, count, replace=False))


def importances(
    table: Table,
    columns: list[str],
    predict: Predict,
    lost: Callable[[Array, NDArray[np.intp]], Array],
    root: bool,
    rng: np.random.Generator,
    predictions: int,
    done: Callable[[float], None] = lambda share: None,
) -> tuple[Importance, ...]:
    """How much worse predictions get if a column's cells change their rows.

    lost         the losses (m,) of the predictions for rows with these numbers (m)
    root         whether the metric is the root of their mean, as the RMSE is
    predictions  about so many rows may be predicted in all
    done         is told the share of the columns that are measured

    The mean of some orders of each column (Breiman 2001; Fisher, Rudin & Dominici
    2019), the largest first; the interval is over the test rows. Of wide tables fewer
    rows are looked at.
    """
    n = len(next(iter(table.values())))
    wanted = predictions // (REPEATS * max(1, len(columns)))
    rows = sample(n, min(MOST, max(FEWEST, wanted)), rng)
    part = rows_of(table, rows)
    before = lost(predict(part), rows)
    found = []
    for name in columns:
        orders = [rng.permutation(len(rows)) for _ in range(REPEATS)]
        repeated = rows_of(part, np.tile(np.arange(len(rows)), REPEATS))
        repeated[name] = np.concatenate([part[name][order] for order in orders])
        after = lost(predict(repeated), np.tile(rows, REPEATS))
        after = after.reshape(REPEATS, -1)
        found.append(_importance(name, before, after, root))
        done(len(found) / len(columns))
    return tuple(sorted(found, key=lambda one: -one.value))


def _importance(name: str, before: Array, after: Array, root: bool) -> Importance:
    """By losses before (m,) and after (repeats, m)."""
    if root:
        least = np.finfo(float).tiny
        first = np.sqrt(max(before.mean(), least))
        roots = np.sqrt(np.maximum(after.mean(axis=1), least))
        value = float(roots.mean() - first)
        psi = (0.5 / roots[:, None] * after).mean(axis=0) - 0.5 / first * before
        psi = psi - psi.mean()
    else:
        rises = after.mean(axis=0) - before
        value = float(rises.mean())
        psi = rises - rises.mean()
    reach = Z95 * standard_error(psi)
    return Importance(name, value, value - reach, value + reach)


def dependence(
    name: str,
    kind: str,
    parsed: NDArray[Any],
    raw: NDArray[Any],
    table: Table,
    predict: Predict,
    outputs: tuple[str, ...],
    shown: list[int],
) -> Dependence | None:
    """The mean prediction if all rows of a table had one cell in a column.

    parsed, raw  the training rows' values, and the cells that they were read from
    shown        which of the predictions (n, outputs) `outputs` are

    (Friedman 2001.) None where the column holds no value.
    """
    rows, shares = _grid(parsed, kind)
    if not len(rows):
        return None
    n = len(next(iter(table.values())))
    repeated = rows_of(table, np.tile(np.arange(n), len(rows)))
    repeated[name] = np.repeat(raw[rows], n)
    predicted = predict(repeated)[:, shown]
    means = predicted.reshape(len(rows), n, len(shown)).mean(axis=1)
    return Dependence(
        column=name,
        kind=kind,
        values=tuple(_shown(parsed[row], kind, raw[row]) for row in rows),
        outputs=outputs,
        responses=tuple(tuple(curve) for curve in means.T.tolist()),
        shares=tuple(shares.tolist()),
    )


def _grid(parsed: NDArray[Any], kind: str) -> tuple[NDArray[np.intp], Array]:
    """Rows whose values stand for all, and the share of the rows that each stands for.

    The most frequent categories, the most frequent first; of numbers and dates, values
    at equal steps of their ranks.
    """
    known = np.flatnonzero(~missing_rows(parsed))
    if not len(known):
        return known, np.zeros(0)
    values = parsed[known]
    _, first, counts = np.unique(values, return_index=True, return_counts=True)
    if kind == "category":
        order = np.argsort(-counts, kind="stable")[:GRID]
        return known[first[order]], counts[order] / len(parsed)
    if len(first) <= GRID:
        return known[first], counts / len(parsed)
    ends = np.cumsum(counts)  # so many rows have a value up to this one
    wanted = np.linspace(0.01, 0.99, GRID) * ends[-1]
    places = np.unique(np.searchsorted(ends, wanted))
    middles = (places[1:] + places[:-1]) // 2
    upper = np.append(ends[middles], ends[-1])
    return known[first[places]], np.diff(upper, prepend=0) / len(parsed)


def _shown(value: Any, kind: str, cell: Any) -> Cell:
    """A value for an axis: a number, or a text."""
    if kind == "number":
        return float(value)
    return _cell(value if kind == "date" else cell)


def worst(
    table: Table,
    errors: Array,
    truth: list[str],
    predicted: list[str],
    probabilities: Sequence[float | None],
    numbers: NDArray[Any],
) -> tuple[Mistake, ...]:
    """The rows with the largest errors (n,), whatever their sign.

    probabilities  of the true classes (n,), each None for values
    numbers        what the rows are called (n,)
    """
    order = np.argsort(-np.abs(errors), kind="stable")[:WORST]
    found = []
    for row in order[errors[order] != 0.0]:
        cells = {name: _cell(column[row]) for name, column in table.items()}
        found.append(
            Mistake(
                row=int(numbers[row]),
                truth=truth[row],
                predicted=predicted[row],
                probability=probabilities[row],
                error=float(errors[row]),
                cells=cells,
            )
        )
    return tuple(found)


def _cell(value: Any) -> str:
    """A cell as a text; empty where it is missing."""
    if isinstance(value, np.datetime64) and not np.isnat(value):
        return str(value.astype("datetime64[s]")).replace("T00:00:00", "")
    return as_text(value)
