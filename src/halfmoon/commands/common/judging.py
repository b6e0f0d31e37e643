"""How good a model's predictions are for rows whose target is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from halfmoon.commands.common.inputs import blocks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from halfmoon.report.measured import Score
    from halfmoon.tables.raw import Table


@dataclass(frozen=True)
class Judged:
    """Scores on some rows, each with its standard error.

    `unknown` counts rows of classes that the model does not know (`examples`); such a
    row cannot be right, and `accuracy_with_unknown` counts it as wrong.
    """

    rows: int
    scores: "list[tuple[Score, float]]"
    unknown: int = 0
    examples: tuple[str, ...] = ()
    accuracy_with_unknown: float | None = None


def judge(
    model: Any,
    inputs: "Table",
    truth: "NDArray[Any]",
    clusters: "NDArray[Any] | None" = None,
) -> Judged:
    """The scores of a model on rows whose truth (n,) is known.

    Rows of one cluster belong together, and are no evidence of their own. Raises
    ValueError, in one sentence, for classes of which the model knows none.
    """
    if hasattr(model, "classes_"):
        return _judge_classes(model, inputs, truth, clusters)
    return _judge_values(model, inputs, truth, clusters)


def _judge_classes(
    model: Any, inputs: "Table", truth: "NDArray[Any]", clusters: Any
) -> Judged:
    import numpy as np

    from halfmoon.report.scores import class_metrics
    from halfmoon.tables.cells import as_text

    numbers = {as_text(c): i for i, c in enumerate(model.classes_.tolist())}
    texts = [as_text(label) for label in truth.tolist()]
    t = np.array([numbers.get(text, -1) for text in texts])
    known = t >= 0
    examples = tuple(sorted({text for text in texts if text not in numbers}))
    if not known.any():
        raise ValueError(
            f"The model knows none of the classes here ({', '.join(examples[:5])}): it "
            f"was made with {', '.join([*numbers][:5])}; give rows of these."
        )
    inputs = {name: column[known] for name, column in inputs.items()}
    parts = [model.predict_proba(some) for _, some in blocks_of(inputs, "predicting")]
    metrics = class_metrics(t[known], np.vstack(parts))
    accuracy = next(each.value for each in metrics if each.name == "accuracy")
    return Judged(
        rows=int(known.sum()),
        scores=_scored(metrics, None if clusters is None else clusters[known]),
        unknown=int((~known).sum()),
        examples=examples,
        accuracy_with_unknown=accuracy * float(known.mean()) if examples else None,
    )


def _judge_values(model: Any, inputs: "Table", truth: Any, clusters: Any) -> Judged:
    import numpy as np

    from halfmoon.report.scores import value_metrics

    parts = [model.predict(some).ravel() for _, some in blocks_of(inputs, "predicting")]
    metrics = value_metrics(truth, np.concatenate(parts))
    return Judged(len(truth), _scored(metrics, clusters))


def _scored(metrics: Any, clusters: Any) -> "list[tuple[Score, float]]":
    """Each metric as a score with its interval, and its standard error."""
    from halfmoon.report.scores import error_of, score

    return [(score(each, clusters), error_of(each, clusters)) for each in metrics]
