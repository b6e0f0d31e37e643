"""What values y mean: their units, and normalised ones."""

import warnings

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPRegressor
from halfmoon.estimators.values import Values
from halfmoon.inspection.evaluation import r2
from small import (
    WAVE,
    brief,
    one_thread,
    regressor,
    same_fit,
    unfinished,
)

pytestmark = one_thread


BY_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


FAR = (WAVE[0], 1000.0 + 50.0 * WAVE[1])  # values far from 0 and widely spread


WAVE_WEIGHTS = 0.5 + np.arange(150) % 3


# normalize_y


@pytest.mark.parametrize("w", [None, WAVE_WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize(
    "options", [{}, {"solver": "sgd"}, BY_LBFGS], ids=["adam", "sgd", "lbfgs"]
)
@unfinished
def test_normalised_y_is_y_less_its_mean_over_its_deviation(options, w):
    """The same bits as a fit of values that were standardised by hand, with the rows'
    weights.
    """
    mean = np.average(FAR[1], weights=w)
    deviation = np.sqrt(np.average((FAR[1] - mean) ** 2, weights=w))
    model = brief(**options, normalize_y=True).fit(*FAR, w)
    by_hand = brief(**options).fit(FAR[0], (FAR[1] - mean) / deviation, w)
    assert same_fit(model, by_hand)
    np.testing.assert_allclose(
        model.predict(FAR[0]), by_hand.predict(FAR[0]) * deviation + mean, rtol=1e-12
    )
    assert model.score(*FAR) == pytest.approx(
        by_hand.score(FAR[0], (FAR[1] - mean) / deviation), rel=1e-9
    )


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize(
    "options",
    [{}, {"early_stopping": True, "validation_fraction": 0.3}],
    ids=["", "early"],
)
@unfinished
def test_normalised_y_is_scikit_learns_transformed_target(columns, options):
    y = FAR[1] if columns == 1 else np.column_stack([FAR[1], 0.001 * FAR[1] ** 2])
    ours = brief(**options, normalize_y=True, max_iter=20).fit(FAR[0], y)
    theirs = TransformedTargetRegressor(
        brief(**options, max_iter=20), transformer=StandardScaler()
    ).fit(FAR[0], y)
    np.testing.assert_allclose(ours.predict(FAR[0]), theirs.predict(FAR[0]), rtol=1e-10)


@unfinished
def test_a_constant_y_is_predicted():
    for options in ({}, BY_LBFGS):
        model = brief(**{**options, "normalize_y": True, "max_iter": 500}).fit(
            FAR[0], np.full(150, 7e4)
        )
        np.testing.assert_allclose(model.predict(FAR[0]), 7e4, atol=1.0)
    both = np.column_stack([np.full(150, 7e4), FAR[1]])
    model = regressor(normalize_y=True, activation="tanh", alpha=0.01).fit(FAR[0], both)
    np.testing.assert_allclose(model.predict(FAR[0])[:, 0], 7e4, atol=1.0)
    assert r2_score(FAR[1], model.predict(FAR[0])[:, 1]) > 0.9


CONSTANT = {
    "0.1": np.full(150, 0.1),
    "0.1, a rounding apart": np.where(np.arange(150) % 2, 0.1 + 0.2, 0.3),
    "1e-200": np.full(150, 1e-200),
    "1e9": np.full(150, 1e9 + 0.1),
    "float32": np.full(150, 0.1, np.float32),
    "whole": np.full(150, 7),
}


@pytest.mark.parametrize("y", CONSTANT.values(), ids=CONSTANT)
def test_the_deviation_of_a_constant_y_counts_as_1(y):
    """As in scikit-learn's StandardScaler."""
    weights = 1.0 + np.arange(150) % 3
    assert StandardScaler().fit(y[:, None], None, weights).scale_.tolist() == [1.0]
    assert Values(y, weights, normalize=True).scale.tolist() == [1.0]


@pytest.mark.parametrize("y", [1e9 + 1e-3 * WAVE[1], 1e-160 * WAVE[1]], ids=str)
def test_a_small_deviation_that_is_no_rounding_counts(y):
    scale = Values(y, np.ones(150), normalize=True).scale
    np.testing.assert_allclose(scale, 1e-200 + y.std(), rtol=1e-3)


@unfinished
def test_rows_of_weight_0_do_not_make_a_y_vary():
    y = np.where(np.arange(150) < 3, 5.0, 0.1)
    values = Values(y, np.where(np.arange(150) < 3, 0.0, 1.0), normalize=True)
    assert values.scale.tolist() == [1.0]


@unfinished
def test_a_stream_that_begins_with_one_value_says_so_and_stays_finite():
    model = brief(normalize_y=True)
    with pytest.warns(UserWarning, match="constant in columns .0.: their") as told:
        model.partial_fit(WAVE[0][:40], np.full(40, 0.1))
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        for _ in range(20):
            model.partial_fit(*WAVE)
    assert model.loss_ < 1.0
    warm = brief(normalize_y=True, warm_start=True)
    with pytest.warns(UserWarning, match="constant in columns"):
        warm.fit(WAVE[0], np.full(150, 0.1))
    assert warm.fit(*WAVE).loss_ < 1.0


@unfinished
def test_one_constant_output_does_not_decide_alone_which_epoch_is_best():
    scores = []
    for value in (0.1, 0.125):
        both = np.column_stack([WAVE[1], np.full(150, value)])
        model = brief(early_stopping=True, normalize_y=True).fit(WAVE[0], both)
        scores.append(model.validation_scores_)
    np.testing.assert_allclose(*scores, atol=1e-6)


@unfinished
def test_quantiles_may_be_normalised():
    options = {
        "loss": "quantiles:levels=0.2/0.8",
        "activation": "tanh",
        "max_iter": 500,
    }
    mean = FAR[1].mean()
    deviation = FAR[1].std()
    model = regressor(**options, normalize_y=True).fit(*FAR)
    by_hand = regressor(**options).fit(FAR[0], (FAR[1] - mean) / deviation)
    np.testing.assert_allclose(
        model.predict(FAR[0]), by_hand.predict(FAR[0]) * deviation + mean, rtol=1e-9
    )
    miss = FAR[1][:, None] - model.predict(FAR[0])
    levels = np.array([0.2, 0.8])
    assert model.score(*FAR) == pytest.approx(
        -np.maximum(levels * miss, (levels - 1.0) * miss).mean(), rel=1e-9
    )


@unfinished
def test_validation_rows_are_normalised_as_the_fit_is():
    held = (FAR[0][::4], FAR[1][::4] + 20.0)
    model = brief(normalize_y=True, scoring="loss").fit(
        *FAR, X_val=held[0], y_val=held[1]
    )
    half = (((model.predict(held[0]) - held[1]) / FAR[1].std()) ** 2).mean() / 2.0
    assert -model.best_validation_score_ == pytest.approx(half, rel=1e-9)


@unfinished
def test_normalised_float32_is_answered_in_float64():
    """A mean of 1e9 leaves float32 no room for what varies."""
    model = regressor(normalize_y=True, activation="tanh").fit(
        FAR[0].astype(np.float32), FAR[1]
    )
    assert model.predict(FAR[0].astype(np.float32)).dtype == np.float64
    assert model.coefs_[0].dtype == np.float32
    assert model.score(FAR[0].astype(np.float32), FAR[1]) > 0.9


@unfinished
def test_counts_cannot_be_normalised():
    with pytest.raises(
        ValueError,
        match="normalize_y=True cannot work with loss='poisson', which reads counts",
    ):
        brief(loss="poisson", normalize_y=True).fit(WAVE[0], np.arange(150))


@unfinished
def test_values_too_large_to_be_squared_are_refused_or_learned():
    for scale in (1e160, 1e300):
        try:
            model = brief(normalize_y=True).fit(WAVE[0], scale * WAVE[1])
        except ValueError:
            continue
        assert np.isfinite(model.predict(WAVE[0])).all()


FAR_OFF = (
    "y has mean 1e[+]03 and standard deviation 36.*worse than that mean .* set "
    "normalize_y=True"
)


@unfinished
def test_a_fit_that_is_worse_than_the_mean_of_an_unscaled_y_warns():
    with pytest.warns(ConvergenceWarning, match=FAR_OFF):
        model = brief(tol=1e9, n_iter_no_change=2).fit(*FAR)
    assert model.score(*FAR) < 0.0


@unfinished
def test_the_column_farthest_off_is_named_and_ten_deviations_are_near_enough():
    one = StandardScaler().fit_transform(WAVE[1][:, None])[:, 0]
    model = brief(tol=1e9, n_iter_no_change=2)
    with pytest.warns(ConvergenceWarning, match=r"y has mean 10\.5 and .* 1, and"):
        model.fit(WAVE[0], np.column_stack([one, one + 10.5]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(WAVE[0], np.column_stack([one, one + 9.5]))
    assert [str(w.message) for w in caught if "y has mean" in str(w.message)] == []


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("model", "data"),
    [
        (brief(tol=1e9, n_iter_no_change=2, normalize_y=True), FAR),
        (
            regressor(activation="tanh", alpha=0.1, max_iter=20000),
            (WAVE[0], 1000.0 + 50.0 * WAVE[1]),
        ),
        (brief(tol=1e9, n_iter_no_change=2), WAVE),
        (brief(tol=1e9, n_iter_no_change=2), (WAVE[0], np.full(150, 1000.0))),
        (
            brief(tol=1e9, n_iter_no_change=2, loss="poisson"),
            (WAVE[0], np.arange(150) * 100),
        ),
    ],
    ids=["normalised", "learned", "healthy", "constant", "counts"],
)
@unfinished
def test_other_fits_do_not_warn_so(model, data):
    assert np.isfinite(model.fit(*data).predict(data[0])).all()


@unfinished
def test_a_target_far_away_keeps_its_digits_in_float32():
    rows = WAVE[0].astype(np.float32)
    far = 1e9 + WAVE[1]
    model = brief(normalize_y=True, max_iter=100).fit(
        rows, far, X_val=rows[:40], y_val=far[:40]
    )
    assert model.network_.dtype == np.float32
    assert model.best_validation_score_ == pytest.approx(
        model.score(rows[:40], far[:40]), abs=1e-3
    )


def test_rows_that_hardly_weigh_do_not_make_y_look_unscaled():
    """By their weights the fit is good; with all rows alike its R2 is negative."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    y = x[:, 0] + np.where(np.arange(60) < 30, 0.0, 1e3)
    w = np.where(np.arange(60) < 30, 1.0, 1e-9)
    model = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0)
    model.fit(x, y, sample_weight=w)  # no warning
    assert r2(y[:, None], model.predict(x)[:, None]) < 0.0
    assert model.score(x, y, w) > 0.9


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [(0, 1, bool), (-128, 127, np.int8), (-32768, 32767, np.int16)],
)
def test_the_spread_of_small_numbers_is_not_computed_in_their_type(low, high, dtype):
    values = Values(np.array([low, high], dtype), np.ones(2), normalize=True)
    assert values.scale.tolist() == [(high - low) / 2.0]
    assert values.constant == []
