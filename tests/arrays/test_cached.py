"""Properties that are computed once."""

from halfmoon.arrays.cached import cached_property
from halfmoon.engines.contract import Problem
from halfmoon.engines.predicting import EnginePredictor
from halfmoon.network import Network


class Square:
    calls = 0

    def __init__(self, side):
        self.side = side

    @cached_property
    def area(self):
        """The square of its side."""
        self.calls += 1
        return self.side**2


def test_it_is_computed_once_for_each_object():
    one = Square(2)
    other = Square(3)
    assert (one.area, one.area, other.area) == (4, 4, 9)
    assert (one.calls, other.calls) == (1, 1)
    assert Square.area.__doc__ == "The square of its side."


def test_what_a_fit_reads_has_no_lock():
    """Up to Python 3.11 functools' has one, which a forked child may find closed."""
    for kind in (Problem, Network, EnginePredictor):
        for value in vars(kind).values():
            assert not hasattr(value, "lock"), f"{kind.__name__} has {value}"
