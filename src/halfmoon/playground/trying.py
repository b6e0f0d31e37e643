"""One row that somebody types: what is predicted, and what each column does to it."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.playground.data import Data
from halfmoon.playground.explaining import describe_outputs
from halfmoon.playground.maps import in_units_of
from halfmoon.playground.session import Moment
from halfmoon.tables.decision import USED
from halfmoon.tables.editable import shown_cell

STEPS = 13  # values of a number, from its lowest to its highest
MOST_WORDS = 8  # categories that are tried
MOST_COLUMNS = 24


def predict_row(moment: Moment, cells: Mapping[str, Any]) -> dict[str, Any]:
    """What is predicted for a row of cells, and what other cells would do to it.

    A column's effect is the prediction less the one with the column's usual value in
    its place; `along` is the prediction with other values there. Of classes all of
    these are the probability of the class that is predicted. Raises ValueError for a
    cell that cannot be read.
    """
    data = moment.data
    if data.inputs_of is None:
        raise ValueError("These rows have no columns that could be typed.")
    outputs = _predict(moment, data.inputs_of(cells))[0]
    chosen = int(outputs.argmax())
    effects: list[dict[str, Any]] = []
    for column in _tried_columns(data):
        usual, others = other_values(data, column)
        tried = [
            dict(cells) | {column: shown_cell(value)} for value in (usual, *others)
        ]
        X = np.vstack([data.inputs_of(each) for each in tried])
        values = _predict(moment, X)[:, chosen]
        effects.append(
            {
                "column": column,
                "usual": shown_cell(usual),
                "effect": float(outputs[chosen] - values[0]),
                "at": _place(cells.get(column), others),
                "along": [
                    {"cell": shown_cell(value), "output": float(output)}
                    for value, output in zip(others, values[1:], strict=True)
                ],
            }
        )
    effects.sort(key=lambda each: -abs(each["effect"]))
    return {
        "update": moment.update,
        "outputs": describe_outputs(moment, outputs),
        "chosen": chosen,
        "effects": effects,
    }


def _predict(moment: Moment, X: Array) -> Array:
    with np.errstate(all="ignore"):
        y_hat = moment.network.predict(X, moment.theta)
    return in_units_of(moment.data, y_hat)


def _tried_columns(data: Data) -> list[str]:
    used = [name for name, kind in data.kinds.items() if kind in USED]
    return used[:MOST_COLUMNS]


def _place(cell: Any, others: NDArray[Any]) -> float | None:
    """Where a cell stands among other values, from 0 to 1; None where it does not."""
    last = max(1, len(others) - 1)
    if others.dtype.kind == "f":
        try:
            place = np.interp(float(cell), others, np.arange(len(others)))
        except (TypeError, ValueError):
            return None
        return float(place) / last
    known = [shown_cell(value) for value in others]
    return known.index(cell) / last if cell in known else None


@lru_cache(maxsize=64)
def other_values(data: Data, column: str) -> tuple[Any, NDArray[Any]]:
    """A column's usual value in the training rows, and values to try in its place.

    Of numbers the mean, and steps from the lowest to the highest; of dates the median
    and some of them; of texts the most frequent ones.
    """
    values = data.table[column][~data.is_test]
    if values.dtype.kind == "O":
        words = Counter(value for value in values if value is not None)
        most = [word for word, _ in words.most_common(MOST_WORDS)]
        return most[0], np.array(sorted(most), dtype=object)
    known = np.sort(values[~np.isnan(values)])
    if values.dtype.kind == "M":
        chosen = np.linspace(0, len(known) - 1, STEPS).round().astype(int)
        return known[len(known) // 2], known[np.unique(chosen)]
    return known.mean(), np.linspace(known[0], known[-1], STEPS)
