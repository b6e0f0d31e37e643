"""Onlookers while a network trains. A callback is any function (network, run) -> stop?,
told after each epoch.

What speaks scikit-learn's protocol too may be given to an estimator:
``MLPClassifier().set_callbacks(Recorder())``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.training.loop import Run


class Recorder:
    """Keeps the weights of every `every`-th epoch; beyond `most` of them every second
    one is dropped.

    Of an estimator with rows to stop by it keeps the best weights up to then: what a
    fit that ended there leaves.

    >>> from halfmoon import Network, datasets, train
    >>> recorder = Recorder(every=10)
    >>> X, y = datasets.make("moons")
    >>> run = train(Network.dense([2, 3, 2]), X, y, epochs=100, callbacks=[recorder])
    >>> recorder.epochs
    [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    """

    def __init__(self, every: int = 1, most: int = 200) -> None:
        if every < 1 or most < 2:
            raise ValueError(
                f"every must be at least 1 and most at least 2; got {every} and {most}."
            )
        self.every = every
        self.most = most
        self.spacing = every
        self.weights: dict[int, Array] = {}  # by epoch

    @property
    def epochs(self) -> list[int]:
        """The epochs whose weights are kept."""
        return list(self.weights)

    def at(self, fitted: Any, epoch: int) -> Any:
        """A copy of the network, or of the estimator, with the weights it had after an
        epoch.
        """
        if epoch not in self.weights:
            raise ValueError(
                f"The weights of epoch {epoch} were not kept; there are those of "
                f"{self.epochs}."
            )
        then = copy(fitted)
        network = then if isinstance(fitted, Network) else copy(fitted.network_)
        network.theta = self.weights[epoch].copy()
        if network is not then:
            then.network_ = network
        return then

    def __call__(self, network: Network, run: Run) -> None:
        """After an epoch of `train`."""
        self._keep(run.epoch, run.current)

    def _keep(self, epoch: int, theta: Array) -> None:
        if self.weights and epoch <= max(self.weights):  # another fit has begun
            self.weights = {}
            self.spacing = self.every
        if epoch % self.spacing == 0:
            self.weights[epoch] = theta.copy()
        if len(self.weights) > self.most:
            self.spacing *= 2
            self.weights = {
                epoch: theta
                for epoch, theta in self.weights.items()
                if epoch % self.spacing == 0
            }

    # scikit-learn's protocol

    def setup(self, estimator: Any, context: Any) -> None:
        """A fit begins, or goes on."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """It has ended."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """A task begins, the fit itself or an epoch."""

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """A task has ended; epochs are kept."""
        if context.task_name == "epoch" and fitted_estimator is not None:
            self._keep(len(fitted_estimator.history_), fitted_estimator.network_.theta)


@contextmanager
def progress_bar(label: str, epochs: int) -> Iterator[Callable[[Run], None]]:
    """A bar on the terminal for ``train(..., progress=bar)``; silent where output is
    not a terminal.

    It is told after each block of updates (about 50 ms), so it costs nothing that could
    be measured.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda run: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    loss = TextColumn("{task.fields[loss]}")
    with Progress(*columns, loss, console=console, transient=True) as bars:
        task = bars.add_task(label, total=epochs, loss="")

        def told(run: Run) -> None:
            if run.epoch:
                bars.update(
                    task,
                    completed=run.epoch,
                    loss=f"loss {run.history['loss'][-1]:.4f}",
                )

        yield told
