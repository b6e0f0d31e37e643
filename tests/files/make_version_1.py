"""Writes the stored model of version 1: run once, when the version was new.

A version that has been in use is never written again: its file stays as it is.
"""

from pathlib import Path

import halfmoon
from small import NAMES, X, short

FILE = Path(__file__).with_name("version-1.safetensors")

if __name__ == "__main__":
    model = short(early_stopping=True, class_weight={"full": 2.0, "new": 1.0})
    halfmoon.save(model.fit(X, NAMES), FILE)
    print(model.predict_proba(X[:3]).tolist())  # noqa: T201
    print(model.loss_curve_)  # noqa: T201
