"""tools/make_wasm.py: the engine in WebAssembly is made from the present sources."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import make_wasm
import pytest
from measure_house import House

from halfmoon.components.activations import ACTIVATIONS, Tanh

TOOL = Path(make_wasm.__file__)
needs_linker = pytest.mark.skipif(
    shutil.which("wasm-ld") is None,
    reason="wasm-ld links WebAssembly; install LLVM's lld (on Debian: lld).",
)


@pytest.fixture
def copied(tmp_path):
    """A folder with copies of both files."""
    for name in (make_wasm.WASM, make_wasm.MANIFEST):
        shutil.copy(make_wasm.WEB / name, tmp_path)
    return tmp_path


def change(folder, **fields):
    """Write other fields into a folder's manifest."""
    path = folder / make_wasm.MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | fields), encoding="utf-8")


def test_the_stored_files_are_those_of_the_present_sources():
    """If this fails, run `just wasm`: a source of the file has changed since."""
    told = make_wasm.stale(make_wasm.WEB)
    assert told is None, told


@pytest.fixture
def kernels(monkeypatch, tmp_path_factory):
    """kernels.py in a copy of the package, to be changed."""
    package = tmp_path_factory.mktemp("package") / "halfmoon"
    shutil.copytree(make_wasm.PACKAGE, package)
    monkeypatch.setattr(make_wasm, "PACKAGE", package)
    return package / "engines" / "compiled" / "kernels.py"


def test_another_statement_is_noticed(copied, kernels):
    assert make_wasm.stale(copied) is None
    text = kernels.read_text(encoding="utf-8")
    assert "SPINS = 2000" in text
    kernels.write_text(text.replace("SPINS = 2000", "SPINS = 2001"), encoding="utf-8")
    assert "sources have changed" in make_wasm.stale(copied)


def test_other_words_about_a_statement_are_none_of_its_business(copied, kernels):
    text = kernels.read_text(encoding="utf-8")
    assert "# [B1]" in text
    changed = text.replace("# [B1]", "# (B1)").replace('"""The main', '"""Now the main')
    assert changed != text
    kernels.write_text(changed, encoding="utf-8")
    assert make_wasm.stale(copied) is None


def test_another_slope_of_an_activation_is_noticed(copied, monkeypatch):
    class Steeper(Tanh):
        def df(self, z, a):
            return 2.0 - a * a

    monkeypatch.setitem(ACTIVATIONS._components, "tanh", Steeper)
    assert "sources have changed" in make_wasm.stale(copied)


def test_an_activation_that_came_later_is_no_fault(copied):
    """The file that is stored has one less than the registry."""
    manifest = json.loads((copied / make_wasm.MANIFEST).read_text(encoding="utf-8"))
    fewer = {kind: manifest[kind] for kind in make_wasm.KINDS}
    fewer["activations"] = [one for one in fewer["activations"] if one != "mish"]
    change(copied, **fewer, sources=make_wasm.sources_digest(fewer))
    assert make_wasm.stale(copied) is None


@pytest.mark.slow
def test_every_module_that_decides_the_file_is_a_source():
    """All that the browser's modules import of ours, and what these import of theirs.

    Only the network's and the registries' machinery is left out, as it is not compiled,
    and the components, of which what goes in is compared by itself.
    """
    house = House(make_wasm.ROOT)
    listed = {house.module_of(path) for path in make_wasm.sources()}
    arrows = [(module, target) for module, target, _ in house.arrows]
    reached = {module for module in listed if module.startswith("engines.browser")}
    for _ in range(len(house.modules)):
        reached |= {target for module, target in arrows if module in reached & listed}
    machinery = {
        "components.activations",
        "components.equation",
        "components.losses",
        "components.optimizers",
        "components.parts",
        "components.registry",
        "components.rules",
        "engines.threads",
        "network",
        "arrays.binned",
        "arrays.blas",
        "arrays.columns",
        "engines.compiled.bin_loops",
        "engines.compiled.translation",
    }
    assert listed - reached == set()
    assert reached - listed <= machinery


def test_the_manifest_describes_its_file(copied):
    change(copied, wasm="0" * 64)
    assert "not the file" in make_wasm.stale(copied)


def test_another_file_is_noticed(copied):
    path = copied / make_wasm.WASM
    path.write_bytes(path.read_bytes() + b"\0")
    assert "not the file" in make_wasm.stale(copied)


def test_the_file_knows_no_place_of_the_machine_that_made_it():
    content = (make_wasm.WEB / make_wasm.WASM).read_bytes()
    assert b".py" not in content
    assert b"site-packages" not in content


def test_the_file_is_small():
    """A page carries it whole."""
    assert (make_wasm.WEB / make_wasm.WASM).stat().st_size < 80_000


@pytest.mark.slow
@needs_linker
def test_the_sources_make_the_stored_file():
    """Byte for byte, where numba, llvmlite and wasm-ld are those that made it."""
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    words = ("is what its sources make", "made by other versions")
    assert any(text in done.stdout for text in words)
