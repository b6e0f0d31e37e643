"""halfmoon.wasm run by Node: steps, and what they give."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from halfmoon import pages

WEB = Path(pages.__file__).parent / "web"
WASM = WEB / "halfmoon.wasm"
MANIFEST = json.loads((WEB / "manifest.json").read_text(encoding="utf-8"))
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None, reason="Node runs WebAssembly; install it (on Debian: nodejs)."
)


class Page:
    """What a page would do: steps are collected, and carried out all at once.

    Each method that gives something returns the place of its result.
    """

    def __init__(self):
        self.steps = []

    def step(self, *step):
        self.steps.append(step)
        return len(self.steps) - 1

    def call(self, name, *arguments):
        return self.step("call", name, *arguments)

    def read(self, name, count, *arguments, kind="d"):
        return self.step("read", name, kind, count, *arguments)

    def write(self, name, numbers, kind="d"):
        return self.step("write", name, kind, np.ravel(numbers).tolist())

    def set_points(self, X, y, classes=None):
        self.write("points", X)
        self.write("labels", y, "i")
        return self.call("set_points", len(y), classes or int(np.max(y)) + 1)

    def set_network(self, sizes, activation="tanh", theta=None):
        self.write("sizes", sizes, "i")
        index = MANIFEST["activations"].index(activation)
        place = self.call("set_network", len(sizes), index)
        if theta is not None:
            self.write("theta", theta)
        return place

    def results(self):
        """What the steps give: numbers, arrays of numbers, or None."""
        given = json.dumps({"wasm": str(WASM), "steps": self.steps})
        here = Path(__file__).with_name("browser.mjs")
        done = subprocess.run(
            [NODE, str(here)], input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return [_read(result) for result in json.loads(done.stdout)]


def _read(result):
    """JavaScript's result: a number, an array of numbers, or something else."""
    if isinstance(result, list):
        return np.array([float(number) for number in result])
    return float(result) if isinstance(result, str | int | float) else result


def three_classes(n=60, seed=0):
    """Points of three classes that overlap, and their class numbers."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    angle = 2.1 * y + rng.normal(0.0, 0.5, n)
    X = np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0.0, 0.2, (n, 2))
    return X, y
