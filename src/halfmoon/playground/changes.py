"""What a change of the controls means: whether training goes on, or begins anew."""

from typing import Any

from halfmoon.components.features import PLANE
from halfmoon.components.losses import LOSSES
from halfmoon.playground.building import Conditions
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup

OF_DATA = {
    *("data", "rows", "noise", "data_seed", "test_share"),
    *("features", "target", "task", "groups", "axes"),
}
# with these, the weights begin anew
STARTS_OVER = {"data", "features", "target", "hidden", "initializer", "seed"}
# these change no update
OF_VIEW = {"axes", "stop_loss", "stop_score", "patience"}


def differing(old: Setup, new: Setup) -> set[str]:
    """The names of the settings that differ."""
    before = vars(old)
    return {name for name, value in vars(new).items() if value != before[name]}


def completed(setup: Setup, settings: dict[str, Any]) -> Setup:
    """A setup with changes; layers that are added take the last one's activation.

    Features are those of a table, or of points: they do not outlive the other.

    >>> completed(Setup(), {"hidden": [3, 4]}).activations
    ('tanh', 'tanh')
    """
    hidden = settings.get("hidden")
    if isinstance(hidden, list | tuple) and "activations" not in settings:
        known = setup.activations or ("tanh",)
        padded = known + known[-1:] * len(hidden)
        settings = {**settings, "activations": padded[: len(hidden)]}
    is_table = settings.get("data", setup.data) == "table"
    if is_table != (setup.data == "table"):
        settings = {"features": PLANE, **settings}
    return setup.change(**settings)


def with_loss(setup: Setup, data: Data) -> Setup:
    """The same setup; a loss of another task gives way to the automatic one."""
    if setup.loss != "auto" and not LOSSES.make(setup.loss).suits(data.task):
        return setup.change(loss="auto")
    return setup


def begins_anew(old: Conditions, new: Conditions) -> bool:
    """Whether weights that were learned under the old ones are of no use now."""
    differ = differing(old.setup, new.setup) & STARTS_OVER
    is_same = old.setup.data.partition(":")[0] == new.setup.data.partition(":")[0]
    if is_same or new.setup.data == "drawn":  # a data set whose points are moved
        differ -= {"data"}
    shape = [
        (each.inputs, each.classes, each.task, each.target)
        for each in (old.data, new.data)
    ]
    return bool(differ) or shape[0] != shape[1]
