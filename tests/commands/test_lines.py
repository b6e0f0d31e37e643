"""Lines of Python that make the model of a fit again."""

import shlex
import sys

import numpy as np
import pytest

import halfmoon
from clinic import FIT, table_lines
from halfmoon.atomic import write_file
from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.targets import read_named
from halfmoon.commands.fitting import measuring
from halfmoon.commands.fitting.lines import command_line, report_lines
from halfmoon.tables.reading import read_file


@pytest.fixture
def lines(run, tmp_path, monkeypatch):
    """The lines that a fit with these options tells, which is not measured."""
    monkeypatch.chdir(tmp_path)
    told = []

    def measure_fit(*arguments, python, **options):
        told.append(python)
        raise ValueError("nothing is measured here.")

    monkeypatch.setattr(measuring, "measure_fit", measure_fit)

    def call(*options, rows=120, target="ill"):
        data = table_lines(rows, without=(5,))
        data[9] = data[9].replace(data[9].split(";")[0], "", 1)  # without a patient
        data[11] = data[11].replace(data[11].split(";")[1], "", 1)  # without a day
        write_file(tmp_path / "data.csv", "\n".join(data) + "\n")
        write_file(tmp_path / "new.csv", "\n".join(table_lines(30)) + "\n")
        run("fit", "data.csv", "--target", target, "--effort", "1", *options)
        return told[-1]

    return call


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--groups", "patient"],
        ["--time", "since"],
        ["--test", "new.csv"],
        ["--test", "new.csv", "--time", "since"],
        ["--separator", ";", "--columns", "since=category", "--random-state", "3"],
        ["--hidden-layer-sizes", "8,4", "--class-weight", "no=1,yes=2"],
    ],
    ids=" ".join,
)
def test_they_make_the_same_model(lines, options):
    """Each prediction has the same bits."""
    python = lines(*options)
    made = {}
    exec(python, made)
    model = halfmoon.load("data.halfmoon/model.safetensors")
    rows, _ = read_file("new.csv")
    rows.pop("ill")
    assert np.array_equal(model.predict_proba(rows), made["model"].predict_proba(rows))


def test_they_do_so_for_values(lines):
    python = lines(target="height")
    made = {}
    exec(python, made)
    model = halfmoon.load("data.halfmoon/model.safetensors")
    rows, _ = read_file("new.csv")
    rows.pop("height")
    rows["ill"][:] = "no"
    assert np.array_equal(model.predict(rows), made["model"].predict(rows))
    assert "labels=" not in python


def test_those_of_a_report_write_one(clinic, tmp_path, monkeypatch):
    target = read_named(read_file(clinic.table)[0], "ill")
    model = str(clinic.folder / "model.safetensors")
    python = report_lines(model, str(clinic.table), Reading(separator=";"), target)
    assert "separator=';'" in python
    monkeypatch.chdir(tmp_path)
    pages = []
    monkeypatch.setattr(halfmoon, "measure", lambda *a, **options: (a, options))
    monkeypatch.setattr(halfmoon, "write_report", lambda *a: pages.append(a))
    exec(python, {})
    (((_, _, _, X, y), options), page) = pages[0]
    assert (len(y), len(X["city"]), page) == (158, 158, "report.html")
    assert options == {"target": "ill"}


def test_what_is_not_used_is_not_imported(lines):
    plain = lines()
    assert "numpy" not in plain
    assert "cells_of" not in plain
    grouped = lines("--groups", "patient", "--test", "new.csv")
    assert "import numpy as np" in grouped
    assert "split_rows" not in grouped


def test_the_command_is_what_a_shell_takes(monkeypatch):
    arguments = ["fit", "my data.csv", "--separator", ";", *FIT]
    monkeypatch.setattr(sys, "argv", ["/usr/bin/halfmoon", *arguments])
    assert shlex.split(command_line()) == ["halfmoon", *arguments]
