"""What `MLPClassifier` and `MLPRegressor` share: the way from parameters and data to a
fitted network and back.

A thin face. Parameters become a Network and Settings (`translating`), rows are checked
(`reading`), y is given its meaning (`targets`), rows to stop by are found
(`validation`); training does the rest, and what came of it becomes attributes.
"""

import warnings
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import ConvergenceWarning

from halfmoon.components.schedules import standstill
from halfmoon.estimators.attributes import attributes
from halfmoon.estimators.inspecting import Inspecting
from halfmoon.estimators.reading import Rows
from halfmoon.estimators.translating import (
    Architecture,
    Data,
    architecture_for,
    network_for,
    put,
    settings_for,
    with_found_rate,
)
from halfmoon.estimators.undo import all_or_nothing
from halfmoon.estimators.validation import score_by, set_aside
from halfmoon.estimators.watching import Bridge, report, slow_enough
from halfmoon.layers import Dense
from halfmoon.network import Network
from halfmoon.training.loop import Run
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver
from halfmoon.training.train import NotFiniteError, train


class Work(NamedTuple):
    """What one call is to do, ready to begin."""

    network: Network
    architecture: Architecture
    seed: int
    run: Run | None  # one that goes on
    targets: Any
    rows: Rows  # to learn from, as they were brought
    data: Data  # the same as the network reads them
    validation: Data | None


def _start_of(network: Network) -> Any:
    """How a network's weights were drawn."""
    return next(
        layer.initializer for layer in network.layers if isinstance(layer, Dense)
    )


def has_many_updates(estimator: Any) -> bool:
    """Whether `partial_fit` is there: solvers that need the whole objective at once
    cannot do a single pass.
    """
    if isinstance(estimator._solver(), Solver):
        told = (
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
        raise AttributeError(told)
    return True


class MLP(CallbackSupportMixin, Inspecting):  # type: ignore[misc]
    """What classifier and regressor share."""

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
        """Learn from X (n, d), dense or sparse, and y; a row of weight 2 counts as the
        row twice.

        `X_val`, `y_val` (weighing `sample_weight_val`) are rows to stop by; else
        ``early_stopping=True`` sets some of X aside, whole `groups` (n,) if these are
        given. With rows to stop by the best epoch's weights stay. `coefs_init` and
        `intercepts_init`, lists like `coefs_` and `intercepts_`, are weights to start
        from.

        Raises ValueError for what cannot work. Warns: ConvergenceWarning where
        `max_iter` came first or y should be scaled, RuntimeWarning where the fit
        diverged, UserWarning for parameters that have no effect.
        """
        held = (X_val, y_val, sample_weight_val)
        return self._learn(
            (X, y, sample_weight),
            held,
            groups=groups,
            start=(coefs_init, intercepts_init),
        )

    @with_callbacks  # type: ignore[untyped-decorator]
    def _learn(
        self,
        given: tuple[Any, Any, Any],
        held: tuple[Any, Any, Any],
        *,
        groups: Any = None,
        start: tuple[Any, Any] = (None, None),
        classes: Any = None,
        single: bool = False,
    ) -> Self:
        """One call of `fit`, or (`single`) of `partial_fit`: one pass, going on from
        the last; or nothing at all.
        """
        with all_or_nothing(self):
            self._check_parameters()
            if single:
                self._check_single(classes)
            work = self._prepare(given, held, groups, classes, single)
            network = work.network
            run = work.run
            data = work.data
            self._tell_idle(
                work.validation is not None, self.early_stopping and held[0] is None
            )
            self._start_from(network, run, *start)
            settings = self._settings(work, single)
            made = {
                **self._about(work.targets),
                "targets_": work.targets,
                "learning_rate_init_": settings.learning_rate,
            }
            before = 0 if run is None else run.epoch

            def fitted(run: Run) -> dict[str, Any]:
                then = copy(network)
                then.theta = run.weights.copy()
                return made | attributes(self, then, run, before)

            bridge = None
            if hasattr(self, "_skl_callbacks"):
                bridge = Bridge(
                    self,
                    work.rows,
                    given[2] is not None,
                    1 if single else self.max_iter,
                    fitted,
                )
            score = None if work.validation is None else score_by(self, made, network)
            options = {
                "validation": work.validation,
                "score": score,
                "run": run,
                "settings": settings,
            }
            run = self._train(
                network, data, callbacks=self._watchers(bridge), **options
            )
            for name, value in (made | attributes(self, network, run, before)).items():
                setattr(self, name, value)
            self._architecture = work.architecture
            self._seed = work.seed
            self._found_rate = self.learning_rate_init == "auto"
            self._run = run if single or self.warm_start else None
        if bridge:
            bridge.close(run)
        self._tell(run, data, single)
        return self

    def _prepare(
        self,
        given: tuple[Any, Any, Any],
        held: tuple[Any, Any, Any],
        groups: Any,
        classes: Any,
        single: bool,
    ) -> Work:
        """Rows, read; and a new network, or the present one with its run."""
        goes_on = hasattr(self, "network_") and (single or self.warm_start)
        rows = self._read(*given, reset=not goes_on)
        targets = self.targets_ if goes_on else self._targets(rows, classes)
        self._check_labels(targets, rows.y, goes_on and not single)
        loss = self._loss(targets)
        architecture = architecture_for(
            self, rows.X.shape[1], loss, loss.outputs(targets.columns(loss))
        )
        if goes_on:
            (network, run) = self._go_on(architecture, anew=not single)
            seed = self._seed
        else:
            (network, seed) = network_for(self, architecture, rows.X.dtype)
            run = None
        learn, stop = self._divide(rows, held, groups, targets, seed, single)
        validation = None if stop is None else self._encode(stop, targets, loss)
        return Work(
            network,
            architecture,
            seed,
            run,
            targets,
            learn,
            self._encode(learn, targets, loss),
            validation,
        )

    def _check_single(self, classes: Any) -> None:
        """ValueError for what cannot work pass by pass."""
        if self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True; pass it X_val and "
                "y_val instead."
            )
        if self._ends_as_planned():
            told = (
                f"learning_rate={self.learning_rate!r} must know how many passes there "
                "will be, which partial_fit"
            )
            raise ValueError(f"{told} cannot; use fit, or another schedule.")

    def _check_labels(self, targets: Any, y: Any, same: bool) -> None:
        """ValueError where a fit is to go on (`same`) with other classes than
        before.
        """

    def _check_fit(self, data: Data) -> None:
        """Warn of what is wrong with the fit as a whole."""

    def _about(self, targets: Any) -> dict[str, Any]:
        """Fitted attributes about y."""
        return {}

    def _strata(self, y: Any, targets: Any) -> Any:
        """By what rows are drawn, so that each kind keeps its share."""
        return None

    def _train(self, network: Network, data: Data, **options: Any) -> Run:
        X, y, w = data
        try:
            return train(network, X, y, w=w, **options)
        except NotFiniteError as error:
            told = (
                "Solver produced non-finite parameter weights. The input data may "
                "contain large values and need to"
            )
            raise ValueError(f"{told} be preprocessed. {error}") from None

    def _divide(
        self,
        rows: Rows,
        held: tuple[Any, Any, Any],
        groups: Any,
        targets: Any,
        seed: int,
        single: bool,
    ) -> tuple[Rows, Rows | None]:
        """Rows to learn from, and rows to stop by."""
        if (held[0] is None) != (held[1] is None):
            raise ValueError("X_val and y_val belong together; pass both, or neither.")
        if held[0] is not None and groups is not None:
            raise ValueError(
                "groups has no effect with X_val, which are the rows to stop by; "
                "leave one of them out."
            )
        if held[0] is not None:
            try:
                return rows, self._read(*held)
            except ValueError as error:
                raise ValueError(f"Validation rows: {error}") from None
        for name, value in {
            "groups": groups,
            "scoring": self.scoring,
            "sample_weight_val": held[2],
        }.items():
            if value is not None and (
                not self.early_stopping or name == "sample_weight_val"
            ):
                cure = "set early_stopping=True or pass X_val and y_val"
                cure = (
                    "pass X_val and y_val"
                    if single or name == "sample_weight_val"
                    else cure
                )
                raise ValueError(
                    f"{name} has no effect without rows to stop by; {cure}."
                )
        if not self.early_stopping:
            return rows, None
        strata = self._strata(rows.y, targets)
        learn, stop = set_aside(rows, self.validation_fraction, groups, strata, seed)
        both = [Rows(*(part[numbers] for part in rows)) for numbers in (learn, stop)]
        if not all(part.w.any() for part in both):
            raise ValueError(
                "All rows that were set aside, or all others, have weight 0; change "
                "random_state."
            )
        return both[0], both[1]

    def _go_on(
        self, architecture: Architecture, anew: bool
    ) -> tuple[Network, Run | None]:
        """The present network, and the run that made it, if it was kept, to go on from
        what the network holds.
        """
        network: Network = self.network_
        run: Run | None = self._run
        if architecture.sizes != self._architecture.sizes:
            told = (
                f"The fit to go on from had layers of {self._architecture.sizes} "
                "units, and now they would be"
            )
            raise ValueError(
                f"{told} {architecture.sizes}; keep hidden_layer_sizes, or set "
                "warm_start=False."
            )
        if run is not None:
            run.release(anew)
            # somebody has changed them
            if not np.array_equal(run.weights, network.theta):
                self._restart(run, network)
        if architecture != self._architecture:
            theta = network.theta
            network = architecture.build(
                initializer=_start_of(network), dtype=network.dtype
            )
            network.theta = theta
        return network, run

    def _start_from(
        self, network: Network, run: Run | None, coefs: Any, intercepts: Any
    ) -> None:
        """Put the user's own weights into the network."""
        for name, given, attribute in (
            ("coefs_init", coefs, "W"),
            ("intercepts_init", intercepts, "b"),
        ):
            if given is not None:
                put(network, attribute, given, name)
        if run is not None and (coefs is not None or intercepts is not None):
            self._restart(run, network)

    @staticmethod
    def _restart(run: Run, network: Network) -> None:
        """Let the run go on from the network's weights, which are not its own."""
        run.theta = network.theta.copy()
        run.best = None
        run.average = None if run.average is None else run.theta.copy()

    def _settings(self, work: Work, single: bool) -> Settings:
        """Training settings for this call; a rate is found unless one has been."""
        run = work.run
        validated = work.validation is not None
        passes = (
            self.max_iter
            if not single
            else 1
            if run is None
            else run.epoch - run.origin + 1
        )
        settings = settings_for(
            self, work.data, passes, work.seed, validated, patient=not single
        )
        many = not isinstance(self._solver(), Solver)
        if (
            many
            and self.batch_size != "auto"
            and self.batch_size > work.data[0].shape[0]
        ):
            told = (
                "Got `batch_size` less than 1 or larger than sample size. It is going "
                "to be clipped"
            )
            warnings.warn(told, stacklevel=5)
        if self.learning_rate_init != "auto":
            return settings
        if run is not None and self._found_rate:
            return replace(settings, learning_rate=self.learning_rate_init_)
        return with_found_rate(settings, work.network, work.data)

    def _watchers(self, bridge: Bridge | None) -> list[Any]:
        """Who is told after each epoch."""
        own = [
            (slow_enough(self), self._divides_rate()),
            (report, self.verbose),
            (bridge, bridge),
        ]
        return [watcher for watcher, wanted in own if wanted]

    def _tell(self, run: Run, data: Data, single: bool) -> None:
        """ConvergenceWarning where the epochs ran out first; after a single pass,
        whether patience would have.
        """
        if single:
            if self.validation_scores_ is not None and run.stopped == "epochs":
                still = standstill(
                    -np.array(self.validation_scores_[run.origin :]), self.tol
                )
                self.stopped_ = (
                    "patience" if still >= self.n_iter_no_change else "epochs"
                )
            return
        if (
            self.stopped_ in ("epochs", "evaluations", "abnormal")
            and not self._ends_as_planned()
        ):
            told = (
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached "
                "and the optimization hasn't "
            )
            told += "converged yet."
            if isinstance(self._solver(), Solver):
                cure = (
                    "Increase the number of iterations (max_iter, max_fun) or scale "
                    "the data."
                )
                if self.stopped_ == "abnormal":
                    cure = (
                        "No step downhill was found, mostly because rounding hides it: "
                        "scale the data, or raise tol."
                    )
                told = (
                    f"{self.solver} failed to converge after {self.n_iter_} "
                    f"iteration(s). {cure}"
                )
            warnings.warn(told, ConvergenceWarning, stacklevel=5)
        self._check_fit(data)
