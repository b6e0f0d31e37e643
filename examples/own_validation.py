"""Rows of your own choice that decide when to stop, and any score to choose by.

The rows may be others, whole groups, or what a splitter gives.
"""

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from halfmoon import MLPRegressor, datasets

X, y = datasets.make("wave", n=600, noise=0.3, seed=0)
X_new, y_new = datasets.make("wave", n=600, noise=0.3, seed=1)
patients = np.arange(600) // 4  # four rows each, which belong together


def fit(title, arguments=None, **settings):
    """Fit with these rows to stop by, and print how it ended."""
    model = MLPRegressor(
        hidden_layer_sizes=(50,),
        activation="tanh",
        learning_rate_init=0.02,
        n_iter_no_change=30,
        max_iter=2000,
        random_state=0,
        **settings,
    )
    model.fit(X, y, **(arguments or {}))
    r2 = model.score(X_new[300:], y_new[300:])
    print(
        f"{title}: ended by {model.stopped_}, the best epoch's weights are kept; R2 on "
        f"new rows {r2:.2f}"
    )


quarter = {"early_stopping": True, "validation_fraction": 0.25}
last_rows = TimeSeriesSplit(2, test_size=150)
fit("rows of one's own", {"X_val": X_new[:300], "y_val": y_new[:300]})
fit("whole groups", {"groups": patients}, **quarter)
fit("the last rows", early_stopping=True, validation_fraction=last_rows)
fit("mean absolute error", scoring="neg_mean_absolute_error", **quarter)
