"""The training loop: chunks of updates, and after each what looks, records or decides.

An engine carries out a chunk of updates without pause. A chunk ends after about 50 ms,
so that Ctrl-C, the time budget and the progress bar are served, and at the end of each
epoch if anything wants to look there. Where chunks end changes no number: shuffles,
masks and schedules are functions of the update's number alone.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.binned import take_rows
from halfmoon.arrays.elementary import Array
from halfmoon.components.freezing import freeze
from halfmoon.components.schedules import SCHEDULES, Progress, Schedule
from halfmoon.engines.choose import choose
from halfmoon.engines.contract import (
    Measured,
    Numbers,
    Plan,
    Problem,
    blocks,
    rows_at_a_time,
)
from halfmoon.engines.predicting import predictor_of
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.run import Best, Callback, Run, Score, ValidationLoss
from halfmoon.training.settings import Settings
from halfmoon.training.stopping import Standstill
from halfmoon.training.validation import evaluate, read_validation

CHUNK_SECONDS = 0.05
GROWTH = 8  # a chunk has at most so many times the updates of the one before


class UnscoredError(ValueError):
    """What was to say when to stop was never a number."""


class Fit:
    """The problem, settings, engine, schedules and callbacks of one call of `train`."""

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        validation: tuple[Any, ...] | None,
        validation_loss: ValidationLoss | None,
        score: Score | None,
        callbacks: tuple[Callback, ...],
        progress: Callable[[Run], None] | None,
        interrupt: Interrupt,
    ) -> None:
        network = problem.network
        self.problem = problem
        self.interrupt = interrupt
        self.settings = settings
        self.validation_loss = validation_loss
        self.score = score
        self.callbacks = callbacks
        self.progress = progress
        self.engine, self.why = choose(
            network, problem.optimizer, settings.engine, problem.X
        )
        self.engine.prepare(problem)
        network.predictor = predictor_of(self.engine)
        self.validation = None
        if validation is not None:
            self.validation = read_validation(network, validation)
        if settings.monitor == "score" and (score is None or validation is None):
            raise ValueError(
                "monitor='score' needs validation data and a score; pass both, or "
                "monitor='loss'."
            )
        self.rate_schedule = freeze(SCHEDULES.make(settings.schedule))
        self.decay_schedule = freeze(SCHEDULES.make(settings.decay_schedule))
        self.dropout_schedule = freeze(SCHEDULES.make(settings.dropout_schedule))
        self.each_epoch = (
            validation is not None
            or score is not None
            or bool(callbacks)
            or self.rate_schedule.adaptive
            or self.decay_schedule.adaptive
            or self.dropout_schedule.adaptive
        )
        self.last_tick = time.perf_counter()
        self.deadline = np.inf
        self.standstill = Standstill()
        self.watched = 0  # epochs that it has seen

    def begin(self, run: Run) -> None:
        """Go on with a run; its time goes on too, after what was to be prepared."""
        self.watched = run.epochs_before_fit
        self.watch(run)
        self.last_tick = time.perf_counter()
        if self.settings.seconds is not None:
            spent = run.seconds - run.seconds_before_fit
            self.deadline = self.last_tick + self.settings.seconds - spent

    def wants_stop(self) -> bool:
        """Whether somebody pressed Ctrl-C, or the time budget is spent."""
        return self.interrupt.seen or time.perf_counter() >= self.deadline

    def end(self, run: Run) -> int:
        """State.t when all epochs are done."""
        epochs = run.epochs_before_fit + self.settings.epochs
        return epochs * self.problem.per_epoch

    def last_update(self, run: Run) -> int:
        """State.t at which it stops at the latest; schedules go by `end` all the same.

        That is when all epochs are done, or so many updates as are set.
        """
        if self.settings.updates is None:
            return self.end(run)
        return min(self.end(run), self.settings.updates - run.update_offset)

    def monitor(self, run: Run, epoch: int) -> Array:
        """What decides, after so many epochs; the smaller the better."""
        if self.settings.monitor == "score":
            return -run.history.since("validation_score", epoch)
        name = "loss" if self.validation is None else "validation_loss"
        return run.history.since(name, epoch)

    def watch(self, run: Run) -> None:
        """See whether the monitor has improved in the epochs since the last look."""
        if self.settings.patience is not None:
            monitor = self.monitor(run, self.watched)
            self.standstill = self.standstill.after(monitor, self.settings.tol)
            self.watched = run.epoch

    def count_time(self, run: Run) -> None:
        """Add the time since the last call to the run's."""
        now = time.perf_counter()
        run.seconds += now - self.last_tick
        self.last_tick = now

    def evaluate(self, theta: Array) -> dict[str, float] | None:
        """The history's columns of the validation data, for these weights.

        None if it was given up.
        """
        assert self.validation is not None
        network = self.problem.network
        X = self.validation[0]
        rows = blocks(slice(0, X.shape[0]), rows_at_a_time(network))
        parts: list[Array] = []
        with np.errstate(all="ignore"):
            for part in rows:
                if parts and self.wants_stop():
                    return None
                with self.interrupt.held():
                    parts.append(network.raw_predict(take_rows(X, part), theta))
            z = parts[0] if len(parts) == 1 else np.concatenate(parts)
            functions = self.score, self.validation_loss
            return evaluate(network, z, self.validation, *functions)

    def reevaluate_best(self, run: Run) -> None:
        """Evaluate an earlier fit's best epoch with the present validation data.

        Without such data it no longer counts.
        """
        best = run.best
        run.best = None
        if best is None or self.validation is None:
            return
        self.problem.network.theta = best.weights
        columns = self.evaluate(best.weights)
        if columns is None:
            run.best = best
            return
        value = columns["validation_loss"]
        if self.settings.monitor == "score":
            value = -columns["validation_score"]
        if np.isfinite(value):
            run.best = replace(best, monitor=value)

    def after_epoch(self, run: Run) -> str | None:
        """Evaluate, keep the best and call the callbacks.

        Returns why one of them wants to stop, or an empty string; None if the
        evaluation was given up.
        """
        network = self.problem.network
        theta = run.current
        # callbacks may predict with the network, and do no harm
        network.theta = theta.copy() if self.callbacks else theta
        if self.validation is None and self.score is not None:
            run.history.set(train_score=self.training_score(theta))
        if self.validation is not None:
            columns = self.evaluate(theta)
            if columns is None:
                return None
            run.history.set(**columns)
            run.validated = run.validated or not np.isnan(columns["validation_loss"])
            self.keep_best(run)
        wish = ""
        for callback in self.callbacks:
            answer = callback(network, run)
            if answer and not wish:
                wish = answer if isinstance(answer, str) else "callback"
        return wish

    def training_score(self, theta: Array) -> float:
        """The score on the training data."""
        assert self.score is not None
        problem = self.problem
        w = problem.w.mean(axis=1)
        with np.errstate(all="ignore"):
            y_hat = problem.network.predict(problem.X, theta)
            return self.score(y_hat, problem.y, w, problem.X)

    def keep_best(self, run: Run) -> None:
        """Keep the weights of an epoch that is no worse than the best before it."""
        value = float(self.monitor(run, run.epoch - 1)[0])
        # of equals, the one that learned longer
        if np.isfinite(value) and (run.best is None or value <= run.best.monitor):
            run.best = Best(run.epoch, value, run.current.copy())

    def patience_end(self, run: Run) -> int | None:
        """State.t at which patience has ended, or None."""
        patience = self.settings.patience
        if patience is None:
            return None
        monitor = self.monitor(run, self.watched)
        epochs = self.standstill.end(monitor, self.settings.tol, patience)
        if epochs is None:
            return None
        return (self.watched + epochs) * self.problem.per_epoch

    def no_score(self) -> str:
        """That the monitor was never a number, and why, in words."""
        what = "loss"
        if self.settings.monitor == "score":
            what = f"score ({getattr(self.score, '__name__', 'score')})"
        why = "the network's predictions may have overflowed"
        if self.validation is not None and not np.ptp(self.validation[1], axis=0).any():
            why = "all of them have the same y, for which many scores are not defined"
        return (
            f"The {what} of the validation rows was not finite in any epoch, so it "
            f"cannot say which epoch is best or when to stop: {why}; take other rows, "
            "or another score."
        )

    def reason_to_stop(self, run: Run, wish: str = "") -> str:
        """Why to stop here, in a word of `STOPPED` or a callback's; else nothing."""
        is_over = self.patience_end(run) is not None
        self.watch(run)
        if is_over and self.standstill.best == np.inf:
            raise UnscoredError(self.no_score())
        if is_over:
            return "patience"
        if run.t >= self.end(run):
            return "epochs"
        if run.t >= self.last_update(run):
            return "updates"
        if self.interrupt.seen:
            return "interrupted"
        if wish:
            return wish
        return "time" if self.wants_stop() else ""


def run_updates(fit: Fit, run: Run) -> None:
    """Carry out chunks of updates until there is a reason to stop."""
    chunk = 1
    if fit.interrupt.seen:  # while the engine was compiled, say
        run.stopped = "interrupted"
    while not run.stopped:
        before = run.checkpoint()
        count = min(chunk, updates_ahead(fit, run))
        seconds = run_chunk(fit, run, count).seconds

        end = fit.patience_end(run)
        if end is not None and run.t > end:
            # patience ended inside this chunk: go back, and repeat it up to there
            run.restore(before)
            run_chunk(fit, run, end - run.t)

        wish: str | None = ""
        if fit.each_epoch and run.epoch > before.epochs:
            wish = fit.after_epoch(run)
        if wish is None:  # an epoch counts once it is evaluated
            run.restore(before)
        if fit.progress is not None:
            fit.progress(run)

        run.stopped = run.stopped or fit.reason_to_stop(run, wish or "")
        chunk = max(1, min(GROWTH * chunk, round(count * CHUNK_SECONDS / seconds)))


def updates_ahead(fit: Fit, run: Run) -> int:
    """How many updates may follow until something must look, or the fit ends."""
    ahead = max(0, fit.last_update(run) - run.t)
    if fit.each_epoch:
        per_epoch = fit.problem.per_epoch
        ahead = min(ahead, per_epoch - run.t % per_epoch)
    return ahead


class Chunk(NamedTuple):
    """Updates that were carried out without pause, and how long they took."""

    measured: Measured
    seconds: float


def run_chunk(fit: Fit, run: Run, count: int) -> Chunk:
    """Plan, carry out and record a chunk of `count` updates."""
    plan = plan_updates(fit, run, count)
    begin = time.perf_counter()
    with fit.interrupt.held():
        measured = fit.engine.run(fit.problem, run, plan, fit.wants_stop)
    seconds = time.perf_counter() - begin
    fit.count_time(run)
    run.threads = measured.threads
    record(fit.problem, run, plan.eta * plan.g_factor, measured)
    if measured.diverged:
        run.stopped = "diverged"
    return Chunk(measured, max(seconds, 1e-9))


def plan_updates(fit: Fit, run: Run, count: int) -> Plan:
    """Learning rate, decay and dropout factor of the next `count` updates."""
    problem = fit.problem
    update = np.arange(run.t, run.t + count)
    epoch, index = np.divmod(update, problem.per_epoch)
    first = run.epochs_before_fit * problem.per_epoch
    rows_before_epoch = run.rows + (epoch - run.epoch) * problem.n
    rows_of_epoch = np.minimum(index * problem.batch_size, problem.n)
    progress = Progress(
        update=update + run.update_offset,
        epoch=update / problem.per_epoch,
        rows=rows_before_epoch + rows_of_epoch,
        total=fit.end(run) - first,
        monitor=fit.monitor(run, run.epochs_before_fit),
        updates_before_fit=first + run.update_offset,
        rows_before_epoch=rows_before_epoch,
    )
    rate = factors(fit.rate_schedule, progress)
    decay = factors(fit.decay_schedule, progress)
    dropout = factors(fit.dropout_schedule, progress)
    eta = np.full_like(rate, fit.settings.learning_rate)
    decay = problem.decay * decay
    if problem.optimizer.remembers_steps:
        return Plan(eta, rate * decay, dropout, g_factor=rate)  # [O15]
    return Plan(eta * rate, decay, dropout, g_factor=np.ones_like(rate))


def factors(schedule: Schedule, progress: Progress) -> Numbers:
    """A schedule's factor for each of the updates in `progress`: (updates,).

    ValueError if the schedule gives anything else than numbers from 0 on.
    """
    factor = np.asarray(schedule.factor(progress), np.float64)
    shape = np.shape(progress.update)
    fits = factor.shape in ((), shape)
    if not fits or not np.isfinite(factor).all() or (factor < 0.0).any():
        raise ValueError(
            f"The factor of the schedule {schedule} must be a number of at least 0, or "
            f"one for each of {np.size(progress.update)} updates; got {factor!r}."
        )
    return np.full(shape, factor)


def record(problem: Problem, run: Run, eta: Array, measured: Measured) -> None:
    """Keep a chunk's measurements, and write history for the epochs now complete."""
    eta = eta[: len(measured.loss)]
    latest = [measured.loss, measured.penalty, measured.norm, eta]
    updates = np.hstack([run.unfinished_epoch, latest])
    epochs = updates.shape[1] // problem.per_epoch
    complete = epochs * problem.per_epoch
    # a copy: a view's strides would tell how long the chunk was
    run.unfinished_epoch = updates[:, complete:].copy()
    if epochs == 0:
        return
    shape = (4, epochs, problem.per_epoch)
    loss, penalty, norm, rate = updates[:, :complete].reshape(shape)
    # the batches' parts add up to n/s times the whole
    part = problem.batch_size / problem.n  # [R3]
    run.record_epochs(
        problem,
        loss=(loss + penalty).sum(axis=1) * part,
        penalty=penalty.sum(axis=1) * part,
        gradient_norm=norm.mean(axis=1),
        learning_rate=rate[:, -1],
    )
