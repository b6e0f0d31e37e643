"""Section 10: the network in use, and what changes when there is more of everything."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.displays.style import DARK
from halfmoon.estimators.mlp import MLPClassifier
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import (
    RATE,
    REG_LAMBDA,
    Experiment,
    new_points,
    quiet_fits,
)
from halfmoon.tutorial.patients import SHARE, describe_lead, patients
from halfmoon.tutorial.splits import measure

TITLE = "Where to go from here"
# good to bad, under dark ink
PALE = LinearSegmentedColormap.from_list("pale", ["#cfe3f1", "#f4ecd8", "#efb98c"])
GRID: dict[str, Any] = {
    "hidden_layer_sizes": [(1,), (3,), (10,), (30,)],
    "alpha": [0.01, 0.1, 1.0, 10.0],
}
SMALL: dict[str, Any] = {
    "hidden_layer_sizes": [(1,), (3,), (10,)],
    "alpha": [0.1, 1.0, 10.0],
}
ITERATIONS = 1_000
RATES = (0.1, 0.01, 0.001)
STEPS = 300
SIZES = (200, 2_000, 20_000, 50_000)
PASSES = 10
BATCH = 32
NEW = 5_000
BUMPY = 0.3
# at rest or not
ALL_PASSES: dict[str, Any] = {"max_iter": PASSES, "n_iter_no_change": np.inf}


def as_estimator(network: Network, X: Array, y: Any, **more: Any) -> MLPClassifier:
    """The tutorial's network and descent, in scikit-learn's words."""
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
    below, above = network.views(network.theta)
    W = [below.W, above.W]
    b = [below.b, above.b]
    return model.fit(X, y, coefs_init=W, intercepts_init=b)


def search(X: Array, y: Any, grid: dict[str, Any], folds: int, **more: Any) -> Any:
    """Every setting of the grid, judged on folds of these rows."""
    mlp = MLPClassifier(activation="tanh", solver="lbfgs", **more)
    grid_search = GridSearchCV(
        make_pipeline(StandardScaler(), mlp),
        {f"mlpclassifier__{name}": values for name, values in grid.items()},
        scoring="neg_log_loss",
        cv=folds,
        return_train_score=True,
        error_score="raise",
    )
    return grid_search.fit(X, y)


def full_batch(X: Array, y: Any, **more: Any) -> MLPClassifier:
    """All rows in every update, as the tutorial does it."""
    model = MLPClassifier((16,), "tanh", solver="gd", batch_size=len(X), **more)
    return model.set_params(learning_rate_init=1.0).fit(X, y)


def minibatches(X: Array, y: Any, **more: Any) -> MLPClassifier:
    """Adam, a few rows at a time."""
    model = MLPClassifier((16,), "tanh", solver="adam", batch_size=32, **more)
    return model.set_params(learning_rate_init=0.005).fit(X, y)


def tell(book: Book, experiment: Experiment) -> None:
    """Show the estimator, a search and more rows, and say where to read on."""
    more = {"random_state": experiment.seed, "engine": experiment.engine}
    same_as_descent(book, experiment, more)
    search_patients(book, experiment, more)
    scale(book, experiment)
    other_tools(book)


def same_as_descent(book: Book, experiment: Experiment, more: dict[str, Any]) -> None:
    """The estimator from the same weights, and its losses beside the tutorial's."""
    rate = book.number("learning_rate", RATE / 2.0)
    alpha = book.number("alpha", REG_LAMBDA)
    book.say(
        f"""Up to section 8 a network was an object to look into. To use one, as in
        section 9, you want it behind the names that everybody knows: `fit`,
        `predict`, `score`. `MLPClassifier` has scikit-learn's, and takes its place in
        pipelines and searches; inside is the network of section 3. To see that, start
        it where section 5 starts, from the same initial weights, with the lower of
        the two rates there, {rate}. Its `alpha` is the tutorial's lambda as it
        stands, {alpha}: both belong to the loss summed over rows."""
    )
    book.code(as_estimator)
    (network, L) = experiment.calm
    (X, y) = experiment.data
    with quiet_fits():  # it warns that it went on to the last pass, as it was told to
        model = as_estimator(
            experiment.network(),
            X,
            y,
            max_iter=experiment.passes,
            n_iter_no_change=np.inf,
            **more,
        )
    count = book.number("passes", model.n_iter_)
    last = book.number("last_loss", model.loss_curve_[-1])
    apart = book.number(
        "losses_differ", np.abs(np.array(model.loss_curve_) - L[:-1]).max()
    )
    weights = book.number(
        "weights_differ", np.abs(model.network_.theta - network.theta).max()
    )
    differ = (
        f"the losses of section 5 differ from its own by at most {apart:.0e}, the "
        f"weights by {weights:.0e}"
    )
    if max(apart, weights) == 0.0:
        differ = (
            "not one of its losses or weights differs from those of section 5 in a "
            "single bit"
        )
    book.say(f"After {count:,} passes its loss is {last:.6f}, and {differ}.")


def search_patients(book: Book, experiment: Experiment, more: dict[str, Any]) -> None:
    """A grid of sizes and penalties, and the chosen one on patients kept out of it."""
    X, y = patients()
    X, X_new, y, y_new = train_test_split(
        X, y, test_size=SHARE, stratify=y, random_state=experiment.seed
    )
    grid, folds = (SMALL, 3) if experiment.quick else (GRID, 5)
    rows = book.number("rows", len(X))
    others = book.number("held_out", len(X_new))
    sizes = len(grid["hidden_layer_sizes"])
    count = book.number("settings", len(grid["alpha"]) * sizes)
    parts = book.number("folds", folds)
    book.say(
        f"""How many units, and how strong a penalty? Let a search answer, with the
        patients of section 9. {others} of them are set aside. On the other {rows}
        each of {count} settings is judged by cross-validation in {parts} folds. The
        scaler is part of the pipeline, so that it too learns only from the rows it
        may see:"""
    )
    book.code(search)
    with quiet_fits() as late:
        fitted = search(X, y, grid, folds, max_iter=ITERATIONS, **more)
        line = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    if unfinished := book.number("unfinished_fits", len(late)):
        book.say(
            f"Fits of the search that ran out of iterations: {unfinished}. They count "
            "as they are."
        )
    draw_grid(book, fitted, grid)
    describe_choice(book, fitted)
    scores = [evaluate(model, X_new, y_new) for model in (fitted, line)]
    kept = book.number("held_out_right_and_log_loss", scores)
    (right, loss), (straight, other) = kept
    wrong = [np.asarray(model.predict(X_new) != y_new) for model in (line, fitted)]
    ahead = describe_lead(book, *wrong)
    book.say(
        f"""On these the network has {right:.1%} right, and logistic regression
        {straight:.1%}: {ahead}. The network's log-loss is {loss:.3f}, that of
        logistic regression {other:.3f}."""
    )
    compare_scaling(book, fitted.best_estimator_, (X, X_new), (y, y_new), loss)


def draw_grid(book: Book, fitted: Any, grid: dict[str, Any]) -> None:
    """The mean log-loss of each setting, on folds learned from and held out."""
    # in the order of the results
    shape = len(grid["alpha"]), len(grid["hidden_layer_sizes"])
    losses = [
        -fitted.cv_results_[f"mean_{kind}_score"].reshape(shape)
        for kind in ("train", "test")
    ]
    row, column = np.unravel_index(fitted.best_index_, shape)
    learned, held_out = book.number("log_loss_learned_and_held_out", losses)
    low = learned[row][column]
    high = held_out[row][column]
    caption = (
        "Mean log-loss of every setting. Left, on the folds it learned from; right, "
        "on the folds held out. The frame marks the chosen setting, the lowest on the "
        "right."
    )
    description = (
        "Two grids of coloured cells with numbers, hidden units across, penalties "
        f"upwards. The chosen cell has {low:.3f} on the left and {high:.3f} on the "
        "right."
    )
    norm = Normalize(0.0, np.max(losses))
    with book.figure("10-grid", caption, description, (11.0, 4.3)) as fig:
        axes = fig.subplots(1, 2)
        titles = ("folds learned from", "folds held out")
        units = [str(size) for (size,) in grid["hidden_layer_sizes"]]
        penalties = [f"{alpha:g}" for alpha in grid["alpha"]]
        frame: dict[str, Any] = {"fill": False, "ec": DARK, "lw": 2.6}
        for ax, loss, title in zip(axes, losses, titles, strict=True):
            shade(ax, loss, norm)
            ax.add_patch(Rectangle((column, row), 1, 1, clip_on=False, **frame))
            ax.set_xticks(np.arange(shape[1]) + 0.5, units)
            ax.set_yticks(np.arange(shape[0]) + 0.5, penalties)
            ax.set(xlabel="hidden units", ylabel="penalty (alpha)")
            ax.set_title(f"Log-loss, {title}")


def shade(ax: Axes, values: Array, norm: Normalize) -> None:
    """A coloured cell for each value, with the value in it."""
    ax.pcolormesh(values, cmap=PALE, norm=norm, edgecolors=DARK, lw=0.3)
    for (i, j), value in np.ndenumerate(values):
        digits = f"{value:.3f}" if value >= 0.0005 else "<0.001"
        ax.text(j + 0.5, i + 0.5, digits, ha="center", va="center", color=DARK)
    ax.tick_params(length=0)


def describe_choice(book: Book, fitted: Any) -> None:
    """The setting, and how many others are as good."""
    results = fitted.cv_results_
    scores = results["mean_test_score"]
    best = fitted.best_index_
    chosen = fitted.best_params_
    units = book.number("chosen_units", chosen["mlpclassifier__hidden_layer_sizes"][0])
    alpha = book.number("chosen_penalty", chosen["mlpclassifier__alpha"])
    spread = results["std_test_score"][best]
    error = book.number("standard_error", spread / np.sqrt(fitted.n_splits_))
    near = book.number("as_good", int((scores >= scores[best] - error).sum()) - 1)
    if near == 0:
        others = "no other setting is"
    elif near == 1:
        others = f"{near} more is"
    else:
        others = f"{near} more are"
    memory = ""
    if results["mean_train_score"].argmax() != best:
        memory = (
            " On the folds learned from another setting is best, but that only tells "
            "how well it remembers."
        )
    loss = book.number("chosen_log_loss", -scores[best])
    book.say(
        f"""The search chose {units} hidden {"unit" if units == 1 else "units"} and a
        penalty of {alpha}, at {loss:.3f} on the folds held out. The standard error of
        that is {error:.3f} (too small, as section 9 explains), and {others} within
        it.{memory} The best of many always looks better than it is; for that, some
        patients were kept out of the search."""
    )


def evaluate(model: Any, X: Array, y: Any) -> tuple[float, float]:
    """Accuracy and log-loss of the probabilities that a fitted model gives."""
    right, loss, _ = measure(y, model.predict_proba(X)[:, 1])
    return right, loss


def compare_scaling(
    book: Book,
    best: Any,
    patients: tuple[Array, Array],
    y: tuple[Any, Any],
    chosen: float,
) -> None:
    """The chosen network by plain descent, from scaled and from raw measurements."""
    passes = book.number("passes_of_descent", STEPS)
    rates = book.number("rates_of_descent", RATES)
    own = best[-1].get_params() | {
        "solver": "gd",
        "batch_size": len(y[0]),
        "max_iter": STEPS,
    }
    inputs = ([best[0].transform(X) for X in patients], patients)
    rows = []
    with quiet_fits():  # each is given its passes, whether it comes to rest or not
        for rate in RATES:
            rules = {"learning_rate_init": rate, "n_iter_no_change": np.inf}
            model = MLPClassifier(**own | rules)
            row: list[float] = []
            for X, X_new in inputs:
                row += evaluate(model.fit(X, y[0]), X_new, y[1])
            rows.append(row)
    scores = book.number("scaled_and_raw_right_and_log_loss", rows)
    book.say(
        f"""Does the scaler matter? Plain descent has one rate for all weights, and
        these measurements are areas of thousands beside a smoothness far below one.
        The chosen network again, by {passes} passes of plain descent in place of
        L-BFGS, at three rates:"""
    )
    shown = []
    for rate, (right, loss, raw_right, raw_loss) in zip(rates, scores, strict=True):
        cells = [f"{right:.1%}", f"{loss:.3f}", f"{raw_right:.1%}", f"{raw_loss:.3f}"]
        shown.append([f"{rate}", *cells])
    head = ["rate", "scaled: right", "scaled: log-loss", "raw: right", "raw: log-loss"]
    book.table("The same patients, by plain descent", head, shown)
    scaled = min(row[1] for row in scores)
    raw = min(row[3] for row in scores)
    advice = "Scale your inputs." if scaled < raw else "Here the scaler did not help."
    early = ""
    if scaled < chosen:
        early = (
            f" (The first is below the {chosen:.3f} of the fit that came to rest; but "
            "we picked its rate by looking.)"
        )
    book.say(
        f"The lowest log-loss is {scaled:.3f} with scaled measurements, {raw:.3f} "
        f"with raw ones. {advice}{early}"
    )


def scale(book: Book, experiment: Experiment) -> None:
    """More and more moons: the same number of passes, in one way and the other."""
    sizes = book.number("rows_of_moons", SIZES[:3] if experiment.quick else SIZES)
    passes = book.number("few_passes", PASSES)
    batch = book.number("batch", BATCH)
    new = book.number("new_points", NEW)
    book.say(
        f"""What changes when there are more rows? The tutorial sees all of them
        before it makes a step. Minibatches, mostly with Adam, make a step every
        {batch} rows: more rows are more steps. We draw more and more moons, noisier
        ones, give both ways {passes} passes over them, and ask for the log-loss on
        {new:,} new points:"""
    )
    book.code(full_batch, minibatches)
    table = []
    for n in map(int, sizes):
        X, y = datasets.make("moons", n=n, noise=BUMPY, seed=experiment.seed)
        fits = []
        for way in (full_batch, minibatches):
            name = f"{way.__name__}_{n}"
            fit = fit_and_evaluate(book, experiment, name, way, X, y, **ALL_PASSES)
            fits.append(fit)
        table.append(fits)
    rows = []
    for n, fits in zip(sizes, table, strict=True):
        row = [f"{n:,}"]
        for _, updates, loss, seconds in fits:
            row += [f"{updates:,}", f"{loss:.3f}", f"{seconds:.3f}"]
        rows.append(row)
    kinds = []
    for way_name in ("full", "mini"):
        kinds += [f"{way_name}: {kind}" for kind in ("updates", "log-loss", "seconds")]
    book.table("The same passes over more and more rows", ["rows", *kinds], rows)
    (_, few, slow, _), (_, many, fast, _) = table[-1]
    lower = "lower" if fast < slow else "not lower"
    book.say(
        f"""With {sizes[-1]:,} rows the log-loss of the minibatches, {fast:.3f} after
        {many:,} updates, is {lower} than that of the full batch, {slow:.3f} after
        {few}. Both saw the same rows equally often. (They differ in more than the
        batch: Adam has a step of its own for each weight.) The seconds show the
        price of many small updates; the compiled engine is there to keep it low."""
    )
    stop_early(book, experiment, int(sizes[1]), table[1][1])


def fit_and_evaluate(
    book: Book,
    experiment: Experiment,
    name: str,
    method: Any,
    X: Array,
    y: Any,
    **rules: Any,
) -> list[Any]:
    """Passes, updates, log-loss on new points, and seconds by the run's own clock."""
    with quiet_fits():
        model = method(
            X, y, random_state=experiment.seed, engine=experiment.engine, **rules
        )
    book.stop_if_interrupted()
    X, y = new_points("moons", NEW, BUMPY, experiment.seed)
    loss = float(log_loss(y, model.predict_proba(X)))
    counts = book.number(name, [model.n_iter_, int(model.history_["update"][-1]), loss])
    return [*counts, book.time(name, model.history_["seconds"][-1])]


def stop_early(book: Book, experiment: Experiment, n: int, before: list[Any]) -> None:
    """Single precision, and a validation set that says when it is enough."""
    X, y = datasets.make("moons", n=n, noise=BUMPY, seed=experiment.seed)
    rules = {"max_iter": 500, "early_stopping": True, "scoring": "loss", "tol": 0.0}
    fits = [before]
    X = X.astype(np.float32)
    count = book.number("rows_for_these", n)
    for name, more in (("single_precision", ALL_PASSES), ("stopped_early", rules)):
        fits.append(fit_and_evaluate(book, experiment, name, minibatches, X, y, **more))
    names = ("double precision", "single precision", "single, stopped early")
    rows = []
    for name, (passes, updates, loss, _) in zip(names, fits, strict=True):
        rows.append([name, passes, f"{updates:,}", f"{loss:.3f}"])
    book.table(
        f"Minibatches, with {count:,} rows", ["", "passes", "updates", "log-loss"], rows
    )
    apart = book.number("single_precision_changes", abs(fits[1][2] - fits[0][2]))
    outcome = "no lower than before"
    if fits[2][2] < fits[1][2]:
        outcome = f"lower than after {fits[0][0]}"
    book.say(
        f"""Rows given as `float32` are learned from in single precision: half the
        memory, twice as many numbers in a vector, and a log-loss that differs by
        {apart:.0e}. With `early_stopping=True` a tenth of the rows is set aside,
        training ends when their loss has not fallen for ten passes, and the best
        pass's weights stay. Nobody had to guess that it would take {fits[2][0]}
        passes; the log-loss on new points is {outcome}. More threads are used where
        they pay, and change no bit of a result."""
    )


def other_tools(book: Book) -> None:
    """What the benchmarks say, when to take something else, and where to read on."""
    book.say(
        """How fast is this beside others? `docs/benchmarks.md` measures it, goals
        that were missed included. With small networks the compiled engine is many
        times faster than the frameworks, whose time there goes into calling functions
        and not into arithmetic. With wide layers everybody waits for the same
        products of matrices, the difference melts, and in the largest network
        measured JAX was a little ahead. And for some jobs a plain network is the
        wrong tool, on any engine:"""
    )
    book.items(
        [
            (
                "Tables with many rows and mixed columns: try boosted trees too "
                "(`HistGradientBoostingClassifier`)."
            ),
            (
                "Images and sounds: convolutions, which know that neighbours belong "
                "together."
            ),
            (
                "Texts and other sequences: transformers, mostly ones that somebody "
                "has trained already."
            ),
            (
                "Networks so large that products of matrices take all the time: a GPU, "
                "and a framework that uses it."
            ),
        ]
    )
    book.say("Where to read on in this project:")
    book.items(
        [
            (
                "`DERIVATION.md`: every equation once, with the tag that leads to its "
                "line of code."
            ),
            (
                "`docs/coming-from-scikit-learn.md`: what `MLPClassifier` and "
                "`MLPRegressor` can do besides."
            ),
            (
                "`halfmoon list`: every activation, loss, optimizer and schedule that "
                "a name can ask for."
            ),
            "`examples/`: short programs to start from.",
        ]
    )
