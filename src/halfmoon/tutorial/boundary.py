"""Section 6: the boundary, and the space of the hidden units, where it is a plane."""

from functools import partial

from halfmoon.displays.boundary import draw_maps
from halfmoon.displays.hidden_space import draw_hidden_space, separating_plane
from halfmoon.inspection.evaluation import accuracy, fewest_errors_of_a_line
from halfmoon.inspection.units import hidden_activations
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import AXES, Experiment

DIRECTIONS = 3_600  # of straight lines in the plane


def measure(experiment: Experiment) -> Material:
    """The errors of network and line, and on which side of the plane points lie."""
    X, y = experiment.data
    network, L = experiment.trained
    line = experiment.regression(1)
    a1 = hidden_activations(network, X)[0]
    normal, offset = separating_plane(network)
    side = a1 @ normal + offset > 0.0
    numbers = {
        "accuracy": accuracy(network.predict(X), y),
        "line_accuracy": float(line.score(X, y)),
        "final_loss": L[-1],
        "rows": len(y),
        "wrong": int((network.predict(X).argmax(axis=1) != y).sum()),
        "line_wrong": int((line.predict(X) != y).sum()),
        "wrong_side_of_plane": int((side != y).sum()),
        "directions": DIRECTIONS,
        "fewest_wrong_by_a_line": fewest_errors_of_a_line(X, y, DIRECTIONS),
    }
    fewest = numbers["fewest_wrong_by_a_line"]
    models = {
        f"A straight line: {numbers['line_accuracy']:.1%} right": line,
        f"Three hidden units: {numbers['accuracy']:.1%} right": network,
    }
    look = {"size": 26.0, "resolution": 160, **AXES}
    both = Picture(partial(draw_maps, models=models, X=X, y=y, **look), (11.0, 4.4))
    space = Picture(
        lambda fig: draw_hidden_space(fig, a1, y, normal, offset), (11.0, 4.8)
    )
    return Material(
        numbers=numbers,
        claims={
            "better": numbers["accuracy"] > numbers["line_accuracy"] + 0.05,
            "plane_beats_every_line": numbers["wrong_side_of_plane"] < fewest,
        },
        figures={"6-boundary": both, "6-hidden-space": space},
    )
