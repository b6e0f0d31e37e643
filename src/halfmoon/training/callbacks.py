"""Callbacks: functions (network, run) -> stop?, called after each epoch.

One that speaks scikit-learn's protocol too may be given to an estimator:
``MLPClassifier().set_callbacks(Recorder())``.
"""

from copy import copy
from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.training.run import Run


class Recorder:
    """A callback that keeps the weights of every few epochs.

    Given to an estimator that has validation rows, it keeps at each epoch the best
    weights up to then, which are those that a fit ending there would leave.

    Parameters
    ----------
    every : int
        It keeps the weights of every `every`-th epoch.
    most : int
        Beyond so many epochs every second one is dropped, and from then on half as many
        are kept.

    Attributes
    ----------
    weights : dict
        The weights (size,) of each epoch that is kept.
    epochs : list of int
        The epochs that are kept.

    Examples
    --------
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
        """A copy of a network or an estimator with the weights that it had.

        Parameters
        ----------
        fitted : Network or estimator
            The one that was watched.
        epoch : int
            After which epoch; ValueError where its weights were not kept.

        Returns
        -------
        Network or estimator
            The copy; `fitted` stays as it is.
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
        """Keep the weights after an epoch of `train`."""
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
        """A fit begins, or goes on.

        Parameters
        ----------
        estimator : estimator
            The one that is fitted.
        context : CallbackContext
            scikit-learn's: the task, and where it stands in the fit.
        """

    def teardown(self, estimator: Any, context: Any) -> None:
        """A fit has ended.

        Parameters
        ----------
        estimator : estimator
            The one that is fitted.
        context : CallbackContext
            scikit-learn's: the task, and where it stands in the fit.
        """

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """A task begins: the fit itself, or an epoch.

        Parameters
        ----------
        estimator : estimator
            The one that is fitted.
        context : CallbackContext
            scikit-learn's: the task, and where it stands in the fit.
        """

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """A task has ended; the weights of an epoch are kept.

        Parameters
        ----------
        estimator : estimator
            The one that is fitted.
        context : CallbackContext
            scikit-learn's: the task, and where it stands in the fit.
        fitted_estimator : estimator, optional
            The estimator as a fit ending here would leave it.
        """
        if context.task_name == "epoch" and fitted_estimator is not None:
            self._keep(fitted_estimator.history_.total, fitted_estimator.network_.theta)
