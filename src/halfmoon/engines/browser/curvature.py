"""The largest eigenvalue of the objective's Hessian, from differences of gradients.

Plain descent is stable along a direction while the learning rate times the curvature
there is below 2. Lanczos' process needs only products of the Hessian with a vector v,

    H v = (g(theta + h v) - g(theta - h v)) / (2 h)

and turns H into a small tridiagonal matrix with the same largest eigenvalue, which is
found by bisection (Sturm's count).
"""

import numpy as np

from halfmoon.engines.browser import areas
from halfmoon.engines.browser.connecting import DOUBLE, is_ready, state
from halfmoon.engines.browser.drawing import key, normal
from halfmoon.engines.browser.memory import entry, place
from halfmoon.engines.browser.updates import objective
from halfmoon.engines.compiled.native import jit, vector

STEP = 1e-5  # h, where v has length 1
CHECK = np.uint64(4)  # random.CHECK: what the first direction is drawn from
TOLERANCE = 1e-10  # of the eigenvalue, relative
BISECTIONS = 80


@jit
def direction(index):
    """The address of one of the process' vectors, of which the last is spare."""
    return place(areas.VECTORS) + index * areas.PARAMETERS * DOUBLE


@jit
def dot(a, b, count):
    """The scalar product of two vectors at addresses."""
    x = vector(a, count, np.float64)
    y = vector(b, count, np.float64)
    total = 0.0
    for i in range(count):
        total += x[i] * y[i]
    return total


@jit
def add(target, factor, source, count):
    """target <- target + factor source, of vectors at addresses."""
    x = vector(target, count, np.float64)
    y = vector(source, count, np.float64)
    for i in range(count):
        x[i] += factor * y[i]
    return 0


@jit
def scale(target, factor, count):
    """target <- factor target."""
    x = vector(target, count, np.float64)
    for i in range(count):
        x[i] *= factor
    return 0


@jit
def hessian_product(v, out, count):
    """H v, for a v of length 1; vectors at addresses."""
    there = direction(areas.DIRECTIONS + 1)
    g = place(areas.G)
    scale(out, 0.0, count)
    for side in range(2):
        sign = 1.0 if side == 0 else -1.0
        scale(there, 0.0, count)
        add(there, 1.0, place(areas.THETA), count)
        add(there, sign * STEP, v, count)
        objective(there)
        add(out, sign / (2.0 * STEP), g, count)
    return 0


@jit
def largest(diagonal, beside, count):
    """The largest eigenvalue of a symmetric tridiagonal matrix.

    x is above it where no pivot of (matrix - x) is positive.
    """
    radius = 0.0
    for i in range(count):
        row = abs(diagonal[i])
        if i > 0:
            row += abs(beside[i - 1])
        if i < count - 1:
            row += abs(beside[i])
        radius = max(radius, row)
    low = -radius
    high = radius
    for _ in range(BISECTIONS):
        x = 0.5 * (low + high)
        pivot = 1.0
        above = True
        for i in range(count):
            b = beside[i - 1] if i > 0 else 0.0
            pivot = diagonal[i] - x - b * b / pivot
            if pivot == 0.0:
                pivot = -1e-300
            if pivot > 0.0:
                above = False
                break
        if above:
            high = x
        else:
            low = x
    return high


@entry(">d")
def curvature():
    """The largest eigenvalue of the Hessian at theta, over all points."""
    if not is_ready():
        return np.nan
    count = state().parameters
    diagonal = vector(place(areas.DIAGONAL), areas.DIRECTIONS, np.float64)
    beside = vector(place(areas.BESIDE), areas.DIRECTIONS, np.float64)
    first = vector(direction(0), count, np.float64)
    k = key(0, CHECK)
    for i in range(count):
        first[i] = normal(k, i)
    scale(direction(0), 1.0 / np.sqrt(dot(direction(0), direction(0), count)), count)
    found = 0.0
    still = 0
    for step in range(min(count, areas.DIRECTIONS)):
        v = direction(step)
        following = direction(step + 1)
        hessian_product(v, following, count)
        diagonal[step] = dot(v, following, count)
        # twice: once leaves rounding errors along what was there before
        for _ in range(2):
            for other in range(step + 1):
                share = dot(direction(other), following, count)
                add(following, -share, direction(other), count)
        length = np.sqrt(dot(following, following, count))
        beside[step] = length
        before = found
        found = largest(diagonal, beside, step + 1)
        is_still = abs(found - before) <= TOLERANCE * abs(found)
        still = still + 1 if is_still else 0
        if still == 3 or not length > 0.0:
            break
        scale(following, 1.0 / length, count)
    return found
