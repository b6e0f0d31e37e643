"""Callbacks of an estimator's fit.

scikit-learn's own (its 1.9 protocol), lines printed as it prints them, and its end of
an "adaptive" learning rate.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from halfmoon.components.schedules import Progress, Schedule
from halfmoon.estimators.reading import Call, Rows
from halfmoon.network import Network
from halfmoon.training.run import Run


class Bridge:
    """A training callback that passes each epoch on to scikit-learn's callbacks.

    An epoch is a task of its own below `fit`.

    `fitted` gives a run's fitted attributes; it is called only by callbacks that want
    a fitted estimator.
    """

    def __init__(
        self,
        estimator: Any,
        call: Call,
        rows: Rows,
        epochs: int,
        fitted: Callable[[Run], dict[str, Any]],
    ) -> None:
        self.root = estimator._init_callback_context(max_subtasks=epochs)
        weighed = call.sample_weight is not None
        self.task = {
            "estimator": estimator,
            "X": rows.X,
            "y": rows.y,
            "metadata": {"sample_weight": rows.w} if weighed else None,
        }
        self.fitted = fitted
        self.left = epochs
        self.root.call_on_fit_task_begin(**self.task)
        self.epoch = self._begin()

    def _begin(self) -> Any:
        self.left -= 1
        if self.left < 0:
            return None
        epoch = self.root.subcontext(task_name="epoch")
        return epoch.call_on_fit_task_begin(**self.task)

    def __call__(self, network: Network, run: Run) -> bool:
        """After an epoch: that task ends, and the next begins."""
        wants_stop = self.epoch.call_on_fit_task_end(
            **self.task, reconstruction_attributes=lambda: self.fitted(run)
        )
        self.epoch = self._begin()
        return bool(wants_stop)

    def close(self, run: Run) -> None:
        """The epoch that was begun and never ran ends, and so does the fit."""
        if self.epoch is not None:
            self.epoch.call_on_fit_task_end(estimator=self.task["estimator"])
        self.root.call_on_fit_task_end(
            **self.task, reconstruction_attributes=lambda: self.fitted(run)
        )


def print_epoch(network: Network, run: Run) -> None:
    """Print the epoch's loss, and score, in scikit-learn's words."""
    epoch = run.epoch - run.epochs_before_fit
    print(f"Iteration {epoch}, loss = {run.history.last('loss'):.8f}")  # noqa: T201
    score = run.history.last("validation_score")
    if not np.isnan(score):
        print(f"Validation score: {score:f}")  # noqa: T201


def stop_at_slowest(schedule: Schedule) -> Callable[[Network, Run], str]:
    """A callback that stops a fit ("rate") whose adaptive rate cannot fall any more.

    As in scikit-learn: where a rate of 1e-6 or less would be divided.
    """

    def stop(network: Network, run: Run) -> str:
        history = run.history
        rate = history.last("learning_rate")
        if rate > 1e-6:
            return ""
        column = "loss"
        sign = 1.0
        for name, its_sign in (("validation_loss", 1.0), ("validation_score", -1.0)):
            if not np.isnan(history.last(name)):
                column = name
                sign = its_sign
        monitor = sign * history.since(column, run.epochs_before_fit)
        first_rate = history.since("learning_rate", run.epochs_before_fit)[0]
        next_rate = schedule.factor(Progress(0, 0.0, 0, None, monitor)) * first_rate
        return "rate" if next_rate < 0.9 * rate else ""

    return stop
