"""The tutorial's algorithm in plain NumPy, as anybody would write it.

And the same with minibatches, Adam and L-BFGS.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import optimize
from workloads import Weights, Work, start

from peers import Fit, Peer


def fitter(work: Work, X: Any, y: Any) -> Fit:
    """A loop over batches: gradient, then step."""

    def fit(epochs: int) -> Weights:
        if work.optimizer == "lbfgs":
            return lbfgs(work, X, y, epochs)
        parameters = [p for pair in start(work) for p in pair]
        step = STEPS[work.optimizer](parameters, work.rate)
        for x_batch, y_batch in batches(work, X, y, epochs):
            step(gradient(work, parameters, x_batch, y_batch)[1])
        return pairs(parameters)

    return fit


def batches(work: Work, X: Any, y: Any, epochs: int) -> Iterator[tuple[Any, Any]]:
    """All rows again and again, or minibatches in an order drawn anew each epoch."""
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        if work.batch is None:
            yield X, y
            continue
        order = rng.permutation(len(X))
        for first in range(0, len(X), work.batch):
            rows = order[first : first + work.batch]
            yield X[rows], y[rows]


def forward(work: Work, parameters: list[Any], X: Any) -> list[Any]:
    """The input, each hidden layer's output, and the last layer's probabilities."""
    activations = [X]
    *hidden, (W_last, b_last) = pairs(parameters)
    for W, b in hidden:
        z = activations[-1] @ W + b
        a = np.tanh(z) if work.activation == "tanh" else np.maximum(z, 0.0)
        activations.append(a)
    z = activations[-1] @ W_last + b_last
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    return [*activations, exponentials / exponentials.sum(axis=1, keepdims=True)]


def gradient(
    work: Work, parameters: list[Any], X: Any, y: Any
) -> tuple[float, list[Any]]:
    """The mean loss, and parameter by parameter the gradient with the penalty's."""
    *activations, probabilities = forward(work, parameters, X)
    of_class = probabilities[np.arange(len(X)), y]
    delta = probabilities
    delta[np.arange(len(X)), y] -= 1
    delta /= len(X)
    gradients: list[Any] = []
    for index in reversed(range(len(activations))):
        W = parameters[2 * index]
        a = activations[index]
        gradients[:0] = [a.T @ delta + work.l2 * W, delta.sum(axis=0)]
        if index > 0:
            slope = 1 - a**2 if work.activation == "tanh" else a > 0
            delta = (delta @ W.T) * slope
    return -float(np.log(of_class).mean()), gradients


def descent(parameters: list[Any], rate: float) -> Callable[[list[Any]], None]:
    """Gradient descent, as in the tutorial."""

    def step(gradients: list[Any]) -> None:
        for i, g in enumerate(gradients):
            parameters[i] -= rate * g

    return step


def momentum(parameters: list[Any], rate: float) -> Callable[[list[Any]], None]:
    """Gradient descent with momentum 0.9."""
    v = [np.zeros_like(p) for p in parameters]

    def step(gradients: list[Any]) -> None:
        for i, g in enumerate(gradients):
            v[i] = 0.9 * v[i] + g
            parameters[i] -= rate * v[i]

    return step


def adam(parameters: list[Any], rate: float) -> Callable[[list[Any]], None]:
    """Adam with its usual settings."""
    m = [np.zeros_like(p) for p in parameters]
    v = [np.zeros_like(p) for p in parameters]
    count = itertools.count(1)

    def step(gradients: list[Any]) -> None:
        t = next(count)
        for i, g in enumerate(gradients):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            m_hat = m[i] / (1 - 0.9**t)
            v_hat = v[i] / (1 - 0.999**t)
            parameters[i] -= rate * m_hat / (np.sqrt(v_hat) + 1e-8)

    return step


STEPS = {"gd": descent, "momentum": momentum, "adam": adam}


def lbfgs(work: Work, X: Any, y: Any, iterations: int) -> Weights:
    """SciPy's L-BFGS on the whole objective."""
    first = [p for pair in start(work) for p in pair]
    ends = np.cumsum([p.size for p in first])[:-1]

    def parameters(theta: Any) -> list[Any]:
        parts = zip(np.split(theta, ends), first, strict=True)
        return [part.reshape(p.shape) for part, p in parts]

    def objective(theta: Any) -> tuple[float, Any]:
        loss, gradients = gradient(work, parameters(theta), X, y)
        penalty = work.l2 / 2 * sum(float((W**2).sum()) for W in parameters(theta)[::2])
        return loss + penalty, np.concatenate([g.ravel() for g in gradients])

    options = {"maxiter": iterations, "maxfun": 1_000_000, "gtol": 0.0, "ftol": 0.0}
    theta = np.concatenate([p.ravel() for p in first])
    method = {"method": "L-BFGS-B", "jac": True, "options": options}
    return pairs(parameters(optimize.minimize(objective, theta, **method).x))


def pairs(parameters: list[Any]) -> Weights:
    """W and b of each layer."""
    return list(zip(parameters[::2], parameters[1::2], strict=True))


def predictor(work: Work, X: Any, y: Any) -> Any:
    """The forward pass."""
    parameters = [p for pair in start(work) for p in pair]
    return lambda rows: forward(work, parameters, rows)[-1]


PEERS = {"numpy": Peer("plain NumPy", np.__version__, fitter, predictor)}
