"""Six figures of one classifier.

How it learned, what it predicts, what is inside, and how large it should be.
"""

import tempfile
from pathlib import Path

from matplotlib import pyplot
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier
from halfmoon.displays import (
    DecisionSurfaceDisplay,
    HiddenUnitsDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    SweepDisplay,
    WeightsDisplay,
)

iris = load_iris()
X = iris.data
y = iris.target_names[iris.target]
network = MLPClassifier(
    (6,),
    "tanh",
    learning_rate_init=0.05,
    early_stopping=True,
    max_iter=500,
    random_state=0,
)
model = make_pipeline(StandardScaler(), network).fit(X, y)

figure, axes = pyplot.subplots(3, 2, figsize=(13, 14), layout="constrained")
LossCurveDisplay.from_estimator(model, ax=axes[0, 0])
surface = DecisionSurfaceDisplay.from_estimator(
    model, X, y, features=(2, 1), ax=axes[0, 1]
)
# what was drawn can be changed
surface.ax_.set(xlabel=iris.feature_names[2], ylabel=iris.feature_names[1])
HiddenUnitsDisplay.from_estimator(model, X, y, ax=axes[1, 0])
WeightsDisplay.from_estimator(model, ax=axes[1, 1])
NetworkDisplay.from_estimator(model, ax=axes[2, 0])
sizes = [(1,), (2,), (6,), (6, 6)]
sweep = SweepDisplay.from_estimator(
    model,
    X,
    y,
    param_name="mlpclassifier__hidden_layer_sizes",
    param_range=sizes,
    cv=3,
    ax=axes[2, 1],
)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "displays.png"
    figure.savefig(path)
    size = path.stat().st_size // 1000
    print(f"{path.name}: {size} kB; best hidden layers: {sweep.best_}")
