"""What labels y mean to a loss, and its predictions back to labels; class weights."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from halfmoon.arrays.columns import missing_rows
from halfmoon.arrays.elementary import Array, log_softmax, softplus
from halfmoon.components.losses import LOSSES, Loss


class Labels:
    """Classes, as labels of any type.

    `kind` is "classes" (one of several), "labels" (several yes or no) or "columns"
    (several classes).

    `classes` are the sorted classes, (0, ..., k-1) for k labels, or a list of them, one
    for each column of y.
    """

    def __init__(self, y: Any, classes: Any = None) -> None:
        several = np.ndim(y) == 2 and classes is not None and any(map(np.ndim, classes))
        self.kind = "columns" if several else _kind(y)
        self.classes: Any
        if self.kind == "labels":
            self.classes = np.arange(y.shape[1])
        elif self.kind == "classes":
            self.classes = np.unique(y if classes is None else classes)
        else:
            columns = y.T if classes is None else classes
            self.classes = [np.unique(column) for column in columns]
            if min(self.sizes) < 2:
                alone = int(np.argmin(self.sizes))
                raise ValueError(
                    f"Column {alone} of y has one class only, {self.classes[alone]}; "
                    "leave that column out."
                )

    @classmethod
    def of_classes(cls, classes: Any) -> "Labels":
        """Labels of known classes: sorted ones, or a list of these for columns of y.

        Raises ValueError where they are not sorted, as the network's outputs are.
        """
        several = any(map(np.ndim, classes))
        y = np.empty((0, len(classes))) if several else np.asarray(classes)
        labels = cls(y, classes)
        for known, given in zip(
            labels.classes if several else [labels.classes],
            classes if several else [classes],
            strict=True,
        ):
            if not np.array_equal(known, given):
                raise ValueError(
                    f"classes_ must be sorted, as the outputs are; got {given}."
                )
        return labels

    def renamed(self, classes: Any) -> "Labels":
        """The same classes by other names; ValueError for another number of them."""
        others = Labels.of_classes(classes)
        if are_classes(classes, self.classes):
            return self
        if others.kind != self.kind or others.sizes != self.sizes:
            raise ValueError(
                f"classes_ must be {self.sizes} classes, as in the fit; got {classes}."
            )
        return others

    def summed(self, loss: Loss) -> int:
        """A row's loss is one number, for labels too, as in scikit-learn: 1."""
        return 1

    def units(self, outputs: int) -> None:
        """Classes have no units."""

    @property
    def usual_loss(self) -> str:
        """The loss that "log_loss" stands for, by name."""
        if self.kind == "columns":
            return f"softmax_cross_entropy:sizes={'/'.join(map(str, self.sizes))}"
        pairwise = self.kind == "labels" or len(self.classes) == 2
        return "logistic_cross_entropy" if pairwise else "softmax_cross_entropy"

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many classes each column has."""
        if self.kind == "columns":
            return tuple(map(len, self.classes))
        return (len(self.classes),)

    def loss(self, asked: Any) -> Loss:
        """The loss asked for; "log_loss" is the usual one, with its settings.

        Raises ValueError for a loss that cannot read these labels.
        """
        usual = self.usual_loss
        if isinstance(asked, str) and asked.partition(":")[0] == "log_loss":
            options = asked.partition(":")[2]
            separator = "," if ":" in usual else ":"
            return LOSSES.make(f"{usual}{separator}{options}")
        loss = LOSSES.make(asked)
        if not self.fits(loss):
            raise ValueError(
                f"loss={asked!r} does not fit these labels; use 'log_loss' or "
                f"{usual!r}."
            )
        return loss

    def fits(self, loss: Loss) -> bool:
        """Whether the loss can read such labels."""
        sizes = getattr(loss, "sizes", None)
        if self.kind == "columns" or sizes is not None:
            return self.kind == "columns" and sizes == self.sizes
        if self.kind == "labels":
            return loss.target == "labels"
        pairwise = loss.target == "labels" and len(self.classes) == 2
        return loss.target == "classes" or pairwise

    def columns(self, loss: Loss) -> int:
        """How many columns the encoded y has."""
        if self.kind == "classes" and loss.target == "labels":
            return 1
        return sum(self.sizes)

    def codes(self, y: Any, name: str = "y") -> NDArray[np.int64]:
        """Each label's number, like y; ValueError for a label that is no class."""
        columns = [self.classes] if self.kind == "classes" else self.classes
        table = y.reshape(len(y), -1)
        codes = np.empty(table.shape, np.int64)
        for j, classes in enumerate(columns):
            present, codes[:, j] = np.unique(table[:, j], return_inverse=True)
            if not set(present) <= set(classes):
                raise ValueError(
                    f"`{name}` has classes not in `self.classes_`. `self.classes_` has "
                    f"{classes}. '{name}' has {present}."
                )
            codes[:, j] = np.searchsorted(classes, present)[codes[:, j]]
        return codes[:, 0] if self.kind == "classes" else codes

    def encode(self, y: Any, loss: Loss, name: str = "y") -> Any:
        """y, which errors call by its name, as the loss reads it.

        That is shares of ones and zeros, or whole numbers for one softmax.
        """
        columns = () if self.kind == "classes" else (len(self.classes),)
        if y.shape[1:] != columns:
            wanted = f"(n, {columns[0]})" if columns else "(n,)"
            raise ValueError(
                f"{name} must have shape {wanted}, as in the first fit; got {y.shape}."
            )
        if self.kind == "labels":
            if not np.isin(y, (0, 1)).all():
                raise ValueError(
                    f"{name} must hold zeros and ones, as in the first fit, one column "
                    "for each label."
                )
            return np.asarray(y)
        codes = self.codes(y, name)
        if self.kind == "classes":
            return codes
        shares = [np.eye(size)[codes[:, j]] for j, size in enumerate(self.sizes)]
        return np.hstack(shares)

    def decode(self, y_hat: Array) -> Any:
        """The likeliest labels, from probabilities or from encoded y."""
        if self.kind == "labels":
            return (y_hat > 0.5).astype(int)
        if self.kind == "classes":
            if self._has_one_output(y_hat):
                return self.classes[(y_hat[:, 0] > 0.5).astype(int)]
            return self.classes[y_hat.argmax(axis=1)]
        pairs = zip(self.classes, self.split(y_hat), strict=True)
        labels = [classes[each.argmax(axis=1)] for classes, each in pairs]
        if len({column.dtype.kind for column in labels}) > 1:
            labels = [column.astype(object) for column in labels]
        return np.column_stack(labels)

    def probabilities(self, y_hat: Array) -> Any:
        """Each class's probability, (n, classes); or each label's, (n, labels).

        A list of these, one for each column, where y has columns of classes.
        """
        if self.kind == "columns":
            return self.split(y_hat)
        if not self._has_one_output(y_hat):
            return y_hat
        both = np.empty((len(y_hat), 2), y_hat.dtype)
        both[:, 1:] = y_hat
        np.subtract(1.0, y_hat, out=both[:, :1])
        return both

    def log_probabilities(self, z: Array, y_hat: Array, loss: Loss) -> Any:
        """The logarithms of `probabilities`, finite for finite raw predictions z."""
        if self._has_one_output(z):
            return -softplus(np.hstack([z, -z]))
        # where y_hat is rounded to 1, its logarithm is 0 too: neither tells labels
        # apart
        if loss.target == "labels":
            return np.where(z > 0.0, np.log(np.maximum(y_hat, 0.5)), -softplus(-z))
        logarithms = [log_softmax(each) for each in self.split(z)]
        return logarithms if self.kind == "columns" else logarithms[0]

    def split(self, y_hat: Array) -> list[Array]:
        """The columns of each softmax."""
        return np.split(y_hat, np.cumsum(self.sizes)[:-1], axis=1)

    def _has_one_output(self, y_hat: Array) -> bool:
        """Whether one output tells two classes apart."""
        return self.kind == "classes" and len(self.classes) == 2 and y_hat.shape[1] == 1

    def score(self, loss: Loss, y_hat: Array, y: Array, w: Array | None) -> float:
        """Accuracy: the share of the rows all of whose labels are right.

        y is encoded.
        """
        return float(np.average(self._is_correct(y_hat, y), weights=w))

    def _is_correct(self, y_hat: Array, y: Array) -> NDArray[np.bool_]:
        if self.kind == "columns":
            pairs = zip(self.split(y_hat), self.split(y), strict=True)
            same = [a.argmax(axis=1) == b.argmax(axis=1) for a, b in pairs]
            return np.all(same, axis=0)
        if self.kind == "labels" or self._has_one_output(y_hat):
            return ((y_hat > 0.5) == (y > 0.5)).all(axis=1)
        return np.asarray(y_hat.argmax(axis=1) == y.argmax(axis=1))

    def strata(self, y: Any) -> NDArray[np.int64] | None:
        """The groups that keep their shares in the validation rows: the classes.

        None for several labels or columns.
        """
        return self.codes(y) if self.kind == "classes" else None

    def check_same(self, y: Any) -> None:
        """ValueError where y holds other classes than these."""
        if self.kind == "labels":
            return
        several = self.kind == "columns"
        columns = (
            zip(self.classes, y.T, strict=False) if several else [(self.classes, y)]
        )
        for classes, column in columns:
            if set(np.unique(column)) != set(classes):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in "
                    f"the previous call to fit. Previously got {classes}, `y` has "
                    f"{np.unique(column)}"
                )

    def weigh(self, class_weight: Any, y: Any, w: Array) -> Array:
        """Weights with those of the classes: of rows (n,), or of single labels (n, k).

        A dict holds for every column, a list has one for each; with several columns of
        classes a row's multiply.
        """
        if class_weight is None:
            return w
        codes: Any
        columns: list[Any]  # the classes of each column of y
        if self.kind == "labels":
            codes = np.asarray(y, np.int64)
            columns = [np.arange(2)] * codes.shape[1]
        else:
            codes = self.codes(y).reshape(len(w), -1)
            columns = [self.classes] if self.kind == "classes" else self.classes
        weights = _one_each(class_weight, len(columns))
        table = np.empty(codes.shape)
        for j, classes in enumerate(columns):
            table[:, j] = _factors(weights[j], classes, codes[:, j], w)[codes[:, j]]
        if self.kind != "labels":
            table = table.prod(axis=1, keepdims=True)
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


def are_classes(classes: Any, others: Any) -> bool:
    """Whether these are those (sorted), in whatever order."""
    if isinstance(others, list):
        return len(classes) == len(others) and all(map(are_classes, classes, others))
    return np.array_equal(np.unique(classes), others)


def read_classes(classes: Any) -> Any:
    """All classes there will be, as a list or an array; a set of them will do.

    ValueError for what is no list of labels.
    """
    if isinstance(classes, Set | Iterator):
        classes = list(classes)
    is_list = hasattr(classes, "__len__") and not isinstance(classes, str | Mapping)
    gaps = missing_rows(np.array(classes, dtype=object)) if is_list else np.empty(0)
    if not is_list or gaps.size == 0 or gaps.any():
        raise ValueError(
            f"classes must be a list of all labels that y will have; got {classes!r}."
        )
    return classes


def _one_each(class_weight: Any, count: int) -> Sequence[Any]:
    """class_weight for each column of y; ValueError for a list of another length."""
    if not isinstance(class_weight, list | tuple):
        return [class_weight] * count
    if len(class_weight) != count:
        raise ValueError(
            f"class_weight must be one, or a list of {count}, as y has; got "
            f"{len(class_weight)}."
        )
    return class_weight


def _factors(weight: Any, classes: Any, codes: Any, w: Array) -> Array:
    """A factor for each class.

    "balanced" is rows / (classes x the class's rows), rows counted by their weight.
    """
    factors = np.ones(len(classes))
    if isinstance(weight, str):
        totals = np.bincount(codes, weights=w, minlength=len(classes))
        present = totals > 0.0
        factors[present] = totals.sum() / (present.sum() * totals[present])
    elif weight is not None:
        # a class that a fold lacks may be named, but not in place of another
        unknown = [label for label in weight if label not in set(classes)]
        unnamed = [label for label in classes.tolist() if label not in weight]
        if unknown and unnamed:
            raise ValueError(
                f"class_weight names {unknown}, not among the classes "
                f"{classes.tolist()}, and does not name {unnamed}; name all of them, "
                "or no others."
            )
        try:
            factors[:] = [float(weight.get(label, 1.0)) for label in classes]
        except (TypeError, ValueError):
            raise ValueError(
                f"class_weight must hold numbers; got {weight!r}."
            ) from None
    return factors
