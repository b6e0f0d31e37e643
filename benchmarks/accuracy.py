"""How good models of tables are, beside other methods, on the same splits.

    python benchmarks/accuracy.py --out accuracy.jsonl
    python benchmarks/accuracy.py --data FOLDER --out accuracy.jsonl
    python benchmarks/accuracy_page.py accuracy.jsonl docs

Without a folder the tables are those that come with scikit-learn. A folder has
datasets.json, an index of tables, and a CSV file for each. A table is split 70 to 30
(classes in their shares; seeds 1000, 1001, ...), five times up to 3,000 rows and three
times above; tables are cut to 10,000 rows. Every method has its library's defaults and
one thread. What is measured is written at once, a line a fit: a run that was ended goes
on where it stopped.
"""

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scikit_learn_tables
import table_peers
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

ROWS = 10_000  # of a table, at most
FEW = 3_000  # rows up to which there are five splits
HELD_OUT = 0.3


class Table(NamedTuple):
    """Columns, the target, whether it holds classes, and the columns of categories."""

    name: str
    X: pd.DataFrame
    y: Any
    classes: bool
    categories: list[str]


def read(folder: Path, about: dict[str, Any]) -> Table:
    """A table of the index; its categories are texts."""
    table = pd.read_csv(folder / about["file"])
    y = table.pop(about["target"])
    categories = about["cat_cols"]
    table[categories] = table[categories].astype(object)
    if len(table) > ROWS:
        kept = np.random.RandomState(0).permutation(len(table))[:ROWS]
        table = table.iloc[kept].reset_index(drop=True)
        y = y.iloc[kept]
    classes = about["task"] == "classification"
    return Table(about["name"], table, y.to_numpy(), classes, categories)


def tables(folder: Path | None, only: list[str]) -> Iterator[Table]:
    """Those of the folder's index, or of scikit-learn; a few of them, if named."""
    if folder is not None:
        index = json.loads((folder / "datasets.json").read_text())["datasets"]
        for about in index:
            if not only or about["name"] in only:
                yield read(folder, about)
        return
    for classes, known in (
        (True, scikit_learn_tables.CLASSES),
        (False, scikit_learn_tables.VALUES),
    ):
        for name in known:
            if not only or name in only:
                X, y = known[name]()
                yield Table(name, X, y.to_numpy(), classes, [])


def splits(table: pd.DataFrame, y: Any, classes: bool) -> Iterator[tuple[int, Any]]:
    """The number of each split, and its rows to learn from and to test on."""
    rows = np.arange(len(table))
    for number in range(5 if len(table) <= FEW else 3):
        parts = train_test_split(
            rows,
            test_size=HELD_OUT,
            random_state=1000 + number,
            stratify=y if classes else None,
        )
        yield number, parts


def scores(model: Any, X: pd.DataFrame, y: Any, classes: bool) -> dict[str, float]:
    """What is measured of a fitted model on rows that it has not seen."""
    if not classes:
        error = model.predict(X) - y
        return {"nrmse": float(np.sqrt(np.mean(error**2)) / np.std(y))}
    p = model.predict_proba(X)
    predicted = model.classes_[p.argmax(axis=1)]
    several = len(model.classes_) > 2
    auc = roc_auc_score(
        y, p if several else p[:, 1], multi_class="ovr", labels=model.classes_
    )
    return {
        "error": float(np.mean(predicted != y)),
        "log_loss": float(log_loss(y, p, labels=model.classes_)),
        "balanced_error": 1.0 - float(balanced_accuracy_score(y, predicted)),
        "one_minus_auc": 1.0 - float(auc),
    }


def measure(model: Any, table: pd.DataFrame, y: Any, parts: Any, classes: bool) -> Any:
    """Fit a model on the first part of the rows, and measure it on the second."""
    learned, held_out = parts
    begin = time.perf_counter()
    begin_cpu = time.process_time()
    model.fit(table.iloc[learned], y[learned])
    fit_cpu = time.process_time() - begin_cpu
    fitted = time.perf_counter()
    measured = scores(model, table.iloc[held_out], y[held_out], classes)
    measured["fit_seconds"] = fitted - begin
    measured["fit_cpu_seconds"] = fit_cpu
    measured["predict_seconds"] = time.perf_counter() - fitted
    return measured


def attempt(model: Any, table: pd.DataFrame, y: Any, parts: Any, classes: bool) -> Any:
    """What is measured, or why a method refuses the table."""
    try:
        return measure(model, table, y, parts, classes)
    except Exception as error:  # whatever another library raises
        return {"failure": f"{type(error).__name__}: {error}"[:300]}


def run(folder: Path | None, out: Path, methods: list[str], only: list[str]) -> None:
    """Measure what is not in the file yet."""
    done = {(row["table"], row["split"], row["method"]) for row in rows_of(out)}
    for name, X, y, classes, categories in tables(folder, only):
        for split, parts in splits(X, y, classes):
            for method in methods:
                if (name, split, method) in done:
                    continue
                model = table_peers.METHODS[method](classes, categories, split)
                with threadpool_limits(1), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    row = attempt(model, X, y, parts, classes)
                row |= {"table": name, "split": split, "method": method}
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
                print(json.dumps(row), flush=True)  # noqa: T201


def rows_of(out: Path) -> list[dict[str, Any]]:
    """What was measured so far; a line that was cut off is left out."""
    if not out.exists():
        return []
    rows = []
    for line in out.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            print(f"Left out, as it is no whole line: {line[:60]}")  # noqa: T201
    return rows


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder of tables")
    parser.add_argument("--out", type=Path, default=Path("accuracy.jsonl"))
    parser.add_argument("--methods", default=",".join(table_peers.installed()))
    parser.add_argument("--only", default="", help="tables, separated by commas")
    options = parser.parse_args()
    only = [name for name in options.only.split(",") if name]
    run(options.data, options.out, options.methods.split(","), only)


if __name__ == "__main__":
    main()
