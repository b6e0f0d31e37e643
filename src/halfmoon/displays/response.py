"""What a model predicts, as numbers that a surface can show."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network

METHODS = ("predict_proba", "decision_function", "predict")


def leads(response: Array) -> Array:
    """Each class's lead over the best of the others (..., C), from (..., C).

    Above 0 where the class is predicted, 0 where two classes tie.
    """
    ranked = np.sort(response, axis=-1)
    best = ranked[..., -1:]
    runner_up = ranked[..., -2:-1]
    return response - np.where(response == best, runner_up, best)


def probabilities(model: Any, X: Array) -> Array:
    """Each class's probability (n, C), by a Network or anything with `predict_proba`.

    Raises ValueError for a network that does not tell classes apart.
    """
    if not isinstance(model, Network):
        return np.asarray(model.predict_proba(X))
    target = model.loss.target
    if target != "classes" and not (target == "labels" and model.k == 1):
        raise ValueError(
            "Only networks that tell classes apart have probabilities to draw; this "
            f"one has {model.loss}."
        )
    y_hat = model.predict(X)
    if y_hat.shape[1] == 1:
        return np.hstack([1.0 - y_hat, y_hat])
    return y_hat


def predicted_values(estimator: Any, rows: Any) -> Array:
    """A regressor's predictions (m,); ValueError for one with several outputs."""
    values = np.asarray(estimator.predict(rows), dtype=float)
    if values.ndim != 1:
        raise ValueError(
            "A surface needs one output, and this regressor has "
            f"{values.shape[1]}; fit one for each."
        )
    return values


def choose_method(estimator: Any, method: str) -> str:
    """The method that answers: the one asked for, or with "auto" the first there is."""
    has = [name for name in METHODS if hasattr(estimator, name)]
    if is_regressor(estimator):
        has = ["predict"]
    if method not in ("auto", *has) or not has:
        raise ValueError(
            f"response_method must be 'auto' or what {type(estimator).__name__} has "
            f"({', '.join(has) or 'nothing that predicts'}); got {method!r}."
        )
    if method == "auto":
        return has[0]
    return method


def predicted_leads(estimator: Any, rows: Any, method: str) -> tuple[Array, Any]:
    """Each class's lead (m, C) over the best of the others, and the C classes.

    Estimators without classes, of clusters or outliers, have the values that they
    predict for classes. Raises ValueError for fewer than two classes, and for
    classifiers that give several labels a row.
    """
    response: Any = getattr(estimator, method)(rows)
    classes = getattr(estimator, "classes_", None)
    if classes is None:  # clusters, outliers
        method = "predict"
        response = np.asarray(estimator.predict(rows))
        classes = np.unique(response)
    if len(classes) < 2:
        raise ValueError(
            "A surface needs two classes or more; this classifier knows "
            f"{list(classes)} only."
        )
    if _gives_several_labels(response, classes, method):
        raise ValueError(
            "A surface needs one label a row, and this classifier gives several; fit "
            "one for each."
        )
    if method == "predict":
        response = (response[:, None] == classes).astype(float)
    elif response.ndim == 1:
        response = np.column_stack([-response, response]) / 2.0
    return leads(response), classes


def _gives_several_labels(response: Any, classes: Any, method: str) -> bool:
    if isinstance(classes, list):
        return True
    if np.shape(response)[1:] not in ((), np.shape(classes)):
        return True
    if method != "predict_proba":
        return False
    return not np.allclose(response.sum(axis=1), 1.0, atol=1e-3)


def class_indices(y: Any, classes: Any, n: int) -> NDArray[np.intp]:
    """The index of each row's class (n,); ValueError for what is no class."""
    y = np.asarray(y)
    if y.shape != (n,) or not np.isin(y, classes).all():
        raise ValueError(
            f"y must be {n} values, of the classes {list(classes)}; got shape "
            f"{y.shape}, and values such as {np.unique(y)[:5]}."
        )
    return np.searchsorted(classes, y)


def target_values(y: Any, n: int) -> Array:
    """The rows' own values (n,), as numbers."""
    y = np.asarray(y)
    if y.shape != (n,):
        raise ValueError(
            f"y must be {n} values, numbers; got shape {y.shape}, and values such as "
            f"{np.unique(y)[:5]}."
        )
    return y.astype(float)
