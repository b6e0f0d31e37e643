"""Solvers: methods that need the whole objective at once, and choose their own step.
L-BFGS through SciPy.

They share everything else with `training.train`: the data, the history, validation,
callbacks, Ctrl-C.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from halfmoon.arrays.elementary import Array
from halfmoon.components.registry import Component, Registry
from halfmoon.components.rules import INF, Integer, Number, setting
from halfmoon.engines.contract import State
from halfmoon.engines.reference import length
from halfmoon.network import Network, Objective
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.loop import Callback, Fit, Run, Score
from halfmoon.training.settings import Settings
from halfmoon.training.train import finish, go_on, prepare, start


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


def solve(
    network: Network,
    X: ArrayLike,
    y: Any,
    solver: str | Solver = "lbfgs",
    *,
    w: ArrayLike | None = None,
    validation: tuple[Any, ...] | None = None,
    score: Score | None = None,
    callbacks: Iterable[Callback] = (),
    progress: Callable[[Run], None] | None = None,
    run: Run | None = None,
    settings: Settings | None = None,
    **options: Any,
) -> Run:
    """Fit `network` with a solver, as `training.train` does with an optimizer; an epoch
    is an iteration.

    Of the settings it takes epochs, l2, monitor, patience, tol, seconds, engine and
    n_threads, and raises ValueError for the others and for dropout, since they could
    change nothing or make the objective jump. A released `run` goes on from its theta,
    with its history; a solver remembers nothing else.

    >>> from halfmoon import Network, datasets
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> run = solve(Network.dense([2, 3, 2]), X, y, l2=1e-4)
    >>> run.history["loss"][-1] < run.history["loss"][0]
    np.True_
    """
    settings = Settings.of(options, settings)
    _refuse(network, settings)
    problem = prepare(network, X, y, w, settings)
    solver = SOLVERS.make(solver)
    if run is not None and run.made_with[1]:
        raise ValueError(
            "A solver goes on only from a released run; call run.release() first."
        )
    run = start(problem) if run is None else go_on(problem, run)
    run.made_with = (f"{network.size} parameters, {solver}", problem.cut)
    run.slots = []
    fit = Fit(problem, settings, validation, score, tuple(callbacks), progress)
    fit.judge_again(run)
    run.engine = solver.by
    run.why = (
        f"{solver} chooses the steps; its gradients are computed by {fit.engine.NAME}, "
        f"as {fit.why}"
    )
    with Interrupt() as interrupt, fit.engine.at_work():
        solver.minimize(fit, run, interrupt)
    finish(fit, run, "scale X and y, or raise l2")
    return run


def _refuse(network: Network, settings: Settings) -> None:
    """ValueError for whatever a solver cannot obey."""
    obeyed = {
        "epochs",
        "l2",
        "monitor",
        "patience",
        "tol",
        "seconds",
        "engine",
        "n_threads",
    }
    for field in dataclasses.fields(settings):
        if field.name not in obeyed and getattr(settings, field.name) != field.default:
            raise ValueError(
                f"A solver such as L-BFGS does not use {field.name}; leave it out, or "
                "train with an optimizer."
            )
    if settings.tol > 0.0 and settings.patience is None:
        raise ValueError(
            "tol has no effect without patience; set that too, or leave tol out."
        )
    if any(layer.random for layer in network.layers):
        raise ValueError(
            "A solver such as L-BFGS cannot work with dropout; leave it out, or train "
            "with an optimizer."
        )


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

        def after(intermediate_result: optimize.OptimizeResult) -> None:
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
            run.known = run.snapshot()
        fit.look(run)
        if fit.progress is not None:
            fit.progress(run)
