"""Onlookers of an estimator's fit: scikit-learn's callbacks (its 1.9 protocol), and
lines printed as it prints them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from halfmoon.components.schedules import Progress
from halfmoon.network import Network
from halfmoon.training.loop import Run


class Bridge:
    """A training callback that tells scikit-learn's callbacks of each epoch, as a task
    of its own below `fit`.

    `fitted` gives a run's fitted attributes; it is asked only by callbacks that want a
    fitted estimator.
    """

    def __init__(
        self,
        estimator: Any,
        rows: Any,
        weighed: bool,
        epochs: int,
        fitted: Callable[[Run], dict[str, Any]],
    ) -> None:
        self.root = estimator._init_callback_context(max_subtasks=epochs)
        metadata = {"sample_weight": rows.w} if weighed else None
        self.told = {
            "estimator": estimator,
            "X": rows.X,
            "y": rows.y,
            "metadata": metadata,
        }
        self.fitted = fitted
        self.left = epochs
        self.root.call_on_fit_task_begin(**self.told)
        self.epoch = self._begin()

    def _begin(self) -> Any:
        self.left -= 1
        if self.left < 0:
            return None
        return self.root.subcontext(task_name="epoch").call_on_fit_task_begin(
            **self.told
        )

    def __call__(self, network: Network, run: Run) -> bool:
        """After an epoch: that task ends, and the next begins."""
        made = dict(self.told, reconstruction_attributes=lambda: self.fitted(run))
        stop = bool(self.epoch.call_on_fit_task_end(**made))
        self.epoch = self._begin()
        return stop

    def close(self, run: Run) -> None:
        """The epoch that was begun and never ran ends, and so does the fit."""
        if self.epoch is not None:
            self.epoch.call_on_fit_task_end(estimator=self.told["estimator"])
        self.root.call_on_fit_task_end(
            **self.told, reconstruction_attributes=lambda: self.fitted(run)
        )


def report(network: Network, run: Run) -> None:
    """Print the epoch's loss, and score, in scikit-learn's words."""
    print(f"Iteration {run.epoch - run.origin}, loss = {run.history['loss'][-1]:.8f}")  # noqa: T201
    score = run.history["validation_score"][-1]
    if not np.isnan(score):
        print(f"Validation score: {score:f}")  # noqa: T201


def slow_enough(estimator: Any) -> Callable[[Network, Run], str]:
    """Stops ("rate") where learning_rate="adaptive" would divide a rate of 1e-6 or
    less, as scikit-learn's does.
    """

    def stop(network: Network, run: Run) -> str:
        score = run.history["validation_score"]
        column = -score if not np.isnan(score[-1]) else run.history["validation_loss"]
        monitor = run.history["loss"] if np.isnan(column[-1]) else column
        rate = run.history["learning_rate"]
        factor = estimator._schedule().factor(
            Progress(0, 0.0, 0, None, monitor[run.origin :])
        )
        return (
            "rate"
            if rate[-1] <= 1e-6 and factor * rate[run.origin] < 0.9 * rate[-1]
            else ""
        )

    return stop
