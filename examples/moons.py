"""The tutorial in a dozen lines, through scikit-learn's names.

The same points, weights, method and numbers.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from halfmoon import MLPClassifier, datasets

X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
network = MLPClassifier(
    hidden_layer_sizes=(3,),
    activation="tanh",
    solver="gd",
    loss="softmax_cross_entropy",  # two outputs, as in the tutorial
    initializer="tutorial",
    random_state=0,
    # the tutorial's 0.01, on the mean instead of the sum over 200 rows
    learning_rate_init=2.0,
    alpha=0.01,
    max_iter=1002,
    n_iter_no_change=np.inf,
)
# 1,002 updates are what was asked for
warnings.simplefilter("ignore", ConvergenceWarning)
network.fit(X, y)
for update in (0, 1, 1001):
    print(f"loss after {update} updates: {network.loss_curve_[update]:.6f}")
print(f"accuracy {network.score(X, y):.1%}")
