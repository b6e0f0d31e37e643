"""The compiled engine beside the reference: whole fits, divergence, gradients."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import csr_array
from threadpoolctl import threadpool_info, threadpool_limits

from engines.problems import (
    CLOSE,
    COUNTED,
    X,
    Y,
    assert_close,
    begun,
    carried_out,
    each_dtype,
    outputs,
    plan,
    specs,
    task,
)
from halfmoon import datasets
from halfmoon.components.losses import LOSSES
from halfmoon.components.schedules import Schedule
from halfmoon.engines import reference
from halfmoon.engines.compiled import engine as compiled
from halfmoon.layers import Dense, Dropout, Scaling
from halfmoon.network import Network
from halfmoon.training.train import train


@pytest.mark.parametrize(
    "order", [("numpy", "compiled"), ("compiled", "numpy")], ids="-".join
)
def test_a_run_may_go_on_with_the_other_engine(order):
    options = {
        "optimizer": "adam",
        "batch_size": 7,
        "average": 0.9,
        "learning_rate": 0.05,
    }
    whole, pieces = (Network.dense([2, 5, 2], dropout=0.2) for _ in range(2))
    expected = train(whole, X, Y, epochs=6, engine="numpy", **options)
    run = train(pieces, X, Y, epochs=3, engine=order[0], **options)
    run = train(pieces, X, Y, epochs=6, engine=order[1], run=run, **options)
    assert_close(pieces.theta, whole.theta, 1e-11)
    for name in COUNTED:
        np.testing.assert_allclose(
            run.history[name], expected.history[name], rtol=1e-10, err_msg=name
        )


def test_the_best_epoch_is_the_same_with_both_engines():
    other = datasets.make("moons", 40, 0.2, 1)
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 20, 2])
        options = {
            "optimizer": "adam",
            "learning_rate": 0.1,
            "epochs": 40,
            "batch_size": 20,
            "engine": engine,
        }
        run = train(
            network,
            X,
            Y,
            validation=other,
            score=lambda y_hat, *_: float(y_hat[0, 0]),
            **options,
        )
        ends.append((network.theta, run))
    (theta, run), (expected, wanted) = ends
    assert run.best.epoch == wanted.best.epoch < 40
    assert_close(theta, expected, 1e-9)
    for name in ("validation_loss", "validation_score", "train_score"):
        np.testing.assert_allclose(
            run.history[name], wanted.history[name], rtol=1e-8, err_msg=name
        )


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_while_a_solver_is_at_work_blas_has_one_thread(engine):
    def threads(*_):
        return {
            pool["num_threads"]
            for pool in threadpool_info()
            if pool["user_api"] == "blas"
        }

    with threadpool_limits(2, user_api="blas"):
        met = []
        train(
            Network.dense([2, 3, 2]),
            X,
            Y,
            optimizer="lbfgs",
            engine=engine,
            epochs=3,
            callbacks=[lambda *_: met.append(threads())],
        )
        assert met == 3 * [{1}]
        assert threads() == {2}


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
@pytest.mark.parametrize("engine", ["compiled", "numpy", "sparse"])
def test_the_number_of_blas_threads_changes_no_bit(engine, optimizer):
    """Weights, losses, validation and predictions, of products large enough for two."""
    rng = np.random.default_rng(0)
    data = rng.normal(size=(450, 300))
    if engine == "sparse":
        data = csr_array(data * (data > 1.0))
    y = rng.normal(size=(450, 1))
    ends = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            network = Network.dense([300, 200, 100, 1], "relu", "squared_error")
            untrained = network.predict(data)
            run = train(
                network,
                data[:340],
                y[:340],
                validation=(data[340:], y[340:]),
                optimizer=optimizer,
                l2=1e-3,
                epochs=3,
                engine="auto" if engine == "sparse" else engine,
            )
            columns = [run.history["loss"], run.history["validation_loss"]]
            ends.append([untrained, network.theta, network.predict(data), *columns])
    for one, two in zip(*ends, strict=True):
        assert np.array_equal(one, two)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@each_dtype
def test_divergence_anywhere_in_a_plan_leaves_what_the_reference_leaves(
    count, optimizer, dtype
):
    """The rate of one update throws theta out of bounds.

    This is seen before the next update, if the plan has one.
    """
    network = Network.dense([3, 4, 2], "identity", "squared_error", dtype=dtype)
    for thrown in range(count):
        problem = task(network, 30, 7, optimizer, average=0.9)
        eta = np.full(count, 0.01)
        eta[thrown] = 1e30 if dtype == "float32" else 1e300
        ends = [
            carried_out(e, problem, begun(problem), plan(count, eta))
            for e in (compiled, reference)
        ]
        (state, seen), (expected, measured) = ends
        assert seen.diverged == measured.diverged == (thrown < count - 1)
        assert (state.t, len(seen.loss)) == (expected.t, len(measured.loss))
        np.testing.assert_allclose(
            seen.loss, measured.loss, rtol=1e-4 if dtype == "float32" else 1e-11
        )
        for one, other in zip(
            (
                state.theta,
                state.average,
                *state.slots,
                state.last_finite.theta,
                state.last_finite.average,
            ),
            (
                expected.theta,
                expected.average,
                *expected.slots,
                expected.last_finite.theta,
                expected.last_finite.average,
            ),
            strict=True,
        ):
            np.testing.assert_allclose(
                one, other, rtol=1e-4 if dtype == "float32" else 1e-11
            )


@pytest.mark.parametrize("engine", [compiled, reference])
def test_divergence_before_the_first_update_leaves_everything_alone(engine):
    problem = task(Network.dense([3, 2], loss="squared_error"), 30, 7)
    problem.X[:] = 1e200
    state, measured = carried_out(engine, problem, begun(problem), plan(3))
    assert measured.diverged
    assert len(measured.loss) == state.t == 0
    assert state.last_finite is None
    assert np.array_equal(state.theta, problem.network.theta)


@dataclass(frozen=True)
class Spike(Schedule):
    """A learning rate beyond all bounds at one update."""

    at: int = 0

    def factor(self, progress):
        return np.where(progress.update == self.at, 1e300, 1.0)


@pytest.mark.parametrize("at", [0, 1, 20, 28, 29])
def test_a_fit_that_diverges_ends_alike_with_both_engines(at):
    """Thirty updates; with the last of them thrown out, too."""
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 3, 1], "identity", "squared_error")
        options = {
            "optimizer": "gd",
            "learning_rate": 0.1,
            "epochs": 10,
            "batch_size": 25,
            "schedule": Spike(at),
        }
        with pytest.warns(
            RuntimeWarning, match=rf"diverged after update {at + 1}.*last finite"
        ):
            ends.append((network, train(network, X, Y, engine=engine, **options)))
    (first, run), (second, other) = ends
    assert (run.engine, other.engine) == ("compiled", "numpy")
    np.testing.assert_allclose(first.theta, second.theta, rtol=1e-11)
    assert (run.t, run.stopped, run.epoch) == (other.t, other.stopped, other.epoch)
    for name in COUNTED:
        np.testing.assert_allclose(
            run.history[name], other.history[name], rtol=1e-10, err_msg=name
        )
    np.testing.assert_allclose(run.unfinished_epoch, other.unfinished_epoch, rtol=1e-10)


@pytest.mark.parametrize("t", [0, 2, 5])
@pytest.mark.parametrize("loss", specs(LOSSES))
@each_dtype
def test_gradient_equals_the_references_and_changes_nothing(t, loss, dtype):
    network = Network.dense(
        [3, 30, outputs(loss)], "gelu", loss, dropout=[0.1, 0.4], dtype=dtype
    )
    problem = task(network, 50, 20, "adam", lam=0.1, l1=0.05, clip=0.1, average=0.9)
    state = begun(problem, t)
    before = pickle.dumps(state)
    part = compiled.gradient(problem, state)
    expected = reference.gradient(problem, state)
    assert pickle.dumps(state) == before
    for one, other in zip(part, expected, strict=True):
        assert_close(one, other, CLOSE[dtype])


@pytest.mark.parametrize("threads", [1, 3])
def test_a_gradient_asked_for_on_the_way_changes_no_bit(threads):
    network = Network.dense([20, 64, 4], "tanh")
    ends = []
    for asks in (False, True):
        problem = task(network, 2000, 800, "adam", n_threads=threads)
        state = begun(problem)
        for _ in range(5):
            compiled.run(problem, state, plan(2))
            if asks:
                g = compiled.gradient(problem, state).g
                kept = g.copy()
                compiled.gradient(problem, begun(problem, 1))
                assert np.array_equal(g, kept)
        ends.append(state.theta)
    assert np.array_equal(*ends)


def test_a_gradient_that_is_not_finite_shows_in_its_loss():
    problem = task(Network.dense([3, 2], loss="squared_error"))
    problem.X[:] = 1e200
    assert not np.isfinite(compiled.gradient(problem, begun(problem)).loss)


def test_solvers_come_to_the_same_minimum_with_both_engines():
    """A convex problem: logistic regression with a penalty has one minimum."""
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 2])
        run = train(network, X, Y, optimizer="lbfgs", l2=0.01, engine=engine)
        assert run.stopped == "converged"
        assert f"computed by {engine}" in run.why
        ends.append((run.history["loss"][-1], network.theta))
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-10)
    np.testing.assert_allclose(ends[0][1], ends[1][1], atol=1e-4)


@dataclass(frozen=True)
class Backwards(Schedule):
    """Factors as an array that is not in one piece."""

    def factor(self, progress):
        return (1.0 / (1.0 + progress.update))[::-1]


@dataclass(frozen=True)
class Flat(Schedule):
    """One factor for all."""

    def factor(self, progress):
        return 0.5


@pytest.mark.parametrize("name", ["schedule", "decay_schedule", "dropout_schedule"])
@pytest.mark.parametrize("schedule", [Backwards(), Flat()], ids=str)
def test_schedules_may_give_any_array_or_one_number(schedule, name):
    ends = []
    for engine in ("compiled", "numpy"):
        network = Network.dense([2, 5, 2], dropout=0.5)
        options = {
            name: schedule,
            "decay": 0.1,
            "seconds": None,
            "batch_size": 40,
            "validation": (X, Y),
        }
        ends.append(
            train(
                network, X, Y, optimizer="adam", epochs=3, engine=engine, **options
            ).theta
        )
    assert_close(*ends, 1e-11)


def tutorial(learning_rate, updates):
    points, sides = datasets.make("moons", 200, 0.2, 0)
    network = Network.dense(
        [2, 3, 2], "tanh", initializer="tutorial", rng=np.random.RandomState(0)
    )
    options = {
        "optimizer": "gd",
        "learning_rate": learning_rate,
        "l2": 0.01 / 200,
        "epochs": updates,
    }
    run = train(network, points, sides, engine="compiled", **options)
    assert run.engine == "compiled"
    return run.history["loss"]


def test_the_tutorials_published_figures():
    loss = tutorial(2.0, 20_000)
    assert [f"{loss[t]:.6f}" for t in (0, 1, 1001)] == [
        "0.583940",
        "0.432387",
        "0.068947",
    ]
    assert sorted(loss[19_000:19_002].round(6)) == [0.070758, 0.071316]
    assert int(np.flatnonzero(np.diff(loss) > 0.0)[0]) == 18


def test_half_the_tutorials_rate_settles_at_a_lower_loss():
    loss = tutorial(1.0, 20_000)
    assert loss[-1] == pytest.approx(0.067804, abs=1e-6)
    assert np.ptp(loss[-10:]) < 1e-8


@pytest.mark.parametrize(
    "layers",
    [
        [Dense(3, 2), Scaling(2)],
        [Scaling(3), Dropout(3, 0.1), Dense(3, 2)],
        [Scaling(3), Scaling(3), Dense(3, 2)],
    ],
    ids=["last", "below dropout", "below another"],
)
def test_a_scaling_that_is_not_right_below_a_dense_layer_is_numpys(layers):
    network = Network(layers)
    run = train(network, np.eye(3), [0, 1, 1], epochs=1)
    assert run.engine == "numpy"
    assert "Scaling is compiled right below a Dense only" in run.why


def test_sparse_rows_go_through_a_scaling():
    X = csr_array(np.random.default_rng(0).random((20, 5)) * (np.arange(5) % 2))
    networks = [Network([Scaling(5, 6.0), Dense(5, 2)]) for _ in range(2)]
    for network, table in zip(networks, (X, X.toarray()), strict=True):
        train(network, table, np.arange(20) % 2, epochs=3)
    np.testing.assert_allclose(networks[0].theta, networks[1].theta, rtol=1e-12)
