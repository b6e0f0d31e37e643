"""Weights in and out: in y's own units, and set by hand before any fit."""

import copy
import pickle

import numpy as np
import pytest
from sklearn import neural_network as theirs
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import LabelBinarizer

import halfmoon as ours
from halfmoon.training.callbacks import Recorder
from small import (
    COLUMNS,
    IRIS,
    LABELS,
    WAVE,
    X,
    brief,
    needs_callbacks,
    one_thread,
    regressor,
    short,
    unfinished,
)

pytestmark = [one_thread, unfinished]
HEIGHT = 991.5 + 40.0 * WAVE[1]
BOTH = np.column_stack([HEIGHT, -1e-3 * WAVE[1]])


def forward(coefs, intercepts, rows):
    """A pass by hand through hidden layers of ReLU."""
    a = rows
    for W, b in zip(coefs[:-1], intercepts[:-1], strict=True):
        a = np.maximum(a @ W + b, 0.0)
    return a @ coefs[-1] + intercepts[-1]


def assert_shows_what_it_uses(model, rows=WAVE[0]):
    by_hand = forward(model.coefs_, model.intercepts_, rows)
    answer = model.predict(rows)
    np.testing.assert_allclose(by_hand.reshape(answer.shape), answer, rtol=1e-12)


# In y's own units


@pytest.mark.parametrize("y", [HEIGHT, BOTH], ids=["one", "two"])
@pytest.mark.parametrize(
    "loss", ["squared_error", "absolute_error", "huber", "pinball:level=0.3"]
)
@pytest.mark.parametrize("hidden", [(8,), ()])
def test_the_weights_shown_are_the_weights_used(hidden, loss, y):
    model = brief(loss=loss, hidden_layer_sizes=hidden, normalize_y=True)
    model.fit(WAVE[0], y)
    assert model.out_activation_ == "identity"
    assert np.ptp(model.predict(WAVE[0])) > 0.0
    assert_shows_what_it_uses(model)
    assert_shows_what_it_uses(pickle.loads(pickle.dumps(model)))


def test_scikit_learns_network_with_the_weights_shown_predicts_the_same():
    model = brief(normalize_y=True).fit(WAVE[0], BOTH)
    twin = theirs.MLPRegressor(hidden_layer_sizes=(8,), max_iter=1)
    twin.fit(WAVE[0], BOTH)
    twin.coefs_ = model.coefs_
    twin.intercepts_ = model.intercepts_
    np.testing.assert_allclose(
        twin.predict(WAVE[0]), model.predict(WAVE[0]), rtol=1e-12
    )


def test_float32_shows_the_last_layer_in_float64():
    """A mean of 1e9 leaves float32 no room for what varies; predictions are float64."""
    rows = WAVE[0].astype(np.float32)
    model = brief(normalize_y=True, max_iter=50).fit(rows, 1e9 + WAVE[1])
    assert model.coefs_[0].dtype == np.float32
    assert model.coefs_[-1].dtype == model.intercepts_[-1].dtype == np.float64
    by_hand = forward(model.coefs_, model.intercepts_, rows)[:, 0]
    np.testing.assert_allclose(by_hand, model.predict(rows), atol=1e-6, rtol=0.0)


def test_quantiles_are_no_linear_function_and_do_not_say_identity():
    model = brief(loss="quantiles", normalize_y=True).fit(WAVE[0], HEIGHT)
    assert model.out_activation_.startswith("quantiles")
    z = forward(model.coefs_, model.intercepts_, WAVE[0])
    y_hat = np.cumsum(np.column_stack([z[:, 0], np.logaddexp(0.0, z[:, 1:])]), axis=1)
    np.testing.assert_allclose(
        model.predict(WAVE[0]), y_hat * HEIGHT.std() + HEIGHT.mean(), rtol=1e-12
    )


def set_whole(model, W, b):
    model.coefs_ = [*model.coefs_[:-1], W]
    model.intercepts_ = [*model.intercepts_[:-1], b]


def set_one(model, W, b):
    model.coefs_[-1] = W
    model.intercepts_[-1] = b


@pytest.mark.parametrize("edit", [set_whole, set_one])
def test_weights_are_set_in_the_units_in_which_they_are_shown(edit):
    model = brief(normalize_y=True).fit(WAVE[0], BOTH)
    rng = np.random.default_rng(0)
    W = rng.normal(size=(8, 2))
    b = rng.normal(size=2)
    edit(model, W, b)
    np.testing.assert_allclose(model.coefs_[-1], W, rtol=1e-12)
    a = np.maximum(WAVE[0] @ model.coefs_[0] + model.intercepts_[0], 0.0)
    np.testing.assert_allclose(model.predict(WAVE[0]), a @ W + b, rtol=1e-10)


def test_a_list_that_was_read_shows_what_was_set_in_it():
    model = brief(normalize_y=True).fit(WAVE[0], HEIGHT)
    coefs = model.coefs_
    coefs[-1] = np.ones((8, 1))
    np.testing.assert_allclose(coefs[-1], 1.0, rtol=1e-12)


def test_a_copy_in_other_units_cannot_be_written_to():
    model = brief(normalize_y=True).fit(WAVE[0], HEIGHT)
    with pytest.raises(ValueError, match="read-only"):
        model.coefs_[-1][...] = 0.0
    model.coefs_[0][...] = 0.0  # a view, as ever
    assert np.ptp(model.predict(WAVE[0])) == 0.0


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_fit_starts_from_weights_in_ys_own_units(solver):
    """Of whatever data they were learned from."""
    first = brief(normalize_y=True).fit(WAVE[0], HEIGHT)
    start = {"coefs_init": first.coefs_, "intercepts_init": first.intercepts_}
    slow = {"learning_rate_init": 1e-300, "max_iter": 1}
    make = brief
    if solver == "lbfgs":
        slow = {"tol": 1e6}
        make = regressor
    second = make(normalize_y=True, **slow).fit(WAVE[0], 3.0 * HEIGHT, **start)
    np.testing.assert_allclose(
        second.predict(WAVE[0]), first.predict(WAVE[0]), rtol=1e-9
    )
    plain = make(**slow).fit(WAVE[0], HEIGHT, **start)
    np.testing.assert_allclose(
        plain.predict(WAVE[0]), first.predict(WAVE[0]), rtol=1e-9
    )


def test_a_warm_fit_and_passes_go_on_where_units_are_shown():
    """Their weights come back as they were: to look at them changes no bit."""
    for warm in (True, False):
        models = [brief(normalize_y=True, warm_start=warm) for _ in range(2)]
        for looked_at, model in enumerate(models):
            for _ in range(3):
                go_on = model.fit if warm else model.partial_fit
                go_on(WAVE[0], HEIGHT)
                if looked_at:
                    assert_shows_what_it_uses(model)
        assert np.array_equal(models[0].network_.theta, models[1].network_.theta)


@needs_callbacks
def test_weights_kept_by_a_recorder_are_shown_in_ys_units():
    recorder = Recorder()
    model = brief(normalize_y=True).set_callbacks(recorder).fit(WAVE[0], HEIGHT)
    assert_shows_what_it_uses(recorder.at(model, 2))


def test_a_copy_of_the_weights_is_a_plain_list():
    """Which a program without halfmoon can read."""
    model = brief(normalize_y=True).fit(WAVE[0], HEIGHT)
    for made in (pickle.loads(pickle.dumps(model.coefs_)), copy.deepcopy(model.coefs_)):
        assert type(made) is list
        np.testing.assert_array_equal(made[-1], model.coefs_[-1])
        assert not np.shares_memory(made[0], model.coefs_[0])


# Set by hand before any fit

TEACHER = theirs.MLPClassifier((8,), tol=1e-2, random_state=0).fit(*IRIS)
GUIDE = theirs.MLPRegressor(hidden_layer_sizes=(8,), tol=100.0, random_state=0)
GUIDE.fit(WAVE[0], BOTH)
each_package = pytest.mark.parametrize(
    "package", [theirs, ours], ids=["scikit-learn", "halfmoon"]
)


def by_hand(package=ours, classes=TEACHER.classes_, **options):
    """A classifier with the teacher's weights, as federated learning sets them."""
    model = package.MLPClassifier((8,), random_state=1, **options)
    model.coefs_ = [W.copy() for W in TEACHER.coefs_]
    model.intercepts_ = [b.copy() for b in TEACHER.intercepts_]
    model.classes_ = classes
    return model


@each_package
def test_an_estimator_of_weights_set_by_hand_predicts_and_goes_on(package):
    model = by_hand(package, learning_rate_init=1e-30)
    model.n_features_in_ = 4
    model.n_layers_ = 3
    model.n_outputs_ = 3
    model.out_activation_ = "softmax"
    model.n_iter_ = 0
    model.t_ = 0
    model.loss_curve_ = []
    model.best_loss_ = np.inf
    model._no_improvement_count = 0
    model._label_binarizer = LabelBinarizer().fit(TEACHER.classes_)
    proba = TEACHER.predict_proba(IRIS[0])
    for _ in range(2):
        np.testing.assert_allclose(model.predict_proba(IRIS[0]), proba, rtol=1e-9)
        assert np.array_equal(model.predict(IRIS[0]), TEACHER.predict(IRIS[0]))
        model.partial_fit(*IRIS)
    assert model.n_iter_ == 1
    assert model.t_ == 2 * len(IRIS[1])


def test_it_has_what_a_fit_of_no_epochs_leaves():
    model = by_hand()
    fitted = clone(model).fit(*IRIS)
    names = [name for name in vars(fitted) if name.endswith("_")]
    assert model.score(*IRIS) == TEACHER.score(*IRIS)
    assert [name for name in names if not hasattr(model, name)] == []
    assert (model.n_iter_, model.t_, model.loss_curve_) == (0, 0, [])
    assert (model.n_layers_, model.n_outputs_, model.n_features_in_) == (3, 3, 4)
    assert model.out_activation_ == "softmax"
    assert model.check_gradients(*IRIS)
    again = pickle.loads(pickle.dumps(by_hand()))
    assert np.array_equal(again.predict_proba(IRIS[0]), model.predict_proba(IRIS[0]))


def test_weights_may_be_set_item_by_item():
    model = ours.MLPClassifier((8,))
    model.coefs_ = [0] * 2
    model.intercepts_ = [0] * 2
    for layer in range(2):
        model.coefs_[layer] = TEACHER.coefs_[layer]
        model.intercepts_[layer] = TEACHER.intercepts_[layer]
    model.classes_ = [0, 1, 2]
    assert np.array_equal(model.predict(IRIS[0]), TEACHER.predict(IRIS[0]))


@pytest.mark.parametrize("how", ["partial_fit", "warm_start", "fit"])
def test_a_fit_starts_from_them_where_it_goes_on_and_else_anew(how):
    options = {"learning_rate_init": 1e-30, "max_iter": 1, "random_state": 0}
    model = ours.MLPClassifier((8,), warm_start=how == "warm_start", **options)
    model.coefs_ = TEACHER.coefs_
    model.intercepts_ = TEACHER.intercepts_
    if how == "partial_fit":
        model.partial_fit(*IRIS, classes=[0, 1, 2])
    else:
        model.fit(*IRIS)
    starts = TEACHER
    if how == "fit":
        starts = ours.MLPClassifier((8,), **options).fit(*IRIS)
    np.testing.assert_allclose(
        model.predict_proba(IRIS[0]), starts.predict_proba(IRIS[0]), rtol=1e-9
    )


def test_classes_that_a_client_lacks_are_known_from_those_set_by_hand():
    few = IRIS[1] != 2
    model = by_hand(learning_rate_init=1e-30)
    model.partial_fit(IRIS[0][few], IRIS[1][few])
    assert model.predict_proba(IRIS[0]).shape == (150, 3)
    with pytest.raises(ValueError, match="is not the same as on last call"):
        by_hand().partial_fit(*IRIS, classes=[0, 1])


def test_a_regressor_of_weights_set_by_hand():
    model = brief(learning_rate_init=1e-30, normalize_y=True)
    model.coefs_ = GUIDE.coefs_
    model.intercepts_ = GUIDE.intercepts_
    for _ in range(2):
        np.testing.assert_allclose(
            model.predict(WAVE[0]), GUIDE.predict(WAVE[0]), rtol=1e-9, atol=1e-9
        )
        model.partial_fit(WAVE[0], BOTH)  # which normalises by these
    np.testing.assert_allclose(model.targets_.mean, BOTH.mean(axis=0))


def test_a_regressor_of_one_output_set_by_hand():
    model = ours.MLPRegressor(hidden_layer_sizes=(3,), activation="tanh")
    rng = np.random.default_rng(0)
    W1 = rng.normal(size=(2, 3))
    W2 = rng.normal(size=(3, 1))
    model.coefs_ = [W1, W2]
    model.intercepts_ = [np.zeros(3), np.ones(1)]
    x = rng.normal(size=(5, 2))
    expected = (np.tanh(x @ W1) @ W2 + 1.0)[:, 0]
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-12)


def test_float16_weights_make_a_float32_network_which_holds_them_exactly():
    model = by_hand()
    model.coefs_ = [W.astype(np.float16) for W in TEACHER.coefs_]
    model.intercepts_ = [b.astype(np.float16) for b in TEACHER.intercepts_]
    assert model.predict_proba(IRIS[0].astype(np.float32)).dtype == np.float32
    assert model.coefs_[0].dtype == np.float32
    assert np.array_equal(model.coefs_[0], TEACHER.coefs_[0].astype(np.float16))


def test_float32_weights_make_a_float32_network():
    model = by_hand()
    model.coefs_ = [W.astype(np.float32) for W in TEACHER.coefs_]
    model.intercepts_ = [b.astype(np.float32) for b in TEACHER.intercepts_]
    assert model.predict_proba(IRIS[0].astype(np.float32)).dtype == np.float32


def test_columns_of_classes_may_be_set_by_hand():
    fitted = short().fit(X, COLUMNS)
    model = short()
    model.coefs_ = fitted.coefs_
    model.intercepts_ = fitted.intercepts_
    model.classes_ = fitted.classes_
    assert np.array_equal(model.predict(X), fitted.predict(X))


def test_too_little_is_no_fit_and_what_cannot_be_says_why():
    model = ours.MLPClassifier((8,))
    assert not hasattr(model, "coefs_")
    assert not hasattr(model, "classes_")
    with pytest.raises(
        AttributeError, match="fit it, set coefs_ and intercepts_, or pass coefs_init"
    ):
        _ = model.intercepts_
    model.coefs_ = TEACHER.coefs_
    model.intercepts_ = TEACHER.intercepts_
    with pytest.raises(NotFittedError):
        model.predict(IRIS[0])
    with pytest.raises(AttributeError, match="fit it, or set classes_"):
        _ = model.network_
    with pytest.raises(
        ValueError, match=r"classes_ must be sorted, .* got \[2, 0, 1\]"
    ):
        model.classes_ = [2, 0, 1]
    model.classes_ = [0, 1, 2]
    model.set_params(hidden_layer_sizes=(9,))
    with pytest.raises(
        ValueError, match=r"shapes \[\(4, 9\), \(9, 3\)\]; got \[\(4, 8"
    ):
        model.predict(IRIS[0])
    model.coefs_ = [0, 0]
    with pytest.raises(ValueError, match=r"an array of shape \(d, k\) for each layer"):
        model.predict(IRIS[0])


def test_classes_may_get_other_names_and_not_another_number():
    model = short().fit(*IRIS)
    was = model.predict(IRIS[0])
    model.classes_ = ["a", "b", "c"]
    assert np.array_equal(model.predict(IRIS[0]), np.array(["a", "b", "c"])[was])
    with pytest.raises(ValueError, match=r"classes_ must be \(3,\) classes, as in the"):
        model.classes_ = ["a", "b"]
    with pytest.raises(ValueError, match=r"must be sorted, .* got \['c', 'b', 'a'\]"):
        model.classes_ = ["c", "b", "a"]
    labels = short().fit(X, LABELS)
    labels.classes_ = np.arange(3)
    with pytest.raises(ValueError, match="as in the fit"):
        labels.classes_ = ["a", "b", "c"]


def test_weights_are_a_list_of_arrays():
    message = "must be a list of arrays, one for each layer; got "
    fitted = short().fit(*IRIS)
    for model in (fitted, ours.MLPClassifier()):
        with pytest.raises(ValueError, match=f"^intercepts_ {message}None"):
            model.intercepts_ = None
    with pytest.raises(ValueError, match=f"^coefs_init {message}0"):
        fitted.fit(*IRIS, coefs_init=0)


def test_a_warm_start_from_weights_that_are_not_finite_is_refused():
    model = short(warm_start=True).fit(*IRIS)
    model.coefs_[0][:] = np.nan
    with pytest.raises(ValueError, match="not finite before the first update"):
        model.fit(*IRIS)


@pytest.mark.parametrize(
    ("model", "some", "says"),
    [
        (short(), {"coefs_": []}, "coefs_ were set .* not intercepts_ and classes_"),
        (short(), {"classes_": [0, 1]}, "classes_ were set .* not coefs_ and inter"),
        (brief(), {"intercepts_": []}, "intercepts_ were set .* but not coefs_. Set"),
    ],
)
def test_what_is_missing_of_weights_set_by_hand_is_named(model, some, says):
    for name, value in some.items():
        setattr(model, name, value)
    for ask in (lambda: model.predict(X), lambda: model.score(X, X[:, 0])):
        with pytest.raises(NotFittedError, match=f"(?s){says}.*coefs_init"):
            ask()
