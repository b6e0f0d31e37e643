"""Diseases of the data: columns, target, validation rows. The network is only asked how well it fits them."""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from halfmoon.diagnose.case import FEW, Case, Found, disease
from halfmoon.elementary import Array


def _listed(case: Case, places: Any) -> str:
    """The columns by name, the first five of many."""
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return ", ".join(case.names[place] for place in places[:5]) + more


@disease
def constant_columns(case: Case) -> Found:
    """A column has at least two values."""
    places = np.flatnonzero(np.ptp(case.all.X, axis=0) == 0.0)
    finding = f"The same value in all {len(case.all.X)} rows: {_listed(case, places)}."
    remedy = "Leave them out of X: their weights, in the first of hidden_layer_sizes, only double the biases."
    return (len(places), finding, remedy) if len(places) else None


@disease
def unscaled_inputs(case: Case) -> Found:
    """A column's root mean square is at most 10; its farthest value lies at least 0.03, a tenth of the mean and 1/30 of
    another column's standard deviation from its mean (the number is the worst of these, in units of what is allowed).

    The curvature along a weight goes with the square of its input, so that no learning rate suits unlike columns (LeCun
    et al. 1998, Efficient BackProp, 4.3), and large inputs push units onto their flat sides: 10 means 100 times the
    curvature of a standardised column. Smallness is judged by the farthest value, in a normal column 3 standard
    deviations away, so that rare indicators and pixels that are mostly 0 are left in peace.
    """
    X = case.rows.X.astype(np.float64)
    mean, spread = X.mean(axis=0), X.std(axis=0)
    reach = np.abs(X - mean).max(axis=0)
    size, reach = np.hypot(mean, spread), np.where(reach > 0.0, reach, np.inf)
    others = spread[size <= 10.0].max(initial=0.0)
    far = np.max([size / 10.0, np.abs(mean) / (10.0 * reach), 0.03 / reach, others / (30.0 * reach)], axis=0)
    far[np.isinf(reach)] = 0.0  # a constant has a verdict of its own
    worst, places = int(far.argmax()), np.flatnonzero(far > 1.0)
    finding = (
        f"Off scale: {_listed(case, places)}; {case.names[worst]} has mean {mean[worst]:.3g} and standard deviation"
    )
    remedy = "Standardise X, (x - mean) / standard deviation; a smaller learning_rate_init would only make all slow."
    return (far[worst], f"{finding} {spread[worst]:.3g}.", remedy) if len(places) else None


@disease
def unscaled_target(case: Case) -> Found:
    """A real y has a standard deviation of 0.1 to 10, and a mean within 10 of these (or units) from 0, or else half of
    the best constant's loss is explained (the number is in units of what is allowed).

    Scores begin with mean 0 and a spread of about 1; a bias must travel to y's mean and the last weights grow to its
    spread, with Adam by no more than learning_rate_init an update. An order of magnitude is allowed.
    """
    y = case.rows.y.astype(np.float64)
    mean, spread = y.mean(axis=0), np.where(np.ptp(y, axis=0) > 0.0, y.std(axis=0), 1.0)
    far = np.max([spread / 10.0, 0.1 / spread, np.abs(mean) / (10.0 * np.maximum(spread, 1.0))], axis=0)
    worst = int(far.argmax())
    if case.network.loss.target != "real" or far[worst] <= 1.0 or not case.skill < 0.5:
        return None
    finding = f"y has mean {mean[worst]:.3g} and standard deviation {spread[worst]:.3g}; {case.skill:.2f} is explained."
    return far[worst], finding, "Fit (y - mean) / standard deviation and turn predictions back: normalize_y=True."


def _auc(low: Array, high: Array) -> float:
    """P(low < high) + P(low = high) / 2, folded to [1/2, 1]: how well a threshold parts them."""
    order = np.sort(low)
    below = np.searchsorted(order, high, "left") + np.searchsorted(order, high, "right")
    return 0.5 + abs(float(below.mean()) / (2.0 * len(low)) - 0.5)


def _parted(x: Array, codes: Array) -> float:
    """The smallest AUC between classes that are neighbours on x, of those with 5 rows at least."""
    groups = [group for code in np.unique(codes) if len(group := x[codes == code]) >= 5]
    return min((_auc(*pair) for pair in pairwise(sorted(groups, key=np.median))), default=0.0)


def _targets(case: Case, y: Array) -> list[Array]:
    """Each target as codes (n,): classes, labels, or the quarters of a value."""
    loss = case.network.loss
    if loss.target == "classes":
        return [part.argmax(axis=1) for part in np.split(y, np.cumsum(loss.classes(case.network.k))[:-1], axis=1)]
    shares = [0.5] if loss.target == "labels" else [0.25, 0.5, 0.75]
    return [np.searchsorted(shares if loss.target == "labels" else np.quantile(t, shares), t) for t in y.T]


@disease
def leaking_column(case: Case) -> Found:
    """No column alone tells classes, or the quarters of a value, with an AUC over 0.999 while the others stay below
    0.99: it may be a copy of the target.

    The AUC is the best threshold's, the smallest between neighbouring classes. An easy problem is no leak: nothing is
    said with fewer than three varying columns, where over a third are that good or another is less than ten times as
    far from perfect; nor below 50 rows, of which chance parts 5 from the rest by one column in a million.
    """
    X, y, _ = case.all.draw(FEW)
    d = np.count_nonzero(np.ptp(X, axis=0))
    for target in _targets(case, y) if len(X) >= 50 and d >= 3 else []:
        quality = np.array([_parted(x, target) for x in X.T])
        places, rest = np.flatnonzero(quality > 0.999), quality[quality <= 0.999].max(initial=0.0)
        if 0 < len(places) <= d / 3 and rest < 0.99:
            listed = _listed(case, places)
            finding = f"{listed} alone has an AUC of {quality.max():.4f}, the best of the others {rest:.3f}."
            remedy = f"Unless {listed} is known before the target is, leave it out of X and choose alpha anew."
            return quality.max(), finding, remedy
    return None


@partial(disease, needs="validation")
def validation_set_too_small(case: Case) -> Found:
    """There are 20 validation rows, and the share of the best constant's loss that is explained on them has a standard
    error of at most 0.1.

    Then its 95% interval is 0.4 wide, on a scale from nothing to all. It is a ratio of two means (Cochran 1977, 6.13);
    weights count as n = (sum w)^2 / sum w^2 rows (Kish 1965). Below 20 rows a standard error is itself uncertain by a
    sixth, 1/sqrt(2(n-1)), and is not relied on.
    """
    rows = case.validation
    assert rows is not None
    each, constant = case.losses(rows), case.losses(rows, constant=True)
    start, n = rows.mean(constant)[0], rows.weight.sum() ** 2 / (rows.weight @ rows.weight)
    left = rows.mean(each)[0] / start
    error = rows.mean(each - left * constant)[1] / start
    wanted = int(np.ceil(max(n * (12.0 * error) ** 2, 25.0)))
    share = np.ceil(100.0 * wanted / (len(rows.X) + len(case.all.X))) / 100.0
    remedy = f"Set validation_fraction={share:g}, about {wanted} rows, with early_stopping=True."
    if share > 0.5:
        remedy = f"Cross-validate, with early_stopping=False: {wanted} rows are needed, over half of all."
    finding = f"{n:.0f} rows explain {1.0 - left:.2f}, give or take {error:.2g}."
    return (error, finding, remedy) if error > 0.1 or n < 20.0 else None
