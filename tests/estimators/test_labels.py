"""What y means: classes, labels, columns, values; their weights, units and scores."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from imblearn.utils import estimator_checks as imbalanced
from sklearn.datasets import make_classification
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier as Theirs
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.class_weight import compute_sample_weight

from halfmoon import MLPClassifier, MLPRegressor, datasets
from small import (
    COLUMNS,
    IRIS,
    LABELS,
    NAMES,
    WAVE,
    X2,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    regressor,
    same_fit,
    short,
    their_weights,
    theta,
    unfinished,
)

pytestmark = one_thread


W = 0.5 + np.arange(120) % 3


SMOOTH = {"alpha": 0.1, "activation": "tanh"}


# One of two, one of several


@unfinished
def test_string_labels_come_back():
    model = classifier(**SMOOTH).fit(X, NAMES)
    assert model.classes_.tolist() == ["full", "new"]
    assert set(model.predict(X)) == {"full", "new"}
    assert model.score(X, NAMES) == (model.predict(X) == NAMES).mean() > 0.95
    assert np.array_equal(model.predict(X) == "new", model.predict_proba(X)[:, 1] > 0.5)


@pytest.mark.parametrize(
    "labels",
    [
        NAMES.astype(object),
        NAMES.tolist(),
        Y == 1,
        Y.astype(np.float32),
        Y.astype(np.uint8),
        -5 * Y,
        pd.Series(NAMES),
        pd.Series(NAMES, dtype="category"),
        pd.Series(Y, index=range(1000, 1120)),
    ],
    ids=[
        "object",
        "list",
        "bool",
        "float",
        "uint8",
        "negative",
        "series",
        "category",
        "index",
    ],
)
@unfinished
def test_labels_may_be_of_any_type(labels):
    """The same fit, whatever the two classes are called, up to which of them comes
    first.
    """
    model = short().fit(X, labels)
    known = np.unique(np.asarray(labels))
    assert model.classes_.tolist() == known.tolist()
    numbers = (np.asarray(labels) == known[1]).astype(int)
    assert np.array_equal(
        numbers, Y if known[0] == np.asarray(labels)[Y == 0][0] else 1 - Y
    )
    expected = short().fit(X, numbers).predict_proba(X)
    assert np.array_equal(model.predict_proba(X), expected)
    assert model.predict(X).dtype == model.classes_.dtype
    assert np.array_equal(
        model.predict(X), model.classes_[(expected[:, 1] > 0.5).astype(int)]
    )
    assert (
        model.score(X, labels) == (model.predict(X) == np.asarray(labels)).mean() > 0.5
    )


OBJECTS = {
    "whole numbers": (Y.astype(object), Y),
    "booleans": ((Y == 1).astype(object), Y == 1),
    "numbers": ((2.0 * Y).astype(object), 2.0 * Y),
    "decimals": (np.array([Decimal(int(k)) for k in Y]), Y.astype(float)),
    "a bool among them": (np.array([bool(Y[0]), *Y[1:]], dtype=object), Y),
    "nullable": (pd.Series(Y, dtype="Int64"), Y),
    "nullable booleans": (pd.Series(Y == 1, dtype="boolean"), Y == 1),
    "nullable columns": (pd.DataFrame(LABELS).astype("Int64"), LABELS),
}


@pytest.mark.parametrize(("y", "plain"), OBJECTS.values(), ids=OBJECTS)
@unfinished
def test_numbers_among_objects_are_labels(y, plain):
    model = short(early_stopping=True).fit(X, y)
    known = short(early_stopping=True).fit(X, plain)
    assert same_fit(model, known)
    assert model.predict(X).dtype == known.predict(X).dtype
    assert model.score(X, y) == known.score(X, plain)


GAPS = {
    "None": np.array([None, *Y[1:]], dtype=object),
    "None among text": np.array([None, *NAMES[1:]], dtype=object),
    "NaN among text": np.array([np.nan, *NAMES[1:]], dtype=object),
    "a list of text": [None, *NAMES[1:].tolist()],
    "NaN in a list of text": [np.nan, *NAMES[1:].tolist()],
    "NaN": np.array([np.nan, *Y[1:]]),
    "NA": pd.Series([None, *Y[1:].tolist()], dtype="Int64"),
    "NA among text": pd.Series([None, *NAMES[1:]], dtype="string"),
    "categories": pd.Series([None, *NAMES[1:]], dtype="category"),
    "polars": pl.Series([None, *Y[1:].tolist()]),
    "text of polars": pl.Series([None, *NAMES[1:].tolist()]),
    "pyarrow": pa.array([None, *Y[1:].tolist()]),
    "NaT": np.array(["NaT", *["2020-01-01"] * 119], dtype="datetime64[D]"),
    "mask": np.ma.array(Y, mask=np.arange(120) == 0),
    "a column": pd.DataFrame({"p": [None, *NAMES[1:]], "q": NAMES}),
}


@pytest.mark.parametrize("y", GAPS.values(), ids=GAPS)
@unfinished
def test_rows_without_a_label_or_value_are_counted(y):
    words = "is missing in 1 of 120 rows; fill it, or leave out those rows"
    for model in (short(), brief()):
        with pytest.raises(ValueError, match=f"^y {words}"):
            model.fit(X, y)
        truth = Y.astype(float)
        with pytest.raises(ValueError, match=f"^y_val {words}"):
            model.fit(X, truth, X_val=X, y_val=y)
        with pytest.raises(ValueError, match=f"^y {words}"):
            model.fit(X, truth).score(X, y)


@pytest.mark.parametrize(
    ("y", "kinds"),
    [
        (np.array(["a", *Y[1:]], dtype=object), "int64, str"),
        (pd.Series(pd.date_range("2020", periods=120, tz="UTC")), "Timestamp"),
    ],
    ids=["mixed", "dates with a zone"],
)
def test_objects_that_are_neither_all_numbers_nor_all_text_are_refused(y, kinds):
    with pytest.raises(
        ValueError, match=rf"y holds objects \({kinds}\); make them all"
    ):
        short().fit(X, y)


@unfinished
def test_values_to_stop_by_are_called_y_val():
    with pytest.raises(ValueError, match="y_val must hold numbers; got <U4"):
        brief().fit(*WAVE, X_val=WAVE[0][:120], y_val=NAMES)
    with pytest.raises(ValueError, match="y_val must have 1 columns, as before; got 2"):
        brief().fit(*WAVE, X_val=WAVE[0], y_val=np.column_stack([WAVE[1]] * 2))


@pytest.mark.parametrize("classes", [{0, 1}, frozenset((1, 0)), range(2), iter((0, 1))])
@unfinished
def test_all_classes_may_be_a_set(classes):
    model = short().partial_fit(X, Y, classes=classes)
    assert same_fit(model, short().partial_fit(X, Y, classes=[0, 1]))
    assert model.classes_.tolist() == [0, 1]


@pytest.mark.parametrize(
    "classes", [2, "ab", [], [0, None], [0, float("nan")]], ids=repr
)
def test_what_is_no_list_of_labels_is_refused(classes):
    with pytest.raises(ValueError, match="classes must be a list of all labels"):
        short().partial_fit(X, Y, classes=classes)


@unfinished
def test_two_classes_have_one_output_and_two_probabilities():
    model = classifier().fit(X, Y)
    assert model.network_.k == model.n_outputs_ == 1
    assert str(model.network_.loss) == "logistic_cross_entropy"
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0, rtol=1e-12)


@unfinished
def test_two_classes_with_two_outputs_as_in_the_tutorial():
    model = classifier(loss="softmax_cross_entropy", **SMOOTH).fit(X, Y)
    assert model.network_.k == 2
    assert model.predict_proba(X).shape == (120, 2)
    assert model.score(X, Y) > 0.95


@unfinished
def test_one_output_and_two_outputs_are_the_same_model():
    """Without penalty and hidden layers the best sigmoid is the best softmax of two
    scores, and unique.
    """
    one = classifier(hidden_layer_sizes=(), alpha=0.0, tol=1e-9).fit(X, Y)
    two = classifier(
        hidden_layer_sizes=(), alpha=0.0, tol=1e-9, loss="softmax_cross_entropy"
    ).fit(X, Y)
    np.testing.assert_allclose(one.predict_proba(X), two.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("names", [[0, 1, 2], [-5, 0, 7], ["c", "a", "b"]], ids=str)
@unfinished
def test_several_classes(names):
    labels = np.array(names)[IRIS[1]]
    model = classifier(alpha=0.1).fit(IRIS[0], labels)
    assert model.classes_.tolist() == sorted(names)
    assert model.score(IRIS[0], labels) > 0.97
    proba = model.predict_proba(IRIS[0])
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-12)
    assert np.array_equal(model.classes_[proba.argmax(axis=1)], model.predict(IRIS[0]))


@pytest.mark.parametrize("only", [0, 3, "new", True], ids=repr)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@unfinished
def test_one_class_is_predicted_with_certainty(solver, only):
    y = np.full(120, only)
    model = MLPClassifier((4,), solver=solver, max_iter=30, random_state=0).fit(X, y)
    assert model.classes_.tolist() == [only]
    assert np.array_equal(model.predict(X), y)
    assert np.array_equal(model.predict_proba(X), np.ones((120, 1)))
    assert np.array_equal(model.predict_log_proba(X), np.zeros((120, 1)))
    assert model.score(X, y) == 1.0
    assert model.out_activation_ == "softmax"


@unfinished
def test_one_class_of_two_that_were_announced_is_not_one_class():
    model = short().partial_fit(X, np.zeros(120, int), classes=[0, 1])
    assert model.predict_proba(X).shape == (120, 2)


@unfinished
def test_log_probabilities_are_the_logarithms_and_stay_finite():
    for data in ((X, NAMES), IRIS, (X, LABELS)):
        model = short(max_iter=30).fit(*data)
        np.testing.assert_allclose(
            np.exp(model.predict_log_proba(data[0])),
            model.predict_proba(data[0]),
            rtol=1e-9,
        )
    model = short().fit(X, NAMES)
    model.coefs_ = [1e3 * weights for weights in model.coefs_]
    assert (model.predict_proba(X) == 0.0).any()
    assert np.isfinite(model.predict_log_proba(X)).all()
    parts = short(max_iter=30).fit(X, COLUMNS)
    for log, proba in zip(
        parts.predict_log_proba(X), parts.predict_proba(X), strict=True
    ):
        np.testing.assert_allclose(np.exp(log), proba, rtol=1e-9)


@pytest.mark.parametrize(
    "data",
    [(X, Y), IRIS, (X, LABELS), (X, COLUMNS)],
    ids=["two", "three", "labels", "columns"],
)
@unfinished
def test_label_smoothing_goes_with_every_kind_of_labels(data):
    """Smoothed by s, a fit without penalty that knows each row tends to 1 - s + s/C,
    and no further.
    """
    smooth, sharp = (
        short(loss=f"log_loss{end}").fit(*data) for end in (":smoothing=0.2", "")
    )
    assert smooth.network_.loss.smoothing == 0.2
    assert type(smooth.network_.loss) is type(sharp.network_.loss)
    options = {
        "hidden_layer_sizes": (30,),
        "alpha": 0.0,
        "activation": "tanh",
        "max_iter": 300,
    }
    tables = (
        classifier(**options, loss="log_loss:smoothing=0.2")
        .fit(data[0][::10], data[1][::10])
        .predict_proba(data[0][::10])
    )
    for table in tables if isinstance(tables, list) else [tables]:
        kinds = 2 if data[1] is LABELS else table.shape[1]
        assert table.max() == pytest.approx(0.8 + 0.2 / kinds, abs=0.02)


# Several labels at once


@pytest.mark.parametrize(
    "options",
    [{}, {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}],
)
@unfinished
def test_several_labels_at_once(options):
    model = short(max_iter=20, activation="tanh", **options).fit(X, LABELS)
    assert model.predict(X).shape == model.predict_proba(X).shape == (120, 3)
    assert (
        model.score(X, LABELS) == (model.predict(X) == LABELS).all(axis=1).mean() > 0.2
    )
    assert np.array_equal(model.predict_proba(X) > 0.5, model.predict(X) == 1)
    assert model.classes_.tolist() == [0, 1, 2]
    assert (model.n_outputs_, model.out_activation_) == (3, "logistic")


@unfinished
def test_sparse_labels_are_labels():
    model = short().fit(X, scipy.sparse.csr_array(LABELS))
    assert same_fit(model, short().fit(X, LABELS))
    assert model.score(X, scipy.sparse.csr_matrix(LABELS)) == model.score(X, LABELS)


@unfinished
def test_labels_of_one_row_are_labels():
    """One row of ones is as much an answer to three questions as many rows are."""
    model = short().fit(X, LABELS)
    assert model.score(X[:1], np.ones((1, 3), int)) in (0.0, 1.0)
    model = short(warm_start=True).fit(X, LABELS)
    assert model.fit(X[:40], np.ones((40, 3), int)).t_ == 6 * 160


# Columns of classes


@unfinished
def test_columns_of_classes_are_learned_together():
    model = short(max_iter=200, activation="tanh", learning_rate_init=0.03).fit(
        X, COLUMNS
    )
    assert [known.tolist() for known in model.classes_] == [
        ["full", "new"],
        ["left", "middle", "right"],
    ]
    predicted = model.predict(X)
    assert predicted.shape == (120, 2)
    assert predicted.dtype == COLUMNS.dtype
    assert ((predicted == COLUMNS).mean(axis=0) > 0.9).all()
    assert model.score(X, COLUMNS) == (predicted == COLUMNS).all(axis=1).mean()
    for j, table in enumerate(model.predict_proba(X)):
        np.testing.assert_allclose(table.sum(axis=1), 1.0, rtol=1e-12)
        assert np.array_equal(model.classes_[j][table.argmax(axis=1)], predicted[:, j])
    assert (model.n_outputs_, model.out_activation_) == (5, "softmax")


@unfinished
def test_columns_of_classes_without_hidden_layer_are_single_fits_side_by_side():
    """Nothing is shared then, and each column's best fit is unique."""
    options = {"hidden_layer_sizes": (), "alpha": 1.0, "tol": 1e-9, "loss": "log_loss"}
    together = classifier(**options).fit(X, COLUMNS).predict_proba(X)
    options["loss"] = "softmax_cross_entropy"  # as many outputs as classes
    for j in range(2):
        alone = classifier(**options).fit(X, COLUMNS[:, j]).predict_proba(X)
        np.testing.assert_allclose(together[j], alone, atol=1e-4)


@unfinished
def test_columns_may_be_numbers_or_a_frame_of_words():
    numbers = np.column_stack([Y, np.digitize(X[:, 0], [0.0, 1.0])])
    model = short().fit(X, numbers)
    assert [known.tolist() for known in model.classes_] == [[0, 1], [0, 1, 2]]
    frame = pd.DataFrame(COLUMNS, columns=["phase", "place"])
    words = short().fit(X, frame)
    assert np.array_equal(theta(words), theta(short().fit(X, COLUMNS)))
    assert words.score(X, frame) == words.score(X, COLUMNS)


@unfinished
def test_a_column_with_one_class_is_refused():
    with pytest.raises(
        ValueError,
        match=r"Column 1 of y has one class only, .*left.*; leave that column out",
    ):
        short().fit(X, np.column_stack([COLUMNS[:, 1], np.full(120, "left")]))


# Values


@unfinished
def test_several_values_at_once():
    x, y = WAVE
    both = np.column_stack([y, 3.0 - y])
    model = regressor(activation="tanh", hidden_layer_sizes=(20,)).fit(x, both)
    assert model.predict(x).shape == (150, 2)
    assert model.score(x, both) > 0.9
    np.testing.assert_allclose(model.predict(x).sum(axis=1), 3.0, atol=0.2)


@unfinished
def test_one_column_of_values_is_a_vector():
    with pytest.warns(DataConversionWarning, match="column-vector") as recorded:
        model = brief().fit(WAVE[0], WAVE[1][:, None])
    assert {warning.filename for warning in recorded} == {__file__}
    assert np.array_equal(model.predict(WAVE[0]), brief().fit(*WAVE).predict(WAVE[0]))
    assert model.predict(WAVE[0]).shape == (150,)


@pytest.mark.parametrize(
    "y",
    [(100 * WAVE[1]).astype(int), WAVE[1].astype(object), WAVE[1].tolist()],
    ids=type,
)
@unfinished
def test_values_may_be_of_any_number_type(y):
    assert np.array_equal(
        theta(brief().fit(WAVE[0], y)), theta(brief().fit(WAVE[0], np.array(y, float)))
    )


@unfinished
def test_quantiles_give_a_column_for_each_level_and_do_not_cross():
    model = regressor(loss="quantiles:levels=0.1/0.5/0.9", activation="tanh").fit(*WAVE)
    low, middle, high = model.predict(WAVE[0]).T
    assert (low < middle).all()
    assert (middle < high).all()
    assert 0.0 < (WAVE[1] < low).mean() < 0.3 < (WAVE[1] < high).mean()
    pinball = [
        np.maximum(q * (WAVE[1] - p), (q - 1.0) * (WAVE[1] - p))
        for q, p in zip((0.1, 0.5, 0.9), (low, middle, high), strict=True)
    ]
    assert model.score(*WAVE) == pytest.approx(-np.mean(pinball), rel=1e-12)
    assert model.score(*WAVE, np.arange(150)) == pytest.approx(
        -np.average(np.mean(pinball, axis=0), weights=np.arange(150)), rel=1e-12
    )


@unfinished
def test_counts_have_a_log_link():
    counts = np.random.default_rng(0).poisson(np.exp(WAVE[1]))
    predicted = regressor(loss="poisson").fit(WAVE[0], counts).predict(WAVE[0])
    assert (predicted > 0.0).all()
    # Poisson regression keeps the mean
    assert predicted.mean() == pytest.approx(counts.mean(), rel=1e-2)
    with pytest.raises(ValueError, match=r"y must lie in \[0, inf\]"):
        regressor(loss="poisson").fit(WAVE[0], counts - 5)


# What is refused


@pytest.mark.parametrize(
    ("model", "y", "says"),
    [
        (classifier(), X[:, 0], "Unknown label type"),
        (classifier(loss="squared_error"), Y, "does not fit these labels"),
        (
            classifier(loss="logistic_cross_entropy"),
            np.arange(120) % 3,
            "does not fit these labels",
        ),
        (
            classifier(loss="logistic_cross_entropy"),
            np.zeros(120),
            "does not fit these labels",
        ),
        (
            classifier(loss="softmax_cross_entropy"),
            LABELS,
            "does not fit these labels; use 'log_loss'",
        ),
        (
            classifier(loss="softmax_cross_entropy"),
            COLUMNS,
            "does not fit these labels; use 'log_loss'",
        ),
        (
            classifier(loss="softmax_cross_entropy:sizes=3/2"),
            COLUMNS,
            "does not fit these labels",
        ),
        (regressor(loss="softmax_cross_entropy"), Y, "is for classes"),
        (regressor(loss="log_loss"), Y, "is for classes"),
        (regressor(), NAMES, "y must hold numbers; got .* A classifier takes labels"),
        (classifier(), Y[:5], "inconsistent numbers of samples"),
        (classifier(), np.where(Y == 1, np.nan, 0.0), "y is missing in 60 of 120 rows"),
        (regressor(), np.where(Y == 1, np.inf, 0.0), "infinity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@unfinished
def test_what_cannot_be_learned_is_refused(model, y, says):
    with pytest.raises(ValueError, match=says):
        model.fit(X, y)


@pytest.mark.parametrize(
    "y", [NAMES, COLUMNS, LABELS], ids=["classes", "columns", "labels"]
)
@unfinished
def test_a_score_wants_as_many_labels_as_rows(y):
    model = short().fit(X, y)
    assert 0.0 <= model.score(X, y) <= 1.0
    with pytest.raises(ValueError, match=r"120 rows|inconsistent|y has 7"):
        model.score(X, y[:7])


@unfinished
def test_columns_are_scored_with_weights_as_one_is():
    said = set()
    for y in (NAMES, COLUMNS):
        model = short().fit(X, y)
        is_right = (np.reshape(model.predict(X) == y, (len(X), -1))).all(axis=1)
        assert model.score(X, y, sample_weight=is_right) == 1.0
        with pytest.raises((ValueError, ZeroDivisionError)) as error:
            model.score(X, y, sample_weight=np.zeros(len(X)))
        said.add(str(error.value))
    assert len(said) == 1


# Weights of classes

FACTORS = {"full": 2.5, "new": 0.5}


def by_hand(weights):
    """The rows' weights that belong to a class_weight of NAMES."""
    return compute_sample_weight(weights, NAMES)


@pytest.mark.parametrize("w", [None, W], ids=["alike", "weighted"])
@pytest.mark.parametrize("weights", [FACTORS, {"full": 3.0}], ids=str)
@pytest.mark.parametrize(
    "options",
    [{}, {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}],
)
@unfinished
def test_class_weights_are_weights_of_rows(options, weights, w):
    """The same bits as with the weights given by hand, and with scikit-learn's
    compute_sample_weight.
    """
    rows = by_hand(weights) * (1.0 if w is None else w)
    assert rows[Y == 0][0] == weights["full"] * (1.0 if w is None else w[Y == 0][0])
    one = short(class_weight=weights, alpha=1.0, **options)
    other = short(alpha=1.0, **options)
    assert same_fit(one.fit(X, NAMES, w), other.fit(X, NAMES, rows))
    assert not np.array_equal(
        theta(one), theta(short(alpha=1.0, **options).fit(X, NAMES, w))
    )


@pytest.mark.parametrize("data", [(X, NAMES), IRIS], ids=["two", "three"])
@unfinished
def test_balanced_weights_are_scikit_learns(data):
    x = data[0][: len(data[0]) * 3 // 4]
    y = data[1][: len(data[0]) * 3 // 4]
    rows = compute_sample_weight("balanced", y)
    assert len(set(rows)) > 1
    assert same_fit(short(class_weight="balanced").fit(x, y), short().fit(x, y, rows))


@unfinished
def test_balanced_weights_count_rows_by_their_weights():
    """Rows of weight 2 count twice, so the classes' sums of weights become equal."""
    model = short(class_weight="balanced").fit(X, NAMES, W)
    sums = np.array([W[c == Y].sum() for c in (0, 1)])
    rows = W * (W.sum() / (2.0 * sums))[Y]
    assert rows[Y == 0].sum() == pytest.approx(rows[Y == 1].sum())
    np.testing.assert_allclose(
        theta(model), theta(short().fit(X, NAMES, rows)), rtol=1e-10, atol=1e-12
    )


@their_weights
@unfinished
def test_class_weights_agree_with_scikit_learns_sample_weights():
    options = {
        "hidden_layer_sizes": (),
        "solver": "lbfgs",
        "alpha": 1.0,
        "tol": 1e-8,
        "random_state": 0,
    }
    ours = MLPClassifier(**options, class_weight=FACTORS).fit(X, NAMES)
    theirs = Theirs(**options).fit(X, NAMES, sample_weight=by_hand(FACTORS))
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6
    )


@unfinished
def test_a_heavy_class_is_predicted_more_often():
    light, heavy = (
        short(max_iter=40, class_weight={"new": f}).fit(X, NAMES) for f in (0.1, 10.0)
    )
    assert (light.predict(X) == "new").sum() < 60 < (heavy.predict(X) == "new").sum()


@unfinished
def test_labels_have_weights_of_their_own():
    """A list has a dict for each label; without hidden layers each label is as in a fit
    of its own.
    """
    options = {"hidden_layer_sizes": (), "alpha": 1.0, "tol": 1e-9}
    given = [{1: 5.0}, None, {0: 2.0, 1: 2.0}]
    weighted = classifier(**options, class_weight=given).fit(X, LABELS).predict_proba(X)
    plain = classifier(**options).fit(X, LABELS).predict_proba(X)
    for j, weights in enumerate(given):
        alone = (
            classifier(**options, class_weight=weights)
            .fit(X, LABELS[:, j])
            .predict_proba(X)[:, 1]
        )
        np.testing.assert_allclose(weighted[:, j], alone, atol=1e-4)
        assert (np.abs(weighted[:, j] - plain[:, j]).max() > 0.02) == (
            weights is not None
        )


@unfinished
def test_one_dict_holds_for_all_labels_and_all_columns():
    options = {"class_weight": {0: 1.0, 1: 3.0}}
    assert same_fit(
        short(**options).fit(X, LABELS),
        short(class_weight=[{0: 1.0, 1: 3.0}] * 3).fit(X, LABELS),
    )
    assert not np.array_equal(
        theta(short(**options).fit(X, LABELS)), theta(short().fit(X, LABELS))
    )
    both = np.column_stack([NAMES, np.roll(NAMES, 7)])
    listed = short(class_weight=[FACTORS, FACTORS]).fit(X, both)
    assert same_fit(short(class_weight=FACTORS).fit(X, both), listed)


@unfinished
def test_balanced_labels_are_balanced_label_by_label():
    """By hand: n / (2 n_yes) and n / (2 n_no) for each label."""
    yes = LABELS.mean(axis=0)
    listed = [{0: 0.5 / (1.0 - share), 1: 0.5 / share} for share in yes]
    one = short(class_weight="balanced").fit(X, LABELS)
    other = short(class_weight=listed).fit(X, LABELS)
    np.testing.assert_allclose(theta(one), theta(other), rtol=1e-9, atol=1e-12)


@unfinished
def test_weights_of_columns_multiply():
    """As in scikit-learn's compute_sample_weight for several columns."""
    given = [FACTORS, {"left": 3.0, "middle": 1.0, "right": 0.5}]
    rows = compute_sample_weight(given, COLUMNS)
    assert rows.max() == 7.5
    assert same_fit(
        short(class_weight=given).fit(X, COLUMNS, W), short().fit(X, COLUMNS, rows * W)
    )
    balanced = compute_sample_weight("balanced", COLUMNS)
    assert same_fit(
        short(class_weight="balanced").fit(X, COLUMNS),
        short().fit(X, COLUMNS, balanced),
    )


@unfinished
def test_class_weights_hold_in_single_passes():
    one = (
        short(class_weight=FACTORS)
        .partial_fit(X, NAMES, classes=["full", "new"])
        .partial_fit(X2, NAMES[:60])
    )
    other = short().partial_fit(X, NAMES, by_hand(FACTORS), classes=["full", "new"])
    other.partial_fit(X2, NAMES[:60], by_hand(FACTORS)[:60])
    assert same_fit(one, other)


@unfinished
def test_class_weights_weigh_validation_rows_too():
    """Losses and scores are weighted as the fit is."""
    held = {"X_val": X2, "y_val": NAMES[:60]}
    one = short(class_weight=FACTORS).fit(X, NAMES, **held)
    other = short().fit(
        X, NAMES, by_hand(FACTORS), **held, sample_weight_val=by_hand(FACTORS)[:60]
    )
    assert same_fit(one, other)
    assert one.validation_scores_ == other.validation_scores_
    assert np.array_equal(
        one.history_["validation_loss"], other.history_["validation_loss"]
    )


@unfinished
def test_a_weight_of_0_leaves_a_class_out():
    model = short(class_weight={"full": 0.0}).fit(X, NAMES)
    assert same_fit(model, short().fit(X, NAMES, Y.astype(float)))


@pytest.mark.parametrize(
    ("weights", "y", "says"),
    [
        (
            {"full": 2.0, "other": 1.0},
            NAMES,
            r"\['other'\], not among the classes .*new",
        ),
        ({"ful": 1.0, "new": 1.0}, NAMES, r"does not name \['full'\]; name all"),
        ({1: 3.0, 2: 1.0}, LABELS, r"\[2\], not among the classes \[0, 1\]"),
        ([FACTORS, FACTORS], NAMES, "list of 1"),
        ([FACTORS], COLUMNS, "list of 2"),
        ({"full": -1.0}, NAMES, "weights"),
        ({"full": np.nan}, NAMES, "weights"),
        ({"full": 0.0, "new": 0.0}, NAMES, "weights"),
        ("even", NAMES, "'class_weight' parameter of MLPClassifier must be"),
        (3.0, NAMES, "'class_weight' parameter"),
    ],
    ids=lambda value: "" if isinstance(value, np.ndarray) else str(value),
)
@unfinished
def test_class_weights_that_cannot_be_are_refused(weights, y, says):
    with pytest.raises(ValueError, match=says):
        short(class_weight=weights).fit(X, y)


@unfinished
def test_a_class_that_a_fold_lacks_may_have_a_weight():
    """A fold of cross-validation may lack a rare class, and a column another's."""
    weights = {**FACTORS, "eclipse": 9.0}
    assert same_fit(
        short(class_weight=weights).fit(X, NAMES),
        short(class_weight=FACTORS).fit(X, NAMES),
    )
    given = {**FACTORS, "left": 3.0, "middle": 1.0, "right": 0.5}
    listed = [FACTORS, {"left": 3.0, "middle": 1.0, "right": 0.5}]
    assert same_fit(
        short(class_weight=given).fit(X, COLUMNS),
        short(class_weight=listed).fit(X, COLUMNS),
    )
    labels = {0: 1.0, 1: 2.0, 2: 7.0}
    assert same_fit(
        short(class_weight=labels).fit(X, LABELS),
        short(class_weight={1: 2.0}).fit(X, LABELS),
    )
    rare = np.repeat([0, 1, 2], [60, 58, 2])
    model = short(class_weight={0: 1.0, 1: 1.0, 2: 5.0})
    scores = cross_val_score(model, X, rare, cv=KFold(3))
    assert np.isfinite(scores).all()


@unfinished
def test_regression_has_no_class_weights():
    with pytest.raises(TypeError, match="class_weight"):
        MLPRegressor(class_weight="balanced")


@unfinished
def test_labels_of_another_type_are_not_scored_as_wrong():
    model = short().fit(X, Y)
    try:
        accuracy_score(Y.astype(str), model.predict(X))
    except (TypeError, ValueError):
        pass
    else:
        pytest.skip("this scikit-learn's accuracy_score scores them so")
    with pytest.raises((TypeError, ValueError), match=r"\w"):
        model.score(X, Y.astype(str))


@unfinished
def test_mixed_columns_are_scored_as_a_list_of_rows_too():
    rows = [
        [str(name), int(k)]
        for name, k in zip(NAMES, np.arange(len(X)) % 3, strict=True)
    ]
    model = MLPClassifier((5,), random_state=0, max_iter=5).fit(X, pd.DataFrame(rows))
    assert model.score(X, rows) == model.score(X, np.array(rows, dtype=object)) > 0.0


@unfinished
def test_dates_are_no_values():
    with pytest.raises(ValueError, match="y must hold numbers; got datetime64"):
        brief().fit(WAVE[0], np.arange(len(WAVE[1])).astype("datetime64[D]"))


@unfinished
def test_weights_of_classes_that_look_like_numbers():
    one = short(class_weight={"0": 1.0, "1": 20.0}).fit(X, Y.astype(str))
    assert np.array_equal(
        one.network_.theta,
        short(class_weight={0: 1.0, 1: 20.0}).fit(X, Y).network_.theta,
    )


@unfinished
def test_a_regressor_says_when_its_quantiles_are_scored_on_other_rows():
    model = MLPRegressor("quantiles", (5,), max_iter=5, random_state=0).fit(*WAVE)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score(WAVE[0], WAVE[1][:5])
    with pytest.raises(ValueError, match="y is missing in 150 of 150 rows"):
        model.score(WAVE[0], np.full(len(WAVE[1]), np.nan))
    with pytest.raises(ValueError, match="150 values that are NaN or infinite"):
        model.score(WAVE[0], np.full(len(WAVE[1]), np.inf))


# Rare classes


@pytest.mark.parametrize("shares", [[0.8, 0.2], [0.8, 0.1, 0.1]], ids=str)
def test_balanced_class_weights_help_the_rare_classes(shares):
    """scikit-learn's check, on the data that its tests once called it with."""
    k = len(shares)
    data = make_classification(
        200, 10, n_classes=k, n_informative=k, weights=shares, random_state=0
    )
    parts = train_test_split(
        StandardScaler().fit_transform(data[0]), data[1], test_size=0.5, random_state=0
    )
    rows, others, labels, truth = parts
    # smooth enough to tell others than the 100 rows
    model = MLPClassifier((10,), solver="lbfgs", alpha=10.0)
    estimator_checks.check_class_weight_balanced_classifiers(
        "ours", model, rows, labels, others, truth, shares
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_class_whose_rows_weigh_nothing_does_not_upset_balanced_class_weights():
    """check_estimator runs this check without class_weight; scikit-learn's SVC and
    decision tree pass it with one.
    """
    model = MLPClassifier(class_weight="balanced")
    estimator_checks.check_classifiers_one_label_sample_weights("MLPClassifier", model)


def test_labels_of_pandas_categories_are_learned_by_their_names():
    imbalanced.check_classifiers_with_encoded_labels(
        "MLPClassifier", MLPClassifier(solver="lbfgs", max_iter=1000)
    )


def test_log_probabilities_are_finite_where_probabilities_are_not():
    for classes in (2, 3):
        rows, labels = datasets.make(
            f"blobs:classes={classes}", n=90, noise=0.05, seed=0
        )
        model = MLPClassifier(
            (4,), "identity", solver="lbfgs", alpha=1e-6, max_iter=5000, random_state=0
        ).fit(rows, labels)
        far = 1000.0 * rows
        assert (model.predict_proba(far) == 0.0).any()
        log = model.predict_log_proba(far)
        assert np.isfinite(log).all()
        np.testing.assert_allclose(
            np.exp(model.predict_log_proba(rows)),
            model.predict_proba(rows),
            rtol=1e-9,
            atol=1e-12,
        )
