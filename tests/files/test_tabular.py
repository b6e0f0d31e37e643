"""Fitted models of tables as descriptions and arrays, and back."""

import copy
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from halfmoon import TabularClassifier, TabularRegressor, load, save
from halfmoon.files.tabular import describe, make

N = 300
RNG = np.random.default_rng(0)
SIZE = RNG.normal(size=N)
TABLE = pd.DataFrame(
    {
        "size": np.where(RNG.uniform(size=N) < 0.1, np.nan, SIZE),
        "city": RNG.choice(["Oslo", "Rome", "Lima"], N),
        "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(range(N), "D"),
        "member": RNG.choice(["yes", "no"], N),
        "zip": RNG.choice([1010, 8001], N),
        "id": [f"N{i:05}" for i in range(N)],
    }
)
NEW = TABLE.assign(city=["Kyiv", None, *TABLE["city"][2:]])
CLASSES = np.where(SIZE + 0.3 * RNG.normal(size=N) > 0, "low", "high")
VALUES = 20.0 + 3.0 * SIZE
ARRAY = np.column_stack([SIZE, RNG.normal(size=N)])


def classifier(effort=1, **settings):
    return TabularClassifier(effort, random_state=0, n_jobs=1, **settings)


def regressor(effort=1, **settings):
    return TabularRegressor(effort, random_state=0, n_jobs=1, **settings)


FITS = {
    "classes": (classifier(columns={"zip": "category"}), TABLE, CLASSES),
    "numbers": (classifier(2), ARRAY, np.digitize(SIZE, [-0.5, 0.5])),
    "values": (regressor(), TABLE, VALUES),
    "two values": (regressor(), TABLE, np.column_stack([VALUES, SIZE])),
    "two columns": (classifier(), TABLE, np.column_stack([CLASSES, TABLE["zip"]])),
    "settings": (
        classifier(columns={"zip": {"kind": "category", "missing": ["8001"]}}),
        TABLE,
        CLASSES,
    ),
}


@pytest.fixture(scope="module", params=FITS)
def fitted(request):
    model, X, y = FITS[request.param]
    return clone(model).fit(X, y), X


@pytest.fixture(scope="module")
def models():
    """A classifier and a regressor, which no test changes."""
    return [clone(FITS[name][0]).fit(*FITS[name][1:]) for name in ("classes", "values")]


def there_and_back(model):
    description, arrays = describe(model)
    left = dict(arrays)
    stored = json.loads(json.dumps(description, allow_nan=False))
    made = make(type(model).__name__, stored, left)
    assert not left
    return made


def predicted(model, X):
    """Probabilities, of one column of y or several, and sets; or values and spans."""
    if isinstance(model, TabularRegressor):
        return [model.predict(X), model.predict_interval(X)]
    p = model.predict_proba(X)
    sets = model.predict_set(X)
    return [*p, *sets] if isinstance(p, list) else [p, sets]


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a, b)


def test_a_model_comes_back_as_it_was(fitted):
    model, X = fitted
    made = there_and_back(model)
    new = NEW if X is TABLE else X
    assert_same(predicted(made, new), predicted(model, new))
    assert np.array_equal(made.predict(new), model.predict(new))
    assert set(vars(made)) == set(vars(model))
    assert repr(made) == repr(model)
    assert made.schema_ == model.schema_
    assert made.record_ == model.record_
    assert made.stopped_ == model.stopped_ == ""
    assert str(made.novelty(new)) == str(model.novelty(new))
    assert made.encoder_.names == model.encoder_.names
    for one, other in zip(made.histories_, model.histories_, strict=True):
        assert one["loss"].tolist() == other["loss"].tolist()
    assert made.n_features_in_ == model.n_features_in_
    names = getattr(model, "feature_names_in_", np.array([])).tolist()
    assert getattr(made, "feature_names_in_", np.array([])).tolist() == names


def test_it_can_be_stored_again_pickled_and_fitted_anew(models):
    for model in models:
        made = there_and_back(model)
        assert json.dumps(describe(made)[0]) == json.dumps(describe(model)[0])
        again = pickle.loads(pickle.dumps(made))
        assert np.array_equal(again.predict(NEW), model.predict(NEW))


def test_it_refuses_what_the_model_refused(models):
    for model in map(there_and_back, models):
        with pytest.raises(ValueError, match=r"no column 'city'.* it has 'City'"):
            model.predict(TABLE.rename(columns={"city": "City"}))
        with pytest.raises(ValueError, match=r"Row 1 .* of column 'size' is 'large'"):
            model.predict(TABLE.assign(size="large"))


def test_a_file_says_what_it_holds(models, tmp_path):
    path = tmp_path / "model.safetensors"
    for model in models:
        save(model, path)
        loaded = load(path)
        assert type(loaded) is type(model)
        assert_same(predicted(loaded, NEW), predicted(model, NEW))
        content = path.read_bytes()
        save(loaded, path)
        assert path.read_bytes() == content


@pytest.mark.parametrize("effort", [1, 2])
def test_a_file_is_little_larger_than_weights_coders_and_schema(tmp_path, effort):
    """The coders are what the schema needs: most of them is [E5]'s table."""
    path = tmp_path / "model.safetensors"
    model = classifier(effort).fit(TABLE, CLASSES)
    save(model, path)
    weights = sum(network.theta.nbytes for network in model.networks_)
    _, arrays = describe(model)
    coders = [array for name, array in arrays.items() if name.startswith("encoder.")]
    schema = len(model.schema_.as_json()) + sum(array.nbytes for array in coders)
    assert path.stat().st_size < 1.2 * weights + schema + 6000


def test_before_a_fit_there_is_nothing_to_store():
    for model in (classifier(), regressor()):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            describe(model)


def test_what_is_an_object_is_refused_by_name(models):
    model = copy.copy(models[0]).set_params(random_state=np.random.RandomState(0))
    with pytest.raises(ValueError, match=r"^random_state=.* cannot be stored"):
        describe(model)
    model = copy.copy(models[0]).set_params(effort="3")
    with pytest.raises(ValueError, match="'effort' parameter"):
        describe(model)


def test_a_record_is_plain_data(models, tmp_path):
    model = copy.copy(models[0])
    model.record_ = {**model.record_, "scores": {"accuracy": 0.5}, "source": "a.csv"}
    assert there_and_back(model).record_ == model.record_
    for wrong in ((1, 2), np.nan, {1: 2}, {"a": object()}):
        model.record_ = {"scores": wrong}
        with pytest.raises(ValueError, match="record_ must be plain data"):
            describe(model)


def changed(model, path, value):
    """The model's description with another value at a path of names."""
    description, arrays = describe(model)
    description = json.loads(json.dumps(description))
    *names, last = [int(n) if n.isdigit() else n for n in path.split(".")]
    owner = description
    for name in names:
        owner = owner[name]
    owner[last] = value
    return make(type(model).__name__, description, arrays)


CLASSIFIER = {
    "parameters": ({"efort": 1}, "TabularClassifier has no 'efort' .* 'effort'"),
    "parameters.effort": ("3", "'effort' parameter of TabularClassifier"),
    "parameters.columns": ({"code": "print()"}, "columns is stored as"),
    "schema": ({"version": 1}, "A schema must be an object"),
    "schema.columns.0.kind": ("id", "a column 'size' of the kind number"),
    "schema.columns": ([], "the schema has none"),
    "encoder.categories": ([], "have other inputs than its encoder"),
    "encoder.left_out": ([], "left_out of the encoder must be an object"),
    "network.layers.0.d": (3, "there must be an array layers.0"),
    "network.layers": ([], "at least one layer"),
    "histories": ([], "one network or more"),
    "histories.0": ({}, "the history must have"),
    "targets.temperature": (0.0, "temperature of the classes must be a number"),
    "targets.classes": ([{"type": "str", "values": ["a"]}], "two or more"),
    "targets.classes.0.values": (["a", "b", "c"], "2 outputs with .* needs 3"),
    "network.loss": ("squared_error", "2 outputs with squared_error"),
    "scores": ([], "scores for 1 columns of y"),
    "scores.0": (2.0, "scores must be an integer"),
    "stopped": ("why", "stopped of the TabularClassifier must be"),
    "record": ([], "record of the TabularClassifier must be an object"),
    "feature_names": (["size"], "feature_names must be 6 texts"),
}
REGRESSOR = {
    "targets.units.is_column": (1, "is_column of the units"),
    "targets.units.mean": ([1.0, 2.0], "do not fit together"),
    "targets.units.spread": ([0.0], "do not fit together"),
    "targets.units.low": ([{"float": "inf"}], "low of the units must be a list"),
    "targets.widths": ([], "there must be widths for 1 columns of y"),
    "targets.widths.0": ({"predictions": [0.0], "errors": [0.0]}, "fit together"),
    "scores": ([], "scores for 1 columns of y"),
    "targets": ({"classes": [], "temperature": 1.0}, "the values must have"),
    "network.loss": ("softmax_cross_entropy", "1 outputs with"),
}


def test_what_describes_no_model_is_refused(models):
    for model, cases in zip(models, (CLASSIFIER, REGRESSOR), strict=True):
        for path, (value, message) in cases.items():
            with pytest.raises(ValueError, match=message):
                changed(model, path, value)


def test_names_are_those_of_the_schema(models):
    names = describe(models[0])[0]["feature_names"]
    with pytest.raises(ValueError, match="must be those of the schema's columns"):
        changed(models[0], "feature_names", names[::-1])


def test_arrays_that_nobody_takes_are_left_for_the_file_to_refuse(models):
    description, arrays = describe(models[0])
    arrays["members.1.layers.0.W"] = np.zeros(3)
    make("TabularClassifier", description, arrays)
    assert [*arrays] == ["members.1.layers.0.W"]


def test_networks_that_are_not_alike_are_no_ensemble(models):
    model = copy.copy(models[0])
    other = classifier(2).fit(TABLE, CLASSES)
    model.networks_ = [*model.networks_, other.networks_[0]]
    model.histories_ = model.histories_ * 2
    with pytest.raises(ValueError, match="not all alike"):
        describe(model)


def test_a_parameter_that_was_not_known_yet_has_its_default(models):
    description, arrays = describe(models[0])
    del description["parameters"]["verbose"]
    assert make("TabularClassifier", description, arrays).verbose is False
