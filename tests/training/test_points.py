"""When a recorded run is measured, and by whom."""

from itertools import pairwise

import numpy as np
import pytest

from halfmoon.training.points import Point, measured_points, next_measured
from halfmoon.training.stages import Last

THETA = np.array([1.0, 2.0])


def test_a_point_is_measured_once_by_who_looks_first():
    asked = []

    def measure(theta):
        asked.append(theta)
        return theta.sum()

    point = Point(5, Last(), THETA, measure)
    assert asked == []
    assert point.measures == point.measures == 3.0
    assert len(asked) == 1
    assert point.theta is THETA
    point.forget_theta()
    assert (point.theta, point.measures) == (None, 3.0)


def test_points_are_measured_as_far_as_there_is_time_the_latest_first():
    points = [Point(update, Last(), THETA, np.sum) for update in range(5)]
    points[1].measure()
    for found in ([1, 4], [1, 4]):
        measured = measured_points(points, seconds=0.0)
        assert [point.update for point in measured] == found
    assert not points[0].is_measured
    assert measured_points(points, seconds=np.inf) == points
    assert all(point.is_measured for point in points)


def test_parameters_are_not_forgotten_before_they_are_measured():
    point = Point(5, Last(), THETA, np.max)
    point.forget_theta()
    assert point.measures == 2.0


@pytest.mark.parametrize("per_epoch", [1, 2, 100])
def test_updates_are_measured_evenly_on_a_logarithmic_axis_or_far_apart(per_epoch):
    measured = [0]
    while measured[-1] < 10**5:
        measured.append(next_measured(measured[-1], per_epoch))
    assert measured[:3] == [0, 1, 2]
    assert all(one < other for one, other in pairwise(measured))
    # wherever one stands, the next one is the same
    for update in range(0, 3000, 7):
        later = next(each for each in measured if each > update)
        assert next_measured(update, per_epoch) == later
    apart = np.diff([each for each in measured if each > 3 * per_epoch])
    assert apart.min() >= 2 * (per_epoch - 1)
    steps = np.diff(np.log10([each for each in measured if each >= 10**4]))
    if per_epoch < 100:
        np.testing.assert_allclose(steps, 1.0 / 60.0, rtol=0.02)
