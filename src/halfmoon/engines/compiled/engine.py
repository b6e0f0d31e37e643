"""The compiled engine as `contract.Engine` says it: what it can run, and how it does.

The mathematics is in kernels.py and loops.py.
"""

from halfmoon.arrays.blas import one_blas_thread
from halfmoon.components.optimizers import Optimizer
from halfmoon.components.registry import Component
from halfmoon.engines.compiled import native, translation
from halfmoon.engines.compiled.prediction import predict
from halfmoon.engines.compiled.workspace import Workspace
from halfmoon.engines.contract import Measured, Plan, Problem, State, WantsStop
from halfmoon.network import Network, Objective

__all__ = [
    "NAME",
    "gradient",
    "predict",
    "prepare",
    "run",
    "solver_context",
    "why_not",
]

NAME = "compiled"
# a solver has products of its own
solver_context = one_blas_thread


def why_not(network: Network, optimizer: Optimizer | None) -> str | None:
    """Why it cannot run these, in words; None if it can: then all is compiled."""
    dtype = network.dtype.name
    above = [layer.kernel for layer in network.layers[1:]]
    for layer, next_kernel in zip(network.layers, [*above, None], strict=True):
        if layer.kernel is None:
            return f"{layer.name} has no compiled kernel"
        if layer.kernel == "scaling" and next_kernel != "dense":
            return f"{layer.name} is compiled right below a Dense only"
    component: Component = network.loss
    try:
        loss, _, _ = translation.loss(network.loss, network.k, dtype)
        native.address(loss, dtype)
        if optimizer is not None:
            component = optimizer
            translation.rule(optimizer, dtype)
        for layer in network.layers:
            if layer.act is not None:
                component = layer.act
                translation.activation(layer.act, dtype)
    except Exception as error:  # numba fails in many ways; NumPy runs whatever it is
        return f"{type(component).__name__} cannot be compiled: {_reason(error)}"
    return None


def _reason(error: Exception) -> str:
    """The first line of an error about the code, and not about the compiler."""
    for line in str(error).splitlines():
        if line.strip() and not line.startswith("Failed in nopython"):
            return line.strip()
    return type(error).__name__


def prepare(problem: Problem) -> None:
    """Make the tables, and compile what has not been compiled yet."""
    problem.workspace(Workspace)


def run(
    problem: Problem,
    state: State,
    plan: Plan,
    wants_stop: WantsStop | None = None,
) -> Measured:
    """Carry out the planned updates; stop before one that is not finite, or given up.

    Kernels work in place on a copy, so what they leave there may be not finite: then
    the updates that were finite are carried out once more, from the start.
    """
    workspace = problem.workspace(Workspace)
    before = state.snapshot()
    count = len(plan.eta)
    after, measured = workspace.advance(before, plan, count, wants_stop)
    done = measured.shape[1]
    given_up = bool(workspace.stopped[0])
    if done < count:
        after, _ = workspace.advance(before, plan, done)
    if done:
        # one update earlier: whether the last one's result is finite is not known yet
        state.finite_source = lambda: workspace.advance(before, plan, done - 1)[0]
    state.theta = after.theta
    state.slots = after.slots
    state.average = after.average
    state.t = after.t
    diverged = done < count and not given_up
    if diverged:
        state.restore_last_finite()
    loss, penalty, norm = measured
    return Measured(loss, penalty, norm, workspace.threads, diverged)


def gradient(
    problem: Problem,
    state: State,
    dropout: float = 1.0,
    *,
    wants_stop: WantsStop | None = None,
) -> Objective | None:
    """Loss, penalty and gradient [R3] of the next batch; None if it was given up."""
    return problem.workspace(Workspace).gradient(state, dropout, wants_stop)
