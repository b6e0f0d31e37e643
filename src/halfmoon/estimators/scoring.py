"""How validation rows are scored: accuracy or R2, or any of scikit-learn's scorers."""

import copy
import inspect
from numbers import Real
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring

from halfmoon.arrays.elementary import Array
from halfmoon.estimators.request import scored_by_loss
from halfmoon.estimators.targets import Targets
from halfmoon.network import Network
from halfmoon.training.run import Score


def score_of(
    estimator: Any, targets: Targets, network: Network, learning_rate: float
) -> Score | None:
    """The score by which a fit of `network` stops; None where that is the loss.

    Predictions that are not finite score NaN, which is never the best.
    """
    if scored_by_loss(estimator):
        return None
    loss = network.loss
    scorer: Score | None = None
    if estimator.scoring is not None:
        scorer = _scorer_of(estimator, targets, network, learning_rate)

    def score(y_hat: Array, y: Array, w: Array, X: Any) -> float:
        if not np.isfinite(y_hat).all():
            return np.nan
        if scorer is None:
            return targets.score(loss, y_hat, y, w)
        return scorer(y_hat, y, w, X)

    if estimator.scoring is not None:  # for messages
        score.__name__ = getattr(estimator.scoring, "__name__", str(estimator.scoring))
    return score


def _scorer_of(
    estimator: Any, targets: Targets, network: Network, learning_rate: float
) -> Score:
    """A scikit-learn scorer as training wants it.

    It is asked about an estimator that has just predicted y_hat.
    """
    scorer = check_scoring(estimator, scoring=estimator.scoring)
    takes_weights = "sample_weight" in inspect.signature(scorer).parameters
    view = copy.copy(estimator)
    view.targets_ = targets
    view.learning_rate_init_ = learning_rate
    vars(view).pop("feature_names_in_", None)  # training's rows are plain arrays

    def score(y_hat: Array, y: Array, w: Array, X: Any) -> float:
        view.network_ = Answer(network, X, y_hat)
        weighed = takes_weights and (w != w[0]).any()
        options = {"sample_weight": w} if weighed else {}
        value = scorer(view, X, view.targets_.decode(y), **options)
        if not isinstance(value, Real):
            raise ValueError(
                f"scoring must give a number; {estimator.scoring!r} gave {value!r}."
            )
        return float(value)

    return score


class Answer:
    """A network in training that need not predict again what it has just predicted."""

    def __init__(self, network: Network, X: Any, y_hat: Array) -> None:
        self.network = network
        self.X = X
        self.y_hat = y_hat

    def __getattr__(self, name: str) -> Any:
        return getattr(self.network, name)

    def __reduce__(self) -> Any:
        """A copy or a pickle is one of the network."""
        return copy.copy, (self.network,)

    def predict(self, X: Any) -> Array:
        """The predictions for these rows, or others."""
        return self.y_hat if X is self.X else self.network.predict(X)
