"""Findings become notes, each under a code of its own."""

import numpy as np

from halfmoon import Network, datasets, diagnose, train
from halfmoon.inspection.diagnosis import RULES
from halfmoon.report.notes import CODES, notes_of
from halfmoon.tables.findings import findings


def test_every_rule_of_the_diagnosis_has_a_code():
    assert set(CODES) == set(RULES)
    assert len(set(CODES.values())) == len(CODES)


def test_notes_say_what_was_found():
    table = {"size": np.array([1.0, 2.0, 4.0]), "unit": np.array(["cm"] * 3, object)}
    found = findings(table)
    X, y = datasets.make("moons", n=100, noise=0.2, seed=0)
    X = np.column_stack([X, np.ones(100)])
    network = Network.dense([3, 2, 2])
    run = train(network, X, y, epochs=2)
    diagnosis = diagnose(network, run.history, X, y, names=["a", "b", "c"])
    notes = notes_of(found, diagnosis)
    of_data = [note for note in notes if note.source == "data"]
    assert [note.code for note in of_data] == [one.code for one in found]
    assert [note.sentence for note in of_data] == [one.sentence for one in found]
    of_networks = notes[len(of_data) :]
    assert [note.title for note in of_networks] == [
        one.name for one in diagnosis.findings
    ]
    constant = of_networks[0]
    assert constant.code == "HM-N01"
    assert "c" in constant.sentence
    assert constant.remedy
    assert notes_of(found, None) == tuple(of_data)
