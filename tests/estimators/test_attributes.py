"""Fitted attributes, and weights that a user gives, sets or changes in place."""

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.base import clone

from halfmoon import MLPClassifier
from small import X2, Y2, X, Y, classifier, one_thread, short, theta, unfinished

pytestmark = one_thread


# Fitted attributes


@unfinished
def test_fitted_attributes():
    model = short(hidden_layer_sizes=(7, 5)).fit(X, Y)
    assert [W.shape for W in model.coefs_] == [(2, 7), (7, 5), (5, 1)]
    assert [b.shape for b in model.intercepts_] == [(7,), (5,), (1,)]
    assert (model.n_layers_, model.n_outputs_, model.n_iter_, model.n_features_in_) == (
        4,
        1,
        6,
        2,
    )
    assert len(model.loss_curve_) == 6
    assert model.loss_ == model.loss_curve_[-1] == model.history_["loss"][-1]
    assert model.best_loss_ == min(model.loss_curve_)
    assert (
        model.validation_scores_
        is model.best_validation_score_
        is model.best_epoch_
        is None
    )
    assert (model.t_, model.stopped_, model.learning_rate_init_) == (
        720,
        "epochs",
        0.01,
    )
    a = X
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        a = np.maximum(a @ W + b, 0.0)
    z = (a @ model.coefs_[-1] + model.intercepts_[-1])[:, 0]
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], 1.0 / (1.0 + np.exp(-z)), rtol=1e-12
    )


TINY = 1e-300  # a rate at which no weight moves


def passes(model, count, *data, **more):
    """The model after so many calls of partial_fit."""
    for _ in range(count):
        model.partial_fit(*data, **more)
    return model


def probabilities(model, rows):
    """P(class 1) by hand, from the weights that the model shows."""
    a = rows
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        a = np.maximum(a @ W + b, 0.0)
    return 1.0 / (1.0 + np.exp(-(a @ model.coefs_[-1] + model.intercepts_[-1])[:, 0]))


def some(model, seed=0):
    """Weights of the model's shapes, drawn anew."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=W.shape) for W in model.coefs_], [
        rng.normal(size=b.shape) for b in model.intercepts_
    ]


def has(model, coefs, intercepts):
    pairs = zip([*model.coefs_, *model.intercepts_], [*coefs, *intercepts], strict=True)
    return all(np.allclose(mine, given, rtol=1e-6, atol=0.0) for mine, given in pairs)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@unfinished
def test_a_fit_starts_from_the_weights_that_are_given(solver):
    model = short(solver=solver, learning_rate_init=TINY, max_iter=1).fit(X, Y)
    coefs, intercepts = some(model)
    given = clone(model).fit(X, Y, coefs_init=coefs, intercepts_init=intercepts)
    assert has(given, coefs, intercepts)
    only = clone(model).fit(X, Y, coefs_init=coefs)
    assert has(only, coefs, model.intercepts_)
    np.testing.assert_allclose(
        given.predict_proba(X)[:, 1], probabilities(given, X), rtol=1e-10
    )


@unfinished
def test_weights_at_a_minimum_are_a_fit():
    best = classifier(activation="tanh", alpha=1.0, tol=1e-8).fit(X, Y)
    again = classifier(activation="tanh", alpha=1.0, tol=1e-3, random_state=1)
    again.fit(X, Y, coefs_init=best.coefs_, intercepts_init=best.intercepts_)
    assert again.n_iter_ == 1
    assert has(again, best.coefs_, best.intercepts_)


@unfinished
def test_what_a_warm_fit_starts_from_may_be_given_too():
    model = short(
        warm_start=True, max_iter=3, early_stopping=True, learning_rate_init=0.1
    ).fit(X, Y)
    coefs, intercepts = some(model)
    model.set_params(learning_rate_init=TINY, max_iter=1).fit(
        X, Y, coefs_init=coefs, intercepts_init=intercepts
    )
    assert has(model, coefs, intercepts)


@pytest.mark.parametrize("average", [None, 0.9])
@unfinished
def test_a_running_average_starts_from_the_weights_that_are_given(average):
    model = short(warm_start=True, average=average, learning_rate_init=TINY).fit(X, Y)
    coefs, intercepts = some(model)
    assert has(
        model.fit(X, Y, coefs_init=coefs, intercepts_init=intercepts), coefs, intercepts
    )


def ones(model):
    model.coefs_ = [np.ones_like(W) for W in model.coefs_]


def in_place(model):
    for W in model.coefs_:
        W[...] = 1.0


def biases(model):
    model.intercepts_ = [np.full_like(b, 2.0) for b in model.intercepts_]


def all_of_theta(model):
    model.network_.theta = np.full(model.network_.size, 0.5)


@pytest.mark.parametrize("average", [None, 0.9])
@pytest.mark.parametrize("validated", [False, True])
@pytest.mark.parametrize("edit", [ones, in_place, biases, all_of_theta])
@pytest.mark.parametrize("how", ["warm_start", "partial_fit", "fit, then partial_fit"])
@unfinished
def test_weights_changed_by_hand_are_obeyed(how, edit, validated, average):
    held = {"X_val": X2, "y_val": Y2} if validated else {}
    model = short(warm_start=how == "warm_start", average=average)
    if how == "partial_fit":
        model = passes(model, 6, X, Y, None, [0, 1], **held)
    else:
        model = model.fit(X, Y, **held)
    edit(model)
    edited = theta(model).copy()
    np.testing.assert_allclose(
        model.predict_proba(X2)[:, 1], probabilities(model, X2), rtol=1e-9
    )
    model.set_params(learning_rate_init=TINY)
    go_on = model.fit if how == "warm_start" else model.partial_fit
    model = go_on(X, Y, **held)
    assert np.array_equal(theta(model), edited) or (
        average and np.allclose(theta(model), edited, rtol=1e-12)
    )


@unfinished
def test_weights_that_do_not_fit_are_refused():
    model = short().fit(X, Y)
    before = theta(model).copy()
    (coefs, intercepts) = some(model)
    with pytest.raises(
        ValueError,
        match=(
            r"coefs_ must hold arrays of finite numbers of shapes "
            r"\[\(2, 8\), \(8, 1\)\]"
        ),
    ):
        model.coefs_ = [W.T for W in coefs]
    with pytest.raises(ValueError, match=r"intercepts_ must hold .* got \[\(8,\)\]"):
        model.intercepts_ = intercepts[:1]
    with pytest.raises(ValueError, match="coefs_ must hold arrays of finite numbers"):
        model.coefs_ = [coefs[0], np.full((8, 1), np.nan)]
    with pytest.raises(ValueError, match="coefs_init must hold arrays"):
        short().fit(X, Y, coefs_init=coefs[::-1])
    with pytest.raises(ValueError, match="intercepts_init must hold arrays"):
        short().fit(X, Y, intercepts_init=coefs)
    assert np.array_equal(theta(model), before)


@unfinished
def test_weights_are_converted_to_the_networks_dtype():
    model = short().fit(X.astype(np.float32), Y)
    model.coefs_ = some(model)[0]
    assert model.coefs_[0].dtype == np.float32
    assert np.array_equal(model.coefs_[0], some(model)[0][0].astype(np.float32))


@pytest.mark.parametrize(
    "made", [MLPClassifier, neural_network.MLPClassifier], ids=["ours", "scikit-learn"]
)
@unfinished
def test_weights_are_set_one_by_one_in_part_or_whole_as_in_scikit_learn(made):
    model = made((6,), max_iter=5, random_state=0).fit(X, Y)
    model.coefs_[0] = np.zeros((2, 6))
    model.intercepts_[0] = np.zeros(6)
    assert np.ptp(model.predict_proba(X), axis=0).max() == 0.0
    model.coefs_ = [np.ones((2, 6)), np.ones((6, 1))]
    assert np.ptp(model.predict_proba(X), axis=0).max() > 0.1
    model.coefs_[1][:] = 0.0
    assert np.ptp(model.predict_proba(X), axis=0).max() == 0.0


@unfinished
def test_weights_of_another_shape_are_refused_one_by_one_too():
    model = short().fit(X, Y)
    before = theta(model).copy()
    with pytest.raises(ValueError, match=r"have shape \(2, 8\); got \(8, 2\)"):
        model.coefs_[0] = model.coefs_[0].T
    assert np.array_equal(theta(model), before)
