"""The press: a process of its own that lays figures out and writes them, while the next section is at work.

Drawing takes longer than training here. An order is a line of JSON on the press's standard input: which figure (pickled
in a file), where to, under which name. The answer is a line of JSON: what each axes covers. It ignores Ctrl-C, so that
what was drawn before is finished, and ends when its input does.
"""

import atexit
import json
import pickle
import subprocess
import sys
import tempfile
import traceback
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from halfmoon.tutorial.figures import STYLE, Box, panels, settle


class Press:
    """Takes orders at once; gives each figure's panels when asked for them."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "halfmoon.tutorial.press"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, start_new_session=True, **pipes)
        self.folder = tempfile.TemporaryDirectory(prefix="halfmoon-")
        self.orders: deque[str] = deque()
        self.done: dict[str, list[Box]] = {}
        atexit.register(self.close)

    def order(self, fig: Figure, out: Path, name: str, png: bool) -> str:
        """Have the figure written as `name`.svg (and .png) in `out`; returns a ticket for `panels`."""
        ticket = str(len(self.orders) + len(self.done))
        pickled = Path(self.folder.name) / ticket
        pickled.write_bytes(pickle.dumps(fig))
        self._say({"figure": str(pickled), "out": str(out.resolve()), "name": name, "png": png})
        self.orders.append(ticket)
        return ticket

    def panels(self, ticket: str) -> list[Box]:
        """What each axes of the figure covers; waits until it is written."""
        while ticket not in self.done:
            answer = json.loads(self.process.stdout.readline() or '{"error": "it has ended"}')  # type: ignore[union-attr]
            if "error" in answer:
                raise RuntimeError(f"A figure could not be drawn: {answer['error']}")
            self.done[self.orders.popleft()] = [Box(*box) for box in answer["panels"]]
        return self.done[ticket]

    def _say(self, order: dict[str, Any]) -> None:
        self.process.stdin.write(json.dumps(order) + "\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]

    def close(self) -> None:
        """Let it end."""
        self.process.communicate()
        self.folder.cleanup()


@cache
def start() -> Press:
    """The press of this process, started when first asked for."""
    return Press()


def write(fig: Figure, path: Path, png: bool) -> list[Box]:
    """Lay the figure out once, and write it as often as it is wanted."""
    with mpl.rc_context(STYLE):
        settle(fig)
        if png:
            fig.savefig(path.with_name(path.name + ".png"))
        svg: dict[str, Any] = {"dpi": 90, "metadata": {"Date": None}}  # dpi is that of the pictures in it
        fig.savefig(path.with_name(path.name + ".svg"), **svg)
        return panels(fig)


def work() -> None:
    """Take orders until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        pickled = Path(order["figure"])
        answer: dict[str, Any] = {}
        try:
            fig = pickle.loads(pickled.read_bytes())
            answer["panels"] = write(fig, Path(order["out"], order["name"]), order["png"])
        except Exception:  # the one who ordered it is told, whatever it was
            answer["error"] = traceback.format_exc()
        pickled.unlink()
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    work()
