"""Make the engine for the browser: `halfmoon.wasm`, and the manifest beside it.

    python tools/make_wasm.py            makes both in src/halfmoon/pages/web
    python tools/make_wasm.py --check    makes them again elsewhere, and compares

The manifest says what is in the file, from which sources it was made, and by which
versions of Python, numba, llvmlite and wasm-ld. The check always compares the sources:
their statements, without comments and docstrings, and the loops that are written from
the components in the file. A component that the registries have gained since is no
fault. It compares the file byte for byte where it was made by the same versions.
"""

import argparse
import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "halfmoon"
WEB = PACKAGE / "pages" / "web"
WASM = "halfmoon.wasm"
MANIFEST = "manifest.json"
# all that decides what is in the file, beside the components
SOURCES = (
    "arrays/elementary.py",
    "arrays/random.py",
    "engines/browser/*.py",
    "engines/compiled/codegen.py",
    "engines/compiled/functions.py",
    "engines/compiled/joint_losses.py",
    "engines/compiled/kernels.py",
    "engines/compiled/loops.py",
    "engines/compiled/native.py",
    "engines/compiled/simd.py",
    "engines/compiled/tables.py",
    "engines/compiled/templates.py",
)
# numba is to leave its code as it is, for any processor: LLVM shapes it for WebAssembly
ENVIRONMENT = {
    "NUMBA_OPT": "0",
    "NUMBA_LOOP_VECTORIZE": "0",
    "NUMBA_SLP_VECTORIZE": "0",
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "PYTHONHASHSEED": "0",
}
KINDS = ("activations", "losses", "rules")
STACK = 65536  # bytes
MISSING = "There is no wasm-ld; install LLVM's lld (on Debian: apt-get install lld)."


def main() -> int:
    """Make the files, or check those that are there; returns the exit status."""
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        # numba reads these when it is imported
        again = [sys.executable, __file__, *sys.argv[1:]]
        return subprocess.run(
            again, env=os.environ | ENVIRONMENT, check=False
        ).returncode
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, and keep")
    parser.add_argument("--out", type=Path, default=WEB, help="where the files go")
    options = parser.parse_args()
    if options.check:
        return check(options.out)
    if linker() is None:
        print(MISSING)
        return 1
    manifest = make(options.out)
    path = options.out / WASM
    print(f"{path}: {path.stat().st_size} bytes, {len(manifest['exports'])} exports")
    return 0


def sources() -> list[Path]:
    """The files that decide what is in halfmoon.wasm."""
    return [path for pattern in SOURCES for path in sorted(PACKAGE.glob(pattern))]


def sources_digest(names: dict[str, list[str]]) -> str:
    """A sha256 digest of the sources, and of the components with these names."""
    from halfmoon.engines.browser import contents

    digest = hashlib.sha256()
    for path in sources():
        name = path.relative_to(PACKAGE).as_posix()
        digest.update(f"{name}\n{statements(path)}\n".encode())
    for kind in KINDS:
        for name in names[kind]:
            digest.update(f"{name}\n{contents.written(kind, name)}\n".encode())
    return digest.hexdigest()


def statements(path: Path) -> str:
    """What a module does: its syntax tree without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def made_with() -> dict[str, str]:
    """The versions that decide the bytes of the file."""
    told = subprocess.run(
        [str(linker()), "--version"], capture_output=True, text=True, check=True
    )
    return {
        "python": ".".join(map(str, sys.version_info[:2])),
        "numba": version("numba"),
        "llvmlite": version("llvmlite"),
        "wasm-ld": told.stdout.strip(),
    }


def linker() -> str | None:
    """Where wasm-ld is, if it is installed; it comes with LLVM's lld."""
    return shutil.which("wasm-ld")


def make(out: Path) -> dict[str, Any]:
    """Make both files in a folder; returns the manifest."""
    from halfmoon.engines.browser import contents, module

    code, exports = module.object_file()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "halfmoon.o"
        whole.write_bytes(code)
        options = ["--no-entry", "--strip-all", "-z", f"stack-size={STACK}"]
        options += [f"--export={name}" for name in exports]
        command = [str(linker()), *options, str(whole), "-o", str(out / WASM)]
        subprocess.run(command, check=True)
    manifest = {
        "exports": exports,
        **contents.NAMES,
        "sources": sources_digest(contents.NAMES),
        "wasm": hashlib.sha256((out / WASM).read_bytes()).hexdigest(),
        "made_with": made_with(),
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (out / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def stale(web: Path) -> str | None:
    """Why a folder's files are not those of the present sources; None if they are."""
    stored = json.loads((web / MANIFEST).read_text(encoding="utf-8"))
    if stored["sources"] != sources_digest(stored):
        return f"The sources have changed since {WASM} was made; run `just wasm`."
    if stored["wasm"] != hashlib.sha256((web / WASM).read_bytes()).hexdigest():
        return f"{WASM} is not the file that {MANIFEST} describes; run `just wasm`."
    return None


def check(web: Path) -> int:
    """Compare a folder's files with those that the sources make; returns the status."""
    problem = stale(web)
    if problem is not None:
        print(problem)
        return 1
    if linker() is None:
        print(f"{MISSING} Only the sources were compared: they are the same.")
        return 0
    stored = json.loads((web / MANIFEST).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder))
    problem, told = compare(stored, made)
    print(told)
    return 1 if problem else 0


def compare(stored: dict[str, Any], made: dict[str, Any]) -> tuple[bool, str]:
    """Whether two manifests of the same sources disagree, and what to say of them."""
    gained = [name for kind in KINDS for name in made[kind] if name not in stored[kind]]
    if gained:
        return False, (
            f"The sources are the same. {WASM} has no {', '.join(gained)} yet; "
            "`just wasm` makes one that has."
        )
    if made == stored:
        return False, f"{WASM} is what its sources make, byte for byte."
    if made["made_with"] == stored["made_with"]:
        return True, f"The same versions make another {WASM}; run `just wasm`."
    # other versions give other bytes
    if any(made[name] != stored[name] for name in ("exports", *KINDS)):
        return True, f"{MANIFEST} lists other contents; run `just wasm`."
    return False, (
        f"The sources are the same. {WASM} was made by other versions:\n"
        f"  stored: {stored['made_with']}\n  here:   {made['made_with']}"
    )


if __name__ == "__main__":
    sys.exit(main())
