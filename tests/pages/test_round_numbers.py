"""Round numbers along axes, as the pages' modules choose them, in Node."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from halfmoon import pages

ROOM = Path(pages.__file__).parent / "web/round-numbers.js"
pytestmark = pytest.mark.skipif(
    not shutil.which("node"), reason="node is not installed"
)


@pytest.fixture(scope="module")
def value(tmp_path_factory):
    """What an expression of the room's functions is, once node has begun."""
    module = tmp_path_factory.mktemp("web") / "round-numbers.mjs"
    module.write_text(ROOM.read_text(encoding="utf-8"), encoding="utf-8")

    def of(*expressions):
        program = (
            f"import * as round from {json.dumps(module.as_uri())};\n"
            f"console.log(JSON.stringify([{','.join(expressions)}]));"
        )
        command = ["node", "--input-type=module", "-e", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return of


@pytest.mark.slow
def test_axes_have_round_numbers(value):
    assert value(
        "round.roundAbove(0.3)",
        "round.roundAbove(7)",
        "round.roundAbove(200)",
        "round.roundBelow(0.3)",
        "round.roundBelow(1)",
        "round.multiplesOf(5, -7, 12)",
        "round.roundNumbers(0.05, 1)",
        "round.roundNumbers(0.001, 10)",
        "round.axisRange([[0.2, 5.2], [NaN]], false)",
        "round.axisRange([[-3.5, Infinity]], false)",
        "round.axisRange([[0.03, 0.7, 0]], true)",
        "round.axisRange([], true)",
    ) == [
        0.5,
        10,
        200,
        0.2,
        1,
        [-5, 0, 5, 10],
        [0.05, 0.1, 0.2, 0.5, 1],
        [0.001, 0.01, 0.1, 1, 10],
        [0, 6],
        [-4, 1],
        [0.02, 0.8],
        [0.01, 1],
    ]
