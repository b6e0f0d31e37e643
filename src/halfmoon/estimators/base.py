"""`fit`, from a call to fitted attributes: what both estimators share.

    fit -> Call -> Request -> Work -> Settings -> Problem -> Run -> chunk of updates

A `Call` holds the arguments of `fit` (`reading`). The parameters are resolved into a
`Request` (`request`). `Work` holds rows that are checked (`reading`), with validation
rows set aside (`splitting`), what y means (`labels`, `values`), and the network. From
there on it is training's: `Settings` (`training.settings`), the `Problem` that an
engine solves (`engines.contract`), and the `Run` (`training.run`), whose updates are
made in chunks (`training.loop`). What came of it becomes attributes (`attributes`).
"""

import time
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.estimators.attributes import (
    CURVES,
    LastFit,
    fitted_attributes,
)
from halfmoon.estimators.callbacks import Bridge, print_epoch, stop_at_slowest
from halfmoon.estimators.reading import Call, Data, Rows, encode, read
from halfmoon.estimators.request import (
    Architecture,
    Request,
    first_network,
    resolve,
    scored_by_loss,
    uses_updates,
)
from halfmoon.estimators.scale import warn_of_unscaled_inputs
from halfmoon.estimators.scoring import score_of
from halfmoon.estimators.splitting import check_validation, split
from halfmoon.estimators.subclasses import warn_of_uncalled_methods
from halfmoon.estimators.targets import Targets
from halfmoon.estimators.versions import CallbackSupportMixin, with_callbacks
from halfmoon.estimators.warnings import warn_of_convergence, warn_of_parameters
from halfmoon.estimators.weights import Weights, set_weights
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.pickles import with_version, without_version
from halfmoon.training.rate_finder import find_learning_rate
from halfmoon.training.run import Run
from halfmoon.training.settings import Settings
from halfmoon.training.stopping import Standstill
from halfmoon.training.train import NotFiniteError, train

PASSES = 10_000  # of endless `partial_fit` so many rows of history are kept


class Work(NamedTuple):
    """What one call is to do, ready to begin."""

    network: Network
    architecture: Architecture
    run: Run | None  # one that goes on
    epochs_before: int  # that it has done
    seed: int  # of shuffles, splits and masks
    targets: Targets  # what y means
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

    loss_curve_ = CURVES["loss_curve_"]
    validation_scores_ = CURVES["validation_scores_"]
    validation_loss_curve_ = CURVES["validation_loss_curve_"]
    history_: History

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        warn_of_uncalled_methods(cls, MLP)

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
            Where `max_iter` came first, or X or y should be scaled.
        RuntimeWarning
            Where the fit diverged.
        UserWarning
            For parameters that have no effect, rows that are left out, and an X_val
            that is not transformed as X is.
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
        return self._carry_out(call)

    def _carry_out(self, call: Call) -> Self:
        """One call of `fit`, or of `partial_fit`: one pass, going on from the last.

        A copy is fitted, and this becomes that at the very end: a fit that fails, or is
        broken off, changes nothing.
        """
        before = set(vars(self))
        fitted = copy(self)
        self._fit_copy(fitted, call)
        # what callbacks have set meanwhile stays
        kept = {name: self.__dict__[name] for name in vars(self) if name not in before}
        self.__dict__ = kept | vars(fitted)
        return self

    @with_callbacks  # type: ignore[untyped-decorator]
    def _fit_copy(self, fitted: Self, call: Call) -> None:
        """What a call does to the copy; callbacks are told that this one fits."""
        request = fitted._resolve(call)
        work = fitted._make_work(call, request)
        warn_of_parameters(fitted, request, work.data.X.shape[0])
        settings = fitted._settings(call, request, work)
        bridge = self._bridge(fitted, call, work, settings)
        run = fitted._train(request, work, settings, bridge)
        fitted._keep(call, request, work, settings, run)
        if bridge is not None:
            bridge.close(run)
        if not call.one_pass:
            warn_of_convergence(fitted, request)
            fitted._check_scale(work.data)

    # What the two estimators fill in

    def _targets(self, call: Call, rows: Rows, last: Any) -> Targets:
        """Give y its meaning: Labels or Values.

        `last` is its meaning in the fit that goes on, if one does.
        """
        raise NotImplementedError

    def _check_pass(self, call: Call) -> None:
        """ValueError for what cannot work pass by pass."""

    def _check_scale(self, data: Data) -> None:
        """ConvergenceWarning where X should be scaled, or values y."""
        names = getattr(self, "feature_names_in_", range(data.X.shape[1]))
        warn_of_unscaled_inputs(self.network_, data, names)

    # From the call to work that is ready to begin

    def _resolve(self, call: Call) -> Request:
        """What the parameters ask of this call."""
        request = resolve(
            self,
            validated=call.X_val is not None or self.early_stopping,
            divided=call.X_val is None and self.early_stopping,
            stops=not call.one_pass,
        )
        check_validation(self, call)
        if not call.one_pass:
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
        goes_on = is_fitted and (call.one_pass or self.warm_start)
        rows = read(self, call.X, call.y, call.sample_weight, reset=not goes_on)
        targets = self._targets(call, rows, self.targets_ if goes_on else None)
        loss = targets.loss(self.loss)
        architecture = request.architecture(rows.X.shape[1], targets, loss)
        run = None
        if goes_on:
            network, run = self._go_on(architecture, anew=not call.one_pass)
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
        training, set_aside = split(self, call, rows, targets, seed)
        validation = None
        if set_aside is not None:
            name = "y" if call.y_val is None else "y_val"
            validation = encode(self, set_aside, targets, loss, name)
        return Work(
            network=network,
            architecture=architecture,
            run=run,
            epochs_before=0 if run is None else run.epoch,
            seed=seed,
            targets=targets,
            rows=training,
            data=encode(self, training, targets, loss),
            validation=validation,
        )

    def _go_on(
        self, architecture: Architecture, anew: bool
    ) -> tuple[Network, Run | None]:
        """Copies of the present network, and of its run if that was kept, to go on."""
        last = self._last
        network = copy(self.network_)
        network.theta = network.theta.copy()
        run = copy(last.run)
        if architecture.sizes != last.architecture.sizes:
            raise ValueError(
                f"The fit to go on from had layers of {last.architecture.sizes} units, "
                f"and now they would be {architecture.sizes}; keep hidden_layer_sizes, "
                "or set warm_start=False."
            )
        if run is not None:
            run.release(anew)
            # somebody has changed them
            if not np.array_equal(run.weights, network.theta):
                _restart(run, network)
        if architecture != last.architecture:
            theta = network.theta
            network = architecture.build(last.initializer, dtype=network.dtype)
            network.theta = theta
        return network, run

    def _settings(self, call: Call, request: Request, work: Work) -> Settings:
        """Training settings for this call; a rate is found unless one has been."""
        run = work.run
        epochs = self.max_iter
        if call.one_pass:
            epochs = 1 if run is None else run.epoch - run.epochs_before_fit + 1
        outputs = work.targets.summed(work.network.loss)
        settings = request.settings(work.data, epochs, work.seed, outputs)
        if not request.finds_rate:
            return settings
        if run is not None and self._last.found_rate:
            return replace(settings, learning_rate=self.learning_rate_init_)
        X, y, w = work.data
        budget = settings.seconds
        half = None if budget is None else budget / 2.0
        begin = time.perf_counter()
        test = find_learning_rate(
            work.network, X, y, w=w, settings=replace(settings, seconds=half)
        )
        if budget is not None and half is not None:
            budget = max(half, budget - (time.perf_counter() - begin))
        return replace(settings, learning_rate=test.suggestion, seconds=budget)

    # From there to what stays

    def _bridge(
        self, fitted: Self, call: Call, work: Work, settings: Settings
    ) -> Bridge | None:
        """To scikit-learn's callbacks, if there are any."""
        if not hasattr(self, "_skl_callbacks"):
            return None

        def attributes(run: Run) -> dict[str, Any]:
            network = copy(work.network)
            network.theta = run.weights.copy()
            now = fitted._attributes(work, settings, copy(run), network)
            return vars(fitted) | now

        epochs = 1 if call.one_pass else self.max_iter
        return Bridge(self, call, work.rows, epochs, attributes)

    def _train(
        self, request: Request, work: Work, settings: Settings, bridge: Bridge | None
    ) -> Run:
        """The run that the call makes."""
        callbacks: list[Callable[[Network, Run], Any]] = []
        if request.divides_rate:
            callbacks.append(stop_at_slowest(settings.schedule))
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
        if call.one_pass:
            run.history.keep_last(PASSES)
        self.__dict__.update(self._attributes(work, settings, run, work.network))
        standstill = self._standstill(call, work, run)
        is_over = standstill.epochs >= self.n_iter_no_change
        has_scores = standstill.best < np.inf
        if call.one_pass and run.stopped == "epochs" and has_scores and is_over:
            self.stopped_ = "patience"
        for name in ("_by_hand", *CURVES):  # what was set by hand
            self.__dict__.pop(name, None)
        self._last = LastFit(
            architecture=work.architecture,
            initializer=request.initializer,
            seed=work.seed,
            found_rate=request.finds_rate,
            run=run if call.one_pass or self.warm_start else None,
            standstill=standstill,
        )

    def _standstill(self, call: Call, work: Work, run: Run) -> Standstill:
        """For how many epochs of a fit, or passes, the score has not improved."""
        goes_on = call.one_pass and work.run is not None
        before = self._last.standstill if goes_on else Standstill()
        since = work.epochs_before if goes_on else run.epochs_before_fit
        monitor = -run.history.since("validation_score", since)
        tol = self.tol
        if scored_by_loss(self):
            monitor = run.history.since("validation_loss", since)
            tol *= work.targets.summed(work.network.loss)
        return before.after(monitor, tol)

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: no times, so that equal fits give equal bytes."""
        return with_version(super().__getstate__())

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read a pickle; ValueError for one of a newer halfmoon."""
        super().__setstate__(without_version(state))

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
