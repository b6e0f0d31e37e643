"""Solvers reach the minimum, agree with scikit-learn, and keep what they have.

They refuse what they cannot obey.
"""

import os
import signal
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge

from halfmoon import datasets
from halfmoon.layers import Dense, Dropout
from halfmoon.network import Network
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import LBFGS, SOLVERS, Solver
from halfmoon.training.stopping import STOPPED
from halfmoon.training.train import train

pytestmark = pytest.mark.usefixtures("one_blas_thread")

X, Y = datasets.make("moons", 100, 0.2, 0)
X2, Y2 = datasets.make("moons", 60, 0.3, 1)
LAM = 1e-3


def solve(network, X, y, solver="lbfgs", **options):
    """A fit by a solver."""
    return train(network, X, y, optimizer=solver, **options)


def whole(network, theta=None, lam=LAM):
    """The objective and its gradient over all rows."""
    return network.objective(
        network.theta if theta is None else theta, *network.read(X, Y), lam
    )


def test_solver_goes_lower_than_gradient_descent_in_as_many_epochs():
    solved = Network.dense([2, 6, 2])
    descended = Network.dense([2, 6, 2])
    run = solve(solved, X, Y, l2=LAM, epochs=100)
    train(descended, X, Y, l2=LAM, epochs=100, optimizer="gd", learning_rate=1.0)
    assert sum(whole(solved)[:2]) < 0.5 * sum(whole(descended)[:2])
    assert (np.diff(run.history["loss"]) <= 0.0).all()


def test_gradient_is_near_zero_at_the_end():
    network = Network.dense([2, 6, 2])
    before = np.abs(whole(network).g).max()
    run = solve(network, X, Y, l2=LAM, epochs=2000)
    assert run.stopped == "converged"
    assert np.abs(whole(network).g).max() < min(1e-4, 1e-3 * before)


@pytest.mark.parametrize(
    "weights", [None, 1.0 + np.arange(100) % 3], ids=["rows alike", "rows weighted"]
)
def test_two_classes_without_hidden_layer_are_scikit_learns_logistic_regression(
    weights,
):
    network = Network.dense([2, 1], loss="logistic_cross_entropy")
    total = 100.0 if weights is None else weights.sum()
    solve(network, X, Y, w=weights, l2=LAM)
    theirs = LogisticRegression(C=1.0 / (LAM * total), tol=1e-10, max_iter=10_000).fit(
        X, Y, weights
    )
    np.testing.assert_allclose(
        network.theta, [*theirs.coef_[0], theirs.intercept_[0]], rtol=1e-3, atol=1e-3
    )
    np.testing.assert_allclose(
        network.predict(X)[:, 0], theirs.predict_proba(X)[:, 1], rtol=0, atol=1e-4
    )


def test_three_classes_without_hidden_layer_are_scikit_learns_logistic_regression():
    points, classes = datasets.make("blobs", 150, 0.8, 0)
    network = Network.dense([2, 3])
    solve(network, points, classes, l2=0.01)
    theirs = LogisticRegression(C=1.0 / (0.01 * 150), tol=1e-10, max_iter=10_000).fit(
        points, classes
    )
    np.testing.assert_allclose(
        network.views(network.theta)[0].W, theirs.coef_.T, rtol=1e-3, atol=1e-3
    )
    np.testing.assert_allclose(
        network.predict(points), theirs.predict_proba(points), rtol=0, atol=1e-4
    )


def test_squared_error_without_hidden_layer_is_ridge_regression():
    y = X @ [1.0, -2.0] + 0.3 + 0.1 * np.sin(9.0 * X[:, 0])
    network = Network.dense([2, 1], loss="squared_error")
    solve(network, X, y, l2=0.05)
    theirs = Ridge(alpha=0.05 * 100).fit(X, y)
    np.testing.assert_allclose(
        network.theta, [*theirs.coef_, theirs.intercept_], rtol=1e-3, atol=1e-4
    )


def test_poisson_without_hidden_layer_is_poisson_regression():
    counts = np.random.default_rng(0).poisson(np.exp(X @ [0.5, -0.5]))
    network = Network.dense([2, 1], loss="poisson")
    solve(network, X, counts, l2=0.05)
    theirs = PoissonRegressor(alpha=0.05, tol=1e-10, max_iter=1000).fit(X, counts)
    np.testing.assert_allclose(
        network.theta, [*theirs.coef_, theirs.intercept_], rtol=1e-3, atol=1e-3
    )


def test_history_holds_the_objective_after_each_iteration():
    seen = []
    network = Network.dense([2, 4, 2])
    run = solve(
        network,
        X,
        Y,
        l2=LAM,
        epochs=15,
        callbacks=[lambda network, run: seen.append(run.theta)],
    )
    assert (
        run.history["epoch"].tolist()
        == run.history["update"].tolist()
        == list(range(1, 16))
    )
    for row, theta in zip(run.history, seen, strict=True):
        part = whole(network, theta)
        assert row["loss"] == pytest.approx(part.loss + part.penalty, rel=1e-12)
        assert row["penalty"] == pytest.approx(part.penalty, rel=1e-12)
        assert row["gradient_norm"] == pytest.approx(np.linalg.norm(part.g), rel=1e-10)
    assert np.isnan(run.history["learning_rate"]).all()
    assert run.engine == "scipy"
    assert (run.stopped, run.t) == ("epochs", 15)


def test_a_solver_that_runs_out_of_evaluations_does_not_say_converged():
    run = solve(Network.dense([2, 10, 2]), X, Y, LBFGS(evaluations=3))
    assert run.epoch < 10
    assert run.stopped != "converged"


def test_a_solver_says_in_known_words_why_it_ended():
    ended = [
        solve(Network.dense([2, 6, 2]), X, Y, l2=LAM, epochs=2000),
        solve(Network.dense([2, 10, 2]), X, Y, LBFGS(evaluations=3)),
    ]
    assert [run.stopped for run in ended] == ["converged", "evaluations"]
    assert {"converged", "evaluations", "abnormal"} <= STOPPED.keys()


def test_memory_changes_the_path():
    ends = [Network.dense([2, 6, 2]) for _ in range(2)]
    for network, memory in zip(ends, (1, 20), strict=True):
        solve(network, X, Y, LBFGS(memory=memory), epochs=30)
    assert (ends[0].theta != ends[1].theta).any()


def test_it_stops_where_the_gradient_is_small_enough():
    loose, tight = (
        solve(
            Network.dense([2, 6, 2]),
            X,
            Y,
            f"lbfgs:gradient_tol={slope}",
            l2=LAM,
            epochs=2000,
        )
        for slope in (1e-2, 1e-5)
    )
    assert loose.epoch < tight.epoch
    assert loose.history["gradient_norm"][-1] > tight.history["gradient_norm"][-1]


def test_the_best_iteration_stays_where_there_is_validation_data():
    network = Network.dense([2, 30, 2])
    seen = []
    remember = [lambda network, run: seen.append(run.theta)]
    run = solve(network, X, Y, validation=(X2, Y2), callbacks=remember, epochs=300)
    losses = run.history["validation_loss"]
    assert losses.argmin() < len(losses) - 1
    assert np.array_equal(network.theta, seen[losses.argmin()])
    assert network.objective(
        network.theta, *network.read(X2, Y2)
    ).loss == pytest.approx(losses.min(), rel=1e-12)


def test_patience_and_callbacks_stop_a_solver():
    run = solve(
        Network.dense([2, 30, 2]), X, Y, validation=(X2, Y2), patience=5, epochs=300
    )
    assert run.stopped == "patience"
    assert run.epoch == run.best.epoch + 5
    run = solve(
        Network.dense([2, 6, 2]), X, Y, callbacks=[lambda network, run: run.epoch == 7]
    )
    assert (run.stopped, run.epoch) == ("callback", 7)
    assert solve(Network.dense([2, 6, 2]), X, Y, seconds=1e-9).stopped == "time"


def test_ctrl_c_keeps_the_weights():
    def interrupt(network, run):
        if run.epoch == 4:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    network = Network.dense([2, 6, 2])
    with pytest.warns(UserWarning, match="the last weights were kept"):
        run = solve(network, X, Y, callbacks=[interrupt])
    assert (run.stopped, run.epoch) == ("interrupted", 4)
    same = Network.dense([2, 6, 2])
    solve(same, X, Y, epochs=4)
    assert np.array_equal(network.theta, same.theta)
    assert signal.getsignal(signal.SIGINT) is before


def test_float32_stays_float32():
    network = Network.dense([2, 6, 2], dtype=np.float32)
    run = solve(network, X, Y, epochs=20)
    assert {network.theta.dtype, run.theta.dtype} == {np.dtype(np.float32)}
    assert run.history["loss"][-1] < 0.5 * run.history["loss"][0]


def test_the_same_call_gives_the_same_bits():
    one = Network.dense([2, 6, 2])
    other = Network.dense([2, 6, 2])
    solve(one, X, Y, epochs=30)
    solve(
        other,
        X,
        Y,
        epochs=30,
        callbacks=[lambda network, run: None],
        progress=lambda run: None,
    )
    assert np.array_equal(one.theta, other.theta)


def test_a_start_that_is_already_the_minimum_stays():
    network = Network.dense([2, 3, 1], loss="squared_error", initializer="zeros")
    run = solve(network, X, np.zeros(100))
    assert (run.stopped, run.epoch) == ("converged", 1)  # one row: the start
    assert not network.theta.any()


REFUSED = {
    "learning_rate": 0.1,
    "schedule": "cosine",
    "batch_size": 10,
    "shuffle": False,
    "l1": 0.1,
    "clip": 1.0,
    "decay": 0.1,
    "decay_schedule": "cosine",
    "dropout_schedule": "cosine",
    "average": 0.9,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_setting_that_a_solver_cannot_obey_is_refused(name):
    with pytest.raises(ValueError, match=f"does not use {name}"):
        solve(Network.dense([2, 2]), X, Y, **{name: REFUSED[name]})


def test_settings_given_whole_are_obeyed_and_checked_too():
    settings = Settings(optimizer="lbfgs", epochs=3)
    assert train(Network.dense([2, 6, 2]), X, Y, settings=settings).epoch == 3
    settings = Settings(optimizer=LBFGS(), l1=0.1)
    with pytest.raises(ValueError, match="does not use l1"):
        train(Network.dense([2, 2]), X, Y, settings=settings)


def test_dropout_is_refused():
    with pytest.raises(ValueError, match="cannot work with dropout"):
        solve(Network.dense([2, 3, 2], dropout=0.5), X, Y)


def test_a_random_layer_of_ones_own_is_refused_by_its_name():
    class Noise(Dropout):
        random = True

    network = Network([Noise(2, 0.5), Dense(2, 2)])
    with pytest.raises(ValueError, match="cannot work with noise"):
        solve(network, X, Y)


def test_unknown_solvers_and_settings_are_answered_with_the_nearest_name():
    with pytest.raises(ValueError, match="did you mean 'lbfgs'"):
        solve(Network.dense([2, 2]), X, Y, "lbfg")
    with pytest.raises(TypeError, match="did you mean 'epochs'"):
        solve(Network.dense([2, 2]), X, Y, epoch=3)
    with pytest.raises(ValueError, match="evaluations must be an integer"):
        LBFGS(evaluations=0)


def test_no_finite_loss_is_an_error():
    with pytest.raises(ValueError, match="not finite before the first update"):
        solve(Network.dense([2, 1], loss="squared_error"), X * 1e200, Y)


def test_weights_that_are_not_finite_at_the_end_give_way_to_the_last_that_were():
    def poison(network, run):
        if run.epoch == 5:
            run.theta = np.full_like(run.theta, np.nan)
        return run.epoch == 5

    network = Network.dense([2, 6, 2])
    same = Network.dense([2, 6, 2])
    with pytest.warns(RuntimeWarning, match="diverged"):
        run = solve(network, X, Y, callbacks=[poison])
    solve(same, X, Y, epochs=5)
    assert run.stopped == "diverged"
    assert np.array_equal(network.theta, same.theta)


@pytest.mark.parametrize("name", SOLVERS)
def test_every_solver_on_the_registry_improves(name):
    network = Network.dense([2, 6, 2])
    before = sum(whole(network)[:2])
    solve(network, X, Y, name, l2=LAM, epochs=20)
    assert sum(whole(network)[:2]) < 0.5 * before


def test_your_own_solver_needs_only_minimize():
    @dataclass(frozen=True)
    class Stay(Solver):
        def minimize(self, fit, run):
            run.stopped = "callback"

    network = Network.dense([2, 2])
    theta = network.theta.copy()
    assert solve(network, X, Y, Stay()).stopped == "callback"
    assert np.array_equal(network.theta, theta)
    with pytest.raises(NotImplementedError, match="must define minimize"):
        Solver().minimize(None, None)


def test_lbfgs_that_cannot_move_does_not_say_it_converged():
    rows = 1e100 * np.random.default_rng(0).normal(size=(40, 2))
    network = Network.dense([2, 4, 1], "relu", "squared_error")
    y = rows[:, 0] * 1e-100
    start = network.objective(network.theta, *network.read(rows, y)).loss
    run = train(network, rows, y, optimizer="lbfgs")
    assert run.stopped == "abnormal"
    # its only row is the start's, not that of a point tried on the way
    assert run.history["loss"] == pytest.approx([start], rel=1e-12)


def test_a_warm_start_at_the_minimum_is_recorded_too():
    network = Network.dense([2, 3, 1], loss="squared_error", initializer="zeros")
    run = train(network, X, np.zeros(100), epochs=3, patience=None, batch_size=50)
    run.release()
    run = solve(network, X, np.zeros(100), run=run)
    assert (run.stopped, run.epoch) == ("converged", 4)  # one row more: the start
