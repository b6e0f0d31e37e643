"""Scores against scikit-learn, and rows that have no part in them."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, roc_auc_score

from halfmoon.commands.common.judging import judge

RANDOM = np.random.default_rng(0)
P = RANDOM.dirichlet([1.0, 1.0], size=50)
TRUTH = (RANDOM.random(50) < P[:, 1]).astype(int)
INPUTS = {"row": np.arange(50.0)}


def model_of(classes):
    """A model that knows the probabilities of each row."""
    return SimpleNamespace(
        classes_=np.array(classes),
        predict_proba=lambda inputs: P[inputs["row"].astype(int)],
    )


def scores_of(judged):
    return {score.name: score.value for score, _ in judged.scores}


@pytest.mark.parametrize("classes", [[0, 1], ["no", "yes"], ["0", "1"]])
def test_classes_are_judged_as_scikit_learn_does(classes):
    truth = np.array(classes)[TRUTH]
    judged = judge(model_of(classes), INPUTS, truth)
    scores = scores_of(judged)
    assert scores["accuracy"] == accuracy_score(TRUTH, P.argmax(axis=1))
    assert scores["log_loss"] == pytest.approx(log_loss(TRUTH, P))
    assert scores["auc"] == pytest.approx(roc_auc_score(TRUTH, P[:, 1]))
    correct = P.argmax(axis=1) == TRUTH
    error = next(error for score, error in judged.scores if score.name == "accuracy")
    assert error == pytest.approx(correct.std(ddof=1) / np.sqrt(50))


def test_rows_of_one_cluster_are_no_evidence_of_their_own():
    """Each row twice is as sure as each row once, if the two belong together."""
    twice = {"row": np.repeat(INPUTS["row"], 2)}
    clusters = np.repeat(np.arange(50), 2)
    once = judge(model_of([0, 1]), INPUTS, TRUTH)
    both = judge(model_of([0, 1]), twice, np.repeat(TRUTH, 2), clusters)
    for (score, error), (same, other) in zip(once.scores, both.scores, strict=True):
        assert same.value == pytest.approx(score.value)
        assert other == pytest.approx(error)


def test_classes_that_the_model_does_not_know_are_counted():
    truth = TRUTH.copy()
    truth[:5] = 7
    judged = judge(model_of([0, 1]), INPUTS, truth)
    assert judged.rows == 45
    assert judged.unknown == 5
    assert judged.examples == ("7",)
    assert scores_of(judged)["auc"] == pytest.approx(roc_auc_score(TRUTH[5:], P[5:, 1]))
    accuracy = accuracy_score(truth, P.argmax(axis=1))
    assert judged.accuracy_with_unknown == pytest.approx(accuracy)
    with pytest.raises(ValueError, match=r"none of the classes here \(7\)"):
        judge(model_of([0, 1]), INPUTS, np.full(50, 7))


def test_one_class_only_has_no_auc():
    judged = judge(model_of([0, 1]), INPUTS, np.ones(50, int))
    assert set(scores_of(judged)) == {"accuracy", "balanced_accuracy", "log_loss"}


def test_values_are_judged_as_scikit_learn_does():
    model = SimpleNamespace(predict=lambda inputs: P[inputs["row"].astype(int), 1])
    truth = RANDOM.random(50)
    scores = scores_of(judge(model, INPUTS, truth))
    assert scores["mae"] == pytest.approx(mean_absolute_error(truth, P[:, 1]))
