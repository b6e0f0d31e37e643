"""The folder that a fit writes: its name, its files, and what is not written over."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from failing import FULL, failing, failure, steps_of
from halfmoon.commands.fitting import folder
from halfmoon.commands.fitting.folder import (
    beside,
    folder_for,
    history_lines,
    write_model,
)
from halfmoon.files import model_file
from halfmoon.tables.schema import Schema

MODEL = SimpleNamespace(
    schema_=Schema.of({"größe": np.array(["1,5", "2,5"], dtype=object)}),
    histories_=[[{"epoch": 1, "loss": 0.5, "validation_score": float("nan")}], []],
)


@pytest.fixture(autouse=True)
def saved(monkeypatch):
    """The model file has tests of its own; here it is a few bytes."""

    def save(model, path):
        folder.write_file(path, b"model", durable=True)

    monkeypatch.setattr(model_file, "save", save)


def names(path):
    return sorted(each.name for each in path.iterdir())


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("data.csv", "data.halfmoon"),
        ("data.csv.gz", "data.halfmoon"),
        ("data.CSV.GZ", "data.halfmoon"),
        ("in/2024.05 sales.tsv", "in/2024.05 sales.halfmoon"),
        ("data", "data.halfmoon"),
        ("-", "table.halfmoon"),
    ],
)
def test_it_lies_beside_the_table(source, name):
    assert beside(source) == Path(name)


def test_it_holds_model_schema_and_history(tmp_path):
    path = write_model(tmp_path / "data.halfmoon", MODEL, is_named=False)
    assert path == tmp_path / "data.halfmoon"
    assert names(path) == ["history.jsonl", "model.safetensors", "schema.json"]
    text = (path / "schema.json").read_text(encoding="utf-8")
    assert Schema.from_json(text) == MODEL.schema_
    lines = (path / "history.jsonl").read_text().splitlines()
    told = {"network": 1, "epoch": 1, "loss": 0.5, "validation_score": None}
    assert [json.loads(line) for line in lines] == [told]


def test_each_network_has_its_lines():
    epoch = {"epoch": 1.0}
    lines = history_lines([[epoch, epoch], [epoch]]).splitlines()
    assert [json.loads(line)["network"] for line in lines] == [1, 1, 2]


def test_an_earlier_one_stays(tmp_path):
    """Whatever it is: a folder, an empty one, a file, a link to nothing."""
    wanted = tmp_path / "data.halfmoon"
    assert write_model(wanted, MODEL, is_named=False) == wanted
    (tmp_path / "data.halfmoon-2").mkdir()
    (tmp_path / "data.halfmoon-3").touch()
    (tmp_path / "data.halfmoon-4").symlink_to(tmp_path / "gone")
    path = write_model(wanted, MODEL, is_named=False)
    assert path == tmp_path / "data.halfmoon-5"
    assert (tmp_path / "data.halfmoon-3").read_bytes() == b""
    assert names(tmp_path / "data.halfmoon-2") == []


def test_two_fits_at_once_write_two_folders(tmp_path, monkeypatch):
    wanted = tmp_path / "data.halfmoon"
    write = folder.write_folder
    met = []

    def meeting(path, content):
        if not met:
            met.append(path)
            write_model(wanted, MODEL, is_named=False)
        write(path, content)

    monkeypatch.setattr(folder, "write_folder", meeting)
    assert write_model(wanted, MODEL, is_named=False).name == "data.halfmoon-2"
    assert names(tmp_path) == ["data.halfmoon", "data.halfmoon-2"]


def test_one_that_is_named_is_written_there_or_not_at_all(tmp_path):
    wanted = tmp_path / "mine"
    wanted.mkdir()
    assert write_model(wanted, MODEL, is_named=True) == wanted
    with pytest.raises(FileExistsError, match="is there already"):
        write_model(wanted, MODEL, is_named=True)
    assert names(tmp_path) == ["mine"]


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "Ctrl-C"])
def test_a_full_disk_leaves_a_whole_folder_or_none(tmp_path, error):
    count = steps_of(lambda: write_model(tmp_path / "first", MODEL, is_named=True))
    for fails_at in range(1, count + 1):
        parent = tmp_path / str(fails_at)
        parent.mkdir()
        wanted = parent / "data.halfmoon"
        with failing(fails_at, failure(error)):
            try:
                write_model(wanted, MODEL, is_named=False)
            except OSError as raised:
                sentence = str(raised)
                assert "No space left on device" in sentence
                assert sentence.endswith(".")
                assert "data.halfmoon" in sentence
                assert ".part" not in sentence
            except KeyboardInterrupt:
                pass
        assert len(names(parent)) <= 1
        if wanted.exists():
            assert len(names(wanted)) == 3


@pytest.mark.parametrize(
    ("source", "out", "sentence"),
    [
        ("data.csv", " ", "--out is empty; name a folder, or leave it out."),
        ("data.csv", "file", "--out names the file file; name a folder."),
        ("data.csv", "full", "The folder full holds files already, and nothing is"),
        ("data.csv", "file/x", "is a file, so there can be no file/x; name"),
        ("/dev/null/data.csv", None, "/dev/null is a file, so there can be no /dev"),
        ("/proc/data.csv", None, "No files can be written in the folder /proc"),
    ],
)
def test_what_cannot_be_written_is_refused_before_there_is_a_model(
    tmp_path, monkeypatch, source, out, sentence
):
    monkeypatch.chdir(tmp_path)
    Path("full").mkdir()
    Path("full/old").touch()
    Path("file").touch()
    before = names(tmp_path)
    with pytest.raises((OSError, ValueError), match=r"\.$") as error:
        folder_for(source, out)
    assert sentence in str(error.value)
    assert names(tmp_path) == before


def test_nothing_is_made_before_there_is_a_model(tmp_path):
    assert folder_for(str(tmp_path / "data.csv"), None) == tmp_path / "data.halfmoon"
    out = str(tmp_path / "a" / "b")
    assert folder_for("data.csv", out) == Path(out)
    assert not os.listdir(tmp_path)
