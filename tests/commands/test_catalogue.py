"""What the command line and the documentation say of the registries."""

import dataclasses

from halfmoon.commands import catalogue
from halfmoon.components.losses import LOSSES
from halfmoon.training.settings import Settings

ACTIVATIONS = catalogue.REGISTRIES["activations"]


def test_aliases_stand_in_brackets():
    assert catalogue.names(ACTIVATIONS, "logistic") == "logistic (sigmoid)"
    assert catalogue.names(ACTIVATIONS, "tanh") == "tanh"


def test_a_setting_is_shown_with_its_default_its_purpose_and_its_rule():
    (line,) = catalogue.settings(LOSSES["huber"])
    field = dataclasses.fields(LOSSES["huber"])[0]
    assert line.startswith(f"{field.name} = {field.default:g}")
    assert field.metadata["help"] in line
    assert str(field.metadata["rule"]) in line
    assert catalogue.settings(ACTIVATIONS["tanh"]) == []


def test_the_page_names_every_component_and_every_setting_of_training():
    page = catalogue.markdown()
    for registry in catalogue.REGISTRIES.values():
        for name in registry:
            assert f"### `{catalogue.names(registry, name)}`\n" in page
    for field in dataclasses.fields(Settings):
        assert f"\n| `{field.name}` | " in page
    assert page.endswith("|\n")
