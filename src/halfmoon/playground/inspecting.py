"""The operations that show: frames, the rows, and what is told of units and the fit."""

from typing import Any

import numpy as np

from halfmoon.components.rules import check_name
from halfmoon.datasets import DATASETS, thumbnail
from halfmoon.playground.explaining import describe_trace, explain
from halfmoon.playground.findings import advise
from halfmoon.playground.frames import make_frame
from halfmoon.playground.predicting import predict_row
from halfmoon.playground.session import Session
from halfmoon.serving.operations import Answer, File, operation
from halfmoon.serving.packing import pack
from halfmoon.tables.editable import check_rows, shown_cell, sorted_rows

MOST_SHOWN = 200  # rows of a table at once


@operation("frame")
def frame(
    session: Session, want: dict[str, Any], data_version: int | None = None
) -> Answer:
    """What open panels show at this moment, in binary."""
    runs = dict(session.runs)
    header, arrays = make_frame(session.moment(), runs, want, data_version)
    return File(pack(header, arrays), "application/octet-stream", "frame")


@operation("trace")
def trace(session: Session, row: int) -> Answer:
    """A row's forward and backward pass: every equation with its numbers."""
    return describe_trace(session.moment(), row)


@operation("formula")
def formula(
    session: Session,
    unit: int | None = None,
    weight: int | None = None,
    row: int | None = None,
) -> Answer:
    """How a unit, a weight or a row's prediction comes about; with a row's numbers."""
    return explain(session.moment(), unit, weight, row)


@operation("predict")
def predict(session: Session, values: dict[str, Any]) -> Answer:
    """What is predicted for a row of cells, and what each column does to it."""
    return predict_row(session.moment(), values)


@operation("findings")
def findings(session: Session) -> Answer:
    """What is wrong with the fit, and the settings that would mend it."""
    moment = session.moment()
    return {"update": moment.update, "findings": advise(moment)}


@operation("table")
def table(
    session: Session,
    first: int = 0,
    count: int = 50,
    sort: str | None = None,
    descending: bool = False,
) -> Answer:
    """Some of the rows as a table of texts, sorted by a column if one is named."""
    moment = session.moment()
    data = moment.data
    order = np.arange(data.n)
    if sort is not None:
        check_name("column", sort, data.table)
        order = sorted_rows(data.table[sort], descending)
    first = max(0, first)
    rows = order[first : first + min(max(0, count), MOST_SHOWN)].tolist()
    columns = data.table.values()
    cells = [[shown_cell(column[row]) for column in columns] for row in rows]
    tested = data.is_test[rows].tolist()
    return {
        "columns": [{"name": name, "kind": data.kinds[name]} for name in data.table],
        "rows": [
            {"row": row, "test": test, "cells": texts}
            for row, test, texts in zip(rows, tested, cells, strict=True)
        ],
        "total": data.n,
        "data_version": moment.data_version,
    }


@operation("example_row")
def example_row(session: Session, row: int | None = None) -> Answer:
    """The inputs' cells of a row, and what may stand in columns of categories."""
    data = session.moment().data
    if row is None:
        row = int(np.argmax(data.is_test))
    check_rows([row], data.n)
    choices = {
        name: sorted({text for text in data.table[name] if text is not None})
        for name in data.used
        if data.kinds[name] in ("yes/no", "category")
    }
    cells = {name: shown_cell(data.table[name][row]) for name in data.used}
    return {"row": row, "cells": cells, "choices": choices}


@operation("thumbnails")
def thumbnails(session: Session) -> Answer:
    """A few points of every data set, in a square of side 1."""
    drawn = []
    for name, kind in DATASETS.items():
        places, y = thumbnail(name)
        drawn.append({"name": name, "task": kind.task, "points": places, "y": y})
    return {"data sets": drawn}
