"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names and conventions, our network."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d

from halfmoon.elementary import Array, log_softmax, softplus
from halfmoon.estimators.base import MLP
from halfmoon.loop import Score
from halfmoon.losses import LOSSES, Loss, Quantiles


class MLPClassifier(ClassifierMixin, MLP):  # type: ignore[misc]
    """A feed-forward network that tells classes apart, with scikit-learn's parameters.

    `hidden_layer_sizes` are the units of each hidden layer. `activation`, `solver`, `learning_rate`, `loss` and
    `initializer` take scikit-learn's names, any name on the shelves (``halfmoon list``), or an instance of your own.
    `alpha` is the L2 penalty on the sum of the rows' losses. `loss="auto"` is one logistic output for two classes,
    independent ones for several labels at once, softmax for more classes; "softmax_cross_entropy" gives two classes
    two outputs, as in the tutorial.

    After `fit`: `classes_`, `coefs_`, `intercepts_`, `loss_curve_`, `n_iter_`, `network_`, `history_`, `engine_`.

    >>> from halfmoon import MLPClassifier, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> MLPClassifier((3,), "tanh", solver="lbfgs", alpha=0.1, max_iter=2000, random_state=0).fit(X, y).score(X, y)
    0.98
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
        parameters = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(**parameters)  # scikit-learn reads the names off this signature

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
            raise ValueError(f"MLPClassifier needs at least 2 classes in y; got one class, {self.classes_[0]}.")
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
    def _score(loss: Loss) -> Score:
        """Accuracy: the share of the rows whose class is right, or all of whose labels are."""
        if loss.target == "classes":
            return lambda y_hat, y, w: float(np.average(y_hat.argmax(axis=1) == y.argmax(axis=1), weights=w))
        return lambda y_hat, y, w: float(np.average(((y_hat > 0.5) == (y > 0.5)).all(axis=1), weights=w))

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
        if y_hat.shape[1] > 1 or self._multilabel():
            return y_hat
        both = np.empty((len(y_hat), 2), y_hat.dtype)
        both[:, 1:] = y_hat
        np.subtract(1.0, y_hat, out=both[:, :1])
        return both

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of `predict_proba`, from scores, so that none is minus infinity for a finite score."""
        z = self._scores(X)
        if self.network_.loss.target == "classes":
            return log_softmax(z)
        return -softplus(-z) if self._multilabel() else -softplus(np.hstack([z, -z]))

    def _multilabel(self) -> bool:
        return self.network_.k > 1 and self.network_.loss.target == "labels"


class MLPRegressor(RegressorMixin, MLP):  # type: ignore[misc]
    """A feed-forward network that predicts values, with scikit-learn's parameters.

    `loss` takes "squared_error", "poisson", or any regression loss on the shelf; the rest is as in `MLPClassifier`.
    y may have several columns: a row's loss is their sum, in `loss_` too (scikit-learn tells the mean). With
    ``loss="quantiles"`` `predict` gives one column for each level.

    >>> from halfmoon import MLPRegressor, datasets
    >>> X, y = datasets.make("wave", n=300, noise=0.1, seed=0)
    >>> model = MLPRegressor(hidden_layer_sizes=(20,), activation="tanh", solver="lbfgs", max_iter=2000, random_state=0)
    >>> round(model.fit(X, y).score(X, y), 2)
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
        parameters = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        super().__init__(**parameters)  # scikit-learn reads the names off this signature

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

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """R2 of the predictions; with several quantiles, minus their mean pinball loss, so that more is better."""
        check_is_fitted(self)
        if not isinstance(self.network_.loss, Quantiles):
            return float(super().score(X, y, sample_weight))
        y = np.asarray(y)
        y_hat = self._predict(X)
        losses = self.network_.loss.pinball(y_hat, y.reshape(len(y), -1))[:, 0] / y_hat.shape[1]
        weights = None if sample_weight is None else np.asarray(sample_weight)
        return -float(np.average(losses, weights=weights))

    @staticmethod
    def _score(loss: Loss) -> Score:
        """What early stopping looks at: as in `score`."""
        if isinstance(loss, Quantiles):
            return lambda y_hat, y, w: -float(np.average(loss.pinball(y_hat, y)[:, 0], weights=w)) / y_hat.shape[1]
        return lambda y_hat, y, w: float(r2_score(y, y_hat, sample_weight=w))
