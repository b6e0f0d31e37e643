"""What a fitted estimator says about itself."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss

from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.components.activations import Tanh
from small import (
    COLUMNS,
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
    short,
    theta,
    unfinished,
)

pytestmark = [unfinished, one_thread]


FRAME = pd.DataFrame(X, columns=["width", "height"])


H = 1e-6


@pytest.fixture(scope="module")
def model():
    with pytest.warns(UserWarning, match="Maximum iterations"):
        return short(
            activation="tanh", alpha=0.5, l1=0.1, hidden_layer_sizes=(6, 4)
        ).fit(FRAME, NAMES)


def differences(function, rows):
    """Central differences of function(rows) by each column, (n, ..., d)."""
    steps = H * np.eye(rows.shape[1])
    slopes = [
        (function(rows + step) - function(rows - step)) / (2.0 * H) for step in steps
    ]
    return np.stack(slopes, axis=-1)


def test_a_summary_counts_what_there_is(model):
    summary = model.summary()
    assert (
        summary.parameters
        == 3 * 6 + 7 * 4 + 5
        == sum(a.size for a in [*model.coefs_, *model.intercepts_])
    )
    for text in ("Dense 1", "2 -> 6", "tanh", "Dense 3", "4 -> 1", "51"):
        assert text in str(summary)
    assert "<table" in summary._repr_html_()


@pytest.mark.parametrize("rows", [FRAME, X], ids=["frame", "array"])
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_hidden_activations_are_those_of_the_weights(model, rows):
    first, second = model.hidden_activations(rows)
    np.testing.assert_allclose(
        first, np.tanh(X @ model.coefs_[0] + model.intercepts_[0]), rtol=1e-12
    )
    np.testing.assert_allclose(
        second, np.tanh(first @ model.coefs_[1] + model.intercepts_[1]), rtol=1e-12
    )


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_input_gradients_are_differences_of_predictions(model):
    found = model.input_gradients(FRAME)
    assert found.shape == (120, 1, 2)
    np.testing.assert_allclose(
        found[:, 0], differences(lambda x: model.predict_proba(x)[:, 1], X), atol=1e-8
    )
    odds = differences(lambda x: np.subtract(*model.predict_log_proba(x).T[::-1]), X)
    np.testing.assert_allclose(
        model.input_gradients(FRAME, of="raw")[:, 0], odds, atol=1e-6
    )
    by_loss = model.input_gradients(FRAME, NAMES, of="loss")
    for i in (0, 50):
        truth = NAMES[[i]]

        def loss(x, truth=truth):
            return np.array(
                [log_loss(truth, model.predict_proba(x), labels=["full", "new"])]
            )

        np.testing.assert_allclose(by_loss[i], differences(loss, X[[i]])[0], atol=1e-6)


@pytest.mark.parametrize("normalize_y", [False, True])
def test_input_gradients_of_values(normalize_y):
    wave = brief(activation="tanh", normalize_y=normalize_y)
    wave.fit(WAVE[0], 7.0 * WAVE[1])
    np.testing.assert_allclose(
        wave.input_gradients(WAVE[0])[:, 0],
        differences(wave.predict, WAVE[0]),
        atol=1e-7,
    )


def test_gradients_are_checked_with_the_labels_as_they_were_brought(model):
    report = model.check_gradients(FRAME, NAMES, np.arange(120) % 3)
    assert report
    assert "Every derivative agrees" in str(report)
    for y in (LABELS, COLUMNS):
        assert (
            short(class_weight="balanced" if y is LABELS else None)
            .fit(X, y)
            .check_gradients(X, y)
        )
    assert (
        classifier(activation="gelu", max_iter=20)
        .fit(X, NAMES)
        .check_gradients(X, NAMES)
    )


def test_a_wrong_derivative_is_found():
    class Wrong(Tanh):
        def df(self, z, a):
            return 1.0 - a

    model = short(activation=Wrong(), initializer="glorot_normal").fit(X, NAMES)
    report = model.check_gradients(X, NAMES)
    assert not report
    assert "wrong" in str(report)


def test_a_few_rows_are_checked_and_diagnosed_without_a_word_about_batches(model):
    """Five rows are fewer than a batch, which is nothing to warn of here."""
    assert model.check_gradients(FRAME[:5], NAMES[:5])
    assert model.diagnose(FRAME[:5], NAMES[:5]) is not None


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_a_trace_has_the_prediction_and_the_gradient_of_its_row(model):
    found = model.trace(X[3], NAMES[3])
    np.testing.assert_allclose(
        found["y_hat"], model.predict_proba(X[3:4])[0, 1:], rtol=1e-12
    )
    np.testing.assert_allclose(
        found["a1"], model.hidden_activations(X[3:4])[0][0], rtol=1e-12
    )
    assert found["dW1"].shape == (2, 6)
    assert "[F1]" in str(found)
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize("y", [LABELS, COLUMNS], ids=["labels", "columns"])
def test_traces_of_several_labels_and_columns(y):
    model = short().fit(X, y)
    assert "[F1]" in str(model.trace(X[0], y[0]))
    assert "[F1]" in str(model.trace(X[0].tolist(), y[0].tolist()))


def test_a_trace_of_values():
    model = brief().fit(*WAVE)
    assert model.trace(WAVE[0][0], WAVE[1][0])["y_hat"] == pytest.approx(
        model.predict(WAVE[0][:1]), rel=1e-12
    )


def test_a_diagnosis_names_the_columns_of_the_frame(model):
    scaled = FRAME.assign(height=FRAME["height"] * 1e4)
    told = str(short(activation="tanh").fit(scaled, NAMES).diagnose(scaled, NAMES))
    assert "height" in told
    assert "width" not in told


def test_a_diagnosis_sees_the_validation_rows():
    few = slice(0, 20)
    wrong = np.where(np.arange(20) % 3 == 0, 1 - Y[few], Y[few])
    model = MLPClassifier(
        (60,), solver="lbfgs", alpha=0.0, max_iter=500, random_state=0
    ).fit(X[few], wrong)
    with_held = model.diagnose(X[few], wrong, X_val=X2, y_val=Y2)
    assert "overfitting" in [finding.name for finding in with_held.findings]
    assert "overfitting" not in [
        finding.name for finding in model.diagnose(X[few], wrong).findings
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda m: m.summary(),
        lambda m: m.hidden_activations(X),
        lambda m: m.input_gradients(X),
        lambda m: m.check_gradients(X, Y),
        lambda m: m.trace(X[0], Y[0]),
        lambda m: m.diagnose(X, Y),
    ],
    ids=[
        "summary",
        "hidden_activations",
        "input_gradients",
        "check_gradients",
        "trace",
        "diagnose",
    ],
)
@pytest.mark.parametrize("made", [MLPClassifier, MLPRegressor])
def test_an_estimator_that_was_not_fitted_says_so(made, ask):
    with pytest.raises(NotFittedError):
        ask(made())


@pytest.mark.parametrize("method", ["hidden_activations", "input_gradients"])
def test_rows_that_do_not_fit_are_refused_by_name(model, method):
    with pytest.raises(ValueError, match="NaN or infinity in columns height"):
        getattr(model, method)(FRAME.assign(height=np.nan))
    with pytest.raises(ValueError, match="feature names"):
        getattr(model, method)(FRAME[["height", "width"]])


def test_looking_changes_nothing(model):
    before = model.network_.theta.copy()
    known = set(vars(model))
    (
        model.summary(),
        model.hidden_activations(FRAME),
        model.input_gradients(FRAME),
        model.diagnose(FRAME, NAMES),
    )
    model.check_gradients(FRAME, NAMES)
    assert np.array_equal(model.network_.theta, before)
    assert set(vars(model)) == known


# What leaves the estimator as it was


@pytest.mark.parametrize("fitted", [False, True])
def test_looking_for_a_rate_leaves_the_estimator_as_it_was(fitted):
    model = short(
        random_state=np.random.RandomState(3),
        learning_rate_init="auto",
        early_stopping=True,
    )
    model = model.fit(X, Y) if fitted else model
    before = dict(vars(model))
    params = model.get_params()
    state = model.random_state.get_state()[1].copy()
    weights = theta(model).copy() if fitted else None
    other = np.random.default_rng(0).normal(size=(50, 7))  # even of another width
    test = model.find_learning_rate(other, np.arange(50) % 3)
    assert test.suggestion > 0.0
    assert vars(model) == before
    assert model.get_params() == params
    assert np.array_equal(model.random_state.get_state()[1], state)
    assert not fitted or np.array_equal(theta(model), weights)
    assert hasattr(model, "n_features_in_") == fitted


def test_validation_rows_of_one_value_get_no_finding_about_their_number():
    model = short().fit(X, Y)
    told = model.diagnose(X, Y, X_val=X[Y == 1], y_val=Y[Y == 1])
    assert "NaN" not in str(told)
    regressor = brief().fit(*WAVE)
    regressor.diagnose(*WAVE, X_val=WAVE[0][:40], y_val=np.ones(40))


def test_a_surface_of_one_class_is_refused_in_a_sentence():
    from halfmoon.displays import DecisionSurfaceDisplay

    with pytest.raises(ValueError, match="two classes or more"):
        DecisionSurfaceDisplay.from_estimator(short().fit(X, np.zeros(len(X))), X)


def test_a_subclass_with_a_constructor_of_its_own_finds_a_rate():
    class Units(MLPClassifier):
        def __init__(self, units=6):
            super().__init__((units,), max_iter=6, batch_size=32, random_state=0)
            self.units = units

    found = Units(units=8).fit(X, Y).find_learning_rate(X, Y)
    expected = short().fit(X, Y).find_learning_rate(X, Y)
    assert found.suggestion == expected.suggestion


def test_a_row_to_trace_may_be_sparse_or_of_a_frame(model):
    told = model.trace(X[0], NAMES[0]).text()
    for row in (csr_array(X[:1]), FRAME.iloc[[0]], FRAME.iloc[0]):
        assert model.trace(row, NAMES[0]).text() == told
    with pytest.raises(ValueError, match=r"one row of 2 values; got shape \(2, 2\)"):
        model.trace(X[:2], NAMES[0])
    with pytest.raises(ValueError, match="y is missing in 1 of 1 rows"):
        model.trace(X[0], None)


def test_rows_to_diagnose_by_are_called_x_val(model):
    with pytest.raises(ValueError, match="`y_val` has classes not in"):
        model.diagnose(FRAME, NAMES, X_val=FRAME, y_val=Y)
    with pytest.raises(ValueError, match="X_val contains NaN"):
        model.diagnose(FRAME, NAMES, X_val=FRAME * np.nan, y_val=NAMES)


ASKED = {
    "predict_proba": lambda model: model.predict_proba(X),
    "predict_log_proba": lambda model: model.predict_log_proba(X),
    "sparse rows": lambda model: model.predict_proba(csr_array(X)),
    "score": lambda model: model.score(X, Y),
    "check_gradients": lambda model: model.check_gradients(X, Y),
    "hidden_activations": lambda model: model.hidden_activations(X),
    "input_gradients": lambda model: model.input_gradients(X, Y, of="loss"),
    "trace": lambda model: model.trace(X[0], Y[0]),
    "diagnose": lambda model: model.diagnose(X, Y),
}


@pytest.mark.parametrize("loss", ["log_loss", "softmax_cross_entropy"])
@pytest.mark.parametrize("asked", ASKED)
def test_what_underflows_is_harmless_and_raises_nothing(asked, loss):
    """Logistic units and weights so large that exp(-|z|) is below 1e-308."""
    model = short(activation="logistic", loss=loss, engine="numpy").fit(X, Y)
    model.coefs_ = [1e4 * W for W in model.coefs_]
    with np.errstate(all="raise"):
        ASKED[asked](model)
