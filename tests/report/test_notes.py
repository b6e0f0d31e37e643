"""Findings become notes, each under a code of its own."""

import re
from pathlib import Path

import numpy as np

from halfmoon.estimators.tabular_diagnosis import REMEDIES
from halfmoon.inspection import diagnosis
from halfmoon.report.measured import SplitFacts
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
    at_random = SplitFacts("random", "Drawn.")
    *of_data, note = notes_of(found, diagnosis.Diagnosis([told], []), at_random)
    assert [one.code for one in of_data] == [one.code for one in found]
    assert [one.sentence for one in of_data] == [one.sentence for one in found]
    assert (note.code, note.source) == ("HM-N04", "networks")
    assert (note.title, note.sentence, note.remedy) == ("overfitting", "Lost.", "Do.")
    assert notes_of(found, None, at_random) == tuple(of_data)


def test_what_the_split_has_taken_care_of_is_no_note():
    days = np.arange("2024-01-01", "2024-07-19", dtype="datetime64[D]")
    table = {
        "day": days,
        "ended": np.random.default_rng(0).permutation(days),
        "patient_id": np.repeat([f"P{i}" for i in range(50)], 4).astype(object),
    }
    found = findings(table)

    def told(kind, column=None):
        notes = notes_of(found, None, SplitFacts(kind, "Split.", (), column))
        return {(note.code, note.column) for note in notes}

    late = {("HM-D03", "day"), ("HM-D04", "ended")}
    assert told("random") == {*late, ("HM-D05", "patient_id")}
    assert told("groups", "patient_id") == late
    assert told("time", "day") == {("HM-D04", "ended"), ("HM-D05", "patient_id")}
