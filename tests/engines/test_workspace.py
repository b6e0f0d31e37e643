"""A fit's kernels at work: the same bits whatever the threads and pauses."""

import copy
import gc
import os
import threading
import warnings
import weakref
from itertools import count

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from engines.problems import (
    COUNTED,
    DEEP,
    SEVERAL,
    Y,
    begun,
    carried_out,
    classifier,
    each_tuning,
    fit,
    plan,
    task,
    tune,
)
from engines.processes import python
from fits import press_ctrl_c_from_outside
from halfmoon import MLPClassifier, find_learning_rate
from halfmoon.engines import threads as own_threads
from halfmoon.engines.compiled import engine as compiled
from halfmoon.engines.compiled import tables, workspace
from halfmoon.network import Network
from halfmoon.training import loop
from halfmoon.training.train import train


@each_tuning
@pytest.mark.parametrize(
    "layers", [DEEP, SEVERAL], ids=["deep", "several class variables"]
)
def test_the_number_of_threads_changes_no_bit_however_the_work_is_cut(
    layers, tuning, monkeypatch
):
    tune(tuning | {"SHARED_WORK": 0.0, "SHARE_ROWS": 4}, monkeypatch)
    ends = []
    used = []
    for threads in (1, 2, 3, 8):
        problem = task(
            classifier(layers, seed=2),
            100,
            33,
            "adam",
            average=0.9,
            clip=0.3,
            n_threads=threads,
        )
        state, measured = carried_out(compiled, problem, begun(problem), plan(9))
        ends.append(
            [state.theta, state.average, *state.slots, measured.loss, measured.norm]
        )
        used.append(measured.threads)
    assert used == [1, 2, 3, 8]
    for end in ends[1:]:
        for one, other in zip(end, ends[0], strict=True):
            assert np.array_equal(one, other)


BIG = {
    "optimizer": "adam",
    "learning_rate": 0.01,
    "batch_size": 800,
    "epochs": 4,
    "engine": "compiled",
    "l2": 1e-3,
}


def big(**options):
    """A network and its Run, after a fit with batches of eight shares."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2000, 20))
    y = rng.integers(0, 4, 2000)
    options = {**BIG, **options}
    network = options.pop("network", None) or Network.dense(
        [20, 64, 4], "gelu", dropout=0.2
    )
    return network, train(network, rows, y, **options)


def assert_same(one, other):
    """Two (network, run) with the same bits in weights, state and history."""
    (first, a) = one
    (second, b) = other
    assert a.engine == b.engine == "compiled"
    assert np.array_equal(first.theta, second.theta)
    assert np.array_equal(a.theta, b.theta)
    assert (a.t, a.stopped) == (b.t, b.stopped)
    assert all(np.array_equal(x, y) for x, y in zip(a.slots, b.slots, strict=True))
    assert a.average is b.average is None or np.array_equal(a.average, b.average)
    for name in COUNTED:
        assert np.array_equal(a.history[name], b.history[name], equal_nan=True), name


@pytest.fixture(scope="module")
def once():
    return big(n_threads=1)


def test_the_batches_of_these_tests_are_cut_into_shares(once):
    assert tables.shares_of(once[0], 800) == 8


@pytest.mark.parametrize("threads", [2, 3, 4, 8, None])
def test_the_number_of_threads_changes_no_bit(threads, once):
    fit = big(n_threads=threads)
    assert once[1].threads == 1
    assert fit[1].threads == (threads or min(8, workspace.available_cores()))
    assert_same(fit, once)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    "flags",
    [{"clip": 0.01}, {"average": 0.9, "decay": 0.1}, {"batch_size": None}],
    ids=str,
)
def test_threads_and_blocks_change_no_bit_whatever_the_flags(
    threads, flags, monkeypatch
):
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 10.0)
    expected = big(n_threads=1, **flags)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 1e-9)
    assert_same(big(n_threads=threads, **flags), expected)


def test_onlookers_change_no_bit(once):
    assert_same(
        big(callbacks=[lambda network, run: None], progress=lambda run: None), once
    )


def test_a_fit_again_gives_the_same_bits_and_another_seed_does_not(once):
    assert_same(big(), once)
    assert (big(seed=1)[0].theta != once[0].theta).any()


@pytest.mark.parametrize("updates", [1, 2, 3, 5])
def test_a_fit_that_pauses_gives_the_same_bits(updates, once, monkeypatch):
    """It stops anywhere, and goes on with another number of threads."""
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 1e-9)
    network, run = big(seconds=1e-9, n_threads=2)
    while run.t < updates:
        run = big(network=network, run=run, seconds=run.seconds)[1]
    assert (run.t, run.stopped) == (updates, "time")
    assert_same(big(network=network, run=run, n_threads=3), once)


def test_two_fits_at_once_disturb_neither(once):
    done = []
    work = [
        threading.Thread(target=lambda n=n: done.append(big(n_threads=n)))
        for n in (2, 1)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(done) == 2
    for network_and_run in done:
        assert_same(network_and_run, once)


def test_a_snapshot_is_not_changed_by_later_updates():
    problem = task(Network.dense([3, 4, 2]), 30, 7, "adam", average=0.9)
    state = begun(problem)
    compiled.run(problem, state, plan(3))
    kept = state.snapshot()
    copies = [array.copy() for array in (kept.theta, *kept.slots, kept.average)]
    compiled.run(problem, state, plan(3))
    for array, before in zip(
        (kept.theta, *kept.slots, kept.average), copies, strict=True
    ):
        assert np.array_equal(array, before)


def test_a_fit_leaves_the_process_as_it_was():
    """BLAS's threads, and numbers so small that the processor could take them for 0."""
    threads = threadpool_info()
    tiny = np.full(9, 1e-310)
    for options in ({}, {"learning_rate": 1e300}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            fit(
                Network.dense([2, 3, 2], loss="squared_error"),
                np.eye(2)[Y],
                engine="compiled",
                **options,
            )
        assert np.array_equal(tiny * 0.5, np.full(9, 5e-311))
        assert [pool["num_threads"] for pool in threadpool_info()] == [
            pool["num_threads"] for pool in threads
        ]


def test_updates_given_up_half_way_leave_the_state_of_those_that_were_measured(
    monkeypatch,
):
    monkeypatch.setattr(workspace, "SLOW_UPDATE", 0.0)
    network = Network.dense([300, 400, 3])
    problem = task(network, 1000, optimizer="adam")
    start = begun(problem)
    todo = plan(400, eta=0.001)
    looks = count(1)
    state = copy.deepcopy(start)
    measured = compiled.run(problem, state, todo, lambda: next(looks) > 4)
    done = len(measured.loss)
    assert 0 < done < 400
    assert not measured.diverged
    assert state.t == done
    for end, updates in ((state, done), (state.last_finite, done - 1)):
        expected = start
        if updates:
            some = plan(updates, eta=0.001)
            expected = carried_out(compiled, problem, start, some)[0]
        assert np.array_equal(end.theta, expected.theta)
        assert all(
            np.array_equal(*pair)
            for pair in zip(end.slots, expected.slots, strict=True)
        )


@pytest.mark.parametrize("most", [0, 1, 2])
def test_where_the_system_starts_fewer_threads_the_fit_goes_on_with_these(
    most, once, monkeypatch
):
    start = threading.Thread.start
    started = []

    def start_or_fail(thread):
        if len(started) >= most:
            started.clear()
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)
    fit = big(n_threads=4)
    assert fit[1].threads == 1  # in the end: each time there is one less
    assert_same(fit, once)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("way", ["run", "gradient"])
def test_where_no_thread_can_be_started_a_slow_update_is_carried_out_without_asking(
    threads, way, monkeypatch
):
    monkeypatch.setattr(workspace, "SLOW_UPDATE", 0.0)
    network = Network.dense([300, 40, 3])
    problem = task(network, 1000, optimizer="adam", n_threads=threads)
    state = begun(problem)
    expected = compiled.gradient(problem, state)

    def fail(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    if way == "run":
        measured = compiled.run(problem, state, plan(1), lambda: False)
        assert measured.loss[0] == expected.loss
    else:
        part = compiled.gradient(problem, state, wants_stop=lambda: False)
        assert np.array_equal(part.g, expected.g)


@pytest.fixture
def looked_at(monkeypatch):
    """Every update is slow, and begins once its caller has looked whether to stop."""
    monkeypatch.setattr(workspace, "SLOW_UPDATE", 0.0)
    monkeypatch.setattr(own_threads, "ASK_SECONDS", 1e-6)
    run_together = workspace.run_together

    def after_a_look(work, count, give_up, look=None):
        if look is None:
            return run_together(work, count, give_up)
        looked = threading.Event()

        def part(number):
            looked.wait()
            work(number)

        def first_look():
            try:
                look()
            finally:
                looked.set()

        return run_together(part, count, give_up, first_look)

    monkeypatch.setattr(workspace, "run_together", after_a_look)


def test_a_slow_gradient_can_be_given_up(looked_at):
    network = Network.dense([300, 400, 3])
    problem = task(network, 1000, optimizer="adam", n_threads=2)
    state = begun(problem)
    expected = compiled.gradient(problem, state, wants_stop=lambda: False)
    assert compiled.gradient(problem, state, wants_stop=lambda: True) is None
    again = compiled.gradient(problem, state)
    assert np.array_equal(again.g, expected.g)
    assert state.t == 0


@pytest.mark.parametrize("way", ["run", "gradient"])
def test_what_is_raised_during_a_slow_update_comes_out_when_its_threads_have_ended(
    way, looked_at
):
    network = Network.dense([300, 400, 3])
    problem = task(network, 1000, optimizer="adam", n_threads=2)
    state = begun(problem)
    theta = state.theta.copy()

    def ask():
        raise KeyboardInterrupt

    calls = {
        "run": lambda: compiled.run(problem, state, plan(400, eta=0.001), ask),
        "gradient": lambda: compiled.gradient(problem, state, wants_stop=ask),
    }
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        calls[way]()
    assert threading.active_count() == before
    assert np.array_equal(state.theta, theta)
    # and nothing is left of it
    expected = compiled.run(
        task(network, 1000, optimizer="adam"), begun(problem), plan(2)
    )
    measured = compiled.run(problem, state, plan(2))
    assert np.array_equal(measured.loss, expected.loss)


def rate_test(X, y):
    return find_learning_rate(Network.dense([30, 4, 2]), X, y, updates=20)


MEMORY_FITS = {
    "in Fortran order": lambda X, y: fit_of(np.asfortranarray(X), y),
    "a frame": lambda X, y: fit_of(pd.DataFrame(X), y),
    "early stopping": lambda X, y: fit_of(X, y, early_stopping=True),
    "L-BFGS": lambda X, y: fit_of(np.asfortranarray(X), y, solver="lbfgs"),
    "a rate test": lambda X, y: rate_test(np.asfortranarray(X), y),
    "a pass": lambda X, y: MLPClassifier((4,)).partial_fit(
        np.asfortranarray(X), y, classes=[0, 1]
    ),
    "a warm start": lambda X, y: fit_of(np.asfortranarray(X), y, warm_start=True),
}


def fit_of(X, y, **parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # too few iterations
        return MLPClassifier((4,), max_iter=2, **parameters).fit(X, y)


@pytest.mark.parametrize("work", MEMORY_FITS.values(), ids=MEMORY_FITS)
def test_no_copy_of_the_data_waits_for_pythons_collector(work, monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 30))
    y = rng.integers(0, 2, 3000)
    kept = []
    keep = tables.Memory.keep

    def keep_and_tell(memory, array):
        if array.nbytes > X.nbytes // 2:
            kept.append(weakref.ref(array))
        return keep(memory, array)

    monkeypatch.setattr(tables.Memory, "keep", keep_and_tell)
    gc.disable()
    try:
        fitted = work(X, y)  # which is alive, too
        assert kept
        assert all(array() is None or array() is X for array in kept)
    finally:
        gc.enable()
    del fitted


def test_the_time_budget_is_obeyed():
    run = big(epochs=10**7, seconds=0.3)[1]
    assert run.stopped == "time"
    assert run.seconds >= 0.3
    assert run.epoch < 10**4  # of ten million, however busy the machine is


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
    press_ctrl_c_from_outside(after=1.0)
    with pytest.warns(UserWarning, match="interrupted in epoch 1"):
        run = train(network, X, y, epochs=5, engine="compiled")
    # not even the first update was carried out to its end
    assert (run.stopped, run.t, run.epoch) == ("interrupted", 0, 0)
    assert run.unfinished_epoch.shape[1] == 0
    assert np.array_equal(network.theta, theta)
    assert np.array_equal(run.theta, theta)


FORKED_FITS = """
import os, signal, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, about forks
from halfmoon import Network, datasets, train

X, y = datasets.make("moons", 200, 0.2, 0)

def fit():
    network = Network.dense([2, 3, 2], seed=0)
    train(network, X, y, epochs=20, validation=(X, y))
    return network.theta.sum()

expected = fit()
stop = threading.Event()

def fit_again():
    while not stop.is_set():
        fit()

others = [threading.Thread(target=fit_again) for _ in range(2)]
for thread in others:
    thread.start()
ends = []
for _ in range(10):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(60)  # a child that hangs
            code = 0 if fit() == expected else 1
        finally:
            os._exit(code)
    ends.append(os.waitpid(child, 0)[1])
stop.set()
for thread in others:
    thread.join()
print(ends == 10 * [0])
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_child_that_is_forked_while_others_fit_can_fit():
    assert python(FORKED_FITS).stdout == "True\n"
