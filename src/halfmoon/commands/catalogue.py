"""What is in the registries, for the command line and the documentation.

Read from the components themselves.
"""

import dataclasses
import inspect
from typing import Any

from halfmoon.components.activations import ACTIVATIONS
from halfmoon.components.initializers import INITIALIZERS
from halfmoon.components.losses import LOSSES
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.components.registry import Component, Registry, write
from halfmoon.components.schedules import SCHEDULES
from halfmoon.datasets import DATASETS
from halfmoon.training.settings import Settings
from halfmoon.training.solvers import SOLVERS

REGISTRIES: dict[str, Registry[Any]] = {
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "initializers": INITIALIZERS,
    "optimizers": OPTIMIZERS,
    "solvers": SOLVERS,
    "schedules": SCHEDULES,
    "datasets": DATASETS,
}


def names(registry: Registry[Any], name: str) -> str:
    """A block's name, and its aliases in brackets."""
    aliases = [alias for alias, target in registry.aliases.items() if target == name]
    return f"{name} ({', '.join(aliases)})" if aliases else name


def settings(block: type[Component]) -> list[str]:
    """One line for each setting of a block: name, default, what it may be, what it is
    for.
    """
    return [
        (
            f"{field.name} = {write(field.default)}: {field.metadata['help']} "
            f"({field.metadata['rule']})"
        )
        for field in dataclasses.fields(block)  # type: ignore[arg-type]
    ]


def summary(block: type[Component]) -> str:
    """The first line of a block's description."""
    return (inspect.getdoc(block) or "").split("\n")[0]


def markdown() -> str:
    """docs/components.md: every block with its description and its settings, then every
    training setting.
    """
    lines = [
        "# The registries",
        "",
        "Made from the code by `halfmoon list --markdown > docs/components.md`.",
        "",
    ]
    for kind, registry in REGISTRIES.items():
        lines += [f"## {kind.capitalize()}", ""]
        for name, block in registry.items():
            lines += [
                f"### `{names(registry, name)}`",
                "",
                "```text",
                inspect.getdoc(block) or "",
                "```",
                "",
            ]
            lines += [
                f"- `{line.partition(': ')[0]}`: {line.partition(': ')[2]}"
                for line in settings(block)
            ]
            lines += [""] if settings(block) else []
    lines += ["## Training settings", "", "What `train(network, X, y, ...)` takes.", ""]
    lines += ["| setting | default | may be | what it is for |", "|---|---|---|---|"]
    for field in dataclasses.fields(Settings):
        lines.append(
            f"| `{field.name}` | `{field.default}` | {field.metadata['rule']} | "
            f"{field.metadata['help']} |"
        )
    return "\n".join(lines) + "\n"
