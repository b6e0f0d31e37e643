"""One row that somebody types: what is predicted, and what each column does to it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from halfmoon.arrays.columns import missing_rows
from halfmoon.arrays.elementary import Array
from halfmoon.playground.data import Data
from halfmoon.playground.explaining import describe_outputs
from halfmoon.playground.session import Moment
from halfmoon.tables.alternatives import Alternatives, alternatives, column_effects

MOST_COLUMNS = 24


def predict_row(moment: Moment, cells: Mapping[str, Any]) -> dict[str, Any]:
    """What is predicted for a row of cells, and what other cells would do to it.

    Of classes, what they do is told of the probability of the class that is predicted.
    Raises ValueError for a cell that cannot be read.
    """
    data = moment.data
    if data.inputs_of is None:
        raise ValueError("These rows have no columns that could be typed.")
    inputs_of = data.inputs_of
    outputs = _predict(moment, inputs_of(cells))[0]
    chosen = int(outputs.argmax())

    def predict(rows: list[dict[str, Any]]) -> Array:
        return _predict(moment, np.vstack([inputs_of(row) for row in rows]))[:, chosen]

    effects = column_effects(cells, other_cells(data), predict)
    return {
        "update": moment.update,
        "outputs": describe_outputs(moment, outputs),
        "chosen": chosen,
        "effects": [effect._asdict() for effect in effects],
    }


@lru_cache(maxsize=4)
def other_cells(data: Data) -> dict[str, Alternatives]:
    """What else might stand in each column, by the rows that are learned from."""
    used = data.used[:MOST_COLUMNS]
    columns = {name: data.table[name][~data.is_test] for name in used}
    return {
        name: alternatives(column)
        for name, column in columns.items()
        if not missing_rows(column).all()
    }


def _predict(moment: Moment, X: Array) -> Array:
    with np.errstate(all="ignore"):
        y_hat = moment.network.predict(X, moment.theta)
    return moment.data.in_units(y_hat)
