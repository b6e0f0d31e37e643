"""Rows to stop by: which are set aside, and how they are scored."""

import copy
import inspect
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import check_scoring
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from halfmoon.arrays.elementary import Array
from halfmoon.estimators.reading import Rows
from halfmoon.network import Network
from halfmoon.training.loop import Score

Places = NDArray[np.int64]


def set_aside(
    rows: Rows, fraction: Any, groups: Any, strata: Any, seed: int
) -> tuple[Places, Places]:
    """The numbers of the rows to learn from, and of those to stop by.

    A share is drawn at random: whole groups, or rows such that each of the `strata`
    keeps its share; a splitter gives its first split. Raises ValueError where fewer
    than 2 rows would be set aside.
    """
    places = np.arange(rows.X.shape[0])
    if hasattr(fraction, "split"):
        learn, stop = next(
            iter(fraction.split(rows.X, rows.y, groups)), (places, places[:0])
        )
    elif groups is not None:
        learn, stop = next(
            GroupShuffleSplit(1, test_size=fraction, random_state=seed).split(
                places, groups=groups
            )
        )
    else:
        learn, stop = train_test_split(
            places, test_size=fraction, random_state=seed, stratify=strata
        )
    if len(stop) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the "
            "size of your dataset."
        )
    return np.asarray(learn), np.asarray(stop)


def score_by(estimator: Any, made: dict[str, Any], network: Network) -> Score | None:
    """What early stopping looks at: accuracy or R2, or any of scikit-learn's scorers;
    None where that is the loss.

    `made` are the fitted attributes so far. Predictions that are not finite score NaN,
    which is never the best.
    """
    if estimator._judges_by_loss():
        return None
    targets = made["targets_"]
    loss = network.loss
    ask = None if estimator.scoring is None else _scorer(estimator, made, network)

    def score(y_hat: Array, y: Array, w: Array, X: Any) -> float:
        if not np.isfinite(y_hat).all():
            return np.nan
        return (
            targets.goodness(loss, y_hat, y, w) if ask is None else ask(y_hat, y, w, X)
        )

    return score


def _scorer(estimator: Any, made: dict[str, Any], network: Network) -> Score:
    """A scikit-learn scorer as training wants it: asked about an estimator that has
    just predicted y_hat.
    """
    scorer = check_scoring(estimator, scoring=estimator.scoring)
    weighs = "sample_weight" in inspect.signature(scorer).parameters
    view = copy.copy(estimator)
    vars(view).update(made)
    vars(view).pop("feature_names_in_", None)  # training's rows are plain arrays

    def score(y_hat: Array, y: Array, w: Array, X: Any) -> float:
        view.network_ = Answer(network, X, y_hat)
        options = {"sample_weight": w} if weighs and (w != w[0]).any() else {}
        found = scorer(view, X, view.targets_.decode(y), **options)
        if not isinstance(found, Real):
            raise ValueError(
                f"scoring must give a number; {estimator.scoring!r} gave {found!r}."
            )
        return float(found)

    return score


class Answer:
    """A network in training that need not predict again what it has just predicted."""

    def __init__(self, network: Network, X: Any, y_hat: Array) -> None:
        self.network = network
        self.X = X
        self.y_hat = y_hat

    def __getattr__(self, name: str) -> Any:
        return getattr(self.network, name)

    def predict(self, X: Any) -> Array:
        """The predictions for these rows, or others."""
        return self.y_hat if X is self.X else self.network.predict(X)
