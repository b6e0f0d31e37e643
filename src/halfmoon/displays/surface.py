"""What a model predicts over a plane of two columns, however many columns it has."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from sklearn.base import is_regressor
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.utils.validation import check_is_fitted

from halfmoon.arrays.elementary import Array
from halfmoon.displays.common import BESIDE, bar, panels, shorten
from halfmoon.displays.plots import COLOURS, INK, MARKERS
from halfmoon.displays.slices import Slice

METHODS = ("predict_proba", "decision_function", "predict")


@dataclass(eq=False, repr=False, kw_only=True)
class DecisionSurfaceDisplay:
    """The plane coloured by what a model predicts, its decision boundaries, and the
    rows on it.

    Classes have a colour each: the paler, the smaller its lead over the runner-up, and
    black lines are ties. A regressor's values have a colour bar, and white lines of
    equal value. Where the nearest row is further away than `reach`, in standard
    deviations of the axes, the plane is hatched. Of more than two columns two are axes
    and the others follow the data, as `plane` says; a row fades with its distance from
    that slice, in standard deviations of the other columns (s.d.).

    `xx0`, `xx1` (r, r) are the grid, `response` (r, r) a regressor's values or (r, r,
    C) the lead of each class; `y` (n,) holds the rows' values or places in `classes`,
    or is None, and then no rows are drawn.

    After `plot`: `ax_`, `figure_`, `surface_` (one mesh, or one a class), `boundary_`
    (contours), `points_` (one collection a class), `hatched_`, `legend_`, `colorbar_`
    (regressors).
    """

    plane: Slice
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
        display_labels: Any = None,
        target_name: str = "prediction",
        ax: Axes | None = None,
        **style: Any,
    ) -> Self:
        """Draw what any fitted estimator or pipeline predicts over two columns of X (n,
        d), an array or a frame.

        `features` are the two columns, by place or name; the others are local means
        over `neighbours` rows, or fixed with ``others="median"`` (`slices.Slice`).
        `response_method` "auto" is the first that the estimator has of predict_proba,
        decision_function, predict. `display_labels` name the classes in the order of
        `classes_`; `target_name` is a regressor's quantity and unit. Style goes to
        `pcolormesh`. Raises NotFittedError before `fit`, and ValueError, saying what is
        allowed, for anything that cannot be drawn.
        """
        check_is_fitted(estimator)
        if grid_resolution < 2:
            raise ValueError(
                f"grid_resolution must be at least 2; got {grid_resolution}."
            )
        plane = Slice(X, features, others, neighbours)
        low = plane.rows.min(axis=0)
        high = plane.rows.max(axis=0)
        margin = 0.05 * np.where(high > low, high - low, 1.0)
        xx0, xx1 = np.meshgrid(
            *np.linspace(low - margin, high + margin, grid_resolution).T
        )
        rows = plane.table(np.column_stack([xx0.ravel(), xx1.ravel()]))
        response, classes = _response(estimator, rows, response_method)
        drawn: dict[str, Any] = {
            "response": response.reshape(*xx0.shape, *response.shape[1:]),
            "reach": reach,
        }
        drawn |= {
            "y": None if y is None else _truth(y, classes, len(plane.rows)),
            "target_name": target_name,
        }
        if classes is not None:
            drawn["classes"] = list(
                classes if display_labels is None else display_labels
            )
        return cls(plane=plane, xx0=xx0, xx1=xx1, **drawn).plot(ax, **style)

    def plot(self, ax: Axes | None = None, **style: Any) -> Self:
        """Draw; style goes to `pcolormesh`."""
        (self.ax_,) = panels(ax, (7.2, 4.8))
        self.figure_, self.colorbar_, self.distance_ = (
            self.ax_.figure,
            None,
            self.plane.distance(),
        )
        self.points_: list[Any] = []
        self.boundary_: list[Any] = []
        style = {
            "plot_method": "pcolormesh",
            "rasterized": True,
            "zorder": 0,
            "ax": self.ax_,
            **style,
        }
        draw, veil = (
            (self._values, ["#ffffff66"])
            if self.classes is None
            else (self._regions, "none")
        )
        draw(style)
        self.gap_ = self.plane.gap(
            np.column_stack([self.xx0.ravel(), self.xx1.ravel()])
        ).reshape(self.xx0.shape)
        hatch: dict[str, Any] = {
            "levels": [self.reach, np.inf],
            "colors": veil,
            "hatches": ["////"],
            "zorder": 1,
        }
        self.hatched_ = self.ax_.contourf(self.xx0, self.xx1, self.gap_, **hatch)
        self.hatched_.set(edgecolor="#00000038", linewidth=0.0)
        first, second = (self.plane.names[i] for i in self.plane.pair)
        self.ax_.set(
            xlabel=first,
            ylabel=second,
            xlim=self.xx0[0, [0, -1]],
            ylim=self.xx1[[0, -1], 0],
        )
        handles = self._handles()
        self.legend_ = (
            self.ax_.legend(handles=handles, handletextpad=0.5, **BESIDE)
            if handles
            else None
        )
        return self

    def _surface(
        self,
        response: Array,
        style: dict[str, Any],
        classes: int = 2,
        colours: Any = None,
    ) -> None:
        """scikit-learn's own display draws the colours."""
        grid = {"xx0": self.xx0, "xx1": self.xx1}
        drawn = DecisionBoundaryDisplay(
            **grid, n_classes=classes, response=response, multiclass_colors=colours
        )
        self.surface_ = drawn.plot(**style).surface_

    def _regions(self, style: dict[str, Any]) -> None:
        """The lead of the second class, or of each its own; ties; and the rows."""
        lead = self.response
        count = self.response.shape[-1]
        pale = [
            tuple(0.5 + 0.5 * np.array(to_rgb(COLOURS[c % 8]))) for c in range(count)
        ]
        span = float(min(1.0, np.quantile(lead.max(axis=-1), 0.9))) or 1.0
        if count == 2:
            cmap = LinearSegmentedColormap.from_list(
                "lead", [pale[0], "white", pale[1]]
            )
            self._surface(
                lead[..., 1], {"cmap": cmap, "vmin": -span, "vmax": span, **style}
            )
        else:
            self._surface(lead, {"vmin": 0.0, "vmax": span, **style}, count, pale)
        line: dict[str, Any] = {
            "levels": [0.0],
            "colors": INK,
            "linewidths": 1.3,
            "zorder": 2,
        }
        for c in range(count):
            if lead[..., c].min() < 0.0 < lead[..., c].max() and (count, c) != (2, 1):
                self.boundary_.append(
                    self.ax_.contour(self.xx0, self.xx1, lead[..., c], **line)
                )
            self._rows(
                self.y == c,
                color=COLOURS[c % 8],
                marker=marker_of(c),
                edgecolors="white",
            )

    def _values(self, style: dict[str, Any]) -> None:
        """A regressor's values, lines of equal value, and the rows' own values, all on
        one scale.
        """
        both = np.append(self.response, [] if self.y is None else self.y)
        self._surface(
            self.response,
            {"cmap": "viridis", "norm": Normalize(both.min(), both.max()), **style},
        )
        line: dict[str, Any] = {
            "levels": 8,
            "colors": "white",
            "linewidths": 0.7,
            "alpha": 0.7,
            "zorder": 2,
        }
        if np.ptp(self.response) > 0.0:
            self.boundary_.append(
                self.ax_.contour(self.xx0, self.xx1, self.response, **line)
            )
        look = {
            "cmap": self.surface_.cmap,
            "norm": self.surface_.norm,
            "edgecolors": "white",
        }
        self._rows(np.full(len(self.plane.rows), True), c=self.y, **look)
        self.colorbar_ = bar(self.ax_, self.surface_, self.target_name, 0.5)

    def _rows(self, here: Any, **style: Any) -> None:
        if self.y is not None:
            style |= {
                "alpha": alpha_of(self.distance_[here]),
                "linewidths": 0.6,
                "s": 30,
                "zorder": 3,
            }
            self.points_.append(self.ax_.scatter(*self.plane.rows[here].T, **style))

    def _handles(self) -> list[Any]:
        """What the legend explains: classes, how rows fade, and hatching."""
        looks: list[Any] = []
        for c, name in enumerate(self.classes or []):
            looks.append(
                (
                    shorten(name),
                    COLOURS[c % 8],
                    "s" if self.y is None else marker_of(c),
                    1.0,
                )
            )
        if self.plane.rest:
            told = (
                "medians"
                if self.plane.others == "median"
                else f"means of {self.plane.k} near rows"
            )
            fade = (
                (0.0, "row on the slice"),
                (1.0, "1 s.d. off"),
                (2.0, "2 s.d. off"),
            ) * (self.y is not None)
            looks.append((f"other columns:\n{told}", "none", "", 1.0))
            looks += [(label, INK, "o", alpha_of(far)) for far, label in fade]
        dot: dict[str, Any] = {"ls": "", "mec": "white", "mew": 0.6, "ms": 6.5}
        handles: list[Any] = [
            Line2D([], [], label=n, c=c, marker=m, alpha=alpha, **dot)
            for n, c, m, alpha in looks
        ]
        if self.gap_.max() > self.reach:
            handles.append(
                Patch(
                    fc="none", ec="#00000070", hatch="////", lw=0.0, label="no row near"
                )
            )
        return handles


def marker_of(c: int) -> str:
    """A class's marker; beyond eight classes colours come again, with other markers."""
    return MARKERS[(c + c // 8) % 8]


def alpha_of(distance: Any) -> Any:
    """How opaque rows are at a distance from the slice: 1 in it, towards 0.12
    far away.
    """
    return 0.12 + 0.88 * np.exp(-0.5 * distance**2)


def _truth(y: Any, classes: Any, n: int) -> Any:
    """y as places among the classes, or as numbers."""
    y = np.asarray(y)
    if y.shape != (n,) or (classes is not None and not np.isin(y, classes).all()):
        known = "numbers" if classes is None else f"of the classes {list(classes)}"
        raise ValueError(
            f"y must be {n} values, {known}; got shape {y.shape}, and values such as "
            f"{np.unique(y)[:5]}."
        )
    return y.astype(float) if classes is None else np.searchsorted(classes, y)


def _response(estimator: Any, rows: Any, method: str) -> tuple[Array, Any]:
    """Values (m,) and None, or each class's lead (m, C) over the best of the others and
    the classes.
    """
    has = (
        ["predict"]
        if is_regressor(estimator)
        else [name for name in METHODS if hasattr(estimator, name)]
    )
    if method not in ("auto", *has) or not has:
        allowed = (
            f"'auto' or what {type(estimator).__name__} has "
            f"({', '.join(has) or 'nothing that predicts'})"
        )
        raise ValueError(f"response_method must be {allowed}; got {method!r}.")
    method = has[0] if method == "auto" else method
    given = getattr(estimator, method)(rows)
    classes = getattr(estimator, "classes_", None)
    if is_regressor(estimator):
        if np.ndim(given) != 1:
            raise ValueError(
                "A surface needs one output, and this regressor has "
                f"{np.shape(given)[1]}; fit one for each."
            )
        return np.asarray(given, dtype=float), None
    if classes is None:  # clusters, outliers
        method = "predict"
        given = np.asarray(estimator.predict(rows))
        classes = np.unique(given)
    if len(classes) < 2:
        raise ValueError(
            "A surface needs two classes or more; this classifier knows "
            f"{list(classes)} only."
        )
    several = isinstance(classes, list) or np.shape(given)[1:] not in (
        (),
        np.shape(classes),
    )
    if several or (
        method == "predict_proba" and not np.allclose(given.sum(axis=1), 1.0, atol=1e-3)
    ):
        raise ValueError(
            "A surface needs one label a row, and this classifier gives several; fit "
            "one for each."
        )
    if method == "predict":
        given = (given[:, None] == classes).astype(float)
    elif given.ndim == 1:
        given = np.column_stack([-given, given]) / 2.0
    runner_up, best = np.sort(given, axis=1)[:, -2:].T[..., None]
    return given - np.where(given == best, runner_up, best), classes
