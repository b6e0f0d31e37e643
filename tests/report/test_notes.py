"""Findings become notes, each under a code of its own."""

import re
from pathlib import Path

import numpy as np

from halfmoon.estimators.tabular_diagnosis import REMEDIES
from halfmoon.inspection import diagnosis
from halfmoon.report.notes import CODES, notes_of
from halfmoon.tables.findings import findings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "findings.md"


def test_every_rule_about_networks_of_tables_has_a_code():
    assert set(CODES) == set(REMEDIES)


def test_each_code_has_a_paragraph_of_its_own():
    headings = re.findall(r"^## (HM-N\d\d): (.*)$", PAGE.read_text(), re.MULTILINE)
    assert headings == [(code, name) for name, code in CODES.items()]


def test_notes_say_what_was_found():
    told = diagnosis.Finding(
        name="overfitting",
        rule="It is kept.",
        number=0.7,
        message="Lost.",
        remedy="Do.",
    )
    table = {"size": np.array([1.0, 2.0, 4.0]), "unit": np.array(["cm"] * 3, object)}
    found = findings(table)
    *of_data, note = notes_of(found, diagnosis.Diagnosis([told], []))
    assert [one.code for one in of_data] == [one.code for one in found]
    assert [one.sentence for one in of_data] == [one.sentence for one in found]
    assert (note.code, note.source) == ("HM-N04", "networks")
    assert (note.title, note.sentence, note.remedy) == ("overfitting", "Lost.", "Do.")
    assert notes_of(found, None) == tuple(of_data)
