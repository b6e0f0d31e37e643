"""What the parameters ask for: penalties, rates, engines, and what has no effect."""

import re
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from halfmoon import MLPClassifier
from halfmoon.components.initializers import HeNormal
from halfmoon.components.optimizers import OPTIMIZERS, Adam, Lion, Momentum, Nesterov
from halfmoon.components.schedules import Constant, InverseScaling, Plateau
from halfmoon.estimators import base
from halfmoon.estimators.reading import Data
from halfmoon.estimators.request import ScikitLearn, resolve, uses_solver
from halfmoon.layers import Dropout
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import LBFGS
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
    same_fit,
    short,
    theta,
    unfinished,
)

pytestmark = one_thread


# What a solver cannot obey


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"l1": 0.1}, "l1"),
        ({"clip": 1.0}, "clip"),
        ({"decay": 0.1}, "decay"),
        ({"average": 0.9}, "average"),
    ],
    ids=str,
)
def test_what_lbfgs_cannot_obey_is_refused(options, name):
    with pytest.raises(
        ValueError,
        match=f"does not use {name}; leave it out, or train with an optimizer",
    ):
        classifier(**options).fit(X, Y)
    with pytest.raises(
        ValueError, match="A solver such as L-BFGS cannot work with dropout"
    ):
        classifier(dropout=0.2).fit(X, Y)


# Parameters that have no effect

IDLE = [
    ({"solver": "lbfgs"}, "batch_size", 32, "solvers that make many updates"),
    ({"solver": "lbfgs"}, "shuffle", False, "solvers that make many updates"),
    ({"solver": "lbfgs"}, "learning_rate", "cosine", "solvers that make many updates"),
    ({"solver": "lbfgs"}, "learning_rate_init", 0.1, "solvers that make many updates"),
    ({"solver": "lbfgs"}, "beta_1", 0.5, "solver='adam'"),
    ({"solver": "sgd"}, "beta_2", 0.5, "solver='adam'"),
    ({"solver": "sgd"}, "epsilon", 1e-3, "solver='adam'"),
    ({"solver": "adam"}, "momentum", 0.5, "solver='sgd'"),
    ({"solver": "adam"}, "nesterovs_momentum", False, "solver='sgd'"),
    ({"solver": "adam"}, "max_fun", 10, "solver='lbfgs'"),
    ({"solver": "adam"}, "power_t", 0.2, "learning_rate='invscaling'"),
    ({"solver": "momentum"}, "momentum", 0.5, "solver='sgd'"),
    ({"solver": Momentum()}, "momentum", 0.5, "solver='sgd'"),
    ({"solver": "adam"}, "learning_rate", "invscaling", "solver='sgd'"),
    ({"solver": "adamw"}, "learning_rate", "adaptive", "solver='sgd'"),
]


@pytest.mark.parametrize(
    ("others", "name", "value", "owner"), IDLE, ids=lambda value: str(value)[:20]
)
@unfinished
def test_parameters_without_effect_warn_and_change_nothing(others, name, value, owner):
    usual = MLPClassifier((8,), max_iter=6, random_state=0, **others)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        usual.fit(X, Y)
    changed = clone(usual).set_params(**{name: value})
    with pytest.warns(
        UserWarning,
        match=rf"^{name}={value!r} has no effect .*; it is for {re.escape(owner)}",
    ):
        changed.fit(X, Y)
    assert np.array_equal(theta(changed), theta(usual))


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", "invscaling"), ("learning_rate", "adaptive"), ("momentum", 0.5)],
)
@unfinished
def test_parameters_with_effect_do_not_warn(name, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        short(solver="sgd", **{name: value}).fit(X, Y)


def test_a_batch_larger_than_the_data_is_clipped_with_a_warning():
    with pytest.warns(
        UserWarning, match="larger than sample size. It is going to be clipped"
    ):
        clipped = short(batch_size=500, max_iter=50, tol=10.0).fit(X, Y)
    assert np.array_equal(
        theta(clipped), theta(short(batch_size=120, max_iter=50, tol=10.0).fit(X, Y))
    )


OF_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# alpha


@pytest.mark.parametrize("options", [{}, OF_LBFGS], ids=["adam", "lbfgs"])
@unfinished
def test_alpha_is_scikit_learns(options):
    """The penalty in the loss is alpha/2 sum |W|^2 over the number of rows, whatever
    the batch.
    """
    for batch_size in (10, 120):
        of_updates = (
            {} if options else {"batch_size": batch_size, "learning_rate_init": 1e-12}
        )
        fitted = short(**{**options, **of_updates, "alpha": 3.0, "max_iter": 1}).fit(
            X, Y
        )
        expected = 3.0 / 2.0 * sum((W**2).sum() for W in fitted.coefs_) / 120
        assert fitted.history_["penalty"][-1] == pytest.approx(expected, rel=1e-6)


@unfinished
def test_alpha_does_not_depend_on_the_batch_size():
    """The end of a long fit with a strong penalty: the same weights from any batch
    size.
    """
    ends = []
    for batch_size in (30, 120):
        options = {
            "batch_size": batch_size,
            "alpha": 20.0,
            "hidden_layer_sizes": (),
            "learning_rate_init": 0.02,
            "max_iter": 400,
            "learning_rate": "cosine",
            "n_iter_no_change": 10**6,
        }
        ends.append(short(**options).fit(X, Y).coefs_[0].ravel())
    np.testing.assert_allclose(ends[0], ends[1], rtol=0.02, atol=0.005)


FAR = (WAVE[0], 1000.0 + 50.0 * WAVE[1])  # values far from 0 and widely spread


# learning_rate_init="auto"


@pytest.mark.parametrize("made", [short, brief])
@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, {"solver": "lion", "alpha": 1.0}], ids=str
)
@unfinished
def test_a_found_rate_is_an_attribute_and_gives_the_fit_of_that_rate(made, options):
    data = WAVE if made is brief else (X, NAMES)
    model = made(learning_rate_init="auto", **options).fit(*data)
    rate = model.learning_rate_init_
    assert rate == made(**options).find_learning_rate(*data).suggestion
    assert 1e-5 < rate < 10.0
    assert same_fit(model, made(learning_rate_init="auto", **options).fit(*data))
    assert same_fit(model, made(learning_rate_init=rate, **options).fit(*data))
    assert model.learning_rate_init == "auto"
    assert model.loss_curve_[-1] < model.loss_curve_[0]


@unfinished
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


@unfinished
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


@unfinished
def test_a_found_rate_stays_while_a_fit_goes_on():
    model = short(learning_rate_init="auto", warm_start=True).fit(X, Y)
    rate = model.learning_rate_init_
    assert model.fit(X2, Y2).learning_rate_init_ == rate
    passes = short(learning_rate_init="auto").partial_fit(X, Y, classes=[0, 1])
    assert passes.learning_rate_init_ == rate
    assert passes.partial_fit(X2, Y2).learning_rate_init_ == rate
    np.testing.assert_allclose(passes.history_["learning_rate"], rate)


@unfinished
def test_a_rate_in_numbers_is_an_attribute_too():
    assert short(learning_rate_init=0.02).fit(X, Y).learning_rate_init_ == 0.02


@pytest.mark.filterwarnings(
    "ignore:learning_rate_init='auto' has no effect:UserWarning"
)
@unfinished
def test_solvers_without_a_rate_cannot_find_one():
    with pytest.raises(
        ValueError, match="'auto' cannot work with solver='lbfgs', which has no rate"
    ):
        classifier(learning_rate_init="auto").fit(X, Y)
    with pytest.raises(ValueError, match="lbfgs"):
        classifier().find_learning_rate(X, Y)


@unfinished
def test_a_rate_is_found_whenever_the_last_was_given():
    model = short(warm_start=True).fit(X, Y)
    model.set_params(learning_rate_init="auto").fit(X, Y)
    found = model.learning_rate_init_
    assert found != 0.01
    assert model.fit(X, Y).learning_rate_init_ == found
    model.set_params(learning_rate_init=0.5).fit(X, Y)
    assert (
        model.set_params(learning_rate_init="auto").fit(X, Y).learning_rate_init_ != 0.5
    )


TINY = 1e-300


W = 0.5 + np.arange(150) % 3


# Threads and engines


@unfinished
def test_threads_are_as_many_as_allowed_and_change_no_bit():
    options = {"hidden_layer_sizes": (400, 100), "batch_size": 120, "max_iter": 3}
    one = short(**options, n_threads=1).fit(X, Y)
    all_of_them = short(**options).fit(X, Y)
    assert one.n_threads_ == 1
    assert all_of_them.n_threads_ >= 1
    assert np.array_equal(theta(one), theta(all_of_them))


@pytest.mark.parametrize("made", [short, brief])
@unfinished
def test_engines_agree_and_the_fit_says_which_one_it_used(made):
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


@unfinished
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


@unfinished
def test_nothing_is_dropped_when_predicting():
    model = short(dropout=[0.4, 0.4], activation="tanh").fit(X, Y)
    a = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    z = (a @ model.coefs_[1] + model.intercepts_[1])[:, 0]
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], 1.0 / (1.0 + np.exp(-z)), rtol=1e-12
    )


@pytest.mark.parametrize("batch_size", [25, 120])
@unfinished
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


@unfinished
def test_a_long_gradient_is_clipped():
    _, free, _, norm = one_step()
    _, clipped, _, _ = one_step(clip=norm / 3.0)
    assert np.linalg.norm(free) == pytest.approx(0.5 * norm, rel=1e-9)
    np.testing.assert_allclose(clipped, free / 3.0, rtol=1e-9)
    assert np.array_equal(one_step(clip=norm * 1.01)[1], free)


@unfinished
def test_decay_shrinks_weights_beside_the_gradient():
    start, free, is_weight, _ = one_step()
    np.testing.assert_allclose(
        one_step(decay=0.2)[1],
        free - 0.5 * 0.2 * is_weight * start,
        rtol=1e-9,
        atol=1e-14,
    )


@unfinished
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


# Once a fit


def counted(monkeypatch, owner, name):
    """How often a function is called from here on: a list that grows with each."""
    calls = []
    function = getattr(owner, name)

    def counting(*args, **options):
        calls.append(name)
        return function(*args, **options)

    monkeypatch.setattr(owner, name, counting)
    return calls


@unfinished
def test_a_fit_resolves_its_parameters_once_and_draws_its_weights_once(monkeypatch):
    resolved = counted(monkeypatch, base, "resolve")
    drawn = counted(monkeypatch, ScikitLearn, "draw")
    made = counted(monkeypatch, OPTIMIZERS["nesterov"], "__init__")
    model = short(solver="sgd", learning_rate="adaptive", early_stopping=True)
    model.fit(X, Y)
    assert (len(resolved), len(drawn), len(made)) == (1, 2, 1)  # two layers


@pytest.mark.parametrize(
    ("options", "optimizer", "schedule"),
    [
        ({}, Adam(0.9, 0.999, 1e-8), Constant()),
        ({"beta_1": 0.5}, Adam(0.5, 0.999, 1e-8), Constant()),
        ({"solver": "sgd"}, Nesterov(0.9), Constant()),
        ({"solver": "sgd", "nesterovs_momentum": False}, Momentum(0.9), Constant()),
        ({"learning_rate": "adaptive"}, Adam(), Constant()),
        (
            {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 3},
            Nesterov(0.9),
            Plateau(patience=3, tol=0.0),
        ),
        (
            {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.25},
            Nesterov(0.9),
            InverseScaling(0.25, "rows_by_epoch"),
        ),
        ({"solver": "lion:beta1=0.5"}, Lion(beta1=0.5), Constant()),
        ({"solver": "lbfgs"}, LBFGS(evaluations=15000, gradient_tol=0.0), Constant()),
        ({"solver": "lbfgs:memory=3"}, LBFGS(memory=3), Constant()),
    ],
    ids=str,
)
def test_solvers_and_schedules_are_those_of_the_registries(
    options, optimizer, schedule
):
    request = resolve(short(**options))
    assert (request.optimizer, request.schedule) == (optimizer, schedule)
    assert request.is_solver == isinstance(optimizer, LBFGS)
    assert request.is_solver == uses_solver(short(**options))


@pytest.mark.parametrize(
    ("options", "initializer"),
    [
        ({}, ScikitLearn(6.0)),
        ({"activation": "logistic"}, ScikitLearn(2.0)),
        ({"activation": ["tanh", "relu"], "hidden_layer_sizes": (3, 3)}, None),
        ({"activation": "elu"}, None),
        ({"activation": "logistic", "hidden_layer_sizes": ()}, ScikitLearn(2.0)),
        ({"activation": [], "hidden_layer_sizes": ()}, ScikitLearn(6.0)),
        ({"initializer": "he_normal"}, HeNormal()),
    ],
    ids=str,
)
def test_weights_start_where_scikit_learns_do_or_as_asked(options, initializer):
    assert resolve(short(**options)).initializer == initializer


def test_a_request_has_the_training_settings_that_the_parameters_become():
    model = short(clip=0.5, max_seconds=9.0, shuffle=False, alpha=6.0, l1=3.0)
    request = resolve(model, validated=True)
    data = Data(X, Y, np.full(120, 0.5))
    settings = request.settings(data, epochs=4, seed=7)
    assert settings == Settings(
        optimizer=Adam(),
        schedule=Constant(),
        learning_rate=0.01,
        epochs=4,
        batch_size=32,
        shuffle=False,
        l2=0.1,
        l1=0.05,
        clip=0.5,
        monitor="score",
        patience=10,
        tol=0.0,
        seconds=9.0,
        seed=7,
    )
    assert resolve(model, stops=False).settings(data, 4, 7).patience is None
