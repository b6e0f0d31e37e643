"""Where compiled code is kept: a folder of the user's, named by all that it depends on,
so that nothing in it is stale.

numba's own cache does not notice a change in an imported file; here any change of
halfmoon's sources, of numba, LLVM, NumPy or the processor gives another folder. Two
processes may write at once: the first to come stays.
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
KEPT = 90 * 86_400.0  # seconds
_NAME = re.compile("[0-9a-f]{16}")
_lock = threading.RLock()


def load(name: str, text: str) -> ModuleType:
    """The text as a module, from a file of its own in the folder: numba keeps what it
    compiles beside it.
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
    """A whole file or none; a file that another process has just written stays, as
    numba goes by its time.
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
    """The folder for these sources, versions and processor; a passing one, with a word,
    where none can be written.
    """
    try:
        made = home() / digest()
        made.mkdir(parents=True, exist_ok=True)
        _write(made / f"{os.getpid()}.try", "")
        (made / f"{os.getpid()}.try").unlink()
        _forget_others(made)
    except OSError as error:
        made = Path(tempfile.mkdtemp(prefix="halfmoon-"))
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        say(
            f"compiled code cannot be kept ({error}), so each process compiles anew; "
            "set HALFMOON_CACHE to a folder."
        )
    if native.JIT and not any(made.glob("*.py")):
        say("compiling the engine, once for this machine (about 2 seconds).")
    return made


def _forget_others(made: Path) -> None:
    """Remove what other versions compiled long ago, beside this folder; nothing that is
    not halfmoon's.
    """
    for other in made.parent.iterdir():
        with suppress(OSError):  # another process may be removing it, too
            old = (
                _NAME.fullmatch(other.name)
                and time.time() - other.stat().st_mtime > KEPT
            )
            if old and any(other.glob("joint_losses_*.py")):
                shutil.rmtree(other)


def home() -> Path:
    """HALFMOON_CACHE, or the system's place for what can be made again."""
    if os.environ.get("HALFMOON_CACHE"):
        return Path(os.environ["HALFMOON_CACHE"]).expanduser()
    if os.name == "nt":
        return (
            Path(os.environ.get("LOCALAPPDATA", "~")).expanduser()
            / "halfmoon"
            / "cache"
        )
    if sys.platform == "darwin":
        return Path("~/Library/Caches/halfmoon").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "halfmoon"


@cache
def digest() -> str:
    """A name for all that compiled code depends on."""
    about = [
        sys.version,
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        native.CPU,
        native.FEATURES,
    ]
    about += [
        getattr(numba.config, name, None)
        for name in ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX")
    ]
    text = "\n".join(map(str, about)).encode()
    sources = [path.read_bytes() for path in sorted(HERE.glob("*.py"))]
    return hashlib.sha256(b"".join([text, *sources])).hexdigest()[:16]
