"""The engine in WebAssembly, run by Node and compared with NumPy's."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from halfmoon import pages

HERE = Path(__file__).parent
WEB = Path(pages.__file__).parent / "web"
MANIFEST = json.loads((WEB / "manifest.json").read_text(encoding="utf-8"))
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None, reason="Node is needed to run WebAssembly (Debian: nodejs)."
)


def carry_out(steps):
    """What each of the steps of browser.mjs gives."""
    given = json.dumps({"wasm": str(WEB / "halfmoon.wasm"), "steps": steps})
    done = subprocess.run(
        [NODE, str(HERE / "browser.mjs")],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_activation_stands_in_the_registry():
    assert carry_out([["call", "parameters"], ["call", "updates"]]) == [0, 0]
