"""What y means to a fit: the contract of `labels.Labels` and `values.Values`."""

from typing import Any, Protocol

from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import Loss


class Targets(Protocol):
    """Gives y its meaning: to a loss, to scores, and back from predictions.

    "Encoded" is y (n, columns) as the loss reads it, or class numbers (n,).
    """

    kind: str  # "classes", "labels" or "columns" of labels; "values"

    def loss(self, asked: Any) -> Loss:
        """The loss asked for by name or as an instance.

        ValueError where it cannot read such y.
        """

    def columns(self, loss: Loss) -> int:
        """How many columns the encoded y has."""

    def encode(self, y: Any, loss: Loss, name: str = "y") -> Any:
        """y, which errors call by its name, as the loss reads it."""

    def decode(self, y_hat: Array) -> Any:
        """Labels or values, from predictions (n, k) or from encoded y."""

    def score(self, loss: Loss, y_hat: Array, y: Array, w: Array | None) -> float:
        """Accuracy or R2 of predictions (n, k); y is encoded, w (n,)."""

    def strata(self, y: Any) -> NDArray[Any] | None:
        """The groups (n,) that keep their shares in the validation rows, if any."""

    def weigh(self, class_weight: Any, y: Any, w: Array) -> Array:
        """The rows' weights (n,) with those of the classes: (n,), or (n, columns)."""

    def summed(self, loss: Loss) -> int:
        """Of how many outputs a row's loss is the sum; `tol` is for their mean."""

    def units(self, outputs: int) -> tuple[Array, Array] | None:
        """Scale and mean (outputs,) of y's own units, where y was normalised."""
