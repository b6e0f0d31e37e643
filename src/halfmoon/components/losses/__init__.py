"""Losses: from the raw predictions z and the truth y, never from probabilities.

Each loss owns three functions, all without weights and without the mean over rows
(those are [R1]):

    y_hat = link(z)        (n, k)   what the network predicts
    value(z, y)            (n, k)   elementwise where outputs are independent, or
                                    (n, 1) where a row's outputs belong together
                                    (softmax, quantiles): so row weights (n, 1) and,
                                    for independent outputs, weights per output
                                    (n, k) simply multiply it
    dz(z, y) = dvalue/dz   (n, k)   the delta of the last layer; the loss reported is
                                    the loss differentiated

Computed from raw predictions, everything is stable: z of 1e4 and beyond give finite
values and gradients.
"""

from halfmoon.components.losses.base import LOSSES, Loss, Target
from halfmoon.components.losses.joint import Quantiles, SoftmaxCrossEntropy
from halfmoon.components.losses.pointwise import (
    AbsoluteError,
    Huber,
    LogisticCrossEntropy,
    Pinball,
    Poisson,
    SquaredError,
)
from halfmoon.components.losses.truth import check_value, encode, read_weights

__all__ = [
    "LOSSES",
    "AbsoluteError",
    "Huber",
    "LogisticCrossEntropy",
    "Loss",
    "Pinball",
    "Poisson",
    "Quantiles",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "Target",
    "check_value",
    "encode",
    "read_weights",
]
