"""`halfmoon list`: every component of every registry."""

import pytest

from halfmoon.commands.catalogue import REGISTRIES


@pytest.mark.parametrize("registry", REGISTRIES)
def test_it_shows_every_component(run, registry):
    done = run("list", registry)
    assert done.status == 0, done.error
    assert all(name in done.output for name in REGISTRIES[registry])


def test_without_a_name_it_shows_all_registries(run):
    done = run("list")
    assert done.status == 0, done.error
    assert all(registry in done.output for registry in REGISTRIES)


def test_an_unknown_registry_is_answered_with_the_nearest(run):
    done = run("list", "activatons")
    assert done.status != 0
    assert "'activations'" in done.error
    assert "Traceback" not in done.error


def test_markdown_is_of_all_registries(run):
    done = run("list", "losses", "--markdown")
    assert done.status != 0
    assert "leave out 'losses'" in done.error
