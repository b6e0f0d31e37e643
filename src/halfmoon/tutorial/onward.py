"""Section 10: the network behind scikit-learn's names, and a search for its size."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon.arrays.elementary import Array
from halfmoon.displays.score_grid import draw_score_grid
from halfmoon.estimators.mlp import MLPClassifier
from halfmoon.estimators.quiet import quiet_fits
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import HALF_RATE, Experiment
from halfmoon.tutorial.patients import SHARE, patients

# sizes, penalties, folds; in a quick run the small search
WHOLE = ([(1,), (3,), (10,), (30,)], (0.01, 0.1, 1.0, 10.0), 5)
SMALL = ([(1,), (3,), (10,)], (0.1, 1.0, 10.0), 3)


def as_estimator(W, b, X, y, **more):
    """Section 5's network and descent, in scikit-learn's words."""
    model = MLPClassifier(
        (3,),
        "tanh",
        loss="softmax_cross_entropy",
        solver="gd",
        learning_rate_init=1.0,
        alpha=0.01,
        batch_size=len(X),
        **more,
    )
    return model.fit(X, y, coefs_init=W, intercepts_init=b)


def search(X, y, sizes, penalties, folds, **more):
    """Every size with every penalty, judged on folds."""
    mlp = MLPClassifier(activation="tanh", solver="lbfgs", **more)
    grid = {
        "mlpclassifier__hidden_layer_sizes": sizes,
        "mlpclassifier__alpha": penalties,
    }
    found = GridSearchCV(
        make_pipeline(StandardScaler(), mlp),
        grid,
        scoring="neg_log_loss",
        cv=folds,
        return_train_score=True,
        error_score="raise",
    )
    return found.fit(X, y)


def measure(experiment: Experiment) -> Material:
    """The estimator beside section 5, and a search judged on patients kept out."""
    more = {"random_state": experiment.seed, "engine": experiment.engine}
    with quiet_fits():
        same = same_as_descent(experiment, more)
        chosen = search_patients(experiment, more)
    return Material(
        numbers=same.numbers | chosen.numbers,
        claims=same.claims | chosen.claims,
        figures=chosen.figures,
        code={"as_estimator": as_estimator, "search": search},
    )


def same_as_descent(experiment: Experiment, more: dict[str, Any]) -> Material:
    """The estimator from the same weights: its losses beside those of section 5."""
    trained, L = experiment.trained_at_half_rate
    network = experiment.network()
    layers = network.views(network.theta)
    model = as_estimator(
        [p.W for p in layers],
        [p.b for p in layers],
        *experiment.data,
        max_iter=experiment.passes,
        n_iter_no_change=np.inf,
        **more,
    )
    numbers = {
        "learning_rate": HALF_RATE,
        "passes": model.n_iter_,
        "last_loss": model.loss_curve_[-1],
        "losses_differ": np.abs(np.array(model.loss_curve_) - L[:-1]).max(),
        "weights_differ": np.abs(model.network_.theta - trained.theta).max(),
    }
    same = max(numbers["losses_differ"], numbers["weights_differ"]) < 1e-9
    return Material(numbers=numbers, claims={"same_run": same})


def search_patients(experiment: Experiment, more: dict[str, Any]) -> Material:
    """A grid of sizes and penalties, and the chosen one on patients kept out of it."""
    X, y = patients()
    X, X_new, y, y_new = train_test_split(
        X, y, test_size=SHARE, stratify=y, random_state=experiment.seed
    )
    sizes, penalties, folds = SMALL if experiment.quick else WHOLE
    found = search(X, y, sizes, penalties, folds, max_iter=1_000, **more)
    line = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    # in the order of the results
    shape = len(penalties), len(sizes)
    learned, held = (
        -found.cv_results_[f"mean_{kind}_score"].reshape(shape)
        for kind in ("train", "test")
    )
    row, column = np.unravel_index(found.best_index_, shape)
    deviation = found.cv_results_["std_test_score"][found.best_index_]
    error = deviation / np.sqrt(folds)
    near = int((held <= held.min() + error).sum())
    wrong = np.array([model.predict(X_new) != y_new for model in (line, found)])
    ahead = np.subtract(*wrong.sum(axis=1))
    numbers = {
        "rows": len(X),
        "held_out": len(X_new),
        "settings": held.size,
        "folds": folds,
        "log_loss_learned_and_held_out": [learned, held],
        "chosen_units": sizes[column][0],
        "chosen_penalty": penalties[row],
        "chosen_log_loss": held.min(),
        "standard_error": error,
        "as_good": near - 1,
        "wrong_line_and_network": wrong.sum(axis=1),
    }
    claims = {
        "several_as_good": near > 2,
        # of the most units with the weakest penalty
        "learned_by_heart": learned[0, -1] < learned[row, column] / 2
        and held[0, -1] > held.min(),
        # two deviations, if a coin decides which is wrong where only one of them is
        "by_chance": abs(ahead) <= 2.0 * np.sqrt((wrong[0] != wrong[1]).sum()),
    }
    units = [size for (size,) in sizes]
    grids = Picture(
        lambda fig: draw_grids(fig, learned, held, units, penalties), (11.0, 4.3)
    )
    return Material(numbers=numbers, claims=claims, figures={"10-grid": grids})


def draw_grids(
    fig: Figure, learned: Array, held: Array, sizes: Any, penalties: Any
) -> None:
    """The mean log-loss of each setting, on folds learned from and held out."""
    row, column = np.unravel_index(held.argmin(), held.shape)
    look = {
        "framed": (int(row), int(column)),
        "highest": max(learned.max(), held.max()),
    }
    panels = {"folds learned from": learned, "folds held out": held}
    axes = fig.subplots(1, 2)
    for ax, (name, losses) in zip(axes, panels.items(), strict=True):
        draw_score_grid(ax, losses, penalties, sizes, **look)
        ax.set(xlabel="hidden units", ylabel="penalty (alpha)")
        ax.set_title(f"Log-loss, {name}")
