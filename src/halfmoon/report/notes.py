"""Findings about the data and about the networks, as notes of a report."""

from collections.abc import Iterable
from typing import Any

from halfmoon.inspection.diagnosis import Diagnosis
from halfmoon.report.measured import Note, SplitFacts
from halfmoon.tables.findings import Finding

# of the rules of `Tabular.diagnose`; each has a paragraph in docs/findings.md
CODES = {
    "dead units": "HM-N01",
    "saturated units": "HM-N02",
    "leaking column": "HM-N03",
    "overfitting": "HM-N04",
    "underfitting": "HM-N05",
}
# what a split has taken care of: findings about its column, or about the order of rows
SETTLED = {
    "groups": ("HM-D05", "HM-D12"),
    "time": ("HM-D03", "HM-D04", "HM-D12"),
}


def data_notes(found: Iterable[Finding], split: SplitFacts) -> tuple[Note, ...]:
    """What was found in the table, but for what the split has taken care of."""
    settled = SETTLED.get(split.kind, ())
    return tuple(
        Note(one.code, "data", one.title, one.sentence, one.column, one.remedy)
        for one in found
        if one.code not in settled or one.column not in (None, split.column)
    )


def network_notes(diagnosis: Diagnosis) -> tuple[Note, ...]:
    """What was found about a network's fit."""
    return tuple(
        Note(
            code=CODES[one.name],
            source="networks",
            title=one.name,
            sentence=one.message,
            remedy=one.remedy,
        )
        for one in diagnosis.findings
    )


def notes_of(
    found: Iterable[Finding], diagnosis: Any, split: SplitFacts
) -> tuple[Note, ...]:
    """All of them, those about the data first; there may be no diagnosis."""
    of_networks = () if diagnosis is None else network_notes(diagnosis)
    return data_notes(found, split) + of_networks
