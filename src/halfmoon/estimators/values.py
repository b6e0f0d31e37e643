"""What values y mean to a loss, and its predictions back to values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array, rounding_of
from halfmoon.components.losses import LOSSES, Loss, Quantiles
from halfmoon.inspection.evaluation import r2


class Values:
    """Numbers, as they are or normalised.

    With `normalize` each column is learned less its mean, over its standard deviation,
    which is 1 for a column that does not vary but by rounding.
    """

    kind = "values"

    def __init__(self, y: Array, w: Array, normalize: bool) -> None:
        self.count = 1 if y.ndim == 1 else y.shape[1]
        self.normalized = normalize
        self.constant: list[int] = []  # columns that have no deviation to divide by
        self.mean = np.zeros(self.count)
        self.scale = np.ones(self.count)
        if normalize:
            table = y.reshape(len(y), -1).astype(np.float64)
            # squares of 1e200 would overflow; with powers of 2 as units nothing is
            # rounded
            unit = np.ldexp(1.0, np.frexp(np.abs(table).max(axis=0))[1] - 1)
            mean = np.average(table / unit, axis=0, weights=w)
            scale = np.sqrt(np.average((table / unit - mean) ** 2, axis=0, weights=w))
            self.mean = unit * mean
            varies = _vary(y.reshape(len(y), -1)[w > 0.0]) & (scale > 0.0)
            self.scale = np.where(varies, unit * scale, 1.0)
            self.constant = np.flatnonzero(~varies).tolist()

    def loss(self, asked: Any) -> Loss:
        """The loss asked for; ValueError where it is for classes."""
        loss = LOSSES.make(asked)
        if loss.target not in ("real", "counts"):
            raise ValueError(
                f"loss={asked!r} is for classes; use 'squared_error' or MLPClassifier."
            )
        return loss

    def columns(self, loss: Loss) -> int:
        """How many columns the encoded y has."""
        return self.count

    def encode(self, y: Any, loss: Loss, name: str = "y") -> Array:
        """y, which errors call by its name, as the loss reads it."""
        table = as_numbers(y, name).astype(np.float64).reshape(len(y), -1)
        if table.shape[1] != self.count:
            raise ValueError(
                f"{name} must have {self.count} columns, as before; got "
                f"{table.shape[1]}."
            )
        return np.asarray((table - self.mean) / self.scale)

    def decode(self, y_hat: Array) -> Array:
        """Predictions, or encoded y, in y's own units.

        (n,) for one column, else (n, columns).
        """
        values = self.restore(y_hat)
        return values[:, 0] if values.shape[1] == 1 else values

    def restore(self, y_hat: Array) -> Array:
        """Predictions (n, columns) in y's own units.

        They are float64 if y was normalised; a column's quantiles lie side by side.
        """
        units = self.units(y_hat.shape[1])
        if units is None:
            return y_hat
        scale, mean = units
        return np.asarray(y_hat * scale + mean)

    def summed(self, loss: Loss) -> int:
        """Of how many outputs a row's loss is the sum, where `tol` is for their mean.

        scikit-learn has the sum over columns of counts too.
        """
        return loss.outputs(self.count) if loss.target == "real" else 1

    def units(self, outputs: int) -> tuple[Array, Array] | None:
        """Scale and mean of each output, where y was normalised."""
        if not self.normalized:
            return None
        each = outputs // self.count
        return np.repeat(self.scale, each), np.repeat(self.mean, each)

    def score(self, loss: Loss, y_hat: Array, y: Array, w: Array | None) -> float:
        """R2, the mean over columns; for quantiles minus their mean pinball loss."""
        if isinstance(loss, Quantiles):
            levels = y_hat.shape[1]
            pinball = loss.pinball(self.restore(y_hat), self.restore(y))
            return -float(np.average(pinball[:, 0], weights=w)) / levels
        # which is the same in any units
        return r2(y, y_hat, w, offset=np.abs(self.mean / self.scale))

    def strata(self, y: Any) -> None:
        """Validation rows are drawn from all rows alike."""

    def weigh(self, class_weight: Any, y: Any, w: Array) -> Array:
        """The rows' own weights."""
        return w


def as_numbers(y: Any, name: str = "y") -> Any:
    """y as numbers; ValueError for what is none, or not finite."""
    if y.dtype.kind not in "biuf":
        casting: Any = "unsafe" if y.dtype.kind in "OUS" else "safe"
        try:
            y = y.astype(np.float64, casting=casting)
        except (TypeError, ValueError):
            raise ValueError(
                f"{name} must hold numbers; got {y.dtype}. A classifier takes labels."
            ) from None
    if not np.isfinite(y).all():
        raise ValueError(
            f"{name} holds {(~np.isfinite(y)).sum()} values that are NaN or infinite; "
            "remove or fill them."
        )
    return y


def _vary(table: Any) -> NDArray[np.bool_]:
    """Whether each column (n, columns) varies by more than rounding."""
    rounding = rounding_of(table.dtype)
    if table.dtype.kind != "f":  # the spread of 8 bits may need more than 8
        table = table.astype(np.float64)
    with np.errstate(over="ignore"):
        spread = np.ptp(table, axis=0)
    return np.asarray(spread > rounding * np.abs(table).max(axis=0))
