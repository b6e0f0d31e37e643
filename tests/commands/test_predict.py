"""`halfmoon predict`: what is written, in which order, and what is refused."""

import csv
import io
import json

import numpy as np
import pytest

from halfmoon.commands.common import inputs
from halfmoon.tables.reading import read_file
from housing import INPUTS, RANDOM, ROWS, TABLE, written


def rows_of(text):
    """The names and the rows of a CSV."""
    names, *rows = csv.reader(io.StringIO(text))
    return names, rows


def table_of(fitted):
    """The columns that the models were made with."""
    table, _ = read_file(fitted.table)
    return {name: table[name] for name in INPUTS}


def changed(fitted, tmp_path, **columns):
    """A file like the table, with some columns changed, or left out if None."""
    changed = {**TABLE, **columns}
    path = tmp_path / "new.csv"
    path.write_text(written({k: v for k, v in changed.items() if v is not None}))
    return str(path)


def test_classes_go_to_the_standard_output(run, fitted):
    done = run("predict", str(fitted.classifier), str(fitted.table))
    assert done.status == 0, done.error
    names, rows = rows_of(done.output)
    assert names == ["large"]
    expected = fitted.models["classifier"].predict(table_of(fitted))
    assert [row[0] for row in rows] == expected.tolist()
    assert "All 120 rows lie within what was learned" in done.error


def test_ids_probabilities_and_sets_stand_beside(run, fitted, tmp_path):
    out = tmp_path / "out.csv"
    done = run(
        *("predict", str(fitted.classifier), str(fitted.table), "-o", str(out)),
        *("--id", "id", "--id", "price", "--proba", "--interval", "0.8"),
    )
    assert done.status == 0, done.error
    assert done.output == ""
    names, rows = rows_of(out.read_text())
    shares = ["probability_no", "probability_yes"]
    assert names == ["id", "price", "large", *shares, "large_set"]
    assert [row[0] for row in rows] == TABLE["id"]
    assert [row[1] for row in rows] == TABLE["price"]
    model = fitted.models["classifier"]
    p = model.predict_proba(table_of(fitted))
    np.testing.assert_allclose([list(map(float, row[3:5])) for row in rows], p, 1e-8)
    held = model.predict_set(table_of(fitted), coverage=0.8)
    assert [row[5] for row in rows] == [
        "|".join(model.classes_[row].tolist()) for row in held
    ]
    assert "120 rows are written to" in done.error


def test_values_and_their_limits(run, fitted):
    done = run(
        *("predict", str(fitted.regressor), str(fitted.table), "--interval", "0.8")
    )
    assert done.status == 0, done.error
    names, rows = rows_of(done.output)
    assert names == ["price", "price_low", "price_high"]
    numbers = np.array(rows, dtype=float)
    model = fitted.models["regressor"]
    table = table_of(fitted)
    np.testing.assert_allclose(numbers[:, 0], model.predict(table), 1e-8)
    limits = model.predict_interval(table, coverage=0.8)
    np.testing.assert_allclose(numbers[:, 1:], limits, 1e-8)


def test_a_threshold_changes_the_class(run, fitted):
    p = fitted.models["classifier"].predict_proba(table_of(fitted))[:, 1]
    threshold = float(np.median(p))
    options = ["--threshold", str(threshold)]
    done = run("predict", str(fitted.classifier), str(fitted.table), *options)
    _, rows = rows_of(done.output)
    expected = ["yes" if share >= threshold else "no" for share in p]
    assert [row[0] for row in rows] == expected


def test_blocks_and_order_change_nothing(run, fitted, tmp_path, monkeypatch):
    arguments = ["--id", "id", "--proba"]
    whole = run("predict", str(fitted.classifier), str(fitted.table), *arguments)
    monkeypatch.setattr(inputs, "BLOCK", 7)
    parts = run("predict", str(fitted.classifier), str(fitted.table), *arguments)
    names, rows = rows_of(whole.output)
    assert rows_of(parts.output)[0] == names
    compare(rows_of(parts.output)[1], rows)
    order = RANDOM.permutation(ROWS)
    mixed = {name: [cells[i] for i in order] for name, cells in TABLE.items()}
    path = changed(fitted, tmp_path, **mixed)
    done = run("predict", str(fitted.classifier), path, *arguments)
    compare(rows_of(done.output)[1], [rows[i] for i in order])


def compare(rows, expected):
    """Texts are the same, and probabilities but for their rounding."""
    assert [row[:2] for row in rows] == [row[:2] for row in expected]
    numbers = np.array([row[2:] for row in rows], dtype=float)
    others = np.array([row[2:] for row in expected], dtype=float)
    np.testing.assert_allclose(numbers, others, rtol=1e-5)


def test_new_things_are_told_in_one_line(run, fitted, tmp_path):
    path = changed(fitted, tmp_path, city=["Oslo"] * 30 + ["Rome"] * 90)
    done = run("predict", str(fitted.classifier), path)
    assert done.status == 0, done.error
    line = done.error.splitlines()[-1]
    assert "30 of 120 rows (25%)" in line
    assert "'Oslo'" in line


def test_columns_that_the_model_does_not_know_are_told(run, fitted, tmp_path):
    path = changed(fitted, tmp_path, note=["x"] * ROWS, price=None, large=None)
    done = run("predict", str(fitted.classifier), path)
    assert done.status == 0, done.error
    assert "the column 'note' is not used, since the model was" in done.error


def test_a_summary_as_json(run, fitted, tmp_path):
    out = str(tmp_path / "out.csv")
    arguments = ["predict", str(fitted.classifier), str(fitted.table), "--json"]
    shown = json.loads(run(*arguments, "--out", out, "--id", "id").output)
    assert shown["rows"] == ROWS
    assert shown["columns"] == ["id", "large"]
    assert shown["out"] == out
    assert shown["novelty"]["new_rows"] == 0
    done = run(*arguments)
    assert done.status == 2
    assert "name a file with --out" in done.error


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"city": None, "town": ["x"] * ROWS}, [], "The table has no column 'city'"),
        ({"size": ["1,5"] * 60 + ["?!"] * 60}, [], "Row 61 (and 59 more) of column"),
        ({"size": ["1.5"] + ["1,5"] * 119}, [], "Row 1 of column 'size' is '1.5'"),
        ({"since": ["2020/05/31"] * ROWS}, [], "Row 1 (and 119 more) of column 'since"),
        ({}, ["--id", "ID"], "--id names 'ID', and the table has no such column; did"),
        (
            {"probability_no": ["x"] * ROWS},
            ["--proba", "--id", "probability_no"],
            "--id names 'probability_no', and a column of predictions is called so",
        ),
        ({}, ["--threshold", "7"], "--threshold must be between 0 and 1; got 7"),
        ({}, ["--interval", "0.999"], "--interval 0.999 needs"),
        ({}, ["--separator", "|"], "give --separator ';'"),
        ({}, ["-o", "/absent/out.csv"], "cannot be written"),
        ({}, ["-o", "/dev/full"], "/dev/full cannot be written (No space left"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(
    run, fitted, tmp_path, columns, options, message
):
    path = changed(fitted, tmp_path, **columns)
    out = tmp_path / "out.csv"
    place = [] if "-o" in options else ["-o", str(out)]
    done = run("predict", str(fitted.classifier), path, *options, *place)
    assert done.status == 2, done
    assert message in done.error
    assert done.error.count("\n") == 1
    assert not out.exists()


def test_what_is_read_is_not_written_over(run, fitted):
    for path in (fitted.table, fitted.classifier):
        before = path.read_bytes()
        options = ["-o", str(path)]
        done = run("predict", str(fitted.classifier), str(fitted.table), *options)
        assert done.status == 2
        assert "which is read; name another file" in done.error
        assert path.read_bytes() == before


def test_model_and_table_in_the_wrong_order(run, fitted):
    done = run("predict", str(fitted.table), str(fitted.classifier))
    assert done.status == 2
    assert "give the model first, and then the table" in done.error
