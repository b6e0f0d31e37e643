"""The losses of several networks that were trained side by side."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import COLOURS


class Member(NamedTuple):
    """One network: its losses by epoch, and the epoch whose parameters were kept."""

    epochs: Array
    loss: Array
    validation_loss: Array
    best_epoch: int


def draw_members(ax: Axes, members: Sequence[Member]) -> None:
    """A line for each network's training loss, and a dashed one for validation.

    A dot marks the epoch whose parameters were kept.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    members : sequence of Member
        The networks.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> epochs = np.array([1, 2, 3])
    >>> losses = np.array([0.6, 0.4, 0.3])
    >>> draw_members(ax, [Member(epochs, losses, losses + 0.1, 3)])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['training', 'validation', 'kept']
    """
    blue, orange, *_ = COLOURS
    width = 1.8 if len(members) == 1 else 1.0
    for i, member in enumerate(members):
        names = ("training", "validation", "kept") if i == 0 else ("", "", "")
        ax.plot(
            member.epochs, member.loss, color=blue, alpha=0.7, lw=width, label=names[0]
        )
        if len(member.validation_loss) == 0:
            continue
        ax.plot(
            member.epochs,
            member.validation_loss,
            color=orange,
            ls="--",
            lw=width,
            label=names[1],
        )
        kept = member.epochs == member.best_epoch
        ax.plot(
            member.epochs[kept],
            member.validation_loss[kept],
            "o",
            color=orange,
            ms=5.0,
            label=names[2],
        )
    ax.set(xlabel="epoch", ylabel="loss")
    ax.locator_params(axis="x", integer=True, nbins=6)
    ax.spines[["top", "right"]].set_visible(False)
    above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.02, 1.0)}
    ax.legend(frameon=False, ncols=3, **above)
