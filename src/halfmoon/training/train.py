"""Training, from the data as they come to the weights that stay. What happens in
between is in loop.py.
"""

import dataclasses
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.components.optimizers import GradientDescent, Optimizer
from halfmoon.engines.contract import Problem
from halfmoon.layers import Dropout
from halfmoon.network import Network
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.loop import Callback, Fit, Run, Score
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver, make_method

OBEYED_BY_SOLVERS = {
    "optimizer",
    "epochs",
    "l2",
    "monitor",
    "patience",
    "tol",
    "seconds",
    "engine",
    "n_threads",
}


class NotFiniteError(ValueError):
    """There was no finite loss to begin with."""

    def __init__(self) -> None:
        super().__init__(
            "The loss is not finite before the first update; scale X and y, or start "
            "smaller weights."
        )


def train(
    network: Network,
    X: ArrayLike,
    y: Any,
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
    """Fit `network` to X (n, d) and y; returns the Run, and leaves its weights in
    ``network.theta``.

    `options` are the fields of `settings.Settings` (epochs, optimizer, learning_rate,
    ...), or give `settings` whole. With ``optimizer="lbfgs"``, which chooses its own
    steps, an epoch is an iteration; what it cannot obey is refused. `w` weighs rows
    (n,) or single outputs (n, k). `validation` is (X, y) or (X, y, w): then the best
    epoch's weights stay, whatever ends the fit. `score(y_hat, y, w, X)` is recorded
    after each epoch. `progress` is told after each block of updates. `run` continues
    an earlier fit, exactly as if it had never paused; after ``run.release()`` it goes
    on as a new fit, with what the optimizer remembers, on these data, whatever it was
    made with.

    Raises ValueError for data or settings that cannot work; warns when the fit diverges
    or is interrupted.

    >>> from halfmoon import Network, datasets, train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> network = Network.dense([2, 3, 2])
    >>> run = train(network, X, y, optimizer="gd", learning_rate=1.0, epochs=100)
    >>> run.stopped, run.epoch
    ('epochs', 100)
    """
    settings = Settings.of(options, settings)
    method = make_method(settings.optimizer)
    problem = prepare(network, X, y, w, settings)
    _refuse(problem, settings, method)
    if run is None:
        run = start(problem)
    elif isinstance(method, Solver) and run.made_with[1]:
        raise ValueError(
            "A solver goes on only from a released run; call run.release() first."
        )
    else:
        run = go_on(problem, run)
    problem = replace(problem, t_offset=run.earlier - run.fresh)
    fit = Fit(problem, settings, validation, score, tuple(callbacks), progress)
    fit.judge_again(run)
    if isinstance(method, Solver):
        _minimize(method, fit, run)
        finish(fit, run, "scale X and y, or raise l2")
        return run
    with Interrupt() as interrupt:
        while not run.stopped:
            fit.block(run, lambda: interrupt.seen)
            run.stopped = run.stopped or fit.why_stop(run, interrupt)
    finish(fit, run)
    return run


def _minimize(solver: Solver, fit: Fit, run: Run) -> None:
    """Let a solver choose the steps."""
    run.made_with = (
        f"{fit.problem.network.size} parameters, {solver}",
        run.made_with[1],
    )
    run.slots = []
    run.engine = solver.by
    run.why = (
        f"{solver} chooses the steps; its gradients are computed by {fit.engine.NAME}, "
        f"as {fit.why}"
    )
    with Interrupt() as interrupt, fit.engine.solver_context():
        solver.minimize(fit, run, interrupt)


def _refuse(problem: Problem, settings: Settings, method: Optimizer | Solver) -> None:
    """ValueError for a setting that could change nothing."""
    if isinstance(method, Solver):
        for field in dataclasses.fields(settings):
            changed = getattr(settings, field.name) != field.default
            if changed and field.name not in OBEYED_BY_SOLVERS:
                raise ValueError(
                    f"A solver such as L-BFGS does not use {field.name}; leave it "
                    "out, or train with an optimizer."
                )
        if any(layer.random for layer in problem.network.layers):
            raise ValueError(
                "A solver such as L-BFGS cannot work with dropout; leave it out, or "
                "train with an optimizer."
            )
    rates = [
        layer.rate for layer in problem.network.layers if isinstance(layer, Dropout)
    ]
    idle = {
        "dropout_schedule": settings.dropout_schedule != "constant" and not any(rates),
        "decay_schedule": settings.decay_schedule != "constant" and not problem.decays,
        "tol": settings.tol > 0.0 and settings.patience is None,
    }
    needs = {
        "dropout_schedule": "a layer with dropout",
        "decay_schedule": "a decay",
        "tol": "patience",
    }
    for name, has_no_effect in idle.items():
        if has_no_effect:
            raise ValueError(
                f"{name} has no effect without {needs[name]}; set that too, or leave "
                f"{name} out."
            )


def prepare(
    network: Network, X: ArrayLike, y: Any, w: ArrayLike | None, settings: Settings
) -> Problem:
    """The data as the network reads them, with the settings that hold for every
    update.
    """
    data = network.read(X, y, w)
    n = data[0].shape[0]
    method = make_method(settings.optimizer)
    # a solver asks for gradients only
    optimizer = method if isinstance(method, Optimizer) else GradientDescent()
    decay = optimizer.decay if settings.decay is None else settings.decay
    return Problem(
        network,
        *data,
        optimizer=optimizer,
        batch_size=min(settings.batch_size or n, n),
        shuffle=settings.shuffle,
        lam=settings.l2,
        l1=settings.l1,
        clip=settings.clip,
        average=settings.average,
        seed=settings.seed,
        n_threads=settings.n_threads,
        decays=bool(decay),
    )


def start(problem: Problem) -> Run:
    """A Run at the network's present parameters, with nothing done yet."""
    theta = problem.network.theta
    slots = [np.zeros_like(theta) for _ in range(problem.optimizer.slots)]
    average = None if problem.average is None else theta.copy()
    return Run(theta.copy(), slots, average, made_with=made_with(problem))


def made_with(problem: Problem) -> tuple[str, str]:
    """What must stay the same if a run is to go on."""
    return problem.optimizer_description, problem.data_description


def go_on(problem: Problem, run: Run) -> Run:
    """The run, ready to go on; ValueError if what it was made with has changed and it
    was not released.

    A released run that goes on with other rows begins an epoch; with another optimizer,
    it keeps theta and history.
    """
    network = problem.network
    before = run.made_with
    now = made_with(problem)
    if run.theta.shape != (network.size,) or run.theta.dtype != network.dtype:
        made = f"{run.theta.size} parameters in {run.theta.dtype}"
        raise ValueError(
            f"This run is of {made}; the network has {network.size} in {network.dtype}."
        )
    if before[1] and before != now:
        made, wanted = (f"{kind}, {cut}" for kind, cut in (before, now))
        raise ValueError(
            f"This run was made with {made}; continue it with the same, not {wanted}."
        )
    if not before[1]:
        updates = run.t + run.earlier
        run.made_with = now
        if run.open.shape[1] or run.t != run.epoch * problem.per_epoch:
            run.t = run.epoch * problem.per_epoch
            run.open = run.open[:, :0]
        run.earlier = updates - run.t
        if before[0] != now[0]:
            new = start(problem)
            run.slots = new.slots
            run.fresh = updates
            run.average = None if new.average is None else run.current.copy()
        run.finite_source = (
            run.snapshot()
        )  # also where the present data are too much for it
    run.stopped = ""
    return run


def finish(fit: Fit, run: Run, cure: str = "") -> None:
    """Make sure that finite weights stay, leave them in the network, and tell what went
    wrong.
    """
    problem = fit.problem
    settings = fit.settings
    if not _is_finite(fit, run):
        run.restore_last_finite()
        run.stopped = "diverged"
    elif run.stopped != "diverged":
        run.finite_source = run.snapshot()
    if run.stopped == "diverged" and run.last_finite is None:
        raise NotFiniteError
    # before any warning, which may be raised as an error
    problem.network.theta = run.weights.copy()
    kept = (
        "best epoch's"
        if run.best is not None
        else "last finite"
        if run.stopped == "diverged"
        else "last"
    )
    if run.stopped == "diverged":
        cure = cure or (
            f"lower the learning rate (it was {settings.learning_rate:g}) or set clip"
        )
        lost = f"Training diverged after update {run.t}: the loss was no longer finite"
        warnings.warn(
            f"{lost}, and the {kept} weights were kept; {cure}.",
            RuntimeWarning,
            stacklevel=3,
        )
    elif run.stopped == "interrupted":
        warnings.warn(
            (
                f"Training interrupted in epoch {run.epoch + 1}; the {kept} weights "
                "were kept."
            ),
            stacklevel=3,
        )


def _is_finite(fit: Fit, run: Run) -> bool:
    """Whether the last update left finite ground; somebody who pressed Ctrl-C is not
    kept waiting for another pass.
    """
    if run.stopped == "interrupted":
        return bool(np.isfinite(run.theta).all())
    with np.errstate(all="ignore"):
        last = fit.engine.gradient(fit.problem, run)
        return bool(np.isfinite(last.loss + last.penalty + np.abs(last.g).max()))
