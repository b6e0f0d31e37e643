"""The operations that show: frames, and what is told of rows, units and the fit."""

from typing import Any

from halfmoon.playground.explaining import describe_trace, explain
from halfmoon.playground.findings import advise
from halfmoon.playground.frames import make_frame
from halfmoon.playground.predicting import predict_row
from halfmoon.playground.session import Session
from halfmoon.serving.operations import Answer, File, operation
from halfmoon.serving.packing import pack


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
