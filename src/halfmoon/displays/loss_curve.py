"""The loss and the scores of one fit, as curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from halfmoon.arrays.elementary import Array
from halfmoon.displays.fitted import read_fitted
from halfmoon.displays.style import COLOURS, GREY, make_panels

# choices of the horizontal axis, and the history's column for each
COLUMNS = {"epoch": "epoch", "updates": "update", "rows": "rows", "seconds": "seconds"}
X_LABELS = {"rows": "rows seen", "seconds": "training time (s)"}
# what a panel shows: its columns of the history
PANELS = {
    "loss": ("loss", "validation_loss"),
    "score": ("train_score", "validation_score"),
}


def draw_curves(
    ax: Axes, history: Any, names: Sequence[str], by: str, **line: Any
) -> dict[str, Any]:
    """Columns of a history as lines, by one of `COLUMNS`; those of validation dashed.

    Returns the lines by the names of their columns.
    """
    x = history[COLUMNS[by]]
    lines = {}
    for name in names:
        style: dict[str, Any] = {"color": COLOURS[0], "label": "training"}
        if name.startswith("validation"):
            style = {"color": COLOURS[1], "label": "validation", "ls": "--"}
        style["marker"] = "o" if len(x) == 1 else ""
        (lines[name],) = ax.plot(x, history[name], **{**style, **line})
    ax.spines[["top", "right"]].set_visible(False)
    return lines


@dataclass(eq=False, repr=False, kw_only=True)
class LossCurveDisplay:
    """Loss and scores over one fit, on training and validation rows.

    Parameters
    ----------
    history : halfmoon.training.history.History or mapping
        The columns "epoch", "update", "rows", "seconds", "loss", "validation_loss",
        "train_score" and "validation_score", each of shape (epochs,); a column without
        numbers is NaN. The training loss includes the penalty, the validation loss does
        not.
    best_epoch : int, default None
        The epoch, counted from 1, whose weights were kept; it is marked.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The panel of the losses.
    axes_ : list of matplotlib.axes.Axes
        The losses, then the scores where there are any.
    figure_ : matplotlib.figure.Figure
        The figure.
    lines_ : dict
        The lines, by columns of the history.
    best_lines_ : list
        The marks of the best epoch, one a panel.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from halfmoon import Network, datasets, train
    >>> X, y = datasets.make("moons", n=100, noise=0.2, seed=0)
    >>> run = train(Network.dense([2, 3, 2]), X, y, epochs=5)
    >>> display = LossCurveDisplay(history=run.history).plot(Figure().subplots())
    >>> list(display.lines_)
    ['loss']
    """

    history: Any
    best_epoch: int | None = None

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, **options: Any
    ) -> Self:
        """Draw a fitted estimator's `history_`.

        Parameters
        ----------
        estimator : MLPClassifier, MLPRegressor or Pipeline
            A fitted estimator, or a Pipeline or search that ends in one.
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **options : dict
            Those of `plot`.

        Returns
        -------
        LossCurveDisplay
            What was drawn.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            For an estimator without a history.
        """
        model = read_fitted(estimator, "history_").model
        best_epoch = getattr(model, "best_epoch_", None)
        return cls(history=model.history_, best_epoch=best_epoch).plot(ax, **options)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        by: str = "epoch",
        log: bool = False,
        **line: Any,
    ) -> Self:
        """Draw the losses, and the scores where there are some.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        by : {"epoch", "updates", "rows", "seconds"}, default "epoch"
            What stands on the horizontal axis.
        log : bool, default False
            Whether the axis of the losses is logarithmic.
        **line : dict
            The style of all lines, as `matplotlib.axes.Axes.plot` takes it.

        Returns
        -------
        LossCurveDisplay
            The display itself.

        Raises
        ------
        ValueError
            For an unknown `by`, an empty history, one without times, or losses of 0 or
            less with ``log=True``.
        """
        shown = self._columns_with_numbers()
        if by not in COLUMNS:
            raise ValueError(f"by must be one of {', '.join(COLUMNS)}; got {by!r}.")
        if "loss" not in shown:
            raise ValueError(
                "A loss curve needs the history not empty; fit for an epoch at least."
            )
        if not np.isfinite(self.history[COLUMNS[by]]).any():
            raise ValueError(
                "A history that comes from a pickle holds no times; choose by='epoch'."
            )
        if log:
            self._check_positive([name for name in shown if name in PANELS["loss"]])
        kinds = [kind for kind, names in PANELS.items() if set(names) & set(shown)]
        size = (6.4, 3.0 + 1.3 * len(kinds))
        ratios = [3, 2][: len(kinds)]
        self.axes_ = make_panels(ax, size, len(kinds), height_ratios=ratios)
        self.ax_ = self.axes_[0]
        self.figure_ = self.ax_.figure
        self.lines_: dict[str, Any] = {}
        self.best_lines_: list[Any] = []
        for panel, kind in zip(self.axes_, kinds, strict=True):
            names = [name for name in PANELS[kind] if name in shown]
            self.lines_ |= draw_curves(panel, self.history, names, by, **line)
            self._mark_best_epoch(panel, self.history[COLUMNS[by]])
            panel.set_ylabel("training loss" if len(shown) == 1 else kind)
        self.ax_.set_yscale("log" if log else "linear")
        self._label_below(by)
        if len(shown) > 1:
            self.ax_.legend(frameon=False)
        return self

    def _columns_with_numbers(self) -> list[str]:
        names = [name for panel in PANELS.values() for name in panel]
        return [name for name in names if np.isfinite(self.history[name]).any()]

    def _check_positive(self, names: list[str]) -> None:
        smallest = min(np.nanmin(self.history[name]) for name in names)
        if smallest <= 0.0:
            raise ValueError(
                f"log=True needs losses above 0, and the smallest is {smallest:.3g}; "
                "use log=False."
            )

    def _mark_best_epoch(self, ax: Any, x: Array) -> None:
        if self.best_epoch is None:
            return
        style = {"color": GREY, "ls": ":", "zorder": 1}
        label = f"best epoch: {self.best_epoch}"
        index = self.best_epoch - int(self.history["epoch"][0])
        if index < 0:  # its row is no longer kept
            return
        line = ax.axvline(x[index], label=label, **style)
        self.best_lines_.append(line)

    def _label_below(self, by: str) -> None:
        """One label below both panels, whose horizontal axes are the same."""
        last = self.axes_[-1]
        last.set_xlabel(X_LABELS.get(by, by))
        if by != "seconds":
            last.xaxis.get_major_locator().set_params(integer=True, nbins=6)
        if last is not self.ax_:
            self.ax_.sharex(last)
            self.ax_.tick_params(labelbottom=False)
            self.figure_.align_ylabels(self.axes_)
