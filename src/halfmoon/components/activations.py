"""Activation functions: f and its derivative f', each written once.

    a  = f(z)                 [F2]
    f'(z) = df(z, a)          [B1] uses it; a is known from the forward pass,
                              which often makes f' cheap

Both are plain NumPy expressions, scalar in spirit: z may be an array or one number.
They keep the dtype (a Python number never widens float32), let NaN through, and stay
finite for |z| up to 1e4 and beyond.

Your own is written in the same few lines. With ``@ACTIVATIONS.register("name")``, above
it, it stands in the registry: listed, documented, tested, and chosen by name.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from halfmoon.arrays.elementary import Array, erf, logistic, softplus
from halfmoon.components.registry import Component, Registry
from halfmoon.components.rules import INF, Number, setting

SQRT_HALF = math.sqrt(0.5)
INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


class Activation(Component):
    """What Dense needs: f(z) and df(z, a); and the initializer that suits it best.

    Examples
    --------
    One of your own, chosen by name once it is registered:

    >>> from dataclasses import dataclass
    >>> from halfmoon import Activation, check_gradients
    >>> @dataclass(frozen=True)
    ... class Square(Activation):
    ...     formula = "z^2"
    ...     derivative = "2 z"
    ...
    ...     def f(self, z):
    ...         return z * z
    ...
    ...     def df(self, z, a):
    ...         return 2.0 * z
    >>> check_gradients(Square()).message
    'df of Square is right.'
    """

    formula: ClassVar[str] = ""  # f(z), as a trace prints it: "tanh z"
    derivative: ClassVar[str] = ""  # f'(z), from z and a: "1 - a^2"
    initializer: ClassVar[str] = "glorot_uniform"
    onnx: ClassVar[str | None] = None  # the ONNX operator that is the same function

    def f(self, z: Array) -> Array:
        """a = f(z), elementwise."""
        raise NotImplementedError(f"{type(self).__name__} must define f(z).")

    def df(self, z: Array, a: Array) -> Array:
        """f'(z), elementwise; a = f(z) is given."""
        raise NotImplementedError(f"{type(self).__name__} must define df(z, a).")


ACTIVATIONS: Registry[Activation] = Registry("activation", Activation)


@ACTIVATIONS.register("identity", "linear")
@dataclass(frozen=True)
class Identity(Activation):
    """a = z,  f'(z) = 1: no bend at all; what a regression's last layer uses."""

    formula = "z"
    derivative = "1"
    onnx = "Identity"

    def f(self, z: Array) -> Array:
        return z

    def df(self, z: Array, a: Array) -> Array:
        return np.ones_like(z)


@ACTIVATIONS.register("logistic", "sigmoid")
@dataclass(frozen=True)
class Logistic(Activation):
    """a = 1 / (1 + e^-z),  f'(z) = a (1 - a): from 0 to 1."""

    formula = "1 / (1 + e^-z)"
    derivative = "a (1 - a)"
    onnx = "Sigmoid"

    def f(self, z: Array) -> Array:
        return logistic(z)

    def df(self, z: Array, a: Array) -> Array:
        return a * (1.0 - a)


@ACTIVATIONS.register("tanh")
@dataclass(frozen=True)
class Tanh(Activation):
    """a = tanh z,  f'(z) = 1 - a^2.

    From -1 to 1; the tutorial's choice. Its derivative needs only a.
    """

    formula = "tanh z"
    derivative = "1 - a^2"
    onnx = "Tanh"

    def f(self, z: Array) -> Array:
        return np.tanh(z)

    def df(self, z: Array, a: Array) -> Array:
        return 1.0 - a * a


@ACTIVATIONS.register("relu")
@dataclass(frozen=True)
class ReLU(Activation):
    """a = max(z, 0),  f'(z) = 1 where z > 0, else 0.

    Cheap, and the usual choice for large networks.
    """

    formula = "max(z, 0)"
    derivative = "1 where z > 0, else 0"
    initializer = "he_uniform"
    onnx = "Relu"

    def f(self, z: Array) -> Array:
        return np.maximum(z, 0.0)

    def df(self, z: Array, a: Array) -> Array:
        # a is never negative; unlike a comparison, sign keeps dtype and NaN
        return np.sign(a)


@ACTIVATIONS.register("leaky_relu")
@dataclass(frozen=True)
class LeakyReLU(Activation):
    """a = z where z > 0, else slope z,  f'(z) = 1 or slope.

    No unit can die (Maas et al. 2013).
    """

    slope: float = setting(0.01, Number("[", 0, 1, ")"), "the slope below zero")
    formula = "z where z > 0, else slope z"
    derivative = "1 where z > 0, else slope"
    initializer = "he_uniform"
    onnx = "LeakyRelu"

    def f(self, z: Array) -> Array:
        return np.maximum(z, self.slope * z)

    def df(self, z: Array, a: Array) -> Array:
        return np.maximum(np.sign(z), self.slope)


@ACTIVATIONS.register("elu")
@dataclass(frozen=True)
class ELU(Activation):
    """a = z where z > 0, else alpha (e^z - 1),  f'(z) = 1 or a + alpha.

    (Clevert et al. 2016)
    """

    alpha: float = setting(
        1.0, Number("(", 0, INF, ")"), "-alpha is the value far below zero"
    )
    formula = "z where z > 0, else alpha (e^z - 1)"
    derivative = "1 where z > 0, else a + alpha"
    initializer = "he_uniform"
    onnx = "Elu"

    def f(self, z: Array) -> Array:
        return np.where(z > 0.0, z, self.alpha * np.expm1(np.minimum(z, 0.0)))

    def df(self, z: Array, a: Array) -> Array:
        return np.where(z > 0.0, 1.0, a + self.alpha)


@ACTIVATIONS.register("selu")
@dataclass(frozen=True)
class SELU(Activation):
    """a = s z where z > 0, else s alpha (e^z - 1),  f'(z) = s or a + s alpha.

    s is `scale`. With these two constants and LeCun's initial weights, activations keep
    mean 0 and variance 1 from layer to layer (Klambauer et al. 2017, equation 2).
    """

    formula = "scale z where z > 0, else scale alpha (e^z - 1)"
    derivative = "scale where z > 0, else a + scale alpha"
    initializer = "lecun_normal"
    onnx = "Selu"
    scale: ClassVar[float] = 1.0507009873554804934193349852946
    alpha: ClassVar[float] = 1.6732632423543772848170429916717

    def f(self, z: Array) -> Array:
        return np.where(
            z > 0.0,
            self.scale * z,
            self.scale * self.alpha * np.expm1(np.minimum(z, 0.0)),
        )

    def df(self, z: Array, a: Array) -> Array:
        return np.where(z > 0.0, self.scale, a + self.scale * self.alpha)


@ACTIVATIONS.register("softplus")
@dataclass(frozen=True)
class Softplus(Activation):
    """a = log(1 + e^z),  f'(z) = 1 / (1 + e^-z): a smooth ReLU (Dugas et al. 2000)."""

    formula = "log(1 + e^z)"
    derivative = "1 / (1 + e^-z)"
    initializer = "he_uniform"
    onnx = "Softplus"

    def f(self, z: Array) -> Array:
        return softplus(z)

    def df(self, z: Array, a: Array) -> Array:
        return logistic(z)


@ACTIVATIONS.register("gelu")
@dataclass(frozen=True)
class GELU(Activation):
    """a = z Phi(z),  f'(z) = Phi(z) + z phi(z).

    Phi and phi are the standard normal distribution's function and density.
    Phi(z) = (1 + erf(z / sqrt 2)) / 2: the exact form, not the tanh approximation
    (Hendrycks & Gimpel 2016).
    """

    formula = "z Phi(z)"
    derivative = "Phi(z) + z phi(z)"
    initializer = "he_uniform"
    onnx = "Gelu"

    def f(self, z: Array) -> Array:
        Phi = 0.5 + 0.5 * erf(z * SQRT_HALF)
        return z * Phi

    def df(self, z: Array, a: Array) -> Array:
        Phi = 0.5 + 0.5 * erf(z * SQRT_HALF)
        phi = np.exp(-0.5 * z * z) * INV_SQRT_2PI
        return Phi + z * phi


@ACTIVATIONS.register("silu", "swish")
@dataclass(frozen=True)
class SiLU(Activation):
    """a = z s,  f'(z) = s + a (1 - s),  s = 1 / (1 + e^-z) (Elfwing et al. 2018)."""

    formula = "z s,  s = 1 / (1 + e^-z)"
    derivative = "s + a (1 - s),  s = 1 / (1 + e^-z)"
    initializer = "he_uniform"
    onnx = "Swish"

    def f(self, z: Array) -> Array:
        return z * logistic(z)

    def df(self, z: Array, a: Array) -> Array:
        s = logistic(z)
        return s + a * (1.0 - s)


@ACTIVATIONS.register("mish")
@dataclass(frozen=True)
class Mish(Activation):
    """a = z q,  f'(z) = q + z s (1 - q^2).

    q = tanh(log(1 + e^z)),  s = 1 / (1 + e^-z)  (Misra 2020)
    """

    formula = "z q,  q = tanh(log(1 + e^z))"
    derivative = "q + z s (1 - q^2),  q = tanh(log(1 + e^z)),  s = 1 / (1 + e^-z)"
    initializer = "he_uniform"
    onnx = "Mish"

    def f(self, z: Array) -> Array:
        return z * np.tanh(softplus(z))

    def df(self, z: Array, a: Array) -> Array:
        q = np.tanh(softplus(z))
        return q + z * logistic(z) * (1.0 - q * q)
