"""How near gradient descent is to the edge of stability.

On a parabola of curvature s, gradient descent multiplies the distance to the minimum by
1 - rate s: it converges for rate s < 2. On a network's objective s is the largest
eigenvalue of the Hessian, the sharpness, and above the edge updates jump to and fro
across the valley (Cohen et al. 2021).
"""

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import CHECK, Stream
from halfmoon.components.losses import AbsoluteError, Pinball, Quantiles
from halfmoon.components.optimizers import (
    OPTIMIZERS,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
)
from halfmoon.components.schedules import SCHEDULES
from halfmoon.inspection.diagnosis.case import ROWS, Case
from halfmoon.training.settings import Settings

KINKED = (AbsoluteError, Pinball, Quantiles)  # losses without curvature to speak of
ITERATIONS = 24  # of the power method


def gradient(case: Case, theta: Array) -> Array:
    """The objective's gradient (size,), in float64."""
    assert case.settings is not None
    X, y, w = (array.astype(np.float64) for array in case.sample)
    l2 = case.settings.l2
    l1 = case.settings.l1
    return case.network.objective(theta, X, y, w, l2, l1).g


def sharpness(case: Case, theta: Array, h: float = 1e-5) -> float:
    """The objective's largest curvature, approached from below.

    H v = (g(theta + h v) - g(theta - h v)) / 2h, and v <- H v / |H v|: the power
    method.
    """
    v = Stream(0, CHECK).standard_normal(theta.shape)
    curvature = 0.0
    for _ in range(ITERATIONS):
        v /= np.linalg.norm(v)
        change = gradient(case, theta + h * v) - gradient(case, theta - h * v)
        Hv = change / (2.0 * h)
        before = curvature
        curvature = float(v @ Hv)
        v = Hv
        if abs(curvature - before) <= 0.01 * abs(curvature):
            break
    return curvature


def edge(case: Case) -> float | None:
    """The largest sharpness times rate at which steps on a parabola do not grow.

    None for a fit about which this number says nothing: it holds for the full batch,
    and for plain steps of one length.
    """
    settings = case.settings
    assert settings is not None
    optimizer = OPTIMIZERS.make(settings.optimizer)
    whole = has_full_batches(case, settings)
    if not whole or not has_plain_steps(case, settings, optimizer):
        return None
    if isinstance(case.network.loss, KINKED):
        return None
    # the network is that of the best epoch, not where the rate led
    if np.isfinite(case.history["validation_loss"]).any():
        return None
    return largest_stable(optimizer)


def has_full_batches(case: Case, settings: Settings) -> bool:
    """Whether each update followed the gradient of all rows, without dropout."""
    largest_batch = min(settings.batch_size or ROWS, ROWS)
    random = any(layer.random for layer in case.network.layers)
    return len(case.training.y) <= largest_batch and not random


def has_plain_steps(case: Case, settings: Settings, optimizer: Optimizer) -> bool:
    """Whether one learning rate, and nothing beside it, shaped the steps."""
    shaped = settings.l1 or settings.clip or settings.average
    decayed = settings.decay_with(optimizer)
    factors = [layer.rate_factor for layer in case.network.layers]
    constant = str(SCHEDULES.make(settings.schedule)) == "constant"
    even = constant and all(factor == 1.0 for factor in factors)
    return even and not shaped and not decayed


def largest_stable(optimizer: Optimizer) -> float | None:
    """The bound for this optimizer, None if there is none (Cohen et al., appendix B).

    gradient descent    2
    momentum            2 + 2 beta
    Nesterov            (2 + 2 beta) / (1 + 2 beta)
    """
    if type(optimizer) is GradientDescent:
        return 2.0
    if type(optimizer) is Momentum:
        return 2.0 + 2.0 * optimizer.beta
    if type(optimizer) is Nesterov:
        return (2.0 + 2.0 * optimizer.beta) / (1.0 + 2.0 * optimizer.beta)
    return None
