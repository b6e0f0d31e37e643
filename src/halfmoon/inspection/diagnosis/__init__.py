"""The doctor: verdicts on a fitted network, not plots. What is wrong, by which number,
and which setting cures it.

A disease is one function of a `Case`: of the data in data.py, of the fit in fit.py. Who
cries wolf is not heard, so every rule is silent where it cannot tell.
"""

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from halfmoon.inspection.diagnosis import data, fit
from halfmoon.inspection.diagnosis.case import DISEASES, ROWS, Case, Rows, Verdict
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.loop import read_validation
from halfmoon.training.settings import Settings

__all__ = [
    "DISEASES",
    "Case",
    "Diagnosis",
    "Rows",
    "Verdict",
    "data",
    "diagnose",
    "fit",
]


@dataclass(frozen=True)
class Diagnosis:
    """All verdicts, and the names of the diseases that were looked for; true if there
    are verdicts.
    """

    verdicts: list[Verdict]
    examined: list[str]

    def __len__(self) -> int:
        return len(self.verdicts)

    def __str__(self) -> str:
        return (
            "\n\n".join(map(str, self.verdicts))
            or f"No disease found: looked for {', '.join(self.examined)}."
        )

    def _repr_html_(self) -> str:
        return "\n".join(
            f"<p class='verdict'>{html.escape(paragraph)}</p>"
            for paragraph in str(self).split("\n\n")
        )


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
) -> Diagnosis:
    """Examine a fitted network by its history and its training data X (n, d), y and w,
    as its loss reads them.

    `validation` is (X, y) or (X, y, w). `settings` are those of the fit; without them,
    or where a solver chose its own steps, the learning rate is not judged. `names` are
    the columns'. Of more than 20,000 rows about 20,000 are looked at, always the same
    (constant columns: all). Nothing is changed. Remedies are in the estimators' words:
    for `train` learning_rate_init is learning_rate, alpha is l2 times the sum of
    weights, max_iter is epochs. Raises ValueError for what does not fit together.

    >>> from halfmoon import datasets
    >>> from halfmoon.training.train import train
    >>> X, y = datasets.make("moons", n=200, noise=0.2, seed=0)
    >>> network = Network.dense([2, 3, 2])
    >>> tutorial = Settings(optimizer="gd", learning_rate=2.0, epochs=20000)
    >>> run = train(network, X, y, settings=tutorial)
    >>> found = diagnose(network, run.history, X, y, settings=tutorial)
    >>> [verdict.disease for verdict in found.verdicts]
    ['learning rate too high']
    """
    for name, given, kind in (
        ("network", network, Network),
        ("history", history, History),
    ):
        if not isinstance(given, kind):
            raise ValueError(
                f"{name} must be the fit's {kind.__name__}; got {type(given).__name__}."
            )
    if not isinstance(settings, Settings | None):
        raise ValueError(
            "settings must be the fit's Settings, or None; got "
            f"{type(settings).__name__}."
        )
    if not np.isfinite(network.theta).all():
        raise ValueError(
            "The network's theta is not finite; fit it again with a smaller "
            "learning_rate."
        )
    unnamed = [f"column {place}" for place in range(network.d)]
    columns = [
        str(name)
        for name in (getattr(X, "columns", unnamed) if names is None else names)
    ]
    if len(columns) != network.d:
        raise ValueError(
            f"names must be one for each of the {network.d} columns of X; got "
            f"{len(columns)}."
        )
    held = (
        None
        if validation is None
        else Rows.of(read_validation(network, validation)).draw(ROWS)
    )
    case = Case(
        network, history, Rows.of(network.read(X, y, w)), held, settings, columns
    )
    with np.errstate(all="ignore"):  # a diverged network is a case too
        asked = {
            name: look
            for name, (need, look) in DISEASES.items()
            if not need or getattr(case, need) is not None
        }
        found = [look(case) for look in asked.values()]
    return Diagnosis([verdict for verdict in found if verdict is not None], list(asked))
