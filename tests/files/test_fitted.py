"""Fitted estimators as descriptions and arrays, and back."""

import json
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold

from halfmoon import MLPClassifier
from halfmoon.components.losses import Huber
from halfmoon.components.optimizers import OPTIMIZERS, Adam
from halfmoon.files.fitted import describe, make
from halfmoon.training.stopping import Standstill
from small import (
    COLUMNS,
    LABELS,
    NAMES,
    WAVE,
    X,
    Y,
    brief,
    one_thread,
    out_of_epochs,
    predicted,
    short,
    small,
    theta,
    unfinished,
)

pytestmark = [one_thread, unfinished, out_of_epochs]


def there_and_back(model):
    description, arrays = describe(model)
    left = dict(arrays)
    stored = json.loads(json.dumps(description, allow_nan=False))
    made = make(type(model).__name__, stored, left)
    assert not left
    return made


def plain(value):
    """Something that `==` compares, of an attribute."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


ATTRIBUTES = [
    *("coefs_", "intercepts_", "loss_curve_", "validation_scores_", "n_iter_", "t_"),
    *("validation_loss_curve_", "n_layers_", "n_outputs_", "out_activation_", "loss_"),
    *("best_loss_", "best_validation_score_", "best_epoch_", "stopped_", "engine_"),
    *("n_threads_", "learning_rate_init_", "n_features_in_"),
]

FITS = {
    "two classes": (short(), X, NAMES),
    "one class": (short(), X, np.zeros(len(X), int)),
    "float32": (short(), X.astype(np.float32), NAMES),
    "numbers": (short(activation=["tanh"]), X, np.digitize(X[:, 0], [0.0, 1.0])),
    "objects": (short(), X, NAMES.astype(object)),
    "truths": (short(), X, Y == 1),
    "labels": (short(), X, LABELS),
    "columns": (short(), X, COLUMNS),
    "validated": (short(early_stopping=True), X, NAMES),
    "by loss": (short(early_stopping=True, scoring="loss"), X, NAMES),
    "weights": (short(class_weight={"full": 2.0, "new": 1.0}), X, NAMES),
    "dropout": (short(hidden_layer_sizes=[4, 5], dropout=[0.1, 0.0, 0.2]), X, NAMES),
    "no units": (short(hidden_layer_sizes=()), X, NAMES),
    "endless": (short(n_iter_no_change=np.inf), X, NAMES),
    "numpy": (short(engine="numpy"), X, NAMES),
    "lbfgs": (short(solver="lbfgs", batch_size="auto"), X, NAMES),
    "components": (short(solver=Adam(0.8), learning_rate="cosine:floor=0.1"), X, NAMES),
    "smoothed": (short(loss="log_loss:smoothing=0.1"), X, NAMES),
    "values": (brief(), *WAVE),
    "normalised": (brief(normalize_y=True), *WAVE),
    "two values": (brief(normalize_y=True), X, X * [[1.0, 1e-3]]),
    "constant": (brief(normalize_y=True), X, np.column_stack([X, np.ones(len(X))])),
    "quantiles": (brief(loss="quantiles:levels=0.2/0.5"), *WAVE),
    "huber": (brief(loss=Huber(0.3), average=0.9), *WAVE),
    "poisson": (brief(loss="poisson"), X, Y),
}


@pytest.fixture(params=FITS)
def fitted(request):
    model, rows, y = FITS[request.param]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clone(model).fit(rows, y), rows, y


def test_a_model_comes_back_as_it_was(fitted):
    model, rows, _ = fitted
    made = there_and_back(model)
    assert predicted(made, rows).__class__ is predicted(model, rows).__class__
    for one, other in zip(predicted(made, rows), predicted(model, rows), strict=True):
        assert np.array_equal(one, other)
    assert made.predict(rows).tolist() == model.predict(rows).tolist()
    for name in ATTRIBUTES:
        one = plain(getattr(made, name))
        other = plain(getattr(model, name))
        assert one == other or (np.isnan(one) and np.isnan(other)), name
    assert set(vars(made)) == set(vars(model))
    last = model._last._replace(run=None, standstill=Standstill())
    assert made._last == last
    assert repr(made) == repr(model)


def test_it_can_be_cloned_pickled_and_stored_again(fitted):
    model, rows, y = fitted
    made = there_and_back(model)
    assert json.dumps(describe(made)[0]) == json.dumps(describe(model)[0])
    again = pickle.loads(pickle.dumps(made))
    assert np.array_equal(theta(again), theta(model))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        anew = clone(made).fit(rows, y)
    assert np.array_equal(theta(anew), theta(model))


def test_passes_go_on_from_its_weights(fitted):
    model, rows, y = fitted
    if model.solver == "lbfgs" or model.early_stopping or "cosine" in repr(model):
        pytest.skip("partial_fit is none of its")
    made = there_and_back(model)
    before = theta(made).copy()
    made.partial_fit(rows, y)
    assert made.n_iter_ == 1
    moved = np.abs(theta(made) - before).max()
    assert moved < 0.2  # a few steps away from where it was
    made.set_params(warm_start=True, max_iter=1).fit(rows, y)
    assert np.abs(theta(made) - before).max() < 0.4


def test_a_warm_start_is_that_of_a_fit_whose_memory_is_empty():
    """L-BFGS has none: both go on alike."""
    model = small(MLPClassifier, solver="lbfgs", warm_start=True).fit(X, NAMES)
    made = there_and_back(model)
    assert np.array_equal(theta(made.fit(X, NAMES)), theta(model.fit(X, NAMES)))


def test_columns_keep_their_names():
    frame = pd.DataFrame(X, columns=["width", "µ"])
    made = there_and_back(short().fit(frame, NAMES))
    assert made.feature_names_in_.tolist() == ["width", "µ"]
    assert made.feature_names_in_.dtype == object
    with pytest.raises(ValueError, match="feature names"):
        made.predict(frame.rename(columns={"µ": "length"}))


def test_weights_set_by_hand_are_a_fit():
    model = MLPClassifier((2,))
    model.classes_ = np.array(["a", "b"])
    model.coefs_ = [np.eye(2), np.ones((2, 1))]
    model.intercepts_ = [np.zeros(2), np.zeros(1)]
    made = there_and_back(model)
    assert np.array_equal(made.predict_proba(X), model.predict_proba(X))
    assert made.classes_.tolist() == ["a", "b"]


def test_before_a_fit_there_is_nothing_to_store():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        describe(MLPClassifier())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scoring", lambda model, X, y: 1.0),
        ("random_state", np.random.RandomState(0)),
        ("validation_fraction", KFold(3)),
    ],
)
def test_parameters_that_are_code_or_objects_are_refused_by_name(name, value):
    model = short().fit(X, NAMES).set_params(**{name: value})
    with pytest.raises(ValueError, match=rf"^{name}=.* cannot be stored"):
        describe(model)


@pytest.mark.parametrize("given", ["instance", "name"])
def test_components_of_the_users_are_refused(given):
    class Own(Adam):
        """u = g / sqrt(v), by the user."""

    model = short(solver=Own())
    if given == "name":
        OPTIMIZERS.register("own_adam")(Own)
        model.set_params(solver="own_adam")
    try:
        model.fit(X, NAMES)
        with pytest.raises(ValueError, match="is a component of your own"):
            describe(model)
    finally:
        if given == "name":
            OPTIMIZERS.remove("own_adam")


def test_what_was_set_wrong_after_the_fit_is_refused_when_it_is_stored():
    model = short().fit(X, NAMES).set_params(activation="rely")
    with pytest.raises(ValueError, match=r"'activation' parameter .* Did you mean"):
        describe(model)


def changed(model, path, value):
    """The model's description with another value at a path of names."""
    description, arrays = describe(model)
    *names, last = [int(n) if n.isdigit() else n for n in path.split(".")]
    owner = description
    for name in names:
        owner = owner[name]
    owner[last] = value
    return make(type(model).__name__, description, arrays)


CLASSIFIER = {
    "parameters": ({"alpa": 1.0}, "MLPClassifier has no 'alpa' .* newer .* 'alpha'"),
    "parameters.alpha": ({"float": "nan"}, "'alpha' parameter of MLPClassifier"),
    "parameters.loss": ("hubert", "'loss' parameter of MLPClassifier"),
    "parameters.hidden_layer_sizes": ({"tuple": ["8"]}, "'hidden_layer_sizes'"),
    "parameters.scoring": ({"code": "print()"}, "scoring is stored as"),
    "network.layers.1.k": (2, "there must be an array layers.1.W"),
    "targets.kind": ("values", "kind of the classes must be"),
    "targets.classes": ([{"type": "str", "values": ["a", "b", "c"]}], "does not fit"),
    "feature_names": (["a"], "feature_names must be 2 texts"),
    "attributes": ({}, "the attributes must have"),
    "attributes.n_iter_": (-1, "n_iter_ of the attributes must be an integer"),
    "attributes.engine_": ("os", "engine_ of the attributes must be"),
    "attributes.loss_": ("0", "loss_ of the attributes must be a number"),
    "attributes.learning_rate_init_": ({"float": "nan"}, "must be a number"),
    "curves": ({}, "the curves must have"),
    "curves.validated": (1, "validated of the curves must be True or False"),
    "last_fit.seed": (-1, "seed of the last fit must be an integer"),
    "last_fit.dropout": (1.0, "dropout of the last fit must be a number"),
    "last_fit.initializer": ("zero", "halfmoon has no initializer 'zero'"),
}
REGRESSOR = {
    "targets.count": (3, "count of the values' units must be 2"),
    "targets.mean": ([], "count of the values' units must be"),
    "targets.mean.0": ("1", "mean of the values' units must be a number"),
    "targets.scale": ([1.0], "must have 2 scales"),
    "targets.scale.0": (0.0, "scale of the values' units must be a number"),
    "targets.constant": ([2], "constant of the values' units must be an integer"),
    "targets.normalized": (None, "normalized of the values' units must be"),
    "targets": ({"kind": "classes", "classes": []}, "the values' units must have"),
}


def test_what_describes_no_model_is_refused():
    model = short(max_iter=1).fit(X, NAMES)
    for path, (value, message) in CLASSIFIER.items():
        with pytest.raises(ValueError, match=message):
            changed(model, path, value)
    model = brief(max_iter=1, normalize_y=True).fit(X, X)
    for path, (value, message) in REGRESSOR.items():
        with pytest.raises(ValueError, match=message):
            changed(model, path, value)


def test_a_parameter_that_was_not_known_yet_has_its_default():
    description, arrays = describe(short(max_iter=1, clip=2.0).fit(X, NAMES))
    del description["parameters"]["clip"]
    assert make("MLPClassifier", description, arrays).clip is None


@pytest.mark.parametrize("kind", ["classes", "labels", "columns"])
def test_classes_must_be_some(kind):
    model = short(max_iter=1).fit(X, NAMES)
    alone = {"type": "str", "values": ["a"]}
    for classes in ([], [alone, alone]):
        with pytest.raises(ValueError, match=r"classes|labels"):
            changed(model, "targets", {"kind": kind, "classes": classes})


def test_a_regressor_is_no_classifier():
    description, arrays = describe(brief(max_iter=1).fit(*WAVE))
    with pytest.raises(ValueError, match="MLPClassifier has no 'normalize_y'"):
        make("MLPClassifier", description, arrays)
