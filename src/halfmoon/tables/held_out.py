"""Which rows of a table are tested on, while rows are changed, added and removed."""

import numpy as np
from numpy.typing import NDArray


def hold_out(
    numbers: NDArray[np.int64],
    original: int,
    share: float,
    seed: int,
    groups: NDArray[np.intp] | None = None,
) -> NDArray[np.bool_]:
    """Which rows are tested on (n,): of the original ones a share, drawn at random.

    `numbers` are the rows' own: a row that is moved, or whose neighbour is removed,
    stays where it is. Those from `original` on were added later. Rows of one of the
    `groups` (n,) stay together; a negative one is a group of its own. One row at least
    is not tested on.

    Examples
    --------
    >>> hold_out(np.arange(10), original=10, share=0.2, seed=0).sum()
    np.int64(2)
    """
    rng = np.random.default_rng(seed)
    n = len(numbers)
    if groups is None:
        order = (rng.permutation(original) + 0.5) / original
        added = max(0, int(numbers.max()) + 1 - original)
        order = np.append(order, rng.uniform(size=added))[numbers]
    else:
        alone = groups.max() + 1 + np.arange(n)
        named = np.where(groups < 0, alone, groups)
        _, codes, sizes = np.unique(named, return_inverse=True, return_counts=True)
        drawn = rng.permutation(len(sizes))
        middles = np.empty(len(sizes))
        middles[drawn] = np.cumsum(sizes[drawn]) - sizes[drawn] / 2
        order = middles[codes] / n
    is_test = order < share
    if is_test.all():
        is_test[order == order.max()] = False
    return is_test
