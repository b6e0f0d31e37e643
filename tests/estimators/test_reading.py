"""Rows as they come in: arrays and frames, dtypes, weights, columns by name."""

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas
import pandas as pd
import polars
import polars as pl
import pyarrow
import pytest

import halfmoon
from halfmoon import MLPClassifier, MLPRegressor
from halfmoon.estimators.reading import read_truth
from small import (
    NAMES,
    X,
    Y,
    brief,
    classifier,
    one_thread,
    out_of_epochs,
    predicted,
    regressor,
    short,
    small,
    theta,
    unfinished,
)

pytestmark = one_thread


OF_LBFGS = {"solver": "lbfgs", "batch_size": "auto", "learning_rate_init": 0.001}


# Columns and their names


@pytest.mark.parametrize(
    "frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"]
)
@unfinished
def test_frames_give_their_columns_names(frame):
    table = frame({"width": X[:, 0], "height": X[:, 1]})
    model = short().fit(table, Y)
    assert model.feature_names_in_.tolist() == ["width", "height"]
    assert np.array_equal(theta(model), theta(short().fit(X, Y)))
    assert np.array_equal(
        model.predict_proba(table), short().fit(X, Y).predict_proba(X)
    )
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame({"height": X[:, 1], "width": X[:, 0]}))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(X)


# Weights and dtypes


def test_whole_sample_weights_count_rows():
    times = np.arange(120) % 3
    rows = np.repeat(np.arange(120), times)
    options = {"hidden_layer_sizes": (), "alpha": 1.0}
    weighted = classifier(**options).fit(X, Y, sample_weight=times)
    counted = classifier(**options).fit(X[rows], Y[rows])
    np.testing.assert_allclose(weighted.coefs_[0], counted.coefs_[0], rtol=1e-6)
    weighted = regressor(**options).fit(X, X[:, 0] ** 2, sample_weight=times)
    counted = regressor(**options).fit(X[rows], X[rows, 0] ** 2)
    np.testing.assert_allclose(weighted.coefs_[0], counted.coefs_[0], rtol=1e-6)


@unfinished
@pytest.mark.parametrize(
    "options", [OF_LBFGS, {}, {"solver": "sgd"}], ids=["lbfgs", "adam", "sgd"]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_datas_dtype_is_kept(dtype, options):
    model = short(**options).fit(X.astype(dtype), Y)
    assert {array.dtype for array in [*model.coefs_, *model.intercepts_]} == {
        np.dtype(dtype)
    }
    assert model.predict_proba(X.astype(dtype)).dtype == dtype
    predictor = brief(**options).fit(X.astype(dtype), X[:, 0])
    assert predictor.predict(X.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("kind", [np.int64, np.float16, np.uint8, ">f8", bool])
@unfinished
def test_other_numbers_become_float64(kind):
    rows = (10.0 * np.abs(X)).astype(kind)
    model = short().fit(rows, Y)
    assert theta(model).dtype == np.float64
    assert np.array_equal(theta(model), theta(short().fit(rows.astype(np.float64), Y)))
    assert np.array_equal(
        model.predict_proba(rows), model.predict_proba(rows.astype(np.float64))
    )


# What is refused


@pytest.mark.parametrize(
    ("w", "says"),
    [
        (np.ones(3), r"sample_weight must have shape \(120,\)"),
        (np.ones((120, 1)), r"sample_weight must have shape \(120,\)"),
        (np.zeros(120), "at least one non-zero"),
        (-np.ones(120), "weights of at least 0"),
        (np.full(120, np.nan), "finite weights"),
        (np.full(120, np.inf), "finite weights"),
    ],
    ids=["short", "column", "zero", "negative", "nan", "infinite"],
)
def test_bad_sample_weights_are_refused(w, says):
    with pytest.raises(ValueError, match=says):
        classifier().fit(X, Y, sample_weight=w)


@pytest.mark.parametrize(
    ("scale", "dtype"),
    [(1e305, float), (1e-310, float), (1e38, np.float32), (1e-44, np.float32)],
)
@unfinished
def test_weights_out_of_range_are_refused(scale, dtype):
    with pytest.raises(ValueError, match="out of range"):
        classifier().fit(X.astype(dtype), Y, np.full(len(X), scale))


each_class = pytest.mark.parametrize(
    "cls", [MLPClassifier, MLPRegressor], ids=lambda cls: cls.__name__
)


def run_python(program, **environment):
    """What a Python of its own says to a program."""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )


# Frames

LIBRARIES = {  # how to make a table of columns, and a column
    "pandas": (pandas.DataFrame, pandas.Series),
    "polars": (polars.DataFrame, polars.Series),
    "pyarrow": (
        pyarrow.table,
        lambda values: pyarrow.chunked_array([values[:50], values[50:]]),
    ),
}


each_library = pytest.mark.parametrize(
    ("frame", "column"), LIBRARIES.values(), ids=LIBRARIES
)


COLUMNS = {"a": X[:, 0], "b": X[:, 1]}


@out_of_epochs
@each_library
@each_class
def test_frames_are_learned_as_their_arrays_are(frame, column, cls):
    truth = NAMES if cls is MLPClassifier else X[:, 1]
    weights = np.arange(120) % 3 + 0.5
    ours = small(cls).fit(frame(COLUMNS), column(truth), sample_weight=column(weights))
    plain = small(cls).fit(X, truth, sample_weight=weights)
    assert ours.feature_names_in_.tolist() == ["a", "b"]
    assert not hasattr(plain, "feature_names_in_")
    assert np.array_equal(theta(ours), theta(plain))
    assert np.array_equal(predicted(ours, frame(COLUMNS)), predicted(plain, X))
    assert set(ours.predict(frame(COLUMNS))) <= set(plain.predict(X))
    assert ours.score(frame(COLUMNS), column(truth), column(weights)) == plain.score(
        X, truth, weights
    )
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        ours.predict(X)


@out_of_epochs
@each_library
def test_frames_of_rows_to_stop_by_are_read_alike(frame, column):
    parts = [
        {name: values[rows] for name, values in COLUMNS.items()}
        for rows in (slice(90), slice(90, None))
    ]
    held = {
        "X_val": frame(parts[1]),
        "y_val": column(NAMES[90:]),
        "sample_weight_val": column(np.ones(30)),
    }
    ours = small(MLPClassifier).fit(frame(parts[0]), column(NAMES[:90]), **held)
    plain = small(MLPClassifier).fit(X[:90], NAMES[:90], X_val=X[90:], y_val=NAMES[90:])
    assert ours.validation_scores_ == plain.validation_scores_
    assert np.array_equal(theta(ours), theta(plain))
    with pytest.raises(
        ValueError, match="must be in the same order as they were in fit"
    ):
        small(MLPClassifier).fit(
            frame(parts[0]),
            column(NAMES[:90]),
            **{**held, "X_val": frame(dict(reversed(parts[1].items())))},
        )


@out_of_epochs
@each_library
def test_groups_may_be_a_column(frame, column):
    groups = np.arange(120) // 4
    options = {"early_stopping": True, "validation_fraction": 0.3}
    ours = small(MLPClassifier, **options).fit(
        frame(COLUMNS), column(NAMES), groups=column(groups)
    )
    plain = small(MLPClassifier, **options).fit(X, NAMES, groups=groups)
    alone = small(MLPClassifier, **options).fit(X, NAMES)
    assert np.array_equal(theta(ours), theta(plain))
    assert not np.array_equal(theta(alone), theta(plain))


@out_of_epochs
@each_library
@pytest.mark.parametrize(
    "method", ["predict", "predict_proba", "predict_log_proba", "hidden_activations"]
)
@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"b": X[:, 1], "a": X[:, 0]}, "must be in the same order as they were in fit"),
        (
            {"a": X[:, 0], "c": X[:, 1]},
            "unseen at fit time:\n- c\n.*yet now missing:\n- b",
        ),
        ({"a": X[:, 0]}, "yet now missing:\n- b"),
    ],
    ids=["other order", "other name", "one missing"],
)
def test_other_columns_than_the_fits_are_refused(frame, column, method, columns, says):
    model = small(MLPClassifier).fit(frame(COLUMNS), column(NAMES))
    with pytest.raises(ValueError, match=says):
        getattr(model, method)(frame(columns))


@out_of_epochs
@each_library
def test_a_pass_over_other_columns_is_refused(frame, column):
    model = small(MLPRegressor).partial_fit(frame(COLUMNS), column(X[:, 1]))
    with pytest.raises(
        ValueError, match="must be in the same order as they were in fit"
    ):
        model.partial_fit(frame({"b": X[:, 1], "a": X[:, 0]}), column(X[:, 1]))


@each_library
@pytest.mark.parametrize(
    ("values", "says"),
    [
        (NAMES, "town"),
        (
            np.where(Y == 1, np.nan, 1.0),
            "NaN or infinity in columns town; remove or fill them",
        ),
        (
            np.where(Y == 1, np.inf, 1.0),
            "NaN or infinity in columns town; remove or fill them",
        ),
        (
            [None, *X[1:, 1].tolist()],
            "NaN or infinity in columns town; remove or fill them",
        ),
    ],
    ids=["text", "nan", "infinity", "null"],
)
def test_what_is_no_number_is_refused_by_its_columns_name(frame, column, values, says):
    with pytest.raises(ValueError, match=says):
        small(MLPClassifier).fit(frame({"a": X[:, 0], "town": values}), column(NAMES))


@out_of_epochs
@each_library
def test_y_may_be_a_frame(frame, column):
    both = {"left": X[:, 0], "right": X[:, 1] ** 2}
    values = small(MLPRegressor).fit(frame(COLUMNS), frame(both))
    assert np.array_equal(
        values.predict(frame(COLUMNS)),
        small(MLPRegressor).fit(X, np.column_stack([*both.values()])).predict(X),
    )
    flags = {"new": Y, "high": (X[:, 1] > 0.3).astype(int)}
    labels = small(MLPClassifier).fit(frame(COLUMNS), frame(flags))
    table = np.column_stack([*flags.values()])
    assert np.array_equal(
        labels.predict(frame(COLUMNS)), small(MLPClassifier).fit(X, table).predict(X)
    )
    assert (
        labels.score(frame(COLUMNS), frame(flags))
        == (labels.predict(frame(COLUMNS)) == table).all(axis=1).mean()
    )


@out_of_epochs
@each_library
@pytest.mark.parametrize(
    "other",
    [np.array(["east", "west", "north"])[np.arange(120) % 3], np.arange(120) % 3],
    ids=["text", "numbers"],
)
def test_several_columns_of_classes_may_be_a_frame(frame, column, other):
    """Columns of one table may be of different types, in a frame as nowhere else."""
    model = small(MLPClassifier).fit(
        frame(COLUMNS), frame({"moon": NAMES, "other": other})
    )
    assert [classes.tolist() for classes in model.classes_] == [
        ["full", "new"],
        sorted(set(other.tolist())),
    ]
    assert set(model.predict(frame(COLUMNS))[:, 0]) <= {"full", "new"}


@out_of_epochs
@pytest.mark.parametrize(
    "labels",
    [
        pandas.Series(NAMES, dtype="category"),
        pandas.Series(NAMES, dtype="string[pyarrow]"),
        pandas.Series(NAMES, index=range(120, 0, -1), dtype=object),
        polars.Series(NAMES, dtype=polars.Categorical),
        pyarrow.array(NAMES).dictionary_encode(),
    ],
    ids=[
        "categories",
        "strings",
        "an index of its own",
        "polars categories",
        "dictionary",
    ],
)
def test_labels_of_any_make_come_back_as_they_were(labels):
    model = small(MLPClassifier, early_stopping=True).fit(X, labels)
    assert np.array_equal(
        theta(model), theta(small(MLPClassifier, early_stopping=True).fit(X, NAMES))
    )
    assert model.classes_.tolist() == ["full", "new"]
    assert model.score(X, labels) == model.score(X, NAMES)


def test_no_library_of_frames_is_imported_by_us():
    imported = set()
    for path in Path(halfmoon.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            imported |= {name.partition(".")[0] for name in names}
    assert "sklearn" in imported
    assert not imported & {"pandas", "polars", "pyarrow"}


@pytest.mark.slow
def test_estimators_work_where_no_library_of_frames_is_installed():
    program = """
        import sys

        class Absent:
            def find_spec(name, path=None, target=None):
                if name.partition(".")[0] in ("pandas", "polars", "pyarrow"):
                    raise ModuleNotFoundError(name)

        sys.meta_path.insert(0, Absent)
        from halfmoon import MLPClassifier, datasets
        X, y = datasets.make("moons", 120, 0.2, 0)
        model = MLPClassifier(
            (6,), solver="lbfgs", early_stopping=True, max_iter=500, random_state=0
        ).fit(X, y)
        print(model.score(X, y) > 0.8, model.predict_proba(X[:3]).shape)
        import pandas
    """
    done = run_python(program)
    assert done.stdout == "True (3, 2)\n"
    assert done.stderr.endswith("ModuleNotFoundError: pandas\n")


def test_a_mask_that_hides_nothing_leaves_a_plain_array():
    """Whatever follows need not know of masks."""
    y = read_truth(np.ma.masked_array([1.0, 2.0], mask=[False, False]))
    assert type(y) is np.ndarray
    assert y.tolist() == [1.0, 2.0]
