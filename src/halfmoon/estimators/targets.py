"""What y means: from the labels or values a user brings to what a loss reads, and from
predictions back to these.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from halfmoon.arrays.elementary import Array, log_softmax, softplus
from halfmoon.components.losses import Loss, Quantiles


class Labels:
    """Classes. `kind` is "classes" (one of several), "labels" (several yes or no) or
    "columns" (several classes).

    `classes` are the sorted classes, (0, ..., k-1) for k labels, or a list of them, one
    for each column of y.
    """

    def __init__(self, y: Any, classes: Any = None) -> None:
        several = np.ndim(y) == 2 and classes is not None and any(map(np.ndim, classes))
        self.kind = "columns" if several else _kind(y)
        if self.kind == "labels":
            self.classes: Any = np.arange(y.shape[1])
        elif self.kind == "columns":
            self.classes = [
                np.unique(column) for column in (y.T if classes is None else classes)
            ]
            if min(self.sizes) < 2:
                alone = int(np.argmin(self.sizes))
                raise ValueError(
                    f"Column {alone} of y has one class only, {self.classes[alone]}; "
                    "leave that column out."
                )
        else:
            self.classes = np.unique(y if classes is None else classes)

    @property
    def usual_loss(self) -> str:
        """The loss that "log_loss" stands for."""
        if self.kind == "columns":
            return "softmax_cross_entropy"
        pairwise = self.kind == "labels" or len(self.classes) == 2
        return "logistic_cross_entropy" if pairwise else "softmax_cross_entropy"

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many classes each column has."""
        return (
            tuple(map(len, self.classes))
            if self.kind == "columns"
            else (len(self.classes),)
        )

    def fits(self, loss: Loss) -> bool:
        """Whether the loss can read such labels."""
        if self.kind == "columns":
            return getattr(loss, "sizes", None) == self.sizes
        if self.kind == "labels":
            return loss.target == "labels"
        return loss.target == "classes" or (
            loss.target == "labels" and len(self.classes) == 2
        )

    def columns(self, loss: Loss) -> int:
        """How many columns the truth has."""
        return (
            1 if self.kind == "classes" and loss.target == "labels" else sum(self.sizes)
        )

    def codes(self, y: Any) -> NDArray[np.int64]:
        """Each label's number, like y; ValueError for a label that is none of the
        classes.
        """
        columns = [self.classes] if self.kind == "classes" else self.classes
        table = y.reshape(len(y), -1)
        codes = np.empty(table.shape, np.int64)
        for j, known in enumerate(columns):
            found, codes[:, j] = np.unique(table[:, j], return_inverse=True)
            if not set(found) <= set(known):
                told = f"`self.classes_` has {known}. 'y' has {found}."
                raise ValueError(f"`y` has classes not in `self.classes_`. {told}")
            codes[:, j] = np.searchsorted(known, found)[codes[:, j]]
        return codes[:, 0] if self.kind == "classes" else codes

    def encode(self, y: Any, loss: Loss) -> Any:
        """The truth as the loss reads it: shares of ones and zeros, or whole numbers
        for one softmax.
        """
        columns = () if self.kind == "classes" else (len(self.classes),)
        if y.shape[1:] != columns:
            wanted = f"(n, {columns[0]})" if columns else "(n,)"
            raise ValueError(
                f"y must have shape {wanted}, as in the first fit; got {y.shape}."
            )
        if self.kind == "labels":
            if not np.isin(y, (0, 1)).all():
                raise ValueError(
                    "y must hold zeros and ones, as in the first fit, one column for "
                    "each label."
                )
            return np.asarray(y)
        codes = self.codes(y)
        if self.kind == "classes":
            return codes
        return np.hstack(
            [np.eye(len(known))[codes[:, j]] for j, known in enumerate(self.classes)]
        )

    def decode(self, y_hat: Array) -> Any:
        """The likeliest labels, from probabilities or from encoded truth."""
        if self.kind == "labels":
            return (y_hat > 0.5).astype(int)
        if self.kind == "columns":
            best = [part.argmax(axis=1) for part in self.parts(y_hat)]
            labels = [
                known[code] for known, code in zip(self.classes, best, strict=True)
            ]
            alike = len({known.dtype.kind for known in self.classes}) == 1
            return np.column_stack(
                labels if alike else [column.astype(object) for column in labels]
            )
        return self.classes[
            (y_hat[:, 0] > 0.5).astype(int)
            if self._alone(y_hat)
            else y_hat.argmax(axis=1)
        ]

    def probabilities(self, y_hat: Array) -> Any:
        """Each class's probability, (n, classes); each label's, (n, labels); or a list,
        one for each column.
        """
        if self.kind == "columns":
            return self.parts(y_hat)
        if not self._alone(y_hat):
            return y_hat
        both = np.empty((len(y_hat), 2), y_hat.dtype)
        both[:, 1:] = y_hat
        np.subtract(1.0, y_hat, out=both[:, :1])
        return both

    def log_probabilities(self, z: Array, y_hat: Array, loss: Loss) -> Any:
        """The logarithms of `probabilities`, from scores, so that none is minus
        infinity for a finite score.
        """
        if self._alone(z):
            return -softplus(np.hstack([z, -z]))
        # where y_hat is rounded to 1, its logarithm is 0 too: neither tells labels
        # apart
        if loss.target == "labels":
            return np.where(z > 0.0, np.log(np.maximum(y_hat, 0.5)), -softplus(-z))
        parts = [log_softmax(part) for part in self.parts(z)]
        return parts if self.kind == "columns" else parts[0]

    def parts(self, y_hat: Array) -> list[Array]:
        """The columns of each softmax."""
        return np.split(y_hat, np.cumsum(self.sizes)[:-1], axis=1)

    def _alone(self, y_hat: Array) -> bool:
        """Whether one output tells two classes apart."""
        return self.kind == "classes" and len(self.classes) == 2 and y_hat.shape[1] == 1

    def goodness(self, loss: Loss, y_hat: Array, y: Array, w: Array | None) -> float:
        """Accuracy: the share of the rows all of whose labels are right; y is
        encoded.
        """
        return float(np.average(self._right(y_hat, y), weights=w))

    def _right(self, y_hat: Array, y: Array) -> NDArray[np.bool_]:
        if self.kind == "columns":
            pairs = zip(self.parts(y_hat), self.parts(y), strict=True)
            return np.all(
                [a.argmax(axis=1) == b.argmax(axis=1) for a, b in pairs], axis=0
            )
        if self.kind == "labels" or self._alone(y_hat):
            return ((y_hat > 0.5) == (y > 0.5)).all(axis=1)
        return np.asarray(y_hat.argmax(axis=1) == y.argmax(axis=1))

    def weigh(self, class_weight: Any, y: Any, w: Array) -> Array:
        """Weights with those of the classes: of rows (n,), or of single labels (n, k).

        A dict holds for every column, a list has one for each; with several columns of
        classes a row's multiply.
        """
        if class_weight is None:
            return w
        codes = (
            self.codes(y).reshape(len(w), -1)
            if self.kind != "labels"
            else np.asarray(y, np.int64)
        )
        known = {
            "classes": [self.classes],
            "labels": [np.arange(2)] * codes.shape[1],
        }.get(self.kind, self.classes)
        given = (
            list(class_weight)
            if isinstance(class_weight, list | tuple)
            else [class_weight] * len(known)
        )
        if len(given) != len(known):
            raise ValueError(
                f"class_weight must be one, or a list of {len(known)}, as y has; got "
                f"{len(given)}."
            )
        table = np.empty(codes.shape)
        for j, classes in enumerate(known):
            table[:, j] = _factors(given[j], classes, codes[:, j], w)[codes[:, j]]
        table = table if self.kind == "labels" else table.prod(axis=1, keepdims=True)
        with np.errstate(over="ignore"):
            weighed = (w[:, None] * table).astype(w.dtype)
        if not np.isfinite(weighed).all() or (weighed < 0.0).any() or not weighed.any():
            raise ValueError(
                "class_weight must hold finite weights of at least 0, not all 0; got "
                f"{class_weight!r}."
            )
        return weighed if self.kind == "labels" else weighed[:, 0]


def _kind(y: Any) -> str:
    """What kind of labels these are; ValueError if they are none."""
    if y.ndim == 2 and y.dtype.kind in "OUS":
        return "columns"  # each may hold labels of another type
    check_classification_targets(y)
    return {"multilabel-indicator": "labels", "multiclass-multioutput": "columns"}.get(
        type_of_target(y), "classes"
    )


def _factors(weight: Any, classes: Any, codes: Any, w: Array) -> Array:
    """A factor for each class; "balanced" is rows / (classes x the class's rows), rows
    counted by their weight.
    """
    factors = np.ones(len(classes))
    if isinstance(weight, str):
        codes = codes[w > 0.0]
        w = w[w > 0.0]
        present = np.unique(codes)
        factors[present] = compute_class_weight(
            weight, classes=present, y=codes, sample_weight=w
        )
    elif weight is not None:
        unknown = [label for label in weight if label not in set(classes)]
        if unknown:
            raise ValueError(
                f"class_weight names {unknown}, not among the classes "
                f"{np.asarray(classes).tolist()}."
            )
        try:
            factors[:] = [float(weight.get(label, 1.0)) for label in classes]
        except (TypeError, ValueError):
            raise ValueError(
                f"class_weight must hold numbers; got {weight!r}."
            ) from None
    return factors


class Values:
    """Numbers: as they are, or (`normalize`) less their mean and over their standard
    deviation, column by column.
    """

    def __init__(self, y: Array, w: Array, normalize: bool) -> None:
        self.count = 1 if y.ndim == 1 else y.shape[1]
        self.normalized = normalize
        self.mean, self.scale = np.zeros(self.count), np.ones(self.count)
        if normalize:
            table = y.reshape(len(y), -1).astype(np.float64)
            # squares of 1e200 would overflow; with powers of 2 as units nothing is
            # rounded
            unit = np.ldexp(1.0, np.frexp(np.abs(table).max(axis=0))[1] - 1)
            mean = np.average(table / unit, axis=0, weights=w)
            scale = np.sqrt(np.average((table / unit - mean) ** 2, axis=0, weights=w))
            self.mean = unit * mean
            self.scale = np.where(scale > 0.0, unit * scale, 1.0)

    def columns(self, loss: Loss) -> int:
        """How many columns the truth has."""
        return self.count

    def encode(self, y: Any, loss: Loss) -> Array:
        """The truth as the loss reads it."""
        table = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        if table.shape[1] != self.count:
            raise ValueError(
                f"y must have {self.count} columns, as before; got {table.shape[1]}."
            )
        return np.asarray((table - self.mean) / self.scale)

    def decode(self, y_hat: Array) -> Array:
        """Predictions, or encoded truth, in y's own units: (n,) for one column, else
        (n, columns).
        """
        values = self.restore(y_hat)
        return values[:, 0] if values.shape[1] == 1 else values

    def restore(self, y_hat: Array) -> Array:
        """In y's own units (float64, if y was normalised); several quantiles of a
        column lie side by side.
        """
        if not self.normalized:
            return y_hat
        each = y_hat.shape[1] // self.count
        return np.asarray(
            y_hat * np.repeat(self.scale, each) + np.repeat(self.mean, each)
        )

    def goodness(self, loss: Loss, y_hat: Array, y: Array, w: Array | None) -> float:
        """R2, the mean over columns; for several quantiles minus their mean pinball
        loss: the more the better.
        """
        if isinstance(loss, Quantiles):
            y_hat = self.restore(y_hat)
            y = self.restore(y)
            return (
                -float(np.average(loss.pinball(y_hat, y)[:, 0], weights=w))
                / y_hat.shape[1]
            )
        return r2(y.astype(np.float64), y_hat, w)  # which is the same in any units


def r2(y: Array, y_hat: Array, w: Array | None) -> float:
    """scikit-learn's r2_score (n, columns), without its checks, which take longer than
    a small network's epoch.

    (Of a single row that is NaN; here it is 1 or 0.)
    """
    weight = np.ones((len(y), 1)) if w is None else np.asarray(w)[:, None]
    mean = np.average(y, axis=0, weights=weight[:, 0])
    missed = (weight * (y - y_hat) ** 2).sum(axis=0)
    spread = (weight * (y - mean) ** 2).sum(axis=0)
    alone = np.where(missed == 0.0, 1.0, 0.0)  # where y does not vary
    return float(
        np.where(
            spread > 0.0, 1.0 - missed / np.where(spread > 0.0, spread, 1.0), alone
        ).mean()
    )
