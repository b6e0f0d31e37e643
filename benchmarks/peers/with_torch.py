"""PyTorch as its tutorials teach it, with the fused optimizers.

And the same with the loss through torch.compile.
"""

import shutil
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from workloads import Weights, Work, start

from peers import CORES, Fit, Peer

torch.set_num_threads(CORES)
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def network(work: Work) -> nn.Sequential:
    """Linear layers with activations in between."""
    layers: list[nn.Module] = []
    dtype = getattr(torch, work.dtype)
    for d, k in pairwise(work.sizes):
        layers += [nn.Linear(d, k, dtype=dtype), ACTIVATIONS[work.activation]()]
    return nn.Sequential(*layers[:-1])


def load(model: nn.Sequential, work: Work) -> None:
    """The common start."""
    with torch.no_grad():
        for layer, (W, b) in zip(model[::2], start(work), strict=True):
            layer.weight.copy_(torch.from_numpy(W.T))
            layer.bias.copy_(torch.from_numpy(b))


def optimizer(model: nn.Sequential, work: Work, epochs: int) -> torch.optim.Optimizer:
    """The work's optimizer; the penalty is on weights alone."""
    if work.optimizer == "lbfgs":
        limits = {
            "max_iter": epochs,
            "max_eval": 1_000_000,
            "tolerance_grad": 0.0,
            "tolerance_change": 0.0,
        }
        return torch.optim.LBFGS(
            model.parameters(), history_size=10, line_search_fn="strong_wolfe", **limits
        )
    weights = [layer.weight for layer in model[::2]]
    biases = [layer.bias for layer in model[::2]]
    groups = [
        {"params": weights, "weight_decay": work.l2},
        {"params": biases, "weight_decay": 0.0},
    ]
    if work.optimizer == "adam":
        return torch.optim.Adam(groups, lr=work.rate, fused=True)
    momentum = 0.9 if work.optimizer == "momentum" else 0.0
    return torch.optim.SGD(groups, lr=work.rate, momentum=momentum, fused=True)


def fitter(work: Work, X: Any, y: Any, compiled: bool = False) -> Fit:
    """The usual loop over batches."""
    model = network(work)
    x_all = torch.from_numpy(X)
    y_all = torch.from_numpy(y)
    cross_entropy = nn.CrossEntropyLoss()

    def objective(x: Any, truth: Any) -> Any:
        return cross_entropy(model(x), truth)

    if compiled:
        objective = torch.compile(objective)

    def fit(epochs: int) -> Weights:
        load(model, work)
        stepper = optimizer(model, work, epochs)
        if work.optimizer == "lbfgs":
            run_lbfgs(stepper, model, work, lambda: objective(x_all, y_all))
        else:
            for rows in batches(work, len(x_all), epochs):
                stepper.zero_grad()
                objective(x_all[rows], y_all[rows]).backward()
                stepper.step()
        return [
            (array(layer.weight).T.copy(), array(layer.bias).copy())
            for layer in model[::2]
        ]

    return fit


def array(parameter: torch.Tensor) -> Any:
    """Its numbers, as NumPy's array."""
    return parameter.detach().numpy()


def batches(work: Work, n: int, epochs: int) -> Iterator[Any]:
    """All rows again and again, or minibatches in an order drawn anew each epoch."""
    for _ in range(epochs):
        if work.batch is None:
            yield slice(None)
        else:
            yield from torch.randperm(n).split(work.batch)


def run_lbfgs(
    stepper: torch.optim.Optimizer, model: nn.Sequential, work: Work, objective: Any
) -> None:
    """All iterations of L-BFGS."""

    def closure() -> Any:
        stepper.zero_grad()
        squares = sum((layer.weight**2).sum() for layer in model[::2])
        loss = objective() + work.l2 / 2 * squares
        loss.backward()
        return loss

    stepper.step(closure)


def predictor(work: Work, X: Any, y: Any) -> Any:
    """From NumPy to NumPy, without gradients."""
    model = network(work)
    load(model, work)

    def predict(rows: Any) -> Any:
        with torch.inference_mode():
            return torch.softmax(model(torch.from_numpy(rows)), dim=1).numpy()

    return predict


def gemm(dtype: str, n: int) -> Any:
    """A matrix product of n^3, to call."""
    A = torch.from_numpy(np.ones((n, n), dtype))
    out = torch.empty_like(A)
    return lambda: torch.mm(A, A, out=out)


def cannot_compile(work: Work) -> str:
    """torch.compile is tried only where training's steps are compared.

    Each network costs it many seconds.
    """
    if not shutil.which("g++"):
        return "torch.compile needs a C++ compiler"
    return "" if work.group in ("tutorial", "minibatch") else "not tried"


PEERS = {
    "torch": Peer("PyTorch", torch.__version__, fitter, predictor),
    "torch-compile": Peer(
        "torch.compile",
        torch.__version__,
        partial(fitter, compiled=True),
        why_not=cannot_compile,
    ),
}
