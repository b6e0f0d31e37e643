"""benchmarks/accuracy*.py: methods compared over tables, and the page that tells it."""

import json
import re
import xml.etree.ElementTree as ET

import accuracy
import accuracy_page
import numpy as np
import pandas as pd
import pytest
import rank_figure
import ranks
from scipy.stats import friedmanchisquare, gmean, rankdata

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def errors():
    """Of four methods on 14 tables, with equals among them; the second is the best."""
    rng = np.random.default_rng(0)
    drawn = rng.normal([1.0, 0.0, 1.0, 2.0], 1.0, (14, 4))
    return pd.DataFrame(drawn.round(1), columns=["a", "b", "c", "d"])


def test_ranks_and_test_of_friedman_are_those_of_scipy(errors):
    compared = ranks.compare(errors)
    expected = rankdata(errors, axis=1).mean(axis=0)
    assert list(compared.ranks.values()) == pytest.approx(sorted(expected))
    assert next(iter(compared.ranks)) == errors.columns[expected.argmin()] == "b"
    assert compared.p == friedmanchisquare(*errors.to_numpy().T).pvalue


@pytest.mark.parametrize(
    ("k", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (7, 2.949), (10, 3.164)]
)
def test_critical_difference_has_the_published_quantiles(k, q):
    """Table 5 of Demsar (2006), for 5 per cent."""
    expected = q * np.sqrt(k * (k + 1) / (6.0 * 14))
    assert ranks.critical_difference(k, 14) == pytest.approx(expected, rel=5e-4)


def test_groups_are_the_longest_runs_within_the_difference():
    found = ranks.groups(np.array([1.0, 1.5, 2.4, 3.0, 6.0]), 1.5)
    assert found == [(0, 2), (1, 3)]
    assert ranks.groups(np.array([1.0, 3.0]), 1.5) == []


def test_figure_says_and_shows_the_ranks(errors):
    compared = ranks.compare(errors)
    root = ET.fromstring(rank_figure.draw(compared, "Errors & ranks", own="b"))
    first, second, _, fourth = compared.ranks.values()
    assert f"b {first:.2f}" in root.find(f"{SVG}desc").text
    dots = [float(dot.get("cx")) for dot in root.iter(f"{SVG}circle")]
    # places on the axis are proportional to ranks
    share = (dots[1] - dots[0]) / (dots[3] - dots[0])
    assert share == pytest.approx((second - first) / (fourth - first), abs=0.01)
    assert all(0 < x < rank_figure.WIDTH for x in dots)
    bars = [path for path in root.iter(f"{SVG}path") if path.get("class") == "bar"]
    assert len(bars) == len(compared.groups) + 1  # and the scale
    assert "prefers-color-scheme: dark" in root.find(f"{SVG}style").text


@pytest.fixture
def measured():
    """Three methods on three tables, two splits each, but one fit that failed."""
    errors = {
        "hgb": [0.2, 0.4, 0.1],
        "halfmoon_3": [0.1, 0.4, 0.05],
        "dummy": [0.5, 0.6, 0.7],
    }
    rows = []
    for method, values in errors.items():
        for table, error in zip(["one", "two", "car"], values, strict=True):
            for split, shift in enumerate((-0.01, 0.01)):
                row = {"table": table, "split": split, "method": method}
                rows.append(row | {"error": error + shift, "fit_cpu_seconds": 1.0})
    return rows


def test_means_are_over_the_splits_that_all_methods_have(measured):
    found = accuracy_page.means(measured)["error"]
    assert found.loc["one", "halfmoon_3"] == pytest.approx(0.1)
    for split, kept in ((0, ["one", "two", "car"]), (1, ["one", "car"])):
        failed = {"table": "two", "split": split, "method": "hgb"}
        measured = [
            row for row in measured if row.items() & failed.items() != failed.items()
        ]
        measured.append(failed | {"failure": "no"})
        found = accuracy_page.means(measured)["error"]
        assert list(found.index) == kept
        if split == 0:
            assert found.loc["two", "dummy"] == pytest.approx(0.61)


def test_ratios_are_geometric_means_over_tables(measured):
    found = accuracy_page.ratios(accuracy_page.means(measured)["error"])
    assert found["halfmoon_3"] == pytest.approx(gmean([0.1 / 0.2, 1.0, 0.05 / 0.1]))
    assert found["hgb"] == 1.0


def test_page_tells_what_was_measured(tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        {"table": table, "method": method, "split": 0}
        | dict.fromkeys(["fit_cpu_seconds", "predict_seconds"], 0.5)
        | dict(zip(accuracy_page.MEASURES, rng.uniform(size=4), strict=False))
        for table in ("adult", "sick", "car", "compas")
        for method in ("halfmoon_1", "halfmoon_3", "catboost", "hgb", "dummy")
    ]
    values = {"cpu_act": 0.5, "diabetes": 0.7}
    rows += [
        row | {"table": t, "nrmse": v} for t, v in values.items() for row in rows[:5]
    ]
    rows += [row | {"table": "iris"} for row in rows[:5]]
    accuracy_page.write(rows, tmp_path)
    page = (tmp_path / "accuracy.md").read_text(encoding="utf-8")
    assert "on 5 tables" in page  # those of scikit-learn stand apart
    assert "| diabetes | 0.7000" in page.replace("*", "")
    assert page.count("| iris |") == 2
    assert not re.search(r"\{\w+\}", page)
    for image in re.findall(r"\((images/[^)]+)\)", page):
        ET.parse(tmp_path / image)
    kept = pd.read_csv(tmp_path / "accuracy.csv").set_index(["table", "method"])
    for row in rows[:20]:
        found = kept.loc[(row["table"], row["method"]), "error"]
        assert found == pytest.approx(row["error"], abs=1e-6)


def test_without_a_folder_the_tables_are_those_of_scikit_learn():
    found = {table.name: table for table in accuracy.tables(None, [])}
    shapes = {name: (*table.X.shape, table.classes) for name, table in found.items()}
    assert shapes == {
        "breast_cancer": (569, 30, True),
        "digits": (1797, 64, True),
        "wine": (178, 13, True),
        "iris": (150, 4, True),
        "diabetes": (442, 10, False),
        "friedman1": (2000, 10, False),
    }
    assert [table.name for table in accuracy.tables(None, ["iris"])] == ["iris"]


def test_a_method_that_raises_leaves_its_sentence():
    class Refuses:
        def fit(self, X, y):
            raise ValueError("too many categories")

    frame = pd.DataFrame({"a": [1.0, 2.0]})
    rows = (np.array([0]), np.array([1]))
    row = accuracy.attempt(Refuses(), frame, np.array([0, 1]), rows, classes=True)
    assert row == {"failure": "ValueError: too many categories"}


def test_a_line_that_was_cut_off_is_measured_again(tmp_path):
    out = tmp_path / "measured.jsonl"
    out.write_text(json.dumps({"table": "one"}) + '\n{"table": "tw', encoding="utf-8")
    assert accuracy.rows_of(out) == [{"table": "one"}]
