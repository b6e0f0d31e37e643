"""What is taken along: the program, the model, pictures, rows, the run as a page."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from halfmoon.components.rules import check_name
from halfmoon.files.model_file import save as save_model
from halfmoon.playground import maps, programs
from halfmoon.playground.exporting import run_page
from halfmoon.playground.frames import shown_rows
from halfmoon.playground.session import Moment, Session
from halfmoon.serving.operations import Answer, File, operate, operation
from halfmoon.tables.writing import write_csv
from halfmoon.training.stages import Stage

COLUMNS = 144  # of the surface in a picture
ROWS = 108
SIZE = (14.4, 4.0)  # inches
ROWS_FILE = "rows.csv"
READS = "It reads its rows from {files}, which Download puts beside it."
OPENS = "It opens {file}; the rows as they are now can be saved among the files."


@operation("code")
def code(session: Session, kind: str = "python") -> Answer:
    """The code that gives what is seen: kind "python", "numpy" or "command"."""
    moment = session.moment()
    files = [*programs.data_files(*_reached(moment))]
    try:
        text = _code(moment, kind)
    except ValueError as error:
        return {"code": "", "note": str(error)}
    note = OPENS.format(file=_file_of(moment))
    if kind != "command":
        note = READS.format(files=", ".join(files))
    return {"code": text, "note": note if files else ""}


def _code(moment: Moment, kind: str) -> str:
    if kind == "command":
        return programs.command_line(moment.setup, moment.data, _file_of(moment))
    write = {"python": programs.python_program, "numpy": programs.numpy_lines}
    check_name("kind of code", kind, write)
    return write[kind](*_reached(moment))


def _reached(moment: Moment) -> tuple[tuple[Stage, ...], int]:
    """The stages of the run, and the update whose weights are seen.

    Once it has diverged, these are those before the update that went wrong.
    """
    return moment.at.stages, moment.update - (moment.stopped == "diverged")


def _file_of(moment: Moment) -> str:
    """The file that the rows come from, or to which they can be saved."""
    source = moment.at.stage.conditions.source
    return getattr(source, "name", "") or ROWS_FILE


@operation("save")
def save(session: Session, kind: str) -> Answer:
    """What is seen as a file: one of `FILES`."""
    check_name("kind of file", kind, FILES)
    return FILES[kind](session)


def _model(session: Session) -> File:
    """The network with the present weights, as `halfmoon.load` reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.safetensors"
        save_model(session.moment().network_now(), path)
        return File(path.read_bytes(), "application/octet-stream", path.name)


def _rows(session: Session) -> File:
    """The rows as they were given, before they are encoded."""
    table = session.moment().data.table
    text = write_csv([*table], [*table.values()])
    return File(text.encode(), "text/csv", ROWS_FILE)


def _program(kind: str) -> Callable[[Session], File]:
    """The program, with the files that it reads if there are some."""

    def write(session: Session) -> File:
        moment = session.moment()
        text = _code(moment, kind)
        files = programs.data_files(*_reached(moment))
        if not files:
            return File(text.encode(), "text/x-python", "playground.py")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("playground.py", text)
            for name, data in files.items():
                archive.writestr(name, programs.csv_text(data))
        return File(packed.getvalue(), "application/zip", "playground.zip")

    return write


def _picture(kind: str, media_type: str) -> Callable[[Session], File]:
    """Surface, network and curves."""

    def draw(session: Session) -> File:
        from halfmoon.pages.figures import picture_file
        from halfmoon.pages.texts import Picture

        moment = session.moment()
        picture = Picture(lambda fig: _draw(fig, moment), SIZE)
        return File(picture_file(picture, kind), media_type, f"playground.{kind}")

    return draw


def _page(session: Session) -> File:
    """The run so far, in a page that plays it."""
    with session.lock:
        told: list[Any] = [operate(session, name) for name in ("state", "menu")]
        moment = session.moment()
    return File(run_page(moment, *told), "text/html", "run.html")


def _draw(fig: Any, moment: Moment) -> None:
    from halfmoon.displays.overview import draw_overview

    data = moment.data
    network = moment.network_now()
    x, y = maps.grid_points(data, COLUMNS, ROWS).T.reshape(2, ROWS, COLUMNS)
    response = maps.plane_map(network, moment.theta, data, COLUMNS, ROWS)
    rows = shown_rows(data)
    values = data.y if data.classes else data.in_units(data.y)
    points = moment.at.points
    losses = [(p.update, p.measures.train_loss, p.measures.test_loss) for p in points]
    draw_overview(
        fig,
        grid=(x, y),
        response=response.reshape(ROWS, COLUMNS, -1),
        points=data.positions[rows],
        y=values[rows],
        is_test=data.is_test[rows],
        axes=data.axes,
        coefs=[p.W for p in network.views(moment.theta) if hasattr(p, "W")],
        inputs=data.inputs,
        outputs=data.output_names,
        losses=tuple(np.array(losses, float).T),
    )


FILES: dict[str, Callable[[Session], File]] = {
    "page": _page,
    "model": _model,
    "csv": _rows,
    "svg": _picture("svg", "image/svg+xml"),
    "png": _picture("png", "image/png"),
    "python": _program("python"),
    "numpy": _program("numpy"),
}
