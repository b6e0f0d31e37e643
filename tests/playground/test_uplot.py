"""The one file of the page that is not ours: uPlot, as its authors published it."""

import hashlib
import tomllib
from pathlib import Path

from halfmoon import playground
from halfmoon.pages import modules

STATIC = Path(playground.__file__).parent / "static"
ROOT = Path(__file__).resolve().parents[2]
# of the files in the package uplot 1.6.32
SCRIPT = "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
STYLE = "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_script_is_the_published_one_but_for_one_word():
    text = (STATIC / "uplot.js").read_text(encoding="utf-8")
    assert digest(text.replace("\nexport const uPlot=", "\nvar uPlot=")) == SCRIPT


def test_the_style_is_the_published_one():
    assert digest((STATIC / "uplot.css").read_text(encoding="utf-8")) == STYLE


def test_it_can_be_joined():
    text = (STATIC / "uplot.js").read_text(encoding="utf-8")
    joined = modules.join({"uplot": text}, "uplot")
    assert modules.declared_in(text) == ["uPlot"]
    assert "\nconst uPlot=function(){" in joined


def test_its_licence_goes_with_it():
    with (ROOT / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["project"]["license-files"]
    (licence,) = [name for name in listed if "uplot" in name]
    text = (ROOT / licence).read_text(encoding="utf-8")
    assert text.startswith("The MIT License (MIT)")
    assert "Leon Sorokin" in text
