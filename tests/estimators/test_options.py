"""What our estimators have beyond scikit-learn's: normalised y, found rates, time
limits, engines, penalties, more.
"""

import os
import signal
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPRegressor
from halfmoon.arrays.elementary import logistic
from halfmoon.components.activations import Activation
from halfmoon.components.initializers import Initializer
from halfmoon.components.losses import Loss
from halfmoon.components.optimizers import Optimizer
from halfmoon.components.rules import INF, Number, setting
from halfmoon.components.schedules import Schedule
from halfmoon.layers import Dropout
from small import (
    LABELS,
    NAMES,
    WAVE,
    X2,
    Y2,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    regressor,
    same_fit,
    short,
    theta,
    unfinished,
)

TINY = 1e-300
LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}
FAR = (WAVE[0], 1000.0 + 50.0 * WAVE[1])  # values far from 0 and widely spread
W = 0.5 + np.arange(150) % 3
pytestmark = [unfinished, one_thread]


# normalize_y


@pytest.mark.parametrize("w", [None, W], ids=["alike", "weighted"])
@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, LBFGS], ids=["adam", "sgd", "lbfgs"]
)
def test_normalised_y_is_y_less_its_mean_over_its_deviation(options, w):
    """The same bits as a fit of values that were standardised by hand, with the rows'
    weights.
    """
    mean = np.average(FAR[1], weights=w)
    deviation = np.sqrt(np.average((FAR[1] - mean) ** 2, weights=w))
    model = brief(**options, normalize_y=True).fit(*FAR, w)
    by_hand = brief(**options).fit(FAR[0], (FAR[1] - mean) / deviation, w)
    assert same_fit(model, by_hand)
    np.testing.assert_allclose(
        model.predict(FAR[0]), by_hand.predict(FAR[0]) * deviation + mean, rtol=1e-12
    )
    assert model.score(*FAR) == pytest.approx(
        by_hand.score(FAR[0], (FAR[1] - mean) / deviation), rel=1e-9
    )


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize(
    "options",
    [{}, {"early_stopping": True, "validation_fraction": 0.3}],
    ids=["", "early"],
)
def test_normalised_y_is_scikit_learns_transformed_target(columns, options):
    y = FAR[1] if columns == 1 else np.column_stack([FAR[1], 0.001 * FAR[1] ** 2])
    ours = brief(**options, normalize_y=True, max_iter=20).fit(FAR[0], y)
    theirs = TransformedTargetRegressor(
        brief(**options, max_iter=20), transformer=StandardScaler()
    ).fit(FAR[0], y)
    np.testing.assert_allclose(ours.predict(FAR[0]), theirs.predict(FAR[0]), rtol=1e-10)


def test_a_constant_y_is_predicted():
    for options in ({}, LBFGS):
        model = brief(**{**options, "normalize_y": True, "max_iter": 500}).fit(
            FAR[0], np.full(150, 7e4)
        )
        np.testing.assert_allclose(model.predict(FAR[0]), 7e4, atol=1.0)
    both = np.column_stack([np.full(150, 7e4), FAR[1]])
    model = regressor(normalize_y=True, activation="tanh", alpha=0.01).fit(FAR[0], both)
    np.testing.assert_allclose(model.predict(FAR[0])[:, 0], 7e4, atol=1.0)
    assert r2_score(FAR[1], model.predict(FAR[0])[:, 1]) > 0.9


def test_quantiles_may_be_normalised():
    options = {
        "loss": "quantiles:levels=0.2/0.8",
        "activation": "tanh",
        "max_iter": 500,
    }
    mean = FAR[1].mean()
    deviation = FAR[1].std()
    model = regressor(**options, normalize_y=True).fit(*FAR)
    by_hand = regressor(**options).fit(FAR[0], (FAR[1] - mean) / deviation)
    np.testing.assert_allclose(
        model.predict(FAR[0]), by_hand.predict(FAR[0]) * deviation + mean, rtol=1e-9
    )
    miss = FAR[1][:, None] - model.predict(FAR[0])
    levels = np.array([0.2, 0.8])
    assert model.score(*FAR) == pytest.approx(
        -np.maximum(levels * miss, (levels - 1.0) * miss).mean(), rel=1e-9
    )


def test_validation_rows_are_normalised_as_the_fit_is():
    held = (FAR[0][::4], FAR[1][::4] + 20.0)
    model = brief(normalize_y=True, scoring="loss").fit(
        *FAR, X_val=held[0], y_val=held[1]
    )
    half = (((model.predict(held[0]) - held[1]) / FAR[1].std()) ** 2).mean() / 2.0
    assert -model.best_validation_score_ == pytest.approx(half, rel=1e-9)


def test_normalised_float32_is_answered_in_float64():
    """A mean of 1e9 leaves float32 no room for what varies."""
    model = regressor(normalize_y=True, activation="tanh").fit(
        FAR[0].astype(np.float32), FAR[1]
    )
    assert model.predict(FAR[0].astype(np.float32)).dtype == np.float64
    assert model.coefs_[0].dtype == np.float32
    assert model.score(FAR[0].astype(np.float32), FAR[1]) > 0.9


def test_counts_cannot_be_normalised():
    with pytest.raises(
        ValueError,
        match="normalize_y=True cannot work with loss='poisson', which reads counts",
    ):
        brief(loss="poisson", normalize_y=True).fit(WAVE[0], np.arange(150))


def test_values_too_large_to_be_squared_are_refused_or_learned():
    for scale in (1e160, 1e300):
        try:
            model = brief(normalize_y=True).fit(WAVE[0], scale * WAVE[1])
        except ValueError:
            continue
        assert np.isfinite(model.predict(WAVE[0])).all()


FAR_OFF = (
    "y has mean 1e[+]03 and standard deviation 36.*worse than that mean .* set "
    "normalize_y=True"
)


def test_a_fit_that_is_worse_than_the_mean_of_an_unscaled_y_is_told():
    with pytest.warns(ConvergenceWarning, match=FAR_OFF):
        model = brief(tol=1e9, n_iter_no_change=2).fit(*FAR)
    assert model.score(*FAR) < 0.0


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("model", "data"),
    [
        (brief(tol=1e9, n_iter_no_change=2, normalize_y=True), FAR),
        (
            regressor(activation="tanh", alpha=0.1, max_iter=20000),
            (WAVE[0], 1000.0 + 50.0 * WAVE[1]),
        ),
        (brief(tol=1e9, n_iter_no_change=2), WAVE),
        (brief(tol=1e9, n_iter_no_change=2), (WAVE[0], np.full(150, 1000.0))),
        (
            brief(tol=1e9, n_iter_no_change=2, loss="poisson"),
            (WAVE[0], np.arange(150) * 100),
        ),
    ],
    ids=["normalised", "learned", "healthy", "constant", "counts"],
)
def test_other_fits_are_not_told_so(model, data):
    assert np.isfinite(model.fit(*data).predict(data[0])).all()


# learning_rate_init="auto"


@pytest.mark.parametrize("made", [short, brief])
@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, {"solver": "lion", "alpha": 1.0}], ids=str
)
def test_a_found_rate_is_told_and_gives_the_fit_of_that_rate(made, options):
    data = WAVE if made is brief else (X, NAMES)
    model = made(learning_rate_init="auto", **options).fit(*data)
    rate = model.learning_rate_init_
    assert rate == made(**options).find_learning_rate(*data).suggestion
    assert 1e-5 < rate < 10.0
    assert same_fit(model, made(learning_rate_init="auto", **options).fit(*data))
    assert same_fit(model, made(learning_rate_init=rate, **options).fit(*data))
    assert model.learning_rate_init == "auto"
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_finding_a_rate_draws_no_random_numbers_but_those_of_the_fit():
    before = np.random.get_state()
    ours = np.random.RandomState(5)
    model = short(learning_rate_init="auto", random_state=ours, dropout=0.2).fit(X, Y)
    theirs = np.random.RandomState(5)
    given = short(
        learning_rate_init=model.learning_rate_init_, random_state=theirs, dropout=0.2
    ).fit(X, Y)
    assert same_fit(model, given)
    # as many numbers have been drawn
    assert ours.randint(2**31) == theirs.randint(2**31)
    after = np.random.get_state()
    assert np.array_equal(before[1], after[1])
    assert before[2] == after[2]


def test_a_found_rate_knows_weights_and_the_rows_that_are_learned_from():
    w = np.where(Y == 1, 5.0, 1.0)
    rate = short(learning_rate_init="auto").fit(X, NAMES, w).learning_rate_init_
    assert rate == short().find_learning_rate(X, NAMES, w).suggestion
    assert (
        rate == short(class_weight={"new": 5.0}).find_learning_rate(X, NAMES).suggestion
    )
    assert rate != short().find_learning_rate(X, NAMES).suggestion
    normalised = brief(learning_rate_init="auto", normalize_y=True).fit(*FAR)
    scaled = brief().find_learning_rate(FAR[0], (FAR[1] - FAR[1].mean()) / FAR[1].std())
    assert normalised.learning_rate_init_ == pytest.approx(scaled.suggestion, rel=1e-6)


def test_a_found_rate_stays_while_a_fit_goes_on():
    model = short(learning_rate_init="auto", warm_start=True).fit(X, Y)
    rate = model.learning_rate_init_
    assert model.fit(X2, Y2).learning_rate_init_ == rate
    passes = short(learning_rate_init="auto").partial_fit(X, Y, classes=[0, 1])
    assert passes.learning_rate_init_ == rate
    assert passes.partial_fit(X2, Y2).learning_rate_init_ == rate
    np.testing.assert_allclose(passes.history_["learning_rate"], rate)


def test_a_rate_in_numbers_is_told_too():
    assert short(learning_rate_init=0.02).fit(X, Y).learning_rate_init_ == 0.02


@pytest.mark.filterwarnings(
    "ignore:learning_rate_init='auto' has no effect:UserWarning"
)
def test_solvers_without_a_rate_cannot_find_one():
    with pytest.raises(
        ValueError, match="'auto' cannot work with solver='lbfgs', which has no rate"
    ):
        classifier(learning_rate_init="auto").fit(X, Y)
    with pytest.raises(ValueError, match="lbfgs"):
        classifier().find_learning_rate(X, Y)


@pytest.mark.parametrize("fitted", [False, True])
def test_looking_for_a_rate_leaves_the_estimator_as_it_was(fitted):
    model = short(
        random_state=np.random.RandomState(3),
        learning_rate_init="auto",
        early_stopping=True,
    )
    model = model.fit(X, Y) if fitted else model
    before = dict(vars(model))
    params = model.get_params()
    state = model.random_state.get_state()[1].copy()
    weights = theta(model).copy() if fitted else None
    other = np.random.default_rng(0).normal(size=(50, 7))  # even of another width
    test = model.find_learning_rate(other, np.arange(50) % 3)
    assert test.suggestion > 0.0
    assert vars(model) == before
    assert model.get_params() == params
    assert np.array_equal(model.random_state.get_state()[1], state)
    assert not fitted or np.array_equal(theta(model), weights)
    assert hasattr(model, "n_features_in_") == fitted


# Time, threads, engines

FOREVER = {"max_iter": 10**6, "n_iter_no_change": 10**6}
LARGE = {**LBFGS, "tol": 0.0, "hidden_layer_sizes": (150, 150), "max_iter": 10**6}


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("options", [FOREVER, LARGE], ids=["adam", "lbfgs"])
def test_a_fit_ends_when_its_time_is_up(options):
    start = time.perf_counter()
    model = short(**options, max_seconds=0.2).fit(X, Y)
    assert model.stopped_ == "time"
    assert time.perf_counter() - start < 3.0
    assert model.history_["seconds"][-1] < 1.5
    assert 1 <= model.n_iter_ < 10**6


def test_each_fit_has_a_time_of_its_own():
    model = short(**FOREVER, max_seconds=0.1, warm_start=True).fit(X, Y)
    first = model.n_iter_
    assert model.fit(X, Y).stopped_ == "time"
    assert model.n_iter_ > 1
    assert len(model.loss_curve_) == first + model.n_iter_


def test_passes_go_on_after_more_time_than_one_may_take():
    model = short(hidden_layer_sizes=(600, 200), max_seconds=0.25).partial_fit(
        X, Y, classes=[0, 1]
    )
    calls = 1
    start = time.perf_counter()
    while time.perf_counter() - start < 1.0:
        model.partial_fit(X, Y, classes=[0, 1])
        calls += 1
    assert calls > 3
    assert model.t_ == 120 * calls


def test_threads_are_as_many_as_allowed_and_change_no_bit():
    options = {"hidden_layer_sizes": (400, 100), "batch_size": 120, "max_iter": 3}
    one = short(**options, n_threads=1).fit(X, Y)
    all_of_them = short(**options).fit(X, Y)
    assert one.n_threads_ == 1
    assert all_of_them.n_threads_ >= 1
    assert np.array_equal(theta(one), theta(all_of_them))


@pytest.mark.parametrize("made", [short, brief])
def test_engines_agree_and_are_told(made):
    data = WAVE if made is brief else (X, LABELS)
    options = {
        "dropout": [0.1, 0.2],
        "l1": 0.1,
        "clip": 0.3,
        "average": 0.9,
        "max_iter": 20,
    }
    numpy, compiled = (
        made(**options, engine=engine).fit(*data) for engine in ("numpy", "compiled")
    )
    assert (numpy.engine_, compiled.engine_, made().fit(*data).engine_) == (
        "numpy",
        "compiled",
        "compiled",
    )
    np.testing.assert_allclose(theta(numpy), theta(compiled), rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(
        numpy.predict(data[0]), compiled.predict(data[0]), rtol=1e-8
    )


# Dropout, penalties, clipping, decay, average: by hand


def test_dropout_stands_before_the_layers_that_it_thins():
    def rates(dropout):
        layers = (
            short(hidden_layer_sizes=(6, 4), dropout=dropout).fit(X, Y).network_.layers
        )
        return [
            layer.rate if isinstance(layer, Dropout) else "dense" for layer in layers
        ]

    assert rates(0.0) == ["dense", "dense", "dense"]
    assert rates(0.3) == ["dense", 0.3, "dense", 0.3, "dense"]
    assert rates([0.1, 0.2, 0.3]) == [0.1, "dense", 0.2, "dense", 0.3, "dense"]
    assert rates((0.1, 0.0, 0.0)) == [0.1, "dense", "dense", "dense"]


def test_nothing_is_dropped_when_predicting():
    model = short(dropout=[0.4, 0.4], activation="tanh").fit(X, Y)
    a = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    z = (a @ model.coefs_[1] + model.intercepts_[1])[:, 0]
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], 1.0 / (1.0 + np.exp(-z)), rtol=1e-12
    )


@pytest.mark.parametrize("batch_size", [25, 120])
def test_l1_belongs_to_the_sum_of_the_rows_losses(batch_size):
    model = short(
        l1=3.0, alpha=0.0, batch_size=batch_size, learning_rate_init=TINY
    ).fit(X, Y)
    expected = 3.0 * sum(np.abs(W).sum() for W in model.coefs_) / 120
    np.testing.assert_allclose(model.history_["penalty"], expected, rtol=1e-9)


def one_step(**options):
    """What one full-batch step of plain descent, at a rate of 0.5, does to the weights
    and biases.
    """
    options = {
        "solver": "gd",
        "batch_size": 120,
        "max_iter": 1,
        "alpha": 0.0,
        **options,
    }
    start = short(**{**options, "learning_rate_init": TINY}).fit(X, Y)
    end = short(**{**options, "learning_rate_init": 0.5}).fit(X, Y)
    return (
        theta(start),
        theta(end) - theta(start),
        start.network_.penalised,
        start.history_["gradient_norm"][0],
    )


def test_a_long_gradient_is_clipped():
    _, free, _, norm = one_step()
    _, clipped, _, _ = one_step(clip=norm / 3.0)
    assert np.linalg.norm(free) == pytest.approx(0.5 * norm, rel=1e-9)
    np.testing.assert_allclose(clipped, free / 3.0, rtol=1e-9)
    assert np.array_equal(one_step(clip=norm * 1.01)[1], free)


def test_decay_shrinks_weights_beside_the_gradient():
    start, free, is_weight, _ = one_step()
    np.testing.assert_allclose(
        one_step(decay=0.2)[1],
        free - 0.5 * 0.2 * is_weight * start,
        rtol=1e-9,
        atol=1e-14,
    )


def test_the_average_of_the_weights_predicts():
    """avg_t = avg + (1 - b) / (1 - b^t) (theta_t - avg), from the weights that passes
    without average go through.
    """
    plain = short(batch_size=120)
    model = short(batch_size=120, average=0.8)
    mean = 0.0
    for t in range(1, 9):
        theta_t = theta(plain.partial_fit(X, Y, classes=[0, 1])).copy()
        mean = mean + 0.2 / (1.0 - 0.8**t) * (theta_t - mean)
        np.testing.assert_allclose(
            theta(model.partial_fit(X, Y, classes=[0, 1])), mean, rtol=1e-9, atol=1e-13
        )


# Blocks of your own


@dataclass(frozen=True)
class Bump(Activation):
    width: float = setting(1.0, Number("(", 0, INF, ")"), "width")

    def f(self, z):
        return np.exp(-z * z / self.width)

    def df(self, z, a):
        return -2.0 * z / self.width * a


@dataclass(frozen=True)
class Fourth(Loss):
    def link(self, z):
        return z

    def value(self, z, y):
        return 0.25 * (z - y) ** 4

    def dz(self, z, y):
        return (z - y) ** 3


@dataclass(frozen=True)
class SignDescent(Optimizer):
    def rule(self, g, slots, t):
        return np.sign(g), slots


@dataclass(frozen=True)
class Every(Schedule):
    """Works in every other epoch only."""

    def factor(self, progress):
        return np.where(np.floor(progress.epoch) % 2 == 0, 1.0, 1e-12)


@dataclass(frozen=True)
class Halves(Initializer):
    def draw(self, d, k, rng):
        return np.where(np.arange(d * k).reshape(d, k) % 2, 0.5, -0.5)


def test_blocks_of_your_own_work_together():
    options = {
        "activation": Bump(2.0),
        "loss": Fourth(),
        "initializer": Halves(),
        "learning_rate": Every(),
    }
    model = brief(**options, solver=SignDescent(), max_iter=40).fit(*WAVE)
    assert min(model.loss_curve_) < 0.98 * model.loss_curve_[0]
    rates = model.history_["learning_rate"]
    np.testing.assert_allclose(rates[::2], 0.01)
    np.testing.assert_allclose(rates[1::2], 1e-14)
    start = brief(
        **options, solver=SignDescent(), learning_rate_init=TINY, max_iter=1
    ).fit(*WAVE)
    assert set(np.abs(np.concatenate([W.ravel() for W in start.coefs_]))) == {0.5}
    step = brief(
        **options, solver=SignDescent(), batch_size=150, max_iter=1, alpha=0.0
    ).fit(*WAVE)
    moved = theta(step) - theta(start)
    np.testing.assert_allclose(np.abs(moved), 0.01, rtol=1e-9)
    np.testing.assert_allclose(
        start.loss_curve_[0],
        (0.25 * (start.predict(WAVE[0]) - WAVE[1]) ** 4).mean(),
        rtol=1e-3,
    )


def test_a_block_that_cannot_be_compiled_is_run_by_numpy():
    @dataclass(frozen=True)
    class Odd(Activation):
        def f(self, z):
            return np.asarray([logistic(row) for row in z])

        def df(self, z, a):
            return a * (1.0 - a)

    model = short(activation=Odd(), initializer="glorot_normal").fit(X, Y)
    assert model.engine_ == "numpy"
    usual = short(activation="logistic", initializer="glorot_normal").fit(X, Y)
    np.testing.assert_allclose(theta(model), theta(usual), rtol=1e-8)
    with pytest.raises(
        ValueError, match="engine='compiled' cannot run this: Odd cannot be compiled"
    ):
        short(activation=Odd(), engine="compiled").fit(X, Y)


# Ctrl-C


def send():
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, LBFGS], ids=["adam", "sgd", "lbfgs"]
)
def test_ctrl_c_keeps_what_there_is(options):
    seen = []

    def score(estimator, rows, y):
        seen.append(len(y))
        if seen.count(60) == 4:
            send()
        return float(len(seen))

    model = short(
        **{**options, "scoring": score, "max_iter": 50, "n_iter_no_change": 10**6}
    )
    with pytest.warns(UserWarning, match="interrupted"):
        model.fit(X, Y, X_val=X2, y_val=Y2)
    assert (model.stopped_, model.n_iter_) == ("interrupted", 4)
    expected = short(**{**options, "max_iter": 4}).fit(X, Y)
    assert np.array_equal(theta(model), theta(expected))
    assert model.loss_curve_ == expected.loss_curve_
    assert np.array_equal(model.predict(X), expected.predict(X))


def test_ctrl_c_from_outside_ends_a_long_fit_and_a_warm_start_goes_on():
    model = short(max_iter=10**8, n_iter_no_change=10**6, warm_start=True)
    # so that nothing is left to be compiled before the fit listens
    short(max_iter=1).fit(X, Y)
    timer = threading.Timer(0.3, send)
    timer.start()
    with pytest.warns(UserWarning, match="interrupted .*; the last weights were kept"):
        model.fit(X, Y)
    epochs = model.n_iter_
    assert (model.stopped_, model.t_) == ("interrupted", 120 * epochs)
    assert model.score(X, Y) > 0.8
    model.set_params(max_iter=3).fit(X, Y)
    assert (model.n_iter_, len(model.loss_curve_)) == (3, epochs + 3)


def test_ctrl_c_in_the_first_epoch_leaves_a_fitted_estimator():
    @dataclass(frozen=True)
    class Deaf(Activation):
        def f(self, z):
            if len(z) == 32 and not heard:
                heard.append(1)
                send()
            return np.tanh(z)

        def df(self, z, a):
            return 1.0 - a * a

    heard = []
    model = short(activation=Deaf(), engine="numpy")
    with pytest.warns(UserWarning, match="interrupted in epoch 1"):
        model.fit(X, Y)
    assert (model.n_iter_, model.loss_curve_, model.t_) == (0, [], 0)
    assert np.isnan(model.loss_)
    assert np.isfinite(model.predict_proba(X)).all()


def test_ctrl_c_leaves_the_handler_as_it_was():
    before = signal.getsignal(signal.SIGINT)
    MLPRegressor(max_iter=2).fit(*WAVE)
    assert signal.getsignal(signal.SIGINT) is before
