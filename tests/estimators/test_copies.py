"""Clones, pickles, shared memory, and how an estimator is shown."""

import copy
import dataclasses
import html
import importlib
import inspect
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier, MLPRegressor, datasets
from halfmoon.components.losses import LOSSES
from halfmoon.estimators import base
from small import (
    MOONS_X,
    NAMES,
    WAVE,
    X2,
    Y2,
    X,
    Y,
    brief,
    classifier,
    needs_callbacks,
    one_thread,
    out_of_epochs,
    predicted,
    regressor,
    short,
    small,
    theta,
)

pytestmark = one_thread


# Clones, searches, pipelines


def test_clone_copies_parameters_and_forgets_the_fit():
    fitted = classifier(loss=LOSSES.make("logistic_cross_entropy:smoothing=0.1")).fit(
        X, Y
    )
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(X)


def test_grid_search_and_pipeline():
    pipe = make_pipeline(StandardScaler(), classifier())
    grid = {
        "mlpclassifier__alpha": [0.1, 1e3],
        "mlpclassifier__activation": ["tanh", "relu"],
    }
    search = GridSearchCV(pipe, grid, cv=3).fit(X, Y)
    # the other presses all weights to 0
    assert search.best_params_["mlpclassifier__alpha"] == 0.1
    assert search.best_score_ > 0.9
    assert (
        cross_val_score(regressor(activation="tanh", alpha=0.1), *WAVE, cv=3).mean()
        > 0.8
    )


WAVE_120 = datasets.make("wave", 120, 0.1, 0)


DATA = {MLPClassifier: (X, NAMES), MLPRegressor: WAVE_120}


each_class = pytest.mark.parametrize(
    "cls", [MLPClassifier, MLPRegressor], ids=lambda cls: cls.__name__
)


each_solver = pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])


stopping = pytest.mark.parametrize("early_stopping", [False, True], ids=["", "early"])


# Parameters, repr, copies


@each_class
def test_parameters_are_what_the_constructor_takes_and_can_be_set(cls):
    model = cls(alpha=0.5)
    assert list(model.get_params()) == sorted(inspect.signature(cls).parameters)
    assert cls(**model.get_params()).get_params() == model.get_params()
    assert model.set_params(alpha=0.25, solver="lbfgs") is model
    assert (model.alpha, model.solver) == (0.25, "lbfgs")
    assert eval(repr(model), {cls.__name__: cls}).get_params() == model.get_params()
    with pytest.raises(ValueError, match="Invalid parameter 'alpa' for estimator"):
        model.set_params(alpa=1.0)


@each_class
def test_a_clone_has_the_parameters_and_nothing_else(cls):
    model = small(
        cls,
        alpha=0.5,
        solver="lbfgs",
        validation_fraction=KFold(3),
        early_stopping=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*DATA[cls])
    copied = clone(model)
    assert [name for name in vars(copied) if name.endswith("_")] == []
    assert {**copied.get_params(), "validation_fraction": 0} == {
        **model.get_params(),
        "validation_fraction": 0,
    }
    assert repr(copied) == repr(model)


@each_class
def test_the_html_repr_shows_every_parameter_with_its_help(cls):
    """scikit-learn reads the help off the docstring, as numpydoc does, and shows it
    where a page is linked.
    """
    if "param-doc" not in LogisticRegression()._repr_html_():
        pytest.skip("this scikit-learn shows no help")

    class Linked(cls):
        __doc__ = cls.__doc__
        _doc_link_module = __name__.partition(".")[0]
        _doc_link_template = "https://example.org/{estimator_name}.html"

    page = html.unescape(Linked(alpha=0.25)._repr_html_())
    for field in dataclasses.fields(cls):
        rule = field.metadata["rule"]
        help = field.metadata["help"]
        sentence = f"{help[0].upper()}{help[1:]}."
        shown = f"{field.name}: {rule}, default={field.default!r}<br><br>{sentence}"
        assert shown in page
    assert '<td class="value">0.25</td>' in page


@out_of_epochs
@each_class
def test_the_html_repr_shows_the_fitted_attributes_once_there_are_some(cls):
    theirs = LogisticRegression().fit(X, Y)
    if "Fitted attributes" not in theirs._repr_html_():
        pytest.skip("this scikit-learn shows no fitted attributes")
    model = small(cls, solver="lbfgs", max_iter=20)
    assert "Fitted attributes" not in model._repr_html_()
    _, found, attributes = (
        model.fit(*DATA[cls])._repr_html_().partition("Fitted attributes")
    )
    assert found
    public = [
        name for name in dir(model) if name.endswith("_") and not name.startswith("_")
    ]
    assert {"coefs_", "loss_curve_", "stopped_"} <= set(public)
    assert [name for name in public if name not in attributes] == []


# Pickles

COPIES = {
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "joblib": lambda model, path: (
        joblib.dump(model, path / "model"),
        joblib.load(path / "model"),
    )[1],
    "deepcopy": lambda model, path: copy.deepcopy(model),
}


each_copy = pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)


@out_of_epochs
@each_copy
@each_class
@each_solver
def test_copies_predict_the_same_bits_and_share_nothing(cls, solver, make, tmp_path):
    model = small(cls, solver=solver, early_stopping=True).fit(*DATA[cls])
    before = predicted(model, DATA[cls][0])
    made = make(model, tmp_path)
    assert np.array_equal(predicted(made, DATA[cls][0]), before)
    assert made.loss_curve_ == model.loss_curve_
    made.coefs_[0][...] = 0.0
    assert np.array_equal(predicted(model, DATA[cls][0]), before)
    assert not np.array_equal(predicted(made, DATA[cls][0]), before)


@each_copy
@each_class
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize(
    "more",
    [{}, {"average": 0.9}, {"dropout": 0.3}, {"learning_rate_init": "auto"}],
    ids=str,
)
def test_passes_go_on_after_loading_with_the_same_bits(
    cls, solver, make, more, tmp_path
):
    model = small(cls, solver=solver, **more)
    data = DATA[cls]
    for _ in range(3):
        model.partial_fit(
            *data, **({"classes": ["full", "new"]} if cls is MLPClassifier else {})
        )
    made = make(model, tmp_path)
    forgetful = clone(model)
    for _ in range(2):
        model.partial_fit(*data)
        made.partial_fit(*data)
    assert np.array_equal(theta(made), theta(model))
    assert made.loss_curve_ == model.loss_curve_
    # and it is more than the weights that is kept: who starts from these alone ends
    # elsewhere
    restart = {"coefs_init": made.coefs_, "intercepts_init": made.intercepts_}
    with pytest.warns(ConvergenceWarning):
        forgetful.set_params(max_iter=1).fit(*data, **restart)
    assert not np.array_equal(theta(forgetful), theta(model.partial_fit(*data)))


@out_of_epochs
@each_copy
@each_class
@each_solver
@stopping
def test_a_warm_start_goes_on_after_loading_with_the_same_bits(
    cls, solver, early_stopping, make, tmp_path
):
    model = small(
        cls, solver=solver, early_stopping=early_stopping, warm_start=True
    ).fit(*DATA[cls])
    made = make(model, tmp_path)
    assert np.array_equal(theta(made.fit(*DATA[cls])), theta(model.fit(*DATA[cls])))
    assert made.loss_curve_ == model.loss_curve_


@out_of_epochs
@pytest.mark.parametrize(
    ("options", "times"),
    [
        ({}, 1),
        ({"early_stopping": True}, 1),
        ({"average": 0.9}, 1),
        ({"warm_start": True}, 4),  # the network's; the run's; and Adam's two
        ({"warm_start": True, "solver": "sgd"}, 3),  # momentum's one
        ({"warm_start": True, "solver": "lbfgs"}, 2),
    ],
    ids=str,
)
def test_a_pickle_holds_the_weights_once_and_with_them_what_going_on_needs(
    options, times
):
    model = small(
        MLPClassifier, hidden_layer_sizes=(300, 300), max_iter=2, **options
    ).fit(X, NAMES)
    predicted(model, X)  # scratch memory is not for keeps
    held = len(pickle.dumps(model)) / theta(model).nbytes
    assert times <= held < times + 0.05


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_a_pickle_after_a_pass_holds_what_going_on_needs_and_no_more(solver):
    model = small(MLPRegressor, hidden_layer_sizes=(300, 300), solver=solver)
    for _ in range(3):
        model.partial_fit(*WAVE_120)
    held = len(pickle.dumps(model)) / theta(model).nbytes
    times = {"adam": 4, "sgd": 3}[solver]
    assert times <= held < times + 0.05


@out_of_epochs
def test_a_model_in_shared_memory_that_cannot_be_written_predicts(tmp_path):
    """As joblib hands large models to its workers."""
    model = small(MLPClassifier).fit(X, NAMES)
    joblib.dump(model, tmp_path / "model")
    mapped = joblib.load(tmp_path / "model", mmap_mode="r")
    assert not theta(mapped).flags.writeable
    assert np.array_equal(mapped.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(mapped.predict(X), model.predict(X))


@out_of_epochs
@needs_callbacks
@pytest.mark.parametrize(
    ("callback", "options"),
    [("ProgressBar", {}), ("ScoringMonitor", {"scoring": "r2"})],
)
def test_callbacks_travel_with_the_estimator(callback, options, capsys):
    made = getattr(importlib.import_module("sklearn.callback"), callback)(**options)
    model = small(MLPRegressor).set_callbacks(made)
    loaded = pickle.loads(pickle.dumps(model)).fit(*WAVE_120)
    again = pickle.loads(pickle.dumps(loaded))
    assert np.array_equal(
        theta(again.fit(*WAVE_120)), theta(small(MLPRegressor).fit(*WAVE_120))
    )
    assert len(again._skl_callbacks) == len(clone(again)._skl_callbacks) == 1


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_pickle_holds_the_weights_once():
    model = MLPRegressor(
        hidden_layer_sizes=(200, 200), max_iter=2, n_iter_no_change=np.inf
    ).fit(MOONS_X, MOONS_X[:, 0])
    assert len(pickle.dumps(model)) < 1.1 * model.network_.theta.nbytes + 20_000
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict(MOONS_X) == model.predict(MOONS_X)).all()
    again.coefs_[0][...] = 0.0
    # still views into the network
    assert not (again.predict(MOONS_X) == model.predict(MOONS_X)).all()


def test_to_be_pickled_changes_nothing():
    model = classifier()
    before = dict(vars(model))
    copy.deepcopy(pickle.loads(pickle.dumps(model)))
    assert vars(model) == before


# Loaded as it lies on the disk


def moved(model):
    model.coefs_ = [2.0 * W for W in model.coefs_]
    model.intercepts_[0] = model.intercepts_[0] + 1.0
    model.coefs_[-1][...] = 0.5
    return model


GOES_ON = {
    "a pass": lambda model: model.partial_fit(X, Y),
    "a fit": lambda model: model.fit(X, Y),
    "validation": lambda model: model.fit(X, Y, X_val=MOONS_X, y_val=MOONS_X[:, 0] > 0),
    "weights": moved,
}


@pytest.mark.parametrize("go_on", GOES_ON.values(), ids=GOES_ON)
@pytest.mark.parametrize("options", [{}, {"average": 0.9}], ids=["", "average"])
@out_of_epochs
def test_a_model_that_is_mapped_to_memory_goes_on(tmp_path, go_on, options):
    """Its arrays cannot be written to: what changes is copied, and the file stays."""
    model = small(MLPClassifier, warm_start=True, **options).fit(X, Y)
    path = tmp_path / "model.joblib"
    joblib.dump(model, path)
    before = path.read_bytes()
    loaded = joblib.load(path, mmap_mode="r")
    assert not theta(loaded).flags.writeable
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert np.array_equal(theta(go_on(loaded)), theta(go_on(model)))
    assert path.read_bytes() == before


# Equal fits have equal bytes

FITS = {
    "fit": lambda: short().fit(X, Y),
    "early": lambda: short(early_stopping=True).fit(X, Y),
    "warm": lambda: short(warm_start=True).fit(X, Y).fit(X2, Y2),
    "lbfgs": lambda: regressor(max_iter=9).fit(*WAVE),
    "passes": lambda: brief(normalize_y=True).partial_fit(*WAVE).partial_fit(*WAVE),
    "auto": lambda: brief(learning_rate_init="auto").fit(*WAVE),
}


@pytest.mark.parametrize("name", FITS)
@out_of_epochs
def test_equal_fits_have_equal_bytes_and_hashes(name):
    """Whatever was done with them: nothing of the process and no times are inside."""
    one = FITS[name]()
    other = FITS[name]()
    other.predict(X[:, : other.n_features_in_])
    assert pickle.dumps(one) == pickle.dumps(other)
    assert joblib.hash(one) == joblib.hash(other)
    again = pickle.loads(pickle.dumps(one))
    assert pickle.dumps(again) == pickle.dumps(pickle.loads(pickle.dumps(other)))


@pytest.mark.slow
@out_of_epochs
def test_equal_fits_in_two_processes_have_equal_hashes():
    code = (
        "import joblib, pickle; from halfmoon import MLPClassifier, datasets\n"
        "X, y = datasets.make('moons', 120, 0.2, 0)\n"
        "model = MLPClassifier((3,), max_iter=5, random_state=0, engine='numpy')\n"
        "print(joblib.hash(pickle.dumps(model.set_params(warm_start=True).fit(X, y))))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert told[0] == told[1]


@out_of_epochs
def test_a_pickle_holds_no_room_for_epochs_to_come():
    """2-3-1 after 300 epochs: three columns of numbers, and little more."""
    model = short(hidden_layer_sizes=(3,), max_iter=300, n_iter_no_change=500)
    assert len(pickle.dumps(model.fit(X, Y))) < 3 * 8 * 300 + 5000


def test_endless_passes_keep_the_last_ones_and_count_them_all(monkeypatch):
    monkeypatch.setattr(base, "PASSES", 20)
    model = brief(learning_rate_init=1e-4)
    losses = []
    for _ in range(50):
        losses.append(model.partial_fit(*WAVE).loss_)
    assert model.loss_curve_ == losses[-20:]
    assert (model.history_.total, model.t_) == (50, 50 * len(WAVE[0]))
    assert model.best_loss_ == min(losses)


def test_curves_are_there_after_a_fit_only_and_may_be_set():
    model = short(max_iter=2)
    assert not hasattr(model, "loss_curve_")
    with pytest.raises(AttributeError, match="no curves yet; fit it first"):
        model.validation_scores_  # noqa: B018
    model.loss_curve_ = [1.0]
    assert model.loss_curve_ == [1.0]


@out_of_epochs
def test_curves_that_were_set_are_those_of_the_next_fit_again():
    model = short(max_iter=2).fit(X, Y)
    model.loss_curve_ = [1.0]
    assert len(model.fit(X, Y).loss_curve_) == 2
