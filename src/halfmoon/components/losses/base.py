"""What all losses share."""

from typing import ClassVar, Literal

from halfmoon.arrays.elementary import Array
from halfmoon.components.equation import Equation
from halfmoon.components.registry import Component, Registry

Target = Literal["classes", "labels", "real", "counts"]


class Loss(Component):
    """What a network needs from its loss; `target` says what y holds (`encode`).

    Examples
    --------
    One of your own:

    >>> from dataclasses import dataclass
    >>> from halfmoon import Loss, check_gradients
    >>> @dataclass(frozen=True)
    ... class Quartic(Loss):
    ...     def link(self, z):
    ...         return z
    ...
    ...     def value(self, z, y):
    ...         return (z - y) ** 4
    ...
    ...     def dz(self, z, y):
    ...         return 4.0 * (z - y) ** 3
    >>> check_gradients(Quartic()).message
    'dz of Quartic is right.'
    """

    target: ClassVar[Target] = "real"
    # whether each output has its own loss; if not, value is (n, 1)
    pointwise: ClassVar[bool] = True

    @property
    def equations(self) -> tuple[Equation, ...]:
        """How y_hat, l and dz are made, from z, y and t (the truth, smoothed)."""
        return (
            Equation("", "y_hat", "link(z)"),
            Equation("", "l", "value(z, y)"),
            Equation("", "dz", "dz(z, y)"),
        )

    def outputs(self, columns: int) -> int:
        """How many raw predictions the network must give for `columns` columns of y."""
        return columns

    def classes(self, k: int) -> tuple[int, ...]:
        """How many classes each variable has, if y holds classes: one has all k."""
        return (k,)

    def suits(self, task: str) -> bool:
        """Whether a network may learn classes with one output each, or single values.

        `task` is "classification" or "regression".
        """
        if task == "classification":
            by_output = self.pointwise and self.outputs(2) == 2
            return self.target in ("classes", "labels") or (
                self.target == "real" and by_output
            )
        return self.target == "real" and self.outputs(1) == 1

    def link(self, z: Array) -> Array:
        """The prediction y_hat (n, k) that the raw predictions z (n, k) stand for."""
        raise NotImplementedError(f"{type(self).__name__} must define link(z).")

    def value(self, z: Array, y: Array) -> Array:
        """The loss of each row (n, 1), or of each output (n, k)."""
        raise NotImplementedError(f"{type(self).__name__} must define value(z, y).")

    def dz(self, z: Array, y: Array) -> Array:
        """The derivative of `value` by each raw prediction, (n, k)."""
        raise NotImplementedError(f"{type(self).__name__} must define dz(z, y).")


LOSSES: Registry[Loss] = Registry("loss", Loss)
