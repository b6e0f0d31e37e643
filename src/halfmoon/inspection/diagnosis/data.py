"""Diseases of the data: columns, target, validation rows. The network is only asked how
well it fits them.

Of each docstring the first paragraph is the rule that a verdict quotes; the second says
why the thresholds are these. "Explained" is the share 1 - L / L_constant of the best
constant's loss.
"""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.inspection.diagnosis.case import FEW, Case, Found, disease


def _listed(case: Case, places: Any) -> str:
    """The columns by name, the first five of many."""
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return ", ".join(case.names[place] for place in places[:5]) + more


@disease
def constant_columns(case: Case) -> Found:
    """A column has at least two values."""
    varies = case.all.X.max(axis=0) - case.all.X.min(axis=0)
    places = np.flatnonzero((varies.toarray() if is_sparse(varies) else varies) == 0.0)
    finding = f"The same value in all {len(case.all.y)} rows: {_listed(case, places)}."
    remedy = (
        "Leave them out of X: their weights, before the first of hidden_layer_sizes, "
        "only repeat the biases."
    )
    return (len(places), finding, remedy) if len(places) else None


@disease
def unscaled_inputs(case: Case) -> Found:
    """A column's root mean square is at most 10; its farthest value lies at least 0.03,
    a tenth of the mean and 1/30 of the largest standard deviation (of a column with the
    first) from its mean; the number is the worst of these, in units of what is allowed.

    The curvature along a weight goes with its input's square, so that no rate suits
    unlike columns (LeCun et al. 1998, Efficient BackProp, 4.3), and large inputs push
    units onto their flat sides. Smallness is judged by the farthest value, normally 3
    deviations away, so that rare indicators and pixels that are mostly 0 are left in
    peace.
    """
    X = case.rows.X.astype(np.float64)
    mean = X.mean(axis=0)
    spread = X.std(axis=0)
    reach = np.abs(X - mean).max(axis=0)
    size = np.hypot(mean, spread)
    reach = np.where(reach > 0.0, reach, np.inf)
    others = spread[size <= 10.0].max(initial=0.0)
    far = np.max(
        [
            size / 10.0,
            np.abs(mean) / (10.0 * reach),
            0.03 / reach,
            others / (30.0 * reach),
        ],
        axis=0,
    )
    far[np.isinf(reach)] = 0.0  # a constant has a verdict of its own
    worst = int(far.argmax())
    places = np.flatnonzero(far > 1.0)
    finding = (
        f"Off scale: {_listed(case, places)}; {case.names[worst]} has mean "
        f"{mean[worst]:.3g} and standard deviation"
    )
    remedy = (
        "Standardise X, (x - mean) / standard deviation; a smaller learning_rate_init "
        "would only make all slow."
    )
    return (
        (far[worst], f"{finding} {spread[worst]:.3g}.", remedy) if len(places) else None
    )


def off_scale(y: Any) -> Any:
    """How far each column of y (n, columns) lies off mean 0 and deviation 1,
    (columns,); 1 is as far as is allowed.
    """
    mean = y.mean(axis=0)
    spread = np.where(np.ptp(y, axis=0) > 0.0, y.std(axis=0), 1.0)
    return np.max(
        [spread / 10.0, 0.1 / spread, np.abs(mean) / (10.0 * np.maximum(spread, 1.0))],
        axis=0,
    )


@disease
def unscaled_target(case: Case) -> Found:
    """A real y has a standard deviation from 0.1 to 10 and a mean at most 10 of these
    (or 10, if that is more) from 0; or else half of the best constant's loss is
    explained (the number is in units of what is allowed).

    Scores begin with mean 0 and a spread of about 1, and move by about
    learning_rate_init an update.
    """
    y = case.rows.y.astype(np.float64)
    far = off_scale(y)
    worst = int(far.argmax())
    if case.network.loss.target != "real" or far[worst] <= 1.0 or not case.skill < 0.5:
        return None
    mean = y[:, worst].mean()
    spread = y[:, worst].std()
    finding = (
        f"y has mean {mean:.3g} and standard deviation {spread:.3g}; {case.skill:.2g} "
        "is explained."
    )
    return (
        far[worst],
        finding,
        (
            "Fit (y - mean) / standard deviation and turn predictions back: "
            "normalize_y=True."
        ),
    )


def _parted(x: Array, target: Any) -> float:
    """The smallest AUC between neighbours on x: classes of 5 rows or more, or quarters
    of a value.
    """
    if len(np.unique(target)) > 20:
        target = np.searchsorted(np.quantile(target, [0.25, 0.5, 0.75]), target)
    groups = [
        group for code in np.unique(target) if len(group := x[target == code]) >= 5
    ]
    worst = 0.5 if len(groups) > 1 else 0.0
    for low, high in pairwise(sorted(groups, key=np.median)):
        order = np.sort(low)
        below = np.searchsorted(order, high, "left") + np.searchsorted(
            order, high, "right"
        )
        # P(low < high) + P(low = high) / 2
        worst = min(worst, abs(float(below.mean()) / (2.0 * len(low)) - 0.5))
    return 0.5 + worst


@disease
def leaking_column(case: Case) -> Found:
    """No column alone tells classes, or the quarters of a value, with an AUC over 0.999
    while the others stay below 0.99: it may be a copy of the target.

    An easy problem is no leak: nothing is said with fewer than three varying columns,
    where over a third are that good or another is less than ten times as far from
    perfect, or below 50 rows, where chance may part 5 from the rest.
    """
    (X, y, _) = case.all.draw(FEW)
    loss = case.network.loss
    targets: Any = y.T
    if loss.target == "classes":
        targets = [
            each.argmax(axis=1)
            for each in np.split(
                y, np.cumsum(loss.classes(case.network.k))[:-1], axis=1
            )
        ]
    d = np.count_nonzero(np.ptp(X, axis=0))
    for target in targets if len(y) >= 50 else []:
        quality = np.array([_parted(x, target) for x in X.T])
        places = np.flatnonzero(quality > 0.999)
        rest = quality[quality <= 0.999].max(initial=0.0)
        if 0 < len(places) <= d / 3 and rest < 0.99:
            listed = _listed(case, places)
            finding = (
                f"{listed} alone has an AUC of {quality.max():.4f}, the best of the "
                f"others {rest:.3f}."
            )
            remedy = (
                f"Unless {listed} is known before the target is, leave it out of X and "
                "choose alpha anew."
            )
            return quality.max(), finding, remedy
    return None


@partial(disease, needs="validation")
def validation_set_too_small(case: Case) -> Found:
    """There are at least 20 validation rows (else the number is their count), and the
    share that they explain has a standard error of at most 0.1 (else the number is that
    error), or they explain nothing.

    The share is a ratio of two means (Cochran 1977, 6.13), on a scale from nothing to
    all; weights count as n = (sum w)^2 / sum w^2 rows (Kish 1965). Of 20 rows a
    standard error is itself uncertain by a sixth, 1/sqrt(2(n-1)); so the remedy aims at
    0.1/1.5.
    """
    rows = case.validation
    assert rows is not None
    each = case.losses(rows)
    constant = case.losses(rows, constant=True)
    start = rows.mean(constant)[0]
    n = rows.weight.sum() ** 2 / (rows.weight @ rows.weight)
    left = rows.mean(each)[0] / start
    error = rows.mean(each - left * constant)[1] / start
    if not np.isfinite(error):  # the rows have one value
        return None
    wanted = int(np.ceil(max(n * (15.0 * error) ** 2, 25.0)))
    share = np.ceil(100.0 * wanted / (len(rows.y) + len(case.all.y))) / 100.0
    remedy = (
        f"Set validation_fraction={share:g}, about {wanted} rows, with "
        "early_stopping=True."
    )
    if share > 0.5:
        remedy = (
            f"Cross-validate, with early_stopping=False: {wanted} rows are needed, "
            "over half of all."
        )
    finding = f"{n:.0f} rows explain {1.0 - left:.2g}, give or take {error:.2g}."
    number = n if n < 20.0 else error
    return (
        (number, finding, remedy) if n < 20.0 or (error > 0.1 and left < 1.0) else None
    )
