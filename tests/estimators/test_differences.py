"""docs/coming-from-scikit-learn.md, row by row: where we differ from scikit-learn, both
asked in the same run.
"""

import contextlib
import io
import pickle
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.utils._param_validation import InvalidParameterError

import halfmoon as ours
from halfmoon import datasets
from small import their_loss, their_weights

PAGE = Path(__file__).parents[2] / "docs" / "coming-from-scikit-learn.md"
X, Y = datasets.make("moons", 120, 0.2, 0)
OTHER = datasets.make("moons", 60, 0.3, 1)
WAVE, HEIGHT = datasets.make("wave", 120, 0.1, 0)
BOTH = pytest.mark.parametrize(
    "package", [theirs, ours], ids=["scikit-learn", "halfmoon"]
)
# a learning rate at which an epoch's updates add up, as the weights hardly move
TINY = 1e-6
FULL = {"solver": "sgd", "batch_size": 120, "shuffle": False, "momentum": 0.0}

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("one_blas_thread"),
]


def classifier(package, **options):
    return package.MLPClassifier(
        **{
            "hidden_layer_sizes": (6,),
            "activation": "tanh",
            "random_state": 0,
            **options,
        }
    )


def regressor(package, **options):
    return package.MLPRegressor(
        **{
            "hidden_layer_sizes": (6,),
            "activation": "tanh",
            "random_state": 0,
            **options,
        }
    )


def weights(model):
    return np.concatenate(
        [np.ravel(array) for array in [*model.coefs_, *model.intercepts_]]
    )


def quiet(call, *args, **options):
    """The call, whatever scikit-learn warns of on the way."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return call(*args, **options)


def test_the_page_names_each_of_these_tests_once_and_no_other():
    named = re.findall(
        r"`(test_\w+)`",
        PAGE.read_text(encoding="utf-8").split("## Differences")[1].split("\n## ")[0],
    )
    here = [
        name
        for name in globals()
        if name.startswith("test_") and "the_page_names" not in name
    ]
    assert sorted(named) == sorted(here)


# The objective


def test_the_penalty_does_not_depend_on_the_batch_size():
    """The end of a long fit of a straight line, against the closed form of ridge
    regression.
    """
    points = np.random.default_rng(0).normal(size=(100, 3))
    values = points @ [1.0, -2.0, 0.5]
    alpha = 50.0
    centred = points - points.mean(axis=0)
    ridge = np.linalg.solve(centred.T @ centred + alpha * np.eye(3), centred.T @ values)
    options = {"hidden_layer_sizes": (), "alpha": alpha, "tol": 1e-10, "max_iter": 400}
    updates = {"learning_rate_init": 0.005, "n_iter_no_change": 400}

    def found(package, solver, batch_size):
        more = {} if solver == "lbfgs" else {"batch_size": batch_size, **updates}
        return (
            regressor(package, solver=solver, **options, **more)
            .fit(points, values)
            .coefs_[0][:, 0]
        )

    for solver, batch_size in (("lbfgs", None), ("sgd", 100), ("sgd", 10)):
        np.testing.assert_allclose(found(ours, solver, batch_size), ridge, rtol=0.05)
    np.testing.assert_allclose(found(theirs, "lbfgs", None), ridge, rtol=0.02)
    assert np.abs(found(theirs, "sgd", 10)).sum() < 0.4 * np.abs(ridge).sum()


def epoch_of(package, points, values, w=None, **options):
    """How far one epoch of plain gradient descent moves the weights, over the rate; and
    the loss it tells.
    """
    usual = {
        "solver": "sgd",
        "momentum": 0.0,
        "shuffle": False,
        "max_iter": 1,
        "batch_size": 40,
        **options,
    }
    ends = [
        regressor(package, **usual, learning_rate_init=rate).fit(
            points, values, **({} if w is None else {"sample_weight": w})
        )
        for rate in (1e-30, TINY)
    ]
    return (weights(ends[1]) - weights(ends[0])) / TINY, ends[0].loss_


@their_weights
def test_a_row_of_weight_2_is_the_row_twice():
    """An epoch's updates add up to a number of times the gradient of the
    weighted mean.
    """
    w = np.where(np.arange(120) < 20, 5, 1)
    rows = np.repeat(np.arange(120), w)
    for package, alike in ((ours, True), (theirs, False)):
        weighted, loss = epoch_of(package, WAVE, HEIGHT, w)
        counted, expected = epoch_of(package, WAVE[rows], HEIGHT[rows])
        # 3 updates, and 5
        assert np.allclose(weighted / 3, counted / 5, rtol=1e-3, atol=1e-4) == alike
        assert (loss == pytest.approx(expected, rel=1e-6)) == alike


def test_a_short_last_batch_steps_no_harder_than_its_share():
    """Over an epoch of batches of 40, 40, 40 and 1 the updates add up to 121/40 times
    the full gradient.
    """
    points = np.vstack([WAVE, [[0.5]]])
    values = np.append(HEIGHT, 100.0)
    for package, alike in ((ours, True), (theirs, False)):
        (whole, _), (parts, _) = (
            epoch_of(package, points, values, batch_size=size) for size in (121, 40)
        )
        assert np.allclose(parts, 121 / 40 * whole, rtol=1e-2, atol=1e-2) == alike


@their_weights
def test_a_batch_whose_weights_are_all_0_is_a_batch():
    w = (np.arange(120) < 30).astype(float)
    options = {"solver": "sgd", "batch_size": 10, "shuffle": False, "max_iter": 3}
    with pytest.raises(ZeroDivisionError):
        regressor(theirs, **options).fit(WAVE, HEIGHT, sample_weight=w)
    assert np.isfinite(
        regressor(ours, **options).fit(WAVE, HEIGHT, sample_weight=w).loss_
    )


def test_loss_and_gradient_agree_for_several_outputs():
    """The slope of `loss_` by finite differences, against the step that gradient
    descent takes.
    """
    values = np.column_stack([HEIGHT, 2.0 * HEIGHT, HEIGHT - 1.0])
    for package, ratio in ((ours, 1.0), (theirs, 3.0)):
        start = regressor(
            package, **FULL, max_iter=1, learning_rate_init=1e-30, alpha=0.0
        ).fit(WAVE, values)
        moved = regressor(
            package, **FULL, max_iter=1, learning_rate_init=TINY, alpha=0.0
        ).fit(WAVE, values)
        step = (start.coefs_[0] - moved.coefs_[0]).ravel()[0] / TINY
        ends = []
        for h in (1e-5, -1e-5):
            start.coefs_[0].ravel()[0] += h
            error = start.predict(WAVE) - values
            if package is theirs:
                ends.append(0.5 * (error**2).mean())
            else:
                ends.append(0.5 * (error**2).sum(axis=1).mean())
            start.coefs_[0].ravel()[0] -= h
        assert start.loss_ == pytest.approx(np.mean(ends), rel=1e-6)
        assert step == pytest.approx(ratio * (ends[0] - ends[1]) / 2e-5, rel=1e-3)


def test_the_loss_of_a_regression_is_the_sum_over_outputs():
    values = np.column_stack([HEIGHT, 2.0 * HEIGHT, HEIGHT - 1.0])
    told = {
        p: regressor(p, **FULL, max_iter=1, alpha=0.0).fit(WAVE, values).loss_
        for p in (ours, theirs)
    }
    assert told[ours] == pytest.approx(3.0 * told[theirs], rel=1e-12)


def test_the_loss_of_a_sure_mistake_is_not_cut_off():
    """Scores in the thousands, half of them wrong: scikit-learn clips probabilities to
    1e-16.
    """
    far = 1e6 * X
    told = {}
    for package in (ours, theirs):
        model = classifier(
            package,
            **FULL,
            hidden_layer_sizes=(),
            max_iter=1,
            learning_rate_init=1e-30,
            alpha=0.0,
        )
        told[package] = model.fit(far, Y).loss_
    z = far @ model.coefs_[0][:, 0] + model.intercepts_[0]
    assert told[ours] == pytest.approx(
        np.logaddexp(0.0, np.where(Y == 1, -z, z)).mean(), rel=1e-12
    )
    assert told[theirs] == pytest.approx(
        log_loss(Y, model.predict_proba(far)), rel=1e-12
    )
    assert told[theirs] < 36.1 < told[ours]


@their_loss
def test_counts_below_0_are_refused():
    assert np.isnan(
        quiet(regressor(theirs, loss="poisson", max_iter=2).fit, WAVE, HEIGHT).loss_
    )
    with pytest.raises(ValueError, match=r"y must lie in \[0, inf\] for poisson"):
        regressor(ours, loss="poisson", max_iter=2).fit(WAVE, HEIGHT)


# The updates


def test_minibatches_are_drawn_in_another_order():
    """The same weights to begin with, and the same where there is one batch; other
    batches from the same seed.
    """
    one = [
        weights(classifier(p, **FULL, max_iter=100, learning_rate_init=0.1).fit(X, Y))
        for p in (ours, theirs)
    ]
    np.testing.assert_allclose(*one, rtol=1e-12, atol=1e-14)
    options = FULL | {"batch_size": 30, "shuffle": True, "max_iter": 2}
    many = [
        weights(classifier(p, **options, learning_rate_init=0.1).fit(X, Y))
        for p in (ours, theirs)
    ]
    assert 1e-5 < np.abs(many[0] - many[1]).max() < 0.1


def adam(g, steps, rate, eps, corrected):
    """How far Adam goes on a constant slope g, with epsilon beside the corrected root
    (algorithm 1) or the raw one.
    """
    way = 0.0
    for t in range(1, steps + 1):
        m = g * (1.0 - 0.9**t)
        v = g**2 * (1.0 - 0.999**t)
        if corrected:
            way -= rate * (m / (1.0 - 0.9**t)) / (np.sqrt(v / (1.0 - 0.999**t)) + eps)
        else:
            way -= (
                rate * np.sqrt(1.0 - 0.999**t) / (1.0 - 0.9**t) * m / (np.sqrt(v) + eps)
            )
    return way


def test_adams_epsilon_stands_beside_the_corrected_root():
    """Inputs of 0 and an absurd target: the output's bias is on a constant slope."""
    far = np.full(120, 1e9)
    steps = 5
    for package, corrected in ((ours, True), (theirs, False)):
        options = {
            "hidden_layer_sizes": (),
            "epsilon": 1e8,
            "learning_rate_init": 0.01,
            "batch_size": 120,
        }
        starts, ends = (
            regressor(package, **options, max_iter=n, alpha=0.0, shuffle=False).fit(
                np.zeros((120, 1)), far
            )
            for n in (1, 1 + steps)
        )
        way = float(ends.intercepts_[0][0] - starts.intercepts_[0][0])
        expected = [adam(-1e9, 1 + n * steps, 0.01, 1e8, corrected) for n in (0, 1)]
        assert way == pytest.approx(expected[1] - expected[0], rel=1e-6)
        assert way != pytest.approx(
            adam(-1e9, 6, 0.01, 1e8, not corrected)
            - adam(-1e9, 1, 0.01, 1e8, not corrected)
        )


# Stopping, and what stays


def test_a_fit_that_diverges_stops_at_once_and_keeps_its_last_finite_weights():
    options = {
        "solver": "sgd",
        "learning_rate_init": 10.0,
        "max_iter": 60,
        "activation": "relu",
    }
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        quiet(regressor(theirs, **options).fit, WAVE, HEIGHT)
    with pytest.warns(RuntimeWarning, match="diverged"):
        model = regressor(ours, **options).fit(WAVE, HEIGHT)
    assert model.stopped_ == "diverged"
    assert model.n_iter_ < 20
    assert np.isfinite(weights(model)).all()
    stopping = options | {"early_stopping": True}
    assert quiet(regressor(theirs, **stopping).fit, WAVE, HEIGHT).n_iter_ == 60
    assert quiet(regressor(ours, **stopping).fit, WAVE, HEIGHT).n_iter_ < 20


@pytest.mark.parametrize("early_stopping", [False, True])
def test_patience_counts_exactly(early_stopping):
    options = {
        "tol": 1e9,
        "n_iter_no_change": 3,
        "max_iter": 40,
        "early_stopping": early_stopping,
    }
    # the first epoch improves on nothing
    assert classifier(ours, **options).fit(X, Y).n_iter_ == 1 + 3
    assert classifier(theirs, **options).fit(X, Y).n_iter_ == 1 + 3 + 1


def test_an_equal_is_no_improvement_even_with_tol_0():
    options = {
        "tol": 0.0,
        "learning_rate_init": 1e-30,
        "early_stopping": True,
        "max_iter": 40,
    }
    assert classifier(ours, **options).fit(X, Y).n_iter_ == 11
    assert classifier(theirs, **options).fit(X, Y).n_iter_ == 40


def test_early_stopping_with_lbfgs_keeps_the_best_iteration_and_stops_none():
    """scikit-learn learns from all rows, and keeps the last."""
    options = {"solver": "lbfgs", "max_iter": 1000, "alpha": 0.0}
    plain = classifier(theirs, **options).fit(X, Y)
    ignored = classifier(theirs, early_stopping=True, **options).fit(X, Y)
    assert np.array_equal(weights(plain), weights(ignored))
    model = classifier(ours, early_stopping=True, **options).fit(X, Y)
    assert model.stopped_ == "converged"
    assert model.n_iter_ == len(model.validation_scores_) > 20
    best = max(model.validation_scores_)
    assert model.best_validation_score_ == best
    given = classifier(ours, **options).fit(X, Y, X_val=OTHER[0], y_val=OTHER[1])
    assert given.best_validation_score_ == given.score(*OTHER)
    assert given.best_validation_score_ == max(given.validation_scores_)


def test_of_equal_epochs_the_last_is_the_best():
    """Validation scores that never change: we keep the last epoch's weights,
    scikit-learn the first's.
    """
    options = {
        "solver": "sgd",
        "early_stopping": True,
        "learning_rate_init": 0.001,
        "max_iter": 8,
    }
    ends = {}
    for package in (ours, theirs):
        one, all_ = (
            classifier(package, **(options | {"max_iter": n})).fit(X, Y) for n in (1, 8)
        )
        assert len(set(all_.validation_scores_)) == 1
        ends[package] = np.array_equal(weights(one), weights(all_))
    assert ends == {ours: False, theirs: True}


def test_rows_set_aside_keep_the_shares_of_three_classes_too():
    """Rows that are all alike get one answer, so the score is that class's share of the
    rows set aside.
    """
    labels = np.repeat([0, 1, 2], [80, 30, 10])
    exact = {ours: [], theirs: []}
    for package, found in exact.items():
        for seed in range(8):
            options = {
                "early_stopping": True,
                "validation_fraction": 0.2,
                "max_iter": 1,
                "learning_rate_init": 1e-30,
            }
            model = classifier(package, **options, random_state=seed).fit(
                np.zeros((120, 1)), labels
            )
            share = (labels == model.predict([[0.0]])).mean()
            found.append(bool(np.isclose(model.validation_scores_[0], share)))
    assert all(exact[ours])
    assert not all(exact[theirs])


def test_a_class_with_a_single_row_is_learned_from():
    labels = np.repeat([0, 1], [119, 1])
    with pytest.raises(ValueError, match="only 1 member"):
        classifier(theirs, early_stopping=True, max_iter=2).fit(X, labels)
    model = classifier(ours, early_stopping=True, max_iter=2).fit(X, labels)
    assert model.t_ == 2 * 108


# Going on


def test_warm_start_continues_the_optimizer():
    """Twice 20 epochs are 40 epochs; scikit-learn's second fit begins with an empty
    memory and the same shuffles.
    """
    options = {"learning_rate_init": 0.05, "batch_size": 32}
    for package, alike in ((ours, True), (theirs, False)):
        once = classifier(package, **options, max_iter=40).fit(X, Y)
        twice = (
            classifier(package, **options, max_iter=20, warm_start=True)
            .fit(X, Y)
            .fit(X, Y)
        )
        assert np.array_equal(weights(once), weights(twice)) == alike
        assert len(twice.loss_curve_) == 40


def test_a_fit_without_warm_start_keeps_no_memory_for_partial_fit():
    """The first pass after a fit is plain gradient descent's step, or one that still
    rolls on.
    """
    options = FULL | {"momentum": 0.99, "max_iter": 30, "learning_rate_init": 0.001}
    moved = {}
    for package in (ours, theirs):
        model = classifier(package, **options).fit(X, Y)
        before = weights(model)
        moved[package] = np.abs(weights(model.partial_fit(X, Y)) - before).max()
    assert moved[theirs] > 5.0 * moved[ours]


def test_validation_rows_are_the_same_in_every_warm_fit():
    """scikit-learn draws others where random_state is None, and so learns from rows it
    judges by.
    """
    for package, alike in ((ours, True), (theirs, False)):
        model = classifier(
            package,
            random_state=None,
            early_stopping=True,
            warm_start=True,
            learning_rate_init=1e-30,
        )
        model.set_params(max_iter=1, validation_fraction=0.5, solver="sgd")
        # of rows to learn from; the weights stay the same
        losses = [model.fit(X, Y).loss_ for _ in range(5)]
        assert (np.ptp(losses) < 1e-9) == alike


def test_a_warm_fit_that_gets_worse_leaves_the_best_weights():
    """scikit-learn's best weights are the very arrays that the next fit moves."""
    for package, kept in ((ours, True), (theirs, False)):
        options = {
            "solver": "sgd",
            "early_stopping": True,
            "warm_start": True,
            "n_iter_no_change": 100,
        }
        model = classifier(
            package, **options, activation="relu", max_iter=30, learning_rate_init=0.1
        ).fit(X, Y)
        before = weights(model).copy()
        quiet(model.set_params(learning_rate_init=50.0, max_iter=3).fit, X, Y)
        assert max(model.validation_scores_[-3:]) < model.best_validation_score_
        assert np.array_equal(before, weights(model)) == kept


def test_a_warm_fit_with_other_layers_is_refused():
    for package in (ours, theirs):
        model = (
            classifier(package, warm_start=True, max_iter=2)
            .fit(X, Y)
            .set_params(hidden_layer_sizes=(9,))
        )
        if package is theirs:
            assert model.fit(X, Y).coefs_[0].shape == (2, 6)
        else:
            with pytest.raises(
                ValueError,
                match=r"layers of \(2, 6, 1\) units.*keep hidden_layer_sizes",
            ):
                model.fit(X, Y)


# Parameters


def test_parameters_that_another_solver_would_read_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier(theirs, momentum=0.5, solver="adam", max_iter=2).fit(X, Y)
    with pytest.warns(
        UserWarning,
        match="momentum=0.5 has no effect in this fit; it is for solver='sgd'",
    ):
        classifier(ours, momentum=0.5, solver="adam", max_iter=2).fit(X, Y)


def test_a_momentum_of_1_is_refused_where_it_is_read():
    options = {"momentum": 1.0, "solver": "sgd", "max_iter": 2}
    classifier(theirs, **options).fit(X, Y)
    with pytest.raises(InvalidParameterError, match="'momentum' parameter"):
        classifier(ours, **options).fit(X, Y)


@their_weights
@pytest.mark.parametrize(
    ("w", "says"),
    [(-np.ones(120), "at least 0"), (2.0, r"shape \(120,\)")],
    ids=["-1", "2"],
)
def test_sample_weights_below_0_or_for_all_rows_at_once_are_refused(w, says):
    classifier(theirs, max_iter=2).fit(X, Y, sample_weight=w)
    with pytest.raises(ValueError, match=says):
        classifier(ours, max_iter=2).fit(X, Y, sample_weight=w)


def test_a_regressor_with_lbfgs_has_no_partial_fit():
    # a whole fit
    assert (
        regressor(theirs, solver="lbfgs", max_iter=30).partial_fit(WAVE, HEIGHT).n_iter_
        == 30
    )
    assert not hasattr(regressor(ours, solver="lbfgs"), "partial_fit")


# What comes out


def test_log_probabilities_come_from_scores_and_are_never_minus_infinity():
    far = 1e4 * X
    models = {
        p: classifier(p, hidden_layer_sizes=(), max_iter=5).fit(X, Y)
        for p in (ours, theirs)
    }
    assert np.isneginf(quiet(models[theirs].predict_log_proba, far)).any()
    z = far @ models[ours].coefs_[0][:, 0] + models[ours].intercepts_[0]
    expected = -np.logaddexp(0.0, np.column_stack([z, -z]))
    np.testing.assert_allclose(
        models[ours].predict_log_proba(far), expected, rtol=1e-12
    )


def test_one_class_has_one_column_of_probabilities():
    for package, shape in ((ours, (120, 1)), (theirs, (120, 2))):
        model = classifier(package, max_iter=2).fit(X, np.zeros(120, int))
        assert model.classes_.tolist() == [0]
        assert model.predict_proba(X).shape == shape


def test_lbfgs_leaves_a_curve_too():
    options = {"solver": "lbfgs", "max_iter": 15}
    assert not hasattr(classifier(theirs, **options).fit(X, Y), "loss_curve_")
    assert not hasattr(classifier(theirs, **options).fit(X, Y), "best_loss_")
    model = classifier(ours, **options).fit(X, Y)
    assert len(model.loss_curve_) == model.n_iter_ == 15
    assert (
        model.loss_
        == model.best_loss_
        == model.loss_curve_[-1]
        == min(model.loss_curve_)
    )
    assert model.t_ == 15 * 120


def test_a_pickle_holds_the_weights_once():
    for package, least, most in ((ours, 1.0, 1.1), (theirs, 3.9, 4.2)):
        model = classifier(package, hidden_layer_sizes=(300, 300), max_iter=1).fit(X, Y)
        assert least < len(pickle.dumps(model)) / weights(model).nbytes < most


def test_labels_as_a_sparse_matrix_are_answered_with_an_array():
    labels = np.column_stack([Y, 1 - Y])
    for package, kind in ((ours, np.ndarray), (theirs, sparse.csr_matrix)):
        model = classifier(package, max_iter=5).fit(X, sparse.csr_matrix(labels))
        assert isinstance(model.predict(X), kind)
    assert np.array_equal(
        model.predict(X).toarray(),
        classifier(theirs, max_iter=5).fit(X, labels).predict(X),
    )


def test_an_unscaled_target_warns_where_the_fit_is_worse_than_the_mean():
    far = 1e4 + 1e3 * HEIGHT
    with pytest.warns(ConvergenceWarning) as told:
        worse = regressor(theirs).fit(WAVE, far)
    assert not any("normalize_y" in str(one.message) for one in told)
    assert worse.score(WAVE, far) < 0.0
    with pytest.warns(ConvergenceWarning, match="set normalize_y=True"):
        assert regressor(ours).fit(WAVE, far).score(WAVE, far) == pytest.approx(
            worse.score(WAVE, far), rel=1e-6
        )
    assert (
        regressor(ours, normalize_y=True, solver="lbfgs", max_iter=500)
        .fit(WAVE, far)
        .score(WAVE, far)
        > 0.9
    )


def test_values_that_are_not_finite_are_told_by_column():
    holed = X.copy()
    holed[3, 1] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        classifier(theirs).fit(holed, Y)
    with pytest.raises(
        ValueError,
        match=r"X contains NaN or infinity in columns 1; remove or fill them\.",
    ):
        classifier(ours).fit(holed, Y)


@BOTH
def test_verbose_tells_each_epoch_of_lbfgs_and_not_why_a_fit_ended(package):
    def printed(**options):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            classifier(package, verbose=True, **options).fit(X, Y)
        return out.getvalue().splitlines()

    adam = printed(tol=1e9, n_iter_no_change=2)
    assert adam[0].startswith("Iteration 1, loss = 0.")
    assert adam[-1].endswith("for 2 consecutive epochs. Stopping.") == (
        package is theirs
    )
    assert len(printed(solver="lbfgs", max_iter=4)) == (0 if package is theirs else 4)
