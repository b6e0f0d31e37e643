"""The notebook in examples/: run in a real kernel; its numbers and functions are set
beside the tutorial's.
"""

import ast
import inspect
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from halfmoon.inspection import evaluation
from halfmoon.tutorial import experiment, learning, onward, patients, study
from halfmoon.tutorial.exercises import (
    activation_functions,
    annealing,
    depth,
    minibatches,
)

PATH = Path(__file__).resolve().parents[2] / "examples" / "tutorial.ipynb"
CELLS = json.loads(PATH.read_text(encoding="utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """All that the notebook prints."""
    out = tmp_path_factory.mktemp("notebook") / "run.ipynb"
    command = [sys.executable, "-m", "jupyter", "execute", str(PATH), f"--output={out}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = [
        output
        for cell in json.loads(out.read_text())["cells"]
        for output in cell.get("outputs", [])
    ]
    assert not [
        o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"
    ]
    return "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")


def test_it_tells_every_section():
    headings = [
        source(cell).split("\n")[0] for cell in CELLS if source(cell).startswith("## ")
    ]
    assert [int(heading.split()[1].rstrip(".")) for heading in headings] == list(
        range(1, 11)
    )
    assert not [
        cell for cell in CELLS if cell.get("outputs") or cell.get("execution_count")
    ], "clear its outputs"


def test_its_numbers_are_the_tutorials(printed, results):
    learning = results["learning"]
    for text in (
        f"a straight line: {results['baseline']['accuracy'][0]:.1%} right",
        f"cubic features, by hand: {results['baseline']['accuracy'][1]:.1%}",
        f"before training {learning['loss_before_training']:.6f}",
        f"after update 1 {learning['loss_after_iteration']['0']:.6f}",
        f"after update 1,001 {learning['loss_after_iteration']['1000']:.6f}",
        f"{results['boundary']['accuracy']:.1%} of the points on their own side",
    ):
        assert text in printed


def skeleton(text):
    """Functions and classes without annotations."""
    tree = ast.parse(textwrap.dedent(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return {
        ast.dump(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


SHOWN = [
    experiment.build,
    experiment.descend,
    evaluation.accuracy,
    learning.from_scratch,
    evaluation.log_loss,
    study.truth,
    minibatches.by_hand,
    annealing.Straight,
    activation_functions.Bump,
    activation_functions.Forgotten,
    depth.by_layer,
    patients.network,
    patients.predict_held_out,
    onward.as_estimator,
    onward.search,
]


@pytest.mark.parametrize("function", SHOWN, ids=lambda function: function.__name__)
def test_its_functions_are_those_that_the_sections_show(function):
    code = [
        source(cell).replace("%matplotlib inline", "")
        for cell in CELLS
        if cell["cell_type"] == "code"
    ]
    assert skeleton(inspect.getsource(function)) <= set().union(*map(skeleton, code))
