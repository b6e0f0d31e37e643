"""The textbook: every component's equations as functions of single numbers.

Written from the equations and the papers that the components cite, not from the
package: nothing of halfmoon and no NumPy is imported here, and nothing is done for
speed or against overflow. Rows are lists. `cases.py` says which component is which.
"""

import math
from fractions import Fraction


def sign(x):
    return (x > 0) - (x < 0)


# ---- activations: f(z) and f'(z)

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


def leaky_relu(z, slope=0.01):
    return z if z > 0 else slope * z


def leaky_relu_slope(z, slope=0.01):
    return 1.0 if z > 0 else slope


def elu(z, alpha=1.0):
    return z if z > 0 else alpha * (math.exp(z) - 1)


def elu_slope(z, alpha=1.0):
    return 1.0 if z > 0 else alpha * math.exp(z)


def selu(z):
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_slope(z):
    return SELU_SCALE * elu_slope(z, SELU_ALPHA)


def silu_slope(z):
    e = math.exp(-z)
    return (1 + e + z * e) / (1 + e) ** 2


# ---- losses: link, value and dz of one row's raw predictions z and truth y, both lists


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


def huber_slope(r, delta):
    return r if abs(r) <= delta else delta * sign(r)


def poisson_value(z, y):
    return math.exp(z) - y - (y * (z - math.log(y)) if y > 0 else 0)


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


# ---- optimizers: rule(g, slots, t) -> (u, slots) of one parameter


def gradient_descent(g, slots, t):
    return g, []


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


# ---- schedules: factor(update, epoch, rows, total, **settings); the share of the fit
# is kept as a fraction


def step_down(update, epoch, rows, total, every=50, rate=0.5):
    factor = 1.0
    while epoch >= every:
        epoch = epoch - every
        factor = factor * rate
    return factor


def inverse_scaling(update, epoch, rows, total, power=0.5, unit="updates"):
    time = {"updates": update, "epochs": epoch, "rows": rows}[unit]
    return 1 / (1 + time) ** power


def cosine(update, epoch, rows, total, warmup=0.0, cycles=1, floor=0.0, flat=0.0):
    """While it warms up, the update's own share counts too, so that the first has a
    rate above 0.
    """
    warmup = Fraction(str(warmup))
    share = Fraction(update, total)
    if share < warmup:
        return float(min(Fraction(update + 1, total) / warmup, 1))
    begin = warmup + Fraction(str(flat)) * (1 - warmup)
    if share < begin:
        return 1.0
    turns = (share - begin) / (1 - begin) * cycles
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
