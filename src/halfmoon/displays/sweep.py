"""Scores by the values of one parameter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from sklearn.model_selection import validation_curve
from sklearn.utils.validation import check_is_fitted

from halfmoon.arrays.elementary import Array
from halfmoon.displays.common import BESIDE, GREY, panels
from halfmoon.displays.plots import COLOURS


@dataclass(eq=False, repr=False, kw_only=True)
class SweepDisplay:
    """Mean scores by a parameter's values, with bands of one standard deviation to
    either side; the best is marked.

    `values` are the parameter's; for each of them `test_scores` (and `train_scores`, or
    None) hold an array of scores, over splits and over whatever else was tried with
    that value, such as seeds. Numbers have an axis of numbers (logarithmic where they
    span more than a factor of 50), and anything else is a category: (20, 20) is "20,
    20".

    After `plot`: `ax_`, `figure_`, `lines_` and `bands_` (by "training" and
    "validation"), `best_` (the value with the best mean score), `best_point_`.
    """

    values: Sequence[Any]
    test_scores: Sequence[Any]
    train_scores: Sequence[Any] | None = None
    param_name: str = "value"
    score_name: str = "score"

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        param_name: str,
        param_range: Sequence[Any],
        ax: Axes | None = None,
        cv: Any = 5,
        scoring: Any = None,
        n_jobs: int | None = None,
        **style: Any,
    ) -> Self:
        """Cross-validate clones of the estimator for each value of `param_range`, and
        draw; style goes to the lines.
        """
        options: dict[str, Any] = {
            "cv": cv,
            "scoring": scoring,
            "n_jobs": n_jobs,
            "error_score": "raise",
        }
        train, test = validation_curve(
            estimator, X, y, param_name=param_name, param_range=param_range, **options
        )
        drawn = cls(
            values=param_range,
            test_scores=test,
            train_scores=train,
            param_name=param_name,
        )
        drawn.score_name = scoring if isinstance(scoring, str) else "score"
        return drawn.plot(ax, **style)

    @classmethod
    def from_search(
        cls,
        search: Any,
        param_name: str,
        *,
        metric: str = "score",
        ax: Axes | None = None,
        **style: Any,
    ) -> Self:
        """Draw a fitted search's `cv_results_` by one of its parameters, all candidates
        of a value together.

        Raises NotFittedError before `fit`, ValueError for a parameter or metric that
        the search does not have.
        """
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        for start, given in (("param_", param_name), ("mean_test_", metric)):
            known = [
                key.removeprefix(start) for key in results if key.startswith(start)
            ]
            if given not in known:
                raise ValueError(
                    f"The search has no {start}{given}; give one of {', '.join(known)}."
                )
        column = results[f"param_{param_name}"]
        # some grids may leave it out
        tried = {i: column[i] for i in np.flatnonzero(~np.ma.getmaskarray(column))}
        values = [
            value
            for n, value in enumerate(tried.values())
            if value not in list(tried.values())[:n]
        ]
        scores: list[Any] = []
        for part in ("test", "train"):
            splits = [
                results[key]
                for key in results
                if key.startswith("split") and key.endswith(f"_{part}_{metric}")
            ]
            scores.append(
                [
                    [s[i] for i, value in tried.items() if value == v for s in splits]
                    for v in values
                ]
            )
        drawn = {
            "values": values,
            "param_name": param_name,
            "score_name": metric,
            "test_scores": scores[0],
        }
        return cls(**drawn, train_scores=scores[1] if splits else None).plot(
            ax, **style
        )

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw means as lines, which style goes to, and spreads as bands; ValueError
        where no value has scores.
        """
        means = np.array([np.mean(scores) for scores in self.test_scores])
        if not np.isfinite(means).any():
            raise ValueError(
                "No value has a finite score for every split; look at the warnings of "
                "the search."
            )
        (self.ax_,) = panels(ax, (6.4, 4.2))
        self.figure_, x = self.ax_.figure, self._axis()
        self.lines_: dict[str, Any] = {}
        self.bands_: dict[str, Any] = {}
        if self.train_scores is not None:
            self._curve(
                "training",
                x,
                self.train_scores,
                {"color": COLOURS[0], "marker": "o", **style},
            )
        self._curve(
            "validation",
            x,
            self.test_scores,
            {"color": COLOURS[1], "marker": "s", "ls": "--", **style},
        )
        best = int(np.nanargmax(means))
        self.best_ = self.values[best]
        circle = {
            "ls": "",
            "marker": "o",
            "ms": 13,
            "mfc": "none",
            "mec": GREY,
            "mew": 1.5,
        }
        label = f"best: {str(self.best_).strip('(,)')}\n({means[best]:.3g})"
        (self.best_point_,) = self.ax_.plot(x[best], means[best], label=label, **circle)
        self.ax_.set(
            xlabel=self.param_name.rpartition("__")[2],
            ylabel=self.score_name.replace("_", " "),
        )
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.legend(**BESIDE)
        return self

    def _axis(self) -> Array:
        """Where the values stand: numbers where they are, everything else at 0, 1, 2,
        ... with its name.
        """
        if all(
            isinstance(value, int | float | np.number) and not isinstance(value, bool)
            for value in self.values
        ):
            x = np.array(self.values, dtype=float)
            self.ax_.set_xscale("log" if 0.0 < 50.0 * x.min() < x.max() else "linear")
            return x
        names = [str(value).strip("(,)") for value in self.values]
        turn: dict[str, Any] = (
            {"rotation": 30, "ha": "right"} if sum(map(len, names)) > 60 else {}
        )
        self.ax_.set_xticks(range(len(names)), names, **turn)
        return np.arange(len(names), dtype=float)

    def _curve(
        self, label: str, x: Array, scores: Sequence[Any], style: dict[str, Any]
    ) -> None:
        order = np.argsort(x)
        mean, spread = (
            np.array([f(each) for each in scores])[order] for f in (np.mean, np.std)
        )
        (self.lines_[label],) = line = self.ax_.plot(
            x[order], mean, label=label, ms=5, **style
        )
        shade = {
            "fc": (line[0].get_color(), 0.13),
            "ec": (line[0].get_color(), 0.45),
            "lw": 0.6,
        }
        self.bands_[label] = self.ax_.fill_between(
            x[order], mean - spread, mean + spread, **shade
        )
