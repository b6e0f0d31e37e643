"""From the same random_state, scikit-learn's numbers: starting weights to the bit, fits
as far as the methods agree.
"""

import warnings

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from halfmoon import ACTIVATIONS, MLPClassifier, MLPRegressor, datasets
from small import (
    IRIS,
    LABELS,
    NAMES,
    WAVE,
    X,
    Y,
    one_thread,
    their_loss,
    their_weights,
)

pytestmark = one_thread

FOUR = ["identity", "logistic", "tanh", "relu"]
BOTH = np.column_stack([WAVE[1], 2.0 - WAVE[1] ** 2])
W = 0.25 + np.arange(120) % 4
TINY = 1e-300  # a rate at which no weight moves

weighted_or_not = pytest.mark.parametrize(
    "w", [None, pytest.param(W, marks=their_weights)], ids=["alike", "weighted"]
)


def both(kind, data, **options):
    """Our fit and scikit-learn's, with the same parameters."""
    given = [part for part in data if part is not None]
    fits = []
    for library in (
        {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor},
        vars(neural_network),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fits.append(library[kind](**options).fit(*given))
    return fits


def parameters(model):
    return [*model.coefs_, *model.intercepts_]


def distance(one, other):
    """The largest difference of any weight or bias."""
    assert [a.shape for a in parameters(one)] == [a.shape for a in parameters(other)]
    return max(
        np.abs(a - b).max()
        for a, b in zip(parameters(one), parameters(other), strict=True)
    )


# The start


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("hidden", [(), (5,), (7, 3), (4, 4, 4)], ids=str)
@pytest.mark.parametrize("activation", FOUR)
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("MLPClassifier", (X, NAMES)),
        ("MLPClassifier", IRIS),
        ("MLPClassifier", (X, LABELS)),
        ("MLPRegressor", WAVE),
        ("MLPRegressor", (WAVE[0], BOTH)),
    ],
    ids=["two classes", "three classes", "labels", "values", "columns"],
)
def test_starting_weights_are_scikit_learns_to_the_bit(
    kind, data, activation, hidden, dtype
):
    start = {
        "solver": "sgd",
        "learning_rate_init": TINY,
        "max_iter": 1,
        "alpha": 0.0,
        "random_state": 7,
    }
    data = (data[0].astype(dtype), data[1])
    ours, theirs = both(
        kind, data, hidden_layer_sizes=hidden, activation=activation, **start
    )
    assert {a.dtype for a in parameters(ours)} == {np.dtype(dtype)}
    assert distance(ours, theirs) == 0.0


def test_a_random_state_is_drawn_from_as_scikit_learn_draws():
    """Two fits from one RandomState begin at different weights, the first at those of
    the seed.
    """
    start = {
        "hidden_layer_sizes": (5,),
        "solver": "sgd",
        "learning_rate_init": TINY,
        "max_iter": 1,
        "alpha": 0.0,
    }
    shared = np.random.RandomState(7)
    one = both("MLPClassifier", (X, Y), random_state=7, **start)[1]
    with pytest.warns(ConvergenceWarning):
        first = MLPClassifier(random_state=shared, **start).fit(X, Y)
    with pytest.warns(ConvergenceWarning):
        second = MLPClassifier(random_state=shared, **start).fit(X, Y)
    assert distance(first, one) == 0.0
    assert distance(second, one) > 0.1


@pytest.mark.parametrize(
    "spelt", ["sigmoid", ["logistic"], ACTIVATIONS.make("logistic")], ids=str
)
def test_the_start_does_not_depend_on_how_an_activation_is_spelt(spelt):
    start = {
        "hidden_layer_sizes": (5,),
        "solver": "sgd",
        "learning_rate_init": TINY,
        "max_iter": 1,
        "random_state": 7,
    }
    with pytest.warns(ConvergenceWarning):
        one, other = (
            MLPClassifier(activation=name, **start).fit(X, Y)
            for name in ("logistic", spelt)
        )
    assert distance(one, other) == 0.0


def test_other_activations_and_initializers_start_otherwise():
    """What scikit-learn does not have begins as its own block says: with biases 0."""
    start = {
        "hidden_layer_sizes": (5,),
        "solver": "sgd",
        "learning_rate_init": TINY,
        "max_iter": 1,
        "alpha": 0.0,
    }
    for options in (
        {"activation": "elu"},
        {"initializer": "he_normal"},
        {"activation": ["elu"]},
    ):
        with pytest.warns(ConvergenceWarning):
            model = MLPClassifier(random_state=7, **start, **options).fit(X, Y)
        assert np.abs(model.intercepts_[0]).max() < 1e-200


# Whole fits

FIT = {
    "hidden_layer_sizes": (7, 5),
    "batch_size": 120,
    "max_iter": 50,
    "alpha": 0.5,
    "random_state": 3,
}
DESCENT = {"solver": "sgd", "learning_rate_init": 0.1, "n_iter_no_change": 10**6}


@weighted_or_not
@pytest.mark.parametrize(
    "options",
    [{}, {"nesterovs_momentum": False}, {"momentum": 0.5}, {"momentum": 0.0}],
    ids=str,
)
@pytest.mark.parametrize("activation", FOUR)
def test_fifty_epochs_of_momentum_are_scikit_learns(activation, options, w):
    ours, theirs = both(
        "MLPClassifier", (X, Y, w), activation=activation, **FIT, **DESCENT, **options
    )
    assert distance(ours, theirs) < 1e-12
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-12)
    assert (ours.n_iter_, ours.t_, ours.n_layers_) == (
        theirs.n_iter_,
        theirs.t_,
        theirs.n_layers_,
    )
    assert ours.out_activation_ == theirs.out_activation_
    assert ours.best_loss_ == pytest.approx(theirs.best_loss_, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("MLPClassifier", IRIS),
        ("MLPClassifier", (X, LABELS)),
        ("MLPRegressor", WAVE),
        ("MLPRegressor", (WAVE[0], BOTH)),
    ],
    ids=["three classes", "labels", "values", "columns"],
)
def test_fifty_epochs_are_scikit_learns_whatever_y_is(kind, data):
    ours, theirs = both(
        kind, data, **{**FIT, **DESCENT, "batch_size": len(data[0])}, activation="tanh"
    )
    assert distance(ours, theirs) < 1e-12
    np.testing.assert_allclose(
        ours.predict(data[0]), theirs.predict(data[0]), rtol=1e-10, atol=1e-12
    )
    assert (ours.n_outputs_, ours.out_activation_) == (
        theirs.n_outputs_,
        theirs.out_activation_,
    )
    if kind == "MLPClassifier":
        np.testing.assert_allclose(
            ours.predict_proba(data[0]), theirs.predict_proba(data[0]), rtol=1e-10
        )
        np.testing.assert_allclose(
            ours.predict_log_proba(data[0]),
            theirs.predict_log_proba(data[0]),
            rtol=1e-9,
        )


@their_loss
def test_poisson_epochs_are_scikit_learns():
    counts = np.random.default_rng(0).poisson(np.exp(WAVE[1])).astype(float)
    options = {**FIT, **DESCENT, "batch_size": 150, "loss": "poisson"}
    ours, theirs = both("MLPRegressor", (WAVE[0], counts), **options)
    assert distance(ours, theirs) < 1e-12
    np.testing.assert_allclose(
        ours.predict(WAVE[0]), theirs.predict(WAVE[0]), rtol=1e-10
    )
    assert ours.out_activation_ == theirs.out_activation_ == "exp"


def test_minibatches_in_their_order_are_scikit_learns_where_all_are_full():
    options = {
        **FIT,
        **DESCENT,
        "batch_size": 30,
        "shuffle": False,
        "learning_rate_init": 0.03,
    }
    ours, theirs = both("MLPClassifier", (X, Y), **{**options, "alpha": 0.0})
    assert distance(ours, theirs) < 1e-12
    assert ours.t_ == theirs.t_ == 50 * 120


def test_falling_rates_are_scikit_learns():
    """Without momentum: theirs remembers steps, ours slopes, which is the same while
    the rate stays the same.
    """
    options = {**FIT, **DESCENT, "momentum": 0.0}
    ours, theirs = both(
        "MLPClassifier", (X, Y), **options, learning_rate="invscaling", power_t=0.3
    )
    assert distance(ours, theirs) < 1e-12
    assert distance(ours, both("MLPClassifier", (X, Y), **options)[1]) > 1e-3


@weighted_or_not
@pytest.mark.parametrize(
    ("activation", "within"), [("identity", 1e-8), ("logistic", 3e-8), ("tanh", 1e-8)]
)
def test_lbfgs_is_scikit_learns(activation, within, w):
    options = {
        "hidden_layer_sizes": (5,),
        "solver": "lbfgs",
        "max_iter": 50,
        "alpha": 0.5,
        "random_state": 3,
    }
    for kind, data in {
        "MLPClassifier": (X, Y, w),
        "MLPRegressor": (X, X[:, 0] ** 2, w),
    }.items():
        ours, theirs = both(kind, data, activation=activation, tol=1e-6, **options)
        assert distance(ours, theirs) < within
        assert ours.n_iter_ == theirs.n_iter_
        assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-9)


@their_weights
@pytest.mark.parametrize("activation", FOUR)
def test_adam_is_close_to_scikit_learns(activation):
    """Their epsilon stands outside of the bias correction, so only where it is small
    beside the slope.
    """
    options = {
        **FIT,
        "solver": "adam",
        "learning_rate_init": 0.01,
        "n_iter_no_change": 10**6,
        "epsilon": 1e-12,
    }
    ours, theirs = both("MLPClassifier", (X, Y, W), activation=activation, **options)
    assert distance(ours, theirs) < 1e-4
    moved = both(
        "MLPClassifier", (X, Y, W), activation=activation, **options, beta_1=0.8
    )[1]
    assert distance(ours, moved) > 1e-3  # so this is close


def test_the_adaptive_rate_falls_as_scikit_learns():
    """They wait for more than `n_iter_no_change` epochs, we for as many."""
    options = {
        **FIT,
        "solver": "sgd",
        "learning_rate": "adaptive",
        "learning_rate_init": 0.1,
        "tol": 10.0,
    }
    ours = both("MLPClassifier", (X, Y), **options, n_iter_no_change=3, momentum=0.0)[0]
    rates = ours.history_["learning_rate"]
    # the first epoch improves on nothing
    falls = (np.arange(len(rates)) - 1).clip(0) // 3
    np.testing.assert_allclose(rates, 0.1 * 0.2**falls, rtol=1e-12)
    assert rates[-4] > 1e-6 >= rates[-3] == rates[-1]  # and once more it stood still
    assert ours.stopped_ == "rate"
    theirs = both("MLPClassifier", (X, Y), **options, n_iter_no_change=2, momentum=0.0)[
        1
    ]
    assert theirs._optimizer.learning_rate == pytest.approx(rates[-1], rel=1e-12)
    assert ours.n_iter_ == theirs.n_iter_ == 28
    assert distance(ours, theirs) < 1e-12


# Where methods differ, the same ends


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_lbfgs_reaches_scikit_learns_loss_from_many_other_starts(activation):
    options = {
        "hidden_layer_sizes": (5,),
        "activation": activation,
        "solver": "lbfgs",
        "alpha": 1.0,
        "max_iter": 2000,
    }
    ours = [
        MLPClassifier(**options, initializer="lecun_normal", random_state=s)
        .fit(X, Y)
        .loss_
        for s in range(6)
    ]
    theirs = [
        neural_network.MLPClassifier(**options, random_state=seed).fit(X, Y).loss_
        for seed in range(6)
    ]
    assert min(ours) == pytest.approx(min(theirs), rel=0.03)


@pytest.mark.parametrize("columns", [1, 3])
def test_lbfgs_without_hidden_layer_is_scikit_learns(columns):
    points, classes = (X, Y) if columns == 1 else datasets.make("blobs", 150, 0.7, 0)
    options = {
        "hidden_layer_sizes": (),
        "solver": "lbfgs",
        "alpha": 2.0,
        "tol": 1e-7,
        "max_iter": 1000,
    }
    ours = MLPClassifier(**options, random_state=0).fit(points, classes)
    theirs = neural_network.MLPClassifier(**options, random_state=1).fit(
        points, classes
    )
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-6)
    np.testing.assert_allclose(
        ours.predict_proba(points), theirs.predict_proba(points), rtol=0, atol=1e-3
    )


def test_regression_is_as_good_as_scikit_learns():
    x, y = load_diabetes(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    y = (y - y.mean()) / y.std()
    options = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 5.0}
    ours = MLPRegressor(**options, random_state=0).fit(x, y)
    theirs = neural_network.MLPRegressor(**options, random_state=1).fit(x, y)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-5)
    np.testing.assert_allclose(ours.coefs_[0], theirs.coefs_[0], atol=2e-3)


# A rate that falls, and the loss that stops


@pytest.mark.parametrize("nesterov", [True, False])
@pytest.mark.parametrize(
    "schedule",
    [
        {"learning_rate": "invscaling", "power_t": 0.5},
        {"learning_rate": "adaptive", "tol": 0.1, "n_iter_no_change": 3},
    ],
    ids=["invscaling", "adaptive"],
)
def test_momentum_after_the_rate_has_fallen_is_scikit_learns(schedule, nesterov):
    """The steps it remembers run out at the rate at which they were taken."""
    options = {
        "hidden_layer_sizes": (5,),
        "activation": "tanh",
        "solver": "sgd",
        "learning_rate_init": 0.2,
        "batch_size": 120,
        "nesterovs_momentum": nesterov,
        "random_state": 0,
        "tol": 0.0,
        "n_iter_no_change": 60,
        "max_iter": 40,
        **schedule,
    }
    if "tol" in schedule:  # its patience is one epoch longer
        theirs = neural_network.MLPClassifier(**options | {"n_iter_no_change": 2})
        ours = MLPClassifier(**options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            ours.fit(X, Y)
            theirs.fit(X, Y)
    else:
        ours, theirs = both("MLPClassifier", (X, Y), **options)
    rates = ours.history_["learning_rate"]
    assert rates[-1] < 0.3 * rates[0]
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9)
    assert distance(ours, theirs) < 1e-9


@pytest.mark.parametrize("columns", [2, 8])
@pytest.mark.parametrize("adaptive", [False, True])
def test_tol_is_for_the_mean_over_outputs_as_in_scikit_learn(columns, adaptive):
    """Where each output is as hard as the next, more of them stop at the same epoch.

    scikit-learn waits for one epoch more.
    """
    y = np.repeat(WAVE[1][:, None], columns, axis=1)
    options = {
        "hidden_layer_sizes": (5,),
        "activation": "tanh",
        "solver": "sgd",
        "batch_size": len(y),
        "learning_rate_init": 0.02,
        "tol": 1e-3,
        "random_state": 0,
        "max_iter": 500,
        "n_iter_no_change": 5,
        "learning_rate": "adaptive" if adaptive else "constant",
        "alpha": 0.0,
    }
    ours = MLPRegressor(**options).fit(WAVE[0], y)
    options["n_iter_no_change"] = 4
    theirs = neural_network.MLPRegressor(**options).fit(WAVE[0], y)
    assert ours.n_iter_ == theirs.n_iter_ < 500
    np.testing.assert_allclose(
        ours.loss_curve_, columns * np.array(theirs.loss_curve_), rtol=1e-9
    )
