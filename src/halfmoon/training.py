"""The training loop: blocks of updates, and between them everything that looks, decides or draws.

An engine carries out a block of updates without pause. A block ends after about 50 ms, so that Ctrl-C, the time
budget and the progress bar are served, and at the end of each epoch if anything wants to look there. Where blocks
end changes no number: shuffles, masks and schedules are functions of the update's number alone.
"""

import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.elementary import Array
from halfmoon.engines import Measured, Plan, Problem, State, reference
from halfmoon.history import History
from halfmoon.interrupt import Interrupt
from halfmoon.layers import Dropout
from halfmoon.network import Network
from halfmoon.optimizers import OPTIMIZERS
from halfmoon.schedules import SCHEDULES, Progress, standstill
from halfmoon.settings import Settings

BLOCK_SECONDS = 0.05

Score = Callable[[Array, Array], float]  # (y_hat, y) -> the higher the better
Callback = Callable[[Network, "Run"], bool | None]  # told after each epoch; True stops the fit


@dataclass(frozen=True)
class Best:
    """The best epoch so far, by the monitor (smaller is better), and the weights it left."""

    epoch: int
    monitor: float
    weights: Array


@dataclass
class Run(State):
    """All that changes while training, and what is left of it afterwards."""

    history: History = field(default_factory=History)
    best: Best | None = None  # kept where there is validation data
    seconds: float = 0.0
    stopped: str = ""  # by epochs, patience, callback, interrupted, time, diverged, converged, evaluations
    engine: str = "numpy"
    open: Array = field(default_factory=lambda: np.empty((4, 0)))  # measurements of the unfinished epoch's updates

    @property
    def weights(self) -> Array:
        """What the fit leaves: the best epoch's weights with validation data, else the last finite ones."""
        return self.current if self.best is None else self.best.weights

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)


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
    """Fit `network` to X (n, d) and y; returns the Run, and leaves its weights in ``network.theta``.

    `options` are the fields of `settings.Settings` (epochs, optimizer, learning_rate, ...), or give `settings` whole.
    `w` weighs rows (n,) or single outputs (n, k). `validation` is (X, y) or (X, y, w): then the best epoch's weights
    stay, whatever ends the fit. `score(y_hat, y)` is recorded after each epoch. `progress` is told after each block of
    updates. `run` continues an earlier fit, exactly as if it had never paused.

    Raises ValueError for data or settings that cannot work; warns when the fit diverges or is interrupted.

    >>> from halfmoon import Network, datasets, train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> run = train(Network.dense([2, 3, 2]), X, y, optimizer="gd", learning_rate=1.0, epochs=100)
    >>> run.stopped, run.epoch
    ('epochs', 100)
    """
    settings = Settings.of(options, settings)
    problem = prepare(network, X, y, w, settings)
    _refuse(problem, settings)
    fit = Fit(problem, settings, validation, score, tuple(callbacks), progress)
    run = start(problem) if run is None else _continued(problem, run)
    with Interrupt() as interrupt:
        while not run.stopped:
            fit.block(run)
            run.stopped = run.stopped or fit.why_stop(run, interrupt)
    finish(problem, run, settings)
    return run


def _refuse(problem: Problem, settings: Settings) -> None:
    """ValueError for a setting that could change nothing."""
    rates = [layer.rate for layer in problem.network.layers if isinstance(layer, Dropout)]
    idle = {
        "dropout_schedule": settings.dropout_schedule != "constant" and not any(rates),
        "decay_schedule": settings.decay_schedule != "constant" and not (settings.decay or problem.optimizer.decay),
        "tol": settings.tol > 0.0 and settings.patience is None,
    }
    needs = {"dropout_schedule": "a layer with dropout", "decay_schedule": "a decay", "tol": "patience"}
    for name, has_no_effect in idle.items():
        if has_no_effect:
            raise ValueError(f"{name} has no effect without {needs[name]}; set that too, or leave {name} out.")


def prepare(network: Network, X: ArrayLike, y: Any, w: ArrayLike | None, settings: Settings) -> Problem:
    """The data as the network reads them, with the settings that hold for every update."""
    data = network.read(X, y, w)
    n = len(data[0])
    return Problem(
        network,
        *data,
        optimizer=OPTIMIZERS.make(settings.optimizer),
        batch_size=min(settings.batch_size or n, n),
        shuffle=settings.shuffle,
        lam=settings.l2,
        l1=settings.l1,
        clip=settings.clip,
        average=settings.average,
        seed=settings.seed,
    )


def start(problem: Problem) -> Run:
    """A Run at the network's present parameters, with nothing done yet."""
    theta = problem.network.theta
    slots = [np.zeros_like(theta) for _ in range(problem.optimizer.slots)]
    return Run(theta.copy(), slots, None if problem.average is None else theta.copy())


def _continued(problem: Problem, run: Run) -> Run:
    """The run, ready to go on; ValueError if it belongs to another network, optimizer or cut into batches."""
    fits = len(run.theta) == problem.network.size and len(run.slots) == problem.optimizer.slots
    if not fits or run.epoch * problem.per_epoch + run.open.shape[1] != run.t:
        raise ValueError("This run was made with another network, optimizer or batch size; continue it with the same.")
    run.stopped = ""
    return run


def finish(problem: Problem, run: Run, settings: Settings) -> None:
    """Make sure that finite weights stay, tell what went wrong, and leave the weights in the network."""
    with np.errstate(all="ignore"):
        last = reference.gradient(problem, run)
    if not np.isfinite(last.loss + last.penalty + float(np.abs(last.g).max())):
        run.go_back()
        run.stopped = "diverged"
    if run.stopped == "diverged":
        if run.finite is None:
            raise ValueError("The loss is not finite before the first update; scale X and y, or start smaller weights.")
        kept = "last finite" if run.best is None else "best epoch's"
        cure = f"lower learning_rate (it was {settings.learning_rate:g}) or set clip"
        cure = "scale X and y, or raise l2" if run.engine == "scipy" else cure
        warnings.warn(
            f"Training diverged after update {run.t}: the loss was no longer finite, and the {kept} weights were kept; "
            f"{cure}.",
            RuntimeWarning,
            stacklevel=3,
        )
    elif run.stopped == "interrupted":
        kept = "last" if run.best is None else "best epoch's"
        warnings.warn(f"Training interrupted in epoch {run.epoch + 1}; the {kept} weights were kept.", stacklevel=3)
    problem.network.theta = run.weights.copy()


class Fit:
    """One call of `train`: what was asked for, and the pace at which this machine does it."""

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        validation: tuple[Any, ...] | None,
        score: Score | None,
        callbacks: tuple[Callback, ...],
        progress: Callable[[Run], None] | None,
    ) -> None:
        self.problem, self.settings, self.score = problem, settings, score
        self.callbacks, self.progress = callbacks, progress
        self.validation = None if validation is None else problem.network.read(*validation)
        names = (settings.schedule, settings.decay_schedule, settings.dropout_schedule)
        self.schedules = [SCHEDULES.make(name) for name in names]
        if settings.monitor == "score" and (score is None or validation is None):
            raise ValueError("monitor='score' needs validation data and a score; pass both, or monitor='loss'.")
        looks = (validation, score, settings.patience, *callbacks)
        self.each_epoch = any(look is not None for look in looks) or any(one.adaptive for one in self.schedules)
        self.total = settings.epochs * problem.per_epoch
        self.pace = 1
        self.since = time.perf_counter()
        self.wants_stop = False

    def block(self, run: Run) -> None:
        """Carry out the next block of updates, record the epochs that it ended, and let everybody look."""
        count = max(0, min(self.pace, self.total - run.t))
        if self.each_epoch:
            count = min(count, self.problem.per_epoch - run.t % self.problem.per_epoch)
        plan = self.plan(run, count)
        before = time.perf_counter()
        measured = reference.run(self.problem, run, plan)
        spent = max(time.perf_counter() - before, 1e-9)
        self.tick(run)
        self.pace = max(1, min(2 * self.pace, round(count * BLOCK_SECONDS / spent)))
        if measured.diverged:
            run.stopped = "diverged"
        if self.record(run, plan, measured) and self.each_epoch:
            self.look(run)
        if self.progress is not None:
            self.progress(run)

    def tick(self, run: Run) -> None:
        """Count the time since the last tick as spent training."""
        now = time.perf_counter()
        run.seconds, self.since = run.seconds + now - self.since, now

    def plan(self, run: Run, count: int) -> Plan:
        """Learning rate, decay and dropout factor of the next `count` updates."""
        problem, settings = self.problem, self.settings
        update = np.arange(run.t, run.t + count)
        epoch, place = np.divmod(update, problem.per_epoch)
        rows = epoch * problem.n + np.minimum(place * problem.batch_size, problem.n)
        at = Progress(update, update / problem.per_epoch, rows, self.total, self.monitor(run))
        rate, decay, dropout = (np.asarray(each.factor(at), dtype=np.float64) for each in self.schedules)
        own = problem.optimizer.decay if settings.decay is None else settings.decay
        return Plan(settings.learning_rate * rate, own * decay, dropout)

    def record(self, run: Run, plan: Plan, measured: Measured) -> bool:
        """Add the block's measurements, and a row of history for each epoch now complete; whether there was one."""
        problem, done = self.problem, len(measured.loss)
        run.open = np.hstack([run.open, [measured.loss, measured.penalty, measured.norm, plan.eta[:done]]])
        ended = run.open.shape[1] // problem.per_epoch
        if ended:
            cut = ended * problem.per_epoch
            loss, penalty, norm, eta = run.open[:, :cut].reshape(4, ended, problem.per_epoch)
            part = problem.batch_size / problem.n  # [R3]: the batches' parts add up to n/s times the whole
            epoch = run.epoch + 1 + np.arange(ended)
            run.history.append(
                epoch=epoch,
                update=epoch * problem.per_epoch,
                rows=epoch * problem.n,
                seconds=np.linspace(run.history["seconds"][-1] if run.epoch else 0.0, run.seconds, ended + 1)[1:],
                loss=(loss + penalty).sum(axis=1) * part,
                penalty=penalty.sum(axis=1) * part,
                learning_rate=eta[:, -1],
                gradient_norm=norm.mean(axis=1),
            )
            run.open = run.open[:, cut:]
        return ended > 0

    def look(self, run: Run) -> None:
        """After an epoch: validate, keep the best, tell the callbacks."""
        network, theta = self.problem.network, run.current
        with np.errstate(all="ignore"):
            if self.score is not None:
                run.history.set(train_score=self.score(network.predict(self.problem.X, theta), self.problem.y))
            if self.validation is not None:
                X, y, w = self.validation
                z = network.forward(theta, X)[0]
                weight = float(w.sum()) / w.shape[-1]
                run.history.set(validation_loss=float((w * network.loss.value(z, y)).sum()) / weight)
                if self.score is not None:
                    run.history.set(validation_score=self.score(network.loss.link(z), y))
                value = float(self.monitor(run)[-1])
                if np.isfinite(value) and (run.best is None or value <= run.best.monitor):  # a tie goes to the last
                    run.best = Best(run.epoch, value, theta.copy())
        network.theta = theta  # so that a callback may predict
        answers = [callback(network, run) for callback in self.callbacks]
        self.wants_stop = any(answers)

    def monitor(self, run: Run) -> Array:
        """What decides, epoch by epoch, smaller being better."""
        if self.settings.monitor == "score":
            return -run.history["validation_score"]
        return run.history["loss" if self.validation is None else "validation_loss"]

    def why_stop(self, run: Run, interrupt: Interrupt) -> str:
        """The reason to stop here, or an empty string."""
        settings = self.settings
        if run.t >= self.total:
            return "epochs"
        if interrupt.seen:
            return "interrupted"
        if self.wants_stop:
            return "callback"
        if settings.patience is not None and standstill(self.monitor(run), settings.tol) >= settings.patience:
            return "patience"
        return "time" if settings.seconds is not None and run.seconds >= settings.seconds else ""
