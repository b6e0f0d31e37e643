"""Remedies of a diagnosis as parameters of the estimators.

`train` has a penalty on the mean loss of a row, scikit-learn's `alpha` is one on the
sum; some parameters have other names there, and some do what `train` leaves to others.
"""

from dataclasses import replace
from typing import Any

from halfmoon.inspection.diagnosis import Diagnosis

NAMES = {"learning_rate": "learning_rate_init", "epochs": "max_iter"}
MORE = {
    "unscaled target": "normalize_y=True does so.",
    "validation set too small": "validation_fraction sets the share.",
}


def as_parameter(name: str, value: Any, weight: float) -> tuple[str, Any]:
    """A setting of `train` or `Network.dense` as a parameter's name and value.

    `weight` is the sum of the rows' weights.

    >>> as_parameter("l2", 0.005, 200.0), as_parameter("sizes", (2, 8, 3), 200.0)
    (('alpha', 1.0), ('hidden_layer_sizes', (8,)))
    """
    if name == "l2":
        return "alpha", float(f"{value * weight:.2g}")
    if name == "sizes":
        return "hidden_layer_sizes", tuple(value[1:-1])
    return NAMES.get(name, name), value


def with_parameters(diagnosis: Diagnosis, weight: float) -> Diagnosis:
    """The same findings; what they change, and what sets it, in the parameters' names.

    Their texts already are, where the diagnosis was given words for them.
    """
    findings = [
        replace(
            finding,
            change=dict(as_parameter(*item, weight) for item in finding.change.items()),
            remedy=" ".join(filter(None, [finding.remedy, MORE.get(finding.name)])),
        )
        for finding in diagnosis.findings
    ]
    return Diagnosis(findings, diagnosis.rules)
