"""A recording that trains in a thread of its own, at a pace that eyes can follow."""

import threading
import time
from typing import Self

from halfmoon.training.fair_lock import FairLock
from halfmoon.training.recording import CHUNK_SECONDS, Recording

# updates a second: so many at first, and more for each update done
SPEEDS = {
    "slow": (6.0, 0.05),
    "normal": (24.0, 0.25),
    "fast": (60.0, 1.0),
}
FULL = "full"  # without a pause
PHASES = ("forward", "loss", "backward", "step")


class Player:
    """Plays a recording: forward at a speed, by updates, to any of those recorded.

    Whatever changes the recording takes `lock`, which a thread that trains lets others
    have every few milliseconds.

    Parameters
    ----------
    recording : Recording
        What is played; another one may take its place.

    Attributes
    ----------
    lock : FairLock
        It may be taken more than once by the same thread.
    playing : bool
        Whether it trains.
    speed : str
        A name in `SPEEDS`, or `FULL`.
    phase : str or None
        Which of `PHASES` of an update is looked at.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.lock = FairLock()
        self.playing = False
        self.speed = "normal"
        self.phase: str | None = None
        self._pace = self.speed
        self._owed = 0.0  # updates that should have been done by now
        self._awake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def show(self, changed: bool) -> None:
        """Called under the lock after each step; define it to look at the recording.

        `changed` says that more has changed than how far it has come.
        """

    def play(self, speed: str | None = None) -> None:
        """Train until `pause`, in a thread of its own; ValueError for no such speed."""
        with self.lock:
            self.set_speed(speed or self.speed)
            if self.recording.stopped not in ("", "diverged"):
                self.recording.allow_more()
            self.phase = None
            self.playing = self.recording.stopped != "diverged"
            self.show(True)
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
            self.show(True)

    def pause(self) -> None:
        """Stop where it is."""
        with self.lock:
            self.playing = False
            self.phase = None
            self.recording.measure()
            self.show(True)

    def advance(self, updates: int) -> None:
        """Carry out so many updates, unless it stops before."""
        self.pause()
        goal = self.recording.update + updates
        while True:
            with self.lock:
                self.recording.advance(goal, CHUNK_SECONDS)
                self.show(False)
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
            self.show(True)

    def seek(self, update: int) -> None:
        """Go to a recorded update, and stay there."""
        with self.lock:
            recording = self.recording
            before = (self.playing, recording.stage, recording.stopped)
            self.playing = False
            self.phase = None
            recording.seek(update)
            self.show(before != (False, recording.stage, recording.stopped))

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
                    self.show(True)
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
        self.show(bool(recording.stopped))
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
