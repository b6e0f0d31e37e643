"""Validation rows: which are set aside, and what is refused."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    PredefinedSplit,
    ShuffleSplit,
    StratifiedKFold,
)

from halfmoon import MLPClassifier
from halfmoon.components.losses import LOSSES
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
    parts = {len(y) for _, y in seen.calls}
    assert parts == {round(120 * fraction), 120 - round(120 * fraction)}
    assert model.t_ == 6 * (120 - round(120 * fraction))
    both = [places(rows, X) for rows, _ in seen.calls[:2]]
    assert sorted(both[0] + both[1]) == list(range(120))


def test_the_rows_set_aside_keep_the_classes_shares():
    rare = np.array(["rare" if row < 30 else "usual" for row in range(120)])
    seen = Seen()
    short(**ROWS, scoring=seen, batch_size=84).fit(X, rare)
    held = seen.held(84)[1]
    # 30 % of 120 rows, a quarter of them rare
    assert (len(held), (held == "rare").sum()) == (36, 9)


def test_the_shares_are_seen_in_the_loss_too():
    seen = {}

    @dataclass(frozen=True)
    class Watched(type(LOSSES.make("logistic_cross_entropy"))):
        def value(self, z, y):
            seen[len(y)] = y.mean()
            return super().value(z, y)

    rare = np.r_[np.zeros(90), np.ones(30)].astype(int)
    options = {**ROWS, "n_iter_no_change": 4, "max_iter": 300}
    short(**options, loss=Watched(), batch_size=84, engine="numpy").fit(
        X[np.argsort(Y)], rare
    )
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
    parts = [set(groups[places(rows, X)]) for rows, _ in seen.calls[:2]]
    assert parts[0].isdisjoint(parts[1])
    assert len(parts[0] | parts[1]) == 15
    assert min(map(len, parts)) == 5  # 30 % of 15 groups, rounded up


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
        ({"scoring": "accuracy"}, {}, "scoring has no effect without rows to stop by"),
        (
            {"scoring": "loss", "solver": "lbfgs"},
            {},
            "scoring has no effect without rows to stop by",
        ),
        ({}, {"groups": np.zeros(120)}, "groups has no effect without rows to stop by"),
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
        ({}, {"X_val": X2, "y_val": Y2 + 5}, "classes not in"),
        ({}, {"X_val": X2 * NAN, "y_val": Y2}, "NaN"),
        ({}, {"X_val": X2, "y_val": Y2, "sample_weight_val": np.zeros(60)}, "non-zero"),
        ({"scoring": "accurracy"}, {"X_val": X2, "y_val": Y2}, "accurracy"),
        ({"scoring": 3.0}, {"X_val": X2, "y_val": Y2}, "'scoring' parameter"),
        ({**ROWS, "validation_fraction": 0.001}, {}, "number of classes = 2"),
        ({**ROWS, "validation_fraction": 1.0}, {}, "'validation_fraction' parameter"),
        ({**ROWS, "validation_fraction": "0.1"}, {}, "'validation_fraction' parameter"),
        ({**ROWS, "validation_fraction": GroupKFold(3)}, {}, "groups"),
        (ROWS, {"groups": np.zeros(5)}, "inconsistent"),
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
