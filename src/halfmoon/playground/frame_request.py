"""A request for a frame, and how the options of its parts are read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from numpy.typing import NDArray

from halfmoon.playground.session import Moment
from halfmoon.training.recording import Recording

Part = tuple[dict[str, Any], dict[str, NDArray[Any]]]  # of a header, and arrays


class FrameRequest(NamedTuple):
    """A moment, every run by its id, and whether the page has these rows not yet."""

    moment: Moment
    runs: Mapping[str, Recording]
    is_new: bool

    def chosen_runs(self, options: Any) -> list[tuple[str, Recording]]:
        """The runs that options name and that are still there; else the present one."""
        names = options.get("runs") if isinstance(options, dict) else None
        if not isinstance(names, list):
            names = [self.moment.run]
        known = [name for name in map(str, names) if name in self.runs]
        return [(name, self.runs[name]) for name in known]


def whole(options: Any, name: str, low: int, high: int) -> int:
    """A whole number among options; ValueError for anything else."""
    value = options.get(name) if isinstance(options, dict) else None
    if type(value) is not int or not low <= value <= high:
        raise ValueError(
            f"{name} must be a whole number from {low} to {high}; got {value!r}."
        )
    return value
