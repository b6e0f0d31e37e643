"""The process that draws: what it does with a figure that cannot be written.

Pictures are whole or not there, whatever goes wrong.
"""

import io
import signal
import time
from contextlib import suppress

import pytest
from matplotlib.figure import Figure
from rich.console import Console

from failing import FULL, failing, failure, steps_of
from halfmoon.pages import drawing_process as drawing
from halfmoon.pages.book import Book
from halfmoon.pages.drawing_process import (
    DrawingProcess,
    drawing_process,
    not_terminated,
    write_figure,
)
from halfmoon.pages.html import Front
from halfmoon.pages.texts import Picture

pytestmark = pytest.mark.slow


def figure():
    fig = Figure()
    fig.subplots().plot([0.0, 1.0])
    return fig


def test_a_figure_that_cannot_be_written_is_named_and_the_next_one_is_drawn(tmp_path):
    process = drawing_process()
    lost = process.order(figure(), tmp_path / "nowhere", "lost", png=False)
    kept = process.order(figure(), tmp_path, "kept", png=True)
    with pytest.raises(
        OSError, match=r"lost.svg cannot be written \(No such .*; choose"
    ):
        process.result(lost)
    svg, boxes = process.result(kept)
    assert svg == (tmp_path / "kept.svg").read_text()
    assert (tmp_path / "kept.png").exists()
    assert len(boxes) == 1


def test_a_drawing_that_was_ended_loses_figures_but_not_the_page(tmp_path, monkeypatch):
    ended = DrawingProcess()
    ended.stop()
    monkeypatch.setattr(drawing, "drawing_process", lambda: ended)
    book = Book(tmp_path, Front("Title", "Lead"), console=Console(file=io.StringIO()))
    book.begin("1", "data", "Data")
    picture = Picture(lambda fig: fig.subplots().plot([0.0, 1.0]), (4.0, 3.0))
    book.figure("1-data", "Caption", "Description", picture)
    book.say("After the figure.")
    with pytest.raises(OSError, match=r"1-data \(the process that draws was ended\)"):
        book.write()
    ended.close()
    assert not ended.folder.exists()
    page = (tmp_path / "index.html").read_text()
    assert "This figure was not drawn." in page
    assert "After the figure." in page
    assert not list(tmp_path.glob("*.part"))


def is_whole(picture):
    """Whether a picture has its end."""
    end = {".svg": b"</svg>\n", ".png": b"IEND\xaeB`\x82"}[picture.suffix]
    return picture.read_bytes().endswith(end)


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "Ctrl-C"])
def test_an_error_at_any_step_leaves_whole_pictures(tmp_path, error):
    fig = Figure(figsize=(1.0, 1.0))
    fig.subplots().axis("off")
    copy = tmp_path / "copies"
    copy.mkdir()

    def draw(out):
        out.mkdir()
        write_figure(fig, str(out / "a"), True, copy / "0.svg")

    count = steps_of(lambda: draw(tmp_path / "counted"))
    assert count >= 8
    for fails_at in range(1, count):
        out = tmp_path / f"{fails_at}"
        with failing(fails_at, failure(error)), suppress(OSError, KeyboardInterrupt):
            draw(out)
        left = list(out.iterdir())
        assert {each.suffix for each in left} <= {".svg", ".png"}, fails_at
        assert all(is_whole(picture) for picture in left), fails_at


def test_between_beginning_and_end_of_a_file_nothing_is_terminated():
    with not_terminated():
        assert signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, set())
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, set())


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_stopping_leaves_whole_pictures_and_nothing_else(tmp_path, seconds):
    process = DrawingProcess()
    for i in range(8):
        process.order(figure(), tmp_path, f"{i}", png=True)
    while not (tmp_path / "0.svg").exists():
        time.sleep(0.01)
    time.sleep(seconds)
    process.stop()
    pictures = list(tmp_path.iterdir())
    assert all(is_whole(picture) for picture in pictures)
    assert process.process.returncode == -signal.SIGTERM
    process.close()
    assert not process.folder.exists()
