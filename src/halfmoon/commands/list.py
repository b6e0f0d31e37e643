"""`halfmoon list` prints what is in the registries."""

from typing import Annotated, Any

import typer


def command(
    registry: Annotated[
        str | None,
        typer.Argument(help="activations, losses, optimizers, ...; without it, all."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Everything, as a page of documentation.")
    ] = False,
) -> None:
    """List activations, losses, optimizers, schedules, data sets."""
    from rich.console import Console

    from halfmoon.commands import catalogue
    from halfmoon.components.rules import check_name

    if markdown and registry is not None:
        raise ValueError(f"--markdown writes all registries; leave out {registry!r}.")
    if markdown:
        typer.echo(catalogue.markdown(), nl=False)
        return
    if registry is not None:
        check_name("registry", registry, catalogue.REGISTRIES)
    for kind in catalogue.REGISTRIES:
        if registry in (None, kind):
            Console().print(_table(kind), "")


def _table(kind: str) -> Any:
    """The components of a registry, each with its summary and its settings."""
    from rich.table import Table
    from rich.text import Text

    from halfmoon.commands import catalogue
    from halfmoon.components.describing import summary

    table = Table(
        title=kind, title_justify="left", box=None, padding=(0, 2), show_header=False
    )
    registry = catalogue.REGISTRIES[kind]
    for name, component in registry.items():
        lines = [summary(component)]
        lines += [f"  {line}" for line in catalogue.settings(component)]
        table.add_row(catalogue.names(registry, name), Text("\n".join(lines)))
    return table
