"""Sections 1 to 4: the code on the page runs, and the numbers are the truth.

The truth is computed again from scikit-learn, SciPy and plain NumPy.
"""

import warnings

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegressionCV

from halfmoon.pages.texts import blocks
from halfmoon.tutorial import baseline, data, network, prediction, program
from halfmoon.tutorial.experiment import Experiment

pytestmark = pytest.mark.slow
NAMES = ("data", "baseline", "network", "prediction")
SECTIONS = {
    "data": data,
    "baseline": baseline,
    "network": network,
    "prediction": prediction,
}
X, Y = make_moons(200, noise=0.2, random_state=0)


@pytest.fixture(scope="module")
def experiment():
    return Experiment(seed=0)


@pytest.fixture(scope="module")
def materials(experiment):
    return {name: SECTIONS[name].measure(experiment) for name in NAMES}


@pytest.fixture(scope="module")
def typed():
    """What a reader has who types the code of the four sections in their order."""
    import matplotlib.pyplot as plt

    known = {}
    plt.switch_backend("agg")
    for name in NAMES:
        for block in all_blocks(program.source(name)):
            if block.kind == "code" and not block.argument:
                with warnings.catch_warnings():
                    # scikit-learn 1.8 tells of changes to come
                    warnings.simplefilter("ignore", FutureWarning)
                    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-inter")
                    exec(block.body, known)
    known["axes"] = plt.gca()
    yield known
    plt.close("all")


def all_blocks(text):
    """The blocks of a text, those inside others too."""
    for block in blocks(text):
        yield block
        if block.kind in {"fold", "when", "question"}:
            yield from all_blocks(block.body)


# The code on the page


def test_the_code_draws_the_points_and_the_boundary(typed):
    axes = typed["axes"]
    assert axes.get_title() == "Logistic regression"
    offsets = [each.get_offsets() for each in axes.collections]
    assert any(np.array_equal(points, X) for points in offsets)


def test_the_code_fits_the_models_that_are_measured(typed, materials):
    scores = [typed[name].score(X, Y) for name in ("line", "cubic")]
    assert scores == materials["baseline"].numbers["accuracy"]


def test_the_code_begins_with_the_weights_of_the_experiment(typed, experiment):
    first, second = experiment.network().views(experiment.network().theta)
    for name, value in zip(
        ("W1", "b1", "W2", "b2"), (first.W, first.b, second.W, second.b), strict=True
    ):
        np.testing.assert_array_equal(typed[name], value, name)


def test_the_code_predicts_as_the_network_does(typed, experiment):
    expected = experiment.network().predict(X).argmax(axis=1)
    np.testing.assert_array_equal(typed["predict"](X), expected)


def test_code_on_the_page_is_narrow_and_bare():
    for name in NAMES:
        for block in all_blocks(program.source(name)):
            if block.kind == "code":
                assert max(map(len, block.body.splitlines())) <= 72
                assert "->" not in block.body


# The numbers


def test_what_the_texts_claim_is_so(materials):
    for name, material in materials.items():
        assert material.claims, name
        assert all(material.claims.values()), name


def test_no_line_separates_the_classes():
    """No w and b have (2 y - 1) (w x + b) >= 1 at every point: linear programming."""
    signs = 2 * Y - 1
    points = np.column_stack([X, np.ones(len(X))])
    found = linprog(
        np.zeros(3), -signs[:, None] * points, -np.ones(len(X)), bounds=(None, None)
    )
    assert found.status == 2  # infeasible
    assert data.measure(Experiment(seed=0)).claims["no_line_separates"]


def test_a_line_is_seen_where_there_is_one():
    class Apart:
        data = (
            np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 0.0], [3.0, 1.0]]),
            [0, 0, 1, 1],
        )

    assert not data.measure(Apart()).claims["no_line_separates"]


def test_the_line_is_scikit_learns(materials):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        line = LogisticRegressionCV(scoring="accuracy").fit(X, Y)
    numbers = materials["baseline"].numbers
    assert numbers["errors"][0] == (line.predict(X) != Y).sum() == 30
    # 1, x1, x2, x1^2, x1 x2, ... up to degree 3 are ten products; 1 is the bias
    assert numbers["features"] == 9


def test_the_shapes_are_those_of_the_text(materials):
    """With 500 units Britz names them: 2 x 500, 500, 500 x 2, 2."""
    numbers = materials["network"].numbers
    few, many = numbers["shapes"]
    assert many == {"W1": (2, 500), "b1": (500,), "W2": (500, 2), "b2": (2,)}
    assert few == {"W1": (2, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}
    sums = [sum(map(np.prod, shapes.values())) for shapes in (few, many)]
    assert numbers["parameters"] == sums


def probabilities(z2):
    e = np.exp(z2)
    return e / e.sum(axis=-1, keepdims=True)


def test_one_output_gives_the_probability_of_two(materials):
    numbers = materials["network"].numbers
    (W1, W2), (b1, b2) = numbers["W"], numbers["b"]
    a1 = np.tanh(X @ W1 + b1)
    two = probabilities(a1 @ W2 + b2)[:, 1]
    score = a1 @ (W2[:, 1] - W2[:, 0]) + b2[1] - b2[0]
    np.testing.assert_allclose(1 / (1 + np.exp(-score)), two, rtol=1e-12)
    assert numbers["parameters_single_output"] == W1.size + b1.size + len(W2) + 1
    assert numbers["largest_difference"] < 1e-12


def test_layers_without_a_bend_are_one(typed):
    W1, b1, W2, b2 = (typed[name] for name in ("W1", "b1", "W2", "b2"))
    two = (X @ W1 + b1) @ W2 + b2
    np.testing.assert_allclose(X @ (W1 @ W2) + (b1 @ W2 + b2), two, atol=1e-14)


def test_the_point_is_carried_as_plain_numpy_carries_it(materials):
    numbers = materials["prediction"].numbers
    (W1, W2), (b1, b2) = (materials["network"].numbers[name] for name in "Wb")
    x = X[numbers["row"]]
    z1 = x @ W1 + b1
    z2 = np.tanh(z1) @ W2 + b2
    y_hat = probabilities(z2)
    for name, value in {"x": x, "z1": z1, "a1": np.tanh(z1), "z2": z2}.items():
        np.testing.assert_allclose(numbers[name], value, rtol=1e-12)
    np.testing.assert_allclose(numbers["y_hat"], y_hat, rtol=1e-9)
    own = y_hat[Y[numbers["row"]]]
    assert numbers["probability_of_its_class"] == pytest.approx(own)
    by_hand = sum(numbers["products"]) + numbers["first_unit_bias"]
    assert by_hand == pytest.approx(z1[0])
