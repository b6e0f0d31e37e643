"""What is measured of a fitted model of a table: plain data, all that a page shows.

Every number is finite and every part is text, numbers, tuples and dictionaries, so that
`Measured.as_dict()` is JSON. What could not be measured is left out, or None.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

Cell = str | float | bool | None


@dataclass(frozen=True)
class Score:
    """A metric on the test rows, and its 95% interval.

    `name` is one of accuracy, balanced_accuracy, log_loss, auc; rmse, mae, r2.
    """

    name: str
    label: str  # "balanced accuracy", "RMSE", ...
    value: float
    low: float
    high: float
    larger_is_better: bool


@dataclass(frozen=True)
class Difference:
    """The model's metric minus the baseline's on the same rows, and its 95% interval.

    >>> gain = Difference("log_loss", "log-loss", -0.2, -0.3, -0.1, False)
    >>> gain.better
    'model'
    """

    name: str
    label: str
    value: float
    low: float
    high: float
    larger_is_better: bool

    @property
    def better(self) -> Literal["model", "baseline", "neither"]:
        """Which one is better; neither where the interval holds 0."""
        if self.low <= 0.0 <= self.high:
            return "neither"
        return "model" if (self.value > 0.0) == self.larger_is_better else "baseline"


@dataclass(frozen=True)
class Baseline:
    """Another method, fitted to the same rows and judged by the same test rows.

    `error` says why it could not be fitted; it has no scores then.
    """

    name: str  # "dummy", "linear", "boosting"
    label: str  # "logistic regression"
    explanation: str  # one sentence
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What the figures say, in plain words: one headline, and what it rests on.

    `outcome` compares the model with its best baseline by `metric`.
    """

    outcome: Literal["wins", "ties", "loses", "alone"]
    headline: str
    sentences: tuple[str, ...]
    metric: str  # log_loss, balanced_accuracy if classes have weights, or rmse
    rival: str | None  # the label of the best baseline


@dataclass(frozen=True)
class ColumnFacts:
    """A column: what it was taken for, and why; `missing` is a share of the rows."""

    name: str
    kind: str
    why: str
    missing: float
    used: bool


@dataclass(frozen=True)
class RowCounts:
    """How many rows were learned from and judged by, and left out without a target."""

    train: int
    test: int
    left_out: int = 0


@dataclass(frozen=True)
class SplitFacts:
    """How rows were split; `warnings` are sentences such as one on a date column."""

    kind: Literal["random", "groups", "time", "given"]
    sentence: str
    warnings: tuple[str, ...] = ()
    column: str | None = None  # of the groups, or of the time


@dataclass(frozen=True)
class LearningCurve:
    """The losses of one network, epoch by epoch; `best_epoch` is the one kept."""

    epochs: tuple[int, ...]
    loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    best_epoch: int


@dataclass(frozen=True)
class Confusion:
    """counts[i][j]: test rows of class i that were taken for class j.

    Of many classes the rarest are one, called "other classes".
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class ClassCurves:
    """One class against the others: ROC and precision-recall, thinned to 200 points.

    `share` is the share of the test rows that belong to the class: the precision of
    chance.
    """

    name: str
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]
    auc: float
    recall: tuple[float, ...]
    precision: tuple[float, ...]
    average_precision: float
    share: float


@dataclass(frozen=True)
class CalibrationBin:
    """Rows that were given about the same probability, and how often it came true."""

    predicted: float  # their mean probability
    observed: float  # the share that came true
    low: float  # its 95% interval
    high: float
    rows: int


@dataclass(frozen=True)
class Calibration:
    """Whether probabilities come true: of `of`, a class or "the predicted class".

    `error` is the mean distance of predicted and observed, weighted by rows (expected
    calibration error); `by_chance` is what it would be on average, on so many rows, if
    all probabilities were right.
    """

    of: str
    bins: tuple[CalibrationBin, ...]
    error: float
    by_chance: float = 0.0


@dataclass(frozen=True)
class Thresholds:
    """Counts at 101 thresholds 0, 0.01, ..., 1: positive where p >= threshold.

    Two classes only. `positive` is the class that p is of, `negative` the other.
    """

    positive: str
    negative: str
    values: tuple[float, ...]
    true_positive: tuple[int, ...]
    false_positive: tuple[int, ...]
    false_negative: tuple[int, ...]
    true_negative: tuple[int, ...]


@dataclass(frozen=True)
class Residuals:
    """Truth minus prediction: at most 2,000 rows, and quantiles of all.

    `quantiles` are pairs of a share in (0, 1) and the residual below which it lies.
    """

    truth: tuple[float, ...]
    predicted: tuple[float, ...]
    quantiles: tuple[tuple[float, float], ...]
    mean: float
    standard_deviation: float


@dataclass(frozen=True)
class Coverage:
    """How often prediction sets or intervals held the truth, beside what they promise.

    `size` is the mean number of classes in a set, or the mean width of an interval.
    """

    kind: Literal["sets", "intervals"]
    stated: float
    measured: float
    low: float  # the 95% interval of `measured`
    high: float
    size: float


@dataclass(frozen=True)
class Importance:
    """How much worse the metric gets where a column's values change their rows.

    `value` is the increase of the log-loss, or of the RMSE, with its 95% interval.
    """

    column: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Dependence:
    """The mean prediction if all rows had the same value in one column.

    `values` are numbers, or texts of categories and dates; `responses` has one curve
    for each of `outputs`: a class's probability, or the value. `shares` are the shares
    of the rows that are near each value.
    """

    column: str
    kind: str
    values: tuple[Cell, ...]
    outputs: tuple[str, ...]
    responses: tuple[tuple[float, ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Mistake:
    """A test row that was predicted badly: its number, from 1, and its cells as texts.

    `probability` is the one given to the true class; None for values.
    """

    row: int
    truth: str
    predicted: str
    probability: float | None
    error: float  # the log-loss of the row, or truth minus prediction
    cells: dict[str, str]


@dataclass(frozen=True)
class Note:
    """A finding about the data, or about the networks by `diagnose`.

    `source` is "data" or "networks"; `code` such as "HM-D03"; `remedy` may be empty.
    """

    code: str
    source: Literal["data", "networks"]
    title: str
    sentence: str
    column: str | None = None
    remedy: str = ""


@dataclass(frozen=True)
class Costs:
    """Seconds, and bytes; None where they were not measured."""

    fit_seconds: float | None
    predict_seconds: float  # all test rows at once
    row_seconds: float  # one row alone, the median
    peak_bytes: int | None  # of the process
    model_bytes: int | None  # of the model file
    networks: int
    parameters: int  # of all networks


@dataclass(frozen=True)
class Reproduction:
    """What makes the same model again: a command, lines of Python, and versions."""

    command: str
    python: str
    settings: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    fingerprint: str | None = None  # of the rows learned from, "sha256:..."


@dataclass(frozen=True)
class Measured:
    """A fitted model of a table, measured on rows that it has not learned from."""

    task: Literal["classification", "regression"]
    task_reason: str
    target: str
    classes: tuple[str, ...]  # empty for values
    class_shares: tuple[float, ...]  # of the training rows
    source: str  # a file's name, or ""
    reading: str  # how the file was read, or ""
    columns: tuple[ColumnFacts, ...]
    rows: RowCounts
    split: SplitFacts
    scores: tuple[Score, ...]
    baselines: tuple[Baseline, ...]
    verdict: Verdict
    learning_curves: tuple[LearningCurve, ...]
    confusion: Confusion | None
    class_curves: tuple[ClassCurves, ...]
    calibration: Calibration | None
    thresholds: Thresholds | None
    residuals: Residuals | None
    coverage: tuple[Coverage, ...]
    importance: tuple[Importance, ...]  # the largest first
    importance_metric: str  # "log-loss" or "RMSE"
    dependence: tuple[Dependence, ...]
    mistakes: tuple[Mistake, ...]  # the worst first
    notes: tuple[Note, ...]
    costs: Costs
    reproduction: Reproduction
    left_out: tuple[str, ...] = ()  # sentences: what was not measured, and why

    def as_dict(self) -> dict[str, Any]:
        """All of it as dictionaries, tuples, numbers and texts, for JSON."""
        return dataclasses.asdict(self)
