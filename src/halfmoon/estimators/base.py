"""What `MLPClassifier` and `MLPRegressor` share: the way from parameters and data to a fitted network and back.

A thin face: parameters become a Network and training Settings, y is read by `targets`, rows to stop by are found by
`validation`; training does the rest, and what came of it becomes attributes.
"""

import warnings
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from halfmoon.elementary import Array
from halfmoon.estimators.inspecting import Inspecting
from halfmoon.estimators.parameters import Parameters
from halfmoon.estimators.validation import score_by, set_aside
from halfmoon.estimators.watching import Bridge, report, slow_enough
from halfmoon.loop import Callback, Run
from halfmoon.losses import Loss
from halfmoon.network import Network
from halfmoon.schedules import standstill
from halfmoon.settings import Settings
from halfmoon.solvers import Solver, solve
from halfmoon.sparse import is_sparse, not_finite
from halfmoon.training import NotFiniteError, train

FLOATS = (np.float64, np.float32)
SPARSE = ("csr", "csc")
LIMITS = {"identity": 6.0, "logistic": 2.0, "tanh": 6.0, "relu": 6.0}  # of scikit-learn's activations
_LINKS = {  # scikit-learn's names for what turns scores into predictions
    "SoftmaxCrossEntropy": "softmax",
    "SoftmaxCrossEntropies": "softmax",
    "LogisticCrossEntropy": "logistic",
    "Poisson": "exp",
}


class Rows(NamedTuple):
    """X, y as it was brought, and the rows' weights."""

    X: Any
    y: Any
    w: Array


def has_many_updates(estimator: Any) -> bool:
    """Whether `partial_fit` is there: solvers that need the whole objective at once cannot do a single pass."""
    if isinstance(estimator._solver(), Solver):
        told = f"partial_fit is only available for stochastic optimizers. {estimator.solver} is not stochastic."
        raise AttributeError(told)
    return True


def _draw_alike(network: Network, limit: float, rng: np.random.RandomState) -> None:
    """The very weights and biases that scikit-learn starts from: uniform up to sqrt(limit / (d + k)), layer by layer."""
    for layer, p in zip(network.layers, network.views(network.theta), strict=True):
        if hasattr(p, "W"):
            bound = np.sqrt(limit / (layer.d + layer.k))
            p.W[...] = rng.uniform(-bound, bound, p.W.shape)
            p.b[...] = rng.uniform(-bound, bound, p.b.shape)


def _parts(network: Network, name: str) -> list[Array]:
    """Each layer's W, or b, as views into the network's parameters."""
    return [getattr(p, name) for p in network.views(network.theta) if hasattr(p, name)]


def _put(network: Network, name: str, given: Any, told: str) -> None:
    """Write into each layer's W, or b; ValueError for other shapes."""
    views = _parts(network, name)
    shapes, wanted = [np.shape(array) for array in given], [view.shape for view in views]
    if shapes != wanted:
        raise ValueError(f"{told} must hold arrays of shapes {wanted}; got {shapes}.")
    for view, array in zip(views, given, strict=True):
        view[...] = array


class MLP(CallbackSupportMixin, Inspecting, Parameters):  # type: ignore[misc]
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
        """Learn from X (n, d), dense or sparse, and y; a row of weight 2 counts as the row twice.

        `X_val`, `y_val` (weighing `sample_weight_val`) are rows to stop by; else ``early_stopping=True`` sets some of X
        aside, whole `groups` (n,) if these are given. With rows to stop by the best epoch's weights stay. `coefs_init`
        and `intercepts_init`, lists like `coefs_` and `intercepts_`, are weights to start from. Raises ValueError for
        what cannot work; warns (ConvergenceWarning) where `max_iter` came first, and where the fit diverged.
        """
        held = (X_val, y_val, sample_weight_val)
        return self._learn((X, y, sample_weight), held, groups=groups, start=(coefs_init, intercepts_init))

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
        """One call of `fit`, or (`single`) of `partial_fit`: one pass, going on from the last."""
        self._check_parameters()
        if single and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True; pass it X_val and y_val instead.")
        if single:
            self._check_single(classes)
        goes_on = hasattr(self, "network_") and (single or self.warm_start)
        rows = self._read(*given, reset=not goes_on)
        targets = self.targets_ if goes_on else self._targets(rows, classes)
        self._check_labels(targets, rows.y, goes_on and not single)
        loss = self._loss(targets)
        network, run = self._begin(rows.X, targets.columns(loss), loss, goes_on, anew=not single)
        self._start_from(network, run, *start)
        before = 0 if run is None else run.epoch
        learn, stop = self._divide(rows, held, groups, targets)
        data = self._encode(learn, targets, loss, single)
        validation = None if stop is None else self._encode(stop, targets, loss, single)
        passes = self.max_iter if not single else 1 if run is None else run.epoch - run.origin + 1
        settings = self._settings(data, network, passes, validation is not None, single)
        made = {**self._about(targets), "targets_": targets, "learning_rate_init_": settings.learning_rate}

        def fitted(run: Run) -> dict[str, Any]:
            then = copy(network)
            then.theta = run.current.copy()
            return made | self._attributes(then, run, before)

        bridge = Bridge(self, learn, given[2] is not None, fitted) if hasattr(self, "_skl_callbacks") else None
        run = self._train(
            network,
            data,
            validation=validation,
            score=None if stop is None else score_by(self, targets, loss, self.scoring),
            callbacks=[*self._watchers(), *([bridge] if bridge else [])],
            run=run,
            settings=settings,
        )
        for name, value in (made | self._attributes(network, run, before)).items():
            setattr(self, name, value)
        self._run = run if single or self.warm_start else None
        if bridge:
            bridge.close(run)
        if single:
            self._judge_patience(run, settings, validation is not None)
        else:
            self._tell(run)
            self._check_fit(data)
        return self

    def _judge_patience(self, run: Run, settings: Settings, validated: bool) -> None:
        """After a single pass: say in `stopped_` whether the caller's passes would have been stopped by now."""
        if validated and run.stopped == "epochs":
            monitor = -run.history["validation_score"] if settings.monitor == "score" else run.history["validation_loss"]
            if standstill(monitor[run.origin :], self.tol) >= self.n_iter_no_change:
                self.stopped_ = "patience"

    def _train(self, network: Network, data: Any, **options: Any) -> Run:
        options["w"] = data[2]
        try:
            if isinstance(self._solver(), Solver):
                return solve(network, data[0], data[1], self._solver(), **options)
            return train(network, data[0], data[1], **options)
        except NotFiniteError as error:
            told = "Solver produced non-finite parameter weights. The input data may contain large values and need to"
            raise ValueError(f"{told} be preprocessed. {error}") from None

    # Data

    def _read(self, X: Any, y: Any, sample_weight: Any, reset: bool = False) -> Rows:
        """X, y and weights, checked; ValueError with the columns' names for values that are not finite."""
        X, y = validate_data(
            self, X, y, dtype=FLOATS, accept_sparse=SPARSE, multi_output=True, ensure_all_finite=False, reset=reset
        )
        self._refuse_gaps(X)
        y = y.toarray() if is_sparse(y) else y
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if sample_weight is None:
            return Rows(X, y, np.ones(X.shape[0], dtype=X.dtype))
        w = np.asarray(sample_weight, dtype=X.dtype)
        if w.shape != (X.shape[0],):
            raise ValueError(f"sample_weight must have shape ({X.shape[0]},); got {w.shape}.")
        if not np.isfinite(w).all() or (w < 0.0).any():
            raise ValueError("sample_weight must hold finite weights of at least 0.")
        if not w.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return Rows(X, y, w)

    def _divide(self, rows: Rows, held: tuple[Any, Any, Any], groups: Any, targets: Any) -> tuple[Rows, Rows | None]:
        """Rows to learn from, and rows to stop by."""
        if (held[0] is None) != (held[1] is None):
            raise ValueError("X_val and y_val belong together; pass both, or neither.")
        if held[0] is not None:
            return rows, self._read(*held)
        idle = {"groups": groups, "scoring": self.scoring, "sample_weight_val": held[2]}
        for name, value in idle.items():
            if value is not None and not self.early_stopping:
                raise ValueError(f"{name} has no effect without rows to stop by; set early_stopping=True or pass X_val.")
        if not self.early_stopping:
            return rows, None
        learn, stop = set_aside(rows.X, self.validation_fraction, groups, self._strata(rows.y, targets), self._seed)
        parts = [Rows(*(part[numbers] for part in rows)) for numbers in (learn, stop)]
        if not parts[0].w.any() or not parts[1].w.any():
            raise ValueError("All rows that were set aside, or all others, have weight 0; change random_state.")
        return parts[0], parts[1]

    def _encode(self, rows: Rows, targets: Any, loss: Loss, single: bool) -> tuple[Any, Any, Array]:
        """Rows as the network reads them."""
        return rows.X, targets.encode(rows.y, loss), self._weigh(rows, targets, single)

    def _encoded(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Array]:
        """Rows as the fitted network reads them."""
        check_is_fitted(self, "network_")
        return self._encode(self._read(X, y, sample_weight), self.targets_, self.network_.loss, single=False)

    def _rows(self, X: Any) -> Any:
        """X as the fitted network reads it."""
        check_is_fitted(self, "network_")
        X = validate_data(self, X, dtype=FLOATS, accept_sparse=SPARSE, reset=False, ensure_all_finite=False)
        self._refuse_gaps(X)
        return X

    # Network and settings

    def _ready(self, X: Any, y: Any, sample_weight: Any) -> tuple[Network, Any, Settings]:
        """A network, data and settings with which a new fit would begin."""
        self._check_parameters()
        rows = self._read(X, y, sample_weight, reset=True)
        targets = self._targets(rows, None)
        loss = self._loss(targets)
        network, _ = self._begin(rows.X, targets.columns(loss), loss, goes_on=False, anew=True)
        data = self._encode(rows, targets, loss, single=False)
        return network, data, self._like_fit(data, network)

    def _like_fit(self, data: Any, network: Network | None = None) -> Settings:
        """The settings of a fit of these data."""
        return self._settings(data, self.network_ if network is None else network, self.max_iter, False, False)

    def _begin(self, X: Any, columns: int, loss: Loss, goes_on: bool, anew: bool) -> tuple[Network, Run | None]:
        """A network with its first weights, or the present one with the run that made it, if that was kept."""
        if goes_on:
            run = self._run
            if run is not None:
                run.release(anew)
                if not np.array_equal(run.weights, self.network_.theta):  # somebody has changed them
                    run.theta, run.best = self.network_.theta.copy(), None
                    run.average = None if run.average is None else run.theta.copy()
            return self.network_, run
        rng = check_random_state(self.random_state)
        alike = self.initializer == "auto" and isinstance(self.activation, str) and self.activation in LIMITS
        initializer = "glorot_uniform" if alike else None if self.initializer == "auto" else self.initializer
        sizes = [X.shape[1], *self._sizes(), loss.outputs(columns)]
        options: dict[str, Any] = {"dropout": np.ravel(self.dropout).tolist() if np.ndim(self.dropout) else self.dropout}
        options |= {"initializer": initializer, "dtype": X.dtype, "rng": None if alike else rng}
        network = Network.dense(sizes, self._activations(), loss, **options)
        if alike:
            _draw_alike(network, LIMITS[self.activation], rng)
        self._seed = int(rng.randint(2**31 - 1))  # of shuffles, splits and masks, also when the fit goes on
        return network, None

    def _start_from(self, network: Network, run: Run | None, coefs: Any, intercepts: Any) -> None:
        """Put the user's own weights into the network."""
        for name, given, attribute in (("coefs_init", coefs, "W"), ("intercepts_init", intercepts, "b")):
            if given is not None:
                _put(network, attribute, given, name)
        if run is not None and (coefs is not None or intercepts is not None):
            run.theta, run.best = network.theta.copy(), None

    def _settings(self, data: Any, network: Network, passes: int, validated: bool, single: bool) -> Settings:
        """scikit-learn's parameters as training settings."""
        weight, solver = float(data[2].sum()) / (data[2].shape[1] if data[2].ndim == 2 else 1), self._solver()
        whole = isinstance(solver, Solver)
        stops = validated or not (whole or (self.learning_rate == "adaptive" and self.solver == "sgd"))
        patience = self.n_iter_no_change if stops and not single and np.isfinite(self.n_iter_no_change) else None
        settings = Settings(
            epochs=passes,
            l2=self.alpha / weight,  # scikit-learn's alpha belongs to the sum of the rows' losses
            l1=self.l1 / weight,
            clip=self.clip,
            decay=self.decay,
            average=self.average,
            patience=patience,
            tol=0.0 if patience is None else self.tol,
            monitor="score" if validated and self.scoring != "loss" else "loss",
            seconds=self.max_seconds,
            engine=self.engine,
            n_threads=self.n_threads,
        )
        if whole:
            if self.learning_rate_init == "auto":
                raise ValueError(f"learning_rate_init='auto' cannot work with solver={self.solver!r}: it has no rate.")
            return settings
        n = data[0].shape[0]
        if self.batch_size != "auto" and self.batch_size > n:
            told = "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"
            warnings.warn(told, stacklevel=2)
        batch_size = min(200 if self.batch_size == "auto" else self.batch_size, n)
        own = {"optimizer": solver, "schedule": self._schedule(), "batch_size": batch_size, "shuffle": self.shuffle}
        settings = replace(settings, seed=self._seed, **own)
        if self.learning_rate_init != "auto":
            return replace(settings, learning_rate=self.learning_rate_init)
        if single and hasattr(self, "learning_rate_init_"):
            return replace(settings, learning_rate=self.learning_rate_init_)
        from halfmoon.rate_finder import find_learning_rate

        return replace(settings, learning_rate=find_learning_rate(network, data[0], data[1], w=data[2], settings=settings).suggestion)

    def _watchers(self) -> list[Callback]:
        """Our own onlookers."""
        slow = [slow_enough] if self.learning_rate == "adaptive" and self.solver == "sgd" else []
        return [*slow, *([report] if self.verbose else [])]

    # What came of it

    def _attributes(self, network: Network, run: Run, before: int) -> dict[str, Any]:
        """The fitted attributes, scikit-learn's and ours; `before` epochs had been done when this call began."""
        history, epochs = run.history, run.epoch - before
        curve, losses, scores = (history[name] for name in ("loss", "validation_loss", "validation_score"))
        validated = not np.isnan(losses).all()
        scores = -losses if self.scoring == "loss" else scores
        if run.stopped == "diverged" and epochs < self.max_iter:  # the epoch that broke
            epochs, curve, losses, scores = epochs + 1, *(np.append(column, np.nan) for column in (curve, losses, scores))
        return {
            "network_": network,
            "history_": history,
            "n_iter_": epochs,
            "t_": run.rows,
            "n_layers_": 1 + sum("W" in names for names in network.layout),
            "n_outputs_": network.k,
            "out_activation_": _LINKS.get(type(network.loss).__name__, "identity"),
            "loss_curve_": curve.tolist(),
            "loss_": float(curve[-1]) if len(curve) else np.nan,  # it may have been interrupted in its first epoch
            "best_loss_": None if validated else float(np.fmin.reduce(curve, initial=np.inf)),
            "validation_scores_": scores.tolist() if validated else None,
            "validation_loss_curve_": losses.tolist() if validated else None,
            "best_validation_score_": float(np.fmax.reduce(scores, initial=-np.inf)) if validated else None,
            "best_epoch_": None if run.best is None else run.best.epoch,
            "stopped_": run.stopped,
            "engine_": run.engine,
            "n_threads_": run.threads,
        }

    def _tell(self, run: Run) -> None:
        """ConvergenceWarning where the epochs ran out first."""
        if self.stopped_ in ("epochs", "evaluations", "abnormal"):
            told = f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
            told += "converged yet."
            if isinstance(self._solver(), Solver):
                told = f"{self.solver} failed to converge after {self.n_iter_} iteration(s). Increase the number of "
                told += "iterations (max_iter, max_fun) or scale the data."
            warnings.warn(told, ConvergenceWarning, stacklevel=5)

    @property
    def coefs_(self) -> list[Array]:
        """Each layer's weights W (d, k), as views into the network's parameters; may be set."""
        return _parts(self._made(), "W")

    @coefs_.setter
    def coefs_(self, given: Any) -> None:
        _put(self._made(), "W", given, "coefs_")

    @property
    def intercepts_(self) -> list[Array]:
        """Each layer's biases b (k,), as views into the network's parameters; may be set."""
        return _parts(self._made(), "b")

    @intercepts_.setter
    def intercepts_(self, given: Any) -> None:
        _put(self._made(), "b", given, "intercepts_")

    def _made(self) -> Network:
        if "network_" not in vars(self):
            raise AttributeError(f"{type(self).__name__} has no weights yet; fit it first, or pass it coefs_init.")
        return self.network_

    def _through(self, what: str, X: Any) -> Array:
        """Predictions or scores of rows X. An array that needs no checks but those of the network gets no others."""
        check_is_fitted(self, "network_")
        plain = type(X) is np.ndarray and X.dtype in FLOATS and X.ndim == 2 and X.shape[1] == self.n_features_in_
        if not plain or len(X) == 0 or hasattr(self, "feature_names_in_"):
            X = validate_data(self, X, dtype=FLOATS, accept_sparse=SPARSE, reset=False, ensure_all_finite=False)
        try:
            return getattr(self.network_, what)(X)
        except ValueError:
            self._refuse_gaps(X)
            raise

    def _refuse_gaps(self, X: Any) -> None:
        """ValueError, with the columns' names, for values that are not finite."""
        bad = not_finite(X)
        if bad.any():
            names = np.asarray(getattr(self, "feature_names_in_", range(X.shape[1])))[bad]
            raise ValueError(
                f"X contains NaN or infinity in columns {', '.join(map(str, names))}; remove or fill them."
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.multi_output = True
        return tags
