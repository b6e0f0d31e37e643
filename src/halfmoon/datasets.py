"""Data sets that are drawn at random, for classification and regression.

scikit-learn's generators serve where it has them, so ``make("moons", n=200, noise=0.2,
seed=0)`` are the very points of the tutorial.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from halfmoon.components.registry import Component, Registry
from halfmoon.components.rules import INF, Integer, Number, OneOf, setting

Points = tuple[NDArray[np.float64], NDArray[Any]]


class Dataset(Component):
    """Draws n rows X (n, d), with class numbers or values y (n,)."""

    task: ClassVar[str] = "classification"

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        """X and y; `noise` is a standard deviation in units of X (regression: of y)."""
        raise NotImplementedError(
            f"{type(self).__name__} must define draw(n, noise, rng)."
        )

    def border(self, x: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Where two classes meet, as x2 (m,) over x1 (m,); None if no such curve is."""
        return None


DATASETS: Registry[Dataset] = Registry("data set", Dataset)


def make(
    name: str | Dataset, n: int = 200, noise: float = 0.1, seed: int = 0
) -> Points:
    """Draw rows of a data set.

    Parameters
    ----------
    name : str or Dataset
        A data set by name, such as "spiral:arms=3", or an instance.
    n : int, default=200
        How many rows.
    noise : float, default=0.1
        The standard deviation of what is added to X, or for regression to y.
    seed : int, default=0
        The same seed gives the same rows.

    Returns
    -------
    X : array (n, d)
        The rows.
    y : array (n,)
        Class numbers, or values.

    Raises
    ------
    ValueError
        For an unknown name, or numbers out of range.

    Examples
    --------
    >>> X, y = make("spiral:arms=3", n=300)
    >>> X.shape, np.bincount(y).tolist()
    ((300, 2), [100, 100, 100])
    """
    if n < 1 or not 0.0 <= noise < np.inf or not 0 <= seed < 2**32:
        raise ValueError(
            "A data set needs n of at least 1, noise of at least 0 and a seed from 0 "
            f"to 2^32 - 1; got n={n}, noise={noise}, seed={seed}."
        )
    return DATASETS.make(name).draw(n, noise, np.random.RandomState(seed))


def thumbnail(name: str | Dataset, n: int = 120) -> Points:
    """A few points of a data set, placed for a small picture.

    Parameters
    ----------
    name : str or Dataset
        A data set by name, or an instance.
    n : int, default=120
        How many points.

    Returns
    -------
    places : array (n, 2)
        The points in a square of side 1, to three digits; of one column, y is their
        height.
    y : array (n,)
        Class numbers, or values from 0 to 1, where 0 of the data set is 0.5.

    Examples
    --------
    >>> places, y = thumbnail("moons")
    >>> float(places.min()), float(places.max()), np.unique(y).tolist()
    (0.0, 1.0, [0, 1])
    """
    X, y = make(name, n, 0.08, 1)
    places = X if X.shape[1] == 2 else np.column_stack([X, y])
    size = np.ptp(places, axis=0)
    margin = 0.5 * (size.max() - size)
    places = (places - places.min(axis=0) + margin) / size.max()
    if DATASETS.make(name).task == "regression":
        y = np.round(0.5 + 0.5 * y / np.abs(y).max(), 3)
    return np.round(places, 3), y


@DATASETS.register("moons")
@dataclass(frozen=True)
class Moons(Dataset):
    """Two interleaved half moons: no straight line parts them.

    The tutorial's data, at noise 0.2 and seed 0.
    """

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        from sklearn.datasets import make_moons

        X, y = make_moons(n, noise=noise, random_state=rng)
        return X, y


@DATASETS.register("circles")
@dataclass(frozen=True)
class Circles(Dataset):
    """A ring around a disc's edge: two circles with one centre."""

    factor: float = setting(0.5, Number("[", 0, 1, ")"), "radius of the inner circle")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        from sklearn.datasets import make_circles

        X, y = make_circles(n, noise=noise, factor=self.factor, random_state=rng)
        return X, y


@DATASETS.register("blobs")
@dataclass(frozen=True)
class Blobs(Dataset):
    """Round clouds, one a class, their centres evenly spaced on a unit circle."""

    classes: int = setting(3, Integer("[", 1, INF, ")"), "how many clouds")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        from sklearn.datasets import make_blobs

        angle = 2.0 * np.pi * np.arange(self.classes) / self.classes
        X, y = make_blobs(
            n,
            centers=np.c_[np.cos(angle), np.sin(angle)],
            cluster_std=noise,
            random_state=rng,
        )[:2]
        return X, y


@DATASETS.register("spiral")
@dataclass(frozen=True)
class Spiral(Dataset):
    """Arms that wind around one another, one a class: hard for small networks."""

    arms: int = setting(2, Integer("[", 1, INF, ")"), "how many arms")
    turns: float = setting(1.0, Number("(", 0, INF, ")"), "how often each winds around")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        y = np.arange(n) % self.arms
        radius = np.sqrt(rng.uniform(0.02, 1.0, n))
        angle = 2.0 * np.pi * (y / self.arms + self.turns * radius)
        X = np.c_[radius * np.cos(angle), radius * np.sin(angle)]
        return X + noise * rng.standard_normal(X.shape), y


@DATASETS.register("xor")
@dataclass(frozen=True)
class Xor(Dataset):
    """Four quadrants, opposite ones alike: the problem no single line can solve.

    (Minsky & Papert 1969)
    """

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        y = (X[:, 0] * X[:, 1] > 0.0).astype(np.int64)
        return X + noise * rng.standard_normal(X.shape), y


@DATASETS.register("checkerboard")
@dataclass(frozen=True)
class Checkerboard(Dataset):
    """Squares in rows and columns, the classes in turn: xor gone on with."""

    classes: int = setting(2, Integer("[", 2, INF, ")"), "how many classes")
    squares: int = setting(4, Integer("[", 2, INF, ")"), "how many squares a side has")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        column, row = np.floor((X + 1.0) * self.squares / 2.0).astype(np.int64).T
        y = (column + row) % self.classes
        return X + noise * rng.standard_normal(X.shape), y


@DATASETS.register("rings")
@dataclass(frozen=True)
class Rings(Dataset):
    """A disc and rings around it of the same width, one a class."""

    classes: int = setting(3, Integer("[", 2, INF, ")"), "the disc and its rings")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        y = np.arange(n) % self.classes
        inner = y / self.classes
        outer = (y + 1.0) / self.classes
        # evenly over the area of the ring
        radius = np.sqrt(rng.uniform(inner**2, outer**2))
        angle = rng.uniform(0.0, 2.0 * np.pi, n)
        X = np.c_[radius * np.cos(angle), radius * np.sin(angle)]
        return X + noise * rng.standard_normal(X.shape), y


@DATASETS.register("clouds")
@dataclass(frozen=True)
class Clouds(Dataset):
    """Long clouds (normal distributions), one a class, each turned its own way."""

    classes: int = setting(2, Integer("[", 2, INF, ")"), "how many clouds")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        y = np.arange(n) % self.classes
        turn = 2.0 * np.pi * y / self.classes
        along = 0.5 * rng.standard_normal(n)
        across = 0.1 * rng.standard_normal(n)
        # each lies across the direction from the middle to its own
        X = np.c_[
            (0.6 + across) * np.cos(turn) - along * np.sin(turn),
            (0.6 + across) * np.sin(turn) + along * np.cos(turn),
        ]
        return X + noise * rng.standard_normal(X.shape), y


CURVES = {
    "line": lambda x: 0.5 * x,
    "parabola": lambda x: 1.5 * x**2 - 0.5,
    "sine": lambda x: 0.6 * np.sin(np.pi * x),
    "cubic": lambda x: 0.8 * (4.0 * x**3 - 3.0 * x),
    "v": lambda x: 1.5 * np.abs(x) - 0.75,
}


@DATASETS.register("curve")
@dataclass(frozen=True)
class Curve(Dataset):
    """Points below a known curve and above it.

    line        x2 = x1 / 2
    parabola    x2 = 3/2 x1^2 - 1/2
    sine        x2 = 3/5 sin(pi x1)
    cubic       x2 = 4/5 (4 x1^3 - 3 x1)
    v           x2 = 3/2 |x1| - 3/4
    """

    shape: str = setting("parabola", OneOf(*CURVES), "the curve")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        y = (X[:, 1] > CURVES[self.shape](X[:, 0])).astype(np.int64)
        return X + noise * rng.standard_normal(X.shape), y

    def border(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The curve."""
        return np.asarray(CURVES[self.shape](x))


@DATASETS.register("plane")
@dataclass(frozen=True)
class Plane(Dataset):
    """Regression in two inputs: y = (x1 + x2) / 2 on [-1, 1]^2, with noise on y."""

    task = "regression"

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        return X, X.mean(axis=1) + noise * rng.standard_normal(n)


@DATASETS.register("bumps")
@dataclass(frozen=True)
class Bumps(Dataset):
    """Regression in two inputs: hills and hollows in turn, with noise on y.

    y = sum_j (-1)^j exp(-|x - c_j|^2 / 0.1), the centres c_j evenly on a circle of
    radius 0.6.
    """

    task = "regression"

    bumps: int = setting(4, Integer("[", 1, INF, ")"), "how many hills and hollows")

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-1.0, 1.0, (n, 2))
        y = np.zeros(n)
        for j in range(self.bumps):
            angle = 2.0 * np.pi * j / self.bumps
            centre = 0.6 * np.array([np.cos(angle), np.sin(angle)])
            y += (-1.0) ** j * np.exp(-((X - centre) ** 2).sum(axis=1) / 0.1)
        return X, y + noise * rng.standard_normal(n)


@DATASETS.register("wave")
@dataclass(frozen=True)
class Wave(Dataset):
    """Regression in one input: y = sin(pi x) on [-2, 2], with noise on y."""

    task = "regression"

    def draw(self, n: int, noise: float, rng: np.random.RandomState) -> Points:
        X = rng.uniform(-2.0, 2.0, (n, 1))
        return X, np.sin(np.pi * X[:, 0]) + noise * rng.standard_normal(n)
