"""The lesson's programs: pasted into an empty file, and against halfmoon's engine."""

import ast
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.datasets import make_gaussian_quantiles, make_moons

from halfmoon import Network, Schedule, train
from halfmoon.tutorial.programs import FIRST, VERSIONS, changed, source

NAMES = (FIRST, *VERSIONS)
SHORT = 100  # updates after which rounding has not yet grown
GOLDEN = ["Loss after iteration 0: 0.432387", "Loss after iteration 1000: 0.068947"]
CHANGED = {
    "minibatch": 1,
    "annealing": 1,
    "relu": 2,
    "three_classes": 2,
    "four_layers": 16,
}
SIZES = {"three_classes": [2, 10, 3], "four_layers": [2, 3, 3, 2]}

RUN = "import numpy, runpy, sys\n"
WITHOUT_MATPLOTLIB = f"""{RUN}
sys.modules["matplotlib"] = None
known = runpy.run_path("pasted.py")
known["final_loss"] = known["loss"]()
arrays = {{name: known[name] for name in known if name[0] in "Wb" or "loss" in name}}
arrays.pop("loss")
numpy.savez("learned.npz", **arrays)
"""
WITH_MATPLOTLIB = f"""{RUN}
runpy.run_path("pasted.py")
from matplotlib import pyplot
(ax,) = pyplot.gcf().axes
regions, points = ax.collections
assert len(points.get_offsets()) == 200
assert len(regions.get_paths()) > 1
"""


def run(folder, text, wrapper):
    """What a program prints that is pasted into an empty folder."""
    (folder / "pasted.py").write_text(text, encoding="utf-8")
    shown = "ignore:FigureCanvasAgg is non-interactive"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", shown, "-c", wrapper],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.splitlines()


@dataclass(frozen=True)
class Down(Schedule):
    """Down to 0 in a straight line."""

    def factor(self, progress):
        return 1.0 - progress.share


def by_the_engine(name):
    """The same data, network and updates, by halfmoon: its parameters and its loss."""
    X, y = make_moons(200, noise=0.2, random_state=0)
    if name == "three_classes":
        X, y = make_gaussian_quantiles(n_samples=200, cov=0.4, random_state=0)
    rng = np.random.RandomState(0)
    activation = "relu" if name == "relu" else "tanh"
    sizes = SIZES.get(name, [2, 3, 2])
    network = Network.dense(sizes, activation, initializer="tutorial", rng=rng)
    descent = {"optimizer": "gd", "learning_rate": 2.0, "l2": 0.01 / 200}
    if name == "minibatch":
        for _ in range(SHORT):
            rows = rng.permutation(200)[:20]
            train(network, X[rows], y[rows], epochs=1, **descent)
    elif name == "annealing":
        train(network, X, y, epochs=SHORT, schedule=Down(), **descent)
    else:
        train(network, X, y, epochs=SHORT, **descent)
    part = network.objective(network.theta, *network.read(X, y), 0.01 / 200)
    return network.views(network.theta), part.loss + part.penalty


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_program_learns_what_the_engine_learns(tmp_path, name):
    text = source(name)
    assert text.count("20_000") == 1
    printed = run(tmp_path, text.replace("20_000", f"{SHORT}"), WITHOUT_MATPLOTLIB)
    assert printed[-1] == "With matplotlib installed, you would see the boundary."
    learned = np.load(tmp_path / "learned.npz")
    layers, loss = by_the_engine(name)
    assert len(learned.files) == 2 * len(layers) + 1
    for number, layer in enumerate(layers, start=1):
        np.testing.assert_allclose(learned[f"W{number}"], layer.W, 1e-7, 1e-9)
        np.testing.assert_allclose(learned[f"b{number}"], layer.b, 1e-7, 1e-9)
    assert learned["final_loss"] == pytest.approx(loss, rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_program_runs_as_pasted_and_draws(tmp_path, name):
    printed = run(tmp_path, source(name), WITH_MATPLOTLIB)
    *losses, accuracy, two = printed
    assert len(losses) == 20
    if name == FIRST:
        assert losses[:2] == GOLDEN
    assert float(losses[-1].split()[-1]) < 0.2  # minibatches at this rate are rough
    assert accuracy in {f"Accuracy: {right / 200:.1%}" for right in range(184, 201)}
    expected = "[1 2]" if name == "three_classes" else "[0 1]"
    assert two == f"Two new points: {expected}"


@pytest.mark.parametrize("name", VERSIONS)
def test_a_version_changes_few_lines(name):
    assert len(changed(name)) == CHANGED[name]
    kept = [
        line
        for number, line in enumerate(source(name).splitlines(), start=1)
        if number not in changed(name)
    ]
    first = source(FIRST).splitlines()
    assert [line for line in first if line in kept] == kept


def test_nothing_is_changed_in_the_first_program():
    assert changed(FIRST) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_program_is_as_a_reader_types_it(name):
    text = source(name)
    assert max(len(line) for line in text.splitlines()) <= 72
    imported = set()
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, ast.AnnAssign)
        assert getattr(node, "annotation", None) is None
        assert getattr(node, "returns", None) is None
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module.split(".")[0])
    assert imported == {"numpy", "sklearn", "matplotlib"}
