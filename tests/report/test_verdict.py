"""The verdict says who is better, also where it is not the model."""

from dataclasses import replace

import pytest

from halfmoon.report.measured import Baseline, Difference, Score
from halfmoon.report.verdict import verdict


def scores(name, value):
    """The scores of one method, of which one matters."""
    label = {"log_loss": "log-loss", "rmse": "RMSE"}[name]
    told = [Score(name, label, value, value - 0.05, value + 0.05, False)]
    if name == "log_loss":
        told.append(Score("accuracy", "accuracy", 0.8, 0.75, 0.85, True))
    else:
        told.append(Score("mae", "MAE", 0.7 * value, 0.1, 0.2, False))
        told.append(Score("r2", "R²", 0.4, 0.3, 0.5, True))
    return tuple(told)


def baseline(name, metric, own, value, reach=0.02):
    found = Difference(
        metric, "", own - value, own - value - reach, own - value + reach, False
    )
    theirs = scores(metric, value)
    return Baseline(name, f"the {name} one", "", theirs, (found,), 0.1)


def told(metric, own, dummy, boosting, rows=500):
    task = "classification" if metric == "log_loss" else "regression"
    rivals = [
        baseline("dummy", metric, own, dummy),
        Baseline("linear", "the linear one", "", (), (), 0.1, "could not be fitted"),
        baseline("boosting", metric, own, boosting),
    ]
    return verdict(task, "churn", scores(metric, own), rivals, rows)


@pytest.mark.parametrize("metric", ["log_loss", "rmse"])
def test_who_is_better(metric):
    wins = told(metric, own=0.40, dummy=0.70, boosting=0.50)
    assert wins.outcome == "wins"
    expected = "The model predicts 'churn' better than the best baseline, "
    assert wins.headline == f"{expected}the boosting one."
    assert wins.rival == "the boosting one"
    assert "+" not in wins.sentences[1].split("(")[0]
    ties = told(metric, own=0.40, dummy=0.70, boosting=0.41)
    assert ties.outcome == "ties"
    assert "about as well as the best baseline, the boosting one" in ties.headline
    assert "cannot be told from these rows" in ties.sentences[1]
    loses = told(metric, own=0.40, dummy=0.70, boosting=0.30)
    assert loses.outcome == "loses"
    assert loses.headline.startswith("A baseline predicts 'churn' better than")
    assert "use the boosting one for this table" in loses.sentences[2]


def test_no_better_than_a_guess_is_said_first():
    for boosting in (0.41, 0.50, 0.30):
        found = told("log_loss", own=0.40, dummy=0.41, boosting=boosting)
        assert "does not predict 'churn' better than a guess" in found.headline
    rival = baseline("boosting", "log_loss", 0.4, 0.3)
    most = verdict(
        "classification", "churn", scores("log_loss", 0.4), [rival], 500, more=False
    )
    assert most.sentences[2] == "Use the boosting one for this table."
    useless = told("log_loss", own=0.70, dummy=0.60, boosting=0.65)
    assert useless.rival == "the dummy one"
    assert useless.outcome == "loses"
    assert "may not tell the target" in useless.sentences[2]


def test_another_metric_that_disagrees_is_named():
    rival = baseline("boosting", "log_loss", 0.4, 0.5)
    extra = (
        Difference("accuracy", "accuracy", -0.02, -0.03, -0.01, True),
        Difference("balanced_accuracy", "balanced accuracy", 0.0, -0.1, 0.1, True),
        Difference("auc", "AUC", -0.02, -0.03, -0.01, True),
    )
    rival = replace(rival, differences=rival.differences + extra)
    found = verdict("classification", "y", scores("log_loss", 0.4), [rival], 500)
    assert found.outcome == "wins"
    assert found.sentences[2] == "By accuracy and AUC, the boosting one is better."


def test_scores_are_told_with_their_intervals():
    found = told("log_loss", own=0.40, dummy=0.70, boosting=0.50)
    assert found.sentences[0] == (
        "Of 500 test rows 80.0% were predicted right (95% interval 75.0% to 85.0%)."
    )
    assert found.sentences[1].replace("\N{MINUS SIGN}", "-") == (
        "Log-loss, where less is better: the model 0.400, the boosting one 0.500; "
        "the difference is -0.100 (95% interval -0.120 to -0.080), so the model is "
        "better."
    )
    found = told("rmse", own=0.40, dummy=0.70, boosting=0.50)
    assert "they explain 40.0% of the variance" in found.sentences[0]
    assert found.sentences[1].startswith("RMSE, where less is better")


def test_without_baselines_there_is_no_winner():
    found = verdict("regression", "y", scores("rmse", 0.4), (), 20)
    assert found.outcome == "alone"
    assert found.rival is None
    assert found.sentences[-1] == "With 20 test rows these figures are rough."
