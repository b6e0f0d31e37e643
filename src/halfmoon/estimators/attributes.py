"""What a fit leaves on an estimator, and how it comes back where a fit fails."""

from collections.abc import Iterator
from contextlib import contextmanager
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

_READ_OFF_X = ("n_features_in_", "feature_names_in_")
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


def fitted_attributes(
    p: Parameters, network: Network, run: Run, before: int
) -> dict[str, Any]:
    """The fitted attributes, scikit-learn's and ours.

    `before` epochs had been done when this call began.
    """
    history = run.history
    epochs = run.epoch - before
    curve = history["loss"]
    losses = history["validation_loss"]
    scores = -losses if scored_by_loss(p) else history["validation_score"]
    validated = not np.isnan(losses).all()
    best_loss = None
    if not validated:
        best_loss = float(np.fmin.reduce(curve, initial=np.inf))
    if run.stopped == "diverged" and epochs < p.max_iter:  # the epoch that broke
        epochs += 1
        curve = np.append(curve, np.nan)
        losses = np.append(losses, np.nan)
        scores = np.append(scores, np.nan)
    return {
        "network_": network,
        "history_": history,
        "n_iter_": epochs,
        "t_": run.rows,
        "n_layers_": 1 + sum("W" in names for names in network.layout),
        "n_outputs_": network.k,
        "out_activation_": _link(network),
        "loss_curve_": curve.tolist(),
        # it may have been interrupted in its first epoch
        "loss_": float(curve[-1]) if len(curve) else np.nan,
        "best_loss_": best_loss,
        "validation_scores_": scores.tolist() if validated else None,
        "validation_loss_curve_": losses.tolist() if validated else None,
        "best_validation_score_": None if run.best is None else -run.best.monitor,
        "best_epoch_": None if run.best is None else run.best.epoch,
        "stopped_": run.stopped,
        "engine_": run.engine,
        "n_threads_": run.threads,
    }


def has_identity_link(network: Network) -> bool:
    """Whether the raw predictions are the predictions."""
    z = np.arange(network.k, dtype=network.dtype)[None]
    return bool(np.array_equal(network.loss.link(z), z))


def _link(network: Network) -> str:
    """scikit-learn's name for the link from raw predictions to predictions.

    Where it has none, the loss's name.
    """
    usual = "identity" if has_identity_link(network) else str(network.loss)
    return _LINKS.get(type(network.loss), usual)


# A fit that fails


@contextmanager
def unchanged_if_it_fails(estimator: Any) -> Iterator[None]:
    """Leave the estimator as it was before, if what is done inside fails.

    Its weights, its run, and what was read off the data come back; Ctrl-C counts as a
    failure too.
    """
    attributes = vars(estimator)
    columns = {name: attributes[name] for name in _READ_OFF_X if name in attributes}
    network = attributes.get("network_")
    theta = None if network is None else network.theta.copy()
    run = attributes["_last"].run if "_last" in attributes else None
    checkpoint = None if run is None else run.checkpoint()
    try:
        yield
    except BaseException:
        for name in _READ_OFF_X:
            attributes.pop(name, None)
        attributes.update(columns)
        if network is not None:
            network.theta = theta
        if run is not None and checkpoint is not None:
            run.restore(checkpoint)
        raise
