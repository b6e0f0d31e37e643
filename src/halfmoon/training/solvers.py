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
from halfmoon.components.rules import INF, Integer, Number, nearest, setting
from halfmoon.engines.contract import State
from halfmoon.engines.reference import length
from halfmoon.network import Objective
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.loop import Fit, Run


class Solver(Component):
    """Minimises the objective of a fit, reporting each iteration as an epoch."""

    by: ClassVar[str] = "solver"  # what a run calls the engine that chose the steps

    def minimize(self, fit: Fit, run: Run, interrupt: Interrupt) -> None:
        """Move run.theta to a minimum; set run.stopped if it stopped for a reason of
        its own.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define minimize(fit, run, interrupt)."
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
    if name not in OPTIMIZERS:
        known = [*OPTIMIZERS, *OPTIMIZERS.aliases, *SOLVERS]
        raise ValueError(f"There is no optimizer {name!r}; {nearest(name, known)}")
    return OPTIMIZERS.make(spec)


@SOLVERS.register("lbfgs")
@dataclass(frozen=True)
class LBFGS(Solver):
    """Limited-memory BFGS: curvature learned from the last few steps.

    SciPy's L-BFGS-B (Liu & Nocedal 1989).
    """

    by = "scipy"
    memory: int = setting(10, Integer("[", 1, INF, ")"), "how many steps it remembers")
    evaluations: int = setting(
        15000, Integer("[", 1, INF, ")"), "evaluations of the objective, at most"
    )
    gradient: float = setting(
        1e-5, Number("[", 0, INF, ")"), "it has converged where no slope is larger"
    )

    def minimize(self, fit: Fit, run: Run, interrupt: Interrupt) -> None:
        """SciPy calls the objective, and after each iteration our callback."""
        from scipy import optimize

        problem = fit.problem
        network = fit.problem.network
        latest: list[Objective] = []

        def objective(x: Array) -> tuple[float, Array]:
            if interrupt.seen:
                raise StopIteration  # at the last iteration's theta
            with np.errstate(all="ignore"):
                part = fit.engine.gradient(problem, State(x.astype(network.dtype), []))
            latest[:] = [part]  # SciPy's callback is not told the gradient
            return part.loss + part.penalty, part.g.astype(np.float64)

        def after(intermediate_result: Any) -> None:
            run.theta = intermediate_result.x.astype(network.dtype)
            run.t = run.t + 1
            self._report(fit, run, latest[0])
            run.stopped = fit.why_stop(run, interrupt)
            if run.stopped:
                raise StopIteration

        limits = {
            "maxiter": fit.settings.epochs,
            "maxfun": self.evaluations,
            "maxcor": self.memory,
        }
        options = {**limits, "gtol": self.gradient}
        x0 = run.theta.astype(np.float64)
        try:
            result = optimize.minimize(
                objective,
                x0,
                jac=True,
                method="L-BFGS-B",
                callback=after,
                options=options,
            )
        except StopIteration:
            run.stopped = "interrupted"
            return
        if run.epoch == run.origin:  # it never left the start, which may be a minimum
            objective(x0)
            run.t += 1
            self._report(fit, run, latest[0])
        # 2: no step downhill was found
        ended = {0: "converged", 1: "evaluations"}.get(result.status, "abnormal")
        run.stopped = run.stopped or ended

    @staticmethod
    def _report(fit: Fit, run: Run, part: Objective) -> None:
        """A row of history for this iteration, and everybody's look at it."""
        fit.tick(run)
        run.history.append(
            epoch=[run.epoch + 1],
            update=run.t + run.earlier,
            rows=run.rows + fit.problem.n,
            seconds=run.seconds,
            loss=part.loss + part.penalty,
            penalty=part.penalty,
            gradient_norm=length(part.g),
        )
        if isfinite(part.loss + part.penalty):
            run.finite_source = run.snapshot()
        fit.look(run)
        if fit.progress is not None:
            fit.progress(run)
