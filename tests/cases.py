"""What outside judges know of each component: one row each, read by many test files.

A new component of the package needs its class in the package, and one row here. A row
is one statement, such as ``ACTIVATIONS["tanh"] = Activation(f, df, autodiff)``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import autograd.numpy as anp
from autograd.scipy.special import erf, expit, logsumexp

import textbook


@dataclass(frozen=True)
class Onnx:
    """The node cases of the ONNX standard that are of the same function."""

    count: int  # how many there are, so that none is skipped in silence
    settings: dict = field(default_factory=dict)  # ONNX's name of a setting -> ours
    only: Callable = lambda case: True


@dataclass(frozen=True)
class Activation:
    """f and f' of one number; f once more in autograd's functions, of an array."""

    f: Callable
    df: Callable
    autodiff: Callable
    onnx: Onnx | None = None
    settings: tuple = ()  # other settings to be tried


@dataclass(frozen=True)
class Loss:
    """link, value and dz of a row's lists; value once more by autograd, of a table."""

    link: Callable
    value: Callable
    dz: Callable
    autodiff: Callable
    settings: tuple = ()


@dataclass(frozen=True)
class Optimizer:
    """The rule of one parameter, its slots, and rates that find the bottom of a valley.

    A rate is (learning rate, whether it falls straight to 0 over the run): rules that
    step by the gradient's sign or scale never come to rest at a fixed rate.
    """

    rule: Callable
    slots: int
    parabola: tuple = (0.02, True)
    rosenbrock: tuple = (0.02, True)
    settings: tuple = ()


@dataclass(frozen=True)
class Schedule:
    """factor(update, epoch, rows, total); None where it depends on more than these."""

    factor: Callable | None
    settings: tuple = ()


@dataclass(frozen=True)
class Initializer:
    """The variance of W (d, k) by the paper; None where entries are not independent."""

    variance: Callable | None


def with_settings(registry, rows):
    """(name, settings) to be tried: all that is registered, then the rows' settings."""
    return [(name, {}) for name in registry] + [
        (name, h) for name, case in rows.items() for h in case.settings
    ]


def of_cases(tried, rows):
    """Of those the ones that have a row, as a component from elsewhere has not."""
    return [(name, h) for name, h in tried if name in rows]


# ---- activations

ACTIVATIONS = {}

ACTIVATIONS["identity"] = Activation(
    lambda z: z,
    lambda z: 1.0,
    lambda z: 1.0 * z,
    Onnx(1, only=lambda case: hasattr(case.inputs[0], "dtype")),
)
ACTIVATIONS["logistic"] = Activation(
    textbook.logistic,
    lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    expit,
    Onnx(2),
)
ACTIVATIONS["tanh"] = Activation(
    math.tanh, lambda z: 1 / math.cosh(z) ** 2, anp.tanh, Onnx(2)
)
ACTIVATIONS["relu"] = Activation(
    lambda z: z if z > 0 else 0.0,
    lambda z: 1.0 if z > 0 else 0.0,
    lambda z: anp.where(z > 0, z, 0.0),
    Onnx(1),
)
ACTIVATIONS["leaky_relu"] = Activation(
    textbook.leaky_relu,
    textbook.leaky_relu_slope,
    lambda z: anp.where(z > 0, z, 0.01 * z),
    Onnx(3, {"alpha": "slope"}),
    settings=({"slope": 0.2}, {"slope": 0.0}),
)
ACTIVATIONS["elu"] = Activation(
    textbook.elu,
    textbook.elu_slope,
    lambda z: anp.where(z > 0, z, anp.exp(anp.minimum(z, 0.0)) - 1.0),
    Onnx(3, {"alpha": "alpha"}),
    settings=({"alpha": 0.5},),
)
ACTIVATIONS["selu"] = Activation(
    textbook.selu,
    textbook.selu_slope,
    lambda z: (
        textbook.SELU_SCALE
        * anp.where(z > 0, z, textbook.SELU_ALPHA * anp.expm1(anp.minimum(z, 0.0)))
    ),
    Onnx(3, {"alpha": "alpha", "gamma": "scale"}),
)
ACTIVATIONS["softplus"] = Activation(
    textbook.softplus, textbook.logistic, lambda z: anp.logaddexp(0.0, z), Onnx(2)
)
ACTIVATIONS["gelu"] = Activation(
    lambda z: z * textbook.normal_distribution(z),
    lambda z: textbook.normal_distribution(z) + z * textbook.normal_density(z),
    lambda z: 0.5 * z * (1.0 + erf(z / anp.sqrt(2.0))),
    Onnx(2, only=lambda case: case.h.get("approximate", b"none") == b"none"),
)
ACTIVATIONS["silu"] = Activation(
    lambda z: z / (1 + math.exp(-z)),
    textbook.silu_slope,
    lambda z: z * expit(z),
    Onnx(1),
)
ACTIVATIONS["mish"] = Activation(
    lambda z: z * math.tanh(textbook.softplus(z)),
    textbook.mish_slope,
    lambda z: z * anp.tanh(anp.logaddexp(0.0, z)),
    Onnx(1),
)


# ---- losses


def pinball(y_hat, y, level):
    return anp.where(y_hat > y, (1.0 - level) * (y_hat - y), level * (y - y_hat))


def quantiles(z, y):
    lowest = z[:, 0::3]
    middle = anp.logaddexp(0.0, z[:, 1::3])
    highest = anp.logaddexp(0.0, z[:, 2::3])
    y_hat = (lowest, lowest + middle, lowest + middle + highest)
    return sum(
        anp.sum(pinball(q, y, level), axis=1, keepdims=True)
        for q, level in zip(y_hat, (0.1, 0.5, 0.9), strict=True)
    )


def softmax(z, y):
    log_y_hat = z - logsumexp(z, axis=1, keepdims=True)
    return -anp.sum(y * log_y_hat, axis=1, keepdims=True)


LOSSES = {}

LOSSES["softmax_cross_entropy"] = Loss(
    textbook.softmaxes,
    textbook.softmaxes_value,
    textbook.softmaxes_dz,
    softmax,
    settings=(
        {"smoothing": 0.3},
        {"sizes": (3, 2, 4)},
        {"sizes": (2, 5), "smoothing": 0.3},
    ),
)
LOSSES["logistic_cross_entropy"] = Loss(
    lambda z, smoothing=0.0: [textbook.logistic(score) for score in z],
    textbook.logistic_value,
    textbook.logistic_dz,
    lambda z, y: -y * anp.log(expit(z)) - (1.0 - y) * anp.log(expit(-z)),
    settings=({"smoothing": 0.2},),
)
LOSSES["squared_error"] = Loss(
    textbook.same,
    textbook.each(lambda z, y: (z - y) ** 2 / 2),
    textbook.each(lambda z, y: z - y),
    lambda z, y: (y - z) ** 2 / 2.0,
)
LOSSES["absolute_error"] = Loss(
    textbook.same,
    textbook.each(lambda z, y: abs(z - y)),
    textbook.each(lambda z, y: textbook.sign(z - y)),
    lambda z, y: anp.sqrt((z - y) ** 2),
)
LOSSES["huber"] = Loss(
    textbook.same,
    textbook.each(lambda z, y, delta=1.0: textbook.huber_value(z - y, delta)),
    textbook.each(lambda z, y, delta=1.0: textbook.huber_slope(z - y, delta)),
    lambda z, y: anp.where(
        anp.abs(z - y) <= 1.0, (z - y) ** 2 / 2.0, anp.abs(z - y) - 0.5
    ),
    settings=({"delta": 0.4}, {"delta": 3.0}),
)
LOSSES["poisson"] = Loss(
    lambda z: [math.exp(score) for score in z],
    textbook.each(textbook.poisson_value),
    textbook.each(lambda z, y: math.exp(z) - y),
    lambda z, y: anp.exp(z) - y * z + y * anp.log(anp.maximum(y, 1.0)) - y,
)
LOSSES["pinball"] = Loss(
    textbook.same,
    textbook.each(lambda z, y, level=0.5: textbook.pinball_value(z, y, level)),
    textbook.each(lambda z, y, level=0.5: textbook.pinball_slope(z, y, level)),
    lambda z, y: pinball(z, y, 0.5),
    settings=({"level": 0.9},),
)
LOSSES["quantiles"] = Loss(
    textbook.quantiles_link,
    textbook.quantiles_value,
    textbook.quantiles_dz,
    quantiles,
    settings=({"levels": (0.3,)}, {"levels": (0.05, 0.2, 0.8, 0.99)}),
)


# ---- optimizers

OPTIMIZERS = {}

OPTIMIZERS["gd"] = Optimizer(
    textbook.gradient_descent, 0, parabola=(0.3, False), rosenbrock=(0.002, False)
)
OPTIMIZERS["momentum"] = Optimizer(
    textbook.momentum,
    1,
    parabola=(0.05, False),
    rosenbrock=(0.001, False),
    settings=({"beta": 0.0}, {"beta": 0.5}),
)
OPTIMIZERS["nesterov"] = Optimizer(
    textbook.nesterov,
    1,
    parabola=(0.05, False),
    rosenbrock=(0.001, False),
    settings=({"beta": 0.5},),
)
OPTIMIZERS["adagrad"] = Optimizer(
    textbook.adagrad,
    1,
    parabola=(1.0, False),
    rosenbrock=(0.5, False),
    settings=({"eps": 0.1},),
)
OPTIMIZERS["rmsprop"] = Optimizer(
    textbook.rmsprop,
    1,
    rosenbrock=(0.003, True),
    settings=({"rho": 0.5, "eps": 0.1},),
)
OPTIMIZERS["adam"] = Optimizer(
    textbook.adam, 2, settings=({"beta1": 0.0, "beta2": 0.5, "eps": 0.1},)
)
OPTIMIZERS["adamw"] = Optimizer(textbook.adam, 2)
OPTIMIZERS["nadam"] = Optimizer(
    textbook.nadam, 2, settings=({"beta1": 0.5, "beta2": 0.9, "eps": 0.1},)
)
OPTIMIZERS["lion"] = Optimizer(
    textbook.lion,
    1,
    rosenbrock=(0.003, True),
    settings=({"beta1": 0.3, "beta2": 0.6},),
)


# ---- schedules

SCHEDULES = {}

SCHEDULES["constant"] = Schedule(lambda update, epoch, rows, total: 1.0)
SCHEDULES["step"] = Schedule(textbook.step_down, ({"every": 3, "rate": 0.1},))
SCHEDULES["exponential"] = Schedule(
    lambda update, epoch, rows, total, rate=0.01: math.exp(-rate * epoch),
    ({"rate": 0.3},),
)
SCHEDULES["inverse_time"] = Schedule(
    lambda update, epoch, rows, total, rate=0.01: 1 / (1 + rate * epoch),
    ({"rate": 2.0},),
)
SCHEDULES["inverse_scaling"] = Schedule(
    textbook.inverse_scaling,
    ({"power": 1.5, "unit": "epochs"}, {"power": 0.3, "unit": "rows"}),
)
SCHEDULES["cosine"] = Schedule(
    textbook.cosine,
    (
        {"warmup": 0.1},
        {"cycles": 3, "floor": 0.2},
        {"warmup": 0.25, "cycles": 4, "floor": 0.01},
        {"flat": 0.5},
        {"warmup": 0.2, "flat": 0.25, "cycles": 2, "floor": 0.1},
    ),
)
SCHEDULES["one_cycle"] = Schedule(
    textbook.one_cycle, ({"peak": 0.5, "start": 0.5, "end": 0.0},)
)
# it looks at the monitor: naive.standstills
SCHEDULES["plateau"] = Schedule(None, ({"rate": 0.5, "patience": 2},))


# ---- initializers

INITIALIZERS = {}

INITIALIZERS["lecun_normal"] = Initializer(lambda d, k: 1 / d)
INITIALIZERS["lecun_uniform"] = Initializer(lambda d, k: 1 / d)
INITIALIZERS["glorot_normal"] = Initializer(lambda d, k: 2 / (d + k))
INITIALIZERS["glorot_uniform"] = Initializer(lambda d, k: 2 / (d + k))
INITIALIZERS["he_normal"] = Initializer(lambda d, k: 2 / d)
INITIALIZERS["he_uniform"] = Initializer(lambda d, k: 2 / d)
INITIALIZERS["orthogonal"] = Initializer(None)
INITIALIZERS["zeros"] = Initializer(None)
