"""A player of several runs: what is changed at an earlier update is another future."""

from collections.abc import Callable
from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.components.rules import check_name
from halfmoon.training.player import Player
from halfmoon.training.recording import Recording

MOST_KEPT = 20
MOST_FUTURES = 5  # that are left, and nobody has kept


class BranchPlayer(Player):
    """Plays one of several recordings, and begins others.

    A change at the end of a recording belongs to it; before its end, the change makes a
    branch, and both futures stay. Of those that nobody keeps only the latest do.

    Parameters
    ----------
    recording : Recording
        The first one.

    Attributes
    ----------
    runs : dict of str to Recording
        All recordings there are, by id.
    id : str
        That of the recording that is played.
    kept : set of str
        Those that stay until they are forgotten.
    origins : dict of str to Conditions
        What the run before each was made with, when it was left.

    Examples
    --------
    >>> from halfmoon.playground.session import Session
    >>> with Session() as player:
    ...     player.advance(20)
    ...     player.seek(8)
    ...     player.set_parameter(0, 1.5)
    ...     [run.last_update for run in player.runs.values()]
    [20, 8]
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__(recording)
        self.runs: dict[str, Recording] = {}
        self.kept: set[str] = set()
        self.origins: dict[str, Any] = {}
        self.id = ""
        self._count = 0
        self._add(recording, self.conditions)

    @property
    def conditions(self) -> Any:
        """What the next update is made with."""
        return self.recording.stage.conditions

    # changes

    def edit(self, conditions: Any, weights: dict[int, float] | None = None) -> None:
        """Go on with other conditions of the same sizes, and weights set by hand.

        Raises ValueError for what does not fit together; then nothing has changed.
        """
        with self.lock:
            self.phase = None
            recording = self.recording
            if recording.update == recording.last_update:
                recording.change(conditions, weights)
                self.show(True)
                return
            branch = recording.branch()
            branch.change(conditions, weights)
            self._add(branch, recording.stages[-1].conditions)

    def restate(self, changed: Callable[[Any], Any]) -> None:
        """Let the run have been made with other conditions, which make the same of it.

        `changed` makes them of those of each stage. What has stopped it is forgotten.
        """
        with self.lock:
            recording = self.recording
            recording.stages = tuple(
                stage._replace(conditions=changed(stage.conditions))
                for stage in recording.stages
            )
            if recording.ended != "diverged":
                recording.allow_more()
            self.show(True)

    def begin(self, conditions: Any) -> None:
        """Take up a new recording, in place of the present one if it is not kept."""
        with self.lock:
            recording = Recording(conditions)
            origin = self.conditions
            self.phase = None
            if self.id not in self.kept:
                self._drop(self.id)
            self._add(recording, origin)

    def reset(self) -> None:
        """Begin with the initial weights again, and those set before any update."""
        with self.lock:
            self.playing = False
            first = self.recording.stages[0]
            self.begin(self.conditions)
            if first.weights and first.begin == 0:
                self.edit(self.conditions, first.weights)

    def set_parameter(self, index: int, value: float) -> None:
        """Set one weight or bias, by its index in theta.

        Raises ValueError if there is none.
        """
        with self.lock:
            size = self.recording.run.theta.size
            if not 0 <= index < size:
                raise ValueError(
                    f"index must be from 0 to {size - 1}, as the network has {size} "
                    f"parameters; got {index}."
                )
            self.edit(self.conditions, {index: float(value)})

    def set_weights(self, theta: Array) -> None:
        """Set all parameters (size,)."""
        with self.lock:
            self.edit(self.conditions, dict(enumerate(theta.tolist())))

    # runs

    def keep(self) -> None:
        """Let the present run stay, whatever is done next.

        Raises ValueError where too many do.
        """
        with self.lock:
            if len(self.kept) >= MOST_KEPT:
                raise ValueError(
                    f"{MOST_KEPT} runs are kept; forget one of them first."
                )
            self.kept.add(self.id)
            self.show(True)

    def restore(self, run: str) -> None:
        """Go back to the end of an earlier run; the present one stays."""
        with self.lock:
            check_name("run", run, self.runs)
            self._leave()
            self.playing = False
            self.phase = None
            self.id = run
            self.recording = self.runs[run]
            self.show(True)

    def forget(self, run: str) -> None:
        """Drop an earlier run; of the present one, that it was to be kept."""
        with self.lock:
            check_name("run", run, self.runs)
            self.kept.discard(run)
            if run != self.id:
                self._drop(run)
            self.show(True)

    def _add(self, recording: Recording, origin: Any) -> None:
        self._leave()
        self._count += 1
        self.id = str(self._count)
        self.recording = recording
        self.runs[self.id] = recording
        self.origins[self.id] = origin
        futures = [each for each in self.runs if each not in {*self.kept, self.id}]
        for each in futures[: max(0, len(futures) - MOST_FUTURES)]:
            self._drop(each)
        self.show(True)

    def _drop(self, run: str) -> None:
        del self.runs[run]
        del self.origins[run]

    def _leave(self) -> None:
        """Let the present run, if it stays, stand at its end."""
        if self.id in self.runs:
            self.recording.leave()
