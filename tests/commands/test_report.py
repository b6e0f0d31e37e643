"""`halfmoon report`: a page on a model, of the rows of its fit or of others."""

import json

import pytest

import halfmoon
from clinic import table_lines
from halfmoon.atomic import write_file
from halfmoon.commands.common.options import Reading
from halfmoon.commands.fitting.again import prepare_again


@pytest.fixture
def other(tmp_path):
    """Writes a table of other rows."""

    def write(lines, name="new.csv"):
        path = tmp_path / name
        write_file(path, "\n".join(lines) + "\n")
        return str(path)

    return write


@pytest.fixture(scope="module")
def model(clinic):
    return halfmoon.load(clinic.folder / "model.safetensors")


@pytest.mark.slow
def test_of_the_rows_of_its_fit_it_is_the_fits_report(run, clinic, model, tmp_path):
    page = tmp_path / "again.html"
    out = ["--out", str(page), "--json"]
    done = run("report", str(clinic.folder), str(clinic.table), *out)
    assert done.status == 0, done.error
    assert done.error == ""
    told = json.loads(done.output)
    assert told["report"] == str(page)
    assert told["scores"] == model.record_["scores"]
    assert told["rows"] == {"train": 126, "test": 32, "left_out": 2}
    assert len(told["baselines"]) == 3
    assert "gradient boosting" in page.read_text(encoding="utf-8")


def test_of_other_rows_each_is_a_test_row(model, other):
    again = prepare_again(model, other(table_lines(40, without=(7,))), Reading())
    assert again.train is None
    assert again.split is None
    assert not again.learned
    assert again.left_out == 1
    assert again.test.numbers.tolist() == [n for n in range(40) if n != 7]
    assert "ill" not in again.test.table


def test_one_cell_that_differs_makes_them_others(clinic, model, other):
    """A split of rows that are not the same would call learned rows test rows."""
    lines = clinic.table.read_text(encoding="utf-8").splitlines()
    whole = prepare_again(model, other(lines), Reading())
    assert len(whole.test.y) == 32
    lines[1] = lines[1].replace("Graz", "Linz")
    changed = prepare_again(model, other(lines), Reading())
    in_test = 0 in whole.test.numbers
    assert len(changed.test.y) == (32 if in_test else 158)


@pytest.fixture(scope="module")
def split_by(clinic, model):
    """A model that was fitted to rows split by a column."""
    from halfmoon.commands.fitting.preparing import Wanted, prepare
    from halfmoon.commands.fitting.training import train

    def call(**options):
        wanted = Wanted(str(clinic.table), "ill", **options)
        prepared = prepare(wanted, Reading())
        return prepared, train(prepared, {"effort": 1, "random_state": 0}).model

    return call


@pytest.mark.parametrize("options", [{"groups": "patient"}, {"time": "since"}])
def test_groups_and_times_are_split_again_as_they_were(clinic, split_by, options):
    prepared, model = split_by(**options)
    again = prepare_again(model, str(clinic.table), Reading())
    assert again.test.numbers.tolist() == prepared.test.numbers.tolist()
    assert again.split.facts == prepared.split.facts


@pytest.mark.slow
def test_rows_that_were_all_learned_are_told(run, clinic, split_by, tmp_path):
    """With a test table of its own, the whole table was learned."""
    _, model = split_by(test=str(clinic.table))
    halfmoon.save(model, tmp_path / "model.safetensors")
    assert prepare_again(model, str(clinic.table), Reading()).learned
    page = str(tmp_path / "page.html")
    path = str(tmp_path / "model.safetensors")
    done = run("report", path, str(clinic.table), "--out", page)
    assert done.status == 0, done.error
    assert "the model has learned these rows" in done.error
    assert "this model" in done.output
    assert "gradient boosting" not in done.output
    assert f"Written to {page}." in done.output


def test_the_page_lies_beside_the_table_and_over_nothing(other):
    from halfmoon.commands.fitting.folder import page_for

    table = other(table_lines(40), "new.csv.gz")
    first = page_for(table, None)
    assert first.name == "new.report.html"
    first.touch()
    assert page_for(table, None).name == "new.report-2.html"
    assert page_for("-", None).name == "table.report.html"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.csv"], "There is no file 'gone.csv'"),
        (["new.csv", "--out", "new.csv"], "new.csv is there already; name another"),
        (["new.csv", "--out", "."], "--out must be a file, such as report.html"),
        (["new.csv", "--out", "no/page.html"], "There is no folder no; make it first."),
        (["new.csv", "--target", "il"], "--target names 'il'"),
        (["none.csv"], "No row has a value in 'ill'"),
        (["less.csv"], "'height'"),
        (["odd.csv"], "Row 15 of column 'height' is 'tall'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence(
    run, clinic, other, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    lines = table_lines(20)
    other(lines)
    other(table_lines(20, without=range(20)), "none.csv")
    other(["patient;since;city;ill", "p1;01.01.2023;Graz;no"], "less.csv")
    odd = table_lines(20, without=(3, 4, 5))
    odd[15] = "p;01.01.2023;tall;Graz;no"
    other(odd, "odd.csv")
    before = sorted(tmp_path.iterdir())
    done = run("report", str(clinic.folder), *arguments)
    assert done.status == 2, done.error
    assert sentence in done.error
    assert sorted(tmp_path.iterdir()) == before
