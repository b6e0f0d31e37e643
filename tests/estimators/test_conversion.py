"""Our fitted estimators as scikit-learn's, and what tools read of these."""

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelBinarizer, StandardScaler
from sklearn.utils.validation import check_is_fitted

from halfmoon import ACTIVATIONS, LOSSES, MLPClassifier, MLPRegressor
from small import (
    COLUMNS,
    IRIS,
    LABELS,
    NAMES,
    WAVE,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    short,
    their_loss,
    unfinished,
)

pytestmark = [one_thread, unfinished]

VALUES = (WAVE[0], WAVE[1])
TWO = (WAVE[0], np.column_stack([WAVE[1], 1e3 + 50.0 * WAVE[1] ** 2]))
COUNTS = (WAVE[0], np.arange(150) % 4)


def assert_same(ours, rows):
    """Ours as scikit-learn's: a fitted estimator with the same predictions."""
    theirs = ours.to_sklearn()
    check_is_fitted(theirs)
    assert type(theirs) is getattr(neural_network, type(ours).__name__)
    if isinstance(ours, MLPClassifier):
        assert np.array_equal(theirs.predict(rows), ours.predict(rows))
        np.testing.assert_allclose(
            theirs.predict_proba(rows), ours.predict_proba(rows), rtol=0, atol=1e-12
        )
    else:
        np.testing.assert_allclose(
            theirs.predict(rows), ours.predict(rows), rtol=1e-12, atol=1e-12
        )
    return theirs


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_four_activations_of_scikit_learn_convert_and_no_other(activation):
    model = short(activation=activation).fit(X, Y)
    if str(model.network_.layers[0].act) in ("identity", "logistic", "tanh", "relu"):
        assert_same(model, X)
    else:
        with pytest.raises(ValueError, match=f"has no activation {activation}"):
            model.to_sklearn()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_losses_of_scikit_learn_convert_and_no_other(loss):
    target = LOSSES.make(loss).target
    if target in ("real", "counts"):
        rows = WAVE[0]
        model = brief(loss=loss).fit(*COUNTS)
    else:
        rows = X
        model = short(loss=loss).fit(X, Y)
    same = {"squared_error", "logistic_cross_entropy"}
    if "loss" in neural_network.MLPRegressor().get_params():
        same.add("poisson")
    if loss in same:
        assert_same(model, rows)
    else:
        with pytest.raises(ValueError, match=f"has no loss {loss}"):
            model.to_sklearn()


@pytest.mark.parametrize(
    "data", [(X, NAMES), IRIS, (X, LABELS)], ids=["names", "three", "labels"]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_classes_of_any_kind_convert_and_learn_on(data, dtype):
    rows = data[0].astype(dtype)
    model = short(activation=["tanh", "tanh"], hidden_layer_sizes=(5, 4), dropout=0.1)
    model.fit(rows, data[1])
    if dtype is np.float64:
        theirs = assert_same(model, rows)
    else:
        theirs = model.to_sklearn()
        np.testing.assert_allclose(
            theirs.predict_proba(rows), model.predict_proba(rows), atol=1e-6
        )
    before = [W.copy() for W in model.coefs_]
    theirs.partial_fit(rows, data[1])
    assert not np.array_equal(theirs.coefs_[0], before[0])
    assert all(map(np.array_equal, model.coefs_, before))
    assert theirs.fit(rows, data[1]).n_iter_ == model.max_iter


@pytest.mark.parametrize("data", [VALUES, TWO], ids=["one", "two"])
@pytest.mark.parametrize("hidden", [(), (6,), (5, 4)], ids=str)
def test_values_are_predicted_in_their_own_units_and_learned_on(data, hidden):
    model = brief(hidden_layer_sizes=hidden, normalize_y=True).fit(*data)
    theirs = assert_same(model, data[0])
    loss = theirs.partial_fit(*data).loss_
    assert np.isfinite(loss)


@their_loss
def test_a_count_learned_on_is_a_count():
    theirs = assert_same(brief(loss="poisson").fit(*COUNTS), WAVE[0])
    assert theirs.loss == "poisson"


def test_parameters_that_both_have_are_kept_and_others_left_at_their_default():
    model = short(
        solver="nadam",
        learning_rate="cosine",
        learning_rate_init="auto",
        alpha=0.5,
        activation="sigmoid",
        l1=0.1,
    ).fit(X, Y)
    theirs = assert_same(model, X)
    assert (theirs.solver, theirs.learning_rate) == ("adam", "constant")
    assert theirs.learning_rate_init == model.learning_rate_init_
    assert (theirs.alpha, theirs.activation) == (0.5, "logistic")
    assert theirs.loss_curve_ == model.loss_curve_
    assert classifier().fit(X, Y).to_sklearn().solver == "lbfgs"


@pytest.mark.parametrize(
    ("model", "data", "reason"),
    [
        (short(), (X, COLUMNS), "learns one column of classes"),
        (short(), (X, np.zeros(120)), "a single class two columns"),
        (
            short(hidden_layer_sizes=(3, 3), activation=["tanh", "relu"]),
            (X, Y),
            "its hidden layers have different activations",
        ),
        (short(loss="log_loss:smoothing=0.1"), (X, Y), "smoothing=0.1"),
        (brief(loss="quantiles"), VALUES, "has no loss quantiles"),
        (brief(loss="huber:delta=2.0"), VALUES, "has no loss huber:delta=2.0"),
    ],
    ids=["columns", "one class", "activations", "smoothing", "quantiles", "huber"],
)
def test_what_scikit_learn_cannot_compute_is_refused_with_the_reason(
    model, data, reason
):
    with pytest.raises(ValueError, match=f"cannot predict the same: .*{reason}"):
        model.fit(*data).to_sklearn()


def test_an_estimator_without_a_fit_has_nothing_to_convert():
    with pytest.raises(NotFittedError):
        MLPRegressor().to_sklearn()
    assert not hasattr(MLPClassifier(), "_label_binarizer")


@pytest.mark.parametrize(
    "y", [NAMES, Y, LABELS, IRIS[1]], ids=["names", "two", "labels", "three"]
)
def test_the_binarizer_that_tools_read_is_scikit_learns(y):
    rows = IRIS[0] if len(y) == 150 else X
    ours = short().fit(rows, y)._label_binarizer
    theirs = neural_network.MLPClassifier(max_iter=1).fit(rows, y)._label_binarizer
    assert np.array_equal(ours.classes_, theirs.classes_)
    assert ours.y_type_ == theirs.y_type_
    assert np.array_equal(ours.transform(y), theirs.transform(y))


def test_columns_of_classes_have_no_binarizer():
    assert not hasattr(short().fit(X, COLUMNS), "_label_binarizer")


def test_a_binarizer_set_by_hand_names_the_classes():
    fitted = short().fit(X, NAMES)
    model = short()
    model.coefs_ = [W.copy() for W in fitted.coefs_]
    model.intercepts_ = [b.copy() for b in fitted.intercepts_]
    model._label_binarizer = LabelBinarizer().fit(["full", "new"])
    np.testing.assert_allclose(
        model.predict_proba(X), fitted.predict_proba(X), rtol=1e-12
    )
    assert set(model.predict(X)) <= {"full", "new"}


# Exports to ONNX, where the exporter is installed


def exported(model, rows, skl2onnx):
    """What a program that runs ONNX alone says of the rows."""
    onnxruntime = pytest.importorskip("onnxruntime")
    rows = rows.astype(np.float32)
    options = {"zipmap": False} if hasattr(model, "predict_proba") else None
    made = skl2onnx.to_onnx(model, rows[:1], options=options)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    return session.run(None, {session.get_inputs()[0].name: rows})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "data"),
    [
        (short(activation="tanh"), (X, Y)),
        (short(), (X, NAMES)),
        (short(activation="logistic"), IRIS),
        (brief(normalize_y=True), VALUES),
    ],
    ids=["two", "names", "three", "values"],
)
def test_a_pipeline_is_exported_through_scikit_learns_class(model, data):
    skl2onnx = pytest.importorskip("skl2onnx")
    pipe = make_pipeline(StandardScaler(), model).fit(*data)
    pipe.steps[-1] = ("network", pipe[-1].to_sklearn())
    found = exported(pipe, data[0], skl2onnx)
    if isinstance(model, MLPClassifier):
        assert np.array_equal(found[0], pipe.predict(data[0]))
        np.testing.assert_allclose(found[1], pipe.predict_proba(data[0]), atol=1e-5)
    else:
        np.testing.assert_allclose(found[0][:, 0], pipe.predict(data[0]), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("y", [Y, NAMES, LABELS], ids=["two", "names", "labels"])
def test_the_exporters_own_converter_reads_our_classifier(y):
    """Once it is told that ours is to be converted as scikit-learn's is."""
    skl2onnx = pytest.importorskip("skl2onnx")
    from skl2onnx.operator_converters import multilayer_perceptron
    from skl2onnx.shape_calculators import linear_classifier

    skl2onnx.update_registered_converter(
        MLPClassifier,
        "HalfmoonMLPClassifier",
        linear_classifier.calculate_linear_classifier_output_shapes,
        multilayer_perceptron.convert_sklearn_mlp_classifier,
        options={
            "zipmap": [True, False, "columns"],
            "output_class_labels": [False],
            "nocl": [False],
        },
    )
    model = short(activation="tanh").fit(X, y)
    labels, probabilities = exported(model, X, skl2onnx)
    assert np.array_equal(labels, model.predict(X))
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)
