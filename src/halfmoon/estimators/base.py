"""`fit`, from a call to fitted attributes: what both estimators share.

    fit -> Call -> Request -> Work -> Settings -> Problem -> Run -> chunk of updates

A `Call` holds the arguments of `fit` (`reading`). The parameters are resolved into a
`Request` (`request`). `Work` holds rows that are checked (`reading`), with validation
rows set aside (`splitting`), what y means (`targets`), and the network. From there on
it is training's: `Settings` (`training.settings`), the `Problem` that an engine solves
(`engines.contract`), and the `Run` (`training.run`), whose updates are made in chunks
(`training.loop`). What came of it becomes attributes (`attributes`).
"""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from halfmoon.estimators.attributes import (
    LastFit,
    fitted_attributes,
    unchanged_if_it_fails,
)
from halfmoon.estimators.callbacks import Bridge, print_epoch, stop_at_slowest
from halfmoon.estimators.reading import Call, Data, Rows, encode, read
from halfmoon.estimators.request import (
    Architecture,
    Request,
    first_network,
    resolve,
    uses_updates,
)
from halfmoon.estimators.scoring import score_of
from halfmoon.estimators.splitting import check_validation, split
from halfmoon.estimators.versions import CallbackSupportMixin, with_callbacks
from halfmoon.estimators.weights import Weights, set_weights
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.rate_finder import find_learning_rate
from halfmoon.training.run import Run
from halfmoon.training.settings import Settings
from halfmoon.training.stopping import standstill
from halfmoon.training.train import NotFiniteError, train
from halfmoon.training.warn import warn


class Work(NamedTuple):
    """What one call is to do, ready to begin."""

    network: Network
    architecture: Architecture
    run: Run | None  # one that goes on
    epochs_before: int  # that it has done
    seed: int  # of shuffles, splits and masks
    targets: Any  # Labels or Values
    rows: Rows  # to learn from, as the user gave them
    data: Data  # the same as the network reads them
    validation: Data | None


def makes_passes(estimator: Any) -> bool:
    """Whether `partial_fit` is there; AttributeError where it is not.

    Solvers that need the whole objective at once cannot make a single pass.
    """
    if not uses_updates(estimator):
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


class MLP(CallbackSupportMixin, Weights):  # type: ignore[misc]
    """What classifier and regressor share."""

    history_: History

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: ArrayLike | None = None,
        groups: Any = None,
        coefs_init: Any = None,
        intercepts_init: Any = None,
    ) -> Self:
        """Learn from rows X and their y.

        With validation rows, given or set aside by ``early_stopping=True``, the best
        epoch's weights stay. A fit that fails leaves the estimator as it was.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows to learn from.
        y : array of shape (n,) or (n, columns)
            Their labels or values.
        sample_weight : array of shape (n,), default=None
            The rows' weights: a row of weight 2 counts as the row twice.
        X_val : array, data frame or sparse matrix of shape (m, d), default=None
            Validation rows.
        y_val : array of shape (m,) or (m, columns), default=None
            Their labels or values.
        sample_weight_val : array of shape (m,), default=None
            Their weights.
        groups : array of shape (n,), default=None
            Group of each row, of which ``early_stopping=True`` sets whole ones aside.
        coefs_init : list of arrays, default=None
            Weights to start from, like `coefs_`: in y's own units.
        intercepts_init : list of arrays, default=None
            Biases to start from, like `intercepts_`.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            For parameters and data that cannot work.

        Warns
        -----
        ConvergenceWarning
            Where `max_iter` came first, or y should be scaled.
        RuntimeWarning
            Where the fit diverged.
        UserWarning
            For parameters that have no effect.
        """
        call = Call(
            X,
            y,
            sample_weight,
            X_val,
            y_val,
            sample_weight_val,
            groups=groups,
            coefs_init=coefs_init,
            intercepts_init=intercepts_init,
        )
        return self._fit(call)

    @with_callbacks  # type: ignore[untyped-decorator]
    def _fit(self, call: Call) -> Self:
        """One call of `fit`, or of `partial_fit`: one pass, going on from the last."""
        with unchanged_if_it_fails(self):
            request = self._resolve(call)
            work = self._make_work(call, request)
            self._warn_of_parameters(request, work)
            settings = self._settings(call, request, work)
            bridge = self._bridge(call, work, settings)
            run = self._train(request, work, settings, bridge)
            self._keep(call, request, work, settings, run)
        if bridge is not None:
            bridge.close(run)
        if not call.single:
            self._warn_of_convergence(request)
            self._check_scale(work.data)
        return self

    # What the two estimators fill in

    def _targets(self, call: Call, rows: Rows, last: Any) -> Any:
        """Give y its meaning: Labels or Values.

        `last` is its meaning in the fit that goes on, if one does.
        """
        raise NotImplementedError

    def _check_pass(self, call: Call) -> None:
        """ValueError for what cannot work pass by pass."""

    def _check_scale(self, data: Data) -> None:
        """ConvergenceWarning where y should be scaled."""

    # From the call to work that is ready to begin

    def _resolve(self, call: Call) -> Request:
        """What the parameters ask of this call."""
        request = resolve(
            self,
            validated=call.X_val is not None or self.early_stopping,
            divided=call.X_val is None and self.early_stopping,
            stops=not call.single,
        )
        check_validation(self, call)
        if not call.single:
            return request
        if self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True; pass it X_val and "
                "y_val instead."
            )
        if request.ends_as_planned:
            raise ValueError(
                f"learning_rate={self.learning_rate!r} must know how many passes there "
                "will be, which partial_fit cannot; use fit, or another schedule."
            )
        self._check_pass(call)
        return request

    def _make_work(self, call: Call, request: Request) -> Work:
        """Rows, read; and a new network, or the present one with its run."""
        is_fitted = "network_" in vars(self) and not self._set_by_hand()
        goes_on = is_fitted and (call.single or self.warm_start)
        rows = read(self, call.X, call.y, call.sample_weight, reset=not goes_on)
        targets = self._targets(call, rows, self.targets_ if goes_on else None)
        loss = targets.loss(self.loss)
        architecture = request.architecture(rows.X.shape[1], targets, loss)
        run = None
        if goes_on:
            network, run = self._go_on(architecture, anew=not call.single)
            seed = self._last.seed
        else:
            network, seed = first_network(
                request, architecture, self.random_state, rows.X.dtype
            )
        first = self._first_weights(call)
        for name, arrays in first.items():
            set_weights(network, arrays, name, targets)
        if run is not None and first:
            _restart(run, network)
        learn, stop = split(self, call, rows, targets, seed)
        validation = None
        if stop is not None:
            name = "y" if call.y_val is None else "y_val"
            validation = encode(self, stop, targets, loss, name)
        return Work(
            network=network,
            architecture=architecture,
            run=run,
            epochs_before=0 if run is None else run.epoch,
            seed=seed,
            targets=targets,
            rows=learn,
            data=encode(self, learn, targets, loss),
            validation=validation,
        )

    def _go_on(
        self, architecture: Architecture, anew: bool
    ) -> tuple[Network, Run | None]:
        """The present network, from whose weights it goes on, and its run, if kept."""
        last = self._last
        network = self.network_
        if architecture.sizes != last.architecture.sizes:
            raise ValueError(
                f"The fit to go on from had layers of {last.architecture.sizes} units, "
                f"and now they would be {architecture.sizes}; keep hidden_layer_sizes, "
                "or set warm_start=False."
            )
        if last.run is not None:
            last.run.release(anew)
            # somebody has changed them
            if not np.array_equal(last.run.weights, network.theta):
                _restart(last.run, network)
        if architecture != last.architecture:
            theta = network.theta
            network = architecture.build(last.initializer, dtype=network.dtype)
            network.theta = theta
        return network, last.run

    def _settings(self, call: Call, request: Request, work: Work) -> Settings:
        """Training settings for this call; a rate is found unless one has been."""
        run = work.run
        epochs = self.max_iter
        if call.single:
            epochs = 1 if run is None else run.epoch - run.epochs_before_fit + 1
        settings = request.settings(work.data, epochs, work.seed)
        if not request.finds_rate:
            return settings
        if run is not None and self._last.found_rate:
            return replace(settings, learning_rate=self.learning_rate_init_)
        X, y, w = work.data
        test = find_learning_rate(work.network, X, y, w=w, settings=settings)
        return replace(settings, learning_rate=test.suggestion)

    # From there to what stays

    def _bridge(self, call: Call, work: Work, settings: Settings) -> Bridge | None:
        """To scikit-learn's callbacks, if there are any."""
        if not hasattr(self, "_skl_callbacks"):
            return None

        def fitted(run: Run) -> dict[str, Any]:
            network = copy(work.network)
            network.theta = run.weights.copy()
            return self._attributes(work, settings, run, network)

        epochs = 1 if call.single else self.max_iter
        return Bridge(self, call, work.rows, epochs, fitted)

    def _train(
        self, request: Request, work: Work, settings: Settings, bridge: Bridge | None
    ) -> Run:
        """The run that the call makes."""
        callbacks: list[Callable[[Network, Run], Any]] = []
        if request.divides_rate:
            callbacks.append(stop_at_slowest(request.schedule))
        if self.verbose:
            callbacks.append(print_epoch)
        if bridge is not None:
            callbacks.append(bridge)
        score = None
        if work.validation is not None:
            rate = settings.learning_rate
            score = score_of(self, work.targets, work.network, rate)
        X, y, w = work.data
        try:
            return train(
                work.network,
                X,
                y,
                w=w,
                validation=work.validation,
                score=score,
                callbacks=callbacks,
                run=work.run,
                settings=settings,
            )
        except NotFiniteError as error:
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may "
                f"contain large values and need to be preprocessed. {error}"
            ) from None

    def _attributes(
        self, work: Work, settings: Settings, run: Run, network: Network
    ) -> dict[str, Any]:
        """The fitted attributes after a run, with the network that it made."""
        return {
            "targets_": work.targets,
            "learning_rate_init_": settings.learning_rate,
            **fitted_attributes(self, network, run, work.epochs_before),
        }

    def _keep(
        self, call: Call, request: Request, work: Work, settings: Settings, run: Run
    ) -> None:
        """Set the fitted attributes, and what the next call may go on from."""
        attributes = self._attributes(work, settings, run, work.network)
        for name, value in attributes.items():
            setattr(self, name, value)
        if call.single and run.stopped == "epochs" and self._patience_is_over(run):
            self.stopped_ = "patience"
        self.__dict__.pop("_by_hand", None)
        self._last = LastFit(
            architecture=work.architecture,
            initializer=request.initializer,
            seed=work.seed,
            found_rate=request.finds_rate,
            run=run if call.single or self.warm_start else None,
        )

    def _patience_is_over(self, run: Run) -> bool:
        """Whether a fit that made these passes would have stopped by now."""
        if self.validation_scores_ is None:
            return False
        losses = -np.array(self.validation_scores_[run.epochs_before_fit :])
        return bool(standstill(losses, self.tol) >= self.n_iter_no_change)

    # What the user is told

    def _warn_of_parameters(self, request: Request, work: Work) -> None:
        """UserWarning for parameters that change nothing in this fit."""
        for name, reader in request.idle.items():
            warn(
                f"{name}={getattr(self, name)!r} has no effect in this fit; it is for "
                f"{reader}."
            )
        rows = work.data.X.shape[0]
        if not request.is_solver and (request.batch_size or 0) > rows:
            warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going "
                "to be clipped"
            )

    def _warn_of_convergence(self, request: Request) -> None:
        """ConvergenceWarning where the epochs ran out first."""
        ran_out = self.stopped_ in ("epochs", "evaluations", "abnormal")
        if not ran_out or request.ends_as_planned:
            return
        if not request.is_solver:
            warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached "
                "and the optimization hasn't converged yet.",
                ConvergenceWarning,
            )
            return
        remedy = (
            "Increase the number of iterations (max_iter, max_fun) or scale the data."
        )
        if self.stopped_ == "abnormal":
            remedy = (
                "No step downhill was found, mostly because rounding hides it: scale "
                "the data, or raise tol."
            )
        warn(
            f"{self.solver} failed to converge after {self.n_iter_} iteration(s). "
            f"{remedy}",
            ConvergenceWarning,
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags


def _restart(run: Run, network: Network) -> None:
    """Let the run go on from the network's weights, which are not its own."""
    run.theta = network.theta.copy()
    run.best = None
    run.average = None if run.average is None else run.theta.copy()
