"""The learning curves of one fit."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from halfmoon.displays.common import GREY, fitted, panels
from halfmoon.displays.plots import COLOURS

# columns of the history
BY = {"epoch": "epoch", "updates": "update", "rows": "rows", "seconds": "seconds"}
LABELS = {"rows": "rows seen", "seconds": "training time (s)"}
SHOWN = {
    "loss": ("loss", "validation_loss"),
    "score": ("train_score", "validation_score"),
}


@dataclass(eq=False, repr=False, kw_only=True)
class LossCurveDisplay:
    """Training loss, and validation loss and scores where there are any, over one fit;
    the best epoch is marked.

    `history` has the columns of `halfmoon.training.history.History`; its training loss
    includes the penalty, the validation loss does not. `best_epoch`, counted from 1, is
    the one whose weights were kept, or None.

    After `plot`: `ax_` (losses), `axes_` (losses, then scores where there are any),
    `figure_`, `lines_` (by column of the history), `best_lines_` (one in each panel).
    """

    history: Any
    best_epoch: int | None = None

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, ax: Axes | None = None, **options: Any
    ) -> Self:
        """Draw a fitted estimator's `history_`; options are those of `plot`. Raises
        NotFittedError, ValueError.
        """
        model = fitted(estimator, "history_")[0]
        return cls(
            history=model.history_, best_epoch=getattr(model, "best_epoch_", None)
        ).plot(ax, **options)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        by: str = "epoch",
        log: bool = False,
        **line: Any,
    ) -> Self:
        """Draw by "epoch", "updates", "rows" or "seconds"; `log` is for losses; `line`
        styles all lines.

        Raises ValueError for an unknown `by`, an empty history, or losses of 0 or less
        with ``log=True``.
        """
        names = [
            name
            for both in SHOWN.values()
            for name in both
            if np.isfinite(self.history[name]).any()
        ]
        if by not in BY or "loss" not in names:
            raise ValueError(
                f"by must be one of {', '.join(BY)}, and the history not empty; got "
                f"{by!r} and {names}."
            )
        lowest = min(
            np.nanmin(self.history[name]) for name in SHOWN["loss"] if name in names
        )
        if log and lowest <= 0.0:
            raise ValueError(
                f"log=True needs losses above 0, and the smallest is {lowest:.3g}; "
                "use log=False."
            )
        kinds = [kind for kind, both in SHOWN.items() if set(both) & set(names)]
        self.axes_ = panels(
            ax,
            (6.4, 3.0 + 1.3 * len(kinds)),
            len(kinds),
            height_ratios=[3, 2][: len(kinds)],
        )
        self.ax_ = self.axes_[0]
        self.figure_ = self.axes_[0].figure
        self.lines_: dict[str, Any] = {}
        self.best_lines_: list[Any] = []
        for panel, kind in zip(self.axes_, kinds, strict=True):
            self._draw(
                panel,
                [name for name in SHOWN[kind] if name in names],
                self.history[BY[by]],
                line,
            )
            panel.set_ylabel("training loss" if len(names) == 1 else kind)
        self.ax_.set_yscale("log" if log else "linear")
        last = self.axes_[-1]
        last.set_xlabel(LABELS.get(by, by))
        if by != "seconds":
            last.xaxis.get_major_locator().set_params(integer=True, nbins=6)
        if last is not self.ax_:
            self.ax_.sharex(last)
            self.ax_.tick_params(labelbottom=False)
            self.figure_.align_ylabels(self.axes_)
        if len(names) > 1:
            self.ax_.legend(frameon=False)
        return self

    def _draw(self, ax: Any, names: list[str], x: Any, line: dict[str, Any]) -> None:
        """One panel: a line for each column, and the best epoch."""
        for name in names:
            held = name.startswith("validation")
            style = {
                "ls": "--" if held else "-",
                "color": COLOURS[held],
                "label": "validation" if held else "training",
            }
            (self.lines_[name],) = ax.plot(
                x, self.history[name], marker="o" * (len(x) == 1), **{**style, **line}
            )
        if self.best_epoch is not None:
            label = f"best epoch: {self.best_epoch}"
            self.best_lines_.append(
                ax.axvline(
                    x[self.best_epoch - 1], color=GREY, ls=":", zorder=1, label=label
                )
            )
        ax.spines[["top", "right"]].set_visible(False)
