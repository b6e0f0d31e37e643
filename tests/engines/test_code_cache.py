"""Where compiled code is kept: by processes of their own."""

import ast
import importlib
import inspect
import os
import threading
from pathlib import Path

import pytest

from engines.processes import FIT, files, python
from halfmoon.engines.compiled import code_cache, templates


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache that one process has filled, and what came of that process."""
    folder = tmp_path_factory.mktemp("cache")
    return folder, python(FIT, folder)


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
    assert len(lines) == 2
    assert done.stdout.split("\n")[1] == cache[1].stdout.split("\n")[1]


def test_only_what_is_halfmoons_and_old_is_removed(tmp_path, monkeypatch):
    names = ("0123456789abcdef", "1123456789abcdef", "2123456789abcdef", "thesis")
    old, fresh, foreign, other = (tmp_path / name for name in names)
    for folder in (old, fresh, foreign, other):
        folder.mkdir()
        name = "thesis.txt" if folder in (foreign, other) else "joint_losses_x.py"
        (folder / name).write_text("", encoding="utf-8")
    for folder in (old, foreign, other):
        os.utime(folder, (0, 0))
    monkeypatch.setattr(code_cache, "home", lambda: tmp_path)
    made = code_cache.folder.__wrapped__()
    assert {made, fresh, foreign, other} == set(tmp_path.iterdir())


@pytest.mark.slow
def test_damaged_files_are_made_again(tmp_path):
    first = python(FIT, tmp_path)
    for number, path in enumerate(sorted(tmp_path.rglob("*.*"))):
        cut = path.suffix in (".nbi", ".nbc", ".py") and path.is_file()
        if cut:
            path.write_bytes(path.read_bytes()[: 100 * (number % 2)])
    again = python(FIT, tmp_path)
    assert again.stdout == first.stdout
    after = files(tmp_path)
    assert python(FIT, tmp_path).stdout == first.stdout
    assert files(tmp_path) == after


@pytest.mark.slow
def test_a_cache_that_is_emptied_meanwhile_is_filled_again(tmp_path):
    script = (
        FIT
        + """
import shutil
shutil.rmtree({!r})
print(train(Network.dense([2, 3, 2], "gelu"), X, y, epochs=3).engine)
"""
    )
    assert python(script.format(str(tmp_path)), tmp_path).stdout.endswith("compiled\n")


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
            assert path.parent == code_cache.HERE, f"{source.name} imports {path.name}"
