"""One playground: a recording that grows while its thread trains, and earlier ones.

All changes are made under one lock; what is seen is a `Moment`, which holds still
while training goes on, since arrays are replaced and never written.
"""

import threading
import time
from copy import copy
from types import TracebackType
from typing import Any, NamedTuple

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.playground.building import Conditions
from halfmoon.playground.changes import (
    OF_DATA,
    OF_VIEW,
    begins_anew,
    completed,
    differing,
    with_loss,
)
from halfmoon.playground.data import Data
from halfmoon.playground.fair_lock import FairLock
from halfmoon.playground.setup import Setup
from halfmoon.playground.sources import make_data
from halfmoon.training.recording import CHUNK_SECONDS, Last, Recording
from halfmoon.training.run import Run

# updates a second: so many at first, and more for each update done
SPEEDS = {
    "slow": (4.0, 0.1),
    "normal": (24.0, 0.9),
    "fast": (60.0, 4.0),
}
FULL = "full"  # without a pause
PHASES = ("forward", "loss", "backward", "step")
MOST_FUTURES = 8


class Moment(NamedTuple):
    """A session as it is at one moment."""

    update: int
    epoch: int
    end: int  # the update at which all epochs are done
    last_update: int  # how far it is recorded
    theta: Array
    last: Last  # what the last update had
    network: Network  # its own theta is not the present one
    data: Data
    setup: Setup
    run: Run
    recording: Recording
    playing: bool
    stopped: str
    phase: str | None
    version: int
    data_version: int


class Session:
    """What is played with: rows, a network, and its training.

    Parameters
    ----------
    setup : Setup, optional
        Every control's value.
    source : optional
        Points or a table, where the rows are not drawn at random.

    Examples
    --------
    >>> with Session(Setup(hidden=[4], activations=["relu"])) as session:
    ...     session.advance(50)
    ...     session.change(learning_rate=0.1)
    ...     session.moment().update
    False
    50
    """

    def __init__(self, setup: Setup | None = None, source: Any = None) -> None:
        setup = setup or Setup()
        self.lock = FairLock()
        self.speed = "normal"
        self.playing = False
        self.phase: str | None = None
        self.version = 0
        self.data_version = 0
        self.kept: set[str] = set()  # runs that stay until they are forgotten
        self.runs: dict[str, Recording] = {}
        self.origins: dict[str, Setup] = {}  # what each run was made from
        self.id = "0"
        self._count = 0
        self._pace = self.speed
        self._shown: Data | None = None
        self._moment: Moment
        self._owed = 0.0  # updates that should have been done by now
        self._awake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        conditions = Conditions(setup, make_data(setup, source), source)
        self._add(Recording(conditions), setup)

    @property
    def recording(self) -> Recording:
        """The run that is trained."""
        return self.runs[self.id]

    @property
    def conditions(self) -> Conditions:
        """What the next update is made with."""
        conditions: Conditions = self.recording.stage.conditions
        return conditions

    @property
    def setup(self) -> Setup:
        """Every control's value, at the present update."""
        return self.conditions.setup

    @property
    def data(self) -> Data:
        """The rows, at the present update."""
        return self.conditions.data

    @property
    def source(self) -> Any:
        """Where they come from, if not from a data set."""
        return self.conditions.source

    def moment(self) -> Moment:
        """What there is to see now, without waiting."""
        return self._moment

    # changes

    def change(self, **settings: Any) -> bool:
        """Set controls by name; returns whether the weights began anew.

        Raises ValueError for a name or value that cannot be; then nothing has changed.
        """
        with self.lock:
            setup = completed(self.setup, settings)
            return self.set_source(self.source, setup)

    def set_source(self, source: Any, setup: Setup, anew: bool = False) -> bool:
        """Go on with other points or another table; returns whether it began anew.

        It does in any case if `anew`.
        """
        with self.lock:
            now = self.conditions
            data = now.data
            if source is not now.source or differing(now.setup, setup) & OF_DATA:
                data = make_data(setup, source)
            setup = with_loss(setup, data)
            new = Conditions(setup, data, source)
            differ = differing(now.setup, setup)
            if anew or begins_anew(now, new):
                self._begin(new)
                return True
            if differ and differ <= OF_VIEW:
                self._change_view({name: getattr(setup, name) for name in differ})
            elif differ or data is not now.data:
                self._edit(new)
            return False

    def set_parameter(self, index: int, value: float) -> None:
        """Set one parameter by its index in theta; ValueError if there is none."""
        with self.lock:
            size = self.recording.run.theta.size
            if not 0 <= index < size:
                raise ValueError(
                    f"index must be from 0 to {size - 1}, as the network has {size} "
                    f"parameters; got {index}."
                )
            self._edit(self.conditions, {index: value})

    def reset(self) -> None:
        """Begin with the initial weights again."""
        with self.lock:
            self.playing = False
            self._begin(self.conditions)

    def new_weights(self) -> None:
        """Begin with other initial weights: those of the next seed."""
        self.change(seed=self.setup.seed + 1)

    def _edit(
        self, conditions: Conditions, weights: dict[int, float] | None = None
    ) -> None:
        """Change the recording, or at an earlier update a branch of it."""
        self.phase = None
        recording = self.recording
        if recording.update == recording.last_update:
            recording.change(conditions, weights)
            self._publish(changed=True)
            return
        branch = recording.branch()
        branch.change(conditions, weights)
        self._add(branch, recording.stages[-1].conditions.setup)

    def _begin(self, conditions: Conditions) -> None:
        """Take up a new recording in place of the present one."""
        recording = Recording(conditions)
        origin = self.setup
        self.phase = None
        if self.id not in self.kept:
            del self.runs[self.id]
        self._add(recording, origin)

    def _add(self, recording: Recording, origin: Setup) -> None:
        self._leave()
        self._count += 1
        self.id = str(self._count)
        self.runs[self.id] = recording
        self.origins[self.id] = origin
        futures = [each for each in self.runs if each not in {*self.kept, self.id}]
        for each in futures[: max(0, len(futures) - MOST_FUTURES)]:
            del self.runs[each]
        self._publish(changed=True)

    def _leave(self) -> None:
        """Let the present run, if it stays, stand at its end."""
        if self.id in self.runs:
            self.recording.seek(self.recording.last_update)

    def _change_view(self, changes: dict[str, Any]) -> None:
        """Change what no update depends on, in all stages alike."""
        recording = self.recording
        made: dict[int, Data] = {}
        stages = []
        for stage in recording.stages:
            old = stage.conditions
            setup = old.setup.change(**changes)
            data = old.data
            if "axes" in changes:
                data = made.get(id(data)) or make_data(setup, old.source)
                made[id(old.data)] = data
            new = Conditions(setup, data, old.source)
            stages.append(stage._replace(conditions=new))
        recording.stages = tuple(stages)
        if recording.ended != "diverged":
            recording.allow_more()
        self._publish(changed=True)

    # runs

    def keep(self) -> None:
        """Let the present run stay, whatever is done next."""
        with self.lock:
            self.kept.add(self.id)
            self._publish(changed=True)

    def restore(self, run: str) -> None:
        """Go back to the end of an earlier run; the present one stays."""
        with self.lock:
            self._check_run(run)
            self._leave()
            self.playing = False
            self.phase = None
            self.id = run
            self._publish(changed=True)

    def forget(self, run: str) -> None:
        """Drop an earlier run; of the present one, that it was to be kept."""
        with self.lock:
            self._check_run(run)
            self.kept.discard(run)
            if run != self.id:
                del self.runs[run]
            self._publish(changed=True)

    def _check_run(self, run: str) -> None:
        if run not in self.runs:
            raise ValueError(
                f"There is no run {run!r}; there are: {', '.join(self.runs)}."
            )

    # training

    def play(self, speed: str | None = None) -> None:
        """Train until `pause`, in a thread of its own; ValueError for no such speed."""
        with self.lock:
            self.set_speed(speed or self.speed)
            if self.recording.stopped not in ("", "diverged"):
                self.recording.allow_more()
            self.phase = None
            self.playing = self.recording.stopped != "diverged"
            self._publish(changed=True)
            if self._thread is None:
                self._thread = threading.Thread(target=self._train, daemon=True)
                self._thread.start()
            self._awake.set()

    def play_to_end(self) -> None:
        """Train as fast as possible until it stops."""
        with self.lock:
            self.play()
            self._pace = FULL

    def set_speed(self, speed: str) -> None:
        """Train at this speed; ValueError if there is none of this name."""
        with self.lock:
            if speed not in (*SPEEDS, FULL):
                raise ValueError(
                    f"There is no speed {speed!r}; there are: "
                    f"{', '.join([*SPEEDS, FULL])}."
                )
            self.speed = speed
            self._pace = speed
            self._publish(changed=True)

    def pause(self) -> None:
        """Stop where it is."""
        with self.lock:
            self.playing = False
            self.phase = None
            if self.recording.update == self.recording.last_update:
                self.recording.measure()
            self._publish(changed=True)

    def advance(self, updates: int) -> None:
        """Carry out so many updates, unless it stops before."""
        self.pause()
        goal = self.recording.update + updates
        while True:
            with self.lock:
                self.recording.advance(goal, CHUNK_SECONDS)
                self._publish()
                if self.recording.update >= goal or self.recording.stopped:
                    break
        self.pause()

    def advance_epoch(self) -> None:
        """Carry out updates up to the end of the present epoch."""
        self.advance(self.recording.epoch_end - self.recording.update)

    def advance_phase(self) -> None:
        """Show the next of an update's four phases; the last one carries it out."""
        with self.lock:
            phase = self.phase
            self.pause()
            index = -1 if phase is None else PHASES.index(phase)
            phase = PHASES[(index + 1) % len(PHASES)]
            if phase == "step":
                self.advance(1)
            self.phase = phase
            self._publish(changed=True)

    def seek(self, update: int) -> None:
        """Go to a recorded update, and stay there."""
        with self.lock:
            self.playing = False
            self.phase = None
            stage = self.recording.stage
            self.recording.seek(update)
            self._publish(changed=stage is not self.recording.stage)

    def _train(self) -> None:
        """Go on while `playing`, at the speed that is set."""
        before = time.perf_counter()
        while not self._closed:
            if not self._awake.wait(1.0):
                continue
            now = time.perf_counter()
            with self.lock:
                if not self.playing:
                    self._awake.clear()
                    continue
                try:
                    is_all = self._train_for(min(0.1, now - before))
                except BaseException:
                    self._thread = None  # the next play begins another one
                    self.playing = False
                    self._publish(changed=True)
                    raise
            before = now
            if is_all:
                time.sleep(0.004)

    def _train_for(self, seconds: float) -> bool:
        """Do what has become due in so many seconds; returns whether that was all."""
        recording = self.recording
        before = recording.update
        due = self._due(seconds)
        recording.advance(before + due, CHUNK_SECONDS)
        done = recording.update - before
        self._owed = max(0.0, self._owed - done)
        if recording.stopped:
            self.playing = False
            self._pace = self.speed
        self._publish(changed=bool(recording.stopped))
        return done == due

    def _due(self, seconds: float) -> int:
        """How many updates should be done now; more than can be at full speed."""
        if self._pace not in SPEEDS:
            return 10**9
        first, growth = SPEEDS[self._pace]
        rate = first + growth * self.recording.update
        self._owed = min(self._owed + rate * seconds, 0.1 * rate + 1.0)
        return int(self._owed)

    def close(self) -> None:
        """End its thread."""
        with self.lock:
            self.playing = False
            self._closed = True
            self._awake.set()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _publish(self, changed: bool = False) -> None:
        """Show what there is now; `changed` if `version` is to tell."""
        recording = self.recording
        data = self.data
        self.version += changed
        if data is not self._shown:
            self._shown = data
            self.data_version += 1
        self._moment = Moment(
            update=recording.update,
            epoch=recording.run.epoch,
            end=recording.end,
            last_update=recording.last_update,
            theta=recording.run.theta,
            last=recording.last,
            network=recording.work.network,
            data=data,
            setup=self.setup,
            run=copy(recording.run),
            recording=recording,
            playing=self.playing,
            stopped=recording.stopped,
            phase=self.phase,
            version=self.version,
            data_version=self.data_version,
        )
