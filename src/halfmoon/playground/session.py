"""One playground: runs that grow while a thread trains, and what made them.

All changes are made under one lock; what is seen is a `Moment`, which holds still
while training goes on, since arrays are replaced and never written.
"""

from copy import copy
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
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup
from halfmoon.training.branches import BranchPlayer
from halfmoon.training.recording import Recording


class Moment(NamedTuple):
    """A session as it is at one moment."""

    at: Recording  # of the run that is played; it stands still
    run: str  # its id
    playing: bool
    phase: str | None
    version: int
    data_version: int

    @property
    def update(self) -> int:
        """How many updates have been made."""
        return self.at.update

    @property
    def stopped(self) -> str:
        """Why it does not go on from here, in a word; else nothing."""
        return self.at.stopped

    @property
    def theta(self) -> Array:
        """The present parameters."""
        return self.at.run.theta

    @property
    def network(self) -> Network:
        """The network, whose own theta is not the present one."""
        return self.at.work.network

    @property
    def data(self) -> Data:
        """The rows."""
        data: Data = self.at.stage.conditions.data
        return data

    @property
    def setup(self) -> Setup:
        """Every control's value."""
        setup: Setup = self.at.stage.conditions.setup
        return setup

    def network_now(self) -> Network:
        """A network of its own with the present parameters."""
        network = copy(self.network)
        network.theta = self.theta
        return network


class Session(BranchPlayer):
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
        self.version = 0
        self.data_version = 0
        self.first_run = 1  # the id of the one that is called run 1
        self._shown: Data | None = None
        self._moment: Moment
        setup = setup or Setup()
        conditions = Conditions(setup, make_data(setup, source), source)
        super().__init__(Recording(conditions))

    @property
    def setup(self) -> Setup:
        """Every control's value, at the present update."""
        setup: Setup = self.conditions.setup
        return setup

    @property
    def data(self) -> Data:
        """The rows, at the present update."""
        data: Data = self.conditions.data
        return data

    @property
    def source(self) -> Any:
        """Where they come from, if not from a data set."""
        return self.conditions.source

    def moment(self) -> Moment:
        """What there is to see now, without waiting."""
        return self._moment

    def show(self, changed: bool) -> None:
        """Let `moment` be what there is now; `changed` if `version` is to tell."""
        self.version += changed
        if self.data is not self._shown:
            self._shown = self.data
            self.data_version += 1
        self._moment = Moment(
            self.recording.still(),
            self.id,
            self.playing,
            self.phase,
            self.version,
            self.data_version,
        )

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
                self.begin(new)
                return True
            if differ and differ <= OF_VIEW:
                self._change_view({name: getattr(setup, name) for name in differ})
            elif differ or data is not now.data:
                self.edit(new)
            return False

    def new_weights(self) -> None:
        """Begin with other initial weights: those of the next seed."""
        self.change(seed=self.setup.seed + 1)

    def _change_view(self, changes: dict[str, Any]) -> None:
        """Change what no update depends on, in all stages alike."""
        made: dict[int, Data] = {}

        def changed(old: Conditions) -> Conditions:
            setup = old.setup.change(**changes)
            if "axes" not in changes:
                return old._replace(setup=setup)
            if id(old.data) not in made:
                made[id(old.data)] = make_data(setup, old.source)
            return Conditions(setup, made[id(old.data)], old.source)

        self.restate(changed)
