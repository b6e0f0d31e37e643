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
from halfmoon.initializers import INITIALIZERS
from halfmoon.loop import Run
from halfmoon.losses import Loss
from halfmoon.network import Network
from halfmoon.optimizers import OPTIMIZERS, Adam, Momentum, Nesterov, Optimizer
from halfmoon.schedules import InverseScaling, Plateau, Schedule
from halfmoon.settings import Settings, allows, nearest
from halfmoon.solvers import LBFGS, SOLVERS, Solver, solve
from halfmoon.training import train

_FLOATS = (np.float64, np.float32)
RULES = {  # what each parameter may be; blocks (activation, solver, ...) are checked by their shelves
    "alpha": "a number in [0, inf)",
    "batch_size": "'auto', or an integer in [1, inf)",
    "learning_rate_init": "a number in (0, inf)",
    "power_t": "a number in (0, inf)",
    "max_iter": "an integer in [1, inf)",
    "shuffle": "True or False",
    "tol": "a number in [0, inf)",
    "momentum": "a number in [0, 1)",
    "nesterovs_momentum": "True or False",
    "early_stopping": "True or False",
    "validation_fraction": "a number in (0, 1)",
    "beta_1": "a number in [0, 1)",
    "beta_2": "a number in [0, 1)",
    "epsilon": "a number in (0, inf)",
    "max_fun": "an integer in [1, inf)",
}


class MLP(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share: the parameters, and the way from them to a fitted network."""

    def __init__(self, **parameters: Any) -> None:
        for name, value in parameters.items():
            setattr(self, name, value)

    def _fit(self, X: Array, y: Any, w: Array, loss: Loss, columns: int, strata: Any = None) -> Self:
        """Build the network for y's columns, train it on y as the loss reads it, and keep what was learned."""
        self._check_parameters()
        rng = check_random_state(self.random_state)
        network = self._network(X, loss, columns, rng)
        data, validation = (X, y, w), None
        if self.early_stopping:
            data, validation = self._split(data, strata, rng)
        solver = self._solver()
        settings = self._settings(data, solver, seed=int(rng.randint(2**31 - 1)))
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

    def _check_parameters(self) -> None:
        """ValueError for the first parameter that breaks its rule, by its own name."""
        rules = dict(RULES)
        if self.n_iter_no_change != np.inf:
            rules["n_iter_no_change"] = "an integer in [1, inf), or infinity"
        for name, rule in rules.items():
            value = getattr(self, name)
            value = value.item() if isinstance(value, np.generic) else value
            if not allows(rule, value):
                message = f"The {name!r} parameter of {type(self).__name__} must be {rule}. Got {value!r} instead."
                raise ValueError(message)

    def _hidden(self) -> list[Any]:
        """The hidden layers' sizes; one number stands for one layer."""
        given = self.hidden_layer_sizes
        sizes: list[Any] = list(given) if isinstance(given, list | tuple | np.ndarray) else [given]
        if not all(isinstance(size, int | np.integer) and not isinstance(size, bool) and size >= 1 for size in sizes):
            rule = "an integer in [1, inf), or a list of them"
            raise ValueError(
                f"The 'hidden_layer_sizes' parameter of {type(self).__name__} must be {rule}. Got {given!r}."
            )
        return sizes

    def _network(self, X: Array, loss: Loss, columns: int, rng: np.random.RandomState) -> Network:
        hidden = self._hidden()
        initializer = None if self.initializer == "auto" else INITIALIZERS.make(self.initializer)
        sizes = [X.shape[1], *hidden, loss.outputs(columns)]
        return Network.dense(sizes, self.activation, loss, initializer=initializer, dtype=X.dtype, rng=rng)

    def _split(self, data: tuple[Array, ...], strata: Any, rng: np.random.RandomState) -> tuple[Any, Any]:
        """Rows to learn from, and rows to stop by: drawn at random, with the classes' shares kept."""
        parts = train_test_split(*data, test_size=self.validation_fraction, random_state=rng, stratify=strata)
        if len(parts[1]) < 2 or not parts[5].any():
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return tuple(parts[::2]), tuple(parts[1::2])

    def _solver(self) -> Optimizer | Solver:
        """The update rule: scikit-learn's three by their own parameters, any other from the shelves."""
        if isinstance(self.solver, Optimizer | Solver):
            return self.solver
        if self.solver == "sgd":
            return Nesterov(self.momentum) if self.nesterovs_momentum else Momentum(self.momentum)
        if self.solver == "adam":
            return Adam(self.beta_1, self.beta_2, self.epsilon)
        if self.solver == "lbfgs":
            return LBFGS(evaluations=self.max_fun, gradient=self.tol)
        name = self.solver.partition(":")[0] if isinstance(self.solver, str) else None
        if name not in SOLVERS and name not in OPTIMIZERS:
            known = nearest(str(self.solver), ["sgd", *SOLVERS, *OPTIMIZERS])
            raise ValueError(f"The 'solver' parameter of {type(self).__name__} cannot be {self.solver!r}; {known}")
        return SOLVERS.make(self.solver) if name in SOLVERS else OPTIMIZERS.make(self.solver)

    def _schedule(self) -> Schedule | str:
        """How the learning rate changes: scikit-learn's names with their own parameters, any other from the shelf."""
        if self.learning_rate == "invscaling":
            return InverseScaling(self.power_t, "rows")
        if self.learning_rate == "adaptive":
            return Plateau(patience=int(min(self.n_iter_no_change, 2**31)), tol=self.tol)
        return self.learning_rate

    def _settings(self, data: tuple[Array, ...], solver: Any, seed: int) -> Settings:
        """scikit-learn's parameters as training settings."""
        n, weight, whole = len(data[0]), float(data[2].sum()), isinstance(solver, Solver)
        stops = self.early_stopping or not (whole or self.learning_rate == "adaptive")
        patience = self.n_iter_no_change if stops and np.isfinite(self.n_iter_no_change) else None
        shared: dict[str, Any] = {
            "epochs": self.max_iter,
            "l2": self.alpha / weight,  # scikit-learn's alpha belongs to the sum of the rows' losses
            "patience": patience,
            "tol": 0.0 if patience is None else self.tol,
            "monitor": "score" if self.early_stopping else "loss",
        }
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
        if run.stopped in ("epochs", "evaluations", "abnormal") and (
            run.engine == "scipy" or np.isfinite(self.n_iter_no_change)
        ):
            told = f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
            warnings.warn(told + "converged yet.", ConvergenceWarning, stacklevel=4)  # scikit-learn's own words
        self.network_, self.history_, self.engine_ = network, run.history, run.engine
        self.n_layers_, self.n_outputs_, self.n_iter_ = len(network.layers) + 1, network.k, run.epoch
        self.loss_curve_ = run.history["loss"].tolist()
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else np.nan  # it may have diverged in its first epoch
        self.best_loss_ = min(self.loss_curve_, default=np.nan)
        self.validation_scores_, self.best_validation_score_ = None, None
        if self.early_stopping:
            self.validation_scores_ = run.history["validation_score"].tolist()
            self.best_validation_score_, self.best_loss_ = max(self.validation_scores_, default=np.nan), None
        return self

    def _read(self, X: Any, y: Any, sample_weight: ArrayLike | None, **check: Any) -> tuple[Array, Any, Array]:
        X, y = validate_data(self, X, y, dtype=_FLOATS, ensure_all_finite=False, **check)
        self._refuse_gaps(X)
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

    @property
    def coefs_(self) -> list[Array]:
        """Each layer's weights W (d, k), as views into the network's parameters."""
        return [p.W for p in self.network_.views(self.network_.theta)]

    @property
    def intercepts_(self) -> list[Array]:
        """Each layer's biases b (k,), as views into the network's parameters."""
        return [p.b for p in self.network_.views(self.network_.theta)]

    def _predict(self, X: Any) -> Array:
        return self._through("predict", X)

    def _scores(self, X: Any) -> Array:
        return self._through("scores", X)

    def _through(self, what: str, X: Any) -> Array:
        """Predictions or scores of rows X. An array that needs no checks but those of the network gets no others."""
        check_is_fitted(self, "network_")
        plain = type(X) is np.ndarray and X.dtype in _FLOATS and X.ndim == 2 and X.shape[1] == self.n_features_in_
        if not plain or len(X) == 0 or hasattr(self, "feature_names_in_"):
            X = validate_data(self, X, dtype=_FLOATS, reset=False, ensure_all_finite=False)
        try:
            return getattr(self.network_, what)(X)
        except ValueError:
            self._refuse_gaps(X)
            raise

    def _refuse_gaps(self, X: Array) -> None:
        """ValueError, with the columns' names, for values that are not finite."""
        bad = ~np.isfinite(X).all(axis=0)
        if bad.any():
            names = np.asarray(getattr(self, "feature_names_in_", range(X.shape[1])))[bad]
            raise ValueError(
                f"X contains NaN or infinity in columns {', '.join(map(str, names))}; remove or fill them."
            )
