"""Data, fits and an ax for the tests of displays."""

import warnings

import matplotlib as mpl
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning

from halfmoon import datasets

mpl.use("Agg")
X2, y2 = datasets.make("moons", n=120, noise=0.2, seed=0)
IRIS = load_iris()
X4 = IRIS.data
flowers = IRIS.target_names[IRIS.target]
XD, yd = load_diabetes(return_X_y=True)
XD = XD[:150, :5]
yd = yd[:150]


def fit(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def ax():
    return Figure().subplots()
