"""MLPClassifier and MLPRegressor: scikit-learn's conventions kept, its parameters obeyed, its results reached."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from threadpoolctl import threadpool_limits

from halfmoon import datasets
from halfmoon.activations import ACTIVATIONS, Activation
from halfmoon.estimators.mlp import MLPClassifier, MLPRegressor
from halfmoon.initializers import INITIALIZERS
from halfmoon.losses import LOSSES, Huber
from halfmoon.optimizers import OPTIMIZERS, Lion
from halfmoon.schedules import SCHEDULES, Cosine
from halfmoon.solvers import LBFGS, SOLVERS

X, Y = datasets.make("moons", 120, 0.2, 0)
WAVE = datasets.make("wave", 150, 0.1, 0)
IRIS = load_iris(return_X_y=True)
IRIS = (StandardScaler().fit_transform(IRIS[0]), IRIS[1])


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small products are slower, never faster, where two BLAS libraries' threads wait for each other."""
    with threadpool_limits(1):
        yield


unfinished = pytest.mark.filterwarnings("ignore:.*Maximum iterations:sklearn.exceptions.ConvergenceWarning")


def classifier(**options):
    return MLPClassifier(
        **{"hidden_layer_sizes": (8,), "solver": "lbfgs", "max_iter": 5000, "random_state": 0, **options}
    )


def regressor(**options):
    return MLPRegressor(
        **{"hidden_layer_sizes": (8,), "solver": "lbfgs", "max_iter": 5000, "random_state": 0, **options}
    )


def short(**options):
    """A classifier that trains by minibatches for a few epochs."""
    usual = {"solver": "adam", "max_iter": 6, "batch_size": 32, "learning_rate_init": 0.01, "tol": 0.0}
    return classifier(**{**usual, **options})


# scikit-learn's own checks


@pytest.mark.parametrize(("estimator", "least"), [(MLPClassifier(), 59), (MLPRegressor(), 56)], ids=["class", "value"])
def test_scikit_learns_estimator_checks_pass(estimator, least):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = [(result["check_name"], result["exception"]) for result in results if result["status"] == "failed"]
    assert failed == []
    assert sum(result["status"] == "passed" for result in results) >= least


@pytest.mark.parametrize("ours", [MLPClassifier, MLPRegressor])
def test_parameters_and_defaults_are_scikit_learns(ours):
    known, taken = getattr(neural_network, ours.__name__)().get_params(), ours().get_params()
    assert set(known) - set(taken) <= {"warm_start"}
    assert {name: taken[name] for name in known if name in taken} == {
        name: known[name] for name in known if name in taken
    }


def test_clone_copies_parameters_and_forgets_the_fit():
    fitted = classifier(loss=LOSSES.make("softmax_cross_entropy:smoothing=0.1")).fit(X, Y)
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(X)


def test_grid_search_and_pipeline():
    pipe = make_pipeline(StandardScaler(), classifier())
    grid = {"mlpclassifier__alpha": [1e-3, 1e3], "mlpclassifier__activation": ["tanh", "relu"]}
    search = GridSearchCV(pipe, grid, cv=3).fit(X, Y)
    assert search.best_params_["mlpclassifier__alpha"] == 1e-3  # the other presses all weights to 0
    assert search.best_score_ > 0.9
    assert cross_val_score(regressor(), *WAVE, cv=3).mean() > 0.8


# What y may be


def test_string_labels_come_back():
    names = np.array(["full", "new"])[Y]
    model = classifier().fit(X, names)
    assert model.classes_.tolist() == ["full", "new"]
    assert set(model.predict(X)) == {"full", "new"}
    assert model.score(X, names) == (model.predict(X) == names).mean() > 0.95
    assert np.array_equal(model.predict(X) == "new", model.predict_proba(X)[:, 1] > 0.5)


def test_two_classes_have_one_output_and_two_probabilities():
    model = classifier().fit(X, Y)
    assert model.network_.k == model.n_outputs_ == 1
    assert str(model.network_.loss) == "logistic_cross_entropy"
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0, rtol=1e-12)


def test_two_classes_with_two_outputs_as_in_the_tutorial():
    model = classifier(loss="softmax_cross_entropy", activation="tanh", alpha=0.01).fit(X, Y)
    assert model.network_.k == 2
    assert model.predict_proba(X).shape == (120, 2)
    assert model.score(X, Y) > 0.95


@pytest.mark.parametrize("names", [[0, 1, 2], [-5, 0, 7], ["c", "a", "b"]], ids=str)
def test_several_classes(names):
    labels = np.array(names)[IRIS[1]]
    model = classifier(alpha=0.1).fit(IRIS[0], labels)
    assert model.classes_.tolist() == sorted(names)
    assert model.score(IRIS[0], labels) > 0.97
    proba = model.predict_proba(IRIS[0])
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-12)
    assert np.array_equal(model.classes_[proba.argmax(axis=1)], model.predict(IRIS[0]))


@unfinished
@pytest.mark.parametrize("options", [{}, {"solver": "adam", "early_stopping": True, "max_iter": 20}], ids=str)
def test_several_labels_at_once(options):
    labels = np.column_stack([X[:, 0] > 0.5, X[:, 1] > 0.3, X.sum(axis=1) > 0.0]).astype(int)
    model = classifier(learning_rate_init=0.05, **options).fit(X, labels)
    assert model.predict(X).shape == model.predict_proba(X).shape == (120, 3)
    assert model.score(X, labels) == (model.predict(X) == labels).all(axis=1).mean() > 0.5
    assert np.array_equal(model.predict_proba(X) > 0.5, model.predict(X) == 1)


def test_several_values_at_once():
    x, y = WAVE
    both = np.column_stack([y, 3.0 - y])
    model = regressor(activation="tanh", hidden_layer_sizes=(20,)).fit(x, both)
    assert model.predict(x).shape == (150, 2)
    assert model.score(x, both) > 0.9
    np.testing.assert_allclose(model.predict(x).sum(axis=1), 3.0, atol=0.2)


def test_one_column_of_values_is_a_vector():
    with pytest.warns(UserWarning, match="column-vector"):
        model = regressor().fit(WAVE[0], WAVE[1][:, None])
    assert np.array_equal(model.predict(WAVE[0]), regressor().fit(*WAVE).predict(WAVE[0]))
    assert model.predict(WAVE[0]).shape == (150,)


def test_quantiles_give_a_column_for_each_level_and_do_not_cross():
    model = regressor(loss="quantiles:levels=0.1/0.5/0.9", activation="tanh").fit(*WAVE)
    low, middle, high = model.predict(WAVE[0]).T
    assert (low < middle).all()
    assert (middle < high).all()
    assert 0.0 < (WAVE[1] < low).mean() < 0.3 < (WAVE[1] < high).mean()


def test_counts_have_a_log_link():
    counts = np.random.default_rng(0).poisson(np.exp(WAVE[1]))
    predicted = regressor(loss="poisson").fit(WAVE[0], counts).predict(WAVE[0])
    assert (predicted > 0.0).all()
    assert predicted.mean() == pytest.approx(counts.mean(), rel=1e-2)  # Poisson regression keeps the mean
    with pytest.raises(ValueError, match=r"y must lie in \[0, inf\]"):
        regressor(loss="poisson").fit(WAVE[0], counts - 5)


# What is refused


@pytest.mark.parametrize(
    ("model", "y", "says"),
    [
        (classifier(), np.zeros(120), "at least 2 classes in y; got one class"),
        (classifier(), X[:, 0], "Unknown label type"),
        (classifier(loss="squared_error"), Y, "does not fit these labels"),
        (classifier(loss="logistic_cross_entropy"), np.arange(120) % 3, "does not fit these labels"),
        (regressor(loss="softmax_cross_entropy"), Y, "is for classes"),
        (classifier(activation="rely"), Y, "did you mean 'relu'"),
        (classifier(solver="adan"), Y, "did you mean 'adam'"),
        (short(learning_rate="cosin"), Y, "did you mean 'cosine'"),
        (short(batch_size=0), Y, "'batch_size' parameter"),
        (short(learning_rate_init=-1.0), Y, "'learning_rate_init' parameter"),
        (classifier(alpha=-1.0), Y, "'alpha' parameter"),
        (classifier(hidden_layer_sizes=(0,)), Y, "'hidden_layer_sizes' parameter"),
        (classifier(max_iter=0), Y, "'max_iter' parameter"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_work_is_refused(model, y, says):
    with pytest.raises(ValueError, match=says):
        model.fit(X, y)


@pytest.mark.parametrize(
    ("w", "says"),
    [
        (np.ones(3), r"sample_weight must have shape \(120,\)"),
        (np.zeros(120), "at least one non-zero"),
        (-np.ones(120), "weights of at least 0"),
        (np.full(120, np.nan), "finite weights"),
    ],
    ids=["short", "zero", "negative", "nan"],
)
def test_bad_sample_weights_are_refused(w, says):
    with pytest.raises(ValueError, match=says):
        classifier().fit(X, Y, sample_weight=w)


# alpha, sample_weight, dtype


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_alpha_is_scikit_learns(solver):
    """The penalty in the loss is alpha/2 sum |W|^2 over the number of rows, whatever the batch."""
    for batch_size in (10, 120):
        fitted = short(solver=solver, alpha=3.0, batch_size=batch_size, learning_rate_init=1e-12, max_iter=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted.fit(X, Y)
        expected = 3.0 / 2.0 * sum((W**2).sum() for W in fitted.coefs_) / 120
        assert fitted.history_["penalty"][-1] == pytest.approx(expected, rel=1e-6)


@unfinished
def test_alpha_does_not_depend_on_the_batch_size():
    """The end of a long fit with a strong penalty: the same weights from any batch size."""
    ends = []
    for batch_size in (30, 120):
        options = {"batch_size": batch_size, "alpha": 20.0, "hidden_layer_sizes": (), "learning_rate_init": 0.02}
        model = short(**options, max_iter=400, learning_rate="cosine", n_iter_no_change=10**6).fit(X, Y)
        ends.append(model.coefs_[0].ravel())
    np.testing.assert_allclose(ends[0], ends[1], rtol=0.02, atol=0.005)


def test_whole_sample_weights_count_rows():
    times = np.arange(120) % 3
    rows = np.repeat(np.arange(120), times)
    options = {"hidden_layer_sizes": (), "alpha": 1.0}
    weighted = classifier(**options).fit(X, Y, sample_weight=times)
    counted = classifier(**options).fit(X[rows], Y[rows])
    np.testing.assert_allclose(weighted.coefs_[0], counted.coefs_[0], rtol=1e-6)
    weighted = regressor(**options).fit(X, X[:, 0] ** 2, sample_weight=times)
    counted = regressor(**options).fit(X[rows], X[rows, 0] ** 2)
    np.testing.assert_allclose(weighted.coefs_[0], counted.coefs_[0], rtol=1e-6)


@unfinished
@pytest.mark.parametrize("solver", ["lbfgs", "adam", "sgd"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_datas_dtype_is_kept(dtype, solver):
    model = short(solver=solver).fit(X.astype(dtype), Y)
    assert {array.dtype for array in [*model.coefs_, *model.intercepts_]} == {np.dtype(dtype)}
    assert model.predict_proba(X.astype(dtype)).dtype == dtype
    predictor = regressor(solver=solver, max_iter=6).fit(X.astype(dtype), X[:, 0])
    assert predictor.predict(X.astype(dtype)).dtype == dtype


# Blocks from the shelves


@unfinished
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_by_name(activation):
    model = classifier(activation=activation, max_iter=300).fit(X, Y)
    assert str(model.network_.layers[0].act) == activation
    assert model.score(X, Y) > 0.8


@unfinished
@pytest.mark.parametrize("solver", [*OPTIMIZERS, *SOLVERS, "sgd"])
def test_every_solver_by_name(solver):
    model = short(solver=solver, max_iter=60, learning_rate_init=0.03, batch_size=20).fit(X, Y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.score(X, Y) > 0.8
    assert model.engine_ == ("scipy" if solver in SOLVERS else "compiled")


@unfinished
@pytest.mark.parametrize("schedule", [*SCHEDULES, "invscaling", "adaptive"])
def test_every_schedule_by_name(schedule):
    model = short(learning_rate=schedule, max_iter=10).fit(X, Y)
    rates = model.history_["learning_rate"] / 0.01
    assert ((rates > 0.0) & (rates <= 1.0)).all()
    constant = schedule in ("constant", "step", "plateau", "adaptive")  # in ten good epochs
    assert (np.ptp(rates) == 0.0) == constant


@pytest.mark.parametrize("initializer", [name for name in INITIALIZERS if name != "zeros"])
def test_every_initializer_by_name(initializer):
    assert classifier(initializer=initializer).fit(X, Y).score(X, Y) > 0.8


@pytest.mark.parametrize("loss", [name for name in LOSSES if LOSSES[name].target == "real"])
def test_every_regression_loss_by_name(loss):
    model = regressor(loss=loss, activation="tanh").fit(*WAVE)
    middle = model.predict(WAVE[0]).reshape(150, -1)
    middle = middle[:, middle.shape[1] // 2]
    assert np.abs(middle - np.sin(np.pi * WAVE[0][:, 0])).mean() < 0.35


@unfinished
def test_blocks_with_settings_as_text_and_as_instances_are_alike():
    pairs = [
        (regressor(loss="huber:delta=0.2"), regressor(loss=Huber(delta=0.2)), WAVE),
        (short(solver="lion:beta1=0.5"), short(solver=Lion(beta1=0.5)), (X, Y)),
        (short(learning_rate="cosine:warmup=0.5"), short(learning_rate=Cosine(warmup=0.5)), (X, Y)),
        (classifier(solver="lbfgs:memory=3"), classifier(solver=LBFGS(memory=3)), (X, Y)),
    ]
    for text, instance, data in pairs:
        one, other = text.fit(*data), instance.fit(*data)
        assert np.array_equal(one.network_.theta, other.network_.theta)


def test_an_activation_of_your_own():
    @dataclass(frozen=True)
    class Sine(Activation):
        def f(self, z):
            return np.sin(z)

        def df(self, z, a):
            return np.cos(z)

    model = regressor(activation=Sine(), hidden_layer_sizes=(10,)).fit(*WAVE)
    assert model.score(*WAVE) > 0.9
    assert isinstance(model.network_.layers[0].act, Sine)


# Against scikit-learn


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_lbfgs_reaches_scikit_learns_loss_from_many_starts(activation):
    options = {"hidden_layer_sizes": (5,), "activation": activation, "solver": "lbfgs", "alpha": 1.0, "max_iter": 2000}
    ours = [MLPClassifier(**options, random_state=seed).fit(X, Y).loss_ for seed in range(6)]
    theirs = [neural_network.MLPClassifier(**options, random_state=seed).fit(X, Y).loss_ for seed in range(6)]
    assert min(ours) == pytest.approx(min(theirs), rel=0.03)


@pytest.mark.parametrize("columns", [1, 3])
def test_lbfgs_without_hidden_layer_is_scikit_learns(columns):
    points, classes = (X, Y) if columns == 1 else datasets.make("blobs", 150, 0.7, 0)
    options = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 2.0, "tol": 1e-7, "max_iter": 1000}
    ours = MLPClassifier(**options, random_state=0).fit(points, classes)
    theirs = neural_network.MLPClassifier(**options, random_state=0).fit(points, classes)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-6)
    np.testing.assert_allclose(ours.predict_proba(points), theirs.predict_proba(points), rtol=0, atol=1e-3)


def test_regression_is_as_good_as_scikit_learns():
    x, y = load_diabetes(return_X_y=True)
    x, y = StandardScaler().fit_transform(x), (y - y.mean()) / y.std()
    options = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 5.0, "random_state": 0}
    ours, theirs = MLPRegressor(**options).fit(x, y), neural_network.MLPRegressor(**options).fit(x, y)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-5)
    np.testing.assert_allclose(ours.coefs_[0], theirs.coefs_[0], atol=2e-3)


# The fit


@unfinished
def test_fitted_attributes():
    model = short(hidden_layer_sizes=(7, 5)).fit(X, Y)
    assert [W.shape for W in model.coefs_] == [(2, 7), (7, 5), (5, 1)]
    assert [b.shape for b in model.intercepts_] == [(7,), (5,), (1,)]
    assert (model.n_layers_, model.n_outputs_, model.n_iter_, model.n_features_in_) == (4, 1, 6, 2)
    assert len(model.loss_curve_) == 6
    assert model.loss_ == model.loss_curve_[-1] == model.history_["loss"][-1]
    assert model.best_loss_ == min(model.loss_curve_)
    a = X
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        a = np.maximum(a @ W + b, 0.0)
    z = (a @ model.coefs_[-1] + model.intercepts_[-1])[:, 0]
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], 1.0 / (1.0 + np.exp(-z)), rtol=1e-12)


@unfinished
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_the_same_random_state_gives_the_same_bits(solver):
    one, again, other = (short(solver=solver, random_state=seed).fit(X, Y).network_.theta for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert (one != other).any()


@pytest.mark.parametrize("hidden", [5, (5,), [5], np.array([5])], ids=repr)
def test_hidden_layer_sizes_may_be_a_number_or_a_sequence(hidden):
    assert classifier(hidden_layer_sizes=hidden).fit(X, Y).coefs_[0].shape == (2, 5)


@unfinished
def test_early_stopping_keeps_the_best_epoch_and_the_classes_shares():
    seen = {}

    @dataclass(frozen=True)
    class Watched(type(LOSSES.make("logistic_cross_entropy"))):
        def value(self, z, y):
            seen[len(y)] = y.mean()
            return super().value(z, y)

    rare = np.r_[np.zeros(90), np.ones(30)].astype(int)
    options = {"early_stopping": True, "validation_fraction": 0.3, "n_iter_no_change": 4, "max_iter": 300}
    model = short(**options, loss=Watched(), batch_size=84).fit(X[np.argsort(Y)], rare)
    assert (seen[36], seen[84]) == pytest.approx((0.25, 0.25))  # 30 % of 120 rows, a quarter of each part rare
    scores = model.validation_scores_
    assert model.best_validation_score_ == max(scores)
    assert len(scores) == model.n_iter_ < 300
    last_improvement = max(i for i in range(len(scores)) if scores[i] > max([-1.0, *scores[:i]]))
    assert len(scores) - 1 - last_improvement == 4


def test_early_stopping_works_with_lbfgs_too():
    options = {"early_stopping": True, "validation_fraction": 0.3, "n_iter_no_change": 5, "tol": 0.0}
    model = classifier(**options, alpha=0.0, hidden_layer_sizes=(30,)).fit(X, Y)
    improvements = [
        i for i, score in enumerate(model.validation_scores_) if score > max([-1, *model.validation_scores_[:i]])
    ]
    assert model.n_iter_ == improvements[-1] + 1 + 5


def test_patience_stops_when_the_loss_stands_still():
    model = short(max_iter=1000, tol=10.0, n_iter_no_change=3).fit(X, Y)
    assert model.n_iter_ == 4


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_too_few_iterations_are_told(solver):
    with pytest.warns(ConvergenceWarning):
        short(solver=solver, max_iter=2).fit(X, Y)


def test_no_iterations_wanted_no_warning():
    assert short(max_iter=3, n_iter_no_change=np.inf).fit(X, Y).n_iter_ == 3


@pytest.mark.parametrize("model", [regressor(initializer="zeros"), regressor(tol=1e6)], ids=["minimum", "large tol"])
def test_a_start_that_is_good_enough_is_a_fit(model):
    fitted = model.fit(X, np.zeros(120))
    assert fitted.n_iter_ in (0, 1)
    assert np.isfinite(fitted.predict(X)).all()
    assert np.isfinite(fitted.loss_)


def test_divergence_warns_and_leaves_finite_weights():
    with pytest.warns(RuntimeWarning, match="diverged"):
        model = regressor(solver="gd", learning_rate_init=1e6, activation="identity", max_iter=500).fit(X, X[:, 0])
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("momentum", 0.5),
        ("nesterovs_momentum", False),
        ("learning_rate_init", 0.02),
        ("learning_rate", "invscaling"),
        ("alpha", 5.0),
        ("batch_size", 40),
        ("shuffle", False),
        ("max_iter", 4),
        ("random_state", 1),
        ("initializer", "orthogonal"),
        ("activation", "tanh"),
        ("hidden_layer_sizes", (9,)),
        ("solver", "adam"),
        ("loss", "logistic_cross_entropy:smoothing=0.2"),
        ("early_stopping", True),
    ],
)
@unfinished
def test_parameters_change_the_fit(name, value):
    changed, usual = short(**{"solver": "sgd", name: value}).fit(X, Y), short(solver="sgd").fit(X, Y)
    assert not np.array_equal(changed.network_.theta, usual.network_.theta)


@pytest.mark.parametrize(
    ("name", "value", "others"),
    [
        ("momentum", 0.5, {"solver": "sgd", "nesterovs_momentum": False}),
        ("beta_1", 0.5, {}),
        ("beta_2", 0.9, {}),
        ("epsilon", 0.1, {}),
        ("power_t", 0.2, {"learning_rate": "invscaling"}),
        ("validation_fraction", 0.3, {"early_stopping": True}),
        ("tol", 10.0, {"learning_rate": "adaptive", "n_iter_no_change": 2}),
        ("n_iter_no_change", 2, {"learning_rate": "adaptive", "tol": 10.0}),
        ("max_fun", 3, {"solver": "lbfgs", "max_iter": 50}),
    ],
)
@unfinished
def test_parameters_of_some_solvers_change_the_fit(name, value, others):
    changed, usual = short(**{**others, name: value}).fit(X, Y), short(**others).fit(X, Y)
    assert not np.array_equal(changed.network_.theta, usual.network_.theta)


@unfinished
def test_verbose_changes_no_bit_and_is_silent_where_there_is_no_terminal(capsys):
    loud, quiet = short(verbose=True).fit(X, Y), short().fit(X, Y)
    assert np.array_equal(loud.network_.theta, quiet.network_.theta)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_public_names_are_these():
    import halfmoon

    assert halfmoon.MLPClassifier is MLPClassifier
    assert halfmoon.MLPRegressor is MLPRegressor
