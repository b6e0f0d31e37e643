"""A process of its own that draws figures, while the main one goes on computing.

Drawing takes as long as training here. An order is a line of JSON on the process's
standard input, with a number; the figure itself lies pickled in a folder that both
know. The answer is a line of JSON: what each axes covers, or what went wrong. The
process ignores Ctrl-C. It ends when its input does, or when it is terminated, though
never between the beginning and the end of a file; the main process removes the folder.
"""

import atexit
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from halfmoon.atomic import write_file
from halfmoon.pages.figures import Box, boxes_of, drawn, lay_out, style


class DrawingProcess:
    """Takes orders at once, and gives what was drawn when asked for it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="halfmoon-"))
        module = "halfmoon.pages.drawing_process"
        command = [sys.executable, "-P", "-m", module, str(self.folder)]
        # it finds the modules that we find
        paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self.process = subprocess.Popen(
            command,
            env=os.environ | paths,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None  # they are pipes
        assert self.process.stdout is not None
        self.orders_to = self.process.stdin
        self.answers_from = self.process.stdout
        self.answers: list[dict[str, Any]] = []
        self.orders = 0

    def order(self, fig: Figure, out: Path, name: str, png: bool) -> int:
        """Have the figure written as `name`.svg (and .png) in `out`.

        Returns the order's number.
        """
        number = self.orders
        write_file(self.folder / f"{number}.pickle", pickle.dumps(fig))
        order = {"number": number, "path": str(out.resolve() / name), "png": png}
        self.orders += 1
        try:
            self.orders_to.write(json.dumps(order) + "\n")
            self.orders_to.flush()
        except OSError:
            self.process.kill()  # it has ended; the answers will say so
        return number

    def result(self, number: int) -> tuple[str, list[Box]]:
        """The figure of an order as SVG, and what each of its axes covers.

        Waits until it is drawn. Raises OSError with the reason if it cannot be drawn.
        """
        while len(self.answers) <= number:
            line = self.answers_from.readline()
            if line.endswith("\n"):
                self.answers.append(json.loads(line))
            else:
                self.answers.append({"error": "the process that draws was ended"})
        answer = self.answers[number]
        if "error" in answer:
            raise OSError(answer["error"])
        svg = (self.folder / f"{number}.svg").read_text(encoding="utf-8")
        return svg, [Box(*box) for box in answer["boxes"]]

    def stop(self) -> None:
        """Draw nothing more; what is drawn by now stays."""
        self.process.terminate()
        self.process.wait()

    def close(self) -> None:
        """Wait until all is drawn, and remove the folder."""
        try:
            self.process.communicate()
        except (KeyboardInterrupt, OSError, ValueError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


_started: list[DrawingProcess] = []


def drawing_process() -> DrawingProcess:
    """The one of this process.

    It is started when first asked for, and again after one has ended.
    """
    if not _started or _started[-1].process.poll() is not None:
        _started.append(DrawingProcess())
        atexit.register(_started[-1].close)
    return _started[-1]


# In the process that draws


def write_figure(fig: Figure, path: str, png: bool, copy: Path) -> list[Box]:
    """Lay the figure out once, and write all its files, each of them whole."""
    files = dict[Path, bytes]()
    with style():
        lay_out(fig)
        if png:
            files[Path(f"{path}.png")] = drawn(fig, "png")
        # dpi is that of the pictures in it
        svg = drawn(fig, "svg", dpi=90, metadata={"Date": None})
        files |= {copy: svg, Path(f"{path}.svg"): svg}
        boxes = boxes_of(fig)
    with not_terminated():
        for file, content in files.items():
            write_file(file, content)
    return boxes


@contextmanager
def not_terminated() -> Iterator[None]:
    """In this block the process cannot be terminated; it is so at the end.

    (Windows has no such mask.)
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def carry_out_orders(folder: Path) -> None:
    """Draw what is ordered on standard input, until it ends."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = dict[str, Any]()
        pickled = folder / f"{order['number']}.pickle"
        copy = pickled.with_suffix(".svg")
        try:
            fig = pickle.loads(pickled.read_bytes())
            answer["boxes"] = write_figure(fig, order["path"], order["png"], copy)
        except Exception as error:  # the answer says what went wrong, whatever it was
            answer["error"] = f"{type(error).__name__}: {error}"
        pickled.unlink(missing_ok=True)
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        carry_out_orders(Path(sys.argv[1]))
    except BrokenPipeError:  # nobody reads the answers any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
