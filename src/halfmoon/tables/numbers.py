"""Columns of numbers as inputs: scaled, whether there is a value, by rank, in bins.

What is learned of a column is a `Number`; `Numbers` encodes all of them at once.

    x = the value, or the median where it is missing       [E1]
    z = (x - median) / spread                              [E2]
    a = z / sqrt(1 + (z/3)^2)                              [E3]   within (-3, 3)
    a = (missing - p) / sqrt(p (1 - p))                    [E4]   p: share of missing
    a = Phi^-1(share below x + half the share equal to x)  [E5]   only for classes
    t_i = (x - e_i) / (e_i+1 - e_i), within [0, 1]         [E6]   e_i: edges of bins
    a_i = (t_i - mean of t_i) / 2                          [E7]

The spread is the distance between the quartiles, and where it is 0, half of the range.
[E5] is kept as a table of at most 514 values, and read between them by a straight line.
[E6] and [E7] are the piecewise-linear encoding (Gorishniy et al. 2022).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.binned import places_of
from halfmoon.arrays.cached import cached_property

MOST_BINS = 64
FEWEST_BINS = 4
ROWS_A_BIN = 100  # in the mean, at least
ROWS_AN_ENTRY = 4  # rows for each bin of any column, at least
SMALLEST_DEVIATION = 0.05  # of an indicator: rare ones become no larger than this makes
MOST_SCORES = 512  # a column of more different values keeps some of their scores only
FAR = 1e6  # spreads from the median: beyond, [E3] is 3 in float32
BLOCK = 512  # rows that are encoded at once, so that they stay in the cache
NORMAL = NormalDist()
NOTHING = np.empty(0)

Numbers64 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Number:
    """What was learned of one column of numbers, from training rows.

    `median` fills gaps, `missing` is their share; `low` and `high` are the smallest and
    largest value. `spread` is 0 for a constant column, of which no more than the gaps
    is read. `knots` are values (k,) with their normal `scores` (k,), `edges` those of
    the b bins (b + 1,), and `means` (b,) belong to them. Raises ValueError where these
    do not fit together.
    """

    name: str
    median: float
    missing: float
    low: float
    high: float
    spread: float = 0.0
    knots: Numbers64 = field(default_factory=lambda: NOTHING)
    scores: Numbers64 = field(default_factory=lambda: NOTHING)
    edges: Numbers64 = field(default_factory=lambda: NOTHING)
    means: Numbers64 = field(default_factory=lambda: NOTHING)

    def __post_init__(self) -> None:
        numbers = [self.median, self.missing, self.low, self.high, self.spread]
        tables = [self.knots, self.scores, self.edges, self.means]
        is_whole = (
            np.isfinite(np.concatenate([numbers, *tables])).all()
            and 0.0 <= self.missing < 1.0
            and self.low <= self.median <= self.high
            and self.spread >= 0.0
            and len(self.knots) == len(self.scores)
            and len(self.means) == max(len(self.edges) - 1, 0)
            and bool(np.all(np.diff(self.knots) > 0.0))
            and bool(np.all(np.diff(self.edges) > 0.0))
        )
        if not is_whole:
            raise ValueError(
                f"The encoding of column {self.name!r} does not fit together; it must "
                "hold finite numbers, a median between the lowest and the highest, "
                "increasing knots and edges, one score for each knot and one mean for "
                "each bin."
            )

    @property
    def varies(self) -> bool:
        """Whether the column had more than one value."""
        return self.spread > 0.0

    def as_dict(self) -> dict[str, Any]:
        """Everything that was learned, as numbers and arrays by name."""
        return {known.name: getattr(self, known.name) for known in fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Number":
        """What `as_dict` has given; arrays may have become lists."""
        tables = ("knots", "scores", "edges", "means")
        arrays = {name: np.asarray(data[name], dtype=np.float64) for name in tables}
        return cls(
            name=str(data["name"]),
            median=float(data["median"]),
            missing=float(data["missing"]),
            low=float(data["low"]),
            high=float(data["high"]),
            spread=float(data["spread"]),
            **arrays,
        )


def number_of_bins(n: int, columns: int) -> int:
    """How many bins each of some columns of numbers gets, for n training rows."""
    columns = max(columns, 1)
    bins = min(MOST_BINS, n // ROWS_A_BIN, n // (ROWS_AN_ENTRY * columns))  # [E10]
    return bins if bins >= FEWEST_BINS else 0


def learn_number(name: str, x: Numbers64, bins: int, with_scores: bool) -> Number:
    """What there is to learn of a column x (n,), in which some value is not NaN."""
    is_missing = np.isnan(x)
    seen = x[~is_missing]
    median = 2.0 * float(np.median(seen / 2.0))  # two of the largest overflow
    missing = float(is_missing.mean())
    values, counts = np.unique(seen, return_counts=True)
    ends = float(values[0]), float(values[-1])
    if len(values) == 1:
        return Number(name, median, missing, *ends)
    filled = np.where(is_missing, median, x)
    low, high = np.quantile(filled, [0.25, 0.75])
    spread = high - low if high > low else (values[-1] - values[0]) / 2.0
    knots, scores = normal_scores(values, counts) if with_scores else (NOTHING, NOTHING)
    edges = bin_edges(values, counts, bins) if bins else NOTHING
    if len(edges) < 3:
        edges = NOTHING  # one bin says no more than the value
    means = bin_means(filled, edges)
    tables = (knots, scores, edges, means)
    return Number(name, median, missing, *ends, float(spread), *tables)


def normal_scores(
    values: Numbers64, counts: NDArray[np.int64]
) -> tuple[Numbers64, Numbers64]:
    """Some of the sorted values, at most 514, and their normal scores.

    Where there are more values, the scores of those that are kept are spread evenly.
    """
    r = (np.cumsum(counts) - counts / 2.0) / counts.sum()
    if len(values) > MOST_SCORES:
        first, last = (NORMAL.inv_cdf(rank) for rank in (r[0], r[-1]))
        wanted = np.linspace(first, last, MOST_SCORES // 2 + 1)
        i = np.searchsorted(r, [NORMAL.cdf(score) for score in wanted])
        i = np.unique(np.clip([i - 1, i], 0, len(values) - 1))
        values = values[i]
        r = r[i]
    return values, np.array([NORMAL.inv_cdf(rank) for rank in r])  # [E5]


def bin_edges(values: Numbers64, counts: NDArray[np.int64], bins: int) -> Numbers64:
    """Edges of bins that hold about equally many rows, from sorted values.

    A value that would fill a bin alone is an edge, as are its neighbours; the others
    are quantiles of the remaining rows.
    """
    if len(values) <= bins + 1:
        return values
    n = counts.sum()
    large = np.flatnonzero(counts > n / bins)
    largest_first = np.argsort(-counts[large], kind="stable")
    large = large[largest_first[: bins // 2]]
    beside = np.clip([large - 1, large, large + 1], 0, len(values) - 1)
    rest = np.repeat(np.delete(values, large), np.delete(counts, large))
    left = max(int(np.ceil(bins * np.sqrt(len(rest) / n))), 2)
    quantiles = np.quantile(rest, np.linspace(0.0, 1.0, left + 1))
    return np.unique(np.concatenate([values[beside].ravel(), quantiles]))


def bin_means(x: Numbers64, edges: Numbers64) -> Numbers64:
    """The mean over x (n,) of each of the entries t (n, b) of [E6].

    A row has one entry between 0 and 1, that of its bin; all before it are 1.
    """
    if len(edges) == 0:
        return NOTHING
    b = len(edges) - 1
    q, t = places_of(x, edges)  # [E6]
    within = np.bincount(q, t, b)
    beyond = len(x) - np.cumsum(np.bincount(q, minlength=b))
    return (within + beyond) / len(x)


class _Packed(NamedTuple):
    """All columns side by side: c of them, of which v vary and g have gaps; B bins."""

    medians: Numbers64  # (c,)
    varying: NDArray[np.intp]  # (v,) indices of columns
    spreads: Numbers64  # (v,)
    gaps: NDArray[np.intp]  # (g,) indices of columns
    shares: Numbers64  # (g,)
    deviations: Numbers64  # (g,)
    source: NDArray[np.intp]  # (B,) which of the v columns a bin belongs to
    lower: Numbers64  # (B,)
    widths: Numbers64  # (B,)
    means: Numbers64  # (B,)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Columns of numbers, encoded side by side.

    First all values [E3], then whether they are missing [E4], then normal scores [E5],
    then bins [E7].
    """

    columns: tuple[Number, ...] = ()

    @cached_property
    def names(self) -> list[str]:
        """A name for each input."""
        varying = [column for column in self.columns if column.varies]
        return [
            *(column.name for column in varying),
            *(f"{column.name} is missing" for column in self.columns if column.missing),
            *(f"{column.name} by rank" for column in varying if len(column.knots)),
            *(name for column in varying for name in _bin_names(column)),
        ]

    def encode(self, X: Numbers64, out: NDArray[np.float32]) -> None:
        """Write the inputs (n, m) of a table X (n, c), in which NaN is missing."""
        if not self.columns:
            return
        for start in range(0, len(X), BLOCK):
            rows = slice(start, start + BLOCK)
            self._encode_block(X[rows], out[rows])

    @property
    def bins(self) -> NDArray[np.int64]:
        """How many bins each column has that has some."""
        counts = [len(column.means) for column in self.columns if len(column.means)]
        return np.array(counts, dtype=np.int64)

    @property
    def means(self) -> Numbers64:
        """The mean of each bin's entry."""
        return self._packed.means

    def encode_binned(
        self, X: Numbers64, others: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Write all inputs but bins into `others`; returns the places among these.

        The places (n, 2 columns) are those of arrays/binned.py.
        """
        varying = [column for column in self.columns if column.varies]
        binned = [(j, c.edges) for j, c in enumerate(varying) if len(c.edges)]
        places = np.empty((len(X), 2 * len(binned)), dtype=np.float32)
        for start in range(0, len(X), BLOCK):
            rows = slice(start, start + BLOCK)
            x = self._encode_values(X[rows], others[rows])
            for column, (j, edges) in enumerate(binned):
                q, t = places_of(x[:, j], edges)  # [E6]
                places[rows, 2 * column] = q
                places[rows, 2 * column + 1] = t
        return places

    def _encode_block(self, X: Numbers64, out: NDArray[np.float32]) -> None:
        """Write the inputs of a few rows into `out`."""
        p = self._packed
        x = self._encode_values(X, out)
        if len(p.source):
            with np.errstate(over="ignore"):
                t = (x[:, p.source] - p.lower) / p.widths  # [E6]
            t = np.minimum(np.maximum(t, 0.0, out=t), 1.0, out=t)
            t -= p.means
            out[:, -len(p.source) :] = np.multiply(t, 0.5, out=t)  # [E7]

    def _encode_values(self, X: Numbers64, out: NDArray[np.float32]) -> Numbers64:
        """Write all inputs but bins; returns the values (n, v) of what varies."""
        p = self._packed
        is_missing = np.isnan(X)
        x = np.where(is_missing, p.medians, X)  # [E1]
        x = x[:, p.varying]
        with np.errstate(over="ignore"):
            z = (x - p.medians[p.varying]) / p.spreads  # [E2]
        z = np.minimum(np.maximum(z, -FAR), FAR)
        v = len(p.varying)
        out[:, :v] = z / np.sqrt(1.0 + (z / 3.0) ** 2)  # [E3]
        place = v + len(p.gaps)
        if len(p.gaps):
            a = (is_missing[:, p.gaps] - p.shares) / p.deviations  # [E4]
            out[:, v:place] = a
        for j, knots, scores in self._scored:
            out[:, place] = np.interp(x[:, j], knots, scores)
            place += 1
        return x

    @cached_property
    def _packed(self) -> _Packed:
        missing = np.array([column.missing for column in self.columns])
        varying = [column for column in self.columns if column.varies]
        gaps = np.flatnonzero(missing)
        p = missing[gaps]
        return _Packed(
            medians=np.array([column.median for column in self.columns]),
            varying=np.flatnonzero([column.varies for column in self.columns]),
            spreads=np.array([column.spread for column in varying]),
            gaps=gaps,
            shares=p,
            deviations=np.maximum(np.sqrt(p * (1.0 - p)), SMALLEST_DEVIATION),
            source=np.repeat(range(len(varying)), [len(c.means) for c in varying]),
            lower=np.concatenate([NOTHING, *(c.edges[:-1] for c in varying)]),
            widths=np.concatenate([NOTHING, *(np.diff(c.edges) for c in varying)]),
            means=np.concatenate([NOTHING, *(c.means for c in varying)]),
        )

    @cached_property
    def _scored(self) -> list[tuple[int, Numbers64, Numbers64]]:
        """Which of the columns that vary have scores, and these."""
        varying = (column for column in self.columns if column.varies)
        return [
            (j, column.knots, column.scores)
            for j, column in enumerate(varying)
            if len(column.knots)
        ]


def _bin_names(column: Number) -> list[str]:
    edges = [f"{edge:g}" for edge in column.edges]
    return [
        f"{column.name} in bin {i} ({edges[i]} to {edges[i + 1]})"
        for i in range(len(column.means))
    ]
