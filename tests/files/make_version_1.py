"""Writes the stored models of version 1: run once, when the version was new.

A version that has been in use is never written again: its files stay as they are.
"""

from pathlib import Path

import numpy as np

import halfmoon
from halfmoon import TabularClassifier, TabularRegressor
from small import NAMES, X, short
from stored_models import NAMES as CLASSES
from stored_models import X as VALUES
from stored_models import first_rows, table

FOLDER = Path(__file__).parent


def network():
    """An estimator for rows of numbers."""
    model = short(early_stopping=True, class_weight={"full": 2.0, "new": 1.0})
    halfmoon.save(model.fit(X, NAMES), FOLDER / "version-1.safetensors")
    print(model.predict_proba(X[:3]).tolist())  # noqa: T201
    print(model.loss_curve_)  # noqa: T201


def tables():
    """Four networks of two columns of classes, and one of two columns of values."""
    both = np.column_stack([CLASSES, np.resize(["a", "b", "c"], len(CLASSES))])
    classes = TabularClassifier(
        2, columns={"width": "number"}, hidden_layer_sizes=4, random_state=0
    )
    classes.fit(table(), both)
    halfmoon.save(classes, FOLDER / "version-1-classes.safetensors")
    print([p.tolist() for p in classes.predict_proba(first_rows())])  # noqa: T201
    values = TabularRegressor(1, hidden_layer_sizes=(4, 3), random_state=0)
    values.fit(table(), 1000.0 + 300.0 * VALUES)
    halfmoon.save(values, FOLDER / "version-1-values.safetensors")
    print(values.predict(first_rows()).tolist())  # noqa: T201
    print(values.predict_interval(first_rows(), 0.5).tolist())  # noqa: T201


if __name__ == "__main__":
    network()
    tables()
