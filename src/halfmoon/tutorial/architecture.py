"""Section 3: the network, its shapes, and why two outputs are one."""

import numpy as np

from halfmoon.displays import draw_diagram
from halfmoon.network import Network
from halfmoon.pages.book import Book
from halfmoon.tutorial.experiment import Experiment, build

TITLE = "The network: two inputs, three hidden units, two outputs"
INPUTS = ("$x_1$", "$x_2$")
OUTPUTS = ("$\\hat y_0$", "$\\hat y_1$")


def tell(book: Book, experiment: Experiment) -> None:
    """Shapes, diagram, and why two softmax outputs are one logistic output."""
    book.say(
        """One input for each measurement, one output for each class, and between them
        a hidden layer: each hidden unit takes a weighted sum of the inputs, adds a
        bias, and bends the result with an activation function, here tanh. (Others in
        use are the logistic function and max(z, 0), called relu; exercise three
        compares them.) Without the bend the whole network would still be one straight
        line. The output layer gives a score for each class, and softmax turns the
        scores into probabilities: positive, and one in sum."""
    )
    book.formulas(
        ("z1 = x W1 + b1", r"z_1 = x W_1 + b_1"),
        ("a1 = tanh(z1)", r"a_1 = \tanh\,z_1"),
        ("z2 = a1 W2 + b2", r"z_2 = a_1 W_2 + b_2"),
        ("y_hat = softmax(z2)", r"\hat y = \mathrm{softmax}(z_2)"),
    )
    book.say(
        """Each is one line of code. (A tag such as [F1] names the equation in
        DERIVATION.md, the whole derivation.) A layer does not know its number: what
        enters it is called a0, whether that is x or the activations of the layer
        below."""
    )
    book.equations("The forward pass and its lines of code", "F1", "F2", "L1")
    book.say(
        """To begin with, the weights are random: were they all equal, all hidden
        units would compute the same and learn the same, for ever. They are small,
        divided by the square root of the number of inputs, so that few units begin
        where tanh is flat. Biases begin at 0."""
    )
    book.code(build)
    shapes(book, experiment)
    picture(book, experiment.trained[0])
    two_or_one(book, experiment, experiment.trained[0])


def picture(book: Book, network: Network) -> None:
    """The trained network as a diagram."""
    book.say(
        "Here is the network with the weights it will have learned by section 5. "
        "Thick lines are large weights; follow them, and you see which inputs each "
        "hidden unit listens to, and how each output uses the hidden units."
    )
    caption = (
        "The trained network. The number on a line is its weight; biases are not drawn."
    )
    coefs = [p.W for p in network.views(network.theta)]
    weights = [book.number(f"W{i}", W) for i, W in enumerate(coefs, start=1)]
    listed = []
    for rows in weights:
        lines = [", ".join(f"{weight:.2f}" for weight in row) for row in rows]
        listed.append("; ".join(lines))
    description = (
        "Diagram of two inputs, three hidden units and two outputs, joined by lines "
        f"for the weights. From each input: {listed[0]}. From each hidden unit: "
        f"{listed[1]}."
    )
    with book.figure("3-network", caption, description, (5.6, 4.4)) as fig:
        draw_diagram(fig.subplots(), coefs, INPUTS, OUTPUTS)


def shapes(book: Book, experiment: Experiment) -> None:
    """The parameters' shapes, with few hidden units and with many."""
    sizes = book.number("hidden", [3, 500])
    nets = [experiment.network(int(size)) for size in sizes]
    counts = book.number("parameters", [net.size for net in nets])
    rows = []
    for name, layer in (("W1", 0), ("b1", 0), ("W2", 1), ("b2", 1)):
        parameters = [getattr(net.views(net.theta)[layer], name[0]) for net in nets]
        kept = book.number(f"shape_{name}", [each.shape for each in parameters])
        cells = [" by ".join(f"{size}" for size in shape) for shape in kept]
        rows.append([name, *cells])
    rows.append(["numbers to learn", *(f"{count:,}" for count in counts)])
    columns = ["", *(f"{size} hidden units" for size in sizes)]
    book.table("Shapes of the parameters", columns, rows)


SAME = (
    "$e^s1 / (e^s0 + e^s1) = 1 / (1 + e^-(s1 - s0))|"
    r"\frac{e^{s_1}}{e^{s_0} + e^{s_1}} = \frac{1}{1 + e^{-(s_1 - s_0)}}$"
)


def two_or_one(book: Book, experiment: Experiment, network: Network) -> None:
    """Fold the two outputs into one logistic output, and compare every prediction."""
    X, y = experiment.data
    single = Network.dense([2, 3, 1], "tanh", "logistic_cross_entropy")
    below, above = network.views(network.theta)
    hidden, output = single.views(single.theta)
    hidden.W[...] = below.W
    hidden.b[...] = below.b
    output.W[...] = above.W[:, 1:] - above.W[:, :1]
    output.b[...] = above.b[1:] - above.b[:1]
    apart = np.abs(single.predict(X)[:, 0] - network.predict(X)[:, 1]).max()
    size = book.number("parameters_single_output", single.size)
    losses = [
        float(net.loss.value(net.raw_predict(X), net.read(X, y)[1]).mean())
        for net in (network, single)
    ]
    two, _ = book.number("losses_with_two_and_one", losses)
    apart = book.number("largest_difference", apart)
    rows = book.number("rows", len(X))
    book.say(
        f"""Do two classes need two outputs? No. With $s0|s_0$ and $s1|s_1$ the two
        scores in z2, softmax only looks at their difference, {SAME}, and that is the
        logistic function of one score. If we subtract the output weights of class 0
        from those of class 1, a network with one logistic output and {size} numbers
        gives the same probability for every one of the {rows} points (the largest
        difference is {apart:.0e}), and the same mean cross-entropy (without the
        penalty of section 5), {two:.6f}. Two outputs are kept because they extend to
        more classes."""
    )
