"""The process that draws: what it does with a figure that cannot be written."""

import io

import pytest
from matplotlib.figure import Figure
from rich.console import Console

from halfmoon.pages import book as book_module
from halfmoon.pages.book import Book
from halfmoon.pages.drawing_process import DrawingProcess, drawing_process
from halfmoon.pages.html import Front

pytestmark = pytest.mark.slow


def figure():
    fig = Figure()
    fig.subplots().plot([0.0, 1.0])
    return fig


def test_a_figure_that_cannot_be_written_is_named_and_the_next_one_is_drawn(tmp_path):
    process = drawing_process()
    lost = process.order(figure(), tmp_path / "nowhere", "lost", png=False)
    kept = process.order(figure(), tmp_path, "kept", png=True)
    with pytest.raises(OSError, match="nowhere"):
        process.result(lost)
    svg, boxes = process.result(kept)
    assert svg == (tmp_path / "kept.svg").read_text()
    assert (tmp_path / "kept.png").exists()
    assert len(boxes) == 1


def test_a_drawing_that_was_ended_loses_figures_but_not_the_page(tmp_path, monkeypatch):
    ended = DrawingProcess()
    ended.stop()
    monkeypatch.setattr(book_module, "drawing_process", lambda: ended)
    book = Book(tmp_path, Front("Title", "Lead"), console=Console(file=io.StringIO()))
    book.begin("1", "data", "Data")
    with book.figure("1-data", "Caption", "Description", (4.0, 3.0)) as fig:
        fig.subplots().plot([0.0, 1.0])
    book.say("After the figure.")
    with pytest.raises(OSError, match=r"1-data \(the process that draws was ended\)"):
        book.write()
    ended.close()
    assert not ended.folder.exists()
    page = (tmp_path / "index.html").read_text()
    assert "This figure was not drawn." in page
    assert "After the figure." in page
    assert not list(tmp_path.glob("*.part"))
