"""A rare class, one row in twenty-one: how weights help to find it, at what cost."""

import numpy as np

from halfmoon import MLPClassifier, datasets

X, y = datasets.make("moons", n=4000, noise=0.4, seed=0)
# 100 rows of one class, 2,000 of the other
keep = np.delete(np.arange(4000), np.flatnonzero(y == 1)[100:])
X_new, y_new = datasets.make("moons", n=2000, noise=0.4, seed=1)

for weight in (None, {0: 1.0, 1: 5.0}, "balanced"):
    model = MLPClassifier(
        (5,),
        "tanh",
        solver="lbfgs",
        alpha=1.0,
        max_iter=3000,
        class_weight=weight,
        random_state=0,
    )
    predicted = model.fit(X[keep], y[keep]).predict(X_new)
    found = predicted[y_new == 1].mean()
    mistaken = predicted[y_new == 0].mean()
    print(
        f"class_weight={weight!r}: {found:.0%} of the rare class found, "
        f"{mistaken:.0%} of the other mistaken for it"
    )
