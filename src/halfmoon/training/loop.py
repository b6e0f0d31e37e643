"""A fit at work: blocks of updates, and between them everything that looks, decides or
records.

An engine carries out a block of updates without pause. A block ends after about 50 ms,
so that Ctrl-C, the time budget and the progress bar are served, and at the end of each
epoch if anything wants to look there. Where blocks end changes no number: shuffles,
masks and schedules are functions of the update's number alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.schedules import SCHEDULES, Progress, patience_ends
from halfmoon.engines.choose import choose
from halfmoon.engines.contract import Measured, Plan, Problem, State
from halfmoon.engines.predicting import predictor_of
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.settings import Settings

BLOCK_SECONDS = 0.05

# (y_hat, y, w, X) -> the higher the better; w (n,) weighs rows
Score = Callable[[Array, Array, Array, Array], float]
# told after each epoch; True, or a reason, stops the fit
Callback = Callable[[Network, "Run"], bool | str | None]


@dataclass(frozen=True)
class Best:
    """The best epoch so far, by the monitor (smaller is better), and the weights it
    left.
    """

    epoch: int
    monitor: float
    weights: Array


@dataclass
class Run(State):
    """All that changes while training, and what is left of it afterwards."""

    history: History = field(default_factory=History)
    best: Best | None = None  # kept where there is validation data
    seconds: float = 0.0
    # by epochs, patience, callback, interrupted, time, diverged, converged,
    # evaluations, abnormal
    stopped: str = ""
    engine: str = ""  # which one carried out the updates
    why: str = ""  # why that one
    threads: int = 1  # how many it used
    # what must not change if it is to go on: the problem's descriptions
    made_with: tuple[str, str] = ("", "")
    # epochs done before the present fit began, on other data or in an earlier call
    origin: int = 0
    began: float = 0.0  # `seconds` when it began
    earlier: int = 0  # updates done beside State.t, on other data
    # updates done before the optimizer's memory began, in other optimizers' hands
    fresh: int = 0
    # measurements of the unfinished epoch's updates
    open: Array = field(default_factory=lambda: np.empty((4, 0)))

    @property
    def weights(self) -> Array:
        """What the fit leaves: the best epoch's weights with validation data, else the
        last finite ones.
        """
        return self.current if self.best is None else self.best.weights

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)

    @property
    def rows(self) -> int:
        """Rows seen in the epochs done."""
        return int(self.history["rows"][-1]) if self.epoch else 0

    def release(self, anew: bool = True) -> None:
        """Let this run go on with other data; `anew`, as a new fit: patience and
        schedules begin again.
        """
        self.made_with = (self.made_with[0], "")
        self.began = self.seconds
        self.origin = self.epoch if anew else self.origin


def read_validation(
    network: Network, data: tuple[Any, ...]
) -> tuple[Array, Array, Array]:
    """(X, y) or (X, y, w) as the network reads them."""
    if not isinstance(data, tuple) or len(data) not in (2, 3):
        raise ValueError(
            f"validation must be (X, y) or (X, y, w); got {type(data).__name__}."
        )
    try:
        return network.read(*data)
    except ValueError as error:
        raise ValueError(f"Validation data: {error}") from None


class Fit:
    """One call of `train`: what was asked for, and the pace at which this machine does
    it.
    """

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        validation: tuple[Any, ...] | None,
        score: Score | None,
        callbacks: tuple[Callback, ...],
        progress: Callable[[Run], None] | None,
    ) -> None:
        self.problem = problem
        self.settings = settings
        self.score = score
        self.engine, self.why = choose(
            problem.network, problem.optimizer, settings.engine, problem.X
        )
        self.engine.prepare(problem)
        problem.network.predictor = predictor_of(self.engine)
        self.callbacks = callbacks
        self.progress = progress
        self.validation = (
            None if validation is None else read_validation(problem.network, validation)
        )
        names = (settings.schedule, settings.decay_schedule, settings.dropout_schedule)
        self.schedules = [SCHEDULES.make(name) for name in names]
        if settings.monitor == "score" and (score is None or validation is None):
            raise ValueError(
                "monitor='score' needs validation data and a score; pass both, or "
                "monitor='loss'."
            )
        looks = (validation, score, *callbacks)
        self.each_epoch = any(look is not None for look in looks) or any(
            one.adaptive for one in self.schedules
        )
        self.pace = 1
        self.since = time.perf_counter()
        self.wants_stop = ""

    def block(self, run: Run, wants_stop: Callable[[], bool] | None = None) -> None:
        """Carry out the next block of updates, record the epochs that it ended, and let
        everybody look.
        """
        count = max(0, min(self.pace, self.end(run) - run.t))
        if self.each_epoch:
            count = min(count, self.problem.per_epoch - run.t % self.problem.per_epoch)
        before = vars(run).copy(), run.epoch
        measured = self.carry_out(run, count, wants_stop)
        surplus = self.surplus(run)
        if surplus:  # patience ended within this block: do again what came before
            vars(run).update(before[0])
            run.history.cut(before[1])
            measured = self.carry_out(run, count - surplus, wants_stop)
        if measured.diverged:
            run.stopped = "diverged"
        if run.epoch > before[1] and self.each_epoch:
            self.look(run)
        if self.progress is not None:
            self.progress(run)

    def carry_out(
        self, run: Run, count: int, wants_stop: Callable[[], bool] | None
    ) -> Measured:
        """The next `count` updates, and a row of history for each epoch that they
        complete.
        """
        plan = self.plan(run, count)
        begin = time.perf_counter()
        measured = self.engine.run(self.problem, run, plan, wants_stop)
        run.engine = self.engine.NAME
        run.why = self.why
        run.threads = measured.threads
        spent = max(time.perf_counter() - begin, 1e-9)
        self.tick(run)
        self.pace = max(1, min(8 * self.pace, round(count * BLOCK_SECONDS / spent)))
        self.record(run, plan.eta, measured)
        return measured

    def surplus(self, run: Run) -> int:
        """How many updates have been made beyond the epoch at which patience should
        have stopped.
        """
        if self.settings.patience is None:
            return 0
        end = patience_ends(
            self.monitor(run), self.settings.tol, self.settings.patience
        )
        return (
            0
            if end is None
            else max(0, run.t - (run.origin + end) * self.problem.per_epoch)
        )

    def tick(self, run: Run) -> None:
        """Count the time since the last tick as spent training."""
        now = time.perf_counter()
        run.seconds = run.seconds + now - self.since
        self.since = now

    def end(self, run: Run) -> int:
        """State.t when all epochs are done."""
        return (run.origin + self.settings.epochs) * self.problem.per_epoch

    def plan(self, run: Run, count: int) -> Plan:
        """Learning rate, decay and dropout factor of the next `count` updates."""
        problem = self.problem
        settings = self.settings
        update = np.arange(run.t, run.t + count)
        epoch, place = np.divmod(update, problem.per_epoch)
        rows_before = run.rows + (epoch - run.epoch) * problem.n
        start = run.origin * problem.per_epoch
        at = Progress(
            update + run.earlier,
            update / problem.per_epoch,
            rows_before + np.minimum(place * problem.batch_size, problem.n),
            self.end(run) - start,
            self.monitor(run),
            start + run.earlier,
            rows_before,
        )
        factors = [
            np.broadcast_to(each.factor(at), update.shape) for each in self.schedules
        ]
        rate, decay, dropout = (
            np.ascontiguousarray(factor, dtype=np.float64) for factor in factors
        )
        own = problem.optimizer.decay if settings.decay is None else settings.decay
        return Plan(settings.learning_rate * rate, own * decay, dropout)

    def record(self, run: Run, eta: Array, measured: Measured) -> None:
        """Add the block's measurements, and a row of history for each epoch now
        complete.
        """
        problem = self.problem
        run.open = np.hstack(
            [
                run.open,
                [
                    measured.loss,
                    measured.penalty,
                    measured.norm,
                    eta[: len(measured.loss)],
                ],
            ]
        )
        ended = run.open.shape[1] // problem.per_epoch
        if ended:
            cut = ended * problem.per_epoch
            loss, penalty, norm, rate = run.open[:, :cut].reshape(
                4, ended, problem.per_epoch
            )
            # the batches' parts add up to n/s times the whole
            part = problem.batch_size / problem.n  # [R3]
            epoch = run.epoch + 1 + np.arange(ended)
            run.history.append(
                epoch=epoch,
                update=epoch * problem.per_epoch + run.earlier,
                rows=run.rows + problem.n * (1 + np.arange(ended)),
                seconds=np.linspace(
                    run.history["seconds"][-1] if run.epoch else 0.0,
                    run.seconds,
                    ended + 1,
                )[1:],
                loss=(loss + penalty).sum(axis=1) * part,
                penalty=penalty.sum(axis=1) * part,
                learning_rate=rate[:, -1],
                gradient_norm=norm.mean(axis=1),
            )
            run.open = run.open[:, cut:]

    def look(self, run: Run) -> None:
        """After an epoch: validate, keep the best, tell the callbacks."""
        problem = self.problem
        network = self.problem.network
        theta = run.current
        # so that a callback may predict, and do no harm
        network.theta = theta.copy() if self.callbacks else theta
        if self.score is not None:
            with np.errstate(all="ignore"):
                y_hat = network.predict(problem.X, theta)
                run.history.set(
                    train_score=self.score(
                        y_hat, problem.y, problem.w.mean(axis=1), problem.X
                    )
                )
        if self.validation is not None:
            run.history.set(**self.judge(theta, *self.validation))
            value = float(self.monitor(run)[-1])
            # of equals, the one that learned longer
            if np.isfinite(value) and (run.best is None or value <= run.best.monitor):
                run.best = Best(run.epoch, value, theta.copy())
        answers = [callback(network, run) for callback in self.callbacks]
        self.wants_stop = next(
            (one if isinstance(one, str) else "callback" for one in answers if one), ""
        )

    def judge(self, theta: Array, X: Array, y: Array, w: Array) -> dict[str, float]:
        """What validation data say of these weights."""
        network = self.problem.network
        with np.errstate(all="ignore"):
            z = network.raw_predict(X, theta)
            weight = float(w.sum()) / w.shape[-1]
            found = {
                "validation_loss": float((w * network.loss.value(z, y)).sum()) / weight
            }
            if self.score is not None:
                found["validation_score"] = self.score(
                    network.loss.link(z), y, w.mean(axis=1), X
                )
        return found

    def judge_again(self, run: Run) -> None:
        """An earlier fit's best epoch is judged by the present validation data; without
        such it no longer counts.
        """
        if run.best is not None and self.validation is not None:
            self.problem.network.theta = run.best.weights
            found = self.judge(run.best.weights, *self.validation)
            value = (
                -found["validation_score"]
                if self.settings.monitor == "score"
                else found["validation_loss"]
            )
            run.best = replace(run.best, monitor=value) if np.isfinite(value) else None
        else:
            run.best = None

    def monitor(self, run: Run) -> Array:
        """What decides, epoch by epoch of the present fit, smaller being better."""
        if self.settings.monitor == "score":
            return -run.history["validation_score"][run.origin :]
        return run.history["loss" if self.validation is None else "validation_loss"][
            run.origin :
        ]

    def why_stop(self, run: Run, interrupt: Interrupt) -> str:
        """The reason to stop here, or an empty string."""
        settings = self.settings
        if settings.patience is not None and patience_ends(
            self.monitor(run), settings.tol, settings.patience
        ):
            return "patience"
        if run.t >= self.end(run):
            return "epochs"
        if interrupt.seen:
            return "interrupted"
        if self.wants_stop:
            return self.wants_stop
        return (
            "time"
            if settings.seconds is not None
            and run.seconds - run.began >= settings.seconds
            else ""
        )
