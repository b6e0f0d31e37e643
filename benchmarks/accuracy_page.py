"""docs/accuracy.md from what accuracy.py has measured: ranks, ratios, times, tables.

    python benchmarks/accuracy_page.py accuracy.jsonl docs

It also writes the figures, and the means of each table as accuracy.csv. Means over the
splits of a table come first; ratios are geometric means over tables.
"""

import argparse
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from accuracy import rows_of
from machine import machine
from rank_figure import draw, in_words
from ranks import LEVEL, compare
from scikit_learn_tables import CLASSES, VALUES

from halfmoon.atomic import write_file

HERE = Path(__file__).parent
TITLES = {
    "halfmoon_1": "halfmoon, effort 1",
    "halfmoon_3": "halfmoon, effort 3",
    "halfmoon_5": "halfmoon, effort 5",
    "catboost": "CatBoost",
    "lightgbm": "LightGBM",
    "hgb": "HistGradientBoosting",
    "forest": "random forest",
    "mlp": "scikit-learn's MLP",
    "linear": "logistic or ridge",
    "dummy": "dummy",
}
MEASURES = {
    "log_loss": "Log-loss",
    "error": "Error",
    "one_minus_auc": "1 - AUC",
    "balanced_error": "Balanced error",
    "nrmse": "RMSE over the target's standard deviation",
}
BASE = "hgb"
OURS = "halfmoon_3"
TREES = ("catboost", "lightgbm", "hgb")
SMALLEST = 1e-4  # of what is divided: some methods make no mistake at all
DECIDED = ("adult", "credit_g", "sick", "phoneme", "spambase", "titanic")
EASY = "car"  # a table where one mistake more changes the ratio by a third
PACKAGES = ("halfmoon", "scikit-learn", "lightgbm", "catboost")
Means = dict[str, pd.DataFrame]  # by measure: tables in rows, methods in columns


def means(rows: list[dict[str, Any]], common: bool = True) -> Means:
    """The mean over the splits of each table, by measure.

    If they are `common`, a split counts only if all methods were measured on it.
    """
    frame = pd.DataFrame(rows)
    methods = [name for name in TITLES if name in set(frame["method"])]
    tables = list(dict.fromkeys(frame["table"]))
    places = ["table", "split"]
    out = {}
    for name in frame.columns.difference([*places, "method", "failure"]):
        each = frame.pivot_table(index=places, columns="method", values=name)
        each = each[methods].dropna() if common else each[methods]
        whole = each.groupby(level="table").mean()
        out[name] = whole.loc[[table for table in tables if table in whole.index]]
    return out


def ratios(values: pd.DataFrame, base: str = BASE) -> pd.Series:
    """The geometric mean over tables of each method's ratio to the base."""
    values = values.clip(lower=SMALLEST)
    return np.exp(np.log(values.div(values[base], axis=0)).mean())


def markdown(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A table of Markdown; its first column is text."""
    head = list(head)
    marks = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, marks, *lines])


# Parts of the page


def summary(name: str, values: pd.DataFrame) -> str:
    """How the methods compare by one measure, the best first."""
    ranks = values.rank(axis=1).mean().sort_values(kind="stable")
    others = values.drop(index=EASY, errors="ignore")
    head = ["", "mean rank", f"ratio to {TITLES[BASE]}"]
    if len(others) < len(values):
        head.append(f"without {EASY}")
    head.append("tables on which effort 3 is ahead of it")
    lines = []
    for method, rank in ranks.items():
        line = [TITLES[method], f"{rank:.2f}", f"{ratios(values)[method]:.3f}"]
        if len(others) < len(values):
            line.append(f"{ratios(others)[method]:.3f}")
        ahead = int((values[OURS] < values[method]).sum())
        line.append("" if method == OURS else f"{ahead} of {len(values)}")
        lines.append(line)
    title = f"### {MEASURES[name]}, {len(values)} tables"
    return f"{title}\n\n{markdown(head, lines)}"


def halves(found: Means) -> str:
    """Ratios on tables that were used to decide something, and on the others."""
    lines = []
    for name in ("error", "log_loss"):
        values = found[name]
        used = values.index.isin(DECIDED)
        for method in ("halfmoon_1", OURS, "catboost"):
            line = [f"{MEASURES[name]}, {TITLES[method]}"]
            for part in (
                values[used],
                values[~used],
                values[~used].drop(index=EASY, errors="ignore"),
            ):
                line.append(f"{ratios(part)[method]:.3f}")
            lines.append(line)
    head = ["", "six that decided", "the others", f"the others without {EASY}"]
    return markdown(head, lines)


def lost(values: pd.DataFrame) -> str:
    """Tables on which boosted trees are ahead, and by what ratio."""
    ratio = values[OURS] / values[[name for name in TREES if name in values]].min(
        axis=1
    )
    behind = ratio[ratio > 1.0].sort_values(ascending=False)
    return ", ".join(f"{table} ({value:.2f})" for table, value in behind.items())


def times(found: Means) -> str:
    """How long the methods take."""
    fit = found["fit_cpu_seconds"]
    predict = found["predict_seconds"]
    lines = [
        [
            TITLES[method],
            f"{fit[method].median():.2f}",
            f"{fit[method].max():.1f}",
            f"{ratios(fit)[method]:.2f}",
            f"{predict[method].median():.3f}",
        ]
        for method in fit.median().sort_values().index
        if method != "dummy"
    ]
    head = ["", "fit, median", "fit, longest", f"ratio to {TITLES[BASE]}", "predict"]
    return markdown(head, lines)


def by_table(values: pd.DataFrame, stored: dict[str, dict[str, float]]) -> str:
    """What each method has reached on each table, the best in bold."""
    methods = [name for name in values if name != "dummy"]
    head = ["", *(TITLES[name] for name in methods), *stored]
    lines = []
    for table, row in values[methods].iterrows():
        texts = ["-" if np.isnan(value) else f"{value:.4f}" for value in row]
        best = f"{row.min():.4f}"
        cells = [f"**{text}**" if text == best else text for text in texts]
        cells += [f"{known[table]:.4f}" for known in stored.values()]
        lines.append([str(table), *cells])
    return markdown(head, lines)


def both_tasks(found: Means, stored: dict[str, dict[str, float]]) -> str:
    """Error on each table of classes, and nrmse on each of values."""
    return by_table(pd.concat([found["error"], found["nrmse"]]), stored)


def figure(name: str, values: pd.DataFrame, folder: Path) -> str:
    """Write the figure of one measure, and return what shows it."""
    compared = compare(values.drop(columns="dummy").rename(columns=TITLES))
    file = f"accuracy-{name.replace('_', '-')}.svg"
    title = f"{MEASURES[name]}: mean ranks on {compared.data_sets} tables"
    drawn = draw(compared, title)
    write_file(folder / "images" / file, drawn.encode())
    return f"![{in_words(compared)}](images/{file})"


def p_of(values: pd.DataFrame) -> str:
    """Of the test of Friedman, as the figure has it."""
    return f"{compare(values.drop(columns='dummy')).p:.1g}"


def versions() -> str:
    """The packages that were measured."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def page(
    found: Means, whole: Means, unseen: Means, stored: dict[str, Any], folder: Path
) -> str:
    """The whole page; its figures are written beside it.

    `found` is what all methods have in common, `whole` everything, and `unseen` what
    was measured on the tables of scikit-learn.
    """
    text = (HERE / "accuracy_page.txt").read_text(encoding="utf-8")
    about = machine()
    classes = found["log_loss"]
    parts = {
        "machine": f"{about['processor']}, one thread; {about['date']}",
        "versions": versions(),
        "figure_log_loss": figure("log_loss", classes, folder),
        "figure_error": figure("error", found["error"], folder),
        "summaries": "\n\n".join(
            summary(name, found[name]) for name in MEASURES if name in found
        ),
        "halves": halves(found),
        "unseen": both_tasks(unseen, {}),
        "unseen_log_losses": by_table(unseen["log_loss"], {}),
        "lost_error": lost(whole["error"]),
        "lost_log_loss": lost(whole["log_loss"]),
        "times": times(found),
        "errors": both_tasks(whole, {"RealMLP": stored["error"]}),
        "log_losses": by_table(whole["log_loss"], {}),
        "realmlp_times": realmlp(found, stored),
        "tables": str(len(whole["error"]) + len(whole["nrmse"])),
        "level": f"{LEVEL:.0%}",
        "smallest": f"{SMALLEST:g}",
        "p": " and ".join(p_of(found[name]) for name in ("log_loss", "error")),
    }
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    return text


def realmlp(found: Means, stored: dict[str, Any]) -> str:
    """By how much RealMLP's stored times exceed ours, in the median."""
    ours = found["fit_cpu_seconds"][OURS]
    theirs = pd.Series(stored["fit_seconds"]).reindex(ours.index)
    return f"{(theirs / ours).median():.0f}"


def write(rows: list[dict[str, Any]], folder: Path) -> None:
    """Write the page, its figures and its numbers into a folder."""
    theirs = {*CLASSES, *VALUES}
    ours = [row for row in rows if row["table"] not in theirs]
    unseen = means([row for row in rows if row["table"] in theirs], common=False)
    found = means(ours)
    whole = means(ours, common=False)
    stored = json.loads((HERE / "realmlp.json").read_text(encoding="utf-8"))
    (folder / "images").mkdir(parents=True, exist_ok=True)
    write_file(
        folder / "accuracy.md", page(found, whole, unseen, stored, folder).encode()
    )
    every = means(rows, common=False)
    long = pd.concat(every, names=["measure", "table"]).stack().unstack("measure")
    csv = long.reset_index().round(6).to_csv(index=False)
    write_file(folder / "accuracy.csv", csv.encode())


def main() -> None:
    """Read what was measured, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path, nargs="+", help="files of accuracy.py")
    parser.add_argument("folder", type=Path, help="where the page goes")
    options = parser.parse_args()
    rows = [row for file in options.measured for row in rows_of(file)]
    write(rows, options.folder)


if __name__ == "__main__":
    main()
