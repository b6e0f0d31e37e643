"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names and conventions, our
network.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_consistent_length
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import LOSSES, Loss, Quantiles
from halfmoon.components.rules import BOOLEAN, COMPONENT, NONE, OneOf, OrList, setting
from halfmoon.estimators.base import MLP, has_many_updates
from halfmoon.estimators.parameters import DICT, parameters
from halfmoon.estimators.reading import Rows
from halfmoon.estimators.targets import Labels, Values
from halfmoon.inspection.evaluation import off_scale


@parameters
class MLPClassifier(ClassifierMixin, MLP):  # type: ignore[misc]
    """A feed-forward network that tells classes apart, with scikit-learn's parameters
    and what its users asked for.

    `activation`, `solver`, `learning_rate`, `loss` and `initializer` take
    scikit-learn's names, any name in the registries (``halfmoon list``), a name with
    settings (``"elu:alpha=0.5"``), or a block of your own. y may hold labels (n,) of
    any type, an indicator matrix of several labels at once, or several columns of
    classes.

    After `fit`: `classes_`, `coefs_`, `intercepts_`, `loss_curve_`,
    `validation_scores_`, `n_iter_`, `network_`, `history_`, `best_epoch_`, `engine_`,
    ... and `stopped_`, why the fit ended: "epochs", "patience", "callback",
    "interrupted", "time", "diverged", "rate" (of "adaptive"); for L-BFGS "converged",
    "evaluations" or "abnormal".

    >>> from halfmoon import MLPClassifier, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> model = MLPClassifier((3,), "tanh", solver="lbfgs", alpha=0.1, random_state=0)
    >>> model.set_params(max_iter=2000).fit(X, y).score(X, y)
    0.98
    """

    loss: Any = setting(
        "log_loss",
        COMPONENT,
        "'log_loss', cross-entropy of the kind that y needs (with label smoothing: "
        "'log_loss:smoothing=0.1'), or one by name: 'softmax_cross_entropy' gives two "
        "classes two outputs",
    )
    class_weight: Any = setting(
        None,
        OrList(NONE | OneOf("balanced") | DICT),
        "weight of each class, of all columns of y or of each; or 'balanced'",
    )

    @available_if(has_many_updates)  # type: ignore[untyped-decorator]
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
        """One pass over X and y, going on from the last call; the first call is told
        all `classes`.

        With `X_val` and `y_val` the best pass's weights are the ones that predict, and
        `stopped_` becomes "patience" after `n_iter_no_change` passes without
        improvement.
        """
        held = (X_val, y_val, sample_weight_val)
        return self._learn((X, y, sample_weight), held, classes=classes, single=True)

    def _check_single(self, classes: Any) -> None:
        """ValueError where a single pass cannot be."""
        super()._check_single(classes)
        if (
            classes is not None
            and hasattr(self, "classes_")
            and not _same(classes, self.classes_)
        ):
            told = (
                f"`classes={classes!r}` is not the same as on last call to "
                f"partial_fit, was: {self.classes_!r}"
            )
            raise ValueError(told)
        if classes is None and not hasattr(self, "classes_"):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        weights = (
            self.class_weight
            if isinstance(self.class_weight, list | tuple)
            else [self.class_weight]
        )
        if any(isinstance(weight, str) for weight in weights):
            told = (
                "class_weight 'balanced' is not supported for partial_fit, which never "
                "sees all rows at once"
            )
            raise ValueError(f"{told}; pass the weights as a dict.")

    def predict(self, X: Any) -> Any:
        """The likeliest class of each row, (n,); zeros and ones for several labels; or
        a column for each of y's.
        """
        y_hat = self._through("predict", X)
        return self.targets_.decode(y_hat)

    def predict_proba(self, X: Any) -> Any:
        """Each class's probability, (n, classes); each label's own, (n, labels); or a
        list of these for columns.
        """
        y_hat = self._through("predict", X)
        return self.targets_.probabilities(y_hat)

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithms of `predict_proba`, from scores, so that none is minus
        infinity for a finite score.
        """
        z = self._through("raw_predict", X)
        y_hat = self._through("predict", X) if self.targets_.kind == "labels" else z
        return self.targets_.log_probabilities(z, y_hat, self.network_.loss)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Accuracy: the share of the rows all of whose labels are right."""
        if self.targets_.kind != "columns":
            return float(super().score(X, y, sample_weight))
        check_consistent_length(X, y, sample_weight)
        labels = np.asarray(self.predict(X))
        w = None if sample_weight is None else np.asarray(sample_weight)
        truth = np.asarray(y, dtype=labels.dtype if labels.dtype == object else None)
        if truth.size != labels.size:
            raise ValueError(
                f"y must have shape {labels.shape}, as in the fit; got {truth.shape}."
            )
        right = labels == truth.reshape(labels.shape)
        return float(np.average(right.reshape(len(right), -1).all(axis=1), weights=w))

    def _targets(self, rows: Rows, classes: Any) -> Labels:
        return Labels(rows.y, classes)

    def _about(self, targets: Labels) -> dict[str, Any]:
        return {"classes_": targets.classes}

    def _loss(self, targets: Labels) -> Loss:
        """The loss asked for; ValueError where it cannot read these labels."""
        name, _, options = (
            self.loss.partition(":") if isinstance(self.loss, str) else (None, "", "")
        )
        if name == "log_loss":
            sizes = (
                f"sizes={'/'.join(map(str, targets.sizes))}"
                if targets.kind == "columns"
                else ""
            )
            options = ",".join(filter(None, [options, sizes]))
            return LOSSES.make(f"{targets.usual_loss}:{options}")
        loss = LOSSES.make(self.loss)
        if not targets.fits(loss):
            raise ValueError(
                f"loss={self.loss!r} does not fit these labels; use 'log_loss' or "
                f"{targets.usual_loss!r}."
            )
        return loss

    def _check_labels(self, targets: Labels, y: Any, same: bool) -> None:
        """ValueError where a fit is to go on (`same`) with other classes than
        before.
        """
        if not same or targets.kind == "labels":
            return
        columns = (
            [(targets.classes, y)]
            if targets.kind == "classes"
            else zip(targets.classes, y.T, strict=False)
        )
        for known, column in columns:
            if set(np.unique(column)) != set(known):
                told = (
                    "warm_start can only be used where `y` has the same classes as in "
                    "the previous call to fit."
                )
                raise ValueError(
                    f"{told} Previously got {known}, `y` has {np.unique(column)}"
                )

    def _strata(self, y: Any, targets: Labels) -> Any:
        """By what rows are drawn: classes keep their shares. (Two are told as False and
        True, as in its messages.)
        """
        if targets.kind != "classes":
            return None
        return targets.codes(y)[:, None] == 1 if len(targets.classes) == 2 else y

    def _weigh(self, rows: Rows, targets: Labels) -> Array:
        return targets.weigh(self.class_weight, rows.y, rows.w)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _same(classes: Any, known: Any) -> bool:
    """Whether these are the classes that are known."""
    if isinstance(known, list):
        return len(classes) == len(known) and all(map(_same, classes, known))
    return np.array_equal(np.unique(classes), known)


@parameters
class MLPRegressor(RegressorMixin, MLP):  # type: ignore[misc]
    """A feed-forward network that predicts values, with scikit-learn's parameters and
    what its users asked for.

    y may have several columns: a row's loss is their sum, in `loss_` too (scikit-learn
    tells the mean). With ``loss="quantiles"`` `predict` gives one column for each
    level, for each column of y; they never cross, and `score` is minus their mean
    pinball loss.

    >>> from halfmoon import MLPRegressor, datasets
    >>> X, y = datasets.make("wave", n=300, noise=0.1, seed=0)
    >>> model = MLPRegressor(activation="tanh", solver="lbfgs", random_state=0)
    >>> model = model.set_params(hidden_layer_sizes=(20,), max_iter=2000)
    >>> round(model.fit(X, y).score(X, y), 2)
    0.98
    """

    loss: Any = setting(
        "squared_error",
        COMPONENT,
        (
            "'squared_error', 'poisson', or any loss for values: 'absolute_error', "
            "'huber:delta=2.0', 'quantiles', ..."
        ),
        kw_only=False,
    )
    normalize_y: bool = setting(
        False,
        BOOLEAN,
        "whether to learn (y - mean) / standard deviation; y's own units are predicted",
    )

    @available_if(has_many_updates)  # type: ignore[untyped-decorator]
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
        """One pass over X and y, going on from the last call; `normalize_y` keeps the
        first call's mean and deviation.

        With `X_val` and `y_val` the best pass's weights are the ones that predict, and
        `stopped_` becomes "patience" after `n_iter_no_change` passes without
        improvement.
        """
        return self._learn(
            (X, y, sample_weight), (X_val, y_val, sample_weight_val), single=True
        )

    def predict(self, X: Any) -> Array:
        """The predicted values, (n,) or (n, columns)."""
        y_hat = self._through("predict", X)
        return self.targets_.decode(y_hat)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """R2 of the predictions; with several quantiles, minus their mean pinball loss,
        so that more is better.
        """
        check_is_fitted(self, "network_")
        if not isinstance(self.network_.loss, Quantiles):
            return float(super().score(X, y, sample_weight))
        check_consistent_length(X, y, sample_weight)
        truth = self.targets_.encode(_numbers(np.asarray(y)), self.network_.loss)
        w = sample_weight
        weights = None if w is None else np.asarray(w)
        return float(
            self.targets_.goodness(
                self.network_.loss, self._through("predict", X), truth, weights
            )
        )

    def _targets(self, rows: Rows, classes: Any) -> Values:
        if self.normalize_y and LOSSES.make(self.loss).target == "counts":
            raise ValueError(
                f"normalize_y=True cannot work with loss={self.loss!r}, which reads "
                "counts; leave it out."
            )
        return Values(_numbers(rows.y), rows.w, self.normalize_y)

    def _loss(self, targets: Values) -> Loss:
        if targets.normalized != self.normalize_y:
            told = (
                f"normalize_y was {targets.normalized} in the fit to go on from and is "
                f"{self.normalize_y} now"
            )
            raise ValueError(f"{told}; keep it, or begin anew with warm_start=False.")
        loss = LOSSES.make(self.loss)
        if loss.target not in ("real", "counts"):
            raise ValueError(
                f"loss={self.loss!r} is for classes; use 'squared_error' or "
                "MLPClassifier."
            )
        return loss

    def _check_fit(self, data: Any) -> None:
        """ConvergenceWarning where y is far from mean 0 and deviation 1 and its mean
        was the better prediction.
        """
        X, y, w = data
        loss = self.network_.loss
        with np.errstate(all="ignore"):  # y of 1e-160 has squares of 0
            far = off_scale(y)
            if (
                loss.target == "counts"
                or isinstance(loss, Quantiles)
                or far.max() <= 1.0
            ):
                return
            goodness = self.targets_.goodness(loss, self.network_.predict(X), y, w)
        if goodness < 0.0:
            worst = y[:, far.argmax()]
            told = (
                f"y has mean {worst.mean():.3g} and standard deviation "
                f"{worst.std():.3g}, and after {self.n_iter_} "
            )
            told += (
                f"epochs the fit is worse than that mean (R2 {goodness:.3g} on the "
                "training rows)"
            )
            warnings.warn(
                f"{told}; set normalize_y=True.", ConvergenceWarning, stacklevel=6
            )


def _numbers(y: Any) -> Any:
    """y as numbers; ValueError for what is none, or not finite."""
    if y.dtype.kind not in "biuf":
        try:
            y = y.astype(
                np.float64, casting="unsafe" if y.dtype.kind in "OUS" else "safe"
            )
        except (TypeError, ValueError):
            raise ValueError(
                f"y must hold numbers; got {y.dtype}. MLPClassifier takes labels."
            ) from None
    if not np.isfinite(y).all():
        raise ValueError(
            f"y holds {(~np.isfinite(y)).sum()} values that are NaN or infinite; "
            "remove or fill them."
        )
    return y
