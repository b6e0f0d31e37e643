"""`halfmoon evaluate`: the scores, and what is said of the rows."""

import json

import numpy as np
import pytest
from sklearn.metrics import log_loss, root_mean_squared_error

import halfmoon
from halfmoon.tables.reading import read_file
from housing import INPUTS, ROWS, TABLE, written


def table_of(fitted):
    table, _ = read_file(fitted.table)
    return {name: table[name] for name in INPUTS}


def scores_of(shown):
    return {score["name"]: score for score in shown["scores"]}


def test_classes(run, fitted):
    done = run("evaluate", str(fitted.classifier), str(fitted.table), "--json")
    assert done.status == 0, done.error
    shown = json.loads(done.output)
    p = fitted.models["classifier"].predict_proba(table_of(fitted))
    truth = np.array(TABLE["large"]) == "yes"
    scores = scores_of(shown)
    correct = truth == (p[:, 1] > p[:, 0])
    assert shown["rows"] == ROWS
    assert scores["accuracy"]["value"] == correct.mean()
    assert scores["log_loss"]["value"] == pytest.approx(log_loss(truth, p))
    losses = -np.log(np.where(truth, p[:, 1], p[:, 0]))
    assert scores["log_loss"]["standard_error"] == pytest.approx(
        losses.std(ddof=1) / np.sqrt(ROWS)
    )
    assert shown["novelty"]["new_rows"] == 0


def test_values_written_with_units(run, fitted):
    done = run("evaluate", str(fitted.regressor), str(fitted.table), "--json")
    truth = [float(cell[:-2].replace(",", ".")) for cell in TABLE["price"]]
    predicted = fitted.models["regressor"].predict(table_of(fitted))
    rmse = scores_of(json.loads(done.output))["rmse"]["value"]
    assert rmse == pytest.approx(root_mean_squared_error(truth, predicted))


def test_scores_are_a_table(run, fitted):
    done = run("evaluate", str(fitted.classifier), str(fitted.table))
    assert done.status == 0, done.error
    title, names, *rows = done.output.splitlines()
    assert title == "large in 120 rows of houses.csv, classification:"
    assert " ".join(names.split()) == "score value standard error from to (95%)"
    assert [row.split("  ")[0] for row in rows] == [
        *("accuracy", "balanced accuracy", "log-loss", "AUC")
    ]
    assert "All 120 rows lie within what was learned" in done.error


def test_rows_without_part_are_told(run, fitted, tmp_path):
    large = ["", "maybe", "maybe", *TABLE["large"][3:]]
    path = tmp_path / "new.csv"
    path.write_text(written({**TABLE, "large": large, "city": ["Oslo"] * ROWS}))
    done = run("evaluate", str(fitted.classifier), str(path))
    assert done.status == 0, done.error
    assert "1 row has no 'large', and no part in the scores" in done.error
    assert "2 rows are of classes that the model does not know ('maybe')" in done.error
    assert "large in 117 rows" in done.output
    assert "119 of 119 rows (100%) hold something" in done.error


def test_the_truth_may_be_in_another_column(run, fitted, tmp_path):
    renamed = {"is large" if k == "large" else k: v for k, v in TABLE.items()}
    path = tmp_path / "new.csv"
    path.write_text(written(renamed))
    done = run("evaluate", str(fitted.classifier), str(path), "--target", "is large")
    assert done.status == 0, done.error
    assert "is large in 120 rows" in done.output
    done = run("evaluate", str(fitted.classifier), str(path))
    assert done.status == 2
    assert "The model predicts 'large', and the table has no such column" in done.error


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--target", "size"), "--target names 'size', which the model was given to"),
        (("--columns", "size=id"), "--columns cannot change what the columns of a"),
    ],
)
def test_what_a_model_is_made_of_stays(run, fitted, tmp_path, option, message):
    path = tmp_path / "new.csv"
    path.write_text(written(TABLE))
    for command in ("evaluate", "report"):
        done = run(command, str(fitted.classifier), str(path), *option)
        assert done.status == 2
        assert message in done.error


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"large": [""] * ROWS}, "No row has a value in 'large'"),
        ({"large": ["x"] * ROWS}, "knows none of the classes here (x)"),
        (
            {"large": ["", *TABLE["large"][1:]], "size": ["1,5"] * 119 + ["x"]},
            "Row 120 of column 'size' is 'x'",
        ),
        ({"size": ["x"] * ROWS}, "Row 1 (and 119 more) of column 'size' is 'x'"),
    ],
)
def test_a_mistake_is_one_sentence(run, fitted, tmp_path, columns, message):
    path = tmp_path / "new.csv"
    path.write_text(written({**TABLE, **columns}))
    done = run("evaluate", str(fitted.classifier), str(path))
    assert done.status == 2, done
    assert message in done.error
    assert done.error.count("\n") == 1
    assert done.output == ""


def test_of_the_table_of_its_fit_the_other_rows_count(run, clinic):
    done = run("evaluate", str(clinic.folder), str(clinic.table), "--json")
    assert done.status == 0, done.error
    shown = json.loads(done.output)
    model = halfmoon.load(clinic.folder / "model.safetensors")
    assert shown["of_its_fit"]
    assert shown["rows"] == model.record_["split"]["test"]
    for name, score in model.record_["scores"].items():
        assert scores_of(shown)[name]["value"] == pytest.approx(score["value"])
    done = run("evaluate", str(clinic.folder), str(clinic.table))
    assert "made with this table: only the" in done.error
    assert "after the fit" in done.output
