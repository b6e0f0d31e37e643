"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names, our network."""

from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score
from sklearn.utils import check_consistent_length
from sklearn.utils.metaestimators import available_if

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import LOSSES, Quantiles
from halfmoon.components.rules import BOOLEAN, NONE, OneOf, OrList
from halfmoon.estimators.base import makes_passes
from halfmoon.estimators.conversion import binarizer_of
from halfmoon.estimators.fields import DICT, ComponentOf, parameter, parameters
from halfmoon.estimators.inspecting import Inspecting
from halfmoon.estimators.labels import Labels, are_classes, read_classes
from halfmoon.estimators.reading import (
    Call,
    Data,
    Rows,
    ask_network,
    check_fitted,
    read_truth,
)
from halfmoon.estimators.values import Values, as_numbers
from halfmoon.inspection.evaluation import off_scale
from halfmoon.training.warn import warn


@parameters
class MLPClassifier(ClassifierMixin, Inspecting):  # type: ignore[misc]
    """A feed-forward network that tells classes apart.

    It has scikit-learn's parameters and what its users asked for. `activation`,
    `solver`, `learning_rate`, `loss` and `initializer` take scikit-learn's names, any
    name in the registries (``halfmoon list``), a name with settings
    (``"elu:alpha=0.5"``), or an instance of your own. y may hold labels (n,) of any
    type, an indicator matrix of several labels at once, or several columns of classes.

    Attributes
    ----------
    classes_ : array of shape (classes,), or a list of them
        The classes, sorted; a list has those of each column of y.
    coefs_ : list of arrays of shape (d, k)
        Each layer's weights, as views into the network's parameters; may be set.
    intercepts_ : list of arrays of shape (k,)
        Each layer's biases, likewise.
    loss_curve_ : list of float
        The objective after each epoch, penalties included.
    validation_scores_ : list of float, or None
        The score of the validation rows after each epoch.
    n_iter_ : int
        Epochs of the last fit.
    best_epoch_ : int, or None
        The epoch whose weights stay; None without validation rows.
    stopped_ : str
        Why the fit ended: "epochs", "patience", "callback", "interrupted", "time",
        "diverged", "rate" (of "adaptive"); for L-BFGS "converged", "evaluations" or
        "abnormal".
    network_ : Network
        The fitted network.
    history_ : History
        Everything that was recorded, one row an epoch.
    engine_ : str
        Who carried out the updates: "compiled", "numpy", or "scipy" for L-BFGS.

    Examples
    --------
    >>> from halfmoon import MLPClassifier, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> model = MLPClassifier((3,), "tanh", solver="lbfgs", alpha=0.1, random_state=0)
    >>> model.set_params(max_iter=2000).fit(X, y).score(X, y)
    0.98
    """

    loss: Any = parameter(
        "log_loss",
        ComponentOf((LOSSES,), ("log_loss",)),
        "'log_loss', cross-entropy of the kind that y needs (with label smoothing: "
        "'log_loss:smoothing=0.1'), or one by name: 'softmax_cross_entropy' gives two "
        "classes two outputs",
    )
    class_weight: Any = parameter(
        None,
        OrList(NONE | OneOf("balanced") | DICT),
        "weight of each class, of all columns of y or of each; or 'balanced'",
    )

    @available_if(makes_passes)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None = None,
        classes: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """One pass over X and y, going on from the last call.

        With validation rows the best pass's weights are the ones that predict, and
        `stopped_` becomes "patience" after `n_iter_no_change` passes without
        improvement.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows to learn from.
        y : array of shape (n,) or (n, columns)
            Their labels.
        sample_weight : array of shape (n,), default=None
            Their weights.
        classes : array of shape (classes,), or a list of them, default=None
            All classes there will ever be; needed in the first call.
        X_val : array, data frame or sparse matrix of shape (m, d), default=None
            Validation rows.
        y_val : array of shape (m,) or (m, columns), default=None
            Their labels.
        sample_weight_val : array of shape (m,), default=None
            Their weights.

        Returns
        -------
        self : object
            The estimator.
        """
        return self._carry_out(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                classes=None if classes is None else read_classes(classes),
                one_pass=True,
            )
        )

    def predict(self, X: Any) -> Any:
        """The likeliest class of each row.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.

        Returns
        -------
        array of shape (n,) or (n, columns)
            Classes; zeros and ones for several labels; or a column for each of y's.
        """
        y_hat = ask_network(self, "predict", X)
        return self.targets_.decode(y_hat)

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, for each row.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.

        Returns
        -------
        array of shape (n, classes) or (n, labels), or a list of them
            Probabilities of the classes, which add up to 1; of each label by itself;
            or a list for the columns of y.
        """
        y_hat = ask_network(self, "predict", X)
        return self._labels.probabilities(y_hat)

    @np.errstate(under="ignore")
    def predict_log_proba(self, X: Any) -> Any:
        """The logarithms of `predict_proba`, none of them minus infinity.

        They are computed from raw predictions, not from rounded probabilities.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.

        Returns
        -------
        array of shape (n, classes) or (n, labels), or a list of them
            Like `predict_proba`.
        """
        z = ask_network(self, "raw_predict", X)
        y_hat = ask_network(self, "predict", X) if self.targets_.kind == "labels" else z
        return self._labels.log_probabilities(z, y_hat, self.network_.loss)

    @np.errstate(under="ignore")
    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Accuracy: the share of the rows all of whose labels are right.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.
        y : array of shape (n,) or (n, columns)
            Their labels.
        sample_weight : array of shape (n,), default=None
            Their weights.

        Returns
        -------
        float
            The accuracy, 0 to 1.
        """
        check_fitted(self)
        if self.targets_.kind != "columns":
            return float(super().score(X, read_truth(y), sample_weight))
        check_consistent_length(X, y, sample_weight)
        labels = np.asarray(self.predict(X))
        truth = np.asarray(y, dtype=object if labels.dtype == object else None)
        if truth.size != labels.size:
            raise ValueError(
                f"y must have shape {labels.shape}, as in the fit; got {truth.shape}."
            )
        is_correct = (labels == truth.reshape(labels.shape)).all(axis=1)
        right = np.ones_like(is_correct)
        return float(accuracy_score(right, is_correct, sample_weight=sample_weight))

    @property
    def _labels(self) -> Labels:
        """What y means, which is labels here."""
        return cast(Labels, self.targets_)

    @property
    def classes_(self) -> Any:
        """The classes, sorted; a list has those of each column of y."""
        if "targets_" in vars(self):
            return self._labels.classes
        if "classes_" not in self._set_by_hand():
            raise AttributeError(
                f"{type(self).__name__} knows no classes yet; fit it, or set classes_."
            )
        return self._set_by_hand()["classes_"]

    @classes_.setter
    def classes_(self, classes: Any) -> None:
        if "targets_" in vars(self):
            self.targets_ = self._labels.renamed(classes)
        else:
            labels = Labels.of_classes(classes)
            self._by_hand = {**self._set_by_hand(), "classes_": labels.classes}

    @property
    def _label_binarizer(self) -> Any:
        """What tools read of scikit-learn's classifier; to set it sets `classes_`."""
        check_fitted(self)
        return binarizer_of(self._labels)

    @_label_binarizer.setter
    def _label_binarizer(self, binarizer: Any) -> None:
        self.classes_ = binarizer.classes_

    def _targets_by_hand(self, coefs: list[Array]) -> Labels:
        return Labels.of_classes(self.classes_)

    def _targets(self, call: Call, rows: Rows, last: Any) -> Labels:
        if last is None:
            classes = call.classes
            if classes is None and (call.one_pass or self.warm_start):
                classes = self._set_by_hand().get("classes_")
            return Labels(rows.y, classes)
        if not call.one_pass:
            last.check_same(rows.y)
        return last

    def _check_pass(self, call: Call) -> None:
        """ValueError where the classes are not known, or not those of before."""
        known = hasattr(self, "classes_")
        if call.classes is None and not known:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        if (
            call.classes is not None
            and known
            and not are_classes(call.classes, self.classes_)
        ):
            raise ValueError(
                f"`classes={call.classes!r}` is not the same as on last call to "
                f"partial_fit, was: {self.classes_!r}"
            )
        weights = self.class_weight
        if not isinstance(weights, list | tuple):
            weights = [weights]
        if any(isinstance(weight, str) for weight in weights):
            raise ValueError(
                "class_weight 'balanced' is not supported for partial_fit, which never "
                "sees all rows at once; pass the weights as a dict."
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@parameters
class MLPRegressor(RegressorMixin, Inspecting):  # type: ignore[misc]
    """A feed-forward network that predicts values.

    It has scikit-learn's parameters and what its users asked for: see `MLPClassifier`
    for names with settings, and instances of your own. y may have several columns: a
    row's loss is their sum, in `loss_` too (scikit-learn gives the mean). With
    ``loss="quantiles"`` `predict` gives one column for each level, for each column of
    y; they never cross, and `score` is minus their mean pinball loss.

    Attributes
    ----------
    coefs_ : list of arrays of shape (d, k)
        Each layer's weights, as views into the network's parameters; may be set. With
        ``normalize_y=True`` the last ones are a copy in y's own units, as `predict`
        answers (but not with quantiles, whose predictions are no linear function).
    intercepts_ : list of arrays of shape (k,)
        Each layer's biases, likewise.
    loss_curve_ : list of float
        The objective after each epoch, penalties included.
    validation_scores_ : list of float, or None
        The score of the validation rows after each epoch.
    n_iter_ : int
        Epochs of the last fit.
    best_epoch_ : int, or None
        The epoch whose weights stay; None without validation rows.
    stopped_ : str
        Why the fit ended, as in `MLPClassifier`.
    network_ : Network
        The fitted network.
    history_ : History
        Everything that was recorded, one row an epoch.
    engine_ : str
        Who carried out the updates: "compiled", "numpy", or "scipy" for L-BFGS.

    Examples
    --------
    >>> from halfmoon import MLPRegressor, datasets
    >>> X, y = datasets.make("wave", n=300, noise=0.1, seed=0)
    >>> model = MLPRegressor(activation="tanh", solver="lbfgs", random_state=0)
    >>> model = model.set_params(hidden_layer_sizes=(20,), max_iter=2000)
    >>> round(model.fit(X, y).score(X, y), 2)
    0.98
    """

    loss: Any = parameter(
        "squared_error",
        ComponentOf((LOSSES,)),
        (
            "'squared_error', 'poisson', or any loss for values: 'absolute_error', "
            "'huber:delta=2.0', 'quantiles', ..."
        ),
        kw_only=False,
    )
    normalize_y: bool = parameter(
        False,
        BOOLEAN,
        "whether to learn (y - mean) / standard deviation; y's own units are predicted",
    )

    @available_if(makes_passes)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """One pass over X and y, going on from the last call.

        `normalize_y` keeps the first call's mean and deviation, and warns where that y
        is constant. With validation rows the best pass's weights are the ones that
        predict, and `stopped_` becomes "patience" after `n_iter_no_change` passes
        without improvement.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows to learn from.
        y : array of shape (n,) or (n, columns)
            Their values.
        sample_weight : array of shape (n,), default=None
            Their weights.
        X_val : array, data frame or sparse matrix of shape (m, d), default=None
            Validation rows.
        y_val : array of shape (m,) or (m, columns), default=None
            Their values.
        sample_weight_val : array of shape (m,), default=None
            Their weights.

        Returns
        -------
        self : object
            The estimator.
        """
        return self._carry_out(
            Call(X, y, sample_weight, X_val, y_val, sample_weight_val, one_pass=True)
        )

    def predict(self, X: Any) -> Array:
        """Predict the values of rows X.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.

        Returns
        -------
        array of shape (n,) or (n, columns)
            Values, in y's own units; with quantiles a column for each level.
        """
        y_hat = ask_network(self, "predict", X)
        return self.targets_.decode(y_hat)

    @np.errstate(under="ignore")
    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """R2 of the predictions, or minus the mean pinball loss of several quantiles.

        Parameters
        ----------
        X : array, data frame or sparse matrix of shape (n, d)
            The rows.
        y : array of shape (n,) or (n, columns)
            Their values.
        sample_weight : array of shape (n,), default=None
            Their weights.

        Returns
        -------
        float
            The score: the more the better.
        """
        check_fitted(self)
        loss = self.network_.loss
        y = read_truth(y)
        if not isinstance(loss, Quantiles):
            return float(super().score(X, y, sample_weight))
        check_consistent_length(X, y, sample_weight)
        truth = self.targets_.encode(y, loss)
        y_hat = ask_network(self, "predict", X)
        w = None if sample_weight is None else np.asarray(sample_weight)
        return float(self.targets_.score(loss, y_hat, truth, w))

    def _targets_by_hand(self, coefs: list[Array]) -> Values:
        each = LOSSES.make(self.loss).outputs(1)
        columns = max(1, coefs[-1].shape[1] // each)
        return Values(np.zeros((1, columns)), np.ones(1), normalize=False)

    def _targets(self, call: Call, rows: Rows, last: Any) -> Values:
        if self.normalize_y and LOSSES.make(self.loss).target == "counts":
            raise ValueError(
                f"normalize_y=True cannot work with loss={self.loss!r}, which reads "
                "counts; leave it out."
            )
        if last is None:
            values = Values(as_numbers(rows.y), rows.w, self.normalize_y)
            if values.constant and (call.one_pass or self.warm_start):
                warn(
                    "normalize_y keeps the mean and the deviation of the first y, "
                    f"which is constant in columns {values.constant}: their deviation "
                    "counts as 1 from now on. Begin with rows whose y varies."
                )
            return values
        if last.normalized != self.normalize_y:
            raise ValueError(
                f"normalize_y was {last.normalized} in the fit to go on from and is "
                f"{self.normalize_y} now; keep it, or begin anew with warm_start=False."
            )
        return last

    def _check_scale(self, data: Data) -> None:
        """ConvergenceWarning where X or y should be scaled.

        That is where it is far from mean 0 and deviation 1, and a constant, y's mean,
        was the better prediction.
        """
        super()._check_scale(data)
        X, y, w = data
        loss = self.network_.loss
        if loss.target == "counts" or isinstance(loss, Quantiles):
            return
        with np.errstate(all="ignore"):  # y of 1e-160 has squares of 0
            far = off_scale(y)
            if far.max() <= 1.0:
                return
            r2 = self.targets_.score(loss, self.network_.predict(X), y, w)
        if r2 < 0.0:
            worst = y[:, far.argmax()]
            warn(
                f"y has mean {worst.mean():.3g} and standard deviation "
                f"{worst.std():.3g}, and after {self.n_iter_} epochs the fit is worse "
                f"than that mean (R2 {r2:.3g} on the training rows); set "
                "normalize_y=True.",
                ConvergenceWarning,
            )
