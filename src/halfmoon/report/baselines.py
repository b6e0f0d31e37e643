"""Other methods on the same rows: what is a score worth if the simplest reaches it?

    dummy      always the same answer: the shares of the classes, or the mean
    linear     logistic or ridge regression on standardised numbers and 0/1 columns
    boosting   scikit-learn's gradient boosting of trees, with its defaults

They read the values that the model's schema has read, none of them the network's own
encoding. A date is its day, and points on the circles of the day, week, month and year.
Where the model weighs classes, regression and boosting do so, too.
Each is fitted on one thread: several wait for each other where the table is small, or
the cores have other work (measured: 40 times as long).
"""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from halfmoon.arrays.elementary import Array
from halfmoon.tables.dates import CYCLES, circles, days_of

Values = Mapping[str, NDArray[Any]]  # parsed columns (n,) by name
MOST_CATEGORIES = 254  # scikit-learn's trees take 255, one of them for the missing
MOST_CLASSES = 50  # of each class they grow trees of their own
LARGEST = 1e100  # beyond, squares are infinite


class Inputs(NamedTuple):
    """X (n, d), of which the last columns are numbers of categories, NaN if missing."""

    X: Array
    categories: list[int]  # which columns


class Kind(NamedTuple):
    """A method: what it is called, and what makes one for classes or for values."""

    name: str
    label: str
    explanation: str
    make: Callable[[Inputs, int, Any], Any]


class Fitted(NamedTuple):
    """A method's predictions of the test rows, and the seconds that its fit took.

    `predicted` are probabilities (n, C), or values (n,); None where `error` says why
    there are none.
    """

    kind: Kind
    predicted: Array | None
    seconds: float
    error: str | None


def fit_baselines(
    train: Values,
    y: NDArray[Any],
    test: Values,
    classes: int,
    seed: int,
    class_weight: Any = None,
) -> Iterator[Fitted]:
    """Fit each method to the training rows, and predict the test rows, one by one.

    `y` (n,) holds numbers of classes below `classes`, all of which occur, or values if
    `classes` is 0. `class_weight` is as for scikit-learn.
    """
    learned, tried = inputs(train, test)
    for kind in CLASSIFIERS if classes else REGRESSORS:
        started = time.perf_counter()
        predicted = None
        error = None
        if kind.name == "boosting" and classes > MOST_CLASSES:
            error = (
                f"left out, because it grows trees for each of the {classes} classes, "
                "which takes long"
            )
        else:
            try:
                model = kind.make(learned, seed, class_weight)
                predicted = _predict(model, learned, y, tried, bool(classes))
            except Exception as failure:  # a baseline that fails costs no report
                error = f"could not be fitted: {str(failure).splitlines()[0]}"
        yield Fitted(kind, predicted, time.perf_counter() - started, error)


def _predict(
    model: Any, learned: Inputs, y: NDArray[Any], tried: Inputs, is_classifier: bool
) -> Array:
    with threadpool_limits(1), warnings.catch_warnings():
        # what it has to say is not about our model
        warnings.simplefilter("ignore")
        model.fit(learned.X, y)
        predict = model.predict_proba if is_classifier else model.predict
        return np.asarray(predict(tried.X), dtype=np.float64)


def inputs(train: Values, test: Values) -> tuple[Inputs, Inputs]:
    """Parsed columns as numbers: categories by their numbers in the training rows."""
    names = [name for name, column in train.items() if column.dtype.kind == "O"]
    numbers = [name for name in train if name not in names]
    parts = [
        [part for name in numbers for part in _of_numbers(table[name])]
        for table in (train, test)
    ]
    if names:
        coder = OrdinalEncoder(
            max_categories=MOST_CATEGORIES,
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            encoded_missing_value=np.nan,
        )
        with warnings.catch_warnings():  # of categories that are new
            warnings.simplefilter("ignore")
            parts[0].append(coder.fit_transform(_texts(train, names)))
            parts[1].append(coder.transform(_texts(test, names)))
    X, X_test = (np.column_stack(part) for part in parts)
    is_category = np.arange(X.shape[1]) >= X.shape[1] - len(names)
    holds = ~np.isnan(X).all(axis=0)  # scikit-learn's trees stop at an empty column
    categories = np.flatnonzero(is_category[holds]).tolist()
    return Inputs(X[:, holds], categories), Inputs(X_test[:, holds], categories)


def _texts(table: Values, names: list[str]) -> NDArray[Any]:
    return np.column_stack([table[name] for name in names])


def _of_numbers(column: NDArray[Any]) -> list[Array]:
    """A column of numbers as it is; a date's day and circles, NaN where missing."""
    if column.dtype.kind != "M":
        return [np.clip(column.astype(np.float64), -LARGEST, LARGEST)]
    points = circles(column, tuple(CYCLES))
    points[np.isnat(column)] = np.nan
    return [days_of(column), points]


# The methods


def _scaled(data: Inputs) -> Any:
    """Numbers standardised, missing ones the mean and marked; categories as 0 and 1."""
    numbers = [j for j in range(data.X.shape[1]) if j not in data.categories]
    return ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(
                    SimpleImputer(add_indicator=True),
                    StandardScaler(),
                ),
                numbers,
            ),
            ("categories", OneHotEncoder(handle_unknown="ignore"), data.categories),
        ]
    )


def _logistic(data: Inputs, seed: int, class_weight: Any) -> Any:
    regression = LogisticRegression(max_iter=300, class_weight=class_weight)
    return make_pipeline(_scaled(data), regression)


def _ridge(data: Inputs, seed: int, class_weight: Any) -> Any:
    return make_pipeline(_scaled(data), Ridge())


def _same_classes(data: Inputs, seed: int, class_weight: Any) -> Any:
    return DummyClassifier(strategy="prior")


def _same_value(data: Inputs, seed: int, class_weight: Any) -> Any:
    return DummyRegressor(strategy="mean")


def _boosted_classes(data: Inputs, seed: int, class_weight: Any) -> Any:
    return HistGradientBoostingClassifier(
        categorical_features=data.categories,
        class_weight=class_weight,
        random_state=seed,
    )


def _boosted_values(data: Inputs, seed: int, class_weight: Any) -> Any:
    return HistGradientBoostingRegressor(
        categorical_features=data.categories, random_state=seed
    )


BOOSTING = (
    "gradient boosting",
    "Hundreds of small decision trees, each of which mends what those before it got "
    "wrong (scikit-learn's HistGradientBoosting, with its defaults).",
)
CLASSIFIERS = (
    Kind(
        "dummy",
        "always the most frequent class",
        "It knows the shares of the classes, and no column.",
        _same_classes,
    ),
    Kind(
        "linear",
        "logistic regression",
        "A weighted sum of the columns, as a probability.",
        _logistic,
    ),
    Kind("boosting", *BOOSTING, _boosted_classes),
)
REGRESSORS = (
    Kind(
        "dummy",
        "always the mean",
        "It knows the mean of the training rows, and no column.",
        _same_value,
    ),
    Kind("linear", "ridge regression", "A weighted sum of the columns.", _ridge),
    Kind("boosting", *BOOSTING, _boosted_values),
)
