"""The judge: networks, updates and random numbers as loops over single numbers.

Written from the equations, not from the package: nothing of halfmoon and no NumPy is
used here, and nothing is done for speed or against overflow. What each component
computes is in `textbook.py`, by name in `cases.py`.
"""

import math
from itertools import pairwise

import cases
from textbook import sign

ACTIVATIONS = {name: (case.f, case.df) for name, case in cases.ACTIVATIONS.items()}
LOSSES = {name: (case.link, case.value, case.dz) for name, case in cases.LOSSES.items()}
OPTIMIZERS = {name: (case.rule, case.slots) for name, case in cases.OPTIMIZERS.items()}
SCHEDULES = {name: case.factor for name, case in cases.SCHEDULES.items() if case.factor}


# ---- a dense network of any depth


def unpack(sizes, theta):
    """theta, a flat list, as [(W, b), ...]: layer after layer, W row by row and
    then b.
    """
    layers = []
    place = 0
    for d, k in pairwise(sizes):
        W = [list(theta[place + i * k : place + (i + 1) * k]) for i in range(d)]
        b = list(theta[place + d * k : place + (d + 1) * k])
        layers.append((W, b))
        place += (d + 1) * k
    assert place == len(theta), "theta is too long or too short for these sizes"
    return layers


def forward(sizes, activations, theta, x):
    """For one row x: the scores z of every layer, and what every layer took in."""
    zs = []
    inputs = [list(x)]
    for depth, (W, b) in enumerate(unpack(sizes, theta)):
        a0 = inputs[-1]
        z = [sum(a0[i] * W[i][j] for i in range(len(a0))) + b[j] for j in range(len(b))]
        zs.append(z)
        if depth < len(activations):
            inputs.append([ACTIVATIONS[activations[depth]][0](number) for number in z])
    return zs, inputs


def row_gradient(sizes, activations, theta, x, dl_dz):
    """d loss / d theta for one row, a flat list, by walking back through the layers;
    dl_dz(z) starts the walk.
    """
    layers = unpack(sizes, theta)
    zs, inputs = forward(sizes, activations, theta, x)
    delta = dl_dz(zs[-1])
    parts = []
    for depth in range(len(layers) - 1, -1, -1):
        W, b = layers[depth]
        dW = [inputs[depth][i] * delta[j] for i in range(len(W)) for j in range(len(b))]
        parts.insert(0, dW + list(delta))
        if depth > 0:
            slope = ACTIVATIONS[activations[depth - 1]][1]
            delta = [
                sum(W[i][j] * delta[j] for j in range(len(b))) * slope(zs[depth - 1][i])
                for i in range(len(W))
            ]
    return [number for part in parts for number in part]


def sums(sizes, activations, loss, theta, X, y, w, /, **h):
    """Sum of weighted losses, sum of weighted gradients, sum of weights; w holds a list
    per row, of one or k.
    """
    _, value, dz = LOSSES[loss]
    total = 0.0
    gradient = [0.0] * len(theta)
    weight = 0.0
    for x_row, y_row, w_row in zip(X, y, w, strict=True):
        z = forward(sizes, activations, theta, x_row)[0][-1]
        of_output = w_row * len(z) if len(w_row) == 1 else w_row
        values = value(z, y_row, **h)
        total += sum(v * of_output[i] for i, v in enumerate(values))
        start = [slope * of_output[i] for i, slope in enumerate(dz(z, y_row, **h))]
        part = row_gradient(
            sizes, activations, theta, x_row, lambda _, start=start: start
        )
        gradient = [a + b for a, b in zip(gradient, part, strict=True)]
        weight += sum(w_row) / len(w_row)
    return total, gradient, weight


def is_weight(sizes):
    """For each entry of theta whether it is a weight (True) or a bias (False)."""
    return [kind for d, k in pairwise(sizes) for kind in [True] * (d * k) + [False] * k]


def objective(sizes, activations, loss, theta, X, y, w, /, lam=0.0, l1=0.0, **h):
    """[R1] and [R2]: mean loss, penalty, gradient of their sum."""
    total, gradient, weight = sums(sizes, activations, loss, theta, X, y, w, **h)
    penalty = 0.0
    g = []
    for slope, p, penalised in zip(gradient, theta, is_weight(sizes), strict=True):
        penalty += (lam / 2 * p * p + l1 * abs(p)) if penalised else 0.0
        g.append(slope / weight + ((lam * p + l1 * sign(p)) if penalised else 0.0))
    return total / weight, penalty, g


# ---- the step around an optimizer's rule


def step(
    name,
    theta,
    g,
    slots,
    t,
    eta,
    *,
    decay=0.0,
    rate=None,
    mask=None,
    clip=None,
    average=None,
    memory=0.0,
    g_factor=1.0,
    **h,
):
    """Update number t (from 1): [O5] clip, [O15] the factor on the gradient, the rule,
    [O4] the step with decoupled decay, [O6] the running average.

    theta, g, rate (factors c), mask (m) and average are flat lists; slots holds a list
    of slots per parameter. Returns theta, slots, average.
    """
    norm = math.sqrt(sum(x * x for x in g))
    if clip is not None and norm > clip:
        g = [x * clip / norm for x in g]
    g = [x * g_factor for x in g]
    rate = rate or [1.0] * len(theta)
    mask = mask or [1.0] * len(theta)
    new = []
    kept = []
    for i, p in enumerate(theta):
        u, memories = OPTIMIZERS[name][0](g[i], slots[i], t, **h)
        new.append(p - eta * rate[i] * (u + decay * mask[i] * p))
        kept.append(memories)
    if average is not None:
        share = (1 - memory) / (1 - memory**t)
        average = [a + share * (p - a) for a, p in zip(average, new, strict=True)]
    return new, kept, average


# ---- the monitor's standstill


def standstills(monitor, tol, patience):
    """How often `patience` epochs in a row passed without improving on the best by more
    than tol; and how many epochs have passed since the last improvement.
    """
    best = math.inf
    waited = 0
    times = 0
    since = 0
    for value in monitor:
        if value < best - tol:
            waited = 0
            since = 0
        else:
            waited = waited + 1
            since = since + 1
        if waited == patience:
            times = times + 1
            waited = 0
        best = min(best, value)  # NaN is never less
    return times, since


# ---- random numbers: SplitMix64 as published (Steele, Lea & Flood 2014; Vigna's
# splitmix64.c) -----------------------

TWO64 = 2**64
GOLDEN = 0x9E3779B97F4A7C15


def mix(s):
    z = s % TWO64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % TWO64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % TWO64
    return z ^ (z >> 31)


def splitmix64(state, count):
    """The first `count` outputs of the generator started at `state`: add the golden
    gamma, then mix.
    """
    outputs = []
    for _ in range(count):
        state = (state + GOLDEN) % TWO64
        outputs.append(mix(state))
    return outputs


def key(seed, *path):
    """[N2]: walk down the path; each step is one output of SplitMix64 started at key +
    part.
    """
    k = splitmix64(seed, 1)[0]
    for part in path:
        k = splitmix64(k + part, 1)[0]
    return k


def uniforms(key, count):
    """[N4]: the upper 53 bits of each output, over 2^53."""
    return [(bits >> 11) / 2**53 for bits in splitmix64(key, count)]


def normals(key, count):
    """[N5]: Box and Muller's cosine, from two uniform numbers each."""
    u = uniforms(key, 2 * count)
    return [
        math.sqrt(-2 * math.log(1 - u[2 * i])) * math.cos(2 * math.pi * u[2 * i + 1])
        for i in range(count)
    ]


def fisher_yates(key, n):
    """[N6]: from the last row down, swap row i with a row j of 0..i; j from the upper
    32 bits of number i.
    """
    numbers = splitmix64(key, n)
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = (numbers[i] >> 32) * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order
