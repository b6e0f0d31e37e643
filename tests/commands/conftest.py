"""The command line, run in this process."""

import io
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from clinic import FIT, table_lines
from halfmoon import TabularClassifier, TabularRegressor, save
from halfmoon.commands import main
from halfmoon.commands.common.targets import as_record, read_named
from halfmoon.tables.reading import read_file
from housing import INPUTS, TABLE, written


class Done(NamedTuple):
    status: int
    output: str
    error: str


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs `halfmoon` with arguments."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["halfmoon", *arguments])
        with pytest.raises(SystemExit) as stop:
            main.main()
        output, error = capsys.readouterr()
        return Done(int(stop.value.code or 0), output, error)

    return call


class Fitted(NamedTuple):
    """A table in a file, and model files of its two targets, with the models."""

    folder: Path
    table: Path
    classifier: Path
    regressor: Path
    models: dict


@pytest.fixture(scope="session")
def fitted(tmp_path_factory):
    """Small models of a table, with one target each, as `halfmoon fit` keeps it."""
    folder = tmp_path_factory.mktemp("fitted")
    path = folder / "houses.csv"
    path.write_text(written(TABLE), encoding="utf-8")
    table, _ = read_file(path)
    models = {}
    for name, kind, target in (
        ("classifier", TabularClassifier, "large"),
        ("regressor", TabularRegressor, "price"),
    ):
        inputs = {each: table[each] for each in INPUTS}
        read = read_named(table, target)
        model = kind(effort=1, random_state=0).fit(inputs, read.values)
        model.record_["target"] = as_record(read)
        save(model, folder / f"{name}.safetensors")
        models[name] = model
    files = [folder / f"{name}.safetensors" for name in models]
    return Fitted(folder, path, *files, models)


class Clinic(NamedTuple):
    """A table, the folder of its fit, and what the fit has printed."""

    table: Path
    folder: Path
    printed: str


@pytest.fixture(scope="session")
def clinic(tmp_path_factory):
    """The folder of a fit of such a table, and what the fit has printed.

    Rows 3 and 8 have no class. Nobody writes there.
    """
    folder = tmp_path_factory.mktemp("clinic")
    table = folder / "clinic.csv"
    lines = table_lines(without=(3, 8))
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["halfmoon", "fit", str(table), *FIT])
        patch.setattr(sys, "stdout", printed)
        with pytest.raises(SystemExit) as stop:
            main.main()
    assert not stop.value.code
    return Clinic(table, folder / "clinic.halfmoon", printed.getvalue())
