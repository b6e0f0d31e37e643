"""Rules about the data: columns, target, validation rows."""

from itertools import pairwise
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.losses import Loss
from halfmoon.inspection.diagnosis.case import Case
from halfmoon.inspection.diagnosis.rule import Finding, rule
from halfmoon.inspection.evaluation import off_scale

LARGEST = 10.0  # root mean square of a column
SMALLEST_REACH = 0.03  # distance from the mean to a column's farthest value
MEAN_BY_REACH = 10.0  # a column's mean, at most so many times its reach
SPREAD_BY_REACH = 30.0  # so is the largest standard deviation

COPY_AUC = 0.999  # a column of more alone may be a copy of the target
OTHERS_AUC = 0.99
LEAK_ROWS = 50  # with fewer rows chance may separate 5 of them from the rest
COMPARED_ROWS = 1_500

FEWEST_ROWS = 20
LARGEST_ERROR = 0.1


def _list_columns(case: Case, indices: Any) -> str:
    """The columns by name, the first five of many."""
    more = f" and {len(indices) - 5} more" if len(indices) > 5 else ""
    return ", ".join(case.names[index] for index in indices[:5]) + more


@rule(
    "constant columns",
    "A column has at least two values.",
    "A column is the same in all rows, so nothing can be learned from it.",
)
def constant_columns(case: Case) -> Finding | None:
    """It looks at all training rows that weigh something."""
    X = case.training.X
    width = X.max(axis=0) - X.min(axis=0)
    if is_sparse(width):
        width = width.toarray()
    constant = np.flatnonzero(width == 0.0)
    if len(constant) == 0:
        return None
    columns = _list_columns(case, constant)
    return Finding(
        number=float(len(constant)),
        message=f"The same value in all {len(case.training.y)} rows: {columns}.",
        remedy="Remove them from X: they only repeat the biases of the first layer.",
    )


@rule(
    "unscaled inputs",
    f"A column's root mean square is at most {LARGEST:g}. Its farthest value is at "
    f"least {SMALLEST_REACH:g} from its mean, and at least a tenth of that mean and "
    "1/30 of the largest standard deviation.",
    "Some columns hold much larger or smaller numbers than others, so that no learning "
    "rate suits them all.",
)
def unscaled_inputs(case: Case) -> Finding | None:
    """The number is the worst of these, in units of what is allowed.

    The curvature along a weight goes with its input's square, so that no learning rate
    suits unlike columns (LeCun et al. 1998, Efficient BackProp, 4.3), and large inputs
    push units onto their flat sides. Smallness is measured by the farthest value,
    normally 3 standard deviations away, so that rare indicators and pixels that are
    mostly 0 pass. The largest standard deviation is that of the columns which are not
    too large themselves.
    """
    X = case.sample.X.astype(np.float64)
    mean = X.mean(axis=0)
    spread = X.std(axis=0)
    reach = np.abs(X - mean).max(axis=0)
    size = np.hypot(mean, spread)
    constant = reach == 0.0  # they have a rule of their own
    reach[constant] = np.inf
    largest_spread = spread[size <= LARGEST].max(initial=0.0)
    excess = np.max(
        [
            size / LARGEST,
            np.abs(mean) / (MEAN_BY_REACH * reach),
            SMALLEST_REACH / reach,
            largest_spread / (SPREAD_BY_REACH * reach),
        ],
        axis=0,
    )
    excess[constant] = 0.0
    far = np.flatnonzero(excess > 1.0)
    if len(far) == 0:
        return None
    worst = int(excess.argmax())
    return Finding(
        number=float(excess[worst]),
        message=(
            f"Off scale: {_list_columns(case, far)}; {case.names[worst]} has mean "
            f"{mean[worst]:.3g} and standard deviation {spread[worst]:.3g}, "
            f"{excess[worst]:.3g} times the limit."
        ),
        remedy=(
            "Standardise X, (x - mean) / standard deviation; a smaller learning rate "
            "would only slow the whole fit down."
        ),
    )


@rule(
    "unscaled target",
    "A real-valued y has a standard deviation from 0.1 to 10, and a mean within 10 "
    "standard deviations of 0.",
    "The values to be predicted are so large, or so small, that the network hardly "
    "comes near them.",
)
def unscaled_target(case: Case) -> Finding | None:
    """The number is in units of what is allowed.

    Raw predictions begin with mean 0 and a spread of about 1, and move by about
    the learning rate an update. A fit that explains half of the best constant's loss
    has overcome that. The exact limits are those of `off_scale`.
    """
    y = case.sample.y.astype(np.float64)
    excess = off_scale(y)
    worst = int(excess.argmax())
    if case.network.loss.target != "real" or excess[worst] <= 1.0:
        return None
    if not case.explained < 0.5:
        return None
    mean = y[:, worst].mean()
    spread = y[:, worst].std()
    return Finding(
        number=float(excess[worst]),
        message=(
            f"y has mean {mean:.3g} and standard deviation {spread:.3g}, "
            f"{excess[worst]:.3g} times the limit; {case.explained:.2g} of the best "
            "constant's loss is explained (1 is all)."
        ),
        remedy="Fit (y - mean) / standard deviation of y, and turn predictions back.",
    )


def separation(x: Array, target: Array) -> float:
    """How well one column x (n,) separates the classes, or quarters, of a target (n,).

    The smallest AUC between neighbours on x; classes of under 5 rows are left out.
    """
    codes: Any = target
    if len(np.unique(target)) > 20:
        quartiles = np.quantile(target, [0.25, 0.5, 0.75])
        codes = np.searchsorted(quartiles, target)
    groups = [x[codes == code] for code in np.unique(codes)]
    groups = [group for group in groups if len(group) >= 5]
    if len(groups) < 2:
        return 0.5
    return min(_auc(low, high) for low, high in pairwise(sorted(groups, key=np.median)))


def _auc(low: Array, high: Array) -> float:
    """P(low < high) + P(low = high) / 2, or 1 minus it if that is more."""
    order = np.sort(low)
    below = np.searchsorted(order, high, "left")
    below_or_equal = np.searchsorted(order, high, "right")
    auc = float((below + below_or_equal).mean()) / (2.0 * len(low))
    return 0.5 + abs(auc - 0.5)


def _targets(loss: Loss, y: Array, k: int) -> list[Array]:
    """Each column of y (n,); of classes, their numbers."""
    if loss.target != "classes":
        return list(y.T)
    ends = np.cumsum(loss.classes(k))[:-1]
    return [one_hot.argmax(axis=1) for one_hot in np.split(y, ends, axis=1)]


@rule(
    "leaking column",
    "No column alone separates the classes, or the quarters of a real-valued y, with "
    f"an AUC over {COPY_AUC} while all others stay below {OTHERS_AUC}.",
    "One column almost gives the answer away; perhaps it was written down after the "
    "answer was known.",
)
def leaking_column(case: Case) -> Finding | None:
    """Such a column may be a copy of the target.

    An easy problem is no leak: nothing is said with fewer than three varying columns,
    where over a third are that good, where another is less than ten times as far from
    perfect, or below 50 rows.
    """
    rows = case.training.draw(COMPARED_ROWS)
    if len(rows.y) < LEAK_ROWS:
        return None
    varying = np.count_nonzero(np.ptp(rows.X, axis=0))
    for target in _targets(case.network.loss, rows.y, case.network.k):
        auc = np.array([separation(x, target) for x in rows.X.T])
        copies = np.flatnonzero(auc > COPY_AUC)
        best_other = auc[auc <= COPY_AUC].max(initial=0.0)
        if 0 < len(copies) <= varying / 3 and best_other < OTHERS_AUC:
            columns = _list_columns(case, copies)
            return Finding(
                number=float(auc.max()),
                message=(
                    f"{columns} alone has an AUC of {auc.max():.4f}, the best of the "
                    f"others {best_other:.3f}."
                ),
                remedy=(
                    f"Unless {columns} is known before the target is, leave it out of "
                    "X and choose penalties anew."
                ),
            )
    return None


@rule(
    "validation set too small",
    f"There are at least {FEWEST_ROWS} validation rows, and the share of the loss that "
    f"the network explains on them has a standard error of at most {LARGEST_ERROR}.",
    "So few rows are kept for checking that the result depends on luck.",
    needs="validation",
)
def validation_set_too_small(case: Case) -> Finding | None:
    """The number is the count of rows, or if that suffices, the standard error.

    The share is a ratio of two means (Cochran 1977, 6.13), on a scale from nothing to
    all; weights count as n = (sum w)^2 / sum w^2 rows (Kish 1965). A network that
    explains nothing needs no more rows to show it. Of 20 rows a standard error is
    itself uncertain by a sixth, 1/sqrt(2(n-1)); so the remedy aims at 0.1/1.5.
    """
    rows = case.validation
    assert rows is not None
    losses = case.losses(rows)
    constant_losses = case.constant_losses(rows)
    constant_loss = rows.mean(constant_losses)
    left = rows.mean(losses) / constant_loss
    error = rows.standard_error(losses - left * constant_losses) / constant_loss
    if not np.isfinite(error):  # the rows have one value
        return None
    n = rows.weight.sum() ** 2 / (rows.weight @ rows.weight)
    too_few = n < FEWEST_ROWS
    too_uncertain = error > LARGEST_ERROR and left < 1.0
    if not too_few and not too_uncertain:
        return None
    needed = int(np.ceil(max(n * (1.5 * error / LARGEST_ERROR) ** 2, 25.0)))
    share = np.ceil(100.0 * needed / (len(rows.y) + len(case.training.y))) / 100.0
    if share <= 0.5:
        remedy = f"Keep {share:.0%} of all rows for validation, about {needed} rows."
    else:
        remedy = f"Cross-validate: {needed} rows are needed, over half of all."
    return Finding(
        number=float(n if too_few else error),
        message=f"{n:.0f} rows explain {1.0 - left:.2g}, give or take {error:.2g}.",
        remedy=remedy,
    )
