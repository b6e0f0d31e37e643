"""One playground: a recording that grows while its thread trains, and earlier ones.

All changes are made under one lock; what is seen is a `Moment`, which holds still
while training goes on, since arrays are replaced and never written.
"""

from copy import copy
from typing import Any, NamedTuple, Self

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
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training.player import Player
from halfmoon.training.recording import Recording
from halfmoon.training.run import Run
from halfmoon.training.stages import Last

MOST_KEPT = 20
MOST_FUTURES = 5  # that are left, and nobody has kept


class Moment(NamedTuple):
    """A session as it is at one moment."""

    update: int
    epoch: int
    end: int  # the update at which all epochs are done
    last_update: int  # how far it is recorded
    theta: Array
    last: Last  # what the last update had
    network: Network  # its own theta is not the present one
    conditions: Conditions  # what the next update is made with
    run: Run
    recording: Recording
    playing: bool
    stopped: str
    phase: str | None
    version: int
    data_version: int

    @classmethod
    def of(
        cls,
        recording: Recording,
        version: int,
        data_version: int,
        playing: bool = False,
        phase: str | None = None,
    ) -> Self:
        """That at which a recording stands."""
        return cls(
            update=recording.update,
            epoch=recording.run.epoch,
            end=recording.end,
            last_update=recording.last_update,
            theta=recording.run.theta,
            last=recording.last,
            network=recording.work.network,
            conditions=recording.stage.conditions,
            run=copy(recording.run),
            recording=recording,
            playing=playing,
            stopped=recording.stopped,
            phase=phase,
            version=version,
            data_version=data_version,
        )

    @property
    def data(self) -> Data:
        """The rows."""
        return self.conditions.data

    @property
    def setup(self) -> Setup:
        """Every control's value."""
        return self.conditions.setup

    def network_now(self) -> Network:
        """A network of its own with the present parameters."""
        network = copy(self.network)
        network.theta = self.theta
        return network


class Session(Player):
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
        recording = Recording(Conditions(setup, make_data(setup, source), source))
        super().__init__(recording)
        self.version = 0
        self.data_version = 0
        self.kept: set[str] = set()  # runs that stay until they are forgotten
        self.runs: dict[str, Recording] = {}
        self.origins: dict[str, Setup] = {}  # what each run was made from
        self.id = "0"
        self._count = 0
        self._shown: Data | None = None
        self._moment: Moment
        self._add(recording, setup)

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
            self._edit(self.conditions, {index: float(value)})

    def set_weights(self, theta: Array) -> None:
        """Set all parameters."""
        with self.lock:
            self._edit(self.conditions, dict(enumerate(theta.tolist())))

    def reset(self) -> None:
        """Begin with the initial weights again, and those set before any update."""
        with self.lock:
            self.playing = False
            first = self.recording.stages[0]
            self._begin(self.conditions)
            if first.weights and first.begin == 0:
                self._edit(self.conditions, first.weights)

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
            self.show(True)
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
        self.recording = recording
        self.runs[self.id] = recording
        self.origins[self.id] = origin
        futures = [each for each in self.runs if each not in {*self.kept, self.id}]
        for each in futures[: max(0, len(futures) - MOST_FUTURES)]:
            del self.runs[each]
        self.show(True)

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
        self.show(True)

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
            self._check_run(run)
            self._leave()
            self.playing = False
            self.phase = None
            self.id = run
            self.recording = self.runs[run]
            self.show(True)

    def forget(self, run: str) -> None:
        """Drop an earlier run; of the present one, that it was to be kept."""
        with self.lock:
            self._check_run(run)
            self.kept.discard(run)
            if run != self.id:
                del self.runs[run]
            self.show(True)

    def _check_run(self, run: str) -> None:
        if run not in self.runs:
            raise ValueError(
                f"There is no run {run!r}; there are: {', '.join(self.runs)}."
            )

    def show(self, changed: bool) -> None:
        """Let `moment` be what there is now; `changed` if `version` is to tell."""
        self.version += changed
        if self.data is not self._shown:
            self._shown = self.data
            self.data_version += 1
        versions = self.version, self.data_version
        self._moment = Moment.of(self.recording, *versions, self.playing, self.phase)
