"""The network inside a fitted estimator, with the names of its inputs and outputs."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


class Fitted(NamedTuple):
    """What `read_fitted` finds in an estimator, a Pipeline or a search."""

    model: Any  # the network's estimator
    steps_before: Pipeline | None  # what a Pipeline does to its inputs
    inputs: list[str]
    outputs: list[str]


def read_fitted(estimator: Any, attribute: str) -> Fitted:
    """The network that ends an estimator, Pipeline or search, and the names around it.

    Raises NotFittedError before `fit`, and ValueError for an estimator that has no such
    `attribute`.
    """
    check_is_fitted(estimator)
    model = getattr(estimator, "best_estimator_", estimator)
    steps_before = None
    if isinstance(model, Pipeline):
        steps_before = model[:-1]
        model = model[-1]
    if not hasattr(model, attribute):
        raise ValueError(
            f"{type(model).__name__} has no {attribute}; give a fitted MLPClassifier "
            "or MLPRegressor, or a Pipeline that ends in one."
        )
    inputs = _input_names(model, steps_before)
    return Fitted(model, steps_before, inputs, _output_names(model))


def numbered(d: int) -> list[str]:
    """scikit-learn's names for columns that have none."""
    return [f"x{i}" for i in range(d)]


def _input_names(model: Any, steps_before: Pipeline | None) -> list[str]:
    names = getattr(model, "feature_names_in_", None)
    if names is None and steps_before is not None:
        try:
            names = steps_before.get_feature_names_out()
        except (AttributeError, ValueError):  # a step that names no columns
            names = None
    if names is None:
        return numbered(model.n_features_in_)
    return list(map(str, names))


def _output_names(model: Any) -> list[str]:
    k = model.coefs_[-1].shape[1]
    classes = getattr(model, "classes_", None)
    if classes is not None and np.ndim(classes[0]) == 0:
        return list(map(str, classes[-k:]))  # one output is the second class's
    if k == 1:
        return ["prediction"]
    return [f"prediction {i}" for i in range(k)]
