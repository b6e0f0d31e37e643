"""Activation functions and their slopes, in small pictures."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from halfmoon.components.activations import Activation
from halfmoon.displays.grids import add_grid
from halfmoon.displays.style import COLOURS, INK


def draw_activations(
    fig: Figure, activations: Mapping[str, Activation], columns: int
) -> None:
    """A small picture for each activation f and its slope f', with its name above."""
    z = np.linspace(-4.0, 4.0, 81)
    axes = add_grid(fig, activations, columns)
    for ax, (name, act) in zip(axes, activations.items(), strict=True):
        a = act.f(z)
        ax.plot(z, a, c=COLOURS[2], lw=2.2, label="f")
        ax.plot(z, act.df(z, a), c=COLOURS[3], lw=1.8, ls="--", label="f'")
        ax.axhline(0.0, c=INK, lw=0.6, alpha=0.5, zorder=0)
        ax.set(xlabel="z", title=name, xlim=(-4.0, 4.0), ylim=(-2.2, 4.2))
        ax.set(xticks=(-4, 0, 4), yticks=(-2, 0, 2, 4))
    axes[0].legend(frameon=False, loc="upper left")
