"""Section 2: what a straight line can do."""

from functools import partial

from halfmoon.displays.boundary import draw_maps
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import AXES, Experiment

DEGREE = 3


def measure(experiment: Experiment) -> Material:
    """How many points a straight line gets wrong, and one with cubic features."""
    X, y = experiment.data
    models = [experiment.regression(degree) for degree in (1, DEGREE)]
    wrong = [int((model.predict(X) != y).sum()) for model in models]
    accuracy = [model.score(X, y) for model in models]
    numbers = {
        "rows": len(y),
        "accuracy": accuracy,
        "errors": wrong,
        "degree": DEGREE,
        "features": models[1][0].n_output_features_,
        "strengths_tried": len(models[0][-1].Cs_),
    }
    shown = {
        f"Straight line: {accuracy[0]:.1%} right": models[0],
        f"Cubic features, made by hand: {accuracy[1]:.1%} right": models[1],
    }
    draw = partial(draw_maps, models=shown, X=X, y=y, resolution=200, **AXES)
    return Material(
        numbers=numbers,
        claims={
            "many_wrong": 10 <= wrong[0] <= 50,
            "cubic_better": accuracy[1] > accuracy[0] + 0.05,
        },
        figures={"2-baseline": Picture(draw, (11.0, 4.6))},
    )
