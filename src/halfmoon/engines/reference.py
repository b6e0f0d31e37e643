"""The reference engine: NumPy, one update after the other, each line an equation."""

from typing import Any

import numpy as np

from halfmoon.arrays.blas import one_blas_thread
from halfmoon.arrays.elementary import Array
from halfmoon.components.optimizers import Optimizer
from halfmoon.engines.contract import (
    Measured,
    Plan,
    Problem,
    Scratch,
    State,
    WantsStop,
    blocks,
    rows_at_a_time,
)
from halfmoon.layers import Context
from halfmoon.network import Network, Objective

NAME = "numpy"
# a solver has products of its own
solver_context = one_blas_thread


def why_not(network: Network, optimizer: Optimizer | None) -> str | None:
    """None: the reference runs everything."""
    return None


def prepare(problem: Problem) -> None:
    """There is nothing to prepare."""


def run(
    problem: Problem,
    state: State,
    plan: Plan,
    wants_stop: WantsStop | None = None,
) -> Measured:
    """Carry out the planned updates; stop before one not finite, or given up."""
    loss, penalty, norm = np.empty((3, len(plan.eta)))
    # what overflows is noticed below
    with one_blas_thread(), np.errstate(all="ignore"):
        for i in range(len(plan.eta)):
            part = gradient(problem, state, plan.dropout[i], wants_stop=wants_stop)
            if part is None:
                return Measured(loss[:i], penalty[:i], norm[:i])
            loss[i] = part.loss
            penalty[i] = part.penalty
            norm[i] = length(part.g)
            if not np.isfinite(loss[i] + penalty[i] + norm[i]):
                state.restore_last_finite()
                return Measured(loss[:i], penalty[:i], norm[:i], diverged=True)
            state.finite_source = state.snapshot()
            numbers = plan.eta[i], plan.decay[i], plan.g_factor[i]
            step(problem, state, part.g, norm[i], *numbers)
    return Measured(loss, penalty, norm)


@np.errstate(under="ignore")
def predict(
    network: Network,
    theta: Array,
    X: Any,
    link: bool = True,
    scratch: Scratch | None = None,
) -> Array:
    """The prediction link(z) for rows X (n, d), or the raw prediction z."""
    z = network.forward(theta, network.read_rows(X))[0]
    return network.loss.link(z) if link else z


def gradient(
    problem: Problem,
    state: State,
    dropout: float = 1.0,
    *,
    wants_stop: WantsStop | None = None,
) -> Objective | None:
    """The batch's part of the objective and its gradient [R3], at the present theta.

    A large batch is summed block by block, and None is returned if `wants_stop` says
    so between two of them.
    """
    network = problem.network
    theta = state.theta
    loss = 0.0
    g: Array | None = None
    n = 0
    with one_blas_thread():
        for rows in blocks(problem.batch(state.t), rows_at_a_time(network)):
            if g is not None and wants_stop is not None and wants_stop():
                return None
            X = problem.X[rows]
            y = problem.y[rows]
            w = problem.w[rows]
            numbers = (
                np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
            )
            ctx = Context(True, problem.seed, state.t, numbers, float(dropout))
            block_loss, block_g, _ = network.sums(theta, X, y, w, ctx)
            loss += block_loss
            g = block_g if g is None else g + block_g
            n += X.shape[0]
        assert g is not None  # no batch is empty
        share = n / problem.batch_size
        return network.of_sums(
            theta, loss, g, problem.total, problem.lam, problem.l1, share
        )


def step(
    problem: Problem,
    state: State,
    g: Array,
    norm: float,
    eta: float,
    decay: float,
    g_factor: float = 1.0,
) -> None:
    """One update: clip, rule, decoupled decay, running average.

    It replaces the state's arrays, and never writes into them.

    g         (parameters,) the gradient [R3], of length norm
    eta       learning rate
    decay     decoupled decay
    g_factor  the schedule's, where the rule remembers steps
    """
    state.t += 1
    t = state.t + problem.t_offset
    theta = state.theta
    c = _rate_factors(problem.network)
    factor = float(g_factor)  # [O15]
    if problem.clip is not None and norm > problem.clip:
        factor = factor * float(problem.clip / norm)  # [O5]
    if factor != 1.0:
        g = factor * g  # [O5] [O15]
    u, slots = problem.optimizer.rule(g, state.slots, t)
    state.slots = list(slots)
    if decay != 0.0:
        u = u + float(decay) * problem.network.penalised * theta  # [O4]
    state.theta = theta - float(eta) * c * u  # [O4]
    if problem.average is not None and state.average is not None:
        beta = problem.average
        share = (1.0 - beta) / (1.0 - beta**t)
        state.average = state.average + share * (state.theta - state.average)  # [O6]


def _rate_factors(network: Network) -> Any:
    """[O4]'s c, like theta; one number where all layers have the same."""
    factors = {layer.rate_factor for layer in network.layers if layer.shapes}
    return factors.pop() if len(factors) == 1 else network.rate_factor


def length(g: Array) -> float:
    """The 2-norm of g, by float64: squares of large float32 numbers would overflow."""
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(g.astype(np.float64, copy=False)))
