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
from halfmoon.components.registry import Component, Registry, settings_of, write
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
    """A component's name, and its aliases in brackets."""
    aliases = [alias for alias, target in registry.aliases.items() if target == name]
    if not aliases:
        return name
    return f"{name} ({', '.join(aliases)})"


def settings(component: type[Component]) -> list[str]:
    """One line a setting: its name, its default, what it is for and may be."""
    lines = []
    for field in settings_of(component):
        about = f"{field.metadata['help']} ({field.metadata['rule']})"
        lines.append(f"{field.name} = {write(field.default)}: {about}")
    return lines


def markdown() -> str:
    """The page docs/components.md: every component, then every training setting."""
    lines = [
        "# The registries",
        "",
        "Made from the code by `halfmoon list --markdown > docs/components.md`.",
        "",
    ]
    for kind, registry in REGISTRIES.items():
        lines += [f"## {kind.capitalize()}", ""]
        for name, component in registry.items():
            lines += _section(names(registry, name), component)
    lines += ["## Training settings", "", "What `train(network, X, y, ...)` takes.", ""]
    lines += ["| setting | default | may be | what it is for |", "|---|---|---|---|"]
    for field in dataclasses.fields(Settings):
        rule = field.metadata["rule"]
        about = field.metadata["help"]
        lines.append(f"| `{field.name}` | `{field.default}` | {rule} | {about} |")
    return "\n".join(lines) + "\n"


def _section(title: str, component: type[Component]) -> list[str]:
    """A component's name, description and settings, as lines of Markdown."""
    text = inspect.getdoc(component) or ""
    lines = [f"### `{title}`", "", "```text", text, "```", ""]
    for setting in settings(component):
        name, _, about = setting.partition(": ")
        lines.append(f"- `{name}`: {about}")
    if settings(component):
        lines.append("")
    return lines
