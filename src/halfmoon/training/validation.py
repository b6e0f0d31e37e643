"""Validation data: how they are read, and what they say of weights."""

from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.network import Network
from halfmoon.training.run import Score

Data = tuple[Array, Array, Array]  # X, y, w as a network reads them


def read_validation(network: Network, data: tuple[Any, ...]) -> Data:
    """(X, y) or (X, y, w) as the network reads them; else ValueError."""
    if not isinstance(data, tuple) or len(data) not in (2, 3):
        raise ValueError(
            f"validation must be (X, y) or (X, y, w); got {type(data).__name__}."
        )
    try:
        return network.read(*data)
    except ValueError as error:
        raise ValueError(f"Validation data: {error}") from None


def evaluate(
    network: Network, z: Array, data: Data, score: Score | None
) -> dict[str, float]:
    """Columns of history by name, from raw predictions z (n, k) for the data's rows.

    validation_loss = sum_i w_i loss(z_i, y_i) / sum_i w_i, without penalty.
    """
    X, y, w = data
    weight = float(w.sum()) / w.shape[-1]
    loss = float((w * network.loss.value(z, y)).sum()) / weight
    columns = {"validation_loss": loss}
    if score is not None:
        y_hat = network.loss.link(z)
        columns["validation_score"] = score(y_hat, y, w.mean(axis=1), X)
    return columns
