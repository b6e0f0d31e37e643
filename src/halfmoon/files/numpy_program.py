"""A training as a program in plain NumPy: forward, backward and update by hand.

The lines are those of the lesson, for any activations, loss, optimizer and schedule
that are registered: what a component's methods compute is written out.
"""

from dataclasses import dataclass, field
from typing import Any

from halfmoon.arrays.elementary import log_softmax
from halfmoon.arrays.random import (
    DROPOUT,
    SHUFFLE,
    WEIGHTS,
    Stream,
    key,
    permutation,
    uniform,
)
from halfmoon.components.losses import SoftmaxCrossEntropy
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.plain_lines import PlainLines
from halfmoon.components.schedules import SCHEDULES
from halfmoon.network import Network
from halfmoon.training.settings import Settings

RANDOM = """\
# Random numbers as halfmoon draws them: each follows from a seed and from what it is
# for (0: weights, 1: the order of rows, 2: dropout).
"""


@dataclass
class _Writer:
    """What the parts of a program are written from."""

    network: Network
    settings: Settings
    seed: int  # of the initial weights
    rows: int  # in X
    lines: PlainLines = field(default_factory=PlainLines)

    def __post_init__(self) -> None:
        self.optimizer = OPTIMIZERS.make(self.settings.optimizer)
        self.schedule = SCHEDULES.make(self.settings.schedule)
        self.batch_size = min(self.settings.batch_size or self.rows, self.rows)
        self.dense: list[Any] = []
        # by the number of the dense layer above: what is dropped below it
        self.dropout: dict[int, Any] = {}
        for layer in self.network.layers:
            if layer.kernel == "dense":
                self.dense.append(layer)
            elif layer.kernel == "dropout" and self.dense:
                self.dropout[len(self.dense)] = layer
            else:
                raise ValueError(
                    f"A network with {layer.label} cannot be written in plain NumPy; "
                    "dense layers with dropout between them can."
                )
        if self.schedule.adaptive:
            raise ValueError(
                f"The schedule {self.schedule} looks at the losses so far, which plain "
                "NumPy lines do not hold; choose another schedule."
            )

    @property
    def depth(self) -> int:
        """The number of dense layers."""
        return len(self.dense)

    def below(self, number: int) -> str:
        """The name of what a dense layer (counted from 1) is given."""
        if number == 1:
            return "x"
        return f"{'h' if number - 1 in self.dropout else 'a'}{number - 1}"

    @property
    def is_softmax(self) -> bool:
        """Whether the loss is softmax with cross-entropy, which is written by hand."""
        return isinstance(self.network.loss, SoftmaxCrossEntropy)


def numpy_program(
    network: Network,
    settings: Settings,
    updates: int,
    data: str,
    rows: int,
    seed: int = 0,
    changes: dict[int, list[str]] | None = None,
) -> str:
    """A program of NumPy lines that trains as `train` does, so many updates.

    Parameters
    ----------
    network : Network
        Its layers and loss; dense layers, with dropout between them.
    settings : Settings
        How it is trained.
    updates : int
        How many updates are done.
    data : str
        Lines that set X (n, d), and y: class numbers, or values.
    rows : int
        How many rows X has then.
    seed : int, default=0
        The network's, for the initial weights.
    changes : dict, optional
        Lines for before an update, by its number from 0, such as ``"rate = 0.1"``;
        those of the number `updates` come last.

    Returns
    -------
    str
        The program; afterwards W1, b1, W2, ... are the weights.

    Raises
    ------
    ValueError
        For a layer, a schedule or a component that cannot be written so.
    """
    writer = _Writer(network, settings, seed, rows)
    parts = [
        _parameters(writer),
        _forward(writer),
        _loss(writer),
        _training(writer, updates, changes or {}),
    ]
    random = _random("\n".join(parts))
    imports = [*random.imports.values(), *writer.lines.imports.values()]
    if "SimpleNamespace(" in parts[-1]:
        imports.append("from types import SimpleNamespace")
    head = "\n".join([*sorted(imports), "", "import numpy as np"])
    whole = [head, data, RANDOM + random.text(), writer.lines.text(), *parts]
    return "\n\n\n".join(part.strip("\n") for part in whole if part) + "\n"


def _random(used: str) -> PlainLines:
    """What draws random numbers, as far as the lines use it."""
    lines = PlainLines()
    for function in (Stream, permutation, key, uniform):
        if f"{function.__name__}(" in used:
            lines.define(function)
    return lines


def _parameters(writer: _Writer) -> str:
    """The initial weights, layer after layer, as `Network` draws them."""
    lines = [
        "# The parameters: random weights, and biases of 0.",
        f"rng = Stream({writer.seed}, {WEIGHTS})",
    ]
    names = []
    for number, layer in enumerate(writer.dense, 1):
        sizes = {"d": str(layer.d), "k": str(layer.k), "rng": "rng"}
        W = writer.lines.expression(layer.initializer, "draw", **sizes)
        b = writer.lines.expression(layer.initializer, "biases", **sizes)
        lines += [f"W{number} = {W}", f"b{number} = {b}"]
        names += [f"W{number}", f"b{number}"]
    return "\n".join([*lines, f"parameters = [{', '.join(names)}]"])


def _forward(writer: _Writer) -> str:
    """The forward pass, which gives back all that the backward pass needs."""
    given = ["x"]
    lines = []
    results = []
    for number, layer in enumerate(writer.dense, 1):
        z = f"z{number}"
        lines.append(f"{z} = {writer.below(number)} @ W{number} + b{number}")
        results.append(z)
        if number == writer.depth:
            break
        a = writer.lines.expression(layer.act, "f", z=z)
        lines.append(f"a{number} = {a}")
        results.append(f"a{number}")
        if number in writer.dropout:
            given.append(f"keep{number}=1.0")
            lines.append(f"h{number} = a{number} * keep{number}")
            results.append(f"h{number}")
    z = f"z{writer.depth}"
    if writer.is_softmax:
        lines += [
            f"e = np.exp({z} - {z}.max(axis=1, keepdims=True))",
            "y_hat = e / e.sum(axis=1, keepdims=True)",
        ]
    else:
        y_hat = writer.lines.expression(writer.network.loss, "link", z=z)
        lines.append(f"y_hat = {y_hat}")
    lines.append(f"return {', '.join([*results, 'y_hat'])}")
    head = "# The forward pass: from rows to hidden units to predictions."
    return _function(head, f"def forward({', '.join(given)}):", lines)


def _results(writer: _Writer) -> str:
    """The names that the results of `forward` are given in the training loop."""
    names = []
    for number in range(1, writer.depth):
        names += [f"z{number}", f"a{number}"]
        if number in writer.dropout:
            names.append(f"h{number}")
    return ", ".join([*names, f"z{writer.depth}", "y_hat"])


def _loss(writer: _Writer) -> str:
    """The truth as the loss reads it, and the mean loss."""
    k = writer.network.k
    loss: Any = writer.network.loss
    truth = f"np.eye({k})[y]  # 1 for a row's class, else 0"
    if k == 1:
        truth = "y[:, None]"
    lines = ["z = forward(x)[-2]", "y = truth(y)"]
    if writer.is_softmax:
        if loss.smoothing:
            rest = 1.0 - loss.smoothing
            truth = f"{rest!r} * np.eye({k})[y] + {loss.smoothing / k!r}"
        writer.lines.define(log_softmax)
        value = "-(y * log_softmax(z)).sum(axis=1)"
    else:
        value = writer.lines.expression(loss, "value", z="z", y="y")
    lines.append(f"return np.sum({value}) / len(x)")
    comment = "# The truth, as the loss compares it."
    head = "# The loss: its mean over rows, without penalties."
    functions = [
        _function(comment, "def truth(y):", [f"return {truth}"]),
        _function(head, "def loss(x, y):", lines),
    ]
    return "\n\n\n".join([*functions, "Y = truth(y)"])


def _function(comment: str, head: str, lines: list[str]) -> str:
    return "\n".join([comment, head, *(f"    {line}" for line in lines)])


def _training(writer: _Writer, updates: int, changes: dict[int, list[str]]) -> str:
    """The loop: rows, forward, backward, step."""
    settings = writer.settings
    memory = f"[np.zeros_like(p) for _ in range({writer.optimizer.slots})]"
    lines = ["# Training.", f"rate = {settings.learning_rate!r}"]
    if settings.l2:
        lines.append(f"l2 = {settings.l2!r}")
    if settings.l1:
        lines.append(f"l1 = {settings.l1!r}")
    if writer.optimizer.slots:
        lines.append(f"memory = [{memory} for p in parameters]")
    lines += [f"for update in range({updates}):"]
    body: list[str] = []
    for update, texts in changes.items():
        if update < updates:
            body.append(f"if update == {update}:")
            body += [f"    {text}" for text in texts]
    body += [*_rows(writer), *_backward(writer), *_step(writer)]
    lines += [f"    {line}".rstrip() for line in body]
    if updates in changes:
        lines += ["", "# After the last update.", *changes[updates]]
    return "\n".join(lines)


def _rows(writer: _Writer) -> list[str]:
    """The rows of an update, and the forward pass for them."""
    n = writer.rows
    batch_size = writer.batch_size
    keep = []
    lines = []
    if batch_size == n:
        lines = [f"rows = np.arange({n})  # of this update: all of them"]
    else:
        per_epoch = -(-n // batch_size)
        lines = [f"epoch, part = divmod(update, {per_epoch})"]
        order = f"np.arange({n})"
        if writer.settings.shuffle:
            order = f"permutation(key({writer.settings.seed}, {SHUFFLE}, epoch), {n})"
        lines += [
            "if part == 0:",
            f"    order = {order}",
            f"rows = order[part * {batch_size} : (part + 1) * {batch_size}]",
        ]
    for number, layer in writer.dropout.items():
        place = f"{writer.settings.seed}, {DROPOUT}, {layer.index}, update"
        units = f"rows[:, None] * {layer.k} + np.arange({layer.k})"
        lines += [
            f"u = uniform(key({place}), {units})",
            f"keep{number} = (u >= {layer.rate!r}) / (1.0 - {layer.rate!r})",
        ]
        keep.append(f"keep{number}=keep{number}")
    given = ", ".join(["X[rows]", *keep])
    return [*lines, f"{_results(writer)} = forward({given})", ""]


def _backward(writer: _Writer) -> list[str]:
    """The gradients, from the outputs to the inputs."""
    depth = writer.depth
    slope = "y_hat - Y[rows]"
    if not writer.is_softmax:
        slope = writer.lines.expression(
            writer.network.loss, "dz", z=f"z{depth}", y="Y[rows]"
        )
    size = "len(rows)" if writer.batch_size == writer.rows else str(writer.batch_size)
    lines = [
        "# The backward pass: the gradient, from the outputs to the inputs.",
        f"delta{depth} = ({slope}) / {size}",
    ]
    for number in range(depth - 1, 0, -1):
        df = writer.lines.expression(
            writer.dense[number - 1].act, "df", z=f"z{number}", a=f"a{number}"
        )
        da = f"(delta{number + 1} @ W{number + 1}.T)"
        if number in writer.dropout:
            da = f"({da} * keep{number})"
        lines.append(f"delta{number} = {da} * ({df})")
    share = ""
    if writer.rows % writer.batch_size:
        lines.append(f"share = len(rows) / {writer.batch_size}  # of a whole batch")
        share = "share * "
    names = []
    for number in range(1, depth + 1):
        a0 = "X[rows]" if number == 1 else writer.below(number)
        dW = f"{a0}.T @ delta{number}"
        if writer.settings.l2:
            dW += f" + {share}l2 * W{number}"
        if writer.settings.l1:
            dW += f" + {share}l1 * np.sign(W{number})"
        lines += [f"dW{number} = {dW}", f"db{number} = delta{number}.sum(axis=0)"]
        names += [f"dW{number}", f"db{number}"]
    return [*lines, f"gradients = [{', '.join(names)}]", ""]


def _step(writer: _Writer) -> list[str]:
    """Clipping, the schedule's factor, and the optimizer's step."""
    settings = writer.settings
    optimizer = writer.optimizer
    lines = ["# The step against the gradient."]
    if settings.clip is not None:
        lines += [
            "length = np.sqrt(sum(np.sum(g * g) for g in gradients))",
            f"if length > {settings.clip!r}:",
            f"    gradients = [g * ({settings.clip!r} / length) for g in gradients]",
        ]
    rate = "rate"
    decay = f"{settings.decay_with(optimizer)!r}"
    if str(writer.schedule) != "constant":
        lines += _factor(writer)
        if optimizer.remembers_steps:
            lines.append("gradients = [factor * g for g in gradients]")
            decay = f"factor * {decay}"
        else:
            rate = "rate * factor"
    u = "g"
    if optimizer.slots:
        lines.append("for p, g, slots in zip(parameters, gradients, memory):")
        rule = writer.lines.expression(
            optimizer, "rule", g="g", slots="slots", t="update + 1"
        )
        lines.append(f"    u, slots[:] = {rule}")
        u = "u"
    else:
        lines.append("for p, g in zip(parameters, gradients):")
    if settings.decay_with(optimizer):
        lines += ["    if p.ndim == 2:  # weights, not biases"]
        lines += [f"        u = {u} + {decay} * p"]
    return [*lines, f"    p -= {rate} * {u}"]


def _factor(writer: _Writer) -> list[str]:
    """The schedule's factor on the learning rate."""
    per_epoch = -(-writer.rows // writer.batch_size)
    total = writer.settings.epochs * per_epoch
    factor = writer.lines.expression(writer.schedule, "factor", progress="progress")
    rows = f"np.minimum(update % {per_epoch} * {writer.batch_size}, {writer.rows})"
    return [
        "progress = SimpleNamespace(",
        "    update=update,",
        f"    epoch=update / {per_epoch},",
        f"    share=update / {total},",
        f"    total={total},",
        f"    rows_before_epoch=update // {per_epoch} * {writer.rows},",
        f"    rows=update // {per_epoch} * {writer.rows} + {rows},",
        ")",
        f"factor = {factor}",
    ]
