"""Logarithmic axes with plain numbers on them."""

from matplotlib.axes import Axes

TICKS = (
    *(1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.05, 0.07, 0.1),
    *(0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0),
)
DECADES = (1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0)


def set_log_scale(ax: Axes, ticks: tuple[float, ...] = TICKS) -> None:
    """A logarithmic scale for losses, with few numbers and these without powers.

    If the horizontal axis is logarithmic, its numbers are without powers too.
    """
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_yticks([tick for tick in ticks if low <= tick <= high])
    ax.set_yticks([], minor=True)
    ax.yaxis.set_major_formatter(plain_number)
    if ax.get_xscale() == "log":
        ax.xaxis.set_major_formatter("{x:,g}")
        ax.xaxis.set_minor_formatter("")


def plain_number(x: float, position: float) -> str:
    """A tick's label without a power.

    (A function of a module, so that a figure that refers to it can be pickled.)
    """
    return f"{x:.5f}".rstrip("0").rstrip(".")
