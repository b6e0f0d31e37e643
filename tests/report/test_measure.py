"""A fitted model is measured whole: what it is told agrees with scikit-learn's figures.

The models are small, and fitted once for all tests of this file.
"""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error

from halfmoon import TabularClassifier, TabularRegressor
from halfmoon.report.measure import measure, score_rows
from halfmoon.report.split import given_split, split_rows
from halfmoon.tables.findings import findings
from small import one_thread

pytestmark = [one_thread, pytest.mark.filterwarnings("ignore:.*networks were kept")]
RNG = np.random.default_rng(0)
N = 300


def patients():
    """A table of all kinds; its class and its value depend on three of its columns."""
    age = RNG.integers(20, 80, N).astype(float)
    dose = RNG.uniform(0.0, 5.0, N)
    ward = RNG.choice(["north", "south", "west"], N)
    table = pd.DataFrame(
        {
            "age": age,
            "dose": [f"{value:.2f} mg" for value in dose],
            "ward": ward,
            "seen": (np.datetime64("2021-01-01") + RNG.integers(0, 300, N)).astype(str),
            "smokes": RNG.choice(["yes", "no"], N),
            "constant": ["x"] * N,
        }
    )
    table.loc[::9, "age"] = np.nan
    raw = 0.1 * (age - 50.0) + 1.2 * (dose - 2.5) + 2.0 * (ward == "west")
    well = np.where(raw + RNG.logistic(size=N) > 0.5, "well", "ill")
    stay = 10.0 + 2.0 * raw + RNG.normal(size=N)
    return table, well, stay


TABLE, WELL, STAY = patients()
SPLIT = split_rows(N, labels=WELL, seed=0)
DOSES = np.array([float(cell.split()[0]) for cell in TABLE["dose"]])


def parts(y, split=SPLIT):
    return (
        TABLE.iloc[split.train],
        y[split.train],
        TABLE.iloc[split.test],
        y[split.test],
    )


@pytest.fixture(scope="module")
def classifier():
    X, y, _, _ = parts(WELL)
    return TabularClassifier(effort=1, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def regressor():
    X, y, _, _ = parts(STAY)
    return TabularRegressor(effort=1, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def classes(classifier, told):
    return measure(
        classifier,
        *parts(WELL),
        split=SPLIT,
        target="well",
        findings=findings({name: TABLE[name].to_numpy() for name in TABLE}),
        test_rows=SPLIT.test + 2,
        left_out=4,
        fit_seconds=1.5,
        model_bytes=1234,
        command="halfmoon fit patients.csv --target well",
        progress=lambda share, what: told.append((share, what)),
    )


@pytest.fixture(scope="module")
def values(regressor):
    return measure(regressor, *parts(STAY), split=SPLIT, target="stay")


def shares_of(y):
    return [np.mean(y == "ill"), np.mean(y == "well")]


def scores(measured):
    return {score.name: score for score in measured.scores}


def test_scores_of_classes_are_scikit_learns(classes, classifier):
    _, _, X, y = parts(WELL)
    P = classifier.predict_proba(X)
    found = scores(classes)
    assert found["log_loss"].value == pytest.approx(log_loss(y, P))
    right = accuracy_score(y, classifier.predict(X))
    assert found["accuracy"].value == pytest.approx(right)
    assert list(found) == ["accuracy", "balanced_accuracy", "log_loss", "auc"]
    for score in found.values():
        assert score.low < score.value < score.high


def test_scores_of_values_are_scikit_learns(values, regressor):
    _, _, X, y = parts(STAY)
    found = scores(values)
    expected = np.sqrt(mean_squared_error(y, regressor.predict(X)))
    assert found["rmse"].value == pytest.approx(expected)
    assert list(found) == ["rmse", "mae", "r2"]


@pytest.mark.parametrize("kind", ["classes", "values"])
def test_all_of_it_is_json(kind, request):
    measured = request.getfixturevalue(kind)
    text = json.dumps(measured.as_dict(), allow_nan=False)
    assert json.loads(text)["target"] == measured.target
    assert measured.left_out == ()


def test_baselines_are_measured_on_the_same_rows(classes, values):
    for measured, metric in ((classes, "log_loss"), (values, "rmse")):
        own = scores(measured)
        for baseline in measured.baselines:
            assert baseline.error is None
            theirs = {score.name: score for score in baseline.scores}
            assert list(theirs) == list(own)
            for found in baseline.differences:
                expected = own[found.name].value - theirs[found.name].value
                assert found.value == pytest.approx(expected)
                assert found.low <= found.value <= found.high
        dummy = measured.baselines[0]
        against = {found.name: found for found in dummy.differences}
        assert against[metric].better == "model"


def test_the_verdict_names_the_best_baseline(classes, values):
    for measured, metric in ((classes, "log_loss"), (values, "rmse")):
        best = min(
            measured.baselines,
            key=lambda one: next(s.value for s in one.scores if s.name == metric),
        )
        assert measured.verdict.rival == best.label
        assert measured.verdict.metric == metric
        assert measured.verdict.outcome in ("wins", "ties", "loses")
        assert measured.target in measured.verdict.headline


def test_what_is_known_of_the_data_is_told(classes):
    assert classes.task == "classification"
    assert classes.classes == ("ill", "well")
    y = WELL[SPLIT.train]
    assert classes.class_shares == pytest.approx(
        [np.mean(y == c) for c in ("ill", "well")]
    )
    columns = {column.name: column for column in classes.columns}
    assert columns["dose"].kind == "number"
    missing = TABLE["age"].iloc[SPLIT.train].isna().mean()
    assert columns["age"].missing == pytest.approx(missing)
    assert not columns["constant"].used
    assert "the same in all rows" in columns["constant"].why
    assert (classes.rows.train, classes.rows.test, classes.rows.left_out) == (
        240,
        60,
        4,
    )
    assert "'seen' holds dates" in classes.split.warnings[0]
    assert "HM-D07" in [note.code for note in classes.notes]


def test_findings_about_the_networks_are_those_of_the_diagnosis(
    classes, values, classifier, regressor
):
    for measured, model, y in ((classes, classifier, WELL), (values, regressor, STAY)):
        X_train, y_train, _, _ = parts(y)
        told = [note.title for note in measured.notes if note.source == "networks"]
        assert told == [one.name for one in model.diagnose(X_train, y_train).findings]


def test_costs_and_how_to_make_it_again(classes):
    assert classes.costs.fit_seconds == 1.5
    assert classes.costs.model_bytes == 1234
    assert classes.costs.row_seconds > 0.0
    assert 50e6 < classes.costs.peak_bytes < 50e9  # Python alone needs some
    assert classes.costs.parameters > 1000
    assert classes.reproduction.settings == {"effort": 1, "random_state": 0}
    assert "TabularClassifier(effort=1, random_state=0)" in classes.reproduction.python
    assert classes.reproduction.fingerprint.startswith("sha256:")


def test_the_lines_of_python_make_the_same_model(classes, classifier):
    X_train, y_train, X_test, _ = parts(WELL)
    names = {"X_train": X_train, "y_train": y_train}
    exec(classes.reproduction.python, names)
    again = names["model"].predict_proba(X_test)
    assert np.array_equal(again, classifier.predict_proba(X_test))


def test_curves_agree_with_the_scores(classes, values):
    found = scores(classes)
    counts = np.array(classes.confusion.counts)
    share = np.trace(counts) / counts.sum()
    assert share == pytest.approx(found["accuracy"].value)
    (curve,) = classes.class_curves
    assert curve.auc == pytest.approx(found["auc"].value)
    assert classes.thresholds.positive == "well"
    assert sum(one.rows for one in classes.calibration.bins) == 60
    assert classes.residuals is None
    assert values.confusion is None
    off = np.subtract(values.residuals.truth, values.residuals.predicted)
    expected = scores(values)["rmse"].value
    assert np.sqrt((off**2).mean()) == pytest.approx(expected)
    for measured in (classes, values):
        assert len(measured.learning_curves) == measured.costs.networks
        for one in measured.learning_curves:
            assert one.best_epoch in one.epochs


def test_coverage_is_measured_at_three_levels(classes, values):
    assert [one.kind for one in classes.coverage] == ["sets"] * 3
    assert [one.kind for one in values.coverage] == ["intervals"] * 3
    for measured in (classes, values):
        shares = [one.measured for one in measured.coverage]
        sizes = [one.size for one in measured.coverage]
        assert shares == sorted(shares)
        assert sizes == sorted(sizes)
        assert shares[-1] > 0.85


def test_the_columns_that_matter_come_first(classes, values):
    for measured in (classes, values):
        ranked = [one.column for one in measured.importance]
        assert set(ranked[:3]) == {"age", "dose", "ward"}
        assert "constant" not in ranked
        assert measured.dependence[0].column == ranked[0]
    dose = next(one for one in values.dependence if one.column == "dose")
    assert set(dose.values) <= set(DOSES)
    (curve,) = dose.responses
    assert np.corrcoef(dose.values, curve)[0, 1] > 0.9
    # 2.4 days for each mg
    slope = np.polyfit(dose.values, curve, 1)[0]
    assert slope == pytest.approx(2.4, rel=0.35)
    ward = next(one for one in classes.dependence if one.column == "ward")
    assert ward.outputs == ("well",)
    best = ward.values[int(np.argmax(ward.responses[0]))]
    assert best == "west"


def test_the_worst_mistakes_are_rows_of_the_file(classes, values, classifier):
    _, _, X, y = parts(WELL)
    wrong = (classifier.predict(X) != y).sum()
    assert len(classes.mistakes) == min(10, wrong)
    for one in classes.mistakes:
        row = TABLE.iloc[one.row - 2]
        assert one.cells["dose"] == row["dose"]
        assert one.truth == WELL[one.row - 2] != one.predicted
        assert one.probability <= 0.5
    errors = [abs(one.error) for one in values.mistakes]
    assert errors == sorted(errors, reverse=True)
    assert values.mistakes[0].probability is None


def test_rows_that_are_right_are_no_mistakes(classifier):
    _, _, X, y = parts(WELL)
    right = classifier.predict(X) == y
    rows = np.append(np.flatnonzero(right)[:20], np.flatnonzero(~right)[:2])
    found = measure(classifier, None, None, X.iloc[rows], y[rows])
    assert sorted(one.row for one in found.mistakes) == [21, 22]


def test_progress_rises_to_the_end(classes, told):
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0


def test_without_training_rows_there_are_no_baselines(classifier):
    _, _, X, y = parts(WELL)
    found = measure(classifier, None, None, X, y)
    assert found.baselines == ()
    assert found.verdict.outcome == "alone"
    assert found.rows.train == 240
    assert found.class_shares == pytest.approx(
        [np.mean(y == "ill"), np.mean(y == "well")]
    )
    assert found.split.kind == "given"
    assert found.left_out == ()


def test_classes_that_are_new_are_left_out_and_told(classifier):
    X_train, y_train, X, y = parts(WELL)
    y = y.astype(object)
    y[[3, 5, 7]] = ["dead", "gone", "dead"]
    known = np.isin(y, ["ill", "well"])
    numbers = np.arange(1000, 1060)
    split = replace(given_split(240, 60), clusters=np.arange(60) // 2)
    found = measure(classifier, X_train, y_train, X, y, split=split, test_rows=numbers)
    assert found.rows.test == 57
    for one in found.mistakes:
        assert one.truth == y[one.row - 1000]
        assert one.cells["dose"] == X["dose"].iloc[one.row - 1000]
    assert found.left_out[0].startswith("3 of 60 test rows are of classes that no")
    assert "'dead', 'gone'" in found.left_out[0]
    expected, _ = score_rows(classifier, X[known], y[known], split.clusters[known])
    assert [score.value for score in found.scores] == [
        score.value for score in expected
    ]


def test_a_part_that_fails_is_left_out(classifier, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("No luck.\nAnd more.")

    monkeypatch.setattr(TabularClassifier, "predict_set", fail)
    _, _, X, y = parts(WELL)
    found = measure(classifier, None, None, X, y)
    assert found.coverage == ()
    assert found.left_out == ("Coverage was not measured: No luck.",)


def test_groups_widen_the_intervals(classifier):
    """Each test row five times, as groups, is no more certain than each row once."""
    _, _, X, y = parts(WELL)
    five = np.repeat(np.arange(60), 5)
    alone, _ = score_rows(classifier, X, y)
    grouped, _ = score_rows(classifier, X.iloc[five], y[five], five)
    blind, _ = score_rows(classifier, X.iloc[five], y[five])
    for one, many, more in zip(alone, grouped, blind, strict=True):
        assert many.high - many.low == pytest.approx(one.high - one.low, rel=0.05)
        assert more.high - more.low < 0.6 * (one.high - one.low)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_test": ["?"] * 60}, "no test row of a class that the model knows"),
        ({"y_test": ["ill"] * 59}, "y_test has shape"),
        ({"y_train": ["?"] * 240}, "y_train has a class"),
    ],
)
def test_rows_that_do_not_belong_to_the_model(classifier, change, message):
    X_train, y_train, X_test, y_test = parts(WELL)
    given = {"X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test}
    with pytest.raises(ValueError, match=message):
        measure(classifier, **(given | change))


def test_values_that_are_missing_are_refused(regressor):
    _, _, X, y = parts(STAY)
    with pytest.raises(ValueError, match="missing or infinite"):
        score_rows(regressor, X, np.where(y > 12.0, np.nan, y))


def test_weights_of_classes_are_the_baselines_too():
    train, test = SPLIT.train, SPLIT.test
    X, X_test = TABLE[["age"]].iloc[train], TABLE[["age"]].iloc[test]
    weights = {"ill": 8.0}
    model = TabularClassifier(effort=1, random_state=0, class_weight=weights)
    model.fit(X, WELL[train])
    found = measure(model, X, WELL[train], X_test, WELL[test], split=SPLIT)
    assert found.verdict.metric == "balanced_accuracy"
    told = {one.name: one.explanation for one in found.baselines}
    assert "weights" not in told["dummy"]
    assert told["linear"].endswith("Its classes have the weights of the model's.")
    usual = TabularClassifier(effort=1, random_state=0).fit(X, WELL[train])
    plain = measure(usual, X, WELL[train], X_test, WELL[test], split=SPLIT)
    losses = [
        next(score.value for score in one.baselines[1].scores if score.name == "auc")
        for one in (found, plain)
    ]
    assert losses[0] == pytest.approx(losses[1])  # one column: the same order
    assert found.baselines[1].scores[0] != plain.baselines[1].scores[0]
