"""Tables that come with scikit-learn: no default of halfmoon was decided on them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from sklearn import datasets


def friedman() -> tuple[pd.DataFrame, pd.Series]:
    """Friedman's first function of five columns, and five more that say nothing."""
    X, y = datasets.make_friedman1(2000, noise=1.0, random_state=0)
    return pd.DataFrame(X).add_prefix("x"), pd.Series(y)


def bunch(name: str) -> Callable[[], Any]:
    """What reads one of scikit-learn's tables."""
    return lambda: getattr(datasets, f"load_{name}")(return_X_y=True, as_frame=True)


CLASSES = {name: bunch(name) for name in ("breast_cancer", "digits", "wine", "iris")}
VALUES = {"diabetes": bunch("diabetes"), "friedman1": friedman}
