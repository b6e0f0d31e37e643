"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names and conventions, our network.

A thin face: parameters are translated into a Network and training Settings, and what came of it into attributes.
"""

import warnings
from contextlib import nullcontext
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from halfmoon.callbacks import progress_bar
from halfmoon.elementary import Array
from halfmoon.losses import LOSSES, Loss
from halfmoon.network import Network
from halfmoon.optimizers import Adam, Momentum, Nesterov, Optimizer
from halfmoon.schedules import InverseScaling, Plateau, Schedule
from halfmoon.settings import Settings
from halfmoon.solvers import LBFGS, SOLVERS, Solver, solve
from halfmoon.training import Run, train

_FLOATS = (np.float64, np.float32)


class _MLP(BaseEstimator):  # type: ignore[misc]
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
        score = self._score if validation is not None else None
        bar = progress_bar(type(self).__name__, self.max_iter) if self.verbose else nullcontext()
        with bar as progress:
            options: dict[str, Any] = {"validation": validation, "score": score, "progress": progress}
            rows, truth, weight = data
            if isinstance(solver, Solver):
                run = solve(network, rows, truth, solver, w=weight, settings=settings, **options)
            else:
                run = train(network, rows, truth, w=weight, settings=settings, **options)
        return self._keep(network, run, settings)

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
        n, weight = len(data[0]), float(data[2].sum())
        patience = None if np.isinf(self.n_iter_no_change) else self.n_iter_no_change
        shared: dict[str, Any] = {
            "epochs": self.max_iter,
            "l2": self.alpha / weight,  # scikit-learn's alpha belongs to the sum of the rows' losses
            "seed": seed,
            "tol": float(self.tol),
            "patience": patience,
            "monitor": "score" if self.early_stopping else "loss",
        }
        solver = self._solver()
        batch_size: Any = min(200, n) if self.batch_size == "auto" else self.batch_size
        if isinstance(solver, Solver):
            return Settings(**{**shared, "patience": patience if self.early_stopping else None})
        return Settings(
            **{**shared, "patience": None if self.learning_rate == "adaptive" else patience},
            optimizer=solver,
            learning_rate=self.learning_rate_init,
            schedule=self._schedule(),
            batch_size=batch_size,
            shuffle=self.shuffle,
        )

    def _keep(self, network: Network, run: Run, settings: Settings) -> Self:
        """The fitted attributes."""
        if run.stopped == "epochs" and settings.patience is not None:
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
        if not w.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return X, y, w

    def _predict(self, X: Any) -> Array:
        check_is_fitted(self)
        return self.network_.predict(validate_data(self, X, dtype=_FLOATS, reset=False))


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc]
    """A feed-forward network that tells classes apart, with scikit-learn's parameters.

    `hidden_layer_sizes` are the units of each hidden layer. `activation`, `solver`, `learning_rate`, `loss` and
    `initializer` take scikit-learn's names, any name on the shelves (``halfmoon list``), or an instance of your own.
    `alpha` is the L2 penalty on the sum of the rows' losses. `loss="auto"` is one logistic output for two classes,
    independent ones for several labels at once, softmax for more classes; "softmax_cross_entropy" gives two classes
    two outputs, as in the tutorial.

    After `fit`: `classes_`, `coefs_`, `intercepts_`, `loss_curve_`, `n_iter_`, `network_`, `history_`, `engine_`.

    >>> from halfmoon import MLPClassifier, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> MLPClassifier((3,), "tanh", solver="lbfgs", random_state=0).fit(X, y).score(X, y)
    0.975
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        loss: Any = "auto",
        initializer: Any = "auto",
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(**given)

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from X (n, d) and labels y (n,), or an indicator matrix y (n, labels); rows weigh `sample_weight`."""
        X, y, w = self._read(X, y, sample_weight, multi_output=True)
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            self.classes_ = np.arange(y.shape[1])
            return self._fit(X, y, w, self._loss("logistic_cross_entropy"), y.shape[1])
        self.classes_, codes = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        columns = len(self.classes_)
        if columns < 2:
            raise ValueError(f"MLPClassifier needs at least 2 classes in y; got one class, {self.classes_[0]!r}.")
        loss = self._loss("logistic_cross_entropy" if columns == 2 else "softmax_cross_entropy")
        return self._fit(X, codes, w, loss, 1 if loss.target == "labels" else columns, codes)

    def _loss(self, usual: str) -> Loss:
        """The loss asked for, or the usual one; ValueError where it cannot read these labels."""
        loss = LOSSES.make(usual if self.loss == "auto" else self.loss)
        readable = ("classes",) if usual == "softmax_cross_entropy" else ("classes", "labels")
        if loss.target not in readable:
            raise ValueError(f"loss={self.loss!r} does not fit these labels; use 'auto' or {usual!r}.")
        return loss

    @staticmethod
    def _score(y_hat: Array, y: Array) -> float:
        """Share of the rows that are right in every label."""
        if y_hat.shape[1] > 1 and np.allclose(y_hat.sum(axis=1), 1.0):
            return float((y_hat.argmax(axis=1) == y.argmax(axis=1)).mean())
        return float(((y_hat > 0.5) == (y > 0.5)).all(axis=1).mean())

    def predict(self, X: Any) -> Array:
        """The likeliest class of each row, (n,); for several labels, zeros and ones (n, labels)."""
        y_hat = self._predict(X)
        if self._multilabel():
            return (y_hat > 0.5).astype(int)
        codes = (y_hat[:, 0] > 0.5).astype(int) if y_hat.shape[1] == 1 else y_hat.argmax(axis=1)
        return self.classes_[codes]

    def predict_proba(self, X: Any) -> Array:
        """Each class's probability, (n, classes); for several labels each label's own, (n, labels)."""
        y_hat = self._predict(X)
        return np.hstack([1.0 - y_hat, y_hat]) if y_hat.shape[1] == 1 and not self._multilabel() else y_hat

    def _multilabel(self) -> bool:
        return self.network_.k > 1 and self.network_.loss.target == "labels"


class MLPRegressor(RegressorMixin, _MLP):  # type: ignore[misc]
    """A feed-forward network that predicts values, with scikit-learn's parameters.

    `loss` takes "squared_error", "poisson", or any regression loss on the shelf; the rest is as in `MLPClassifier`.
    y may have several columns. With ``loss="quantiles"`` `predict` gives one column for each level.

    >>> from halfmoon import MLPRegressor, datasets
    >>> X, y = datasets.make("wave", n=300, noise=0.1, seed=0)
    >>> round(MLPRegressor(hidden_layer_sizes=(20,), activation="tanh", solver="lbfgs", random_state=0)
    ...       .fit(X, y).score(X, y), 2)
    0.98
    """

    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        initializer: Any = "auto",
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(**given)

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from X (n, d) and values y (n,) or (n, columns); rows weigh `sample_weight`."""
        X, y, w = self._read(X, y, sample_weight, multi_output=True, y_numeric=True)
        loss = LOSSES.make(self.loss)
        if loss.target not in ("real", "counts"):
            raise ValueError(f"loss={self.loss!r} is for classes; use 'squared_error' or MLPClassifier.")
        y = column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y
        return self._fit(X, y, w, loss, 1 if y.ndim == 1 else y.shape[1])

    def predict(self, X: Any) -> Array:
        """The predicted values, (n,) or (n, columns)."""
        y_hat = self._predict(X)
        return y_hat[:, 0] if y_hat.shape[1] == 1 else y_hat

    @staticmethod
    def _score(y_hat: Array, y: Array) -> float:
        """The coefficient of determination R2."""
        return float(r2_score(y, y_hat))
