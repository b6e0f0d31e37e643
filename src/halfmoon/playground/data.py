"""The rows that are learned from and tested on, as network and page see them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import Loss
from halfmoon.tables.decision import USED


@dataclass(frozen=True, eq=False)
class Data:
    """Rows with their truth, where they stand on a plane, and the rest of that plane.

    X (n, d) is what the network is given; y (n,) holds class numbers, or values in the
    network's units: value = `middle` + `spread` y. `positions` (n, 2) are the rows'
    places on the plane of `axes`.
    """

    X: Array
    y: NDArray[Any]
    is_test: NDArray[np.bool_]  # (n,)
    task: str  # "classification" or "regression"
    inputs: tuple[str, ...]  # a name for each column of X
    classes: tuple[str, ...]  # their names; none for values
    target: str  # what is predicted
    axes: tuple[str, str]
    positions: Array
    # from places (m, 2) on the plane to inputs (m, d), and to the distance to the next
    # row, in standard deviations
    inputs_at: Callable[[Array], Array]
    gap_at: Callable[[Array], Array]
    middle: float = 0.0
    spread: float = 1.0
    # from one row's cells, by column, to its inputs (1, d)
    inputs_of: Callable[[Mapping[str, Any]], Array] | None = None
    kind: str = "generator"  # or "drawn", or "table"
    # what the axes' numbers stand for, where it is more than their names
    axis_labels: tuple[str, ...] = ()
    # the true border of two classes, where it is known: x2 (m,) over x1 (m,)
    border: Callable[[NDArray[np.float64]], NDArray[np.float64] | None] | None = None
    # the part of the plane that is shown at least
    least_box: tuple[float, float, float, float] | None = None
    # what was decided about it, in sentences
    notes: tuple[str, ...] = ()
    # before encoding, with the target: columns by name (n,), and what each column is
    table: dict[str, NDArray[Any]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    axis_choices: tuple[str, ...] = ()
    # the features that the network may be given
    features: tuple[str, ...] = ()
    # the rows' numbers in what they were made from, where some are left out there
    source_rows: NDArray[np.int64] | None = None

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.y)

    @property
    def used(self) -> list[str]:
        """The columns that are learned from."""
        return [name for name, kind in self.kinds.items() if kind in USED]

    @property
    def output_names(self) -> tuple[str, ...]:
        """What a network's outputs are called: the classes, or the target."""
        return self.classes or (self.target,)

    @property
    def outputs(self) -> int:
        """How many outputs a network for them has: one a class, or one value."""
        return len(self.output_names)

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """The part of the plane that is shown: x from, x to, y from, y to."""
        low = self.positions.min(axis=0)
        high = self.positions.max(axis=0)
        margin = 0.08 * np.where(high > low, high - low, 1.0)
        x0, y0 = (low - margin).tolist()
        x1, y1 = (high + margin).tolist()
        if self.least_box is None:
            return x0, x1, y0, y1
        left, right, bottom, top = self.least_box
        return min(x0, left), max(x1, right), min(y0, bottom), max(y1, top)

    def truth(self, loss: Loss) -> NDArray[Any]:
        """y as a loss reads it: as it is, or a column of 0 and 1 for each class."""
        if self.task == "classification" and loss.target != "classes":
            return np.eye(self.outputs)[self.y]
        return self.y

    def in_units(self, y_hat: Array) -> Array:
        """Predictions of values in the target's own units; probabilities as they are.

        So are class numbers.
        """
        if self.task == "classification":
            return y_hat
        return self.middle + self.spread * y_hat
