"""The recorded run as one page, which plays it in any browser and fetches nothing.

The page is the playground's own. In the place of a server it holds some moments of the
run, packed as a server's frames are; it draws and computes nothing.
"""

import gzip
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.playground.frames import make_frame
from halfmoon.playground.page import SITE
from halfmoon.playground.session import Moment
from halfmoon.serving.packing import pack, shortened

MOST_MOMENTS = 96
MOST_BYTES = 24 * 2**20  # of moments, before they are packed
PIXELS = 600  # of the curves
MOVING = {
    "plane": {"columns": 64, "rows": 48},
    "units": {"columns": 28, "rows": 21},
    "points": True,
    "weights": True,
    "confusion": True,
    "histograms": True,
    "stability": True,
}
# three digits are enough of these
SHORT = ("plane", "pictures", "predictions", "hidden", "inputPictures")


def run_page(moment: Moment, state: dict[str, Any], menu: dict[str, Any]) -> bytes:
    """The run that led to a moment as a page; `state` and `menu` as operations tell."""
    at = moment.at if moment.update == moment.at.last_update else moment.at.branch()
    messages, updates = _messages(moment._replace(at=at, run="1"))
    run = next(run for run in state["runs"] if run["current"])
    told = {
        "state": state | {"runs": [run | {"id": "1"}]},
        "menu": menu,
        "updates": updates,
        "lengths": [len(message) for message in messages],
        "messages": b64encode(gzip.compress(b"".join(messages), 6, mtime=0)).decode(),
    }
    return SITE.as_one("recorded", {"halfmoon-run": told}).encode()


def _messages(moment: Moment) -> tuple[list[bytes], list[int]]:
    """What stays, with both kinds of curves; then moments, and their updates."""
    runs = {moment.run: moment.at}
    still = []
    for is_log in (True, False):
        curves = {"curves": {"width": PIXELS, "log": is_log, "runs": [moment.run]}}
        still.append(pack(*make_frame(moment, runs, MOVING | curves)))
    moments = list(_moments(moment))
    messages = [pack(*_frame(each)) for each in moments]
    return [*still, *messages], [each.update for each in moments]


def _moments(moment: Moment) -> Iterator[Moment]:
    """Some updates of the run up to a moment, as many as there is room for."""
    size = sum(array.nbytes for array in _frame(moment)[1].values())
    most = max(2, min(MOST_MOMENTS, MOST_BYTES // size))
    points = moment.at.points
    updates = sorted({p.update for p in points if p.update < moment.update})
    chosen = np.linspace(0, len(updates) - 1, min(most, len(updates))).round()
    recording = moment.at.branch()
    for i in chosen.astype(int).tolist():
        recording.seek(updates[i])
        yield moment._replace(at=recording.still())
    yield moment


def _frame(moment: Moment) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What moves, each hidden layer by its number; numbers that are drawn are short."""
    rows = {id(stage.conditions.data) for stage in moment.at.stages}
    known = moment.data_version if len(rows) == 1 else None  # else they move, too
    header, arrays = make_frame(moment, {}, MOVING, known)
    for layer in range(1, len(moment.setup.hidden) + 1):
        told, more = make_frame(moment, {}, {"hidden": {"layer": layer}}, known)
        header["hiddenEvery"] = told["hiddenEvery"]
        arrays[f"hidden.{layer}"] = more["hidden"]
    kept = {
        name: shortened(array) if name.partition(".")[0] in SHORT else array
        for name, array in arrays.items()
        if not name.startswith("stability.")
    }
    return header, kept
