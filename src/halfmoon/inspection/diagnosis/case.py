"""What the doctor looks at: a fitted network, its history and its data, measured once
where several rules ask.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.random import CHECK, key, uniform
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.activations import is_flat
from halfmoon.layers import PREDICT, Dense
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings

# rows for what needs passes, and for what compares rows with rows
ROWS = 20_000
FEW = 1_500
ENTRIES = 20_000_000  # of X, at most


@dataclass(frozen=True)
class Verdict:
    """A disease, the number that shows it, the rule it broke, what was found, and what
    to change.
    """

    disease: str
    number: float
    rule: str
    finding: str
    remedy: str

    def __str__(self) -> str:
        named = f"{self.disease.capitalize()} ({self.number:.3g})"
        return f"{named}. {self.finding} Rule: {self.rule} Remedy: {self.remedy}"


Found = tuple[float, str, str] | None
Look = Callable[["Case"], Verdict | None]
# by name: what it needs, and who looks for it
DISEASES: dict[str, tuple[str, Look]] = {}


def disease(look: Callable[["Case"], Found], needs: str = "") -> Look:
    """Put a function on the list by its name, with the first paragraph of its docstring
    as the rule.

    It is asked where the case has what it `needs`: "rate" or "validation".
    """
    name = look.__name__.replace("_", " ")
    rule = " ".join((inspect.getdoc(look) or "").split("\n\n")[0].split())

    def verdict(case: Case) -> Verdict | None:
        found = look(case)
        return (
            None if found is None else Verdict(name, float(found[0]), rule, *found[1:])
        )

    DISEASES[name] = needs, verdict
    return verdict


class Rows(NamedTuple):
    """X (n, d), maybe sparse, y and w as the network reads them, each row of some
    weight.
    """

    X: Any
    y: Array
    w: Array

    @classmethod
    def of(cls, data: tuple[Any, Array, Array], share: float = 1.0) -> "Rows":
        """The rows that weigh something, or about this share of them, always
        the same.
        """
        kept = data[2].any(axis=1) & (
            uniform(key(0, CHECK), np.arange(len(data[1]))) < share
        )
        return cls(*(part if kept.all() else part[kept] for part in data))

    def draw(self, count: int) -> "Rows":
        """About `count` rows, fewer of a very wide table, dense even if X is sparse;
        all if there are no more.
        """
        rows = Rows.of(self, min(count, ENTRIES / self.X.shape[1]) / len(self.y))
        return rows._replace(X=rows.X.toarray()) if is_sparse(rows.X) else rows

    @property
    def weight(self) -> Array:
        """Each row's weight (n,), the mean of its outputs'."""
        return self.w.mean(axis=1, dtype=np.float64)

    def mean(self, each: Array) -> tuple[Any, Any]:
        """The weighted mean of one number a row, and its standard error, sqrt(sum w^2
        (each - mean)^2) / sum w.
        """
        mean = np.average(each, weights=self.weight)
        return mean, np.linalg.norm(self.weight * (each - mean)) / self.weight.sum()


@dataclass(frozen=True)
class Case:
    """All that is known of one fit."""

    network: Network
    history: History
    all: Rows
    validation: Rows | None
    settings: Settings | None
    names: list[str]

    @cached_property
    def rows(self) -> Rows:
        """Training rows enough for everything but what one row can decide."""
        return self.all.draw(ROWS)

    @cached_property
    def rate(self) -> Any:
        """The learning rate, of all epochs the median; None if it is not known, or a
        solver's.
        """
        rates = self.history["learning_rate"]
        if self.settings is None or np.isnan(rates).any():
            return None
        return float(np.median(rates)) if len(rates) else self.settings.learning_rate

    def losses(self, rows: Rows, constant: bool = False) -> Array:
        """The loss in each of these rows (n,), without penalty: the network's, or the
        best constant's.
        """
        z = (
            np.tile(self.best, (len(rows.y), 1))
            if constant
            else self.network.forward(self.network.theta, rows.X)[0]
        )
        each = rows.w * self.network.loss.value(
            z.astype(np.float64), rows.y.astype(np.float64)
        )
        return each.sum(axis=1) / rows.weight

    @cached_property
    def best(self) -> Array:
        """The scores (k,) of the constant that suits the training rows best, by 60
        steps of resilient propagation.

        A score steps against its slope's sign; its step grows by 1.2 while the sign
        stays and halves where it turns: so it serves every loss, kinks and all
        (Riedmiller & Braun 1993).
        """
        loss = self.network.loss
        (_, y, w) = self.rows
        k = self.network.k
        z = np.zeros(k)
        step = np.ones(k)
        before = np.zeros(k)
        if loss.target == "real":
            step *= np.repeat(y.std(axis=0) + 1e-12, k // y.shape[1])
            z += step
            z.reshape(y.shape[1], -1)[:, 0] = (
                self.rows.weight @ y / self.rows.weight.sum()
            )
        for _ in range(60):
            g = (w * loss.dz(np.tile(z, (len(y), 1)), y)).sum(axis=0)
            step *= np.choose(np.sign(g * before).astype(int) + 1, [0.5, 1.0, 1.2])
            z = z - step * np.sign(g)
            before = g
        return z

    @cached_property
    def start(self) -> Any:
        """The best constant's loss on the training rows: the way from knowing nothing
        to knowing all.
        """
        return self.rows.mean(self.losses(self.rows, constant=True))[0]

    @cached_property
    def reached(self) -> Any:
        """The network's loss on the training rows."""
        return self.rows.mean(self.losses(self.rows))[0]

    @property
    def skill(self) -> Any:
        """The share of the best constant's loss that is explained, 1 - reached / start;
        NaN where y is constant.
        """
        return 1.0 - self.reached / self.start if self.start > 0.0 else np.nan

    @cached_property
    def units(self) -> list[tuple[str, int, Array]]:
        """For each Dense layer its name, its activation's flat sides, and for each unit
        the share of rows on them.
        """
        found: list[tuple[str, int, Array]] = []
        a = self.rows.X
        for layer, p in zip(
            self.network.layers, self.network.views(self.network.theta), strict=True
        ):
            if isinstance(layer, Dense):
                flat = is_flat(layer.act, a @ p.W + p.b)
                sides = is_flat(layer.act, np.array([-1e3, 1e3]))
                found.append(
                    (
                        f"Dense {len(found) + 1} ({layer.act})",
                        int(sides.sum()),
                        flat.mean(axis=0),
                    )
                )
            a = layer.forward(p, a, PREDICT)[0]
        return found
