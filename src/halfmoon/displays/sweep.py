"""Scores by the values of one parameter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from sklearn.model_selection import validation_curve
from sklearn.utils.validation import check_is_fitted

from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import BESIDE, COLOURS, GREY, make_panels


def draw_scores(
    ax: Axes, x: Array, scores: Sequence[Any], **style: Any
) -> tuple[Any, Any]:
    """The mean of the scores at each x as a line, and one standard deviation as a band.

    Style goes to the line. Returns the line and the band.
    """
    order = np.argsort(x)
    mean = np.array([np.mean(each) for each in scores])[order]
    spread = np.array([np.std(each) for each in scores])[order]
    (line,) = ax.plot(x[order], mean, **{"ms": 5, **style})
    colour: Any = line.get_color()
    look: dict[str, Any] = {"fc": (colour, 0.13), "ec": (colour, 0.45), "lw": 0.6}
    band = ax.fill_between(x[order], mean - spread, mean + spread, **look)
    return line, band


@dataclass(eq=False, repr=False, kw_only=True)
class SweepDisplay:
    """Mean scores by a parameter's values, with bands of one standard deviation.

    The best mean is marked. Numeric values get a numeric axis (logarithmic where they
    span more than a factor of 50), and anything else is a category: (20, 20) is
    "20, 20".

    Parameters
    ----------
    values : sequence
        The parameter's values.
    test_scores : sequence of arrays
        For each value its scores, over splits and over whatever else was tried with
        that value, such as seeds.
    train_scores : sequence of arrays, default None
        The same on the rows learned from.
    param_name : str, default "value"
        The parameter.
    score_name : str, default "score"
        The score.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it is drawn.
    figure_ : matplotlib.figure.Figure
        The figure.
    lines_, bands_ : dict
        Means and spreads, by "training" and "validation".
    best_ : object
        The value with the best mean score.
    best_point_ : matplotlib.lines.Line2D
        Its mark.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> scores = [[0.7, 0.8], [0.9, 1.0]]
    >>> display = SweepDisplay(values=[1, 2], test_scores=scores)
    >>> display.plot(Figure().subplots()).best_
    2
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
        """Cross-validate clones of the estimator for each value, and draw.

        Parameters
        ----------
        estimator : estimator or Pipeline
            What to clone and fit.
        X : array-like or frame of shape (n, d)
            Rows.
        y : array-like of shape (n,)
            Their classes or values.
        param_name : str
            The parameter.
        param_range : sequence
            Its values.
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        cv : int, splitter or iterable
            How rows are split, as in `sklearn.model_selection.validation_curve`.
        scoring : str or callable, default None
            The metric, by scikit-learn's name; None takes the estimator's own.
        n_jobs : int, default None
            Fits at the same time, at most.
        **style : dict
            Goes to the lines.

        Returns
        -------
        SweepDisplay
            What was drawn.
        """
        train, test = validation_curve(
            estimator,
            X,
            y,
            param_name=param_name,
            param_range=param_range,
            cv=cv,
            scoring=scoring,
            n_jobs=n_jobs,
            error_score="raise",
        )
        display = cls(
            values=param_range,
            test_scores=test,
            train_scores=train,
            param_name=param_name,
            score_name=scoring if isinstance(scoring, str) else "score",
        )
        return display.plot(ax, **style)

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
        """Draw a fitted search's `cv_results_` by one of its parameters.

        All candidates of a value count together.

        Parameters
        ----------
        search : GridSearchCV or the like
            A fitted search.
        param_name : str
            The parameter, as in `cv_results_` after "param_".
        metric : str, default "score"
            The score, as in `cv_results_` after "mean_test_".
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to the lines.

        Returns
        -------
        SweepDisplay
            What was drawn.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            For a parameter or metric that the search does not have.
        """
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        _check_column(results, "param_", param_name)
        _check_column(results, "mean_test_", metric)
        column = results[f"param_{param_name}"]
        # candidates of grids without this parameter are masked
        candidates = np.flatnonzero(~np.ma.getmaskarray(column))
        values: list[Any] = []
        for i in candidates:
            if column[i] not in values:
                values.append(column[i])
        groups = [[i for i in candidates if column[i] == value] for value in values]
        display = cls(
            values=values,
            test_scores=_split_scores(results, f"_test_{metric}", groups),
            train_scores=_split_scores(results, f"_train_{metric}", groups) or None,
            param_name=param_name,
            score_name=metric,
        )
        return display.plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw means as lines and spreads as bands.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to the lines.

        Returns
        -------
        SweepDisplay
            The display itself.

        Raises
        ------
        ValueError
            Where no value has finite scores.
        """
        means = np.array([np.mean(scores) for scores in self.test_scores])
        if not np.isfinite(means).any():
            raise ValueError(
                "No value has a finite score for every split; look at the warnings of "
                "the search."
            )
        (self.ax_,) = make_panels(ax, (6.4, 4.2))
        self.figure_ = self.ax_.figure
        x = self._set_axis()
        self.lines_: dict[str, Any] = {}
        self.bands_: dict[str, Any] = {}
        if self.train_scores is not None:
            look = {"color": COLOURS[0], "marker": "o", **style}
            self._draw("training", x, self.train_scores, look)
        look = {"color": COLOURS[1], "marker": "s", "ls": "--", **style}
        self._draw("validation", x, self.test_scores, look)
        self._mark_best(x, means)
        self.ax_.set_xlabel(self.param_name.rpartition("__")[2])
        self.ax_.set_ylabel(self.score_name.replace("_", " "))
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.legend(**BESIDE)
        return self

    def _draw(
        self, label: str, x: Array, scores: Sequence[Any], look: dict[str, Any]
    ) -> None:
        line, band = draw_scores(self.ax_, x, scores, label=label, **look)
        self.lines_[label] = line
        self.bands_[label] = band

    def _mark_best(self, x: Array, means: Array) -> None:
        best = int(np.nanargmax(means))
        self.best_ = self.values[best]
        (self.best_point_,) = self.ax_.plot(
            x[best],
            means[best],
            label=f"best: {_name(self.best_)}\n({means[best]:.3g})",
            linestyle="",
            marker="o",
            markersize=13,
            markerfacecolor="none",
            markeredgecolor=GREY,
            markeredgewidth=1.5,
        )

    def _set_axis(self) -> Array:
        """Where the values stand: numbers where they are, all else at 0, 1, 2, ..."""
        if all(_is_number(value) for value in self.values):
            x = np.array(self.values, dtype=float)
            self.ax_.set_xscale("log" if 0.0 < 50.0 * x.min() < x.max() else "linear")
            return x
        names = [_name(value) for value in self.values]
        crowded = sum(map(len, names)) > 60
        turn: dict[str, Any] = {"rotation": 30, "ha": "right"} if crowded else {}
        self.ax_.set_xticks(range(len(names)), names, **turn)
        return np.arange(len(names), dtype=float)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _name(value: Any) -> str:
    """A value as it is written; a tuple without its brackets."""
    return str(value).strip("(,)")


def _check_column(results: Any, start: str, name: str) -> None:
    known = [key.removeprefix(start) for key in results if key.startswith(start)]
    if name not in known:
        raise ValueError(
            f"The search has no {start}{name}; give one of {', '.join(known)}."
        )


def _split_scores(results: Any, end: str, groups: list[list[Any]]) -> list[Any]:
    """The scores of each group of candidates, over all splits; [] if none were kept."""
    splits = [
        results[key] for key in results if key.startswith("split") and key.endswith(end)
    ]
    if not splits:
        return []
    return [[scores[i] for i in group for scores in splits] for group in groups]
