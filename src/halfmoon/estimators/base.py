"""What `MLPClassifier` and `MLPRegressor` share: the way from scikit-learn's parameters to a fitted network and back.

A thin face: parameters are translated into a Network and training Settings, and what came of it into attributes.
"""

import warnings
from contextlib import nullcontext
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from halfmoon.callbacks import progress_bar
from halfmoon.elementary import Array
from halfmoon.losses import Loss
from halfmoon.network import Network
from halfmoon.optimizers import Adam, Momentum, Nesterov, Optimizer
from halfmoon.schedules import InverseScaling, Plateau, Schedule
from halfmoon.settings import Settings
from halfmoon.solvers import LBFGS, SOLVERS, Solver, solve
from halfmoon.training import Run, train

_FLOATS = (np.float64, np.float32)


class MLP(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share: the parameters, and the way from them to a fitted network."""

    def __init__(self, **parameters: Any) -> None:
        for name, value in parameters.items():
            setattr(self, name, value)

    def _fit(self, X: Array, y: Any, w: Array, loss: Loss, columns: int, strata: Any = None) -> Self:
        """Build the network for y's columns, train it on y as the loss reads it, and keep what was learned."""
        rng = check_random_state(self.random_state)
        network = self._network(X, loss, columns, rng)
        data, validation = (X, y, w), None
        if self.early_stopping:
            data, validation = self._split(data, strata, rng)
        seed = int(rng.randint(2**31 - 1))
        settings = self._settings(data, seed)
        solver = self._solver()
        score = self._score(loss) if validation is not None else None
        bar = progress_bar(type(self).__name__, self.max_iter) if self.verbose else nullcontext()
        with bar as progress:
            options: dict[str, Any] = {"validation": validation, "score": score, "progress": progress}
            rows, truth, weight = data
            if isinstance(solver, Solver):
                run = solve(network, rows, truth, solver, w=weight, settings=settings, **options)
            else:
                run = train(network, rows, truth, w=weight, settings=settings, **options)
        return self._keep(network, run)

    def _network(self, X: Array, loss: Loss, columns: int, rng: np.random.RandomState) -> Network:
        hidden = self.hidden_layer_sizes
        hidden = list(hidden) if np.iterable(hidden) else [hidden]
        initializer = None if self.initializer == "auto" else self.initializer
        sizes = [X.shape[1], *hidden, loss.outputs(columns)]
        return Network.dense(sizes, self.activation, loss, initializer=initializer, dtype=X.dtype, rng=rng)

    def _split(self, data: tuple[Array, ...], strata: Any, rng: np.random.RandomState) -> tuple[Any, Any]:
        """Rows to learn from, and rows to stop by: drawn at random, with the classes' shares kept."""
        parts = train_test_split(*data, test_size=self.validation_fraction, random_state=rng, stratify=strata)
        return tuple(parts[::2]), tuple(parts[1::2])

    def _solver(self) -> Optimizer | Solver | str:
        """The update rule: scikit-learn's three by their own parameters, any other from the shelves."""
        if isinstance(self.solver, Optimizer | Solver):
            return self.solver
        if self.solver == "sgd":
            return Nesterov(self.momentum) if self.nesterovs_momentum else Momentum(self.momentum)
        if self.solver == "adam":
            return Adam(self.beta_1, self.beta_2, self.epsilon)
        if self.solver == "lbfgs":
            return LBFGS(evaluations=self.max_fun)
        return SOLVERS.make(self.solver) if str(self.solver).partition(":")[0] in SOLVERS else str(self.solver)

    def _schedule(self) -> Schedule | str:
        """How the learning rate changes: scikit-learn's names with their own parameters, any other from the shelf."""
        if self.learning_rate == "invscaling":
            return InverseScaling(self.power_t, "rows")
        if self.learning_rate == "adaptive":
            return Plateau(patience=int(min(self.n_iter_no_change, 2**31)), tol=self.tol)
        return self.learning_rate

    def _settings(self, data: tuple[Array, ...], seed: int) -> Settings:
        """scikit-learn's parameters as training settings."""
        n, weight, solver = len(data[0]), float(data[2].sum()), self._solver()
        whole = isinstance(solver, Solver)
        stops = self.early_stopping or not (whole or self.learning_rate == "adaptive")
        shared: dict[str, Any] = {
            "epochs": self.max_iter,
            "l2": self.alpha / weight,  # scikit-learn's alpha belongs to the sum of the rows' losses
            "patience": self.n_iter_no_change if stops and np.isfinite(self.n_iter_no_change) else None,
            "monitor": "score" if self.early_stopping else "loss",
        }
        shared["tol"] = float(self.tol) if whole or shared["patience"] is not None else 0.0
        if whole:
            return Settings(**shared)
        batch_size: Any = min(200, n) if self.batch_size == "auto" else self.batch_size
        return Settings(
            **shared,
            seed=seed,
            optimizer=solver,
            learning_rate=self.learning_rate_init,
            schedule=self._schedule(),
            batch_size=batch_size,
            shuffle=self.shuffle,
        )

    def _keep(self, network: Network, run: Run) -> Self:
        """The fitted attributes."""
        endless = np.isinf(self.n_iter_no_change) and not isinstance(self._solver(), Solver)
        if run.stopped in ("epochs", "evaluations") and not endless:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
                "converged yet.",
                ConvergenceWarning,
                stacklevel=4,
            )
        self.network_, self.history_, self.engine_ = network, run.history, run.engine
        layers = network.views(network.theta)
        self.coefs_, self.intercepts_ = [p.W for p in layers], [p.b for p in layers]
        self.n_layers_, self.n_outputs_, self.n_iter_ = len(layers) + 1, network.k, run.epoch
        self.loss_curve_ = run.history["loss"].tolist()
        self.loss_, self.best_loss_ = self.loss_curve_[-1], min(self.loss_curve_)
        self.validation_scores_, self.best_validation_score_ = None, None
        if self.early_stopping:
            self.validation_scores_ = run.history["validation_score"].tolist()
            self.best_validation_score_, self.best_loss_ = max(self.validation_scores_), None
        return self

    def _read(self, X: Any, y: Any, sample_weight: ArrayLike | None, **check: Any) -> tuple[Array, Any, Array]:
        X, y = validate_data(self, X, y, dtype=_FLOATS, **check)
        if sample_weight is None:
            return X, y, np.ones(len(X), dtype=X.dtype)
        w = np.asarray(sample_weight, dtype=X.dtype)
        if w.shape != (len(X),):
            raise ValueError(f"sample_weight must have shape ({len(X)},); got {w.shape}.")
        if not np.isfinite(w).all() or (w < 0.0).any():
            raise ValueError("sample_weight must hold finite weights of at least 0.")
        if not w.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return X, y, w

    def _predict(self, X: Any) -> Array:
        check_is_fitted(self)
        return self.network_.predict(validate_data(self, X, dtype=_FLOATS, reset=False))
