"""What a model file holds, and how it is printed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from halfmoon.commands.common.models import load_any, model_file
from halfmoon.commands.common.printing import as_number, print_table
from halfmoon.commands.common.targets import name_of_target

SHOWN = 20  # classes


@dataclass(frozen=True)
class DescribedModel:
    """A model of any kind, its networks, and the file that it was in."""

    model: Any
    networks: list[Any]
    file: Path
    bytes: int
    versions: dict[str, str]  # of the libraries that wrote the file


def describe_model(path: str) -> DescribedModel:
    """Load a model.

    Raises OSError and ValueError, in one sentence, for what is no model file.
    """
    from halfmoon.files.model_file import made_by

    model = load_any(path)
    networks = getattr(model, "networks_", None) or [getattr(model, "network_", model)]
    file = model_file(path)
    size = file.stat().st_size
    return DescribedModel(model, list(networks), file, size, made_by(file))


def as_data(described: DescribedModel) -> dict[str, Any]:
    """What is known of a model as plain data for JSON."""
    model = described.model
    first = described.networks[0]
    layers = [
        {"layer": layer.label, "inputs": layer.d, "outputs": layer.k}
        for layer in first.layers
    ]
    schema = getattr(model, "schema_", None)
    return {
        "file": str(described.file),
        "bytes": described.bytes,
        "versions": described.versions,
        "kind": type(model).__name__,
        "settings": {name: _plain(value) for name, value in _settings(model).items()},
        "classes": _classes(model),
        "columns": None if schema is None else schema.as_dict()["columns"],
        "networks": len(described.networks),
        "layers": layers,
        "loss": str(first.loss),
        "parameters": _parameters(described),
        "record": getattr(model, "record_", None),
    }


def _settings(model: Any) -> dict[str, Any]:
    return model.get_params(deep=False) if hasattr(model, "get_params") else {}


def _plain(value: Any) -> Any:
    is_plain = value is None or isinstance(
        value, bool | int | float | str | list | dict
    )
    return value if is_plain else str(value)


def _classes(model: Any) -> Any:
    """The classes as lists; several where several columns are predicted."""
    classes = getattr(model, "classes_", None)
    if isinstance(classes, list):
        return [column.tolist() for column in classes]
    return None if classes is None else classes.tolist()


def _parameters(described: DescribedModel) -> int:
    return sum(network.size for network in described.networks)


# As text


def print_described(described: DescribedModel) -> None:
    """What is known of a model as text."""
    from halfmoon.inspection.summary import summary

    model = described.model
    size = f"{described.bytes:,} bytes"
    typer.echo(f"{described.file}: {type(model).__name__}, {size}")
    told = _told_of_target(model) + _told_of_record(model) + _told_of_settings(model)
    versions = [f"{name} {version}" for name, version in described.versions.items()]
    if versions:
        told.append(f"written with {', '.join(versions)}")
    for line in told:
        typer.echo(f"  {line}")
    _print_scores(model)
    if hasattr(model, "schema_"):
        typer.echo()
        columns = model.schema_.decisions
        cells = [(each.column, each.kind, each.why) for each in columns]
        print_table(("column", "kind", "why"), cells)
    typer.echo()
    count = len(described.networks)
    if count > 1:
        typer.echo(
            f"{count} networks, whose predictions are averaged, with "
            f"{_parameters(described):,} parameters; the first of them:"
        )
    typer.echo(summary(described.networks[0]))


def _told_of_target(model: Any) -> list[str]:
    """What is predicted, and the classes."""
    name = name_of_target(model)
    classes = _classes(model)
    task = "regression" if classes is None else "classification"
    lines = [] if name is None else [f"predicts {name!r}, {task}"]
    if classes is None:
        return lines
    if not isinstance(model.classes_, list):
        return [*lines, _told_of_classes(classes)]
    several = enumerate(classes, start=1)
    return [*lines, *(f"column {j}: {_told_of_classes(each)}" for j, each in several)]


def _told_of_classes(classes: list[Any]) -> str:
    listed = ", ".join(map(str, classes[:SHOWN])) + ", ..." * (len(classes) > SHOWN)
    return f"{len(classes):,} classes: {listed}"


def _told_of_record(model: Any) -> list[str]:
    """Which rows were learned from, and how they were split."""
    record = getattr(model, "record_", {})
    lines = []
    if "rows" in record:
        source = f" of {record['source']}" if record.get("source") else ""
        lines.append(f"learned from {record['rows']:,} rows{source}")
    split = record.get("split")
    if isinstance(split, dict) and split.get("sentence"):
        lines.append(split["sentence"])
    if "fingerprint" in record:
        lines.append(f"fingerprint of these rows: {record['fingerprint']}")
    return lines


def _told_of_settings(model: Any) -> list[str]:
    """What was set otherwise than usual; what columns are, their table tells."""
    settings = _settings(model)
    usual = _settings(type(model)()) if settings else {}
    told = [
        f"{name}={value!r}"
        for name, value in settings.items()
        if name != "columns" and repr(value) != repr(usual[name])
    ]
    return [f"settings: {', '.join(told)}"] if told else []


def _print_scores(model: Any) -> None:
    """What was measured after the fit, on rows that were not learned from."""
    from halfmoon.report.scores import METRICS

    scores = getattr(model, "record_", {}).get("scores")
    if not isinstance(scores, dict):
        return
    typer.echo()
    cells = [
        (
            METRICS[name][0],
            *(as_number(score[each]) for each in ("value", "low", "high")),
        )
        for name, score in scores.items()
        if name in METRICS
    ]
    names = ("on rows not learned from", "score", "from", "to (95%)")
    print_table(names, cells, right=(1, 2, 3))
