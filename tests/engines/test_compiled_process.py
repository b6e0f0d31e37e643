"""The compiled engine in processes of its own: its cache, no numba, plain Python,
another processor, Ctrl-C.
"""

import os
import platform
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

from halfmoon.engines.compiled import code_cache
from halfmoon.network import Network
from halfmoon.training.train import train

FIT = """
import numpy as np
from halfmoon import Network, datasets, train
X, y = datasets.make("moons", 50, 0.2, 0)
network = Network.dense([2, 3, 2], "tanh")
run = train(network, X, y, epochs=3)
print(run.engine, "|", run.why)
print(network.theta.sum().hex(), network.predict(X).sum().hex())
"""

PARITY = """
import numpy as np
from halfmoon.engines.contract import Plan, Problem, State
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import code_cache
from halfmoon.network import Network
from halfmoon.components.optimizers import OPTIMIZERS

def check(sizes, activation, loss, optimizer, dtype, y, dropout=0.0, **options):
    rng, far = np.random.default_rng(0), 1e-11 if dtype == "float64" else 1e-4
    network = Network.dense(sizes, activation, loss, dropout=dropout, dtype=dtype)
    X = rng.normal(size=(len(y), sizes[0]))
    data = network.read(X, y, rng.uniform(0.5, 2.0, len(y)))
    problem = Problem(network, *data, optimizer=OPTIMIZERS.make(optimizer),
                      batch_size=7, average=0.9, decay=0.1, **options)
    assert compiled.why_not(network, problem.optimizer) is None
    ends, plan = [], Plan(np.full(5, 0.05), np.full(5, 0.1), np.full(5, 0.8))
    for engine in (compiled, reference):
        slots = [np.ones_like(network.theta) for _ in range(problem.optimizer.slots)]
        state = State(network.theta.copy(), slots, network.theta.copy(), 4)
        measured = engine.run(problem, state, plan)
        g = engine.gradient(problem, state).g
        prediction = engine.predict(network, state.theta, X)
        scores = engine.predict(network, state.theta, X[:1], False)
        ends.append([measured.loss, measured.penalty, measured.norm, state.theta,
                     state.average, g, prediction, scores])
    for one, other in zip(*ends, strict=True):
        atol = far * max(1.0, abs(other).max())
        np.testing.assert_allclose(one, other, rtol=0, atol=atol)
    try:
        compiled.predict(network, network.theta, X * np.nan)
    except ValueError as error:
        assert "NaN or infinite" in str(error)
    else:
        raise AssertionError("NaN went through")

rng = np.random.default_rng(1)
for dtype in ("float64", "float32"):
    classes, real = rng.integers(0, 3, 17), rng.normal(size=17)
    check([4, 6, 5, 3], ["tanh", "gelu"], "softmax_cross_entropy", "adam", dtype,
          classes, [0.2, 0.4, 0.3], clip=0.2)
    several = np.stack([classes, classes % 2, 3 - classes], axis=1)
    check([4, 6, 9], "tanh", "softmax_cross_entropy:sizes=3/2/4", "adam", dtype,
          several)
    check([60, 5, 3], "silu", "quantiles", "momentum", dtype, real, lam=0.1, l1=0.02)
    check([4, 14, 13, 1], "mish", "huber:delta=0.5", "lion", dtype, real, shuffle=False)
print("parity")
"""


def python(script, home=None, **environment):
    """A script's outcome in a fresh process, with its compiled code in the folder
    `home` or where the user keeps it.
    """
    given = (
        os.environ
        | environment
        | ({"HALFMOON_CACHE": str(home)} if home is not None else {})
    )
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=given, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def files(folder):
    """All files below a folder, with their sizes and times."""
    found = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


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
def test_another_block_compiles_only_itself_and_says_nothing(cache):
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


def test_only_what_is_halfmoons_and_old_is_forgotten(tmp_path, monkeypatch):
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


@pytest.mark.slow
def test_the_engines_agree_in_plain_python(tmp_path):
    """For coverage, and to step through the kernels."""
    assert python(PARITY, tmp_path, NUMBA_DISABLE_JIT="1").stdout == "parity\n"


@pytest.mark.slow
def test_without_numba_numpy_serves_and_says_so_once(tmp_path):
    script = (
        """
    import sys
    sys.modules["numba"] = None
    """
        + textwrap.indent(FIT, "    ")
        + """
    again = train(network, X, y, epochs=2, engine="auto")
    assert again.engine == network.engine == "numpy"
    try:
        train(network, X, y, epochs=2, engine="compiled")
    except ValueError as error:
        print(error)
    """
    )
    done = python(script, tmp_path)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("numpy | numba cannot be imported here")
    assert lines[-1].startswith(
        "engine='compiled' cannot run this: numba cannot be imported here"
    )
    assert done.stderr.startswith("halfmoon: numba cannot be imported here")
    assert "NumPy does the work, more slowly" in done.stderr
    assert done.stderr.count("\n") == 1
    assert files(tmp_path) == {}


@pytest.mark.slow
def test_a_pickled_network_predicts_where_numba_is_missing(tmp_path):
    """It was trained by the compiled engine, elsewhere."""
    made = FIT + (
        "import pickle\npickle.dump((network, X, network.predict(X)), "
        f"open({str(tmp_path / 'net')!r}, 'wb'))"
    )
    assert python(made).stdout.startswith("compiled")
    script = f"""
    import sys, pickle
    sys.modules["numba"] = None
    import numpy as np
    network, X, y_hat = pickle.load(open({str(tmp_path / "net")!r}, "rb"))
    print(abs(network.predict(X) - y_hat).max() < 1e-12)
    """
    assert python(script).stdout == "True\n"


@pytest.mark.slow
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"),
    reason="Haswell is an x86-64 processor",
)
def test_the_engines_agree_on_an_older_processor(tmp_path):
    """No AVX-512: other vectors, other products of OpenBLAS."""
    done = python(
        PARITY, tmp_path, NUMBA_CPU_NAME="haswell", OPENBLAS_CORETYPE="Haswell"
    )
    assert done.stdout == "parity\n"


@pytest.mark.slow
def test_ctrl_c_inside_a_long_update_is_answered_and_leaves_the_weights_as_they_were():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 200))
    y = rng.integers(0, 3, 100_000)
    network = Network.dense([200, 1000, 1000, 3], "relu")
    theta = network.theta.copy()
    # compiles
    train(
        Network.dense([200, 4, 3], "relu"), X[:50], y[:50], epochs=1, engine="compiled"
    )
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.warns(UserWarning, match="interrupted in epoch 1"):
        run = train(network, X, y, epochs=5, engine="compiled")
    # not even the first update was carried out to its end
    assert (run.stopped, run.t, run.epoch) == ("interrupted", 0, 0)
    assert run.unfinished_epoch.shape[1] == 0
    assert np.array_equal(network.theta, theta)
    assert np.array_equal(run.theta, theta)
