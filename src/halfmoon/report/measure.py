"""Measure a fitted model of a table on rows that it has not learned from.

    rows -> predictions -> scores, beside baselines on the same rows -> a verdict
                        -> curves, coverage, importance, dependence, mistakes

What fails on odd data is left out, with a sentence: a report without one figure is
better than none.
"""

import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import sklearn

import halfmoon
from halfmoon.arrays.elementary import Array
from halfmoon.estimators.recipe import EFFORTS
from halfmoon.report import curves
from halfmoon.report.comparing import baselines_of, metrics_of
from halfmoon.report.costs import measure_costs
from halfmoon.report.measured import (
    Measured,
    Reproduction,
    RowCounts,
    Score,
    SplitFacts,
)
from halfmoon.report.notes import notes_of
from halfmoon.report.parts import (
    coverages_of,
    dependences_of,
    diagnosis_of,
    figures_of,
    importances_of,
    mistakes_of,
)
from halfmoon.report.rows import Case, column_facts, read_case, used_columns
from halfmoon.report.scores import score
from halfmoon.report.split import Split, given_split, split_warnings
from halfmoon.report.verdict import verdict
from halfmoon.tables.findings import Finding

Task = Literal["classification", "regression"]
Progress = Callable[[float, str], None]
# the share of the work that is done when a part begins
BEGINS = {"baselines": 0.05, "importance": 0.4, "the rest": 0.9}


def measure(
    model: Any,
    X_train: Any,
    y_train: Any,
    X_test: Any,
    y_test: Any,
    *,
    split: Split | None = None,
    target: str = "y",
    task_reason: str = "",
    source: str = "",
    reading: str = "",
    findings: Iterable[Finding] = (),
    left_out: int = 0,
    test_rows: Any = None,
    fit_seconds: float | None = None,
    model_bytes: int | None = None,
    command: str = "",
    python: str = "",
    seed: int = 0,
    progress: Progress | None = None,
) -> Measured:
    """Measure a fitted `TabularClassifier` or `TabularRegressor` on test rows.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        The fitted model, of one target.
    X_train, y_train : table and array of shape (n,), or None
        The rows that it was fitted with; baselines are fitted with them too. Without
        them there are no baselines.
    X_test, y_test : table and array of shape (m,)
        Rows that it was not fitted with.
    split : Split, optional
        How rows were split, from `split_rows`; by default the test rows count as a
        table of their own.
    target : str, default="y"
        What is predicted.
    task_reason, source, reading : str, optional
        Why these are classes or values, the file's name, and how it was read.
    findings : list of Finding, optional
        What was found in the table.
    left_out : int, default=0
        How many rows had no target.
    test_rows : array of shape (m,), optional
        What the test rows are called, such as their numbers in the file; by default 1,
        2, ...
    fit_seconds, model_bytes : number, optional
        How long the fit took, and how large the model file is.
    command, python : str, optional
        What makes the model again.
    seed : int, default=0
        The seed of samples and baselines.
    progress : function, optional
        Called with the share of the work that is done, and what is done now.

    Returns
    -------
    Measured
        Plain data, for a page or for JSON.

    Raises
    ------
    ValueError
        If the rows are not like those that the model was fitted with.

    Examples
    --------
    >>> import numpy as np
    >>> from halfmoon import TabularRegressor
    >>> from halfmoon.report.split import split_rows
    >>> rng = np.random.default_rng(0)
    >>> X = {"size": rng.uniform(20, 90, 60), "rooms": rng.integers(1, 5, 60)}
    >>> rent = 9.0 * X["size"] + 50.0
    >>> split = split_rows(60)
    >>> train = {name: column[split.train] for name, column in X.items()}
    >>> test = {name: column[split.test] for name, column in X.items()}
    >>> model = TabularRegressor(effort=1, random_state=0)
    >>> model = model.fit(train, rent[split.train])
    >>> data = (train, rent[split.train], test, rent[split.test])
    >>> measured = measure(model, *data, split=split, target="rent")
    >>> [baseline.label for baseline in measured.baselines]
    ['always the mean', 'ridge regression', 'gradient boosting']
    """
    advance = progress or _nothing
    train = None if X_train is None else (X_train, y_train)
    if split is None:
        split = given_split(0 if train is None else len(y_train), len(y_test))
    case = read_case(model, train, (X_test, y_test), test_rows, split.clusters)
    advance(0.0, "predictions")
    started = time.perf_counter()
    predicted = case.predict(case.test.table)
    seconds = time.perf_counter() - started
    task: Task = "classification" if case.classes else "regression"
    own = metrics_of(case, predicted)
    scores = tuple(score(metric, case.clusters) for metric in own)
    advance(BEGINS["baselines"], "baselines")
    baselines = baselines_of(case, own, seed)
    data = (task, target, scores, baselines, len(case.test))
    rng = np.random.default_rng(seed)
    measured = Measured(
        task=task,
        task_reason=task_reason,
        target=target,
        classes=case.classes,
        class_shares=_class_shares(case),
        source=source,
        reading=reading,
        columns=column_facts(case),
        rows=_row_counts(case, left_out),
        split=_split_facts(split, case),
        scores=scores,
        baselines=baselines,
        verdict=verdict(
            *data,
            more=model.effort < max(EFFORTS),
            weighted=getattr(model, "class_weight", None) is not None,
        ),
        learning_curves=tuple(map(curves.learning_curve, model.histories_)),
        costs=measure_costs(case, seconds, fit_seconds, model_bytes),
        reproduction=_reproduction(model, command, python),
        importance_metric="log-loss" if case.classes else "RMSE",
        **_explained(case, predicted, findings, split.facts, rng, advance),
    )
    advance(1.0, "done")
    return measured


def _explained(
    case: Case,
    predicted: Array,
    findings: Iterable[Finding],
    facts: SplitFacts,
    rng: np.random.Generator,
    advance: Progress,
) -> dict[str, Any]:
    """What the scores rest on, by the names of `Measured`."""
    missed = list(case.left_out)
    begun = BEGINS["importance"]
    part = BEGINS["the rest"] - begun

    def done(share: float) -> None:
        advance(begun + share * part, "importance")

    done(0.0)
    ranked = _attempt(missed, "importance", (), importances_of, case, rng, done)
    advance(BEGINS["the rest"], "the rest")
    depends = _attempt(missed, "dependence", (), dependences_of, case, ranked, rng)
    coverage = _attempt(missed, "coverage", (), coverages_of, case)
    diagnosis = _attempt(missed, "diagnosis", None, diagnosis_of, case)
    return {
        **figures_of(case, predicted, rng),
        "importance": ranked,
        "dependence": depends,
        "coverage": coverage,
        "notes": notes_of(findings, diagnosis, facts),
        "mistakes": mistakes_of(case, predicted),
        "left_out": tuple(missed),
    }


def score_rows(
    model: Any, X: Any, y: Any, clusters: Any = None
) -> tuple[tuple[Score, ...], tuple[str, ...]]:
    """The scores of a fitted model on rows, and sentences on rows that are left out.

    Rows of a class that the model does not know are left out. Raises ValueError as
    `measure` does.
    """
    case = read_case(model, None, (X, y), None, clusters)
    metrics = metrics_of(case, case.predict(case.test.table))
    return tuple(score(metric, case.clusters) for metric in metrics), case.left_out


def _nothing(share: float, what: str) -> None:
    """Nobody wants to know how far it is."""


def _attempt(
    missed: list[str], what: str, otherwise: Any, part: Callable[..., Any], *data: Any
) -> Any:
    """A part, or else what stands for it and a sentence in `missed`."""
    try:
        return part(*data)
    except Exception as error:  # odd data must not cost the whole report
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        missed.append(f"{what.capitalize()} was not measured: {reason.rstrip('.')}.")
        return otherwise


def _class_shares(case: Case) -> tuple[float, ...]:
    """Of the rows learned from, or else of the test rows."""
    if not case.classes:
        return ()
    counts = np.bincount(case.known.y, minlength=len(case.classes))
    return tuple((counts / counts.sum()).tolist())


def _row_counts(case: Case, left_out: int) -> RowCounts:
    record = getattr(case.model, "record_", {})
    learned = record.get("rows", 0) if case.train is None else len(case.train)
    return RowCounts(int(learned), len(case.test), left_out)


def _split_facts(split: Split, case: Case) -> SplitFacts:
    warnings = split_warnings(split.facts, used_columns(case))
    return replace(split.facts, warnings=warnings)


def _reproduction(model: Any, command: str, python: str) -> Reproduction:
    """The settings that are not as usual, and the versions that were used."""
    usual = type(model)().get_params()
    settings = {
        name: value
        for name, value in model.get_params().items()
        if name not in ("columns", "verbose") and value != usual[name]
    }
    given = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    kind = type(model).__name__
    fit = (
        f"from halfmoon import {kind}\n\nmodel = {kind}({given})\n"
        "model.fit(X_train, y_train)"
    )
    return Reproduction(
        command=command,
        python=python or fit,
        settings={name: _plain(value) for name, value in settings.items()},
        versions={
            "halfmoon": halfmoon.__version__,
            "Python": platform.python_version(),
            "NumPy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
        fingerprint=getattr(model, "record_", {}).get("fingerprint"),
    )


def _plain(value: Any) -> Any:
    """A setting as JSON can hold it."""
    is_plain = value is None or isinstance(value, str | int | float | bool)
    return value if is_plain else repr(value)
