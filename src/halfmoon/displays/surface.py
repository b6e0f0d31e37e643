"""What a model predicts over a plane of two columns, however many columns it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from sklearn.base import is_regressor
from sklearn.utils.validation import check_is_fitted

from halfmoon.arrays.elementary import Array
from halfmoon.displays.boundary import (
    draw_class_surface,
    draw_value_surface,
    grid_points,
    make_grid,
)
from halfmoon.displays.plane import Plane
from halfmoon.displays.points import draw_points
from halfmoon.displays.response import (
    choose_method,
    class_indices,
    predicted_leads,
    predicted_values,
    target_values,
)
from halfmoon.displays.style import (
    BESIDE,
    INK,
    add_colour_bar,
    class_colour,
    class_marker,
    make_panels,
    shorten,
)


@dataclass(eq=False, repr=False, kw_only=True)
class DecisionSurfaceDisplay:
    """The plane coloured by what a model predicts, its boundaries, and the rows on it.

    Classes have a colour each: the paler, the smaller its lead over the runner-up, and
    black lines are ties. A regressor's values have a colour bar, and white lines of
    equal value. Where the nearest row is further away than `reach`, the plane is
    hatched. Of more than two columns two are axes and the others follow the data, as
    `plane` says; a row fades with its distance from that slice, in standard deviations
    of the other columns (s.d.).

    Parameters
    ----------
    plane : halfmoon.displays.plane.Plane
        The plane through the data.
    xx0, xx1 : array of shape (r, r)
        The grid.
    response : array of shape (r, r) or (r, r, C)
        A regressor's values, or the lead of each class.
    y : array of shape (n,), default None
        The rows' values, or the indices of their classes; None draws no rows.
    classes : list of length C, default None
        The classes' names; None for a regressor.
    reach : float, default 0.5
        How far the nearest row may be, in standard deviations of the axes.
    target_name : str, default "prediction"
        A regressor's quantity and unit.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Where it is drawn.
    figure_ : matplotlib.figure.Figure
        The figure.
    surface_ : matplotlib.collections.QuadMesh or list of them
        One mesh for two classes or a regressor, else one a class.
    boundary_ : list
        The lines.
    points_ : list
        The rows, one collection a class.
    hatched_ : matplotlib.contour.QuadContourSet
        Where no row is near.
    legend_ : matplotlib.legend.Legend or None
        Classes, how rows fade, and hatching.
    colorbar_ : matplotlib.colorbar.Colorbar or None
        A regressor's values.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from halfmoon import MLPClassifier, datasets
    >>> X, y = datasets.make("moons", n=100, noise=0.2, seed=0)
    >>> model = MLPClassifier((3,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> ax = Figure().subplots()
    >>> display = DecisionSurfaceDisplay.from_estimator(model, X, y, ax=ax)
    >>> len(display.points_)
    2
    """

    plane: Plane
    xx0: Array
    xx1: Array
    response: Array
    y: Any = None
    classes: list[Any] | None = None
    reach: float = 0.5
    target_name: str = "prediction"

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        features: Any = (0, 1),
        others: str = "neighbours",
        neighbours: int | None = None,
        response_method: str = "auto",
        grid_resolution: int = 150,
        reach: float = 0.5,
        display_labels: Sequence[Any] | None = None,
        target_name: str = "prediction",
        ax: Axes | None = None,
        **style: Any,
    ) -> Self:
        """Draw what any fitted estimator or pipeline predicts over two columns of X.

        Parameters
        ----------
        estimator : estimator or Pipeline
            Anything fitted that predicts.
        X : array-like or frame of shape (n, d)
            Rows of at least two columns, as the estimator takes them.
        y : array-like of shape (n,), default None
            The rows' classes or values; None draws no rows.
        features : tuple of two, default (0, 1)
            The two columns that are the axes, by index or name.
        others : {"neighbours", "median"}, default "neighbours"
            What the other columns are: means over near rows, or the median everywhere.
        neighbours : int, default None
            How many rows are near; None takes the square root of n, at least 10.
        response_method : str, default "auto"
            "predict_proba", "decision_function" or "predict"; "auto" takes the first
            of these that the estimator has.
        grid_resolution : int, default 150
            How many points r the grid has in either direction.
        reach : float, default 0.5
            How far the nearest row may be before the plane is hatched, in standard
            deviations of the axes.
        display_labels : sequence of length C, default None
            Names of the classes, in the order of `classes_`.
        target_name : str, default "prediction"
            A regressor's quantity and unit.
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to `matplotlib.axes.Axes.pcolormesh`.

        Returns
        -------
        DecisionSurfaceDisplay
            What was drawn.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        ValueError
            For anything that cannot be drawn; it says what is allowed.
        """
        check_is_fitted(estimator)
        if grid_resolution < 2:
            raise ValueError(
                f"grid_resolution must be at least 2; got {grid_resolution}."
            )
        plane = Plane(X, features, others, neighbours)
        low = plane.rows.min(axis=0)
        high = plane.rows.max(axis=0)
        margin = 0.05 * np.where(high > low, high - low, 1.0)
        xx0, xx1 = make_grid(low - margin, high + margin, grid_resolution)
        table = plane.table(grid_points(xx0, xx1))
        method = choose_method(estimator, response_method)
        n = len(plane.rows)
        classes = None
        if is_regressor(estimator):
            response = predicted_values(estimator, table)
            y = None if y is None else target_values(y, n)
        else:
            response, known = predicted_leads(estimator, table, method)
            y = None if y is None else class_indices(y, known, n)
            classes = list(known if display_labels is None else display_labels)
        display = cls(
            plane=plane,
            xx0=xx0,
            xx1=xx1,
            response=response.reshape(*xx0.shape, *response.shape[1:]),
            y=y,
            classes=classes,
            reach=reach,
            target_name=target_name,
        )
        return display.plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw the surface and the rows.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default None
            Where to draw; None makes a new figure.
        **style : dict
            Goes to `matplotlib.axes.Axes.pcolormesh`.

        Returns
        -------
        DecisionSurfaceDisplay
            The display itself.
        """
        (self.ax_,) = make_panels(ax, (7.2, 4.8))
        self.figure_ = self.ax_.figure
        self.distance_ = self.plane.distance()
        self.colorbar_ = None
        self.points_: list[Any] = []
        if self.classes is None:
            self._draw_values(style)
        else:
            self._draw_classes(self.classes, style)
        self._hatch("#ffffff66" if self.classes is None else "none")
        first, second = (self.plane.names[i] for i in self.plane.pair)
        x_range = self.xx0[0, [0, -1]]
        y_range = self.xx1[[0, -1], 0]
        self.ax_.set(xlabel=first, ylabel=second, xlim=x_range, ylim=y_range)
        self.legend_ = None
        if handles := self._legend_handles():
            self.legend_ = self.ax_.legend(handles=handles, handletextpad=0.5, **BESIDE)
        return self

    def _draw_classes(self, classes: list[Any], style: dict[str, Any]) -> None:
        lead = self.response
        span = float(min(1.0, np.quantile(lead.max(axis=-1), 0.9))) or 1.0
        self.surface_, self.boundary_ = draw_class_surface(
            self.ax_, self.xx0, self.xx1, lead, span, **style
        )
        if self.y is not None:
            self.points_ = draw_points(
                self.ax_,
                self.plane.rows,
                self.y,
                classes=range(len(classes)),
                size=30,
                alpha=_opacity(self.distance_),
            )

    def _draw_values(self, style: dict[str, Any]) -> None:
        """A regressor's values and the rows' own values, on one scale."""
        values = self.response
        both = values if self.y is None else np.append(values, self.y)
        scale = Normalize(both.min(), both.max())
        self.surface_, self.boundary_ = draw_value_surface(
            self.ax_, self.xx0, self.xx1, values, **{"norm": scale, **style}
        )
        if self.y is not None:
            dots = self.ax_.scatter(
                *self.plane.rows.T,
                s=30,
                c=self.y,
                cmap=self.surface_.cmap,
                norm=self.surface_.norm,
                alpha=_opacity(self.distance_),
                edgecolors="white",
                linewidths=0.7,
                zorder=3,
            )
            self.points_ = [dots]
        self.colorbar_ = add_colour_bar(self.ax_, self.surface_, self.target_name, 0.5)

    def _hatch(self, veil: str) -> None:
        """Hatch where no row is near, and lay a veil over it."""
        gap = self.plane.gap(grid_points(self.xx0, self.xx1))
        self.gap_ = gap.reshape(self.xx0.shape)
        look: dict[str, Any] = {"colors": [veil], "hatches": ["////"], "zorder": 1}
        levels = [self.reach, np.inf]
        self.hatched_ = self.ax_.contourf(
            self.xx0, self.xx1, self.gap_, levels=levels, **look
        )
        self.hatched_.set(edgecolor="#00000038", linewidth=0.0)

    def _legend_handles(self) -> list[Any]:
        """What the legend explains: classes, how rows fade, and hatching."""
        handles: list[Any] = []
        for c, name in enumerate(self.classes or []):
            marker = "s" if self.y is None else class_marker(c)
            handles.append(_legend_dot(shorten(name), class_colour(c), marker))
        if self.plane.rest:
            handles.append(_legend_dot(self._describe_others(), "none", ""))
            if self.y is not None:
                for distance in (0, 1, 2):
                    label = f"{distance} s.d. off" if distance else "row on the slice"
                    opacity = _opacity(float(distance))
                    handles.append(_legend_dot(label, INK, "o", opacity))
        if self.gap_.max() > self.reach:
            look: dict[str, Any] = {"fc": "none", "ec": "#00000070", "lw": 0.0}
            handles.append(Patch(hatch="////", label="no row near", **look))
        return handles

    def _describe_others(self) -> str:
        if self.plane.others == "median":
            return "other columns:\nmedians"
        return f"other columns:\nmeans of {self.plane.k} near rows"


def _legend_dot(label: str, colour: str, marker: str, alpha: float = 1.0) -> Line2D:
    dot: dict[str, Any] = {"ls": "", "mec": "white", "mew": 0.6, "ms": 6.5}
    return Line2D([], [], label=label, c=colour, marker=marker, alpha=alpha, **dot)


def _opacity(distance: Any) -> Any:
    """How opaque rows are: 1 in the slice, towards 0.12 far away."""
    return 0.12 + 0.88 * np.exp(-0.5 * distance**2)
