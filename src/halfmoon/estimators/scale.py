"""Columns on another scale than a network learns from, or than it was trained on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.estimators.reading import Data
from halfmoon.inspection.evaluation import best_constant
from halfmoon.network import Network
from halfmoon.training.warn import warn

ROWS = 1000  # that are looked at, evenly spaced
LARGEST = 10.0  # root mean square of a column of X
FAR_OFF = 5.0  # standard deviations
MOST = 0.75  # of the rows
FEWEST = 5  # rows of X_val from which on something can be said
NAMED = 5  # columns


def warn_of_other_scale(X: Any, X_val: Any, names: Any) -> None:
    """UserWarning where X_val does not look as if it were transformed as X was.

    That is where most of its rows lie, in one column, more than 5 standard deviations
    from X's mean. By Chebyshev's inequality at most 1/25 of the rows of X themselves do
    so, whatever their distribution. A constant column tells nothing.
    """
    if is_sparse(X) or is_sparse(X_val) or X_val.shape[0] < FEWEST:
        return
    rows = spaced(X).astype(np.float64)
    with np.errstate(all="ignore"):
        distance = np.abs(spaced(X_val) - rows.mean(axis=0))
        is_far = distance > FAR_OFF * rows.std(axis=0)
        far = (is_far.mean(axis=0) >= MOST) & (np.ptp(rows, axis=0) > 0.0)
    if far.any():
        warn(
            f"Most rows of X_val lie over {FAR_OFF:g} standard deviations off X in "
            f"columns {_listed(names, far)}; transform X_val as X was, in a Pipeline "
            "by transform_input=['X_val']."
        )


def warn_of_unscaled_inputs(network: Network, data: Data, names: Any) -> None:
    """ConvergenceWarning where large inputs left a fit worse than a constant.

    That is where a column's root mean square is above 10, and the mean loss of these
    rows is above that of the best constant prediction.
    """
    if is_sparse(data.X):
        return
    X = spaced(data.X).astype(np.float64)
    with np.errstate(all="ignore"):
        mean = X.mean(axis=0)
        spread = X.std(axis=0)
        size = np.hypot(mean, spread)
        far = size > LARGEST
        if not far.any() or not _is_worse_than_a_constant(network, data):
            return
    worst = int(size.argmax())
    warn(
        "X is far from mean 0 and standard deviation 1 in columns "
        f"{_listed(names, far)} ({names[worst]} has mean {mean[worst]:.3g} and "
        f"standard deviation {spread[worst]:.3g}), and the fit is worse than the best "
        "constant prediction; standardise X, as StandardScaler does.",
        ConvergenceWarning,
    )


def _is_worse_than_a_constant(network: Network, data: Data) -> bool:
    """Whether some constant prediction has a smaller mean loss than the network."""
    w = spaced(data.w)
    if not w.any():
        return False
    X, y, w = network.read(spaced(data.X), spaced(data.y), w)
    loss = network.loss
    z = best_constant(loss, y, w, network.k)
    constant = (w * loss.value(np.tile(z, (len(y), 1)), y)).sum()
    return bool((w * loss.value(network.raw_predict(X), y)).sum() > constant)


def spaced(table: Any) -> Array:
    """At most so many rows of a table, evenly spaced."""
    return np.asarray(table[:: -(-len(table) // ROWS)])


def _listed(names: Any, chosen: NDArray[np.bool_]) -> str:
    """The names of the chosen columns, the first few of many."""
    found = [str(names[j]) for j in np.flatnonzero(chosen)]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more
