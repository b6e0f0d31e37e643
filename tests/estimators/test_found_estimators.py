"""What a sceptical user found in the estimators, and what must stay mended."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, StratifiedKFold

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.training.callbacks import Recorder
from small import NAMES, WAVE, X2, Y2, X, Y, brief, classifier, short, unfinished

pytestmark = unfinished


class Interrupts:
    """A callback that raises in the epoch it is told."""

    def __init__(self, epoch, error=RuntimeError):
        self.left = epoch
        self.error = error

    def setup(self, estimator, context):
        """Nothing."""

    def teardown(self, estimator, context):
        """Nothing."""

    def on_fit_task_begin(self, estimator, context):
        """Nothing."""

    def on_fit_task_end(self, estimator, context):
        self.left -= 1
        if self.left == 0:
            raise self.error("enough")


@pytest.mark.parametrize(
    "bad",
    [(X[:, :1], [1.5, *Y[1:]]), (X * np.nan, Y), (X[:, :1], Y[:5])],
    ids=["y", "X", "rows"],
)
def test_a_fit_that_fails_leaves_the_last_one_usable(bad):
    model = short().fit(X, Y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match=r"\w"):
        model.fit(*bad)
    assert model.n_features_in_ == 2
    assert np.array_equal(model.predict_proba(X), before)


def test_a_first_fit_that_fails_on_a_frame_leaves_no_names():
    model = short().fit(X, Y)
    with pytest.raises(ValueError, match="infinity"):
        model.fit(pd.DataFrame(X * np.inf, columns=["u", "v"]), Y)
    assert not hasattr(model, "feature_names_in_")
    model.predict(X)  # without a warning


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_a_warm_fit_that_fails_half_way_has_not_been(call, error):
    model, other = (short(warm_start=True).fit(X, Y) for _ in range(2))
    model.set_callbacks(Interrupts(4 if call == "fit" else 1, error))
    with pytest.raises(error, match="enough"):
        getattr(model, call)(X2, Y2)
    model.set_callbacks()
    for each in (model, other):
        getattr(each, call)(X2, Y2)
    assert np.array_equal(model.network_.theta, other.network_.theta)
    assert (model.t_, model.loss_curve_) == (other.t_, other.loss_curve_)


def test_weights_to_start_from_are_all_put_or_none():
    model = short(warm_start=True).fit(X, Y)
    before = model.network_.theta.copy()
    with pytest.raises(ValueError, match="intercepts_init must hold"):
        model.fit(
            X,
            Y,
            coefs_init=[2.0 * W for W in model.coefs_],
            intercepts_init=[np.ones(1)],
        )
    assert np.array_equal(model.network_.theta, before)


def test_a_target_far_away_keeps_its_digits_in_float32():
    rows = WAVE[0].astype(np.float32)
    far = 1e9 + WAVE[1]
    model = brief(normalize_y=True, max_iter=100).fit(
        rows, far, X_val=rows[:40], y_val=far[:40]
    )
    assert {W.dtype for W in model.coefs_} == {np.dtype(np.float32)}
    assert model.best_validation_score_ == pytest.approx(
        model.score(rows[:40], far[:40]), abs=1e-3
    )


@pytest.mark.parametrize("change", [True, False])
def test_a_warm_fit_cannot_change_what_y_is_measured_in(change):
    model = brief(warm_start=True, normalize_y=not change).fit(*WAVE)
    with pytest.raises(
        ValueError, match=f"normalize_y was {not change} .* is {change} now"
    ):
        model.set_params(normalize_y=change).fit(*WAVE)


def test_a_rate_is_found_whenever_the_last_was_given():
    model = short(warm_start=True).fit(X, Y)
    model.set_params(learning_rate_init="auto").fit(X, Y)
    found = model.learning_rate_init_
    assert found != 0.01
    assert model.fit(X, Y).learning_rate_init_ == found
    model.set_params(learning_rate_init=0.5).fit(X, Y)
    assert (
        model.set_params(learning_rate_init="auto").fit(X, Y).learning_rate_init_ != 0.5
    )


def test_a_warm_fit_on_columns_wants_the_same_classes_in_each():
    columns = np.column_stack([NAMES, np.array(["a", "b", "c"])[np.arange(len(X)) % 3]])
    model = short(warm_start=True).fit(X, columns)
    with pytest.raises(ValueError, match="same classes as in the previous call"):
        model.fit(X, np.where(columns == "c", "b", columns))


def test_labels_of_another_type_are_not_scored_as_wrong():
    model = short().fit(X, Y)
    with pytest.raises((TypeError, ValueError), match=r"\w"):
        accuracy_score(Y.astype(str), model.predict(X))
    with pytest.raises((TypeError, ValueError), match=r"\w"):
        model.score(X, Y.astype(str))


def test_mixed_columns_are_scored_as_a_list_of_rows_too():
    rows = [
        [str(name), int(k)]
        for name, k in zip(NAMES, np.arange(len(X)) % 3, strict=True)
    ]
    model = MLPClassifier((5,), random_state=0, max_iter=5).fit(X, pd.DataFrame(rows))
    assert model.score(X, rows) == model.score(X, np.array(rows, dtype=object)) > 0.0


def test_dates_are_no_values():
    with pytest.raises(ValueError, match="y must hold numbers; got datetime64"):
        brief().fit(WAVE[0], np.arange(len(WAVE[1])).astype("datetime64[D]"))


def test_weights_of_classes_that_look_like_numbers():
    one = short(class_weight={"0": 1.0, "1": 20.0}).fit(X, Y.astype(str))
    assert np.array_equal(
        one.network_.theta,
        short(class_weight={0: 1.0, 1: 20.0}).fit(X, Y).network_.theta,
    )


def test_a_list_with_balanced_is_no_weight_for_a_single_pass_either():
    with pytest.raises(ValueError, match="not supported for partial_fit"):
        short(class_weight=["balanced", None]).partial_fit(
            X, np.column_stack([Y, 1 - Y]), classes=[0, 1]
        )


def test_a_recorder_sees_all_passes_and_all_warm_fits():
    recorder = Recorder(every=2)
    model = short().set_callbacks(recorder)
    for _ in range(5):
        model.partial_fit(X, Y, classes=[0, 1])
    assert recorder.epochs == [2, 4]
    again = Recorder()
    short(max_iter=3).set_callbacks(again).fit(X, Y).fit(X, Y)
    assert again.epochs == [1, 2, 3]


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


def test_a_metric_in_place_of_a_scorer_is_told_so():
    with pytest.raises(ValueError, match="make_scorer"):
        short(early_stopping=True, scoring=accuracy_score).fit(X, Y)
    with pytest.raises(ValueError, match="scoring must give a number"):
        short(early_stopping=True, scoring=lambda *_: "good").fit(X, Y)


def test_validation_rows_of_one_value_get_no_finding_about_their_number():
    model = short().fit(X, Y)
    told = model.diagnose(X, Y, X_val=X[Y == 1], y_val=Y[Y == 1])
    assert "NaN" not in str(told)
    regressor = brief().fit(*WAVE)
    regressor.diagnose(*WAVE, X_val=WAVE[0][:40], y_val=np.ones(40))


@pytest.mark.parametrize("scale", [1e305, 1e-310])
def test_weights_out_of_range_are_refused(scale):
    with pytest.raises(ValueError, match="out of range"):
        classifier().fit(X, Y, np.full(len(X), scale))


def test_a_surface_of_one_class_is_refused_in_a_sentence():
    from halfmoon.displays import DecisionSurfaceDisplay

    with pytest.raises(ValueError, match="two classes or more"):
        DecisionSurfaceDisplay.from_estimator(short().fit(X, np.zeros(len(X))), X)


def test_a_regressor_says_when_its_quantiles_are_scored_on_other_rows():
    model = MLPRegressor("quantiles", (5,), max_iter=5, random_state=0).fit(*WAVE)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score(WAVE[0], WAVE[1][:5])
    with pytest.raises(ValueError, match="NaN or infinite"):
        model.score(WAVE[0], np.full(len(WAVE[1]), np.nan))
