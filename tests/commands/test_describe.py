"""`halfmoon describe`: of a table and of a model, and what it refuses."""

import gzip
import json

import numpy as np
import pytest

import halfmoon
from halfmoon import MLPClassifier, TabularClassifier, datasets

TABLE = """id;Preis;seit;Stadt;zip;groß;leer;y
1;1.234,50 €;31.12.2020;Köln;01067;ja;;a
2;99,00 €;01.02.2021;Bonn;80331;nein;;b
3;15,20 €;17.05.2019;Köln;80331;ja;;
4;;13.05.2018;Köln;01067;nein;;a
5;25,20 €;17.05.2019;Köln;80331;ja;;b
"""
KINDS = {
    "id": "id",
    "Preis": "number",
    "seit": "date",
    "Stadt": "category",
    "zip": "category",
    "groß": "yes/no",
    "leer": "empty",
    "y": "category",
}


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "Häuser.csv"
    path.write_bytes(TABLE.encode("cp1252"))
    return path


def test_a_table_is_shown_in_words(run, table):
    done = run("describe", str(table))
    assert done.status == 0, done.error
    assert "Häuser.csv: CSV, 5 rows, 8 columns" in done.output
    assert "cp1252, a semicolon between cells, no quotes, names in the first" in (
        done.output
    )
    assert "not UTF-8, so the file was read as cp1252" in done.output
    lines = {line.split()[0]: line for line in done.output.splitlines() if line}
    for column, kind in KINDS.items():
        assert kind in lines[column]
    assert "20%" in lines["Preis"]
    assert "decimal mark ','" in lines["Preis"]
    assert "id, left out" in lines["id"]
    assert "Target: y: classification: it holds 2 different texts" in done.output
    assert "Its classes: a (50%), b (50%)." in done.output
    assert "HM-D11: 1 row of 5 has no 'y'" in done.output
    assert "fit" in done.output.splitlines()[-1]
    assert "--target y" in done.output.splitlines()[-1]
    assert done.error == ""


def test_a_table_is_shown_as_json(run, table):
    done = run("describe", str(table), "--json")
    shown = json.loads(done.output)
    assert {each["column"]: each["kind"] for each in shown["columns"]} == KINDS
    assert shown["rows"] == 5
    assert shown["reading"]["separator"] == ";"
    assert shown["reading"]["encoding"] == "cp1252"
    assert shown["missing"]["Preis"] == 1
    assert shown["missing"]["leer"] == 5
    assert shown["target"]["column"] == "y"
    assert shown["target"]["task"] == "classification"
    assert shown["target"]["without"] == 1


def test_what_to_know_of_a_table_is_told(run, tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"{i % 50},cm,{i % 2}\n" for i in range(60)]
    path.write_text("size,unit,y\n" + "".join(rows))
    shown = json.loads(run("describe", str(path), "--json").output)
    codes = [finding["code"] for finding in shown["findings"]]
    assert {"HM-D01", "HM-D07"} <= set(codes)
    done = run("describe", str(path))
    assert "HM-D01: 20 rows of 60 occur more than once" in done.output
    assert "HM-D07: Column 'unit' is the same in all rows" in done.output


def test_options_and_target_stand_above_the_rules(run, table):
    options = ["--columns", "zip=number", "--target", "Preis", "--encoding", "cp1252"]
    done = run("describe", str(table), "--json", *options)
    shown = json.loads(done.output)
    kinds = {each["column"]: each["kind"] for each in shown["columns"]}
    assert kinds["zip"] == "number"
    assert shown["target"]["column"] == "Preis"
    assert shown["target"]["task"] == "regression"
    done = run("describe", str(table), *options)
    assert done.output.splitlines()[-1].endswith(
        "--target Preis --encoding cp1252 --columns zip=number"
    )


def test_gzip_and_standard_input(run, table, monkeypatch, tmp_path):
    packed = tmp_path / "x.csv.gz"
    packed.write_bytes(gzip.compress(TABLE.encode()))
    assert "packed with gzip, 5 rows" in run("describe", str(packed)).output
    with open(packed, "rb") as opened:
        monkeypatch.setattr("sys.stdin", type("In", (), {"buffer": opened}))
        assert "standard input: CSV, packed" in run("describe", "-").output


def test_a_table_without_a_target(run, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,d\n1,2020-01-01\n2,2020-01-02\n3,2020-01-03\n")
    done = run("describe", str(path))
    assert "Target: no column can be predicted" in done.output
    assert json.loads(run("describe", str(path), "--json").output)["target"] is None


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("a;b\n1;2\n3;4\n", ["--separator", ","], "give --separator ';', or leave"),
        ("a,b\n1,x\n2,y,z\n" + "3,z\n" * 9, [], "the row in line 3 has 3 cells"),
        (b"\x00\x01\x02" * 100, [], "is a binary file"),
        ("a,b\n", [], "has no rows"),
        ("", [], "is empty"),
        ("a,b\n1,x\n2,y\n", ["--target", "B"], "did you mean 'b'?"),
        ("a,b\n1,x\n2,y\n", ["--columns", "c=id"], "names 'c', which the table"),
        ("a,b\n1,x\n2,y\n", ["--columns", "a=no"], "can be one of number, yes/no"),
        ("a,b\n1,x\n2,y\n", ["--columns", "a"], "as zip=category"),
        ("a,b\n1,x\n2,y\n", ["--separator", "ab"], "must be one character"),
        ("a,b\n1,x\n2,y\n", ["--encoding", "nothing"], "encoding must be one"),
    ],
)
def test_a_mistake_is_one_sentence(run, tmp_path, content, options, message):
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run("describe", str(path), *options)
    assert done.status == 2
    assert message in done.error
    assert done.error.count("\n") == 1
    assert done.output == ""


def test_an_absent_file_is_one_sentence(run, tmp_path):
    (tmp_path / "data.csv").write_text("a\n1\n")
    done = run("describe", str(tmp_path / "dat.csv"))
    assert done.status == 2
    assert "did you mean 'data.csv'?" in done.error


def test_two_columns_of_one_name_are_told(run, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,a\n1,2\n3,4\n")
    assert "is read as 'a_2'" in run("describe", str(path)).output


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    halfmoon.save(halfmoon.Network.dense([2, 3, 2], seed=0), folder / "n.safetensors")
    X, y = datasets.make("moons", n=40, noise=0.2, seed=0)
    model = MLPClassifier((3,), solver="lbfgs", random_state=0)
    model.fit(X, y)
    halfmoon.save(model, folder / "m.safetensors")
    return folder


@pytest.mark.parametrize(("name", "kind"), [("n", "Network"), ("m", "MLPClassifier")])
def test_other_models_are_shown(run, models, name, kind):
    path = str(models / f"{name}.safetensors")
    done = run("describe", path)
    assert done.status == 0, done.error
    assert kind in done.output
    assert "2 -> 3" in done.output
    shown = json.loads(run("describe", path, "--json").output)
    assert shown["kind"] == kind
    assert shown["layers"][0]["outputs"] == 3
    assert shown["classes"] == ([0, 1] if name == "m" else None)


def test_a_model_of_a_table_is_shown(run, fitted):
    path = str(fitted.classifier)
    done = run("describe", path)
    assert done.status == 0, done.error
    head, *lines = done.output.splitlines()
    assert "TabularClassifier, " in head
    assert "  settings: effort=1, random_state=0" in lines
    assert "  predicts 'large', classification" in lines
    assert "  2 classes: no, yes" in lines
    assert "  learned from 120 rows" in lines
    rows = {line.split()[0]: line for line in lines if line}
    versions = f"halfmoon {halfmoon.__version__}, numpy {np.__version__}"
    assert f"  written with {versions}" in lines
    for decision in fitted.models["classifier"].schema_.decisions:
        assert decision.kind in rows[decision.column]
    assert "Network: softmax_cross_entropy, float32" in lines


def test_a_model_of_a_table_is_shown_as_json(run, fitted):
    shown = json.loads(run("describe", str(fitted.regressor), "--json").output)
    model = fitted.models["regressor"]
    assert shown["kind"] == "TabularRegressor"
    assert shown["settings"]["effort"] == 1
    assert shown["columns"] == model.schema_.as_dict()["columns"]
    assert shown["record"] == model.record_
    assert shown["versions"] == {
        "halfmoon": halfmoon.__version__,
        "numpy": np.__version__,
    }
    assert shown["networks"] == len(model.networks_)
    assert shown["parameters"] == sum(each.size for each in model.networks_)
    assert shown["classes"] is None


def test_scores_that_were_kept_are_shown(run, fitted, tmp_path):
    model = halfmoon.load(fitted.classifier)
    scores = {"auc": {"value": 0.91234, "low": 0.9, "high": 0.92}}
    model.record_ |= {"scores": scores, "source": "houses.csv"}
    halfmoon.save(model, tmp_path / "model.safetensors")
    done = run("describe", str(tmp_path))
    assert "learned from 120 rows of houses.csv" in done.output
    assert "AUC" in done.output
    assert "0.9123" in done.output


def test_options_of_reading_are_for_tables(run, models):
    done = run("describe", str(models / "n.safetensors"), "--skip", "1")
    assert done.status == 2
    assert "is a model, and options of how a table is read say nothing" in done.error


def test_a_broken_model_is_one_sentence(run, models, tmp_path):
    path = tmp_path / "half.safetensors"
    path.write_bytes((models / "n.safetensors").read_bytes()[:100])
    done = run("describe", str(path))
    assert done.status == 2
    assert "cut short or altered" in done.error
    assert done.error.count("\n") == 1


def test_the_classes_of_several_columns_are_told_apart(run, tmp_path):
    size = np.linspace(-1.0, 1.0, 60)
    y = np.column_stack([np.where(size > 0.0, "large", "small"), ["a", "b", "c"] * 20])
    model = TabularClassifier(effort=1, random_state=0).fit({"size": size}, y)
    path = tmp_path / "model.safetensors"
    halfmoon.save(model, path)
    shown = run("describe", str(path)).output
    assert "column 1: 2 classes: large, small" in shown
    assert "column 2: 3 classes: a, b, c" in shown
