"""Solvers: methods that need the whole objective at once, and choose their own steps.

L-BFGS is SciPy's, which is imported when a fit begins. Everything else is shared with
the optimizers: the data, the history, validation, callbacks, Ctrl-C.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.optimizers import OPTIMIZERS, Optimizer
from halfmoon.components.registry import Component, Registry
from halfmoon.components.rules import INF, Integer, Number, check_name, setting
from halfmoon.engines.contract import State
from halfmoon.engines.reference import length
from halfmoon.network import Objective
from halfmoon.training.loop import Fit
from halfmoon.training.run import Run


class Solver(Component):
    """Minimises the objective of a fit; each of its iterations counts as an epoch.

    Derive from it, and define `minimize`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from halfmoon import Network, Solver, train
    >>> @dataclass(frozen=True)
    ... class Stay(Solver):
    ...     def minimize(self, fit, run):
    ...         run.stopped = "converged"
    >>> train(Network.dense([1, 2]), [[0.0], [1.0]], [0, 1], optimizer=Stay()).stopped
    'converged'
    """

    engine_name: ClassVar[str] = "solver"  # `Run.engine` of its fits

    def minimize(self, fit: Fit, run: Run) -> None:
        """Move run.theta to a minimum; say in run.stopped why it ended there."""
        raise NotImplementedError(
            f"{type(self).__name__} must define minimize(fit, run)."
        )


SOLVERS: Registry[Solver] = Registry("solver", Solver)


def make_method(spec: str | Optimizer | Solver) -> Optimizer | Solver:
    """An optimizer or a solver, from its name, its name with settings, or itself.

    Raises ValueError for an unknown name or setting, TypeError for something else.
    """
    if isinstance(spec, Solver):
        return spec
    if not isinstance(spec, str):
        return OPTIMIZERS.make(spec)
    name = spec.partition(":")[0].strip()
    if name in SOLVERS:
        return SOLVERS.make(spec)
    known = [*OPTIMIZERS, *OPTIMIZERS.aliases, *SOLVERS]
    check_name("optimizer", name, known)
    return OPTIMIZERS.make(spec)


@SOLVERS.register("lbfgs")
@dataclass(frozen=True)
class LBFGS(Solver):
    """Limited-memory BFGS: curvature learned from the last few steps.

    SciPy's L-BFGS-B (Liu & Nocedal 1989).

    Parameters
    ----------
    memory : int
        How many steps it remembers.
    evaluations : int
        Evaluations of the objective, at most.
    gradient_tol : float
        It has converged where no slope is larger.

    Examples
    --------
    >>> from halfmoon import Network, datasets, train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> run = train(Network.dense([2, 3, 2]), X, y, optimizer=LBFGS(memory=5), l2=1e-3)
    >>> run.engine, run.stopped
    ('scipy', 'converged')
    """

    engine_name = "scipy"
    memory: int = setting(10, Integer("[", 1, INF, ")"), "how many steps it remembers")
    evaluations: int = setting(
        15000, Integer("[", 1, INF, ")"), "evaluations of the objective, at most"
    )
    gradient_tol: float = setting(
        1e-5, Number("[", 0, INF, ")"), "it has converged where no slope is larger"
    )

    def minimize(self, fit: Fit, run: Run) -> None:
        """Minimise the objective with SciPy's L-BFGS-B."""
        from scipy import optimize

        dtype = run.theta.dtype
        latest: list[Objective] = []  # SciPy does not tell its callback the gradient

        def objective(x: Array) -> tuple[float, Array]:
            part = evaluate(fit, run, x)
            if part is None:
                raise StopIteration  # at the last iteration's theta
            latest[:] = [part]
            return part.loss + part.penalty, part.g.astype(np.float64)

        def after_iteration(intermediate_result: Any) -> None:
            before = run.checkpoint()
            run.theta = intermediate_result.x.astype(dtype)
            wish = end_iteration(fit, run, latest[0])
            if wish is None:  # an epoch counts once it is evaluated
                run.restore(before)
            run.stopped = fit.reason_to_stop(run, wish or "")
            if run.stopped:
                raise StopIteration

        x0 = run.theta.astype(np.float64)
        options = {
            "maxiter": fit.settings.epochs,
            "maxfun": self.evaluations,
            "maxcor": self.memory,
            "gtol": self.gradient_tol,
        }
        try:
            result = optimize.minimize(
                objective,
                x0,
                method="L-BFGS-B",
                jac=True,
                callback=after_iteration,
                options=options,
            )
        except StopIteration:
            run.stopped = fit.reason_to_stop(run)
            return
        if run.epoch == run.epochs_before_fit:
            # it never left the start, which may be a minimum
            objective(x0)
            end_iteration(fit, run, latest[0])
        if not run.stopped:
            # any other status: no step downhill was found
            words = {0: "converged", 1: "evaluations"}
            run.stopped = words.get(result.status, "abnormal")


def evaluate(fit: Fit, run: Run, theta: Array) -> Objective | None:
    """The objective of all rows at theta; None where the fit is to stop.

    As a first update, the first iteration is begun whatever the time budget.
    """
    has_begun = run.epoch > run.epochs_before_fit
    if fit.interrupt.seen or (has_begun and fit.wants_stop()):
        return None
    with np.errstate(all="ignore"), fit.interrupt.held():
        at = State(theta.astype(run.theta.dtype), [])
        return fit.engine.gradient(fit.problem, at, wants_stop=fit.wants_stop)


def end_iteration(fit: Fit, run: Run, part: Objective) -> str | None:
    """Record an iteration as an epoch, and call the callbacks.

    Returns what `Fit.after_epoch` does.
    """
    run.t += 1
    fit.count_time(run)
    run.record_epochs(
        fit.problem,
        loss=[part.loss + part.penalty],
        penalty=[part.penalty],
        gradient_norm=[length(part.g)],
    )
    if isfinite(part.loss + part.penalty):
        run.finite_source = run.snapshot()
    wish = fit.after_epoch(run)
    if fit.progress is not None:
        fit.progress(run)
    return wish
