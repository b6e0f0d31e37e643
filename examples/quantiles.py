"""A band that should hold 80 % of the values: two quantiles and the median.

They are learned together, so they cannot cross.
"""

import numpy as np

from halfmoon import MLPRegressor, datasets

X, y = datasets.make("wave", n=2000, noise=0.3, seed=0)
model = MLPRegressor(
    "quantiles:levels=0.1/0.5/0.9",
    (30,),
    "tanh",
    learning_rate_init=0.01,
    max_iter=500,
    random_state=0,
)
low, median, high = model.fit(X, y).predict(X).T
between = np.mean((low < y) & (y < high))
print(f"between the 10 % and the 90 % quantile: {between:.0%} of the values")
print(f"crossings: {np.sum((low > median) | (median > high))}")
