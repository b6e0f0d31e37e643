"""Where compiled code is kept: by processes of their own."""

import ast
import ctypes
import errno
import importlib
import inspect
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest
from numba.core import caching
from numba.core.ccallback import CFunc

from engines.processes import FIT, files, python
from halfmoon.engines.compiled import code_cache, native, templates


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache that one process has filled, and what came of that process."""
    folder = tmp_path_factory.mktemp("cache")
    return folder, python(FIT, folder)


@pytest.fixture
def own_cache(cache, tmp_path):
    """A copy of that cache, for this test alone."""
    return shutil.copytree(cache[0], tmp_path / "cache")


@pytest.mark.slow
def test_only_the_first_process_compiles_and_says_so(cache):
    folder, first = cache
    assert first.stdout.startswith("compiled | it is the faster one")
    assert first.stderr.startswith("halfmoon: compiling the engine")
    assert first.stderr.count("\n") == 1
    before = files(folder)
    second = python(FIT, folder)
    assert second.stderr == ""
    assert second.stdout == first.stdout
    assert files(folder) == before
    assert len(before) > 0


@pytest.mark.slow
def test_two_first_processes_at_once_do_not_harm_each_other(tmp_path):
    ends = []
    work = [
        threading.Thread(target=lambda: ends.append(python(FIT, tmp_path)))
        for _ in range(2)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len({end.stdout for end in ends}) == 1
    assert len(ends) == 2
    assert not [name for name in files(tmp_path) if name.endswith((".part", ".try"))]


@pytest.mark.slow
def test_another_component_compiles_only_itself_and_says_nothing(cache):
    before = files(cache[0])
    other = python(FIT.replace('"tanh"', '"silu"'), cache[0])
    assert other.stderr == ""
    after = files(cache[0])
    assert {name: after[name] for name in before} == before
    assert any("activation" in name for name in set(after) - set(before))
    assert not any("kernels" in name for name in set(after) - set(before))


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_costs_time_and_says_so(cache, tmp_path):
    """A file stands where the folder should be: this stops even root."""
    place = tmp_path / "file"
    place.write_text("")
    done = python(FIT, place)
    assert done.stdout.startswith("compiled |")
    lines = done.stderr.splitlines()
    assert "compiled code cannot be kept" in lines[0]
    assert "each process compiles anew; set HALFMOON_CACHE to a folder" in lines[0]
    assert len(lines) == 1
    assert done.stdout.split("\n")[1] == cache[1].stdout.split("\n")[1]


def test_only_what_is_halfmoons_and_old_is_removed(tmp_path, monkeypatch):
    names = ("0123456789abcdef", "1123456789abcdef", "2123456789abcdef", "thesis")
    old, fresh, foreign, other = (tmp_path / name for name in names)
    for folder in (old, fresh, foreign, other):
        folder.mkdir()
        name = "thesis.txt" if folder in (foreign, other) else "kernels_x.nbi"
        (folder / name).write_text("", encoding="utf-8")
    for folder in (old, foreign, other):
        os.utime(folder, (0, 0))
    monkeypatch.setattr(code_cache, "home", lambda: tmp_path)
    made = code_cache.folder.__wrapped__()
    assert {made, fresh, foreign, other} == set(tmp_path.iterdir())


@pytest.mark.slow
def test_damaged_files_are_made_again(cache, own_cache):
    for number, path in enumerate(sorted(own_cache.rglob("*.*"))):
        cut = path.suffix in (".nbi", ".nbc", ".py") and path.is_file()
        if cut:
            path.write_bytes(path.read_bytes()[: 100 * (number % 2)])
    again = python(FIT, own_cache)
    assert again.stdout == cache[1].stdout
    after = files(own_cache)
    assert python(FIT, own_cache).stdout == cache[1].stdout
    assert files(own_cache) == after


@pytest.mark.slow
def test_a_cache_that_is_emptied_meanwhile_is_filled_again(own_cache):
    script = (
        FIT
        + """
import shutil
shutil.rmtree({!r})
print(train(Network.dense([2, 3, 2], "gelu"), X, y, epochs=3).engine)
"""
    )
    done = python(script.format(str(own_cache)), own_cache)
    assert done.stdout.endswith("compiled\n")
    assert files(own_cache)


@pytest.mark.slow
def test_threads_may_all_be_the_first(cache):
    script = """
    from concurrent.futures import ThreadPoolExecutor
    from halfmoon import Network, datasets, train
    X, y = datasets.make("moons", 50, 0.2, 0)

    def fitted(seed):
        network = Network.dense([2, 3, 2], "tanh", seed=0)
        return train(network, X, y, epochs=3).engine, network.predict(X).sum()

    with ThreadPoolExecutor(8) as pool:
        print(*{*pool.map(fitted, range(16))})
    """
    done = python(script, cache[0])
    assert done.stderr == ""
    assert done.stdout.startswith("('compiled',")
    assert done.stdout.count("compiled") == 1


LOOP = """
import numpy as np
from halfmoon.engines.compiled.native import loop
T = np.float64

@loop("ii")
def {name}(a, b):
    return a * 10.0 + b
"""


def loaded(name):
    """A loop from the cache, as in a process that has not loaded it before."""
    text = LOOP.format(name=name)
    module = code_cache.load(name, text)
    del code_cache._modules[module.__name__]
    return getattr(module, name)


def works(function):
    """Compile a loop; returns whether it computes what it should."""
    pointer = native.address(function, "float64")
    call = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int64, ctypes.c_int64)(pointer)
    return call(4, 2) == 42.0


@pytest.fixture
def place(monkeypatch, tmp_path):
    """The cache's folder, for this test alone."""
    monkeypatch.setattr(code_cache, "folder", lambda: tmp_path)
    monkeypatch.setattr(code_cache, "_reasons", [])
    return tmp_path


@pytest.mark.parametrize("damage", [b"", b"halfmoon", None])
def test_a_damaged_file_is_made_again(place, damage, capsys):
    assert works(loaded("whole"))
    sizes = {path.name: path.stat().st_size for path in place.iterdir()}
    assert len(sizes) == 2
    for path in place.iterdir():
        path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    assert works(loaded("whole"))
    assert {path.name: path.stat().st_size for path in place.iterdir()} == sizes
    assert capsys.readouterr().err == ""


def test_where_nothing_can_be_written_it_works_and_one_message_says_why(
    place, monkeypatch, capsys
):
    """A full disk, say: it is seen when numba writes."""

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "_open_for_write", fail)
    assert works(loaded("first"))
    assert works(loaded("second"))
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "compiled code cannot be kept ([Errno 28] No space left on device)" in told
    assert list(place.iterdir()) == []


def test_a_complete_cache_that_can_only_be_read_is_used(
    place, monkeypatch, capsys, tmp_path
):
    assert works(loaded("read"))
    (place / "kernels_x.nbi").touch()

    def fail(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(caching.IndexDataCacheFile, "_open_for_write", fail)
    for function in ("makedirs", "utime"):
        monkeypatch.setattr(os, function, fail)
    monkeypatch.setattr(Path, "mkdir", fail)
    monkeypatch.setattr(CFunc, "_compile_uncached", fail)
    assert works(loaded("read"))
    monkeypatch.undo()
    monkeypatch.setattr(code_cache, "home", lambda: tmp_path.parent)
    monkeypatch.setattr(code_cache, "digest", lambda: tmp_path.name)
    monkeypatch.setattr(code_cache, "make_folder", fail)
    monkeypatch.setattr(os, "utime", fail)
    assert code_cache.folder.__wrapped__() == tmp_path
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("where", ["~nobody-of-that-name/x", "~/x"])
def test_where_there_is_no_home_one_message_says_so(where, monkeypatch, capsys):
    monkeypatch.setattr(code_cache, "_reasons", [])
    monkeypatch.setenv("HALFMOON_CACHE", where)

    def expanduser(path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", expanduser)  # Python's, without a home
    monkeypatch.setattr(code_cache, "folder", code_cache.folder.__wrapped__)
    assert code_cache.folder() is None
    assert works(loaded("homeless"))
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "cannot be kept (Could not determine home directory.)" in told
    assert "set HALFMOON_CACHE to a folder that can be written" in told


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "~/.cache"), ("", "~/.cache"), ("below/here", "~/.cache"), ("/x", "/x")],
)
def test_the_systems_folder_for_caches(value, expected, monkeypatch):
    """XDG Base Directory Specification: unset, empty and relative are all the same."""
    monkeypatch.delenv("HALFMOON_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert code_cache.home() == Path(expected).expanduser() / "halfmoon"


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_a_module_whose_loading_is_cut_short_is_forgotten(place, error, monkeypatch):
    moments = [error()]
    text = (
        LOOP.format(name=f"cut_{error.__name__}")
        + "\nfrom sys import cut_short\ncut_short()\n"
    )

    def cut_short():
        if moments:
            raise moments.pop()

    monkeypatch.setattr(sys, "cut_short", cut_short, raising=False)
    with pytest.raises(error):
        code_cache.load("cut", text)
    module = code_cache.load("cut", text)
    assert works(getattr(module, f"cut_{error.__name__}"))


@pytest.mark.slow
def test_it_can_be_imported_from_a_zip(tmp_path, cache):
    """Its sources are read through Python's own means, and compiled code is kept."""
    package = code_cache.HERE.parents[1]
    shutil.make_archive(tmp_path / "lib", "zip", package.parent, package.name)
    kept = tmp_path / "kept"
    script = f"import halfmoon; assert 'lib.zip' in halfmoon.__file__\n{FIT}"
    done = python(script, kept, PYTHONPATH=str(tmp_path / "lib.zip"))
    assert done.stdout == cache[1].stdout
    names = {path.name for path in kept.rglob("*.nb?")}
    assert names
    assert names <= {path.name for path in cache[0].rglob("*.nb?")}


# what is never compiled, and so changes nothing that is kept
IN_PYTHON = {"threads.py"}


def imported(path):
    """The modules of halfmoon's that a file imports, and those that these import."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("halfmoon."):
            module = importlib.import_module(node.module)
            names = [getattr(module, alias.name) for alias in node.names]
            found |= {Path(one.__file__) for one in names if inspect.ismodule(one)}
            found.add(Path(module.__file__))
    below = [imported(other) for other in found - {path}]
    return found.union(*below)


def test_the_digest_covers_every_source_that_generated_code_imports(tmp_path):
    template = tmp_path / "template.py"
    template.write_text(templates.HEAD.format(component="", dtype="float64"))
    sources = [template]
    for name in ("kernels", "loops", "joint_losses"):
        sources.append(code_cache.HERE / f"{name}.py")
    for source in sources:
        for path in imported(source):
            known = path.parent == code_cache.HERE or path.name in IN_PYTHON
            assert known, f"{source.name} imports {path.name}"
