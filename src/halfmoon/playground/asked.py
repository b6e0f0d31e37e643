"""What is asked of a frame, and how a wish of the page is read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from numpy.typing import NDArray

from halfmoon.playground.session import Moment
from halfmoon.training.recording import Recording

Part = tuple[dict[str, Any], dict[str, NDArray[Any]]]  # of a header, and arrays


class Asked(NamedTuple):
    """A moment, every run by its id, and whether the page has these rows not yet."""

    moment: Moment
    runs: Mapping[str, Recording]
    is_new: bool

    def chosen_runs(self, wish: Any) -> list[tuple[str, Recording]]:
        """The runs that a wish names and that are still there; else the present one."""
        names = wish.get("runs") if isinstance(wish, dict) else None
        known = dict(self.runs)
        if not isinstance(names, list):
            names = [name for name in known if known[name] is self.moment.recording]
        return [(name, known[name]) for name in map(str, names) if name in known]


def whole(wish: Any, name: str, low: int, high: int) -> int:
    """A whole number of a wish; ValueError for anything else."""
    value = wish.get(name) if isinstance(wish, dict) else None
    if type(value) is not int or not low <= value <= high:
        raise ValueError(
            f"{name} must be a whole number from {low} to {high}; got {value!r}."
        )
    return value
