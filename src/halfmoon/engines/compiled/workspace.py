"""A fit's kernels at work: their tables, their scratch memory, their threads."""

from math import ceil
from typing import Any

import numpy as np

from halfmoon.arrays.blas import one_blas_thread
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import SHUFFLE, key
from halfmoon.engines.compiled import native, tables, translation
from halfmoon.engines.contract import Numbers, Plan, Problem, State, WantsStop
from halfmoon.engines.cores import available_cores
from halfmoon.engines.threads import run_together
from halfmoon.network import Network, Objective

# microseconds: an update that takes longer can be given up before it is complete
SLOW_UPDATE = 100_000.0
BIN_LOOPS = ["bin_weights", "bin_forward", "bin_backward", "bin_gradient"]
RELEASED = 1 << 62  # a barrier that all threads pass


class Workspace:
    """What a fit's kernels need beside its state, made once and used until its end.

    It holds the data and not the problem, which holds it: the two would wait for
    Python's collector together.
    """

    def __init__(self, problem: Problem) -> None:
        network = problem.network
        dtype = network.dtype.name
        self.memory = tables.Memory(dtype)
        self.shares = tables.shares_of(network, problem.batch_size)
        self.threads = 1
        if self.shares > 1 and native.JIT:
            self.threads = min(self.shares, problem.n_threads or available_cores())
        self.per_epoch = problem.per_epoch
        self.epoch_in_order = -1  # the epoch whose order of rows is in memory
        work = tables.microseconds(network, problem.batch_size)
        self.slow = work > SLOW_UPDATE
        self.stopped = np.zeros(1, np.int64)
        self.barrier = np.zeros(8, np.int64)  # 8: a cache line of its own
        self.X = tables.bins_of(network, problem.X)
        self.g = np.empty(self.shares * network.size, network.dtype)
        self.updates = translation.source("kernels", dtype).updates
        masked = bool(problem.lam or problem.l1 or problem.decay)
        self.ranges = tables.readable(tables.range_table(network, masked))
        self.tasks = tables.readable(np.zeros(self.threads, tables.TASK))
        ld = tables.block_rows(ceil(problem.batch_size / self.shares))
        self._fill_tasks(problem, ld)
        rule, settings = translation.rule(problem.optimizer, dtype)
        tables.fill(self.tasks, {"rule": rule})
        layers = [
            self._thread_layers(problem, task, ld, settings) for task in self.tasks
        ]
        self.layers = tables.readable(np.stack(layers))
        self.largest = tables.largest_product(self.layers[0], ld)
        names = self._loop_names(bool(problem.average))
        tables.fill(self.tasks, translation.loops(names, dtype))
        if self.X is not None:
            of_bins = translation.loops(BIN_LOOPS, dtype, "bin_loops")
            tables.fill(self.tasks, of_bins)
        native.compile_for(self.updates, self.tasks, self.layers, self.ranges, 0)

    def _fill_tasks(self, problem: Problem, ld: int) -> None:
        """Fill in what is the same for all threads, and for the whole fit."""
        network = problem.network
        memory = self.memory
        dtype = network.dtype.name
        loss, _, loss_settings = translation.loss(network.loss, network.k, dtype)
        shuffles = problem.shuffle and problem.per_epoch > 1
        partial = 2 * (self.shares + 2 * len(self.ranges))
        X = np.asarray(problem.X) if self.X is None else self.X.others
        sizes = {
            "n": problem.n,
            "d": X.shape[1],
            "y_columns": problem.y.shape[1],
            "w_columns": problem.w.shape[1],
            "parameters": network.size,
            "batch": problem.batch_size,
            "per_epoch": problem.per_epoch,
            "shares": self.shares,
            "threads": self.threads,
            "t_offset": problem.t_offset,
            "wide": tables.is_wide(network, others=X.shape[1]),
            "shuffles": shuffles,
            "key": tables.signed(key(problem.seed, SHUFFLE)),
        }
        addresses = {
            "X": memory.keep(np.ascontiguousarray(X)),
            "y": memory.keep(np.ascontiguousarray(problem.y)),
            "w": memory.keep(np.ascontiguousarray(problem.w)),
            "w_scale": memory.keep(np.array([1.0 / problem.total])),
            "order": memory.reserve(problem.n if shuffles else 1, np.int64),
            "g": memory.keep(self.g),
            "partial": memory.reserve(partial, np.float64),
            "barrier": memory.keep(self.barrier),
            "stopped": memory.keep(self.stopped),
            "loss_h": memory.keep(np.array([*loss_settings, 0.0])),
            "loss": native.address(loss, dtype),
            "yield_core": native.yield_core(),
        }
        rule = {
            "lam": problem.lam,
            "l1": problem.l1,
            "clip_norm": problem.clip or 0.0,
            "beta": problem.average or 0.0,
        }
        tables.fill(self.tasks, sizes | addresses | rule)
        tables.fill(self.tasks, common_fields(network, memory, ld))
        if self.X is not None:
            tables.fill(self.tasks, tables.bin_fields(self.X, memory))

    def _loop_names(self, averages: bool) -> list[str]:
        """The names of the loops in loops.py that this fit will call."""
        names = ["row_numbers", "gather", "gradient"]
        if self.layers["thin"].any():
            names += ["combine", "dots"]
        if self.layers["V"].any():
            names += ["scaled_weights", "scaling_gradient"]
        if self.layers["is_dropout"].any():
            names += ["dropout", "scale"]
        if averages:
            names += ["running_average"]
        if self.tasks["shuffles"].any():
            names += ["shuffle"]
        return names

    def _thread_layers(
        self, problem: Problem, task: Any, ld: int, settings: list[float]
    ) -> Any:
        """One thread's own scratch, and its layers."""
        memory = self.memory
        others = None if self.X is None else self.X.others.shape[1]
        network = problem.network
        layers = tables.layer_table(network, memory, ld, True, problem.seed, others)
        if self.X is not None:
            scratch = tables.bin_scratch(self.X, int(layers["k"][0]), memory)
            for name, address in scratch.items():
                task[name] = address
        task["a0"] = layers["a0"][0]
        task["lowest"] = np.argmin(layers["is_dropout"])
        task["numbers"] = memory.reserve(ld, np.int64)
        task["spare"] = memory.reserve(3 * ld)
        task["y_block"] = memory.reserve(problem.y.shape[1] * ld)
        task["w_block"] = memory.reserve(problem.w.shape[1] * ld)
        task["rule_h"] = memory.keep(np.array([0.0, 0.0, 0.0, 0.0, *settings]))
        return layers

    def advance(
        self, start: State, plan: Plan, count: int, wants_stop: WantsStop | None = None
    ) -> tuple[State, Numbers]:
        """The state after the first `count` planned updates, and what was measured.

        Measured (3, updates): loss, penalty and norm of the updates that were finite,
        and were not given up.
        """
        if count == 0:
            return start, np.empty((3, 0))
        slots = np.empty((len(start.slots), len(start.theta)), start.theta.dtype)
        slots[:] = start.slots or slots
        average = None if start.average is None else start.average.copy()
        state = State(start.theta.copy(), list(slots), average, start.t)
        first = Plan(
            plan.eta[:count],
            plan.decay[:count],
            plan.dropout[:count],
            plan.g_factor[:count],
        )
        measured, done = self._carry_out(state, slots, first, wants_stop)
        if done is None:
            return self.advance(start, plan, count, wants_stop)
        state.t += done
        return state, measured[:, :done]

    def gradient(
        self,
        state: State,
        dropout: float = 1.0,
        wants_stop: WantsStop | None = None,
    ) -> Objective | None:
        """Loss, penalty and gradient of the next batch; no step is taken.

        None if it was given up.
        """
        rule = self.tasks["rule"][0]
        self.tasks["rule"] = 0
        one = np.ones(1)
        unchanged = State(state.theta, [], t=state.t)
        plan = Plan(one, one, np.full(1, dropout), one)
        try:
            measured, done = self._carry_out(unchanged, np.empty(0), plan, wants_stop)
        finally:
            self.tasks["rule"] = rule
        if done is None:
            return self.gradient(state, dropout, wants_stop)
        if done == 0 and self.stopped[0]:
            return None
        loss, penalty, _ = measured[:, 0]
        return Objective(float(loss), float(penalty), self.g[: len(state.theta)].copy())

    def _carry_out(
        self, state: State, slots: Array, plan: Plan, wants_stop: WantsStop | None
    ) -> tuple[Numbers, int | None]:
        """Carry out updates in place; returns measurements and how many were finite.

        None instead where there were too few threads: what was done is worth nothing,
        and the next call takes fewer.
        """
        count = len(plan.eta)
        epoch = state.t // self.per_epoch
        measured = np.empty((self.threads, 3, count))
        average = 0 if state.average is None else state.average.ctypes.data
        values = {
            "threads": self.threads,
            "count": count,
            "t": state.t,
            "reorder": self.epoch_in_order != epoch,
            "theta": state.theta.ctypes.data,
            "slots": slots.ctypes.data,
            "average": average,
            "measured": measured.ctypes.data,
            "eta": plan.eta.ctypes.data,
            "decay": plan.decay.ctypes.data,
            "dropout_factor": plan.dropout.ctypes.data,
            "g_factor": plan.g_factor.ctypes.data,
        }
        tables.fill(self.tasks, values)
        self.epoch_in_order = -1  # until this ends well
        limit = one_blas_thread(self.largest, tables.SMALL_PRODUCT)
        with limit, np.errstate(all="ignore"):
            done = self._run_threads(wants_stop)
        if done is not None:
            self.epoch_in_order = (state.t + min(done, count - 1)) // self.per_epoch
        return measured[0], done

    def _run_threads(self, wants_stop: WantsStop | None) -> int | None:
        """Run all threads' parts; returns how many updates were finite.

        None where the system starts fewer threads: from now on there are fewer.
        """
        self.barrier[0] = 0
        self.stopped[0] = 0
        done: list[int] = []

        def work(thread: int) -> None:
            done.append(int(self.updates(self.tasks, self.layers, self.ranges, thread)))

        def look() -> None:
            if wants_stop is not None and wants_stop():
                self.stopped[0] = 1

        waits = self.slow and wants_stop is not None
        ran = run_together(work, self.threads, self._release, look if waits else None)
        if ran == self.threads:
            return min(done)
        if ran == 0:  # no thread beside this one, which can then not ask meanwhile
            self.slow = False
        self.threads = max(1, ran)
        return None

    def _release(self) -> None:
        """Let all threads end: they give up, and wait for nobody."""
        self.stopped[0] = 1
        self.barrier[0] = RELEASED


def common_fields(network: Network, memory: tables.Memory, ld: int) -> dict[str, int]:
    """The fields of a TASK that training and prediction have in common."""
    return {
        "block_rows": ld,
        "ld": ld,
        "gemm": native.blas(network.dtype.name),
        "one": memory.keep(np.ones(1)),
    }
