"""A fitted `TabularClassifier` or `TabularRegressor` as a description and arrays.

What stays: the parameters; the schema; the encoder; the networks, all of which have the
same layers, with their histories; what their predictions mean (classes and temperature,
or units), and how far off they were; the record of the fit. The arrays of the third
network are called "members.2.layers.0.W" and so on.

On the way back each part is checked, and then that they fit together: the encoder's
columns are of the kinds that the schema says, its inputs those of the networks, whose
outputs are those of the classes or values.
"""

import json
from typing import Any

from halfmoon.components.losses import LOSSES, Loss
from halfmoon.components.losses.joint import SoftmaxCrossEntropy
from halfmoon.components.rules import BOOLEAN, INF, NONE, Number, OneOf, Rule
from halfmoon.estimators.conformal import Scores, Widths
from halfmoon.estimators.labels import Labels
from halfmoon.estimators.reading import check_fitted
from halfmoon.estimators.tabular import TabularClassifier, TabularRegressor
from halfmoon.estimators.units import Units
from halfmoon.files import encoders, histories, networks
from halfmoon.files.container import Arrays
from halfmoon.files.networks import take
from halfmoon.files.parameters import describe_parameters, make_names, make_unfitted
from halfmoon.files.plain import (
    LIST,
    TABLE,
    decode_labels,
    encode_labels,
    list_of,
    read_fields,
)
from halfmoon.network import Network
from halfmoon.tables.schema import Schema

CLASSES: dict[str, Any] = {
    cls.__name__: cls for cls in (TabularClassifier, TabularRegressor)
}
RULES = {
    "parameters": TABLE,
    "schema": TABLE,
    "encoder": TABLE,
    "network": TABLE,
    "histories": LIST,
    "targets": TABLE,
    "scores": LIST,
    "feature_names": NONE | LIST,
    "stopped": OneOf("", "interrupted", "time"),
    "record": TABLE,
}
CLASSIFIER: dict[str, Rule] = {
    "classes": LIST,
    "temperature": Number("(", 0, INF, ")"),
}
NUMBERS = list_of(Number("(", -INF, INF, ")"), "finite numbers")
UNITS: dict[str, Rule] = dict.fromkeys(("mean", "spread", "low", "high"), NUMBERS)
UNITS["is_column"] = BOOLEAN
WIDTHS: dict[str, Rule] = dict.fromkeys(("predictions", "errors"), NUMBERS)
REGRESSOR: dict[str, Rule] = {"units": TABLE, "widths": LIST}


def describe(model: Any) -> tuple[dict[str, Any], Arrays]:
    """An estimator's description, and its arrays by name.

    Raises NotFittedError before a fit, ValueError for what is code, or the user's own.
    """
    check_fitted(model, "networks_")
    encoder, arrays = encoders.describe(model.encoder_)
    described = [networks.describe(network) for network in model.networks_]
    epochs = [histories.describe(history) for history in model.histories_]
    network = described[0][0]
    if any(other != network for other, _ in described):
        raise ValueError("its networks are not all alike; fit it anew")
    for i in range(len(described)):
        own = described[i][1] | epochs[i][1]
        arrays |= {_name(i, name): array for name, array in own.items()}
    for i, scores in enumerate(model.scores_):
        arrays |= {
            f"scores.{i}.{name}": each for name, each in scores.as_dict().items()
        }
    names = getattr(model, "feature_names_in_", None)
    description = {
        "parameters": describe_parameters(model),
        "schema": model.schema_.as_dict(),
        "encoder": encoder,
        "network": network,
        "histories": [history for history, _ in epochs],
        "targets": _describe_targets(model),
        "scores": [len(scores.scores) for scores in model.scores_],
        "feature_names": None if names is None else names.tolist(),
        "stopped": model.stopped_,
        "record": _describe_record(model.record_),
    }
    return description, arrays


def _describe_record(record: Any) -> Any:
    """The record of the fit, if JSON keeps all that it says."""
    try:
        again = json.loads(json.dumps(record, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        again = None
    if again != record:
        raise ValueError(
            "record_ must be plain data: finite numbers, texts, lists and dictionaries "
            "by text"
        )
    return record


def make(kind: str, description: Any, arrays: Arrays) -> Any:
    """The estimator that was described; takes its arrays out of `arrays`.

    Raises ValueError for what describes none.
    """
    fields = read_fields(description, RULES, f"the {kind}")
    model = make_unfitted(CLASSES[kind], fields["parameters"])
    schema = Schema.from_dict(fields["schema"])
    encoder = encoders.make(fields["encoder"], arrays)
    encoders.check_kinds(encoder, schema.kinds)
    attributes: dict[str, Any] = {"schema_": schema, "encoder_": encoder}
    attributes |= _make_members(fields, arrays)
    network = attributes["networks_"][0]
    if network.d != len(encoder.names):
        raise ValueError("its networks have other inputs than its encoder gives")
    make_targets = _make_classes if kind == "TabularClassifier" else _make_values
    attributes |= make_targets(fields["targets"], network, len(fields["scores"]))
    attributes["scores_"] = _make_scores(fields["scores"], arrays)
    attributes["stopped_"] = fields["stopped"]
    attributes["record_"] = fields["record"]
    attributes |= _make_columns(fields["feature_names"], schema)
    vars(model).update(attributes)
    return model


def _make_columns(names: Any, schema: Schema) -> dict[str, Any]:
    """How many columns there are, and their names, as scikit-learn keeps them."""
    d = len(schema.decisions)
    if names is None:
        return {"n_features_in_": d}
    columns = make_names(names, d)
    if columns.tolist() != [*schema.kinds]:
        raise ValueError("feature_names must be those of the schema's columns")
    return {"n_features_in_": d, "feature_names_in_": columns}


# Networks


def _name(member: int, name: str) -> str:
    """What an array of a member is called in the file."""
    return f"members.{member}.{name}"


def _make_members(fields: dict[str, Any], arrays: Arrays) -> dict[str, Any]:
    """Networks and their histories, one or more."""
    members = _by_member(arrays)
    made: dict[str, Any] = {"networks_": [], "histories_": []}
    for i, history in enumerate(fields["histories"]):
        own = members.get(str(i), {})
        made["networks_"].append(networks.make(fields["network"], own))
        made["histories_"].append(histories.make(history, own))
    for number, left in members.items():  # which nobody has taken
        arrays |= {f"members.{number}.{name}": left[name] for name in left}
    if not made["networks_"]:
        raise ValueError("it must have one network or more")
    return made


def _by_member(arrays: Arrays) -> dict[str, Arrays]:
    """The arrays of each member by its number, taken out of all arrays."""
    members: dict[str, Arrays] = {}
    for name in [*arrays]:
        first, _, rest = name.partition(".")
        number, _, own = rest.partition(".")
        if first == "members":
            members.setdefault(number, {})[own] = arrays.pop(name)
    return members


# What predictions mean


def _describe_targets(model: Any) -> dict[str, Any]:
    """Classes and temperature; or the units of values, and the widths of intervals."""
    if isinstance(model, TabularClassifier):
        several = model.targets_.kind == "columns"
        columns = model.classes_ if several else [model.classes_]
        return {
            "classes": [encode_labels(classes, "classes_") for classes in columns],
            "temperature": float(model.temperature_),
        }
    return {
        "units": _as_lists(model.units_),
        "widths": [_as_lists(widths) for widths in model.widths_],
    }


def _as_lists(part: Units | Widths) -> dict[str, Any]:
    """What it is made of, arrays as lists."""
    return {
        name: value if isinstance(value, bool) else value.tolist()
        for name, value in part.as_dict().items()
    }


def _make_classes(stored: Any, network: Network, columns: int) -> dict[str, Any]:
    """Classes of one column of y or several, and the temperature."""
    fields = read_fields(stored, CLASSIFIER, "the classes")
    classes = [decode_labels(each, "classes_") for each in fields["classes"]]
    if not classes or min(map(len, classes)) < 2:
        raise ValueError("the classes must be two or more in each column")
    labels = Labels.of_classes(classes if len(classes) > 1 else classes[0])
    sizes = labels.sizes
    loss = SoftmaxCrossEntropy(sizes=sizes if len(sizes) > 1 else None)
    _check_outputs(network, loss, sum(sizes), columns, len(sizes))
    return {
        "targets_": labels,
        "classes_": labels.classes,
        "temperature_": float(fields["temperature"]),
    }


def _make_values(stored: Any, network: Network, columns: int) -> dict[str, Any]:
    """The units of values, and the widths of their intervals."""
    fields = read_fields(stored, REGRESSOR, "the values")
    units = Units.from_dict(read_fields(fields["units"], UNITS, "the units"))
    widths = [
        Widths.from_dict(read_fields(entry, WIDTHS, "the widths"))
        for entry in fields["widths"]
    ]
    k = len(units.mean)
    _check_outputs(network, LOSSES.make("squared_error"), k, columns, k)
    if len(widths) != k:
        raise ValueError(f"there must be widths for {k} columns of y")
    return {"units_": units, "widths_": tuple(widths)}


def _check_outputs(
    network: Network, loss: Loss, outputs: int, scores: int, columns: int
) -> None:
    """ValueError where the networks' outputs or the scores are not those of y."""
    if network.k != outputs or network.loss != loss:
        raise ValueError(
            f"its networks have {network.k} outputs with {network.loss}, and y needs "
            f"{outputs} with {loss}"
        )
    if scores != columns:
        raise ValueError(f"there must be scores for {columns} columns of y")


def _make_scores(counts: Any, arrays: Arrays) -> tuple[Scores, ...]:
    """The scores of out-of-fold rows, for each column of y."""
    made = []
    for i, count in enumerate(counts):
        if not encoders.COUNT.allows(count):
            raise ValueError(f"scores must be {encoders.COUNT}; got {count!r}")
        parts = {
            name: take(arrays, f"scores.{i}.{name}", (count,), "float64")
            for name in ("scores", "rows")
        }
        made.append(Scores.from_dict(parts))
    return tuple(made)
