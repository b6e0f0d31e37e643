"""A fit's kernels at work: their tables, their scratch memory, their threads."""

import os
import threading
from collections.abc import Callable
from functools import cache
from math import ceil
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import SHUFFLE, key
from halfmoon.engines.compiled import native, tables, translation
from halfmoon.engines.contract import Numbers, Plan, Problem, State
from halfmoon.network import Network, Objective

# microseconds: an update that takes longer can be given up before it is complete
SLOW_UPDATE = 100_000.0
ASK_SECONDS = 0.05  # how often it is asked whether it should be


class Workspace:
    """What a fit's kernels need beside its state, made once and used until its end."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        network = problem.network
        dtype = network.dtype.name
        self.memory = tables.Memory(dtype)
        self.shares = tables.shares_of(network, problem.batch_size)
        most = min(self.shares, problem.n_threads or cores())
        self.threads = most if native.JIT else 1
        self.epoch_in_order = -1  # the epoch whose order of rows is in memory
        self.wants_stop: Callable[[], bool] | None = None
        work = tables.microseconds(network, problem.batch_size)
        self.slow = work > SLOW_UPDATE
        self.stopped = np.zeros(1, np.int64)
        self.barrier = np.zeros(8, np.int64)  # 8: a cache line of its own
        self.g = np.empty(self.shares * network.size, network.dtype)
        self.updates = translation.source("kernels", dtype).updates
        masked = bool(problem.lam or problem.l1 or problem.decay)
        self.ranges = tables.readable(tables.range_table(network, masked))
        self.tasks = tables.readable(np.zeros(self.threads, tables.TASK))
        ld = tables.block_rows(ceil(problem.batch_size / self.shares))
        self._fill_tasks(ld)
        rule, settings = translation.rule(problem.optimizer, dtype)
        tables.fill(self.tasks, {"rule": rule})
        layers = [self._thread_layers(task, ld, settings) for task in self.tasks]
        self.layers = tables.readable(np.stack(layers))
        tables.fill(self.tasks, translation.loops(self._loop_names(), dtype))
        native.compile_for(self.updates, self.tasks, self.layers, self.ranges, 0)

    def _fill_tasks(self, ld: int) -> None:
        """Fill in what is the same for all threads, and for the whole fit."""
        problem = self.problem
        network = problem.network
        memory = self.memory
        dtype = network.dtype.name
        loss, _, loss_settings = translation.loss(network.loss, network.k, dtype)
        shuffles = problem.shuffle and problem.per_epoch > 1
        partial = 2 * (self.shares + 2 * len(self.ranges))
        sizes = {
            "n": problem.n,
            "d": network.d,
            "y_columns": problem.y.shape[1],
            "w_columns": problem.w.shape[1],
            "parameters": network.size,
            "batch": problem.batch_size,
            "per_epoch": problem.per_epoch,
            "shares": self.shares,
            "lowest": network.lowest,
            "threads": self.threads,
            "t_offset": problem.t_offset,
            "wide": tables.is_wide(network),
            "shuffles": shuffles,
            "key": tables.signed(key(problem.seed, SHUFFLE)),
        }
        addresses = {
            "X": memory.keep(np.ascontiguousarray(problem.X)),
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

    def _loop_names(self) -> list[str]:
        """The names of the loops in loops.py that this fit will call."""
        names = ["row_numbers", "gather", "gradient"]
        if self.layers["thin"].any():
            names += ["combine", "dots"]
        if self.layers["is_dropout"].any():
            names += ["dropout", "scale"]
        if self.problem.average:
            names += ["running_average"]
        if self.tasks["shuffles"].any():
            names += ["shuffle"]
        return names

    def _thread_layers(self, task: Any, ld: int, settings: list[float]) -> Any:
        """One thread's own scratch, and its layers."""
        memory = self.memory
        problem = self.problem
        layers = tables.layer_table(problem.network, memory, ld, True, problem.seed)
        task["a0"] = layers["a0"][0]
        task["numbers"] = memory.reserve(ld, np.int64)
        task["spare"] = memory.reserve(3 * ld)
        task["y_block"] = memory.reserve(problem.y.shape[1] * ld)
        task["w_block"] = memory.reserve(problem.w.shape[1] * ld)
        task["rule_h"] = memory.keep(np.array([0.0, 0.0, 0.0, 0.0, *settings]))
        return layers

    def advance(self, start: State, plan: Plan, count: int) -> tuple[State, Numbers]:
        """The state after the first `count` planned updates, and what was measured.

        Measured (3, updates): loss, penalty and norm of the updates that were finite.
        """
        if count == 0:
            return start, np.empty((3, 0))
        slots = np.empty((len(start.slots), len(start.theta)), start.theta.dtype)
        slots[:] = start.slots or slots
        average = None if start.average is None else start.average.copy()
        state = State(start.theta.copy(), list(slots), average, start.t)
        first = Plan(plan.eta[:count], plan.decay[:count], plan.dropout[:count])
        measured, done = self._carry_out(state, slots, first)
        state.t += done
        return state, measured[:, :done]

    def gradient(self, state: State, dropout: float = 1.0) -> Objective:
        """Loss, penalty and gradient of the next batch; no step is taken."""
        rule = self.tasks["rule"][0]
        self.tasks["rule"] = 0
        one = np.ones(1)
        unchanged = State(state.theta, [], t=state.t)
        measured, _ = self._carry_out(
            unchanged, np.empty(0), Plan(one, one, np.full(1, dropout))
        )
        self.tasks["rule"] = rule
        loss, penalty, _ = measured[:, 0]
        return Objective(float(loss), float(penalty), self.g[: len(state.theta)].copy())

    def _carry_out(self, state: State, slots: Array, plan: Plan) -> tuple[Numbers, int]:
        """Carry out updates in place; returns measurements and how many were finite."""
        count = len(plan.eta)
        per_epoch = self.problem.per_epoch
        epoch = state.t // per_epoch
        measured = np.empty((self.threads, 3, count))
        average = 0 if state.average is None else state.average.ctypes.data
        values = {
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
        }
        tables.fill(self.tasks, values)
        with native.one_blas_thread(), np.errstate(all="ignore"):
            done = self._run_threads()
        self.epoch_in_order = (state.t + min(done, count - 1)) // per_epoch
        return measured[0], done

    def _run_threads(self) -> int:
        """Run all threads' parts; returns how many updates were finite."""
        self.barrier[0] = 0
        self.stopped[0] = 0
        done: list[int] = []
        # this thread is thread 0, unless it waits and asks whether to stop
        waits = self.wants_stop is not None and self.slow
        threads = [
            threading.Thread(target=self._run_part, args=(thread, done))
            for thread in range(0 if waits else 1, self.threads)
        ]
        for thread in threads:
            thread.start()
        if not waits:
            self._run_part(0, done)
        for thread in threads:
            while thread.is_alive():
                thread.join(ASK_SECONDS)
                if waits and self.wants_stop is not None and self.wants_stop():
                    self.stopped[0] = 1
        return min(done)

    def _run_part(self, thread: int, done: list[int]) -> None:
        """Run one thread's part of the updates."""
        done.append(int(self.updates(self.tasks, self.layers, self.ranges, thread)))


def common_fields(network: Network, memory: tables.Memory, ld: int) -> dict[str, int]:
    """The fields of a TASK that training and prediction have in common."""
    return {
        "block_rows": ld,
        "ld": ld,
        "gemm": native.blas(network.dtype.name),
        "one": memory.keep(np.ones(1)),
    }


@cache
def cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
