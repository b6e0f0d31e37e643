"""What a fit leaves on an estimator."""

from typing import Any, NamedTuple

import numpy as np

from halfmoon.components.initializers import Initializer
from halfmoon.components.losses import (
    LogisticCrossEntropy,
    Poisson,
    SoftmaxCrossEntropy,
)
from halfmoon.estimators.parameters import Parameters
from halfmoon.estimators.request import Architecture, scored_by_loss
from halfmoon.network import Network
from halfmoon.training.run import Run
from halfmoon.training.stopping import Standstill

_LINKS: dict[type, str] = {
    SoftmaxCrossEntropy: "softmax",
    LogisticCrossEntropy: "logistic",
    Poisson: "exp",
}


class LastFit(NamedTuple):
    """What the next call needs to know of the last fit, if it goes on from it."""

    architecture: Architecture
    initializer: Initializer | None
    seed: int  # of shuffles, splits and masks
    found_rate: bool  # whether its learning rate was found
    run: Run | None
    standstill: Standstill = Standstill()  # of the validation rows' score


def fitted_attributes(
    p: Parameters, network: Network, run: Run, before: int
) -> dict[str, Any]:
    """The fitted attributes, scikit-learn's and ours.

    `before` epochs had been done when this call began.
    """
    history = run.history
    epochs = run.epoch - before
    loss = history.last("loss") if len(history) else np.nan
    was_broken_off = run.stopped == "diverged" and epochs < p.max_iter
    if was_broken_off:  # the epoch that broke counts, without a loss
        epochs += 1
        loss = np.nan
    return {
        "network_": network,
        "history_": history,
        "n_iter_": epochs,
        "t_": run.rows,
        "n_layers_": 1 + sum("W" in names for names in network.layout),
        "n_outputs_": network.k,
        "out_activation_": _link(network),
        # it may have been interrupted in its first epoch
        "loss_": float(loss),
        "best_loss_": None if run.validated else run.lowest_loss,
        "best_validation_score_": None if run.best is None else -run.best.monitor,
        "best_epoch_": None if run.best is None else run.best.epoch,
        "stopped_": run.stopped,
        "engine_": run.engine,
        "n_threads_": run.threads,
        "_curves": Curves(run.validated, scored_by_loss(p), was_broken_off),
    }


def has_identity_link(network: Network) -> bool:
    """Whether the raw predictions are the predictions."""
    z = np.arange(network.k, dtype=network.dtype)[None]
    return bool(np.array_equal(network.loss.link(z), z))


class Curves(NamedTuple):
    """How `loss_curve_` and its like are read off the history."""

    validated: bool  # whether there were validation rows
    by_loss: bool  # whether they were scored by their loss
    broken_off: bool  # whether the last epoch diverged, and has no row of its own


class Curve:
    """A fitted attribute that is a column of `history_`, made when it is asked for.

    Whoever sets it sees what was set, until the next fit.
    """

    def __init__(self, column: str, doc: str) -> None:
        self.column = column
        self.__doc__ = doc

    def __get__(self, estimator: Any, owner: type) -> Any:
        """The column as a list; AttributeError before a fit."""
        if estimator is None:
            return self
        if "history_" not in vars(estimator):
            raise AttributeError(f"{owner.__name__} has no curves yet; fit it first.")
        curves: Curves = estimator._curves
        if self.column != "loss" and not curves.validated:
            return None
        column = estimator.history_[self.column]
        if self.column == "validation_score" and curves.by_loss:
            column = -estimator.history_["validation_loss"]
        values: list[float] = column.tolist()
        return [*values, np.nan] if curves.broken_off else values


CURVES = {
    "loss_curve_": Curve("loss", "The objective [R1] of each epoch."),
    "validation_scores_": Curve(
        "validation_score", "The score of the validation rows after each epoch."
    ),
    "validation_loss_curve_": Curve(
        "validation_loss", "The loss of the validation rows after each epoch."
    ),
}


def _link(network: Network) -> str:
    """scikit-learn's name for the link from raw predictions to predictions.

    Where it has none, the loss's name.
    """
    usual = "identity" if has_identity_link(network) else str(network.loss)
    return _LINKS.get(type(network.loss), usual)
