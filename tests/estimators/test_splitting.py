"""Validation rows: which are set aside, and what is refused."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    PredefinedSplit,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_score,
)

from halfmoon import MLPClassifier
from halfmoon.components.losses import LOSSES
from halfmoon.estimators import splitting
from small import (
    IRIS,
    MOONS_X,
    MOONS_Y,
    NAMES,
    NAN,
    WAVE,
    X2,
    Y2,
    X,
    Y,
    brief,
    one_thread,
    same_fit,
    short,
    theta,
    unfinished,
)

pytestmark = [unfinished, one_thread]


ROWS = {"validation_fraction": 0.3, "early_stopping": True}


# scores that go up and down
LOUD = {"learning_rate_init": 0.1, "max_iter": 25, "n_iter_no_change": 10**6}


# Which rows


class Seen:
    """A scorer that remembers what it was given."""

    def __init__(self):
        self.calls = []

    def __call__(self, estimator, X, y):
        self.calls.append((X, y))
        return 0.5

    def held(self, n):
        """The validation rows: the smaller part of what was scored."""
        return min(
            (call for call in self.calls if len(call[1]) != n),
            key=lambda call: len(call[1]),
        )


def places(part, whole):
    """The numbers of these rows among all."""
    found = [int(np.flatnonzero((whole == row).all(axis=1))[0]) for row in part]
    assert len(set(found)) == len(found)
    return found


@pytest.mark.parametrize("fraction", [0.2, 0.3, 0.5])
def test_a_share_of_the_rows_is_set_aside(fraction):
    seen = Seen()
    model = short(early_stopping=True, validation_fraction=fraction, scoring=seen).fit(
        X, NAMES
    )
    assert {len(y) for _, y in seen.calls} == {round(120 * fraction)}
    assert model.t_ == 6 * (120 - round(120 * fraction))
    assert len(set(places(seen.calls[0][0], X))) == round(120 * fraction)


def test_the_rows_set_aside_keep_the_classes_shares():
    rare = np.array(["rare" if row < 30 else "usual" for row in range(120)])
    seen = Seen()
    short(**ROWS, scoring=seen, batch_size=84).fit(X, rare)
    held = seen.held(84)[1]
    # 30 % of 120 rows, a quarter of them rare
    assert (len(held), (held == "rare").sum()) == (36, 9)


def test_the_shares_are_seen_in_the_loss_too():
    @dataclass(frozen=True)
    class Watched(type(LOSSES.make("logistic_cross_entropy"))):
        seen: dict = field(default_factory=dict)

        def value(self, z, y):
            self.seen[len(y)] = y.mean()
            return super().value(z, y)

    rare = np.r_[np.zeros(90), np.ones(30)].astype(int)
    options = {**ROWS, "n_iter_no_change": 4, "max_iter": 300}
    model = short(**options, loss=Watched(), batch_size=84, engine="numpy")
    model.fit(X[np.argsort(Y)], rare)
    seen = model.network_.loss.seen
    assert (seen[36], seen[84]) == pytest.approx((0.25, 0.25))


def test_the_same_random_state_sets_the_same_rows_aside():
    held = []
    for state in (0, 0, 1):
        seen = Seen()
        short(**ROWS, scoring=seen, random_state=state).fit(X, Y)
        held.append(sorted(places(seen.held(84)[0], X)))
    assert held[0] == held[1] != held[2]


@pytest.mark.parametrize("made", [short, brief])
def test_whole_groups_are_set_aside(made):
    groups = np.arange(120) // 8
    seen = Seen()
    made(**ROWS, scoring=seen).fit(X, Y, groups=pd.Series(groups))
    held = groups[places(seen.calls[0][0], X)]
    assert len(set(held)) == 5  # 30 % of 15 groups, rounded up
    assert len(held) == 5 * 8  # all rows of each


SPLITTERS = {
    "kfold": (KFold(4), None),
    "shuffled": (ShuffleSplit(3, test_size=0.25, random_state=5), None),
    "stratified": (StratifiedKFold(4), None),
    "groups": (GroupKFold(5), np.arange(120) % 15),
    "predefined": (PredefinedSplit(np.where(np.arange(120) % 5 == 0, 0, -1)), None),
}


@pytest.mark.parametrize(("splitter", "groups"), SPLITTERS.values(), ids=SPLITTERS)
@pytest.mark.parametrize("y", [NAMES, IRIS[1][:120]], ids=["two", "three"])
def test_a_splitters_first_test_set_is_set_aside(splitter, groups, y):
    seen = Seen()
    short(early_stopping=True, validation_fraction=splitter, scoring=seen).fit(
        X, y, groups=groups
    )
    learn, stop = next(splitter.split(X, y, groups))
    held = seen.held(len(learn))
    assert places(held[0], X) == stop.tolist()
    assert np.array_equal(held[1], y[stop])


@pytest.mark.parametrize("made", [short, brief])
def test_a_splitter_that_goes_on_in_time_gives_its_last_split(made):
    """It learns from all rows before the last part, not from the first sixth alone."""
    splitter = TimeSeriesSplit(5)
    seen = Seen()
    made(early_stopping=True, validation_fraction=splitter, scoring=seen).fit(X, Y)
    learn, stop = list(splitter.split(X))[-1]
    assert (len(learn), len(stop)) == (100, 20)
    assert places(seen.held(100)[0], X) == stop.tolist()


@pytest.mark.parametrize(
    ("splitter", "left_out"),
    [
        (TimeSeriesSplit(3, gap=7), 7),
        (ShuffleSplit(1, test_size=30, train_size=60), 30),
    ],
    ids=["gap", "both sizes"],
)
def test_rows_in_neither_part_are_told(splitter, left_out):
    with pytest.warns(
        UserWarning, match=f"^{left_out} of 120 rows are neither learned from"
    ) as told:
        short(early_stopping=True, validation_fraction=splitter).fit(X, Y)
    assert {warning.filename for warning in told} == {__file__}


def parts(y, fraction=0.1, seed=0):
    """The labels learned from and those stopped by, and every row is in one of them."""
    seen = Seen()
    numbers = np.arange(len(y), dtype=float)[:, None]
    options = {"early_stopping": True, "validation_fraction": fraction, "max_iter": 2}
    model = MLPClassifier((2,), scoring=seen, random_state=seed, **options)
    model.fit(numbers, y)
    held = np.min([len(labels) for _, labels in seen.calls])
    stop = next(rows for rows, labels in seen.calls if len(labels) == held)
    stop = stop[:, 0].astype(int)
    assert len(set(stop)) == held
    assert model.t_ == 2 * (len(y) - held)
    return np.delete(y, stop), np.asarray(y)[stop]


RARE = {
    "more classes than validation rows": (np.arange(100) % 12, 10),
    "20 rows of 3 classes": (np.arange(20) % 3, 2),
    "a class of one row": (np.repeat([0, 1, 2], [80, 39, 1]), 12),
    "one class of two of one row": (np.repeat([0, 1], [49, 1]), 5),
    "two rows each": (np.arange(40) // 2, 4),
}


@pytest.mark.parametrize(("y", "held"), RARE.values(), ids=RARE)
@pytest.mark.parametrize("seed", [0, 1])
def test_rare_classes_are_stopped_by_as_many_rows_and_all_are_learned(y, held, seed):
    learn, stop = parts(y, seed=seed)
    assert len(stop) == held  # as many as scikit-learn sets aside
    assert set(learn) == set(y)


def test_other_classes_keep_their_shares_beside_a_class_of_one_row():
    stop = parts(np.repeat([0, 1, 2], [80, 40, 1]), fraction=0.2)[1]
    assert np.bincount(stop, minlength=3).tolist() == [17, 8, 0]


@pytest.mark.filterwarnings("ignore:The number of unique classes:UserWarning")
def test_where_every_row_is_a_class_of_its_own_some_are_set_aside():
    learn, stop = parts(np.arange(30))
    assert (len(learn), len(stop)) == (27, 3)


def test_no_fold_is_lost_to_a_rare_class():
    labels = np.repeat([0, 1, 2], [70, 47, 3])
    model = short(early_stopping=True)
    scores = cross_val_score(model, X, labels, cv=StratifiedKFold(3), n_jobs=1)
    assert np.isfinite(scores).all()


def test_a_splitter_works_for_values():
    seen = Seen()
    brief(early_stopping=True, validation_fraction=KFold(5), scoring=seen).fit(*WAVE)
    assert np.array_equal(seen.held(120)[0], WAVE[0][:30])
    np.testing.assert_allclose(seen.held(120)[1], WAVE[1][:30], rtol=1e-12)


def test_setting_rows_aside_is_passing_them_as_validation_data():
    """The same fit, to the bit, as with the two parts given by hand."""
    learn, stop = next(KFold(4).split(X))
    for options in (LOUD, {**LOUD, "solver": "sgd"}):
        aside = short(early_stopping=True, validation_fraction=KFold(4), **options).fit(
            X, NAMES, np.arange(120) % 3
        )
        w = np.arange(120) % 3
        by_hand = short(**options).fit(
            X[learn],
            NAMES[learn],
            w[learn],
            X_val=X[stop],
            y_val=NAMES[stop],
            sample_weight_val=w[stop],
        )
        assert same_fit(aside, by_hand)
        assert aside.validation_scores_ == by_hand.validation_scores_
        assert aside.best_epoch_ == by_hand.best_epoch_


# What is refused


@pytest.mark.parametrize(
    ("options", "more", "says"),
    [
        ({"scoring": "accuracy"}, {}, "scoring has no effect without validation rows"),
        (
            {"scoring": "loss", "solver": "lbfgs"},
            {},
            "scoring has no effect without validation rows",
        ),
        ({}, {"groups": np.zeros(120)}, "groups has no effect without validation rows"),
        (
            {},
            {"sample_weight_val": np.ones(120)},
            "sample_weight_val has no effect .*pass X_val",
        ),
        (
            ROWS,
            {"sample_weight_val": np.ones(120)},
            "sample_weight_val has no effect .*pass X_val",
        ),
        ({}, {"X_val": X2}, "X_val and y_val belong together"),
        ({}, {"y_val": Y2}, "X_val and y_val belong together"),
        (
            {},
            {"X_val": X2, "y_val": Y2, "groups": np.zeros(120)},
            "groups has no effect with X_val",
        ),
        ({}, {"X_val": X2[:, :1], "y_val": Y2}, "features"),
        ({}, {"X_val": X2, "y_val": Y2[:5]}, "inconsistent"),
        ({}, {"X_val": X2, "y_val": Y2 + 5}, "`y_val` has classes not in"),
        ({}, {"X_val": X2 * NAN, "y_val": Y2}, "X_val contains NaN"),
        ({}, {"X_val": X2, "y_val": NAN * Y2}, "y_val is missing in 60 of 60 rows"),
        ({}, {"X_val": X2, "y_val": Y2, "sample_weight_val": np.zeros(60)}, "non-zero"),
        (
            {},
            {"X_val": X2, "y_val": Y2, "sample_weight_val": -np.ones(60)},
            "sample_weight_val must hold finite weights",
        ),
        ({"scoring": "accurracy"}, {"X_val": X2, "y_val": Y2}, "accurracy"),
        ({"scoring": 3.0}, {"X_val": X2, "y_val": Y2}, "'scoring' parameter"),
        ({**ROWS, "validation_fraction": 0.001}, {}, "number of classes = 2"),
        ({**ROWS, "validation_fraction": 0.9999}, {}, "leaves no rows to learn from"),
        ({**ROWS, "validation_fraction": 1.0}, {}, "'validation_fraction' parameter"),
        ({**ROWS, "validation_fraction": "0.1"}, {}, "'validation_fraction' parameter"),
        ({**ROWS, "validation_fraction": GroupKFold(3)}, {}, "groups"),
        (ROWS, {"groups": np.zeros(5)}, r"groups must have shape \(120,\); got \(5,\)"),
        (ROWS, {"groups": np.zeros((120, 2))}, r"shape \(120,\); got \(120, 2\)"),
        (ROWS, {"groups": [None] * 120}, "groups is missing in 120 of 120 rows"),
        (
            ROWS,
            {"sample_weight": (np.arange(120) == 0).astype(float)},
            "have weight 0; change random_state",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(options, more, says):
    solver = {}
    if "solver" in options:
        solver = {"batch_size": "auto", "learning_rate_init": 0.001}
    with pytest.raises(ValueError, match=says):
        short(**{**options, **solver}).fit(X, Y, **more)


def test_too_few_rows_are_refused_in_scikit_learns_words():
    with pytest.raises(ValueError, match="only 1 member"):
        short(early_stopping=True).fit(X[:4], [0, 0, 0, 1])


def test_one_row_is_too_few_to_stop_by():
    with pytest.raises(ValueError, match="The validation set is too small"):
        brief(early_stopping=True, validation_fraction=0.001).fit(*WAVE)


def test_a_refused_fit_leaves_no_trace():
    model = short(max_iter=3).fit(X, Y)
    before = theta(model).copy()
    with pytest.raises(ValueError, match="belong together"):
        model.fit(X, 1 - Y, X_val=X2)
    assert np.array_equal(theta(model), before)
    assert model.n_iter_ == 3


@pytest.mark.parametrize("splitter", [StratifiedKFold(5), KFold(4)], ids=str)
@pytest.mark.parametrize(
    "y", [NAMES, np.column_stack([Y, 1 - Y])], ids=["names", "labels"]
)
def test_a_splitter_is_given_y_as_it_was_brought(splitter, y):
    if isinstance(splitter, StratifiedKFold) and y.ndim == 2:
        with pytest.raises(ValueError, match="Supported target types are"):
            short(early_stopping=True, validation_fraction=splitter).fit(X, y)
    else:
        model = short(early_stopping=True, validation_fraction=splitter).fit(X, y)
        assert len(model.validation_scores_) == model.n_iter_


def test_rows_without_weight_do_not_decide_when_to_stop():
    rows = np.vstack([MOONS_X, MOONS_X])
    labels = np.concatenate([MOONS_Y, 1 - MOONS_Y])
    options = {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "max_iter": 300,
        "learning_rate_init": 0.02,
    }
    model = MLPClassifier((8,), random_state=0, **options)
    weights = np.repeat([1.0, 0.0], 100)
    model.fit(rows, labels, sample_weight=weights)
    assert model.best_validation_score_ > 0.8


@pytest.mark.parametrize("seed", range(6))
def test_a_class_of_one_row_asks_for_no_validation_row(seed):
    """Two rows are one of each of the other two classes."""
    strata = np.repeat([0, 1, 2], [10, 10, 1])
    learn, stop = splitting._divide_classes(strata, 0.09, seed)
    assert sorted(strata[stop]) == [0, 1]
    assert sorted([*learn, *stop]) == list(range(21))
