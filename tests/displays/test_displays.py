"""What holds for every display: where it draws, what it refuses."""

import itertools

import pytest
from matplotlib.figure import Figure
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import MLPClassifier, displays
from halfmoon.displays import (
    DecisionSurfaceDisplay,
    HiddenUnitsDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    SweepDisplay,
    WeightsDisplay,
)
from pictures import X2, X4, ax, flowers, y2

# each display, and what it is drawn from beside the estimator
DRAW = {
    "loss": (LossCurveDisplay, {}),
    "weights": (WeightsDisplay, {}),
    "network": (NetworkDisplay, {}),
    "maps": (HiddenUnitsDisplay, {"X": X2, "y": y2}),
    "rows": (HiddenUnitsDisplay, {"X": X4, "y": flowers}),
    "surface": (DecisionSurfaceDisplay, {"X": X2, "y": y2, "grid_resolution": 20}),
}
TWO = {"loss", "weights", "network", "maps", "surface"}
FOUR = {"loss", "weights", "network", "rows"}


def draw(kind, model, at):
    display, options = DRAW[kind]
    return display.from_estimator(model, **options, ax=at)


def test_every_display_is_tried():
    """A SweepDisplay is drawn from a search; it is tried in test_sweep.py."""
    named = {name for name in displays.__all__ if name.endswith("Display")}
    tried = {SweepDisplay, *(display for display, _ in DRAW.values())}
    assert named == {display.__name__ for display in tried}


@pytest.mark.parametrize(
    ("kind", "name"),
    [*((k, "moons") for k in sorted(TWO)), *((k, "iris") for k in sorted(FOUR))],
)
def test_a_display_stays_within_the_ax_it_is_given(kind, name, request):
    figure = Figure(figsize=(12, 8))
    axes = figure.subplots(2, 2)
    place = axes[0, 0].get_position()
    display = draw(kind, request.getfixturevalue(name), axes[0, 0])
    assert display.ax_ is axes[0, 0]
    assert display.figure_ is figure
    assert not any(
        one.has_data() or one.get_title() or one.get_xlabel()
        for one in axes.ravel()[1:]
    )
    panels = [one.get_position() for one in getattr(display, "axes_", [])]
    assert not any(
        one.overlaps(other) for one, other in itertools.combinations(panels, 2)
    )
    for one in set(figure.axes) - set(axes.ravel()[1:]):
        box = one.get_position()
        assert box.x0 >= place.x0 - 1e-9
        assert box.x1 <= place.x1 + 0.01
        assert box.y0 >= place.y0 - 1e-9
        assert box.y1 <= place.y1 + 1e-9
    figure.canvas.draw()


def test_without_an_ax_there_is_a_new_figure_and_a_display_can_be_drawn_again(moons):
    from matplotlib import pyplot

    display = NetworkDisplay.from_estimator(moons)
    assert display.figure_.number in pyplot.get_fignums()
    pyplot.close(display.figure_)
    again = ax()
    assert display.plot(again) is display
    assert display.ax_ is again
    assert not pyplot.get_fignums()


@pytest.mark.parametrize("kind", sorted(DRAW))
def test_before_a_fit_there_is_nothing_to_draw(kind):
    for model in (MLPClassifier(), make_pipeline(StandardScaler(), MLPClassifier())):
        with pytest.raises(NotFittedError):
            draw(kind, model, ax())
    with pytest.raises(NotFittedError):
        SweepDisplay.from_search(GridSearchCV(MLPClassifier(), {}), "alpha", ax=ax())


@pytest.mark.parametrize("kind", ["loss", "weights", "network", "maps"])
def test_only_networks_have_an_inside(kind):
    with pytest.raises(
        ValueError, match=r"LogisticRegression has no .*; give a fitted MLPClassifier"
    ):
        draw(kind, LogisticRegression().fit(X2, y2), ax())
