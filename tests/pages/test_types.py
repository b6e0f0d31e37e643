"""The pages' modules keep to the types that their comments tell."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# TypeScript 7, as .ci/run installs it; an older one does not know all that we write
TSC = shutil.which("tsc", path=ROOT / "node_modules" / ".bin") or shutil.which("tsc")
needs_tsc = pytest.mark.skipif(
    TSC is None, reason="tsc is not installed (npm install --no-save typescript@7.0.2)"
)


@needs_tsc
def test_types_fit_together():
    done = subprocess.run(
        [TSC, "--project", ROOT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@needs_tsc
def test_a_wrong_type_is_found(tmp_path):
    """So the check reads our modules, and their comments."""
    wrong = tmp_path / "wrong.js"
    layers = ROOT / "src/halfmoon/pages/web/layers.js"
    text = f'import {{ outputsOf }} from "{layers}";\noutputsOf({{ sizes: "2" }});\n'
    wrong.write_text(text, encoding="utf-8")
    options = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2023"]
    done = subprocess.run(
        [TSC, *options, "--ignoreConfig", wrong],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Type 'string' is not assignable to type 'number[]'" in done.stdout
