"""Fits that go on: warm starts and single passes are pieces of one long fit."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, r2_score

from halfmoon.estimators.request import resolve
from halfmoon.network import Network
from halfmoon.training.settings import Settings
from halfmoon.training.train import train
from small import (
    COLUMNS,
    IRIS,
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
    regressor,
    same_fit,
    short,
    theta,
    unfinished,
)

pytestmark = [unfinished, one_thread]


TINY = 1e-300  # a rate at which no weight moves


FOREVER = {"n_iter_no_change": 10**6}


OPTIONS = {
    "adam": {},
    "full batch": {"batch_size": 120},
    "dropout": {"dropout": [0.1, 0.3]},
    "average": {"average": 0.9},
    "momentum": {"solver": "sgd", "batch_size": 50},
    "penalties": {
        "solver": "adamw",
        "alpha": 0.3,
        "l1": 0.01,
        "clip": 0.5,
        "decay": 0.02,
    },
    "two hidden layers": {
        "hidden_layer_sizes": (6, 4),
        "activation": ["elu", "tanh"],
        "solver": "lion",
    },
    "falling rate": {"solver": "sgd", "learning_rate": "invscaling"},
    "numpy": {"engine": "numpy", "dropout": 0.2},
}


each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


COUNTED = (
    "epoch",
    "update",
    "rows",
    "loss",
    "penalty",
    "learning_rate",
    "gradient_norm",
)


def passes(model, count, *data, **more):
    """The model after so many calls of partial_fit."""
    for _ in range(count):
        model.partial_fit(*data, **more)
    return model


def same_history(one, other):
    for name in COUNTED:
        assert np.array_equal(
            one.history_[name], other.history_[name], equal_nan=True
        ), name
    return True


def probabilities(model, rows, f):
    """P(class 1) by hand, from the weights that the model shows."""
    a = rows
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        a = f(a @ W + b)
    return 1.0 / (1.0 + np.exp(-(a @ model.coefs_[-1] + model.intercepts_[-1])[:, 0]))


# Pieces are the whole


@each_option
def test_two_fits_of_twenty_epochs_are_one_of_forty(options):
    pieces = short(**options, **FOREVER, warm_start=True, max_iter=20)
    pieces.fit(X, NAMES).fit(X, NAMES)
    whole = short(**options, **FOREVER, max_iter=40).fit(X, NAMES)
    assert same_fit(pieces, whole)
    assert same_history(pieces, whole)
    assert (pieces.n_iter_, whole.n_iter_) == (20, 40)
    assert pieces.t_ == whole.t_ == 40 * 120


@each_option
def test_forty_passes_are_a_fit_of_forty_epochs(options):
    pieces = passes(short(**options), 40, X, NAMES, None, ["full", "new"])
    whole = short(**options, **FOREVER, max_iter=40).fit(X, NAMES)
    assert same_fit(pieces, whole)
    assert same_history(pieces, whole)
    assert pieces.t_ == whole.t_


@pytest.mark.parametrize("kind", ["labels", "columns", "several", "values"])
def test_pieces_are_the_whole_whatever_y_is(kind):
    data = {
        "labels": (X, LABELS),
        "columns": (X, COLUMNS),
        "several": IRIS,
        "values": WAVE,
    }[kind]
    made = brief if kind == "values" else short
    pieces = made(**FOREVER, warm_start=True, max_iter=5).fit(*data).fit(*data)
    whole = made(**FOREVER, max_iter=10).fit(*data)
    assert same_fit(pieces, whole)
    classes = {} if kind == "values" else {"classes": whole.classes_}
    assert same_fit(passes(made(), 10, *data, **classes), whole)


def test_pieces_with_weighted_rows_and_classes_are_the_whole():
    w = 0.5 + np.arange(120) % 3
    options = {"class_weight": {"full": 3.0, "new": 1.0}, "alpha": 2.0}
    whole = short(**options, **FOREVER, max_iter=10).fit(X, NAMES, w)
    assert same_fit(
        short(**options, **FOREVER, warm_start=True, max_iter=5)
        .fit(X, NAMES, w)
        .fit(X, NAMES, w),
        whole,
    )
    assert same_fit(passes(short(**options), 10, X, NAMES, w, ["full", "new"]), whole)


@pytest.mark.parametrize(
    "options",
    [{"early_stopping": True}, {"early_stopping": True, "scoring": "loss"}],
    ids=str,
)
def test_pieces_with_rows_to_stop_by_are_the_whole(options):
    """The same rows are set aside, and the best epoch may lie in any of the fits."""
    options = {
        "validation_fraction": 0.3,
        "learning_rate_init": 0.05,
        **options,
        **FOREVER,
    }
    pieces = short(**options, warm_start=True, max_iter=10).fit(X, Y).fit(X, Y)
    whole = short(**options, max_iter=20).fit(X, Y)
    assert same_fit(pieces, whole)
    assert pieces.validation_scores_ == whole.validation_scores_
    assert pieces.best_epoch_ == whole.best_epoch_


def test_a_rate_that_falls_over_the_whole_fit_begins_anew_in_each():
    model = (
        short(learning_rate="cosine", warm_start=True, **FOREVER).fit(X, Y).fit(X, Y)
    )
    rates = model.history_["learning_rate"].reshape(2, 6)
    np.testing.assert_allclose(rates[0], rates[1], rtol=1e-12)
    assert rates[0, 0] > 2.0 * rates[0, -1]


def test_a_warm_fit_has_its_own_patience_and_warning():
    model = short(warm_start=True, tol=10.0, n_iter_no_change=3, max_iter=50)
    assert model.fit(X, Y).n_iter_ == model.fit(X, Y).n_iter_ == 4
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\)"):
        model.set_params(tol=0.0, max_iter=2).fit(X, Y)
    assert (model.n_iter_, len(model.loss_curve_)) == (2, 10)


# On other rows


@pytest.mark.parametrize("how", ["warm_start", "partial_fit"])
def test_on_other_rows_counts_go_on(how):
    """120 rows in batches of 32 are 4 updates, 60 rows are 2."""
    model = short(warm_start=True, max_iter=2)
    if how == "warm_start":
        model.fit(X, Y).fit(X2, Y2).fit(X, Y)
    else:
        passes(passes(passes(model, 2, X, Y, None, [0, 1]), 2, X2, Y2), 2, X, Y)
    assert model.history_["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert model.history_["update"].tolist() == [4, 8, 10, 12, 16, 20]
    assert model.history_["rows"].tolist() == [120, 240, 300, 360, 480, 600]
    assert model.t_ == 600
    assert len(model.loss_curve_) == 6


@pytest.mark.parametrize("average", [None, 0.8])
def test_on_other_rows_the_optimizer_remembers(average):
    """The same steps by the core's train, which has been compared with loops over
    single numbers.
    """
    model = short(shuffle=False, average=average, alpha=0.0)
    start = short(learning_rate_init=TINY, max_iter=1).fit(X, Y)
    network = Network.dense([2, 8, 1], "relu", "logistic_cross_entropy")
    network.theta = theta(start)
    settings = Settings(
        batch_size=32, learning_rate=0.01, shuffle=False, average=average, epochs=3
    )
    passes(passes(model, 3, X, Y, None, [0, 1]), 3, X2, Y2)
    run = train(network, X, Y, settings=settings)
    run.release()
    run = train(network, X2, Y2, run=run, settings=settings)
    assert np.array_equal(theta(model), network.theta)
    forgetful = Network.dense([2, 8, 1], "relu", "logistic_cross_entropy")
    forgetful.theta = theta(
        passes(short(shuffle=False, alpha=0.0), 3, X, Y, None, [0, 1])
    )
    train(forgetful, X2, Y2, settings=settings)
    assert np.abs(theta(model) - forgetful.theta).max() > 1e-4


def test_penalties_are_shared_among_the_rows_at_hand():
    """alpha belongs to the sum of the losses, so 60 rows feel twice the penalty
    of 120.
    """
    model = (
        short(alpha=3.0, learning_rate_init=TINY)
        .partial_fit(X, Y, classes=[0, 1])
        .partial_fit(X2, Y2)
    )
    penalty = 3.0 / 2.0 * sum((W**2).sum() for W in model.coefs_)
    np.testing.assert_allclose(
        model.history_["penalty"], [penalty / 120, penalty / 60], rtol=1e-9
    )


# Pickles, clones, and fits that begin anew


@pytest.mark.parametrize("how", ["warm_start", "partial_fit"])
def test_a_pickle_goes_on_with_the_same_bits(how):
    options = {"dropout": 0.2, "average": 0.9, "warm_start": how == "warm_start"}
    model = short(**options, max_iter=3)
    if how == "warm_start":
        model = model.fit(X, NAMES)
    else:
        model = passes(model, 3, X, NAMES, None, ["full", "new"])
    copy = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copy.predict_proba(X), model.predict_proba(X))
    for one in (model, copy):
        if how == "warm_start":
            one.fit(X2, NAMES[:60])
        else:
            passes(one, 3, X2, NAMES[:60])
    assert same_fit(model, copy)
    assert model.t_ == copy.t_ == 3 * 120 + 3 * 60


def test_without_warm_start_a_second_fit_begins_anew():
    model = short().fit(X, Y)
    first = theta(model).copy()
    assert np.array_equal(theta(model.fit(X, Y)), first)
    assert np.array_equal(
        theta(passes(short(), 3, X, Y, None, [0, 1]).fit(X, Y)), first
    )
    assert len(model.loss_curve_) == 6
    assert model.fit(*IRIS).coefs_[0].shape == (4, 8)  # of other data, too


def test_a_clone_begins_anew():
    model = short(warm_start=True).fit(X, Y)
    assert same_fit(clone(model).fit(X, Y), short().fit(X, Y))


def test_passes_after_a_fit_go_on_from_its_weights():
    model = short(learning_rate_init=TINY, max_iter=1, activation="tanh").fit(X, Y)
    before = theta(model).copy()
    assert np.array_equal(theta(model.partial_fit(X, Y)), before)


def test_solvers_that_need_all_rows_at_once_have_no_partial_fit():
    assert not hasattr(classifier(), "partial_fit")
    assert not hasattr(regressor(solver="lbfgs:memory=3"), "partial_fit")
    assert hasattr(short(), "partial_fit")
    with pytest.raises(AttributeError, match="no attribute 'partial_fit'") as told:
        _ = regressor().partial_fit
    assert "lbfgs is not stochastic" in str(told.value.__cause__)


# From solver to solver


def test_a_warm_start_may_change_the_solver():
    """Each step is that of a fit that starts from the former's weights."""
    model = short(warm_start=True, batch_size=120, activation="tanh", **FOREVER).fit(
        X, Y
    )
    weights = {"coefs_init": model.coefs_, "intercepts_init": model.intercepts_}
    history = [6]
    options = {
        "solver": "lbfgs",
        "batch_size": "auto",
        "learning_rate_init": 0.001,
        "n_iter_no_change": 10,
    }
    options |= {"max_iter": 9}
    fresh = short(activation="tanh", **options).fit(X, Y, **weights)
    model.set_params(**options).fit(X, Y)
    assert np.array_equal(theta(model), theta(fresh))
    assert model.engine_ == "scipy"
    history.append(len(model.loss_curve_))
    assert model.loss_curve_[6:] == fresh.loss_curve_
    weights = {"coefs_init": model.coefs_, "intercepts_init": model.intercepts_}
    options = {
        "solver": "adam",
        "batch_size": 120,
        "learning_rate_init": 0.01,
        "max_iter": 6,
        **FOREVER,
    }
    fresh = short(activation="tanh", **options).fit(X, Y, **weights)
    model.set_params(**options).fit(X, Y)
    assert np.array_equal(theta(model), theta(fresh))
    assert model.engine_ == "compiled"
    history.append(len(model.loss_curve_))
    assert history == [6, 15, 21]
    assert model.t_ == 21 * 120
    assert model.history_["rows"].tolist() == (120 * np.arange(1, 22)).tolist()


def test_a_warm_start_from_solver_to_solver_counts_its_updates_on():
    model = short(warm_start=True, max_iter=2).fit(X, Y)  # 4 updates an epoch
    # 1 an iteration
    model.set_params(solver="lbfgs", batch_size="auto", learning_rate_init=0.001).fit(
        X, Y
    )
    model.set_params(solver="adam", batch_size=32).fit(X, Y)
    assert model.history_["update"].tolist() == [4, 8, 9, 10, 14, 18]


def test_lbfgs_goes_on_from_its_weights():
    model = classifier(warm_start=True, max_iter=5, activation="tanh", alpha=0.1).fit(
        X, Y
    )
    network = Network.dense([2, 8, 1], "tanh", "logistic_cross_entropy")
    network.theta = theta(model)
    run = train(
        network, X, Y, optimizer=resolve(model).optimizer, epochs=5, l2=0.1 / 120
    )
    assert np.array_equal(theta(model.fit(X, Y)), network.theta)
    assert model.loss_curve_[5:] == run.history["loss"].tolist()
    assert model.loss_curve_[-1] < model.loss_curve_[4]


def test_a_warm_start_may_change_the_activation_and_the_loss():
    model = short(warm_start=True).fit(X, Y)
    before = theta(model).copy()
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1],
        probabilities(model, X, lambda z: z.clip(0)),
        rtol=1e-10,
    )
    model.set_params(activation="tanh", learning_rate_init=TINY).fit(X, Y)
    assert np.array_equal(theta(model), before)
    np.testing.assert_allclose(
        model.predict_proba(X)[:, 1], probabilities(model, X, np.tanh), rtol=1e-10
    )
    values = brief(warm_start=True).fit(*WAVE)
    line = values.predict(WAVE[0])
    values.set_params(loss="poisson", learning_rate_init=TINY).fit(
        WAVE[0], WAVE[1].clip(0)
    )
    np.testing.assert_allclose(values.predict(WAVE[0]), np.exp(line), rtol=1e-10)


@pytest.mark.parametrize(
    ("change", "data", "told"),
    [
        ({}, (X, np.arange(120) % 3), "same classes as in the previous call"),
        ({}, (X, np.zeros(120)), "same classes as in the previous call"),
        ({}, IRIS, "features"),
        ({}, (X, LABELS), "y must have shape"),
        (
            {"hidden_layer_sizes": (9,)},
            (X, Y),
            r"layers of .*2, 8, 1.* keep hidden_layer_sizes",
        ),
    ],
    ids=["more classes", "fewer classes", "columns", "labels", "sizes"],
)
def test_a_warm_start_cannot_change_the_classes_or_the_shape(change, data, told):
    model = short(warm_start=True).fit(X, Y)
    before = theta(model).copy()
    with pytest.raises(ValueError, match=told):
        model.set_params(**change).fit(*data)
    assert np.array_equal(theta(model), before)
    assert model.t_ == 6 * 120


# Validation, pass by pass


def test_the_best_pass_predicts_while_training_goes_on_from_the_current_weights():
    """The labels to validate by are exchanged, so that learning makes it worse: the
    first pass stays the best.
    """
    held = {"X_val": X2, "y_val": 1 - Y2}
    model = short(scoring="loss")
    blind = short()
    first = theta(model.partial_fit(X, Y, classes=[0, 1], **held)).copy()
    passes(model, 11, X, Y, **held)
    passes(blind, 12, X, Y, None, [0, 1])
    assert np.array_equal(theta(model), first)
    assert model.best_epoch_ == 1
    # so its updates never left the current weights
    assert model.loss_curve_ == blind.loss_curve_
    model.set_params(scoring=None).partial_fit(X, Y)
    # and here they are
    assert np.array_equal(theta(model), theta(blind.partial_fit(X, Y)))


@pytest.mark.parametrize("made", [short, brief])
def test_each_pass_has_a_score_and_the_best_one_stays(made):
    data, val = (((X, Y), (X2, Y2)), (WAVE, (WAVE[0][:40], WAVE[1][:40] + 0.1)))[
        made is brief
    ]
    score = r2_score if made is brief else accuracy_score
    model = made(learning_rate_init=0.1)
    seen = []
    for call in range(15):
        first = {"classes": [0, 1]} if made is short and call == 0 else {}
        model.partial_fit(*data, **first, X_val=val[0], y_val=val[1])
        seen.append(score(val[1], model.predict(val[0])))
        assert seen[-1] == pytest.approx(max(model.validation_scores_), abs=1e-12)
        assert model.best_validation_score_ == max(model.validation_scores_)
    assert len(model.validation_scores_) == 15
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


def test_after_passes_without_improvement_it_says_patience():
    """It only says so: who calls partial_fit decides when to stop."""
    model = short(n_iter_no_change=3, tol=10.0)
    told = [
        model.partial_fit(
            X, Y, classes=[0, 1] if call == 0 else None, X_val=X2, y_val=Y2
        ).stopped_
        for call in range(6)
    ]
    assert told == ["epochs", "epochs", "epochs", "patience", "patience", "patience"]


def test_a_warm_fit_scores_the_earlier_best_on_the_present_validation_data():
    """Twenty good epochs, then two bad ones with exchanged labels: X2 prefers the
    former, exchanged X2 the latter.
    """
    model = short(
        warm_start=True,
        scoring="accuracy",
        max_iter=20,
        learning_rate_init=0.05,
        **FOREVER,
    )
    model.fit(X, Y, X_val=X, y_val=Y)
    good = theta(model).copy()
    epoch = model.best_epoch_
    model.set_params(max_iter=2).fit(X, 1 - Y, X_val=X2, y_val=Y2)
    assert model.best_epoch_ == epoch
    assert np.array_equal(theta(model), good)
    model.set_params(max_iter=20).fit(X, 1 - Y, X_val=X2, y_val=1 - Y2)
    assert model.best_epoch_ > 22
    assert accuracy_score(1 - Y2, model.predict(X2)) == max(
        model.validation_scores_[22:]
    )


def test_the_best_score_is_the_models_own_on_the_present_validation_data():
    """Scores of an earlier fit on easier rows stay in the history, but say nothing of
    these.
    """
    model = short(warm_start=True, max_iter=20, learning_rate_init=0.05, **FOREVER)
    model.fit(X, Y, X_val=X, y_val=Y)
    assert model.best_validation_score_ == accuracy_score(Y, model.predict(X)) > 0.8
    model.fit(X, Y, X_val=X2, y_val=1 - Y2)
    assert model.best_validation_score_ == pytest.approx(
        accuracy_score(1 - Y2, model.predict(X2))
    )


def test_a_warm_fit_without_validation_data_keeps_its_last_weights():
    model = short(warm_start=True, **FOREVER).fit(X, Y, X_val=X2, y_val=1 - Y2)
    model.fit(X, Y)
    assert same_fit(model, short(max_iter=12, **FOREVER).fit(X, Y))
    assert model.best_epoch_ is None


# What partial_fit must be told


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (short(), "classes must be passed on the first call"),
        (short(class_weight="balanced"), "'balanced' is not supported for partial_fit"),
        (
            short(early_stopping=True),
            "partial_fit does not support early_stopping=True; pass it X_val and y_val",
        ),
        (
            short(learning_rate="cosine"),
            "must know how many passes there will be, which partial_fit cannot",
        ),
        (short(learning_rate="one_cycle"), "must know how many passes there will be"),
    ],
    ids=["classes", "balanced", "early", "cosine", "one_cycle"],
)
def test_what_single_passes_cannot_do_is_refused(model, told):
    with pytest.raises(ValueError, match=told):
        model.partial_fit(X, Y, classes=None if "classes" in told else [0, 1])


def test_classes_are_given_once_and_stay():
    model = short().partial_fit(X[:40], np.zeros(40, int), classes=[2, 0, 1])
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.predict_proba(X).shape == (120, 3)
    model.partial_fit(X, Y, classes=[1, 0, 2]).partial_fit(X, Y)
    with pytest.raises(ValueError, match="not the same as on last call"):
        model.partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match="classes not in"):
        model.partial_fit(X, Y + 7)


def test_several_columns_have_a_list_of_classes():
    classes = [["full", "new"], ["left", "middle", "right"]]
    model = short().partial_fit(X[:50], COLUMNS[:50], classes=classes)
    assert [known.tolist() for known in model.classes_] == classes
    assert [
        part.shape for part in model.partial_fit(X[50:], COLUMNS[50:]).predict_proba(X)
    ] == [(120, 2), (120, 3)]
    with pytest.raises(ValueError, match="not the same as on last call"):
        model.partial_fit(X, COLUMNS, classes=classes[::-1])


def test_a_first_pass_that_shows_few_of_the_columns_classes_is_read_by_the_list():
    """These rows look like two labels, but the list says that they are columns of
    classes.
    """
    y = np.column_stack([Y, np.digitize(X[:, 0], [0.0, 1.0])])
    few = np.flatnonzero(y[:, 1] < 2)
    model = short().partial_fit(X[few], y[few], classes=[[0, 1], [0, 1, 2]])
    assert [len(known) for known in model.classes_] == [2, 3]
    assert model.partial_fit(X, y).predict(X).shape == (120, 2)


def test_values_that_are_learned_in_passes_keep_the_first_mean():
    model = brief(normalize_y=True, learning_rate_init=TINY).partial_fit(
        WAVE[0], 100.0 + WAVE[1]
    )
    before = model.predict(WAVE[0])
    assert np.array_equal(
        model.partial_fit(WAVE[0], WAVE[1] - 500.0).predict(WAVE[0]), before
    )
    assert 95.0 < before.mean() < 105.0


@pytest.mark.parametrize("change", [True, False])
def test_a_warm_fit_cannot_change_what_y_is_measured_in(change):
    model = brief(warm_start=True, normalize_y=not change).fit(*WAVE)
    with pytest.raises(
        ValueError, match=f"normalize_y was {not change} .* is {change} now"
    ):
        model.set_params(normalize_y=change).fit(*WAVE)


def test_a_warm_fit_on_columns_wants_the_same_classes_in_each():
    columns = np.column_stack([NAMES, np.array(["a", "b", "c"])[np.arange(len(X)) % 3]])
    model = short(warm_start=True).fit(X, columns)
    with pytest.raises(ValueError, match="same classes as in the previous call"):
        model.fit(X, np.where(columns == "c", "b", columns))


def test_a_list_with_balanced_is_no_weight_for_a_single_pass_either():
    with pytest.raises(ValueError, match="not supported for partial_fit"):
        short(class_weight=["balanced", None]).partial_fit(
            X, np.column_stack([Y, 1 - Y]), classes=[0, 1]
        )
