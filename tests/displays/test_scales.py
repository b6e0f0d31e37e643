"""Logarithmic axes have plain numbers."""

import pytest

from halfmoon.displays.scales import plain_number, set_log_scale
from pictures import ax


@pytest.mark.parametrize(
    ("x", "text"), [(0.001, "0.001"), (1.0, "1"), (0.15, "0.15"), (1e-5, "0.00001")]
)
def test_a_number_has_no_power(x, text):
    assert plain_number(x, 0.0) == text


def test_only_ticks_in_sight_are_shown():
    panel = ax()
    panel.loglog([1, 1000], [0.02, 0.5])
    set_log_scale(panel, (0.001, 0.05, 0.1, 5.0))
    assert list(panel.get_yticks()) == [0.05, 0.1]
    assert len(panel.get_yticks(minor=True)) == 0
    assert panel.xaxis.get_major_formatter()(1000.0) == "1,000"
