"""The compiled engine: what numba runs, and what it cannot. The mathematics is in
kernels.py and loops.py.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache
from math import ceil
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import SHUFFLE, key
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.optimizers import Optimizer
from halfmoon.engines import reference
from halfmoon.engines.compiled import native, tables, translation
from halfmoon.engines.contract import Measured, Numbers, Plan, Problem, Scratch, State
from halfmoon.network import Network, Objective

NAME = "compiled"
# a solver's own products too are faster without threads that start and wait
solver_context = native.one_blas_thread
SLOW = 100_000.0  # microseconds: an update that takes longer can be given up half-way
LISTEN = 0.05  # seconds between looks whether it should be


def why_not(network: Network, optimizer: Optimizer | None) -> str | None:
    """What kernels cannot run, in words, or None: then all blocks have been translated,
    and compiled if need be.
    """
    dtype = network.dtype.name
    block: Any = network.loss
    for layer in network.layers:
        if layer.kernel is None:
            return f"{layer.name} is neither Dense nor Dropout"
    try:
        native.address(translation.loss(network.loss, network.k, dtype)[0], dtype)
        if optimizer is not None:
            block = optimizer
            translation.rule(optimizer, dtype)
        for layer in network.layers:
            if layer.act is not None:
                block = layer.act
                translation.activation(layer.act, dtype)
    except Exception as error:  # numba fails in many ways; NumPy runs whatever it is
        return f"{type(block).__name__} cannot be compiled: {_first_reason(error)}"
    return None


def _first_reason(error: Exception) -> str:
    """The first line of an error's text that is about the code and not about the
    compiler.
    """
    lines = [
        line
        for line in str(error).splitlines()
        if line.strip() and not line.startswith("Failed in nopython")
    ]
    return (lines or [type(error).__name__])[0].strip()


def prepare(problem: Problem) -> None:
    """Make the tables, and compile what has not been compiled yet."""
    problem.workspace(Workspace)


def run(
    problem: Problem,
    state: State,
    plan: Plan,
    wants_stop: Callable[[], bool] | None = None,
) -> Measured:
    """Carry out the planned updates; stop before one whose loss or gradient is not
    finite, or that is given up.
    """
    space = problem.workspace(Workspace)
    before = state.snapshot()
    count = len(plan.eta)
    space.wants_stop = wants_stop
    after, measured = space.advance(before, plan, count)
    done = measured.shape[1]
    given_up = bool(space.stopped[0])
    space.wants_stop = None
    if done < count:  # repeat what went well
        after = space.advance(before, plan, done)[0]
    if done:  # the last finite ground lies one update before the last that was measured
        state.finite_source = lambda: space.advance(before, plan, done - 1)[0]
    state.theta = after.theta
    state.slots = after.slots
    state.average = after.average
    state.t = after.t
    diverged = done < count and not given_up
    if diverged:
        state.restore_last_finite()
    return Measured(measured[0], measured[1], measured[2], space.threads, diverged)


def gradient(problem: Problem, state: State) -> Objective:
    """The next batch's part of the objective and its gradient [R3], at the present
    theta.
    """
    return problem.workspace(Workspace).gradient(state)


class Workspace:
    """What a fit's kernels need beside its state, made once and used block
    after block.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        network = problem.network
        dtype = problem.network.dtype.name
        self.memory = memory = tables.Memory(dtype)
        shares = tables.shares_of(network, problem.batch_size)
        self.threads = min(shares, problem.n_threads or cores()) if native.JIT else 1
        self.ordered = -1  # the epoch whose order is in memory
        self.wants_stop: Callable[[], bool] | None = None
        self.slow = tables.microseconds(network, problem.batch_size) > SLOW
        # 8: a cache line of its own
        self.stopped = np.zeros(1, np.int64)
        self.barrier = np.zeros(8, np.int64)
        self.g = np.empty(shares * network.size, network.dtype)
        self.updates = translation.source("kernels", dtype).updates
        masked = problem.lam or problem.l1 or problem.decay
        self.chunks = tables.fields(tables.chunk_table(network, bool(masked)))
        block = tables.block_of(ceil(problem.batch_size / shares))
        self.tasks = tables.fields(np.zeros(self.threads, tables.TASK))
        loss, _, h = translation.loss(network.loss, network.k, dtype)
        shuffles = problem.shuffle and problem.per_epoch > 1
        tables.fill(
            self.tasks,
            {
                **_data(problem, memory),
                "w_scale": memory.of(np.array([1.0 / problem.total])),
                "batch": problem.batch_size,
                "per_epoch": problem.per_epoch,
                "shares": shares,
                "threads": self.threads,
                "shuffles": shuffles,
                "order": memory.new(problem.n if shuffles else 1, np.int64),
                "key": tables.signed(key(problem.seed, SHUFFLE)),
                "lowest": network.lowest,
                "parameters": network.size,
                "t_offset": problem.t_offset,
                "g": memory.of(self.g),
                "partial": memory.new(2 * (shares + 2 * len(self.chunks)), np.float64),
                "barrier": memory.of(self.barrier),
                "stopped": memory.of(self.stopped),
                "rest": native.rest(),
                "loss": native.address(loss, dtype),
                "h": memory.of(np.array([*h, 0.0])),
                "lam": problem.lam,
                "l1": problem.l1,
                "clip_norm": problem.clip or 0.0,
                "beta": problem.average or 0.0,
                **_shared(network, memory, block),
                "wide": tables.is_wide(network),
            },
        )
        rule, settings = translation.rule(problem.optimizer, dtype)
        self.tasks["rule"] = rule
        layers = [self._thread_layers(task, block, settings) for task in self.tasks]
        self.layers = tables.fields(np.stack(layers))
        tables.fill(self.tasks, self._loops(dtype))
        native.compile_for(self.updates, self.tasks, self.layers, self.chunks, 0)

    def _loops(self, dtype: str) -> dict[str, int]:
        """Those loops that this fit will call."""
        names = ["number", "gather", "add_up"]
        names += ["combine", "dots"] if self.layers["thin"].any() else []
        names += ["dropout", "scale"] if self.layers["random"].any() else []
        names += ["average"] if self.problem.average else []
        names += ["shuffle"] if self.tasks["shuffles"].any() else []
        return translation.loops(names, dtype)

    def _thread_layers(self, task: Any, ld: int, settings: list[float]) -> Any:
        """One thread's own scratch, and its layers."""
        memory = self.memory
        problem = self.problem
        layers = tables.layer_table(problem.network, memory, ld, True, problem.seed)
        task["a0"] = layers["a0"][0]
        task["numbers"] = memory.new(ld, np.int64)
        task["spare"] = memory.new(3 * ld)
        task["y_block"], task["w_block"] = (
            memory.new(a.shape[1] * ld) for a in (problem.y, problem.w)
        )
        task["rule_h"] = memory.of(np.array([0.0, 0.0, 0.0, 0.0, *settings]))
        return layers

    def advance(self, start: State, plan: Plan, count: int) -> tuple[State, Numbers]:
        """The state after the first `count` planned updates, and what was measured of
        those that went well.
        """
        if count == 0:
            return start, np.empty((3, 0))
        slots = np.empty((len(start.slots), len(start.theta)), start.theta.dtype)
        slots[:] = start.slots or slots
        average = None if start.average is None else start.average.copy()
        state = State(start.theta.copy(), list(slots), average, start.t)
        measured, done = self._carry_out(
            state, slots, plan.eta[:count], plan.decay[:count], plan.dropout[:count]
        )
        state.t += done
        return state, measured[:, :done]

    def gradient(self, state: State) -> Objective:
        """Loss, penalty and gradient of the next batch; no step is taken, so nothing is
        copied.
        """
        rule = self.tasks["rule"][0]
        self.tasks["rule"] = 0
        measured, _ = self._carry_out(
            State(state.theta, [], t=state.t), np.empty(0), *np.ones((3, 1))
        )
        self.tasks["rule"] = rule
        loss, penalty = measured[:2, 0]
        return Objective(float(loss), float(penalty), self.g[: len(state.theta)].copy())

    def _carry_out(
        self, state: State, slots: Array, eta: Numbers, decay: Numbers, dropout: Numbers
    ) -> tuple[Numbers, int]:
        """Updates in place, each thread its part; gives what was measured, and how many
        updates went well.
        """
        count = len(eta)
        per_epoch = self.problem.per_epoch
        measured = np.empty((self.threads, 3, count))
        arrays = {
            "theta": state.theta,
            "slots": slots,
            "avg": state.average,
            "measured": measured,
        }
        arrays |= {"eta": eta, "decay": decay, "dropout_factor": dropout}
        tables.fill(
            self.tasks,
            {name: 0 if a is None else a.ctypes.data for name, a in arrays.items()},
        )
        reorder = self.ordered != state.t // per_epoch
        tables.fill(self.tasks, {"t": state.t, "count": count, "reorder": reorder})
        with native.one_blas_thread(), np.errstate(all="ignore"):
            done = self._together()
        self.ordered = (state.t + min(done, count - 1)) // per_epoch
        return measured[0], done

    def _together(self) -> int:
        """All threads do their parts; gives how many updates went well."""
        self.barrier[0] = self.stopped[0] = 0
        done: list[int] = []
        # then this thread waits and listens for Ctrl-C
        first = 0 if self.wants_stop is not None and self.slow else 1
        work = [
            threading.Thread(target=self._part, args=(thread, done))
            for thread in range(first, self.threads)
        ]
        for thread in work:
            thread.start()
        if first == 1:
            self._part(0, done)
        for thread in work:
            while thread.is_alive():
                thread.join(LISTEN)
                if first == 0 and self.wants_stop is not None and self.wants_stop():
                    self.stopped[0] = 1
        return min(done)

    def _part(self, thread: int, done: list[int]) -> None:
        """One thread's part of the updates."""
        done.append(int(self.updates(self.tasks, self.layers, self.chunks, thread)))


def _data(problem: Problem, memory: tables.Memory) -> dict[str, int]:
    """X, y and w by address, rows one after the other, and their sizes."""
    sizes = {
        "n": problem.n,
        "d": problem.network.d,
        "y_columns": problem.y.shape[1],
        "w_columns": problem.w.shape[1],
    }
    arrays = {"X": problem.X, "y": problem.y, "w": problem.w}
    return sizes | {
        name: memory.of(np.ascontiguousarray(array)) for name, array in arrays.items()
    }


def _shared(network: Network, memory: tables.Memory, ld: int) -> dict[str, int]:
    """What training and prediction have in common."""
    return {
        "block": ld,
        "ld": ld,
        "gemm": native.blas(network.dtype.name),
        "one": memory.of(np.ones(1)),
    }


@cache
def cores() -> int:
    """Cores that this process may use."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1
    )


# Prediction

# microseconds of forward work, a third of tables.microseconds, that one thread does
# alone
ALONE = 2000.0
AT_ONCE = 256  # rows that a prediction takes at a time


class Room:
    """Tables and scratch for the forward pass of one network, `ld` rows at a time; for
    one thread at a time.
    """

    def __init__(self, network: Network, ld: int, link: bool) -> None:
        dtype = network.dtype.name
        self.memory = memory = tables.Memory(dtype)
        _, to_prediction, h = translation.loss(network.loss, network.k, dtype)
        layers = tables.layer_table(network, memory, ld, training=False)
        tasks = np.zeros(1, tables.TASK)
        tables.fill(
            tasks,
            {
                "d": network.d,
                "wide": tables.is_wide(network, training=False),
                "a0": layers["a0"][0],
                "loss": native.address(
                    to_prediction
                    if link
                    else translation.source("loops", dtype).transpose,
                    dtype,
                ),
                "h": memory.of(np.array([*h, 0.0])),
                "numbers": memory.new(ld, np.int64),
                "spare": memory.new((network.k + 2) * ld),
                **_shared(network, memory, ld),
                **translation.loops(
                    [
                        "number",
                        "gather",
                        "finite",
                        *(["combine"] if layers["thin"].any() else []),
                    ],
                    dtype,
                ),
            },
        )
        self.tables = tables.fields(tasks), tables.fields(layers)
        self.predict = translation.source("kernels", dtype).predict


def predict(
    network: Network,
    theta: Array,
    X: Any,
    link: bool = True,
    scratch: Scratch | None = None,
) -> Array:
    """The prediction link(z) for rows X (n, d), or the raw prediction z."""
    if scratch is None:
        scratch = {}
    if is_sparse(X):
        return reference.predict(network, theta, X, link)
    fits = (
        type(X) is np.ndarray
        and X.dtype == network.dtype
        and X.ndim == 2
        and X.shape[1] == network.d
    )
    if not fits or not X.flags.carray or not len(X):
        # kernels are compiled for one kind of array: contiguous, aligned, writable
        X = np.require(network.read_rows(X), requirements=["C", "A", "W"])
    n = len(X)
    out = np.empty((n, network.k), network.dtype)
    work = tables.microseconds(network, n) if n > 1 else 0.0
    parts = min(cores(), -(-n // AT_ONCE)) if work > 3 * ALONE else 1
    with native.one_blas_thread() if work > ALONE else nullcontext():
        finite = _passes(network, theta, X, out, parts, link, scratch)
    if not finite:
        network.read_rows(X)  # which names the columns
    return out


def _passes(
    network: Network,
    theta: Array,
    X: Array,
    out: Array,
    parts: int,
    link: bool,
    scratch: Scratch,
) -> bool:
    """All rows, in so many parts at once; False where an input is not finite.

    Parts end where a whole room of rows does: BLAS's last digits depend on how many
    rows a product has.
    """
    n = len(X)
    if parts == 1:
        return _pass(network, theta, X, out, 0, n, link, scratch)
    ends = [
        min(n, -(-n // AT_ONCE) * part // parts * AT_ONCE) for part in range(parts + 1)
    ]
    with ThreadPoolExecutor(parts) as pool:
        passes = pool.map(
            lambda a, b: _pass(network, theta, X, out, a, b, link, scratch),
            ends,
            ends[1:],
        )
        return all(list(passes))


def _pass(
    network: Network,
    theta: Array,
    X: Array,
    out: Array,
    start: int,
    stop: int,
    link: bool,
    scratch: Scratch,
) -> bool:
    """Rows start to stop, in a room that nobody else uses meanwhile; False where an
    input is not finite.
    """
    size = (1 if stop - start == 1 else AT_ONCE), link
    free = scratch.setdefault(size, [])
    try:
        room = free.pop()
    # not asked for before: another thread might take the last one in between
    except IndexError:
        room = Room(network, *size)
    finite = bool(room.predict(*room.tables, theta, X, out, start, stop))
    free.append(room)
    return finite
