"""The table from which the stored models of tables were made, and what they say."""

import numpy as np

from halfmoon import datasets

X, Y = datasets.make("moons", 600, 0.2, 0)
NAMES = np.array(["full", "new"])[Y]
# what they said of `first_rows` when they were stored, for each column of y
CLASSES = [
    [[0.02222135, 0.9777787], [0.9627074, 0.03729263], [0.9997601, 0.00023993]],
    [
        [0.5065431, 0.01631632, 0.4771405],
        [0.0004698652, 0.9991179, 0.0004121849],
        [0.4582659, 0.001015773, 0.5407183],
    ],
]
VALUES = [[1234.114, 837.739], [1070.792, 1297.651], [780.8445, 1231.881]]
INTERVALS = [
    [[1225.014, 1243.213], [831.9886, 843.4893]],
    [[1060.233, 1081.351], [1293.438, 1301.865]],
    [[769.105, 792.584], [1227.668, 1236.095]],
]


def table():
    """A table with a column of each kind, some cells missing."""
    n = len(X)
    city = np.resize(np.array(["Oslo", "Rome", None, "Lima"], dtype=object), n)
    city[::200] = "Bern"
    return {
        "size": np.where(X[:, 0] < -0.5, np.nan, X[:, 0]),
        "width": X[:, 1],
        "price": np.array([f"{i % 50},50 €" for i in range(n)], dtype=object),
        "city": city,
        "since": np.datetime64("2020-01-01") + np.arange(n),
        "member": np.resize(["yes", "no", "yes"], n),
        "unit": np.full(n, "cm"),
        "name": np.array([f"N{i:04}" for i in range(n)], dtype=object),
    }


def first_rows(rows=3):
    """What the tests predict: the first rows, with a category that is new."""
    first = {name: column[:rows].copy() for name, column in table().items()}
    first["city"][1] = "Kyiv"
    return first
