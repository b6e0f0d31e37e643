"""What the scores say, in plain words, also where the model does not win.

The model is compared with the best of the baselines, by log-loss or RMSE: it wins
if the 95% interval of the difference lies on its side of 0, loses if it lies on the
other, and else the two cannot be told apart by these test rows. Weights of classes
make rare ones more probable than they are, so that log-loss would judge what nobody
asked for: models with them are compared by balanced accuracy.
"""

from collections.abc import Sequence
from typing import Literal

from halfmoon.report.measured import Baseline, Score, Verdict
from halfmoon.report.wording import SHARES, difference_of, percent, value_of

Outcome = Literal["wins", "ties", "loses"]
OUTCOMES: dict[str, Outcome] = {
    "model": "wins",
    "baseline": "loses",
    "neither": "ties",
}
WEIGHTED = (
    "Classes have weights, so models are compared by balanced accuracy, the mean of "
    "the shares found of each class; probabilities of classes with a large weight are "
    "higher than they come true."
)
FEW = 100  # test rows, below which figures are rough


def verdict(
    task: str,
    target: str,
    scores: Sequence[Score],
    baselines: Sequence[Baseline],
    rows: int,
    more: bool = True,
    weighted: bool = False,
) -> Verdict:
    """The verdict on scores of so many test rows, beside baselines on the same rows.

    `more` says whether there is a higher effort, `weighted` whether classes have
    weights.
    """
    metric = "log_loss" if task == "classification" else "rmse"
    sentences = [_score_sentence(task, target, scores, rows)]
    if weighted:
        metric = "balanced_accuracy"
        sentences.append(WEIGHTED)
    fitted = [one for one in baselines if one.scores]
    if not fitted:
        headline = (
            f"There is no baseline to compare the predictions of {target!r} with."
        )
        return Verdict("alone", headline, tuple(sentences + _rough(rows)), metric, None)
    rival = min(fitted, key=lambda one: _less_is_better(score_of(one.scores, metric)))
    outcome = outcome_of(rival, metric)
    sentences.append(_comparison(rival, metric, score_of(scores, metric)))
    headline = {
        "wins": f"The model predicts {target!r} better than the best baseline, "
        f"{rival.label}.",
        "ties": f"The model predicts {target!r} about as well as the best baseline, "
        f"{rival.label}.",
        "loses": f"A baseline predicts {target!r} better than the model: "
        f"{rival.label}.",
    }[outcome]
    dummy = next((one for one in fitted if one.name == "dummy"), None)
    if dummy is not None and outcome_of(dummy, metric) != "wins":
        headline = (
            f"The model does not predict {target!r} better than a guess that knows no "
            f"column ({dummy.label})."
        )
    sentences += _other_metrics(rival, metric)
    if outcome == "loses":
        sentences.append(_advice(rival, more))
    return Verdict(
        outcome, headline, tuple(sentences + _rough(rows)), metric, rival.label
    )


def score_of(scores: Sequence[Score], name: str) -> Score:
    """The score of this name."""
    return next(score for score in scores if score.name == name)


def _less_is_better(score: Score) -> float:
    return -score.value if score.larger_is_better else score.value


def outcome_of(baseline: Baseline, metric: str) -> Outcome:
    """Whether the model wins against a baseline, ties or loses."""
    found = next(one for one in baseline.differences if one.name == metric)
    return OUTCOMES[found.better]


def _score_sentence(task: str, target: str, scores: Sequence[Score], rows: int) -> str:
    if task == "classification":
        one = score_of(scores, "accuracy")
        return (
            f"Of {rows:,} test rows {value_of(one, one.value)} were predicted right "
            f"({_interval(one)})."
        )
    one = score_of(scores, "rmse")
    off = score_of(scores, "mae")
    explained = [score for score in scores if score.name == "r2"]
    sentence = (
        f"On {rows:,} test rows predictions of {target!r} were off by "
        f"{value_of(off, off.value)} on average, and the root of the mean squared "
        f"error was {value_of(one, one.value)} ({_interval(one)})"
    )
    if explained and explained[0].value > 0.0:
        sentence += f"; they explain {percent(explained[0].value)} of the variance"
    return f"{sentence}."


def _interval(score: Score) -> str:
    low = value_of(score, score.low)
    return f"95% interval {low} to {value_of(score, score.high)}"


def _comparison(rival: Baseline, metric: str, own: Score) -> str:
    """The two scores and the interval of their difference."""
    other = score_of(rival.scores, metric)
    found = next(one for one in rival.differences if one.name == metric)
    told = {
        "model": "the model is better",
        "baseline": "the baseline is better",
        "neither": "which of them is better cannot be told from these rows",
    }[found.better]
    better = "more" if own.larger_is_better else "less"
    difference = difference_of(found, found.value)
    low = difference_of(found, found.low)
    high = difference_of(found, found.high)
    points = " points" if metric in SHARES else ""
    return (
        f"{own.label[0].upper()}{own.label[1:]}, where {better} is better: the model "
        f"{value_of(own, own.value)}, {rival.label} {value_of(own, other.value)}; the "
        f"difference is {difference}{points} (95% interval {low} to {high}), so {told}."
    )


def _other_metrics(rival: Baseline, metric: str) -> list[str]:
    """By which other metrics one of the two is better, if that is not the same one."""
    by = {
        side: [
            one.label
            for one in rival.differences
            if one.better == side and one.name != metric
        ]
        for side in ("model", "baseline")
    }
    found = next(one for one in rival.differences if one.name == metric)
    names = {"model": "the model", "baseline": rival.label}
    return [
        f"By {' and '.join(labels)}, {names[side]} is better."
        for side, labels in by.items()
        if labels and side != found.better
    ]


def _advice(rival: Baseline, more: bool) -> str:
    if rival.name == "dummy":
        return "These columns may not tell the target; use no model for it yet."
    if not more:
        return f"Use {rival.label} for this table."
    return f"Try a higher effort, or use {rival.label} for this table."


def _rough(rows: int) -> list[str]:
    if rows >= FEW:
        return []
    if rows == 1:
        return ["One test row tells next to nothing."]
    return [f"With {rows} test rows these figures are rough."]
