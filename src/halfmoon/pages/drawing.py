"""The press: a process of its own that lays figures out and writes them, while the next
section is at work.

Drawing takes as long as training here. An order is a line of JSON on the press's
standard input, with a number; the figure itself lies pickled in a folder that both
know. The answer is a line of JSON: what each axes covers, or what went wrong. The press
hears no Ctrl-C. It ends when its input does, and takes the folder with it.
"""

import atexit
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from halfmoon.pages.figures import Box, panels, settle, style


class Press:
    """Takes orders at once, and gives what was drawn when asked for it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="halfmoon-"))
        command = [
            sys.executable,
            "-P",
            "-m",
            "halfmoon.pages.drawing",
            str(self.folder),
        ]
        # it finds what we find
        ours = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipes: dict[str, Any] = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "text": True,
        }
        self.process = subprocess.Popen(
            command, env=os.environ | ours, start_new_session=True, **pipes
        )
        assert self.process.stdin is not None  # they are pipes
        assert self.process.stdout is not None
        self.orders_to = self.process.stdin
        self.answers_from = self.process.stdout
        self.answers: list[dict[str, Any]] = []
        self.orders = 0

    def order(self, fig: Figure, out: Path, name: str, png: bool) -> int:
        """Have the figure written as `name`.svg (and .png) in `out`; returns the
        order's number.
        """
        number = self.orders
        (self.folder / f"{number}.pickle").write_bytes(pickle.dumps(fig))
        line = json.dumps(
            {"number": number, "path": str(out.resolve() / name), "png": png}
        )
        self.orders += 1
        try:
            self.orders_to.write(line + "\n")
            self.orders_to.flush()
        except OSError:
            self.process.kill()  # it has ended; the answers will say so
        return number

    def drawn(self, number: int) -> tuple[str, list[Box]]:
        """The figure as SVG, and what each of its axes covers. OSError with the reason
        why there is none.
        """
        while len(self.answers) <= number:
            line = self.answers_from.readline()
            ended = {"error": "the process that draws was ended"}
            self.answers.append(json.loads(line) if line.endswith("\n") else ended)
        answer = self.answers[number]
        if "error" in answer:
            raise OSError(answer["error"])
        svg = (self.folder / f"{number}.svg").read_text(encoding="utf-8")
        return svg, [Box(*box) for box in answer["panels"]]

    def drop(self) -> None:
        """Draw nothing more: what is drawn by now stays."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Let it end."""
        try:
            self.process.communicate()
        except (KeyboardInterrupt, OSError, ValueError):
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


_presses: list[Press] = []


def start() -> Press:
    """The press of this process, started when first asked for, and again after one has
    ended.
    """
    if not _presses or _presses[-1].process.poll() is not None:
        _presses.append(Press())
        atexit.register(_presses[-1].close)
    return _presses[-1]


def write(fig: Figure, path: str, png: bool, copy: Path) -> list[Box]:
    """Lay the figure out once, and write it as often as it is wanted."""
    with style():
        settle(fig)
        if png:
            fig.savefig(f"{path}.png")
        # dpi is that of the pictures in it
        fig.savefig(copy, dpi=90, metadata={"Date": None})
        shutil.copyfile(copy, f"{path}.svg")
        return panels(fig)


def work(folder: Path) -> None:
    """Take orders until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = dict[str, Any]()
        pickled = folder / f"{order['number']}.pickle"
        try:
            fig = pickle.loads(pickled.read_bytes())
            answer["panels"] = write(
                fig, order["path"], order["png"], pickled.with_suffix(".svg")
            )
        except Exception as error:  # the one who ordered it is told, whatever it was
            answer["error"] = f"{type(error).__name__}: {error}"
        pickled.unlink(missing_ok=True)
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        work(Path(sys.argv[1]))
    except BrokenPipeError:  # nobody is there any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
