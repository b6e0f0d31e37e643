"""JAX with as much jitted as can be.

One call trains a whole epoch, or all passes where every pass takes all rows.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from workloads import Work, start

from peers import Fit, Peer

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")
ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu}


def raw_predict(work: Work, weights: Any, X: Any) -> Any:
    """The raw predictions: the last layer's z."""
    a = X
    for W, b in weights[:-1]:
        a = ACTIVATIONS[work.activation](a @ W + b)
    return a @ weights[-1][0] + weights[-1][1]


def objective(work: Work, weights: Any, X: Any, y: Any) -> Any:
    """Mean cross-entropy and penalty."""
    logarithms = jax.nn.log_softmax(raw_predict(work, weights, X))
    loss = -jnp.take_along_axis(logarithms, y[:, None], axis=1).mean()
    if not work.l2:
        return loss
    return loss + work.l2 / 2 * sum((W**2).sum() for W, _ in weights)


def update(work: Work, state: Any, X: Any, y: Any) -> Any:
    """One step of the work's optimizer.

    The state is weights, two memories and the number of the step.
    """
    weights, m, v, t = state
    g = jax.grad(objective, argnums=1)(work, weights, X, y)
    t = t + 1
    tree = jax.tree.map
    if work.optimizer == "gd":
        return tree(lambda p, g: p - work.rate * g, weights, g), m, v, t
    if work.optimizer == "momentum":
        m = tree(lambda m, g: 0.9 * m + g, m, g)
        return tree(lambda p, m: p - work.rate * m, weights, m), m, v, t
    m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    rate = work.rate / (1 - 0.9**t)
    shrink = 1 / (1 - 0.999**t)
    step = tree(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v * shrink) + 1e-8), weights, m, v
    )
    return step, m, v, t


def fitter(work: Work, X: Any, y: Any) -> Fit:
    """The epoch, or the passes, as one jitted function."""
    x_all = jnp.asarray(X)
    y_all = jnp.asarray(y)

    @jax.jit
    def passes(state: Any, count: Any, X: Any, y: Any) -> Any:
        def one(_: Any, state: Any) -> Any:
            return update(work, state, X, y)

        return jax.lax.fori_loop(0, count, one, state)

    @jax.jit
    def epoch(state: Any, order: Any, X: Any, y: Any) -> Any:
        def one(state: Any, rows: Any) -> Any:
            return update(work, state, X[rows], y[rows]), None

        return jax.lax.scan(one, state, order)[0]

    def fit(epochs: int) -> Any:
        weights = jax.tree.map(jnp.asarray, start(work))
        zeros = jax.tree.map(jnp.zeros_like, weights)
        rng = np.random.default_rng(0)
        state = (weights, zeros, zeros, jnp.zeros((), work.dtype))
        if work.batch is None:
            state = passes(state, epochs, x_all, y_all)
        else:
            for _ in range(epochs):
                order = rng.permutation(len(X)).reshape(-1, work.batch)
                state = epoch(state, order, x_all, y_all)
        return jax.tree.map(np.asarray, state[0])

    return fit


def predictor(work: Work, X: Any, y: Any) -> Any:
    """From NumPy to NumPy, jitted."""
    weights = jax.tree.map(jnp.asarray, start(work))
    predict = jax.jit(lambda rows: jax.nn.softmax(raw_predict(work, weights, rows)))
    return lambda rows: np.asarray(predict(rows))


def why_not(work: Work) -> str:
    """JAX has no L-BFGS of its own to rely on."""
    return "no L-BFGS of its own" if work.optimizer == "lbfgs" else ""


PEERS = {"jax": Peer("JAX, jitted", jax.__version__, fitter, predictor, why_not)}
