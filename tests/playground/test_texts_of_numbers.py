"""How the page writes numbers, and where its charts' axes end, in Node."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from halfmoon import pages, playground
from halfmoon.pages import modules

pytestmark = pytest.mark.skipif(
    not shutil.which("node"), reason="node is not installed"
)
FOLDERS = [
    Path(pages.__file__).parent / "web",
    Path(playground.__file__).parent / "static",
]
CALLS = {
    "short(0.012345)": "0.0123",
    "short(1234.5)": "1,230",
    "short(-2)": "\N{MINUS SIGN}2",
    "short(0)": "0",
    "short(1.2e-7)": "1.2e-7",
    "short(-4.56e9)": "\N{MINUS SIGN}4.6e+9",
    "short(null)": "\N{EN DASH}",
    "short(NaN)": "\N{EN DASH}",
    "short(-Infinity)": "\N{MINUS SIGN}∞",
    "lossText(0.0684)": "0.0684",
    "lossText(0.000068)": "6.80e-5",
    "lossText(12.3)": "12.30",
    "lossText(12345.6)": "12346",
    "lossText(undefined)": "\N{EN DASH}",
    'scoreText(0.9755, "accuracy")': "97.5%",
    'scoreText(-0.25, "R2")': "\N{MINUS SIGN}0.250",
    'scoreText(null, "R2")': "\N{EN DASH}",
    "countText(20000)": "20,000",
    # an axis holds all values, and ends at few figures times a power of ten
    "axisRange([[0.03, 0.69], [0.71]], false)": [0, 0.8],
    "axisRange([[0.2, 1.6]], false)": [0, 2],
    "axisRange([[-0.2, 0.41]], false)": [-0.2, 0.5],
    "axisRange([[0.03, 0.69, NaN, 0]], true)": [0.02, 0.8],
    "axisRange([], false)": [0, 1],
    "axisRange([[NaN]], true)": [0.01, 1],
    "roundAbove(0.3)": 0.5,
    "roundAbove(200)": 200,
    "roundBelow(0.3)": 0.2,
    "roundBelow(1)": 1,
    "multiplesOf(5, -7, 12)": [-5, 0, 5, 10],
    "roundNumbers(0.05, 1)": [0.05, 0.1, 0.2, 0.5, 1],
    "roundNumbers(0.001, 10)": [0.001, 0.01, 0.1, 1, 10],
}


@pytest.fixture(scope="module")
def answers():
    ours = {}
    for folder in FOLDERS:
        ours |= modules.read_modules(folder)
    listed = ", ".join(CALLS)
    main = (
        'import { countText, lossText, scoreText, short } from "./numbers.js";\n'
        "import { axisRange, multiplesOf, roundAbove, roundBelow, roundNumbers } "
        'from "./round-numbers.js";\n'
        f"console.log(JSON.stringify([{listed}]));\n"
    )
    ours |= {"test": main}
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        input=modules.join(ours, "test"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(CALLS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("call", "expected"), CALLS.items())
def test_a_number_is_written_alike_everywhere(answers, call, expected):
    assert answers[call] == pytest.approx(expected)
