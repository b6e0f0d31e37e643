"""What a fit leaves on an estimator: scikit-learn's fitted attributes, and ours."""

from typing import Any

import numpy as np

from halfmoon.components.losses import (
    LogisticCrossEntropy,
    Poisson,
    SoftmaxCrossEntropy,
)
from halfmoon.estimators.parameters import Parameters
from halfmoon.network import Network
from halfmoon.training.loop import Run

_LINKS: dict[type, str] = {
    SoftmaxCrossEntropy: "softmax",
    LogisticCrossEntropy: "logistic",
    Poisson: "exp",
}


def attributes(
    p: Parameters, network: Network, run: Run, before: int
) -> dict[str, Any]:
    """The fitted attributes, scikit-learn's and ours; `before` epochs had been done
    when this call began.
    """
    history = run.history
    epochs = run.epoch - before
    curve, losses, scores = (
        history[name] for name in ("loss", "validation_loss", "validation_score")
    )
    validated = not np.isnan(losses).all()
    scores = -losses if p._judges_by_loss() else scores
    if run.stopped == "diverged" and epochs < p.max_iter:  # the epoch that broke
        epochs += 1
        curve, losses, scores = (
            np.append(column, np.nan) for column in (curve, losses, scores)
        )
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
        "best_loss_": None
        if validated
        else float(np.fmin.reduce(curve, initial=np.inf)),
        "validation_scores_": scores.tolist() if validated else None,
        "validation_loss_curve_": losses.tolist() if validated else None,
        "best_validation_score_": None if run.best is None else -run.best.monitor,
        "best_epoch_": None if run.best is None else run.best.epoch,
        "stopped_": run.stopped,
        "engine_": run.engine,
        "n_threads_": run.threads,
    }


def _link(network: Network) -> str:
    """scikit-learn's name for what turns scores into predictions; where it has none,
    the loss's.
    """
    z = np.arange(network.k, dtype=network.dtype)[None]
    usual = "identity" if np.array_equal(network.loss.link(z), z) else str(network.loss)
    return _LINKS.get(type(network.loss), usual)
