"""Rows to stop by, of your own choice: others, whole groups, or what a splitter gives;
and any score to judge by.
"""

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from halfmoon import MLPRegressor, datasets

X, y = datasets.make("wave", n=600, noise=0.3, seed=0)
X_new, y_new = datasets.make("wave", n=600, noise=0.3, seed=1)
options = {
    "hidden_layer_sizes": (50,),
    "activation": "tanh",
    "learning_rate_init": 0.02,
    "n_iter_no_change": 30,
}
options |= {"max_iter": 2000, "random_state": 0}
patients = np.arange(600) // 4  # four rows each, which belong together

for told, settings, arguments in (
    ("rows of one's own", {}, {"X_val": X_new[:300], "y_val": y_new[:300]}),
    (
        "whole groups",
        {"early_stopping": True, "validation_fraction": 0.25},
        {"groups": patients},
    ),
    (
        "the last rows",
        {
            "early_stopping": True,
            "validation_fraction": TimeSeriesSplit(2, test_size=150),
        },
        {},
    ),
    (
        "mean absolute error",
        {
            "early_stopping": True,
            "validation_fraction": 0.25,
            "scoring": "neg_mean_absolute_error",
        },
        {},
    ),
):
    model = MLPRegressor(**options, **settings).fit(X, y, **arguments)
    r2 = model.score(X_new[300:], y_new[300:])
    print(
        f"{told}: ended by {model.stopped_}, the best epoch's weights are kept; R2 on "
        f"new rows {r2:.2f}"
    )
