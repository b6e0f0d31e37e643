"""A fit: its end, its warnings, what it prints; and a fit that fails is none."""

import os
import re
import signal
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn import neural_network
from sklearn.exceptions import ConvergenceWarning

from fits import press_ctrl_c_from_outside
from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.components.activations import Activation
from small import (
    MOONS_X,
    MOONS_Y,
    WAVE,
    X2,
    Y2,
    X,
    Y,
    brief,
    classifier,
    needs_callbacks,
    one_thread,
    regressor,
    short,
    theta,
    unfinished,
)

pytestmark = one_thread


OF_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# How it ends


@unfinished
@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, OF_LBFGS], ids=["adam", "sgd", "lbfgs"]
)
def test_the_same_random_state_gives_the_same_bits(options):
    one, again, other = (
        theta(short(**options, random_state=seed).fit(X, Y)) for seed in (3, 3, 4)
    )
    assert np.array_equal(one, again)
    assert (one != other).any()
    first, second = (
        theta(short(**options, random_state=None).fit(X, Y)) for _ in range(2)
    )
    assert (first != second).any()


def test_patience_stops_when_the_loss_stands_still():
    model = short(max_iter=1000, tol=10.0, n_iter_no_change=3).fit(X, Y)
    assert (model.n_iter_, model.stopped_) == (4, "patience")


@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, {"n_iter_no_change": np.inf}], ids=str
)
def test_too_few_epochs_give_a_warning(options):
    told = (
        r"Stochastic Optimizer: Maximum iterations \(2\) reached and "
        r"the optimization hasn't converged yet\."
    )
    with pytest.warns(ConvergenceWarning, match=told):
        short(**options, max_iter=2).fit(X, Y)


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"max_iter": 2}, "epochs"), ({"max_fun": 3, "max_iter": 50}, "evaluations")],
    ids=str,
)
def test_too_few_iterations_give_a_warning_of_their_own(options, reason):
    with pytest.warns(
        ConvergenceWarning,
        match=r"lbfgs failed to converge after \d+ iteration\(s\)\. Increase",
    ):
        model = short(**{**OF_LBFGS, "tol": 1e-9, **options}).fit(X, Y)
    assert model.stopped_ == reason


@pytest.mark.filterwarnings("ignore:X is far from mean 0")
def test_a_step_downhill_that_cannot_be_found_gives_a_warning_of_its_own():
    rows = 1e100 * np.random.default_rng(0).normal(size=(40, 2))
    with pytest.warns(
        ConvergenceWarning,
        match=r"iteration\(s\)\. No step downhill was found, .*: scale the data",
    ):
        model = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs").fit(
            rows, rows[:, 0] * 1e-100
        )
    assert model.stopped_ == "abnormal"


def test_enough_epochs_give_no_warning():
    assert classifier(alpha=1.0).fit(X, Y).stopped_ == "converged"
    assert short(max_iter=1000, tol=1.0).fit(X, Y).stopped_ == "patience"


@pytest.mark.parametrize(
    "model",
    [regressor(initializer="zeros"), regressor(tol=1e6)],
    ids=["minimum", "large tol"],
)
def test_a_start_that_is_good_enough_is_a_fit(model):
    fitted = model.fit(X, np.zeros(120))
    assert fitted.n_iter_ in (0, 1)
    assert np.isfinite(fitted.predict(X)).all()
    assert np.isfinite(fitted.loss_)


def test_divergence_warns_leaves_finite_weights_and_ends_the_curves_with_nan():
    with pytest.warns(RuntimeWarning, match="diverged"):
        model = regressor(
            solver="gd", learning_rate_init=1e6, activation="identity", max_iter=500
        ).fit(X, X[:, 0])
    assert np.isfinite(model.predict(X)).all()
    assert model.stopped_ == "diverged"
    assert np.isnan(model.loss_)
    assert np.isnan(model.loss_curve_[-1])
    assert np.isfinite(model.loss_curve_[:-1]).all()
    assert model.n_iter_ == len(model.loss_curve_) == len(model.history_) + 1 < 500
    assert model.best_loss_ == min(model.loss_curve_[:-1])


def test_divergence_with_rows_to_stop_by_ends_their_curves_with_nan_too():
    model = regressor(
        solver="gd", learning_rate_init=1e6, activation="identity", max_iter=500
    )
    with pytest.warns(RuntimeWarning, match="diverged"):
        model.fit(X, X[:, 0], X_val=X, y_val=X[:, 0])
    curves = (model.loss_curve_, model.validation_scores_, model.validation_loss_curve_)
    assert all(np.isnan(curve[-1]) and len(curve) == model.n_iter_ for curve in curves)
    assert np.isfinite(model.best_validation_score_)


def test_data_that_overflow_at_once_are_refused():
    told = (
        "Solver produced non-finite parameter weights. The input data may contain "
        "large values"
    )
    for made in (brief, regressor):
        with pytest.raises(ValueError, match=told):
            made().fit(X * 1e200, Y)


# What it prints


@unfinished
@pytest.mark.parametrize(
    "options", [{}, {"early_stopping": True}, {"solver": "sgd"}], ids=str
)
def test_verbose_changes_no_bit_and_prints_scikit_learns_lines(options, capsys):
    quiet = short(**options).fit(X, Y)
    assert capsys.readouterr().out == ""
    loud = short(**options, verbose=True).fit(X, Y)
    assert np.array_equal(theta(loud), theta(quiet))
    printed = capsys.readouterr()
    expected = []
    for epoch in range(6):
        expected.append(f"Iteration {epoch + 1}, loss = {quiet.loss_curve_[epoch]:.8f}")
        if quiet.early_stopping:
            score = quiet.validation_scores_[epoch]
            expected.append(f"Validation score: {score:f}")
    assert printed.out.splitlines() == expected
    assert printed.err == ""
    theirs = neural_network.MLPClassifier(
        **{k: v for k, v in loud.get_params().items() if k in _known()}
    )
    theirs.fit(X, Y)
    lines = [
        line
        for line in capsys.readouterr().out.splitlines()
        if line[:9] in ("Iteration", "Validatio")
    ]
    assert [re.sub(r"[\d.]+$", "", line) for line in lines] == [
        re.sub(r"[\d.]+$", "", line) for line in expected
    ]


def _known():
    return set(neural_network.MLPClassifier().get_params())


@unfinished
def test_verbose_counts_the_epochs_of_each_fit(capsys):
    model = short(verbose=1, max_iter=2, warm_start=True).fit(X, Y).fit(X, Y)
    starts = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert starts == ["Iteration 1", "Iteration 2"] * 2
    assert len(model.loss_curve_) == 4
    classifier(verbose=True, max_iter=3).fit(X, Y)
    assert len(re.findall(r"Iteration \d, loss = ", capsys.readouterr().out)) == 3


LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# Time limits

FOREVER = {"max_iter": 10**6, "n_iter_no_change": 10**6}


LARGE = {**LBFGS, "tol": 0.0, "hidden_layer_sizes": (150, 150), "max_iter": 10**6}


@pytest.fixture
def clock(monkeypatch):
    """Time as training sees it: 30 ms from one look at the clock to the next."""
    looks = count()
    slow = SimpleNamespace(perf_counter=lambda: 0.03 * next(looks))
    monkeypatch.setattr("halfmoon.training.loop.time", slow)


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("held", [{}, {"X_val": X2, "y_val": Y2}], ids=["", "held"])
@pytest.mark.parametrize("options", [FOREVER, LARGE], ids=["adam", "lbfgs"])
def test_a_fit_ends_when_its_time_is_up(options, held, clock):
    model = short(**options, max_seconds=0.6).fit(X, Y, **held)
    assert model.stopped_ == "time"
    assert 1 <= model.n_iter_ < 10**6
    seconds = model.history_["seconds"]
    assert 0.5 < seconds[-1] < 0.8
    if held:  # so that it looks after each epoch: the one that passes the limit ends it
        assert (seconds[:-1] < 0.6).all()


@unfinished
def test_each_fit_has_a_time_of_its_own(clock):
    model = short(**FOREVER, max_seconds=0.9, warm_start=True).fit(X, Y)
    first = model.n_iter_
    assert model.fit(X, Y).stopped_ == "time"
    assert model.n_iter_ > 1
    assert len(model.loss_curve_) == first + model.n_iter_


@unfinished
def test_passes_go_on_after_more_time_than_one_may_take(clock):
    model = short(max_seconds=0.9)
    for _ in range(8):
        model.partial_fit(X, Y, classes=[0, 1])
    assert model.history_["seconds"][0] < 0.9 < model.history_["seconds"][3]
    assert model.t_ == 120 * 8


# Ctrl-C


def send():
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, LBFGS], ids=["adam", "sgd", "lbfgs"]
)
@unfinished
def test_ctrl_c_keeps_what_there_is(options):
    seen = []

    def score(estimator, rows, y):
        seen.append(len(y))
        if seen.count(60) == 4:
            send()
        return float(len(seen))

    patient = {} if options is LBFGS else {"n_iter_no_change": 10**6}
    model = short(**{**options, **patient, "scoring": score, "max_iter": 50})
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(X, Y, X_val=X2, y_val=Y2)
    assert (model.stopped_, model.n_iter_) == ("interrupted", 4)
    expected = short(**{**options, "max_iter": 4}).fit(X, Y)
    assert np.array_equal(theta(model), theta(expected))
    assert model.loss_curve_ == expected.loss_curve_
    assert np.array_equal(model.predict(X), expected.predict(X))


@unfinished
def test_ctrl_c_from_outside_ends_a_long_fit_and_a_warm_start_goes_on():
    model = short(max_iter=10**8, n_iter_no_change=10**6, warm_start=True)
    # so that nothing is left to be compiled before the fit listens
    short(max_iter=1).fit(X, Y)
    press_ctrl_c_from_outside()
    with pytest.warns(UserWarning, match="interrupted .*; the last weights were kept"):
        model.fit(X, Y)
    epochs = model.n_iter_
    assert (model.stopped_, model.t_) == ("interrupted", 120 * epochs)
    assert model.score(X, Y) > 0.8
    model.set_params(max_iter=3).fit(X, Y)
    assert (model.n_iter_, len(model.loss_curve_)) == (3, epochs + 3)


@unfinished
def test_ctrl_c_in_the_first_epoch_leaves_a_fitted_estimator():
    @dataclass(frozen=True)
    class Deaf(Activation):
        heard: list = field(default_factory=list)

        def f(self, z):
            if len(z) == 32 and not self.heard:
                self.heard.append(1)
                send()
            return np.tanh(z)

        def df(self, z, a):
            return 1.0 - a * a

    model = short(activation=Deaf(), engine="numpy")
    with pytest.warns(UserWarning, match="interrupted in epoch 1"):
        model.fit(X, Y)
    assert (model.n_iter_, model.loss_curve_, model.t_) == (0, [], 0)
    assert np.isnan(model.loss_)
    assert np.isfinite(model.predict_proba(X)).all()


@unfinished
def test_ctrl_c_leaves_the_handler_as_it_was():
    before = signal.getsignal(signal.SIGINT)
    MLPRegressor(max_iter=2).fit(*WAVE)
    assert signal.getsignal(signal.SIGINT) is before


# A fit that fails


class Interrupts:
    """A callback that raises in the epoch it is told."""

    def __init__(self, epoch, error=RuntimeError):
        self.left = epoch
        self.error = error

    def setup(self, estimator, context):
        """Nothing."""

    def teardown(self, estimator, context):
        """Nothing."""

    def on_fit_task_begin(self, estimator, context):
        """Nothing."""

    def on_fit_task_end(self, estimator, context):
        self.left -= 1
        if self.left == 0:
            raise self.error("enough")


@pytest.mark.parametrize(
    "bad",
    [(X[:, :1], [1.5, *Y[1:]]), (X * np.nan, Y), (X[:, :1], Y[:5])],
    ids=["y", "X", "rows"],
)
@unfinished
def test_a_fit_that_fails_leaves_the_last_one_usable(bad):
    model = short().fit(X, Y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match=r"\w"):
        model.fit(*bad)
    assert model.n_features_in_ == 2
    assert np.array_equal(model.predict_proba(X), before)


@unfinished
def test_a_first_fit_that_fails_on_a_frame_leaves_no_names():
    model = short().fit(X, Y)
    with pytest.raises(ValueError, match="infinity"):
        model.fit(pd.DataFrame(X * np.inf, columns=["u", "v"]), Y)
    assert not hasattr(model, "feature_names_in_")
    model.predict(X)  # without a warning


@needs_callbacks
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("call", ["fit", "partial_fit"])
@unfinished
def test_a_warm_fit_that_fails_half_way_changes_nothing(call, error):
    model, other = (short(warm_start=True).fit(X, Y) for _ in range(2))
    model.set_callbacks(Interrupts(4 if call == "fit" else 1, error))
    with pytest.raises(error, match="enough"):
        getattr(model, call)(X2, Y2)
    model.set_callbacks()
    for each in (model, other):
        getattr(each, call)(X2, Y2)
    assert np.array_equal(model.network_.theta, other.network_.theta)
    assert (model.t_, model.loss_curve_) == (other.t_, other.loss_curve_)


@unfinished
def test_weights_to_start_from_are_all_put_or_none():
    model = short(warm_start=True).fit(X, Y)
    before = model.network_.theta.copy()
    with pytest.raises(ValueError, match="intercepts_init must hold"):
        model.fit(
            X,
            Y,
            coefs_init=[2.0 * W for W in model.coefs_],
            intercepts_init=[np.ones(1)],
        )
    assert np.array_equal(model.network_.theta, before)


def test_warnings_point_at_the_line_that_called_the_estimator():
    with pytest.warns(UserWarning, match=r"\w") as caught:
        short(max_iter=2, beta_1=0.8, solver="sgd", batch_size=500).fit(X, Y)
    assert len(caught) == 3  # no effect, clipped, not converged
    assert {one.filename for one in caught} == {__file__}


@pytest.mark.parametrize("options", [{}, {"early_stopping": True}])
def test_divergence_in_the_first_epoch_ends_in_a_warning(options):
    model = MLPClassifier(
        (3,),
        solver="sgd",
        learning_rate_init=1e200,
        batch_size=20,
        random_state=0,
        **options,
    )
    with pytest.warns(RuntimeWarning, match="diverged"):
        model.fit(MOONS_X, MOONS_Y)
    assert all(np.isfinite(W).all() for W in model.coefs_)
