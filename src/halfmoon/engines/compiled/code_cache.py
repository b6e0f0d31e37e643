"""Where compiled code is kept: a folder named by all that it depends on.

numba's own cache does not notice a change in an imported file; here any change of
halfmoon's sources, of numba, LLVM, NumPy or the processor gives another folder. Two
processes may write at once: the first file stays.
"""

import atexit
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType

import llvmlite
import numba
import numpy as np

from halfmoon.engines.compiled import native
from halfmoon.engines.messages import say

HERE = Path(__file__).parent
# seconds after which a folder that is not in use is removed
UNUSED_SECONDS = 90 * 86_400.0
_NAME = re.compile("[0-9a-f]{16}")
_lock = threading.RLock()


def load(name: str, text: str) -> ModuleType:
    """The text as a module, from a file of its own in the folder.

    numba keeps what it compiles beside that file. The digest in the file's name covers
    the text, so a component's own source, too.
    """
    name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    with _lock:  # nobody may see a module that is half loaded
        return sys.modules[name] if name in sys.modules else _load(name, text)


def _load(name: str, text: str) -> ModuleType:
    path = folder() / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        # somebody may have emptied the cache meanwhile
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        _write(path, text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # numba finds a function's module by name
    spec.loader.exec_module(module)
    return module


def _write(path: Path, text: str) -> None:
    """Write a whole file or none.

    A file that another process has just written stays: numba goes by its time.
    """
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    try:
        os.link(file.name, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        os.replace(file.name, path)
        return
    os.unlink(file.name)


@cache
def folder() -> Path:
    """The folder for these sources, versions and processor.

    Where it cannot be written, a temporary one, and a message that says so.
    """
    try:
        chosen = home() / digest()
        chosen.mkdir(parents=True, exist_ok=True)
        _write(chosen / f"{os.getpid()}.try", "")
        (chosen / f"{os.getpid()}.try").unlink()
        _remove_unused(chosen)
    except OSError as error:
        chosen = Path(tempfile.mkdtemp(prefix="halfmoon-"))
        atexit.register(shutil.rmtree, chosen, ignore_errors=True)
        say(
            f"compiled code cannot be kept ({error}), so each process compiles anew; "
            "set HALFMOON_CACHE to a folder."
        )
    if native.JIT and not any(chosen.glob("*.py")):
        say("compiling the engine, once for this machine (about 2 seconds).")
    return chosen


def _remove_unused(chosen: Path) -> None:
    """Remove what other versions compiled long ago, beside this folder.

    Only folders that hold halfmoon's own files: each has the joint losses.
    """
    for other in chosen.parent.iterdir():
        with suppress(OSError):  # another process may be removing it, too
            age = time.time() - other.stat().st_mtime
            is_old = age > UNUSED_SECONDS and _NAME.fullmatch(other.name)
            if is_old and any(other.glob("joint_losses_*.py")):
                shutil.rmtree(other)


def home() -> Path:
    """HALFMOON_CACHE, or the system's folder for caches."""
    if os.environ.get("HALFMOON_CACHE"):
        return Path(os.environ["HALFMOON_CACHE"]).expanduser()
    if os.name == "nt":
        local = Path(os.environ.get("LOCALAPPDATA", "~"))
        return local.expanduser() / "halfmoon" / "cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/halfmoon").expanduser()
    caches = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"))
    return caches.expanduser() / "halfmoon"


@cache
def digest() -> str:
    """A name for all that compiled code depends on: versions, processor, sources.

    The sources are all of this folder: kernels and loops import nothing else of
    halfmoon's, and what a component's methods become is text in a file of its own.
    """
    versions = [
        sys.version,
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        native.CPU,
        native.FEATURES,
    ]
    options = [
        getattr(numba.config, name, None)
        for name in ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX")
    ]
    text = "\n".join(map(str, versions + options)).encode()
    sources = [path.read_bytes() for path in sorted(HERE.glob("*.py"))]
    return hashlib.sha256(b"".join([text, *sources])).hexdigest()[:16]
