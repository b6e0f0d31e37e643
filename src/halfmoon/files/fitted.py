"""A fitted `MLPClassifier` or `MLPRegressor` as a description and arrays, and back.

What stays: the parameters; the network; what y means (classes, or mean and scale); the
names of the columns; the history and the other fitted attributes; the seed. What does
not: the optimizer's memory, which is up to three times as large as the weights, and
what was set on the object by other means (callbacks, metadata requests). So
`partial_fit`, and `fit` with `warm_start`, go on from the weights with a new memory.
"""

from typing import Any

import numpy as np

from halfmoon.components.initializers import Initializer
from halfmoon.components.rules import (
    BOOLEAN,
    INF,
    NONE,
    TEXT,
    Integer,
    Number,
    OneOf,
    OrList,
)
from halfmoon.estimators.attributes import Curves, LastFit, fitted_attributes
from halfmoon.estimators.labels import Labels
from halfmoon.estimators.mlp import MLPClassifier, MLPRegressor
from halfmoon.estimators.reading import check_fitted
from halfmoon.estimators.request import Architecture
from halfmoon.estimators.values import Values
from halfmoon.files import histories, networks
from halfmoon.files.container import Arrays
from halfmoon.files.histories import COUNT
from halfmoon.files.parameters import (
    decode_all,
    describe_parameters,
    encode_all,
    make_names,
    make_unfitted,
)
from halfmoon.files.plain import (
    FLOAT,
    LIST,
    TABLE,
    decode_labels,
    encode,
    encode_labels,
    read_component,
    read_fields,
    write_component,
)
from halfmoon.network import Network
from halfmoon.training.run import Run

CLASSES: dict[str, Any] = {cls.__name__: cls for cls in (MLPClassifier, MLPRegressor)}
RULES = {
    "parameters": TABLE,
    "network": TABLE,
    "targets": TABLE,
    "feature_names": NONE | LIST,
    "history": TABLE,
    "attributes": TABLE,
    "curves": TABLE,
    "last_fit": TABLE,
}
ATTRIBUTES = {
    "learning_rate_init_": Number("[", 0, INF, ")"),
    "n_iter_": COUNT,
    "t_": COUNT,
    "loss_": FLOAT,
    "best_loss_": NONE | FLOAT,
    "best_validation_score_": NONE | FLOAT,
    "best_epoch_": NONE | COUNT,
    "stopped_": TEXT,
    "engine_": OneOf("compiled", "numpy", "scipy", ""),
    "n_threads_": COUNT,
}
CURVES = dict.fromkeys(("validated", "by_loss", "broken_off"), BOOLEAN)
LAST_FIT = {
    "dropout": OrList(Number("[", 0, 1, ")")),
    "initializer": NONE | TEXT,
    "seed": Integer("[", 0, 2**64, ")"),
    "found_rate": BOOLEAN,
}
LABELS = OneOf("classes", "labels", "columns")


def describe(model: Any) -> tuple[dict[str, Any], Arrays]:
    """An estimator's description, and its arrays by name.

    Raises NotFittedError before a fit, ValueError for what is code, or the user's own.
    """
    check_fitted(model)
    parameters = describe_parameters(model)
    network, arrays = networks.describe(model.network_)
    history, columns = histories.describe(model.history_)
    names = getattr(model, "feature_names_in_", None)
    attributes = {name: getattr(model, name) for name in ATTRIBUTES}
    description = {
        "parameters": parameters,
        "network": network,
        "targets": _describe_targets(model.targets_),
        "feature_names": None if names is None else names.tolist(),
        "history": history,
        "attributes": encode_all(attributes),
        "curves": model._curves._asdict(),
        "last_fit": _describe_last_fit(model._last),
    }
    return description, {**arrays, **columns}


def make(kind: str, description: Any, arrays: Arrays) -> Any:
    """The estimator that was described; takes its arrays out of `arrays`.

    Raises ValueError for what describes none.
    """
    fields = read_fields(description, RULES, f"the {kind}")
    model = make_unfitted(CLASSES[kind], fields["parameters"])
    network = networks.make(fields["network"], arrays)
    targets = _make_targets(kind, fields["targets"])
    loss = targets.loss(network.loss)  # ValueError where it cannot read such y
    if loss.outputs(targets.columns(loss)) != network.k:
        raise ValueError(f"its network has {network.k} outputs, and y others")
    attributes = fitted_attributes(model, network, Run(network.theta, []), 0)
    attributes.update(decode_all(fields["attributes"], ATTRIBUTES, "the attributes"))
    attributes["n_features_in_"] = network.d
    attributes["targets_"] = targets
    attributes["history_"] = histories.make(fields["history"], arrays)
    curves = read_fields(fields["curves"], CURVES, "the curves")
    attributes["_curves"] = Curves(**curves)
    attributes["_last"] = _make_last_fit(fields["last_fit"], network)
    names = fields["feature_names"]
    if names is not None:
        attributes["feature_names_in_"] = make_names(names, network.d)
    vars(model).update(attributes)
    return model


# What y means


def _describe_targets(targets: Any) -> dict[str, Any]:
    """Classes; or mean and scale of values."""
    if not isinstance(targets, Labels):
        names = ("count", "normalized", "constant", "mean", "scale")
        return {name: encode(getattr(targets, name), name) for name in names}
    columns = targets.classes
    if targets.kind != "columns":
        columns = [columns]
    described = [encode_labels(classes, "classes_") for classes in columns]
    return {"kind": targets.kind, "classes": described}


def _make_targets(kind: str, stored: Any) -> Any:
    """Labels or Values, as they were after the fit."""
    if CLASSES[kind] is MLPRegressor:
        return _make_values(stored)
    fields = read_fields(stored, {"kind": LABELS, "classes": LIST}, "the classes")
    classes = [decode_labels(column, "classes_") for column in fields["classes"]]
    labels = Labels.__new__(Labels)
    labels.kind = fields["kind"]
    if labels.kind == "columns":
        labels.classes = classes
    elif len(classes) == 1:
        labels.classes = classes[0]
    least = 2 if labels.kind == "columns" else 1
    if "classes" not in vars(labels) or min(map(len, classes), default=0) < least:
        raise ValueError(f"the classes must be {least} or more in each column")
    if labels.kind == "labels" and classes[0].tolist() != [*range(len(classes[0]))]:
        raise ValueError("several labels must be numbered from 0 on")
    return labels


def _make_values(stored: Any) -> Values:
    """Values of so many columns, normalised or not."""
    columns = len(stored["mean"]) if isinstance(stored.get("mean"), list) else 0
    index = Integer("[", 0, columns, ")")
    rules = {
        "count": OneOf(columns),
        "normalized": BOOLEAN,
        "constant": OrList(index),
        "mean": OrList(Number("(", -INF, INF, ")")),
        "scale": OrList(Number("(", 0, INF, ")")),
    }
    fields = read_fields(stored, rules, "the values' units")
    lists = [fields[name] for name in ("constant", "mean", "scale")]
    if not columns or not all(isinstance(each, list) for each in lists):
        raise ValueError("the values' units must be lists, of one or more columns")
    if len(fields["scale"]) != columns:
        raise ValueError(f"the values' units must have {columns} scales, as means")
    values = Values.__new__(Values)
    for name in ("count", "normalized", "constant"):
        setattr(values, name, fields[name])
    values.mean = np.array(fields["mean"], dtype=np.float64)
    values.scale = np.array(fields["scale"], dtype=np.float64)
    return values


# What the next call goes on from


def _describe_last_fit(last: LastFit) -> dict[str, Any]:
    """What cannot be read off the network."""
    initializer: Initializer | None = last.initializer
    return {
        "dropout": encode(last.architecture.dropout, "dropout"),
        "initializer": None if initializer is None else write_component(initializer)[1],
        "seed": last.seed,
        "found_rate": last.found_rate,
    }


def _make_last_fit(stored: Any, network: Network) -> LastFit:
    """The last fit, without the run: the next one begins a memory of its own."""
    fields = decode_all(stored, LAST_FIT, "the last fit")
    layers = [layer for layer in network.layers if layer.act is not None]
    initializer = fields["initializer"]
    if initializer is not None:
        initializer = read_component("initializer", initializer)
    architecture = Architecture(
        sizes=(network.d, *(layer.k for layer in layers)),
        activations=tuple(layer.act for layer in layers[:-1] if layer.act is not None),
        dropout=fields["dropout"],
        loss=network.loss,
    )
    seed = fields["seed"]
    return LastFit(architecture, initializer, seed, fields["found_rate"], run=None)
