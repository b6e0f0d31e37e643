"""A model for prepared rows, and what it keeps of where it comes from."""

import time
from dataclasses import dataclass
from typing import Any

from halfmoon.commands.common.targets import as_record
from halfmoon.commands.fitting.parameters import estimator
from halfmoon.commands.fitting.preparing import Prepared

READING = ("format", "encoding", "separator", "quote", "comment", "skip", "header")


@dataclass(frozen=True, eq=False)
class Trained:
    """A fitted model, and the seconds that it took."""

    model: Any
    seconds: float

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return bool(self.model.stopped_ == "interrupted")

    @property
    def cut_short(self) -> str:
        """A sentence on what ended it before its time; empty if nothing did."""
        if not self.model.stopped_:
            return ""
        ended = "Ctrl-C" if self.interrupted else "max_seconds"
        count = len(self.model.networks_)
        planned = self.model.record_["folds"]["members"]
        return (
            f"The training was ended by {ended}: {count} of {planned} networks are in "
            "the model, and not all of them were trained to their end."
        )


def train(prepared: Prepared, parameters: dict[str, Any], seed: int = 0) -> Trained:
    """Fit an estimator to the rows to learn from, with a bar on a terminal.

    `seed` is that of the split.
    """
    decisions = prepared.schema.decisions
    model = estimator(
        prepared.target.task,
        {
            **parameters,
            "columns": {each.column: each.as_dict() for each in decisions},
            "verbose": True,
        },
    )
    begin = time.perf_counter()
    model.fit(
        prepared.train.table,
        prepared.train.y,
        groups=prepared.groups,
        time=prepared.time,
    )
    seconds = time.perf_counter() - begin
    model.set_params(verbose=False)
    model.record_.update(_origin(prepared, seed))
    return Trained(model, seconds)


def _origin(prepared: Prepared, seed: int) -> dict[str, Any]:
    """Where the rows come from and how they were split, as plain data."""
    understood = prepared.understood
    facts = prepared.split.facts
    return {
        "target": {**as_record(prepared.target), "why": prepared.target.why},
        "source": understood.source,
        "reading": {
            name: getattr(understood, name)
            for name in READING
            if getattr(understood, name) is not None
        },
        "split": {
            "kind": facts.kind,
            "column": facts.column,
            "seed": seed,
            "sentence": facts.sentence,
            "train": len(prepared.train.y),
            "test": len(prepared.test.y),
        },
    }
