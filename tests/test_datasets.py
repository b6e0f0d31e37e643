"""Data sets that can be drawn: their shapes, their noise, and the curves they
lie on.
"""

import numpy as np
import pytest
from sklearn.datasets import make_moons

from halfmoon.datasets import DATASETS, Blobs, Dataset, Spiral, make, thumbnail

each_name = pytest.mark.parametrize("name", DATASETS)
classification = pytest.mark.parametrize(
    "name", [name for name in DATASETS if DATASETS[name].task == "classification"]
)


@each_name
@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_n_rows_come_as_a_table_with_a_truth_each(name, n):
    X, y = make(name, n=n, noise=0.1)
    assert X.shape[0] == n
    assert X.ndim == 2
    assert y.shape == (n,)
    assert X.dtype == np.float64
    assert np.isfinite(X).all()
    assert np.isfinite(y).all()


@each_name
def test_the_task_is_told(name):
    _, y = make(name, n=50)
    kind = {"classification": "i", "regression": "f"}[DATASETS[name].task]
    assert y.dtype.kind == kind


@classification
def test_all_classes_come_up_about_as_often(name):
    _, y = make(name, n=3000, seed=4)
    counts = np.bincount(y)
    assert len(counts) >= 2
    np.testing.assert_allclose(counts, 3000 / len(counts), rtol=0.08)


@each_name
def test_the_seed_decides(name):
    first, again, other = (make(name, n=40, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@each_name
def test_numpys_own_random_state_is_left_alone(name):
    np.random.seed(11)
    expected = np.random.RandomState(11).uniform()
    make(name)
    assert np.random.uniform() == expected


@each_name
@pytest.mark.parametrize("noise", [0.05, 0.7])
def test_noise_is_a_standard_deviation(name, noise):
    clean = make(name, n=4000, noise=0.0)
    noisy = make(name, n=4000, noise=noise)
    what, other = (0, 1) if DATASETS[name].task == "classification" else (1, 0)
    np.testing.assert_array_equal(clean[other], noisy[other])
    difference = noisy[what] - clean[what]
    assert difference.mean() == pytest.approx(0.0, abs=0.05 * noise)
    assert difference.std() == pytest.approx(noise, rel=0.05)


@each_name
def test_a_thumbnail_fills_a_square(name):
    places, y = thumbnail(name, n=60)
    assert places.min() >= 0.0
    assert places.max() <= 1.0
    assert max(np.ptp(places, axis=0)) == pytest.approx(1.0, abs=1e-3)
    middle = places.min(axis=0) + places.max(axis=0)
    np.testing.assert_allclose(middle, 1.0, atol=2e-3)
    assert len(places) == len(y)
    assert y.min() >= 0
    assert y.max() <= (1 if DATASETS[name].task == "regression" else 5)


@each_name
@pytest.mark.parametrize(
    ("n", "noise"), [(0, 0.1), (-5, 0.1), (10, -0.1), (10, np.nan), (10, np.inf)]
)
def test_impossible_wishes_are_refused_in_words(name, n, noise):
    with pytest.raises(ValueError, match="n of at least 1, noise of at least 0"):
        make(name, n=n, noise=noise)


def test_moons_are_the_tutorials_points():
    np.random.seed(0)
    X, y = make_moons(200, noise=0.20)
    got = make("moons", n=200, noise=0.2, seed=0)
    np.testing.assert_array_equal(got[0], X)
    np.testing.assert_array_equal(got[1], y)


def test_moons_lie_on_two_half_circles():
    X, y = make("moons", n=100, noise=0.0)
    upper = X[y == 0]
    lower = X[y == 1] - [1.0, 0.5]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, rtol=1e-12)
    np.testing.assert_allclose(np.hypot(*lower.T), 1.0, rtol=1e-12)
    assert (upper[:, 1] >= 0).all()
    assert (lower[:, 1] <= 1e-15).all()


@pytest.mark.parametrize(
    ("spec", "inner"),
    [("circles", 0.5), ("circles:factor=0.2", 0.2), ("circles:factor=0", 0.0)],
)
def test_circles_have_the_radii_they_say(spec, inner):
    X, y = make(spec, n=100, noise=0.0)
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1.0, inner), rtol=1e-12)


@pytest.mark.parametrize("classes", [1, 3, 5])
def test_blobs_sit_evenly_on_a_circle(classes):
    X, y = make(Blobs(classes=classes), n=200, noise=0.0)
    assert set(y) == set(range(classes))
    turn = np.arctan2(X[:, 1], X[:, 0]) % (2 * np.pi)
    np.testing.assert_allclose(np.hypot(*X.T), 1.0, rtol=1e-12)
    np.testing.assert_allclose(np.cos(turn - 2 * np.pi * y / classes), 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("blobs", "blobs:classes=3"),
        ("spiral", "spiral:arms=2,turns=1.0"),
        ("circles", "circles:factor=0.5"),
    ],
)
def test_what_is_not_said_is_the_usual(short, long):
    for got, expected in zip(
        make(short), make(long, n=200, noise=0.1, seed=0), strict=True
    ):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(("arms", "turns"), [(2, 1.0), (3, 0.5), (5, 2.0)])
def test_a_spirals_arms_turn_as_they_go_out(arms, turns):
    X, y = make(Spiral(arms=arms, turns=turns), n=300, noise=0.0)
    radius = np.hypot(*X.T)
    angle = 2 * np.pi * (y / arms + turns * radius)
    np.testing.assert_allclose(
        X, np.c_[radius * np.cos(angle), radius * np.sin(angle)], atol=1e-12
    )
    assert np.sqrt(0.02) <= radius.min() < 0.18
    assert 0.98 < radius.max() <= 1.0
    # evenly over the disc: radius^2 is uniform
    assert np.median(radius**2) == pytest.approx(0.51, abs=0.08)


def test_xor_tells_quadrants_apart():
    X, y = make("xor", n=500, noise=0.0)
    np.testing.assert_array_equal(y == 1, (X[:, 0] > 0) == (X[:, 1] > 0))
    assert np.abs(X).max() <= 1.0


def test_wave_is_a_sine():
    X, y = make("wave", n=300, noise=0.0)
    np.testing.assert_allclose(y, np.sin(np.pi * X[:, 0]), rtol=1e-12)
    assert -2.0 <= X.min() < -1.9
    assert 1.9 < X.max() <= 2.0


def test_a_checkerboards_neighbours_differ():
    X, y = make("checkerboard", n=500, noise=0.0)
    # the sign of a product of two square waves, as for xor
    expected = np.sign(np.sin(2 * np.pi * X[:, 0]) * np.sin(2 * np.pi * X[:, 1])) < 0
    np.testing.assert_array_equal(y == 1, expected)
    three = make("checkerboard:classes=3,squares=6", n=500, noise=0.0)
    inside = np.abs(three[0] - [-5 / 6, -5 / 6]).max(axis=1) < 1 / 6
    assert set(three[1][inside]) == {0}


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_rings_lie_around_one_another(classes):
    X, y = make(f"rings:classes={classes}", n=600, noise=0.0)
    np.testing.assert_array_equal(y, np.floor(np.hypot(*X.T) * classes))


@pytest.mark.parametrize("classes", [2, 5])
def test_clouds_are_five_times_as_long_as_wide(classes):
    X, y = make(f"clouds:classes={classes}", n=5000 * classes, noise=0.0, seed=1)
    for c in range(classes):
        cloud = X[y == c]
        turn = 2 * np.pi * c / classes
        middle = 0.6 * np.array([np.cos(turn), np.sin(turn)])
        np.testing.assert_allclose(cloud.mean(axis=0), middle, atol=0.03)
        widths = np.sqrt(np.linalg.eigvalsh(np.cov(cloud.T)))
        np.testing.assert_allclose(widths, [0.1, 0.5], rtol=0.05)


@pytest.mark.parametrize(
    ("shape", "x", "height"),
    [
        ("line", 0.8, 0.4),
        ("parabola", 1.0, 1.0),
        ("sine", 0.5, 0.6),
        ("cubic", 0.5, -0.8),
        ("v", -0.9, 0.6),
    ],
)
def test_the_classes_lie_below_and_above_the_curve(shape, x, height):
    X, y = make(f"curve:shape={shape}", n=20_000, noise=0.0)
    near = np.abs(X[:, 0] - x) < 0.02
    assert X[near & (y == 0), 1].max() == pytest.approx(height, abs=0.1)
    assert X[near & (y == 1), 1].min(initial=1.0) == pytest.approx(height, abs=0.1)


def test_a_curve_that_is_none_is_refused_in_words():
    with pytest.raises(ValueError, match="shape must be 'line', 'parabola'"):
        make("curve:shape=circle")


def test_the_plane_is_one():
    X, y = make("plane", n=100, noise=0.0)
    np.testing.assert_allclose(y, 0.5 * X[:, 0] + 0.5 * X[:, 1], rtol=1e-12)


def test_bumps_are_highest_and_lowest_in_their_middles():
    X, y = make("bumps", n=40_000, noise=0.0)
    assert y.max() == pytest.approx(1.0, abs=0.02)
    assert y.min() == pytest.approx(-1.0, abs=0.02)
    np.testing.assert_allclose(np.abs(X[y.argmax()]), [0.6, 0.0], atol=0.05)
    np.testing.assert_allclose(np.abs(X[y.argmin()]), [0.0, 0.6], atol=0.05)
    # turned by a quarter, hills are hollows
    middle = np.hypot(*X.T) < 0.02
    assert np.abs(y[middle]).max() < 1e-3


def test_a_data_set_that_defines_nothing_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="define draw"):
        Dataset().draw(1, 0.0, np.random.RandomState(0))
