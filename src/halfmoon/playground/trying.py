"""One row that somebody types: what is predicted, and what each column does to it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from halfmoon.arrays.columns import missing_rows
from halfmoon.arrays.elementary import Array
from halfmoon.playground.data import Data
from halfmoon.playground.explaining import describe_outputs
from halfmoon.playground.maps import in_units_of
from halfmoon.playground.session import Moment
from halfmoon.tables.alternatives import Alternatives, alternatives
from halfmoon.tables.decision import USED
from halfmoon.tables.editable import shown_cell

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
    for column, others in other_cells(data).items():
        texts = [shown_cell(value) for value in (others.usual, *others.values)]
        X = [data.inputs_of({**cells, column: text}) for text in texts]
        usual, *along = _predict(moment, np.vstack(X))[:, chosen].tolist()
        effects.append(
            {
                "column": column,
                "usual": texts[0],
                "effect": float(outputs[chosen]) - usual,
                "at": others.place(str(cells.get(column, ""))),
                "along": [
                    {"cell": text, "output": output}
                    for text, output in zip(texts[1:], along, strict=True)
                ],
            }
        )
    return {
        "update": moment.update,
        "outputs": describe_outputs(moment, outputs),
        "chosen": chosen,
        "effects": sorted(effects, key=lambda each: -abs(each["effect"])),
    }


@lru_cache(maxsize=4)
def other_cells(data: Data) -> dict[str, Alternatives]:
    """What else might stand in each column, by the rows that are learned from."""
    used = [name for name, kind in data.kinds.items() if kind in USED]
    columns = {name: data.table[name][~data.is_test] for name in used[:MOST_COLUMNS]}
    return {
        name: alternatives(column)
        for name, column in columns.items()
        if not missing_rows(column).all()
    }


def _predict(moment: Moment, X: Array) -> Array:
    with np.errstate(all="ignore"):
        y_hat = moment.network.predict(X, moment.theta)
    return in_units_of(moment.data, y_hat)
