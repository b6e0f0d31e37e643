"""The judge: every equation once more, as plain Python loops over single numbers.

Written from the equations (DERIVATION.md and the papers the components cite), not from
the package: nothing of halfmoon and no NumPy is imported here, and nothing is done for
speed or against overflow. Rows are lists.
"""

import math
from fractions import Fraction
from itertools import pairwise


def sign(x):
    return (x > 0) - (x < 0)


# ---- activations: name -> (f(z), f'(z)), from the textbook's equations
# ------------------------------------------

# Klambauer et al. 2017, rounded to a float
SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772


def logistic(z):
    return 1 / (1 + math.exp(-z))


def softplus(z):
    return math.log(1 + math.exp(z))


def normal_distribution(z):
    return (1 + math.erf(z / math.sqrt(2))) / 2


def normal_density(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def mish_slope(z):
    """Misra 2020, appendix: e^z omega / delta^2."""
    omega = (
        4 * (z + 1) + 4 * math.exp(2 * z) + math.exp(3 * z) + math.exp(z) * (4 * z + 6)
    )
    delta = 2 * math.exp(z) + math.exp(2 * z) + 2
    return math.exp(z) * omega / delta**2


ACTIVATIONS = {
    "identity": (lambda z: z, lambda z: 1.0),
    "logistic": (logistic, lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2),
    "relu": (lambda z: z if z > 0 else 0.0, lambda z: 1.0 if z > 0 else 0.0),
    "leaky_relu": (
        lambda z, slope=0.01: z if z > 0 else slope * z,
        lambda z, slope=0.01: 1.0 if z > 0 else slope,
    ),
    "elu": (
        lambda z, alpha=1.0: z if z > 0 else alpha * (math.exp(z) - 1),
        lambda z, alpha=1.0: 1.0 if z > 0 else alpha * math.exp(z),
    ),
    "selu": (
        lambda z: SELU_SCALE * (z if z > 0 else SELU_ALPHA * (math.exp(z) - 1)),
        lambda z: SELU_SCALE * (1.0 if z > 0 else SELU_ALPHA * math.exp(z)),
    ),
    "softplus": (softplus, logistic),
    "gelu": (
        lambda z: z * normal_distribution(z),
        lambda z: normal_distribution(z) + z * normal_density(z),
    ),
    "silu": (
        lambda z: z / (1 + math.exp(-z)),
        lambda z: (1 + math.exp(-z) + z * math.exp(-z)) / (1 + math.exp(-z)) ** 2,
    ),
    "mish": (lambda z: z * math.tanh(softplus(z)), mish_slope),
}


# ---- losses: name -> (link, value, dz), each of one row's scores z and truth y, both
# lists ------------------------


def softmax(z):
    total = sum(math.exp(score) for score in z)
    return [math.exp(score) / total for score in z]


def smoothed(y, share, classes):
    return [(1 - share) * t + share / classes for t in y]


def softmax_value(z, y, smoothing=0.0):
    return [
        -sum(
            t * math.log(p)
            for t, p in zip(smoothed(y, smoothing, len(z)), softmax(z), strict=True)
        )
    ]


def softmax_dz(z, y, smoothing=0.0):
    """dl/dz_j = sum_c -t_c / p_c * p_c (1[c = j] - p_j), the long way."""
    t = smoothed(y, smoothing, len(z))
    p = softmax(z)
    return [
        sum(-t[c] * ((c == j) - p[j]) for c in range(len(z))) for j in range(len(z))
    ]


def groups(row, sizes):
    """The row cut into groups side by side; without sizes it is one group."""
    row = list(row)
    parts = []
    for size in sizes or (len(row),):
        parts.append(row[:size])
        row = row[size:]
    assert not row, "the sizes do not add up to the row"
    return parts


def softmaxes(z, sizes=None, smoothing=0.0):
    return [p for scores in groups(z, sizes) for p in softmax(scores)]


def softmaxes_value(z, y, sizes=None, smoothing=0.0):
    pairs = zip(groups(z, sizes), groups(y, sizes), strict=True)
    return [sum(softmax_value(scores, truth, smoothing)[0] for scores, truth in pairs)]


def softmaxes_dz(z, y, sizes=None, smoothing=0.0):
    pairs = zip(groups(z, sizes), groups(y, sizes), strict=True)
    return [
        slope
        for scores, truth in pairs
        for slope in softmax_dz(scores, truth, smoothing)
    ]


def logistic_value(z, y, smoothing=0.0):
    return [
        -t * math.log(logistic(score)) - (1 - t) * math.log(logistic(-score))
        for score, t in zip(z, smoothed(y, smoothing, 2), strict=True)
    ]


def logistic_dz(z, y, smoothing=0.0):
    return [
        logistic(score) - t
        for score, t in zip(z, smoothed(y, smoothing, 2), strict=True)
    ]


def huber_value(r, delta):
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def pinball_value(z, y, level):
    return level * (y - z) if y >= z else (1 - level) * (z - y)


def pinball_slope(z, y, level):
    return 1 - level if z > y else -level if z < y else 0.5 - level


def quantiles_link(z, levels=(0.1, 0.5, 0.9)):
    """Each column's scores lie side by side: the first is the lowest quantile, the
    others the way up.
    """
    y_hat = []
    for place, score in enumerate(z):
        y_hat.append(score if place % len(levels) == 0 else y_hat[-1] + softplus(score))
    return y_hat


def quantiles_value(z, y, levels=(0.1, 0.5, 0.9)):
    y_hat = quantiles_link(z, levels)
    n = len(levels)
    return [
        sum(pinball_value(y_hat[i], y[i // n], levels[i % n]) for i in range(len(z)))
    ]


def quantiles_dz(z, y, levels=(0.1, 0.5, 0.9)):
    """Score i moves the quantiles p of its column with p >= i: by 1 if i is the first,
    by the logistic if not.
    """
    y_hat = quantiles_link(z, levels)
    n = len(levels)
    slope = [pinball_slope(y_hat[i], y[i // n], levels[i % n]) for i in range(len(z))]
    dz = []
    for i in range(len(z)):
        column_end = (i // n + 1) * n
        moves = 1 if i % n == 0 else logistic(z[i])
        dz.append(sum(slope[p] * moves for p in range(i, column_end)))
    return dz


def each(function):
    """A loss of independent outputs, from its function of one score and one number."""
    return lambda z, y, **h: [
        function(score, truth, **h) for score, truth in zip(z, y, strict=True)
    ]


def same(z, **h):
    return list(z)


LOSSES = {
    "softmax_cross_entropy": (softmaxes, softmaxes_value, softmaxes_dz),
    "logistic_cross_entropy": (
        lambda z, smoothing=0.0: [logistic(score) for score in z],
        logistic_value,
        logistic_dz,
    ),
    "squared_error": (
        same,
        each(lambda z, y: (z - y) ** 2 / 2),
        each(lambda z, y: z - y),
    ),
    "absolute_error": (
        same,
        each(lambda z, y: abs(z - y)),
        each(lambda z, y: sign(z - y)),
    ),
    "huber": (
        same,
        each(lambda z, y, delta=1.0: huber_value(z - y, delta)),
        each(
            lambda z, y, delta=1.0: (
                z - y if abs(z - y) <= delta else delta * sign(z - y)
            )
        ),
    ),
    "poisson": (
        lambda z: [math.exp(score) for score in z],
        each(lambda z, y: math.exp(z) - y - (y * (z - math.log(y)) if y > 0 else 0)),
        each(lambda z, y: math.exp(z) - y),
    ),
    "pinball": (
        same,
        each(lambda z, y, level=0.5: pinball_value(z, y, level)),
        each(lambda z, y, level=0.5: pinball_slope(z, y, level)),
    ),
    "quantiles": (quantiles_link, quantiles_value, quantiles_dz),
}


# ---- a dense network of any depth
# ---------------------------------------------------------------------------------


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


# ---- optimizers: name -> (rule(g, slots, t) -> (u, slots), number of slots), of one
# parameter ---------------------


def adam_moments(g, slots, beta1, beta2):
    m, v = slots
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


def momentum(g, slots, t, beta=0.9):
    v = beta * slots[0] + g
    return v, [v]


def nesterov(g, slots, t, beta=0.9):
    v = beta * slots[0] + g
    return g + beta * v, [v]


def adagrad(g, slots, t, eps=1e-10):
    v = slots[0] + g**2
    return g / (math.sqrt(v) + eps), [v]


def rmsprop(g, slots, t, rho=0.9, eps=1e-8):
    v = rho * slots[0] + (1 - rho) * g**2
    return g / (math.sqrt(v) + eps), [v]


def adam(g, slots, t, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = adam_moments(g, slots, beta1, beta2)
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return m_hat / (math.sqrt(v_hat) + eps), [m, v]


def nadam(g, slots, t, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = adam_moments(g, slots, beta1, beta2)
    m_bar = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return m_bar / (math.sqrt(v_hat) + eps), [m, v]


def lion(g, slots, t, beta1=0.9, beta2=0.99):
    m = slots[0]
    return float(sign(beta1 * m + (1 - beta1) * g)), [beta2 * m + (1 - beta2) * g]


OPTIMIZERS = {
    "gd": (lambda g, slots, t: (g, []), 0),
    "momentum": (momentum, 1),
    "nesterov": (nesterov, 1),
    "adagrad": (adagrad, 1),
    "rmsprop": (rmsprop, 1),
    "adam": (adam, 2),
    "adamw": (adam, 2),
    "nadam": (nadam, 2),
    "lion": (lion, 1),
}


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
    **h,
):
    """Update number t (from 1): [O5] clip, the rule, [O4] the step with decoupled
    decay, [O6] the running average.

    theta, g, rate (factors c), mask (m) and average are flat lists; slots holds a list
    of slots per parameter. Returns theta, slots, average.
    """
    norm = math.sqrt(sum(x * x for x in g))
    if clip is not None and norm > clip:
        g = [x * clip / norm for x in g]
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


# ---- schedules: name -> factor(update, epoch, rows, total, **settings); the share of
# the fit is kept as a fraction --


def step_down(update, epoch, rows, total, every=50, rate=0.5):
    factor = 1.0
    while epoch >= every:
        epoch = epoch - every
        factor = factor * rate
    return factor


def inverse_scaling(update, epoch, rows, total, power=0.5, unit="updates"):
    time = {"updates": update, "epochs": epoch, "rows": rows}[unit]
    return 1 / (1 + time) ** power


def cosine(update, epoch, rows, total, warmup=0.0, cycles=1, floor=0.0):
    """While it warms up, the update's own share counts too, so that the first has a
    rate above 0.
    """
    warmup = Fraction(str(warmup))
    share = Fraction(update, total)
    if share < warmup:
        return float(min(Fraction(update + 1, total) / warmup, 1))
    turns = (share - warmup) / (1 - warmup) * cycles
    x = turns - math.floor(turns)
    return floor + (1 - floor) * (1 + math.cos(math.pi * x)) / 2


def one_cycle(update, epoch, rows, total, peak=0.3, start=0.04, end=0.0001):
    share = Fraction(update, total)
    peak = Fraction(str(peak))
    if share < peak:
        low = start
        high = 1.0
        x = share / peak
    else:
        low = 1.0
        high = end
        x = (share - peak) / (1 - peak)
    return low + (high - low) * (1 - math.cos(math.pi * x)) / 2


SCHEDULES = {
    "constant": lambda update, epoch, rows, total: 1.0,
    "step": step_down,
    "exponential": lambda update, epoch, rows, total, rate=0.01: math.exp(
        -rate * epoch
    ),
    "inverse_time": lambda update, epoch, rows, total, rate=0.01: (
        1 / (1 + rate * epoch)
    ),
    "inverse_scaling": inverse_scaling,
    "cosine": cosine,
    "one_cycle": one_cycle,
}


# ---- the monitor's standstill
# --------------------------------------------------------------------------------------


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
