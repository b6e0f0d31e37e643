"""`halfmoon fit`: from a file to a folder with a model, and what stops it."""

import errno
import json
from contextlib import contextmanager

import numpy as np
import pytest

import halfmoon
from clinic import FIT, table_lines
from fits import press_ctrl_c
from halfmoon.atomic import write_file
from halfmoon.commands.fitting import folder, measuring, training
from halfmoon.estimators.tabular_base import Tabular
from halfmoon.files import model_file

FILES = ["history.jsonl", "model.safetensors", "report.html", "schema.json"]


@pytest.fixture
def table(tmp_path, monkeypatch):
    """The path of a table, in the folder where one works."""
    monkeypatch.chdir(tmp_path)
    write_file(tmp_path / "data.csv", "\n".join(table_lines()) + "\n")
    return "data.csv"


@pytest.fixture
def unmeasured(monkeypatch):
    """Nothing is measured: that takes most of the time, and has tests of its own."""

    def measure_fit(*arguments, **options):
        raise ValueError("nothing is measured here.")

    monkeypatch.setattr(measuring, "measure_fit", measure_fit)


def names(path):
    return sorted(each.name for each in path.iterdir())


def test_a_fit_writes_one_folder_beside_the_table(clinic):
    assert names(clinic.table.parent) == ["clinic.csv", "clinic.halfmoon"]
    assert names(clinic.folder) == FILES
    page = (clinic.folder / "report.html").read_text(encoding="utf-8")
    assert "gradient boosting" in page
    assert "halfmoon fit" in page
    words = " ".join(page.split())
    assert (
        "</code>: CSV, 160 rows, 5 columns; utf-8, a semicolon between cells" in words
    )


def test_it_prints_what_it_read_the_scores_and_where_the_files_are(clinic):
    said = [
        "clinic.csv: CSV, 160 rows, 5 columns",
        "ill: classification: it holds 2 different texts",
        "2 rows without 'ill' are left out.",
        "The test rows are 20% of all",
        "this model",
        "always the most frequent class",
        "logistic regression",
        "gradient boosting",
        f"halfmoon predict {clinic.folder} NEW.csv",
    ]
    for words in said:
        assert words in clinic.printed


def test_the_model_knows_where_it_comes_from_and_how_good_it_is(clinic):
    record = halfmoon.load(clinic.folder / "model.safetensors").record_
    assert record["target"]["column"] == "ill"
    assert record["source"] == "clinic.csv"
    assert record["reading"]["separator"] == ";"
    assert (record["split"]["kind"], record["split"]["test"]) == ("random", 32)
    accuracy = record["scores"]["accuracy"]["value"]
    (line,) = [line for line in clinic.printed.splitlines() if "this model" in line]
    assert f"{accuracy:.1%}" in line


def test_scores_are_those_of_the_test_rows(clinic):
    """Counted here by hand, from the file and the model."""
    model = halfmoon.load(clinic.folder / "model.safetensors")
    lines = clinic.table.read_text(encoding="utf-8").splitlines()
    cells = [line.split(";") for line in lines]
    rows = [row for row in cells[1:] if row[-1]]
    split = halfmoon.split_rows(len(rows), labels=[row[-1] for row in rows])
    test = [rows[number] for number in split.test]
    columns = zip(*test, strict=True)
    X = {n: np.array(c, object) for n, c in zip(cells[0], columns, strict=True)}
    truth = X.pop("ill")
    accuracy = np.mean(model.predict(X) == truth)
    assert model.record_["scores"]["accuracy"]["value"] == pytest.approx(accuracy)


@pytest.mark.slow
def test_an_equal_fit_gives_equal_bytes_in_a_folder_of_its_own(run, clinic, tmp_path):
    done = run("fit", str(clinic.table), *FIT, "--out", str(tmp_path / "a"), "--json")
    assert done.status == 0, done.error
    told = json.loads(done.output)
    assert told["folder"] == str(tmp_path / "a")
    assert told["rows"] == {"train": 126, "test": 32, "left_out": 2}
    assert told["scores"]["log_loss"]["low"] < told["scores"]["log_loss"]["value"]
    assert {each["name"] for each in told["baselines"]} == {
        "dummy",
        "linear",
        "boosting",
    }
    first = (clinic.folder / "model.safetensors").read_bytes()
    assert (tmp_path / "a" / "model.safetensors").read_bytes() == first


def test_parameters_are_options(run, table, unmeasured):
    options = ["--hidden-layer-sizes", "5,4", "--class-weight", "no=1,yes=2"]
    run("fit", table, *FIT, *options, "--random-state", "7", "--n-jobs", "1")
    model = halfmoon.load("data.halfmoon/model.safetensors")
    assert model.hidden_layer_sizes == (5, 4)
    assert model.class_weight == {"no": 1, "yes": 2}
    assert (model.effort, model.random_state, model.n_jobs) == (1, 7, 1)
    assert [layer.k for layer in model.networks_[0].layers if layer.act][:2] == [5, 4]
    assert not model.verbose


def test_a_schema_that_was_edited_is_followed(run, table, unmeasured):
    run("fit", table, *FIT)
    path = "data.halfmoon/schema.json"
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    kinds = {entry["column"]: entry["kind"] for entry in told["columns"]}
    assert kinds["since"] == "date"
    for entry in told["columns"]:
        if entry["column"] == "since":
            entry["kind"] = "id"
    write_file(folder.Path("edited.json"), json.dumps(told))
    run("fit", table, *FIT, "--schema", "edited.json")
    kinds["since"] = "id"
    model = halfmoon.load("data.halfmoon-2/model.safetensors")
    assert model.schema_.kinds == kinds


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.csv", *FIT], "There is no file 'gone.csv'"),
        (["data.csv"], "--target"),
        (["data.csv", "--target", "Ill"], "did you mean 'ill'?"),
        (["data.csv", "--target", "since"], "it holds dates"),
        (["data.csv", *FIT, "--effort", "9"], "--effort must be an integer in [1, 5]"),
        (["data.csv", *FIT, "--task", "regression"], "is 'no', which is not a number"),
        (["data.csv", *FIT, "--separator", "|"], "--separator '|' gives one column"),
        (["data.csv", *FIT, "--out", "data.csv"], "--out names the file data.csv"),
        (["data.csv", *FIT, "--out", "/dev/null/x"], "there can be no /dev/null/x"),
        (["data.csv", *FIT, "--groups", "city", "--time", "since"], "both given"),
        (["data.csv", *FIT, "--columns", "hight=category"], "'hight'"),
        (["data.csv", *FIT, "--schema", "no.json"], "--schema: no.json cannot be read"),
        (["data.csv", "--target", "height", "--class-weight", "balanced"], "no effect"),
        (["one.csv", *FIT], "it holds one value only"),
        (["many.csv", *FIT, "--task", "classification"], "there may be at most"),
        (["ragged.csv", *FIT], "ragged.csv"),
        (["empty.csv", *FIT], "empty.csv"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(
    run, table, arguments, sentence
):
    lines = table_lines()
    bare = [line.rsplit(";", 1)[0] for line in lines]
    for name, content in {
        "one.csv": [
            line + ";ill" * (not n) + ";yes" * (n > 0) for n, line in enumerate(bare)
        ],
        "many.csv": [f"{line};{n or 'ill'}" for n, line in enumerate(bare)],
        "ragged.csv": [*lines[:50], "a;b;c;d;e;f;g", *lines[50:]],
        "empty.csv": [],
    }.items():
        write_file(folder.Path(name), "\n".join(content) + "\n" * bool(content))
    before = names(folder.Path())
    done = run("fit", *arguments)
    assert done.status == 2, done.error
    assert sentence in done.error
    assert "Traceback" not in done.error
    assert names(folder.Path()) == before


@contextmanager
def interrupting(self, recipe):
    """A progress that presses Ctrl-C after the first epoch of the second network."""
    pressed = []

    def told(number, run):
        if number == 1 and not pressed:
            pressed.append(number)
            press_ctrl_c()

    yield told


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # the command line shows it
def test_ctrl_c_keeps_the_networks_so_far_and_writes_all_files(run, table, monkeypatch):
    monkeypatch.setattr(Tabular, "_progress", interrupting)
    done = run("fit", table, "--target", "ill", "--effort", "2", "--n-jobs", "1")
    assert done.status == 130
    assert "networks were kept, and they predict" in done.error
    assert names(folder.Path("data.halfmoon")) == FILES
    model = halfmoon.load("data.halfmoon/model.safetensors")
    assert model.stopped_ == "interrupted"
    count = len(model.networks_)
    said = f"ended by Ctrl-C: {count} of {model.record_['folds']['members']} networks"
    page = folder.Path("data.halfmoon/report.html").read_text(encoding="utf-8")
    assert said in done.output
    assert said in " ".join(page.split())
    assert 1 <= len(model.networks_) < model.record_["folds"]["count"]


def test_a_second_ctrl_c_leaves_at_once(run, table, monkeypatch):
    def press_twice(*arguments, **options):
        raise KeyboardInterrupt  # what the second one raises in a fit

    monkeypatch.setattr(Tabular, "_train", press_twice)
    done = run("fit", table, *FIT)
    assert done.status == 130
    assert done.error == "halfmoon: interrupted.\n"
    assert names(folder.Path()) == ["data.csv"]


def test_ctrl_c_while_it_is_measured_keeps_the_model(run, table, monkeypatch):
    def press(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(measuring, "measure_fit", press)
    done = run("fit", table, *FIT)
    assert done.status == 130
    assert "the model is in data.halfmoon, without a report of it" in done.error
    assert names(folder.Path("data.halfmoon")) == [
        n for n in FILES if "report" not in n
    ]
    assert halfmoon.load("data.halfmoon/model.safetensors").networks_


def test_a_full_disk_is_one_sentence_and_leaves_nothing(run, table, monkeypatch):
    def full(model, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(model_file, "save", full)
    done = run("fit", table, *FIT)
    assert done.status == 2
    assert "data.halfmoon cannot be written (No space left on device)" in done.error
    assert names(folder.Path()) == ["data.csv"]


def test_a_table_of_its_own_may_be_the_test(run, table, unmeasured):
    write_file(folder.Path("new.csv"), "\n".join(table_lines(40)) + "\n")
    done = run("fit", table, *FIT, "--test", "new.csv")
    assert "The test rows are a table of their own, new.csv." in done.output
    record = halfmoon.load("data.halfmoon/model.safetensors").record_
    assert record["rows"] == record["split"]["train"] == 160
    assert record["split"]["test"] == 40


def test_a_seed_of_none_is_no_seed(run, table, unmeasured, monkeypatch):
    seen = []
    train = training.train

    def watched(prepared, parameters, seed):
        seen.append((parameters["random_state"], seed))
        return train(prepared, parameters, seed)

    monkeypatch.setattr(training, "train", watched)
    run("fit", table, *FIT, "--random-state", "none")
    assert seen == [(None, 0)]


def test_columns_that_are_not_learned_from_are_named(run, tmp_path):
    path = tmp_path / "notes.csv"
    lines = ["id,customer_id,note,size,y"]
    for i in range(60):
        note = f"words of the note number {i}"
        lines.append(f"{i},C{i % 8},{note},{i % 7},{'no' if i % 3 else 'yes'}")
    path.write_text("\n".join(lines), encoding="utf-8")
    done = run(*f"fit {path} --target y --groups customer_id --effort 1".split())
    assert done.status == 0, done.error
    line = next(each for each in done.output.splitlines() if "learned from:" in each)
    assert line == (
        "Not learned from: 'id' (id), 'note' (text); --columns NAME=KIND changes it."
    )
    schema = json.loads((tmp_path / "notes.halfmoon" / "schema.json").read_text())
    why = {each["column"]: each["why"] for each in schema["columns"]}
    assert why["customer_id"] == "it names the groups, of which new ones will come"
