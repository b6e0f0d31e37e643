"""The goals of the design, as data: how many times slower something must be than
halfmoon, or than a fixed limit.
"""

from dataclasses import dataclass
from statistics import median
from typing import Any

TUTORIAL = {
    3: {"numpy": 40, "jax": 6, "torch": 120, "c": 1.25},
    50: {"c": 1.5, "jax": 2.5, "numpy": 6},
}
MINIBATCH = {  # times faster than PyTorch and JAX; than everybody else, 1
    "2-50-2, batch 32": (150, 15),
    "20-64-64-2, batch 128": (9, 2.7),
    "64-100-10, batch 200": (6, 2.4),
    "784-100-10, batch 200": (1.9, 1.25),
    "784-512-256-10, batch 256": (1.15, 1.05),
}
PEERS = ("jax", "torch", "torch-compile", "sklearn", "numpy")


@dataclass(frozen=True)
class Goal:
    """`slow` is to take at least `factor` times as long as `fast`; each is (work, peer,
    threads), or slow a number.
    """

    text: str
    slow: tuple[str, str, int] | float
    fast: tuple[str, str, int]
    factor: float = 1.0
    # the factor on a machine with narrower vectors, where it is another
    without_avx512: float | None = None

    def measured(self, results: dict[tuple[str, str, int], float]) -> float | None:
        """The factor reached, or None where something was not measured."""
        slow = self.slow if isinstance(self.slow, float) else results.get(self.slow)
        fast = results.get(self.fast)
        return None if slow is None or fast is None else slow / fast


def goals() -> list[Goal]:
    """All of them."""
    return [*_tutorial(), *_minibatch(), *_others()]


def _tutorial() -> list[Goal]:
    return [
        _ahead(f"tutorial, H = {H}", peer, factor)
        for H, peers in TUTORIAL.items()
        for peer, factor in peers.items()
    ]


def _ahead(work: str, peer: str, factor: float, threads: int = 1) -> Goal:
    return Goal(
        f"{work}: ahead of {peer}",
        (work, peer, threads),
        (work, "halfmoon", threads),
        factor,
        1.0,
    )


def _minibatch() -> list[Goal]:
    made = []
    for work, (torch, jax) in MINIBATCH.items():
        made += [
            _ahead(work, peer, {"torch": torch, "jax": jax}.get(peer, 1.0))
            for peer in PEERS
        ]
        made += [_ahead(work, peer, 1.0, threads=2) for peer in PEERS]
    for place, work in enumerate(MINIBATCH):
        factor, kind = (
            (1.5, "") if place >= 3 else (0.97, ", not slower (noise of 3 % allowed)")
        )
        one, two = ((work, "halfmoon", threads) for threads in (1, 2))
        made.append(Goal(f"{work}: two threads against one{kind}", one, two, factor))
    return made


def _others() -> list[Goal]:
    own = "halfmoon"
    estimator = "halfmoon-estimator"
    sweep = "7 sizes x 8 seeds"
    one = "2-3-2, 1 row"
    million = "2-3-2, 1,000,000 rows"
    return [
        Goal(
            "first fit ever: at most 2.5 s of compiling and 0.5 s of start",
            3.0,
            ("first fit ever", own, 1),
        ),
        Goal("first fit in a later process: at most 0.5 s", 0.5, ("first fit", own, 1)),
        Goal("halfmoon --help: under 0.3 s", 0.3, ("halfmoon --help", own, 1)),
        Goal("the network, one row: under 3 microseconds", 3e-6, (one, own, 1)),
        Goal(
            "the estimator, one row: at most 0.7 x scikit-learn",
            (one, "sklearn", 1),
            (one, estimator, 1),
            1 / 0.7,
        ),
        Goal(
            "the estimator, a million rows: 3 x scikit-learn",
            (million, "sklearn", 1),
            (million, estimator, 1),
            3.0,
        ),
        Goal("sweep: two cores against one", (sweep, own, 1), (sweep, own, 2), 1.8),
    ]


def check(rows: list[dict[str, Any]], avx512: bool) -> list[dict[str, Any]]:
    """Each goal that could be measured, with what was reached and whether that is
    enough.
    """
    results = {
        (row["work"], row["peer"], row["threads"]): median(row["values"])
        for row in rows
    }
    checked = []
    for goal in goals():
        reached = goal.measured(results)
        if reached is not None:
            wanted = (
                goal.factor
                if avx512 or goal.without_avx512 is None
                else goal.without_avx512
            )
            line = {
                "goal": goal.text,
                "threads": goal.fast[2],
                "wanted": wanted,
                "reached": reached,
            }
            checked.append(line | {"met": reached >= wanted})
    for row in rows:
        if row["group"] == "memory" and row["peer"] == "halfmoon":
            reached = (row["data"] + row["allowed"]) / (
                row["data"] + max(row["values"])
            )
            text = f"memory, {row['work']}: data, parameters x 6 and a batch"
            checked.append(
                {
                    "goal": text,
                    "threads": 1,
                    "wanted": 1.0,
                    "reached": reached,
                    "met": reached >= 1.0,
                }
            )
    return checked
