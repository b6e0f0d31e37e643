"""Where compiled code is kept: a folder named by all that it depends on.

numba's own cache does not notice a change in an imported file; here any change of
halfmoon's sources, of numba, LLVM, NumPy or the processor gives another folder. It is
read where it can be read, written where it can be written, and done without where it
cannot: then each process compiles anew, and says why, once.
"""

import hashlib
import linecache
import os
import re
import shutil
import sys
import time
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.caching import CompileResultCacheImpl, FunctionCache

from halfmoon.atomic import make_folder
from halfmoon.engines.compiled import native
from halfmoon.engines.messages import say
from halfmoon.engines.threads import uninterrupted

HERE: Any = resources.files(__package__)
# seconds after which a folder that is not in use is removed
UNUSED_SECONDS = 90 * 86_400.0
_NAME = re.compile("[0-9a-f]{16}")
_modules: dict[str, ModuleType] = {}  # those that are loaded, by name
_reasons: list[str] = []  # why compiled code could not be kept


def load(name: str, text: str) -> ModuleType:
    """The text as a module, whose kernels and loops are kept in the folder.

    The digest in the module's name covers the text, so a component's own source, too.
    """
    name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if name in _modules:
        return _modules[name]
    return uninterrupted(lambda: _load(name, text))


def _load(name: str, text: str) -> ModuleType:
    with native.compiling:
        if name in _modules:  # another thread was faster
            return _modules[name]
        module = ModuleType(name)
        place = folder()
        if place is not None:
            vars(module)[native.CACHE] = _Cache
        # numba names its files by this path; there is none of that name
        path = str((place or Path()) / f"{name}.py")
        linecache.cache[path] = len(text), None, text.splitlines(keepends=True), path
        sys.modules[name] = module  # numba finds a function's module by name
        exec(compile(text, path, "exec"), vars(module))
        # only a module that is whole is found by the next one who asks
        _modules[name] = module
        return module


class _Locator:
    """Says to numba that a function's compiled code lies in our folder."""

    def __init__(self, function: Any, path: str) -> None:
        self.folder = os.path.dirname(path)
        self.line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Any, path: str) -> "_Locator":
        """The one for a function; numba asks whether there is any."""
        return cls(function, path)

    def get_cache_path(self) -> str:
        """The folder."""
        return self.folder

    def ensure_cache_path(self) -> None:
        """Make the folder; somebody may have emptied the cache meanwhile."""
        os.makedirs(self.folder, exist_ok=True)

    def get_source_stamp(self) -> str:
        """Of which text it was made: names of modules say it already."""
        return ""

    def get_disambiguator(self) -> str:
        """What tells functions of one name apart."""
        return str(self.line)


class _Files(CompileResultCacheImpl):
    _locator_classes: list[Any] = [_Locator]  # noqa: RUF012


class _Cache(FunctionCache):
    """numba's cache of one function; what it cannot read or write it does without."""

    _impl_class = _Files

    def load_overload(self, *arguments: Any) -> Any:
        """What was kept; None if there is nothing, or if it is damaged."""
        numbas: Any = super()
        try:
            return numbas.load_overload(*arguments)
        except Exception:  # whatever reading a damaged file may raise
            with suppress(OSError):
                numbas.flush()
            return None

    def save_overload(self, *arguments: Any) -> None:
        """Keep what was compiled; say why, if that cannot be."""
        numbas: Any = super()
        try:
            numbas.save_overload(*arguments)
        except Exception as error:  # a full disk, or a damaged file that stays
            say_not_kept(error)


@cache
def folder() -> Path | None:
    """The folder for these sources, versions and processor.

    None where no folder can be found or made, which a message says.
    """
    try:
        chosen = home() / digest()
        if not _is_filled(chosen):
            make_folder(chosen)
            _remove_unused(chosen)
            if native.JIT:
                say("compiling the engine, once for this machine (about 2 seconds).")
    except (OSError, RuntimeError) as error:  # the latter where there is no home
        say_not_kept(error.__cause__ or error)
        return None
    with suppress(OSError):
        os.utime(chosen)  # it is in use
    return chosen


def say_not_kept(reason: BaseException) -> None:
    """Say why compiled code cannot be kept, the first time."""
    if not _reasons:
        say(
            f"compiled code cannot be kept ({reason}), so each process compiles anew; "
            "set HALFMOON_CACHE to a folder that can be written."
        )
    _reasons.append(str(reason))


def _is_filled(place: Path) -> bool:
    """Whether halfmoon has kept kernels there."""
    return any(place.glob("kernels_*"))


def _remove_unused(chosen: Path) -> None:
    """Remove what other versions compiled long ago, beside this folder."""
    for other in chosen.parent.iterdir():
        with suppress(OSError):  # another process may be removing it, too
            age = time.time() - other.stat().st_mtime
            is_old = age > UNUSED_SECONDS and _NAME.fullmatch(other.name)
            if is_old and _is_filled(other):
                shutil.rmtree(other)


def home() -> Path:
    """HALFMOON_CACHE, or the system's folder for caches.

    RuntimeError where it is below a home that there is not.
    """
    if os.environ.get("HALFMOON_CACHE"):
        return Path(os.environ["HALFMOON_CACHE"]).expanduser()
    if os.name == "nt":
        local = Path(os.environ.get("LOCALAPPDATA") or "~")
        return local.expanduser() / "halfmoon" / "cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/halfmoon").expanduser()
    caches = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not caches.is_absolute():  # as the XDG Base Directory Specification says
        caches = Path("~/.cache").expanduser()
    return caches / "halfmoon"


@cache
def digest() -> str:
    """A name for all that compiled code depends on: versions, processor, sources.

    The sources are all of this folder: kernels and loops import nothing else of
    halfmoon's, and what a component's methods become is text in a module of its own.
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
    names = sorted(one.name for one in HERE.iterdir() if one.name.endswith(".py"))
    sources = [(HERE / name).read_bytes() for name in names]
    return hashlib.sha256(b"".join([text, *sources])).hexdigest()[:16]
