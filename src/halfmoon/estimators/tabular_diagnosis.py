"""What is wrong with a fit of a table: rules about its first network, in its words.

Of the rules of `halfmoon.diagnose` these are left out: those about raw inputs, which
the encoder scales, and about the learning rate, which the recipe sets.
"""

import dataclasses
from typing import Any

from halfmoon.inspection.diagnosis import Diagnosis, diagnose
from halfmoon.training.history import History

# which rules, and what to do about what breaks them; None: as the rule says
REMEDIES = {
    "dead units": "Set another random_state, or a higher effort: more networks.",
    "saturated units": "Set another random_state, or a higher effort: more networks.",
    "leaking column": None,
    "overfitting": "Give more rows, or set smaller hidden_layer_sizes.",
    "underfitting": "Set a higher effort, or larger hidden_layer_sizes.",
}


def diagnose_member(
    network: Any, history: History, Z: Any, t: Any, w: Any, names: list[str]
) -> Diagnosis:
    """The findings about a network that learned encoded rows Z (n, m), called `names`.

    t and w are their targets and weights, as the network reads them.
    """
    told = diagnose(network, history, Z, t, w=w, names=names)
    findings = [
        dataclasses.replace(
            finding, remedy=REMEDIES[finding.name] or finding.remedy, change={}
        )
        for finding in told.findings
        if finding.name in REMEDIES
    ]
    return Diagnosis(findings, [name for name in told.rules if name in REMEDIES])
