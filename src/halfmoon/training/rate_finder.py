"""The learning-rate range test: a short training with a rate that grows.

It shows at which rates the loss falls (Smith 2017, "Cyclical learning rates for
training neural networks", section 3.3; fastai's lr_find). Losses of different
minibatches cannot be compared while the weights have hardly moved: what differs is the
rows. So each batch is measured twice, at the weights reached and at the initial ones,
and it is the difference that is smoothed.
"""

import time
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.components.freezing import freeze
from halfmoon.components.optimizers import Optimizer
from halfmoon.components.rules import INF, Integer
from halfmoon.engines.choose import choose
from halfmoon.engines.contract import (
    Engine,
    Numbers,
    Plan,
    Problem,
    State,
    WantsStop,
)
from halfmoon.network import Network
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.run import Run, start
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import make_method
from halfmoon.training.train import NotFiniteError, make_problem, refuse_other

CHUNK = 10  # updates between two looks at the loss
MEMORY = 0.8  # of the smoothed loss
# the test ends once the loss has risen by so many times its best, or its fall
BLOWN_UP = 3.0
FELL = 1e-4  # a smaller fall, relative to the loss at the start, is none
UPDATES = Integer("[", 20, INF, ")")  # of a range test


@dataclass(frozen=True, eq=False)
class RateTest:
    """What a range test saw, and the learning rate that it suggests.

    ``halfmoon.displays.draw_rate_test(ax, test)`` draws it.

    Parameters
    ----------
    rates : array (updates,)
        The learning rate of each update.
    losses : array (updates,)
        The objective of each update's batch alone, before the update.
    smoothed : array (updates,)
        A running average of (loss - the same batch's loss at the initial weights), of
        [O6]'s form, plus the mean of the latter. With a full batch it is the smoothed
        loss itself.
    suggestion : float
        The rate to train with.
    rule : str
        How it was chosen, in a sentence.

    Examples
    --------
    >>> from halfmoon import Network, datasets, find_learning_rate
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> test = find_learning_rate(Network.dense([2, 20, 2]), X, y)
    >>> len(test.rates) == len(test.losses) == len(test.smoothed)
    True
    """

    rates: Numbers = field(repr=False)
    losses: Numbers = field(repr=False)
    smoothed: Numbers = field(repr=False)
    suggestion: float
    rule: str


def find_learning_rate(
    network: Network,
    X: ArrayLike,
    y: Any,
    *,
    w: ArrayLike | None = None,
    settings: Settings | None = None,
    low: float = 1e-6,
    high: float = 10.0,
    updates: int = 100,
    **options: Any,
) -> RateTest:
    """Suggest a learning rate, by a short training with a rate that grows.

    eta_t = low (high / low)^((t-1) / (updates-1)),   t = 1 ... updates

    The suggestion is the rate at which the smoothed loss has come half of its way down.
    On 180 problems it diverged in none, and left 1.4 % (median; 90 % of them: 25 %) of
    what the best of 33 rates took off the loss in 300 updates, and 0.6 % (16 %) in
    1,500 (docs/decisions/0007); it is careful rather than bold.

    The network, the data and NumPy's random numbers stay as they are, and the same call
    gives the same bits. It costs two trainings of `updates` updates at most, and ends
    early once the loss blows up.

    Parameters
    ----------
    network : Network
        A copy of it is trained, from its present weights.
    X : array or sparse matrix (n, d)
        The rows to learn from.
    y : array (n,) or (n, k)
        What to predict.
    w : array (n,) or (n, k), optional
        Weights of rows, or of single outputs.
    settings : Settings, optional
        The settings as a whole, instead of `options`.
    low, high : float
        The first rate and the last.
    updates : int
        How many updates, at least 20.
    **options
        Settings of `train`: optimizer, batch size, penalties, clipping, decay, seed,
        engine and the time budget count; the learning rate, epochs, schedules, and
        whatever else stops or averages a fit do not.

    Returns
    -------
    RateTest
        `suggestion` is the rate; `rates`, `losses` and `smoothed` are what was seen.

    Raises
    ------
    ValueError
        For a range that is none, for data that do not fit, for a solver, which has no
        rate, and where the loss is not finite at the start or never falls.
    KeyboardInterrupt
        For one Ctrl-C, within half a second: half a test has no result.

    Examples
    --------
    >>> from halfmoon import Network, datasets, find_learning_rate
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> test = find_learning_rate(Network.dense([2, 20, 2]), X, y, optimizer="adam")
    >>> 0.01 < test.suggestion < 0.1
    True
    """
    refuse_other(network)
    settings = Settings.of(options, settings)
    if not 0.0 < low < high < np.inf or not UPDATES.allows(updates):
        raise ValueError(
            "A range test needs 0 < low < high, both finite, and updates of at least "
            f"20; got low={low}, high={high}, updates={updates}."
        )
    method = freeze(make_method(settings.optimizer))
    if not isinstance(method, Optimizer):
        raise ValueError(
            f"A range test needs an optimizer; {method} chooses its own steps and has "
            "no learning rate."
        )
    problem = make_problem(deepcopy(network), X, y, w, settings, method)
    rates = np.geomspace(low, high, updates)
    with Interrupt().opened() as interrupt:
        losses, smoothed, is_late = _sweep(problem, settings, rates, interrupt)
    if interrupt.seen:
        raise KeyboardInterrupt  # half a test would suggest a rate that is too low
    if is_late and not (smoothed < smoothed[:1]).any():
        raise ValueError(
            f"The time budget of {settings.seconds:g} s ended the range test after "
            f"{len(losses)} updates, before the loss fell; allow more time, or set a "
            "learning rate."
        )
    return _suggest(rates[: len(losses)], losses, smoothed)


def _sweep(
    problem: Problem, settings: Settings, rates: Numbers, interrupt: Interrupt
) -> tuple[Numbers, Numbers, bool]:
    """Losses before each update, raw and smoothed, up to the one where they blow up.

    Or up to Ctrl-C, or the end of the time budget; the third says whether that ended.
    """
    engine, _ = choose(problem.network, problem.optimizer, settings.engine, problem.X)
    engine.prepare(problem)
    run = start(problem, problem.optimizer)
    deadline = time.perf_counter() + (settings.seconds or np.inf)

    def wants_stop() -> bool:
        return interrupt.seen or time.perf_counter() >= deadline

    losses = at_start = smoothed = np.empty(0)
    for first in range(0, len(rates), CHUNK):
        pairs = []
        for eta in rates[first : first + CHUNK].tolist():
            with interrupt.held(), np.errstate(all="ignore"):
                pair = _update(engine, problem, run, eta, wants_stop)
            if pair is not None:
                pairs.append(pair)
            if pair is None or wants_stop():
                break
        if pairs:
            losses = np.append(losses, [now for now, _ in pairs])
            at_start = np.append(at_start, [initial for _, initial in pairs])
        with np.errstate(all="ignore"):
            smoothed = _smoothed(losses, at_start)
            blown_up = _blown_up(smoothed)
        if blown_up.any():
            stop = int(blown_up.argmax()) + 1
            return losses[:stop], smoothed[:stop], False
        if len(pairs) < CHUNK:
            break
    return losses, smoothed, time.perf_counter() >= deadline


def _update(
    engine: Engine, problem: Problem, run: Run, eta: float, wants_stop: WantsStop
) -> tuple[float, float] | None:
    """The batch's loss before an update, and at the initial weights.

    None where the update diverged or was given up.
    """
    t = run.t
    initial = State(problem.network.theta, [], t=t)
    one = np.ones(1)
    plan = Plan(eta * one, problem.decay * one, one, one)
    measured = engine.run(problem, run, plan, wants_stop)
    if not len(measured.loss):
        return None
    part = engine.gradient(problem, initial, wants_stop=wants_stop)
    if part is None:
        return None
    batch = t % problem.per_epoch
    rows = min(problem.n - batch * problem.batch_size, problem.batch_size)
    whole = problem.batch_size / rows  # a short batch's loss is a part [R3]
    loss = float(measured.loss[0] + measured.penalty[0])
    return loss * whole, (part.loss + part.penalty) * whole


def _smoothed(losses: Numbers, at_start: Numbers) -> Numbers:
    """[O6]'s average of the difference, above the mean loss at the start.

    avg <- avg + (1-beta)/(1-beta^t) (difference - avg)
    """
    average = 0.0
    averages = []
    for t, difference in enumerate((losses - at_start).tolist(), start=1):
        average += (1.0 - MEMORY) / (1.0 - MEMORY**t) * (difference - average)
        averages.append(average)
    return at_start.mean() + np.array(averages) if averages else losses


def _blown_up(smoothed: Numbers) -> Any:
    """For each update, whether the loss is far above its best.

    Losses may be negative.
    """
    best = np.minimum.accumulate(smoothed)
    return smoothed - best > BLOWN_UP * np.maximum(np.abs(best), smoothed[:1] - best)


def _suggest(rates: Numbers, losses: Numbers, smoothed: Numbers) -> RateTest:
    """The rate half-way down, between the two updates around it."""
    if not np.isfinite(smoothed[:1]).any():
        raise NotFiniteError
    lowest = int(smoothed.argmin())
    begin = float(smoothed[0])
    best = float(smoothed[lowest])
    if begin - best <= FELL * abs(begin):
        raise ValueError(
            f"The loss never fell between learning rates {rates[0]:.2g} and "
            f"{rates[-1]:.2g} (it began at {begin:.4g}); scale X and y to about mean 0 "
            "and standard deviation 1, set a rate, or find one between other limits, "
            "low and high."
        )
    half = (begin + best) / 2.0
    i = int((smoothed <= half).argmax())
    around = slice(i - 1, i + 1)
    log_rate = np.interp(-half, -smoothed[around], np.log(rates[around]))
    suggestion = float(np.exp(log_rate))
    rule = (
        f"At a rate of {suggestion:.2g} the smoothed loss has come half of its way "
        f"down, from {begin:.3g} to {best:.3g} at {rates[lowest]:.2g}"
    )
    if lowest == len(rates) - 1:
        rule += "; it still fell there, so try a larger high"
    return RateTest(rates, losses, smoothed, suggestion, f"{rule}.")
