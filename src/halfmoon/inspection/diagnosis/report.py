"""Diagnosis: what is wrong with a fit, by which number, and which setting to change."""

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

# importing the rules puts them on the list
from halfmoon.inspection.diagnosis import data_rules, fit_rules  # noqa: F401
from halfmoon.inspection.diagnosis.case import (
    ROWS,
    Case,
    WeightedRows,
    Words,
    as_setting,
)
from halfmoon.inspection.diagnosis.rule import RULES, Finding
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from halfmoon.training.validation import read_validation


@dataclass(frozen=True)
class Diagnosis:
    """The findings about a fit; true if there are any. Prints as paragraphs.

    Parameters
    ----------
    findings : list of Finding
        One for each rule that the fit breaks.
    rules : list of str
        The names of the rules that were checked.

    Examples
    --------
    >>> diagnosis = Diagnosis([], ["constant columns", "dead units"])
    >>> print(diagnosis)
    No findings. Rules checked: constant columns, dead units.
    >>> bool(diagnosis)
    False
    """

    findings: list[Finding]
    rules: list[str]

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        if not self.findings:
            return f"No findings. Rules checked: {', '.join(self.rules)}."
        return "\n\n".join(str(finding) for finding in self.findings)

    def _repr_html_(self) -> str:
        paragraphs = html.escape(str(self)).split("\n\n")
        return "\n".join(f"<p class='finding'>{text}</p>" for text in paragraphs)


def diagnose(
    network: Network,
    history: History,
    X: ArrayLike,
    y: Any,
    *,
    w: ArrayLike | None = None,
    validation: tuple[Any, ...] | None = None,
    settings: Settings | None = None,
    names: list[str] | None = None,
    words: Words = as_setting,
) -> Diagnosis:
    """Find what is wrong with a fit, by which number, and which setting to change.

    Of more than 20,000 rows about 20,000 are looked at, always the same (for constant
    columns, all). Nothing is changed. Remedies name the settings of `train` and the
    sizes and activation of `Network.dense`.

    Parameters
    ----------
    network : Network
        The fitted network.
    history : History
        The fit's history, `run.history`.
    X : array-like of shape (n, d)
        The training rows; a sparse matrix is allowed.
    y : array-like
        Their targets, as the network's loss reads them.
    w : array-like of shape (n,) or (n, k), optional
        Their weights.
    validation : tuple, optional
        (X, y) or (X, y, w) of rows that took no part in the fit.
    settings : Settings, optional
        The settings of the fit. Without them, or where a solver chose its own steps,
        the learning rate is not checked.
    names : list of str, optional
        Names of the columns; by default those of X if it has any.
    words : callable, optional
        What a remedy calls a setting, of its name and value; by default "name=value".

    Returns
    -------
    Diagnosis
        The findings, and the names of the rules that were checked.

    Raises
    ------
    ValueError
        If the data do not fit the network, or its parameters are not finite.

    Examples
    --------
    >>> from halfmoon import datasets
    >>> from halfmoon.training.train import train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> network = Network.dense([2, 3, 2])
    >>> tutorial = Settings(optimizer="gd", learning_rate=2.0, epochs=20000)
    >>> run = train(network, X, y, settings=tutorial)
    >>> diagnosis = diagnose(network, run.history, X, y, settings=tutorial)
    >>> [finding.name for finding in diagnosis.findings]
    ['learning rate too high']
    """
    _check_types(network, history, settings)
    if not np.isfinite(network.theta).all():
        raise ValueError(
            "The network's theta is not finite; fit it again with a smaller "
            "learning_rate."
        )
    columns = _column_names(network, X, names)
    training = WeightedRows.of(network.read(X, y, w))
    held_out = None
    if validation is not None:
        held_out = WeightedRows.of(read_validation(network, validation)).draw(ROWS)
    case = Case(network, history, training, held_out, settings, columns, words)
    with np.errstate(all="ignore"):  # a network that diverged is a case too
        rules = [rule for rule in RULES.values() if rule.applies(case)]
        findings = [rule.check(case) for rule in rules]
    return Diagnosis(
        [finding for finding in findings if finding is not None],
        [rule.name for rule in rules],
    )


def _check_types(network: Any, history: Any, settings: Any) -> None:
    """ValueError that names what was passed instead."""
    if not isinstance(network, Network):
        raise ValueError(
            f"network must be the fit's Network; got {type(network).__name__}."
        )
    if not isinstance(history, History):
        raise ValueError(
            f"history must be the fit's History; got {type(history).__name__}."
        )
    if not isinstance(settings, Settings | None):
        raise ValueError(
            "settings must be the fit's Settings, or None; got "
            f"{type(settings).__name__}."
        )


def _column_names(network: Network, X: Any, names: list[str] | None) -> list[str]:
    """The names given, those of a frame, or "column 0", "column 1", ..."""
    if names is None:
        numbered = [f"column {index}" for index in range(network.d)]
        names = getattr(X, "columns", numbered)
    columns = [str(name) for name in names]
    if len(columns) != network.d:
        raise ValueError(
            f"names must be one for each of the {network.d} columns of X; got "
            f"{len(columns)}."
        )
    return columns
