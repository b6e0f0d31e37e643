"""Training, from the data as they come to the weights that stay.

What happens in between is in loop.py, and for solvers in solvers.py.
"""

import dataclasses
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.components.freezing import freeze
from halfmoon.components.optimizers import GradientDescent, Optimizer
from halfmoon.engines.contract import Problem
from halfmoon.network import Network
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.loop import Fit, run_updates
from halfmoon.training.run import (
    Callback,
    Run,
    Score,
    ValidationLoss,
    resume,
    start,
)
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import Solver, make_method
from halfmoon.training.warn import warn


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
    validation_loss: ValidationLoss | None = None,
    score: Score | None = None,
    callbacks: Iterable[Callback] = (),
    progress: Callable[[Run], None] | None = None,
    run: Run | None = None,
    settings: Settings | None = None,
    **options: Any,
) -> Run:
    """Fit a network to data; its weights are left in ``network.theta``.

    Parameters
    ----------
    network : Network
        Training begins at its present weights.
    X : array or sparse matrix (n, d)
        The rows to learn from.
    y : array (n,) or (n, k)
        What to predict, as the network's loss reads it.
    w : array (n,) or (n, k), optional
        Weights of rows, or of single outputs; a row of weight 2 counts twice.
    validation : (X, y) or (X, y, w), optional
        Data to judge by. With these the best epoch's weights stay, whatever ends the
        fit.
    validation_loss : function (z, y, w) -> float, optional
        Judges the raw predictions z (n, k) of the validation rows, in place of the
        network's own loss: the smaller the better. It is given y as the loss reads it,
        and the rows' weights w (n,).
    score : function (y_hat, y, w, X) -> float, optional
        Recorded after each epoch, of the validation data, or where there are none of
        the training data; the higher the better.
    callbacks : functions (network, run) -> bool or str
        Called after each epoch; True, or a reason in words, stops the fit. If one
        raises, `network` and `run` are as they were before.
    progress : function (run), optional
        Called after each chunk of updates, about every 50 ms.
    run : Run, optional
        An earlier fit, which goes on exactly as if it had never paused. After
        ``run.release()`` it goes on as a new fit, with what the optimizer remembers, on
        these data, whatever it was made with.
    settings : Settings, optional
        The settings as a whole, instead of `options`.
    **options
        The fields of `training.settings.Settings`: epochs, optimizer, learning_rate,
        and so on. With ``optimizer="lbfgs"``, which chooses its own steps, an epoch is
        an iteration, and settings that it cannot obey are refused.

    Returns
    -------
    Run
        The history, the best epoch, why it stopped; may go on later.

    Raises
    ------
    ValueError
        For data or settings that cannot work, and for settings that would change
        nothing.

    Warns
    -----
    RuntimeWarning
        When the fit diverges; finite weights stay.
    UserWarning
        When it is interrupted by Ctrl-C.

    Examples
    --------
    >>> from halfmoon import Network, datasets, train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> network = Network.dense([2, 3, 2])
    >>> run = train(network, X, y, optimizer="gd", learning_rate=1.0, epochs=100)
    >>> run.stopped, run.epoch
    ('epochs', 100)
    >>> run = train(network, X, y, optimizer="lbfgs", l2=1e-3)
    >>> run.stopped
    'converged'
    """
    refuse_other(network)
    settings = Settings.of(options, settings)
    method = freeze(make_method(settings.optimizer))
    check_functions(validation_loss, score, progress)
    if validation_loss is not None and validation is None:
        raise no_effect("validation_loss", "validation data")
    watchers = (validation_loss, score, read_callbacks(callbacks), progress)
    if run is not None and not isinstance(run, Run):
        raise TypeError(f"run must be a Run, as train returns it; got {run!r}.")
    before = [(each, vars(each).copy()) for each in (network, run) if each is not None]
    try:
        problem = make_problem(network, X, y, w, settings, method)
        refuse_idle(problem, settings, method)
        problem, now = prepare(problem, method, run)
        with Interrupt().opened() as interrupt:
            fit = Fit(problem, settings, validation, *watchers, interrupt)
            carry_out(fit, now, method)
        network.theta = now.weights.copy()
        warn_of_the_end(fit, now, method)
        if run is None:
            return now
        vars(run).update(vars(now))
        return run
    except BaseException:  # all or nothing, Ctrl-C included
        for each, attributes in before:
            each.__dict__ = attributes
        raise


def refuse_other(network: Any) -> None:
    """TypeError for what is no network, as an estimator, which has one."""
    if not isinstance(network, Network):
        raise TypeError(
            f"network must be a Network; got {network!r}. A fitted estimator's is its "
            "network_."
        )


def read_callbacks(callbacks: Any) -> tuple[Callback, ...]:
    """Functions (network, run), from a list of them; else TypeError."""
    functions = tuple(callbacks) if isinstance(callbacks, Iterable) else (None,)
    if not all(callable(function) for function in functions):
        raise TypeError(
            f"callbacks must be a list of functions (network, run); got {callbacks!r}."
        )
    return functions


def check_functions(validation_loss: Any, score: Any, progress: Any) -> None:
    """TypeError for what is to be called and cannot be."""
    for given, name in (
        (validation_loss, "validation_loss must be a function (z, y, w)"),
        (score, "score must be a function (y_hat, y, w, X)"),
        (progress, "progress must be a function (run)"),
    ):
        if given is not None and not callable(given):
            raise TypeError(f"{name} or None; got {given!r}.")


def carry_out(fit: Fit, run: Run, method: Optimizer | Solver) -> None:
    """Make the run's updates, up to the last finite ones."""
    fit.begin(run)
    fit.reevaluate_best(run)
    run.engine = fit.engine.NAME
    run.why = fit.why
    if isinstance(method, Solver):
        run.engine = method.engine_name
        run.why = (
            f"{method} chooses the steps; its gradients are computed by "
            f"{fit.engine.NAME}, as {fit.why}"
        )
        with fit.engine.solver_context():
            method.minimize(fit, run)
    else:
        run_updates(fit, run)
    keep_finite(fit, run)


def make_problem(
    network: Network,
    X: ArrayLike,
    y: Any,
    w: ArrayLike | None,
    settings: Settings,
    method: Optimizer | Solver,
) -> Problem:
    """The data as the network reads them, and the settings of every update.

    From here on it is fixed what the network's components mean.
    """
    network.freeze()
    data = network.read(X, y, w)
    n = data[0].shape[0]
    # a solver makes no updates: it asks for gradients only
    optimizer = method if isinstance(method, Optimizer) else GradientDescent()
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
        decay=settings.decay_with(optimizer),
    )


def prepare(
    problem: Problem, method: Optimizer | Solver, run: Run | None
) -> tuple[Problem, Run]:
    """A run that begins, or a copy of one that goes on, and the problem for it."""
    now = copy(run)
    now = start(problem, method) if now is None else resume(now, problem, method)
    offset = now.update_offset - now.memory_start
    return dataclasses.replace(problem, t_offset=offset), now


def refuse_idle(
    problem: Problem, settings: Settings, method: Optimizer | Solver
) -> None:
    """ValueError for a setting that could change nothing."""
    layers = problem.network.layers
    if isinstance(method, Solver):
        for name in settings.changed_of_updates():
            raise ValueError(
                f"A solver such as L-BFGS does not use {name}; leave it out, or train "
                "with an optimizer."
            )
        for layer in layers:
            if layer.random:
                raise ValueError(
                    f"A solver such as L-BFGS cannot work with {layer.name.lower()}; "
                    "leave it out, or train with an optimizer."
                )
    drops = [layer.rate for layer in layers if layer.rate]
    if settings.dropout_schedule != "constant" and not drops:
        raise no_effect("dropout_schedule", "a layer with dropout")
    if settings.decay_schedule != "constant" and problem.decay == 0.0:
        raise no_effect("decay_schedule", "a decay")
    if settings.tol > 0.0 and settings.patience is None:
        raise no_effect("tol", "patience")


def no_effect(name: str, needed: str) -> ValueError:
    """The error for a setting that changes nothing without another one."""
    return ValueError(
        f"{name} has no effect without {needed}; set that too, or leave {name} out."
    )


def keep_finite(fit: Fit, run: Run) -> None:
    """Go back to the last finite state if the last update has left no finite one.

    Raises NotFiniteError where there was none.
    """
    if not is_finite(fit, run):
        run.restore_last_finite()
        run.stopped = "diverged"
    elif run.stopped != "diverged":
        run.finite_source = run.snapshot()
    if run.stopped == "diverged" and run.last_finite is None:
        raise NotFiniteError


def is_finite(fit: Fit, run: Run) -> bool:
    """Whether loss and gradient are finite at the run's weights."""
    last = None
    with np.errstate(all="ignore"), fit.interrupt.held():
        if run.stopped != "interrupted":
            last = fit.engine.gradient(fit.problem, run, wants_stop=fit.wants_stop)
        if last is None:  # nobody is kept waiting for another pass over the data
            return bool(np.isfinite(run.theta).all())
        return bool(np.isfinite(last.loss + last.penalty + np.abs(last.g).max()))


def warn_of_the_end(fit: Fit, run: Run, method: Optimizer | Solver) -> None:
    """Warn where the fit diverged, was interrupted, or learned nothing."""
    kept = "last"
    if run.best is not None:
        kept = "best epoch's"
    elif run.stopped == "diverged":
        kept = "last finite"
    if run.stopped == "diverged":
        rate = fit.settings.learning_rate
        remedy = f"lower the learning rate (it was {rate:g}) or set clip"
        if isinstance(method, Solver):
            remedy = "scale X and y, or raise l2"
        warn(
            f"Training diverged after update {run.t}: the loss was no longer finite, "
            f"and the {kept} weights were kept; {remedy}.",
            RuntimeWarning,
        )
    elif run.stopped == "interrupted":
        warn(
            f"Training interrupted in epoch {run.epoch + 1}; the {kept} weights were "
            "kept. A search around the fit goes on; a second Ctrl-C during a fit "
            "(keep it pressed) ends that too."
        )
    elif run.stopped == "time" and run.updates == 0:
        warn(
            f"The time budget of {fit.settings.seconds:g} s was spent before the first "
            "update was done: the weights are those it began with; allow more time, or "
            "make smaller batches."
        )
    elif fit.validation and run.best is None and run.epoch > run.epochs_before_fit:
        warn(f"{fit.no_score()} The last weights were kept.")
