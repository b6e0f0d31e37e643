"""The operations that show: frames, and what is told of rows, units and the fit."""

from typing import Any

from halfmoon.playground.frames import make_frame
from halfmoon.playground.operations import Answer, File, operation
from halfmoon.playground.packing import pack
from halfmoon.playground.session import Session


@operation("frame")
def frame(
    session: Session, want: dict[str, Any], data_version: int | None = None
) -> Answer:
    """What open panels show at this moment, in binary."""
    runs = dict(session.runs)
    header, arrays = make_frame(session.moment(), runs, want, data_version)
    return File(pack(header, arrays), "application/octet-stream", "frame")
