"""Optimizers: what becomes of the gradient before it is subtracted.

A rule is pure and pointwise: gradient g, memory `slots`, number of the update t = 1, 2,
... give a direction u and the new memory. It runs on arrays and on single numbers
alike. The step around it is the same for all (engines/reference.py):

    g     <- g min(1, clip / |g|)                    [O5]   clipping
    g     <- f g                                     [O15]  what remembers steps
    u     <- rule(g, slots, t)                       [O1] to [O3], [O7] to [O14]
    theta <- theta - eta c (u + decay m theta)       [O4]   the step
    avg   <- avg + (1-beta)/(1-beta^t) (theta - avg) [O6]   the running average

|g| is the 2-norm; c is the layer's rate factor, m is 1 on weights and 0 on biases. The
average forgets its start as Adam's moments do. A schedule's factor f multiplies eta in
[O4]. Momentum and Nesterov's remember steps, as their papers and scikit-learn have it:
there f multiplies g and the decay, and steps of the past keep the rate that they had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.registry import Component, Registry
from halfmoon.components.rules import INF, Number, setting

Step = tuple[Array, Sequence[Array]]


class Optimizer(Component):
    """A rule, its slots of memory per parameter, and its usual decoupled decay.

    Examples
    --------
    One of your own, steps of equal length whatever the gradient's size:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from halfmoon import Network, Optimizer, datasets, train
    >>> @dataclass(frozen=True)
    ... class Sign(Optimizer):
    ...     def rule(self, g, slots, t):
    ...         return np.sign(g), slots
    >>> network = Network.dense([2, 3, 2])
    >>> X, y = datasets.make("moons")
    >>> run = train(network, X, y, optimizer=Sign(), learning_rate=0.01, epochs=50)
    >>> bool(run.history["loss"][-1] < run.history["loss"][0])
    True
    """

    slots: ClassVar[int] = 0
    # whether its memory holds steps, whose rates it remembers: [O15]
    remembers_steps: ClassVar[bool] = False
    decay: float = 0.0

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        """Direction u and the new slots, from gradient g and the old ones."""
        raise NotImplementedError(
            f"{type(self).__name__} must define rule(g, slots, t)."
        )


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer", Optimizer)


@OPTIMIZERS.register("gd", "gradient_descent")
@dataclass(frozen=True)
class GradientDescent(Optimizer):
    """u = g [O7]: the tutorial's method (Cauchy 1847).

    With minibatches it is stochastic gradient descent.
    """

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        return g, slots  # [O7]


@OPTIMIZERS.register("momentum")
@dataclass(frozen=True)
class Momentum(Optimizer):
    """v <- beta v + g,  u = v [O8]: a heavy ball that rolls through small bumps.

    (Polyak 1964)
    """

    beta: float = setting(
        0.9, Number("[", 0, 1, ")"), "share of the velocity kept at each update"
    )
    slots = 1
    remembers_steps = True

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        (v,) = slots
        v = self.beta * v + g  # [O8]
        return v, (v,)


@OPTIMIZERS.register("nesterov")
@dataclass(frozen=True)
class Nesterov(Optimizer):
    """v <- beta v + g,  u = g + beta v [O9]: momentum that looks ahead.

    (Nesterov 1983; Sutskever et al. 2013)
    """

    beta: float = setting(
        0.9, Number("[", 0, 1, ")"), "share of the velocity kept at each update"
    )
    slots = 1
    remembers_steps = True

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        (v,) = slots
        v = self.beta * v + g  # [O9]
        return g + self.beta * v, (v,)  # [O9]


@OPTIMIZERS.register("adagrad")
@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """v <- v + g^2,  u = g / (sqrt(v) + eps) [O10].

    Parameters that are often used slow down (Duchi et al. 2011).
    """

    eps: float = setting(1e-10, Number("(", 0, INF, ")"), "keeps the quotient finite")
    slots = 1

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        (v,) = slots
        v = v + g * g  # [O10]
        return g / (np.sqrt(v) + self.eps), (v,)  # [O10]


@OPTIMIZERS.register("rmsprop")
@dataclass(frozen=True)
class RMSProp(Optimizer):
    """v <- rho v + (1-rho) g^2,  u = g / (sqrt(v) + eps) [O11].

    AdaGrad that forgets (Tieleman & Hinton 2012).
    """

    rho: float = setting(0.9, Number("[", 0, 1, ")"), "memory of the squared gradient")
    eps: float = setting(1e-8, Number("(", 0, INF, ")"), "keeps the quotient finite")
    slots = 1

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        (v,) = slots
        v = self.rho * v + (1.0 - self.rho) * g * g  # [O11]
        return g / (np.sqrt(v) + self.eps), (v,)  # [O11]


@OPTIMIZERS.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """The usual choice: momentum, and a step of like size for each weight.

    m <- b1 m + (1-b1) g [O1],  v <- b2 v + (1-b2) g^2 [O2],
    u = m_hat / (sqrt(v_hat) + eps) [O3].

    m_hat = m / (1 - b1^t) and v_hat = v / (1 - b2^t) undo the start at zero (Kingma &
    Ba 2015, algorithm 1).
    """

    beta1: float = setting(0.9, Number("[", 0, 1, ")"), "memory of the gradient")
    beta2: float = setting(
        0.999, Number("[", 0, 1, ")"), "memory of the squared gradient"
    )
    eps: float = setting(1e-8, Number("(", 0, INF, ")"), "keeps the quotient finite")
    slots = 2

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        m, v = slots
        m = self.beta1 * m + (1.0 - self.beta1) * g  # [O1]
        v = self.beta2 * v + (1.0 - self.beta2) * g * g  # [O2]
        m_hat = m / (1.0 - self.beta1**t)
        v_hat = v / (1.0 - self.beta2**t)
        u = m_hat / (np.sqrt(v_hat) + self.eps)  # [O3]
        return u, (m, v)


@OPTIMIZERS.register("adamw")
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam's rule [O1] to [O3], with decoupled decay in the step [O4].

    (Loshchilov & Hutter 2019)
    """

    decay: float = setting(
        0.01,
        Number("[", 0, INF, ")"),
        "decoupled weight decay, unless training sets its own",
    )


@OPTIMIZERS.register("nadam")
@dataclass(frozen=True)
class Nadam(Adam):
    """Adam that looks ahead: u = m_bar / (sqrt(v_hat) + eps) (Dozat 2016).

    m_bar = b1 m / (1 - b1^(t+1)) + (1-b1) g / (1 - b1^t)   [O12],   m and v: [O1] [O2]
    """

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        m, v = slots
        m = self.beta1 * m + (1.0 - self.beta1) * g  # [O1]
        v = self.beta2 * v + (1.0 - self.beta2) * g * g  # [O2]
        ahead = self.beta1 * m / (1.0 - self.beta1 ** (t + 1))
        present = (1.0 - self.beta1) * g / (1.0 - self.beta1**t)
        m_bar = ahead + present  # [O12]
        v_hat = v / (1.0 - self.beta2**t)
        return m_bar / (np.sqrt(v_hat) + self.eps), (m, v)


@OPTIMIZERS.register("lion")
@dataclass(frozen=True)
class Lion(Optimizer):
    """u = sign(b1 m + (1-b1) g) [O13],  m <- b2 m + (1-b2) g [O14].

    Only the sign counts (Chen et al. 2023).
    """

    beta1: float = setting(
        0.9, Number("[", 0, 1, ")"), "share of the memory in the direction"
    )
    beta2: float = setting(0.99, Number("[", 0, 1, ")"), "memory of the gradient")
    slots = 1

    def rule(self, g: Array, slots: Sequence[Array], t: int) -> Step:
        (m,) = slots
        u = np.sign(self.beta1 * m + (1.0 - self.beta1) * g)  # [O13]
        m = self.beta2 * m + (1.0 - self.beta2) * g  # [O14]
        return u, (m,)
