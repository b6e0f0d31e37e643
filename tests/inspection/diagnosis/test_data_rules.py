"""Rules about the data: their numbers, and silence where nothing can be said."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from halfmoon.inspection.diagnosis.data_rules import separation
from inspection.diagnosis.fits import (
    N,
    fitted,
    linear,
    normal,
    unfitted,
    votes,
    with_column,
)


def test_a_column_is_measured_by_its_area_under_the_curve():
    rng = np.random.default_rng(0)
    for shift in (0.0, 0.5, -1.0, 4.0):
        x = rng.normal(size=80).round(1)
        y = rng.integers(0, 2, 80)
        x = x + shift * y
        area = roc_auc_score(y, x)
        assert separation(x, y) == pytest.approx(max(area, 1.0 - area))


def test_a_validation_sets_standard_error_is_the_spread_over_many_such_sets():
    X, y = linear(4, 6_000, noise=1.0)
    fit = fitted(
        X[:N],
        y[:N],
        (8,),
        "tanh",
        "squared_error",
        validation=(X[N : N + 19], y[N : N + 19]),
        watch=False,
    )
    errors = []
    shares = []
    for start in range(N, 6_000 - 19, 19):
        held = (X[start : start + 19], y[start : start + 19])
        residual = (fit.network.predict(held[0])[:, 0] - held[1]) ** 2
        shares.append(1.0 - residual.mean() / ((held[1] - y[:N].mean()) ** 2).mean())
        small = fit.validated_by(*held).finding("validation set too small")
        # under 20 rows are always too few
        assert small.number == 19.0
        error = small.message.rsplit("give or take ")[1]
        errors.append(float(error.rstrip(".")))
    assert np.mean(errors) == pytest.approx(np.std(shares), rel=0.2)


def test_an_easy_problem_is_no_leak():
    rng = np.random.default_rng(0)
    y = np.arange(N) % 2
    many = rng.normal(size=(N, 6)) + 12.0 * y[:, None]  # every column tells it
    noise = rng.normal(size=(N, 4))
    best = y + 0.01 * rng.normal(size=N)
    second = y + 0.28 * rng.normal(size=N)
    two = np.c_[noise, best, second]
    for X in (many, two, np.c_[y, rng.normal(size=N)]):
        fit = unfitted(X, y)
        assert fit.finding("leaking column") is None
    few = with_column(*(part[:40] for part in votes()), votes()[1][:40])
    assert unfitted(*few).finding("leaking column") is None


@pytest.mark.parametrize(("wrong", "leaks"), [(26, True), (25, False)])
def test_the_other_columns_of_a_leak_stay_below_99_percent(wrong, leaks):
    """Of 50 x 50 pairs so many stand the wrong way round: an AUC of 0.9896 or 0.99."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 50)
    other = np.arange(100.0)
    other[50] = 49.5 - wrong  # below so many of the other class
    fit = unfitted(
        np.c_[y + 0.01 * rng.normal(size=100), other, rng.normal(size=100)], y
    )
    assert (fit.finding("leaking column") is not None) == leaks


def test_noise_columns_are_never_leaks():
    for seed in range(50):
        X, rng = normal(40, 60, seed)
        fit = unfitted(X, (rng.uniform(size=60) < 0.1).astype(int))
        assert fit.finding("leaking column") is None


def test_a_large_target_that_is_well_fitted_is_left_alone():
    X, y = linear(noise=0.1)
    fit = fitted(
        X, 50.0 * y, (), "identity", "squared_error", optimizer=None, epochs=200
    )
    assert fit.finding("unscaled target") is None


def test_one_good_column_is_no_copy():
    X, y = votes()
    for spread, leaks in ((0.35, False), (0.1, True)):  # an AUC of 0.98, and of 1
        column = y + spread * np.random.default_rng(0).normal(size=N)
        fit = unfitted(*with_column(X, y, column))
        assert (fit.finding("leaking column") is not None) == leaks


def test_a_constant_is_not_off_scale_besides():
    fit = unfitted(*with_column(*votes(), 1e4))
    names = [finding.name for finding in fit.diagnose().findings]
    assert names[:2] == ["constant columns", "underfitting"]
