"""MLPClassifier and MLPRegressor: scikit-learn's conventions kept, its parameters
obeyed, its results reached.

Elsewhere: what parameters may be (test_parameters.py) and y (test_labels.py), rows to
stop by (test_validation.py), fits that go on (test_warm_start.py), scikit-learn's own
numbers (test_same_numbers.py), sparse rows (test_sparse.py), and what is ours alone
(test_options.py).
"""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import neural_network
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import halfmoon
from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.components.activations import ACTIVATIONS, Activation
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES, Huber
from halfmoon.components.optimizers import OPTIMIZERS, Lion
from halfmoon.components.schedules import SCHEDULES, Cosine
from halfmoon.training.solvers import LBFGS, SOLVERS
from small import (
    WAVE,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    regressor,
    short,
    theta,
    unfinished,
)

pytestmark = one_thread

OF_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# scikit-learn's conventions


@pytest.mark.parametrize("ours", [MLPClassifier, MLPRegressor])
def test_parameters_and_defaults_are_scikit_learns(ours):
    known = getattr(neural_network, ours.__name__)().get_params()
    taken = ours().get_params()
    assert set(known) <= set(taken)
    assert {name: taken[name] for name in known} == known


@pytest.mark.parametrize("ours", [MLPClassifier, MLPRegressor])
def test_each_parameter_is_described(ours):
    listed = ours.__doc__.split("Parameters\n----------\n")[1]
    for name, default in ours().get_params().items():
        assert re.search(
            rf"^{name} : .*, default={re.escape(repr(default))}\n    \S",
            listed,
            re.MULTILINE,
        ), name


def test_clone_copies_parameters_and_forgets_the_fit():
    fitted = classifier(loss=LOSSES.make("logistic_cross_entropy:smoothing=0.1")).fit(
        X, Y
    )
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(X)


def test_parameters_are_what_the_constructor_got_also_after_a_fit():
    given = {
        "hidden_layer_sizes": [5, np.int64(3)],
        "dropout": [0.1, 0.0, 0.2],
        "alpha": np.float32(0.5),
    }
    model = short(**given)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, Y)
    assert all(getattr(model, name) is value for name, value in given.items())


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


@pytest.mark.parametrize(
    "frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"]
)
@unfinished
def test_frames_give_their_columns_names(frame):
    table = frame({"width": X[:, 0], "height": X[:, 1]})
    model = short().fit(table, Y)
    assert model.feature_names_in_.tolist() == ["width", "height"]
    assert np.array_equal(theta(model), theta(short().fit(X, Y)))
    assert np.array_equal(
        model.predict_proba(table), short().fit(X, Y).predict_proba(X)
    )
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame({"height": X[:, 1], "width": X[:, 0]}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)


def test_public_names_are_these():
    assert halfmoon.MLPClassifier is MLPClassifier
    assert halfmoon.MLPRegressor is MLPRegressor


# alpha, sample_weight, dtype


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
        }
        options |= {
            "max_iter": 400,
            "learning_rate": "cosine",
            "n_iter_no_change": 10**6,
        }
        ends.append(short(**options).fit(X, Y).coefs_[0].ravel())
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
@pytest.mark.parametrize(
    "options", [OF_LBFGS, {}, {"solver": "sgd"}], ids=["lbfgs", "adam", "sgd"]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_datas_dtype_is_kept(dtype, options):
    model = short(**options).fit(X.astype(dtype), Y)
    assert {array.dtype for array in [*model.coefs_, *model.intercepts_]} == {
        np.dtype(dtype)
    }
    assert model.predict_proba(X.astype(dtype)).dtype == dtype
    predictor = brief(**options).fit(X.astype(dtype), X[:, 0])
    assert predictor.predict(X.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("kind", [np.int64, np.float16, np.uint8, ">f8", bool])
@unfinished
def test_other_numbers_become_float64(kind):
    rows = (10.0 * np.abs(X)).astype(kind)
    model = short().fit(rows, Y)
    assert theta(model).dtype == np.float64
    assert np.array_equal(theta(model), theta(short().fit(rows.astype(np.float64), Y)))
    assert np.array_equal(
        model.predict_proba(rows), model.predict_proba(rows.astype(np.float64))
    )


# Blocks from the registries


@unfinished
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_by_name(activation):
    model = classifier(activation=activation, max_iter=300).fit(X, Y)
    assert str(model.network_.layers[0].act) == activation
    assert model.score(X, Y) > 0.8


@unfinished
@pytest.mark.parametrize("solver", [*OPTIMIZERS, *SOLVERS, "sgd"])
def test_every_solver_by_name(solver):
    options = (
        {"learning_rate_init": 0.03, "batch_size": 20}
        if solver not in SOLVERS
        else OF_LBFGS
    )
    model = short(**{**options, "solver": solver, "max_iter": 60}).fit(X, Y)
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.score(X, Y) > 0.8
    assert model.engine_ == ("scipy" if solver in SOLVERS else "compiled")


@unfinished
@pytest.mark.parametrize("schedule", [*SCHEDULES, "invscaling", "adaptive"])
def test_every_schedule_by_name(schedule):
    model = short(solver="sgd", learning_rate=schedule, max_iter=10).fit(X, Y)
    rates = model.history_["learning_rate"] / 0.01
    assert ((rates > 0.0) & (rates <= 1.0)).all()
    # in ten good epochs
    constant = schedule in ("constant", "step", "plateau", "adaptive")
    assert (np.ptp(rates) == 0.0) == constant


@pytest.mark.parametrize(
    "initializer", [name for name in INITIALIZERS if name != "zeros"]
)
def test_every_initializer_by_name(initializer):
    assert classifier(initializer=initializer, alpha=0.01).fit(X, Y).score(X, Y) > 0.8


@pytest.mark.parametrize(
    "loss", [name for name in LOSSES if LOSSES[name].target == "real"]
)
@unfinished
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
        (
            short(learning_rate="cosine:warmup=0.5"),
            short(learning_rate=Cosine(warmup=0.5)),
            (X, Y),
        ),
        (
            classifier(solver="lbfgs:memory=3"),
            classifier(solver=LBFGS(memory=3)),
            (X, Y),
        ),
        (
            short(activation="elu:alpha=0.5"),
            short(activation=ACTIVATIONS.make("elu:alpha=0.5")),
            (X, Y),
        ),
    ]
    for text, instance, data in pairs:
        one = text.fit(*data)
        other = instance.fit(*data)
        assert np.array_equal(theta(one), theta(other))


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


@unfinished
def test_each_hidden_layer_may_have_its_own_activation():
    """Predicted by hand, layer by layer."""
    model = short(hidden_layer_sizes=(7, 5), activation=["tanh", "relu"]).fit(X, Y)
    a = np.tanh(X @ model.coefs_[0] + model.intercepts_[0])
    a = np.maximum(a @ model.coefs_[1] + model.intercepts_[1], 0.0)
    z = (a @ model.coefs_[2] + model.intercepts_[2])[:, 0]
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], 1.0 / (1.0 + np.exp(-z)), rtol=1e-12
    )
    same = short(
        hidden_layer_sizes=(7, 5), activation=["relu", "relu"], initializer="he_normal"
    ).fit(X, Y)
    one = short(
        hidden_layer_sizes=(7, 5), activation="relu", initializer="he_normal"
    ).fit(X, Y)
    assert np.array_equal(theta(same), theta(one))


# The fit


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


@pytest.mark.parametrize(
    "hidden", [5, (5,), [5], np.array([5]), np.int64(5), np.array(5)], ids=repr
)
def test_hidden_layer_sizes_may_be_a_number_or_a_sequence(hidden):
    assert classifier(hidden_layer_sizes=hidden).fit(X, Y).coefs_[0].shape == (2, 5)


def test_patience_stops_when_the_loss_stands_still():
    model = short(max_iter=1000, tol=10.0, n_iter_no_change=3).fit(X, Y)
    assert (model.n_iter_, model.stopped_) == (4, "patience")


@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, {"n_iter_no_change": np.inf}], ids=str
)
def test_too_few_epochs_are_told(options):
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
def test_too_few_iterations_are_told_in_other_words(options, reason):
    with pytest.warns(
        ConvergenceWarning,
        match=r"lbfgs failed to converge after \d+ iteration\(s\)\. Increase",
    ):
        model = short(**{**OF_LBFGS, "tol": 1e-9, **options}).fit(X, Y)
    assert model.stopped_ == reason


def test_a_step_downhill_that_cannot_be_found_is_told_in_other_words():
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
        ("dropout", 0.3),
        ("l1", 5.0),
        ("clip", 0.01),
        ("decay", 0.1),
        ("average", 0.9),
        ("class_weight", {0: 3.0}),
        ("tol", 10.0),
    ],
)
@unfinished
def test_parameters_change_the_fit(name, value):
    others = {"n_iter_no_change": 2} if name == "tol" else {}
    changed = short(**{"solver": "sgd", **others, name: value}).fit(X, Y)
    usual = short(solver="sgd").fit(X, Y)
    assert not np.array_equal(theta(changed), theta(usual))


@pytest.mark.parametrize(
    ("name", "value", "others"),
    [
        ("momentum", 0.5, {"solver": "sgd", "nesterovs_momentum": False}),
        ("beta_1", 0.5, {}),
        ("beta_2", 0.9, {}),
        ("epsilon", 0.1, {}),
        ("power_t", 0.2, {"solver": "sgd", "learning_rate": "invscaling"}),
        ("validation_fraction", 0.3, {"early_stopping": True}),
        (
            "tol",
            10.0,
            {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2},
        ),
        (
            "n_iter_no_change",
            2,
            {"solver": "sgd", "learning_rate": "adaptive", "tol": 10.0},
        ),
        ("max_fun", 3, {**OF_LBFGS, "max_iter": 50}),
        (
            "scoring",
            "loss",
            {"early_stopping": True, "learning_rate_init": 0.2, "max_iter": 20},
        ),
    ],
)
@unfinished
def test_parameters_of_some_solvers_change_the_fit(name, value, others):
    changed = short(**{**others, name: value}).fit(X, Y)
    usual = short(**others).fit(X, Y)
    assert not np.array_equal(theta(changed), theta(usual))


def test_every_parameter_is_in_one_of_these_tests():
    """What changes no weights: how it is printed, timed, carried out, or goes on; these
    are tested elsewhere.
    """
    source = Path(__file__).read_text(encoding="utf-8")
    elsewhere = {"verbose", "warm_start", "max_seconds", "engine", "n_threads"}
    fields = {field.name for field in dataclasses.fields(MLPClassifier)}
    assert {
        name for name in fields if not re.search(rf'\(\s*"{name}",\s', source)
    } <= elsewhere


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
        expected += (
            [f"Validation score: {quiet.validation_scores_[epoch]:f}"]
            if quiet.early_stopping
            else []
        )
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
