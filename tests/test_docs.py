"""What the documents show is run, and what they print is compared."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from halfmoon.commands import catalogue
from halfmoon.commands.common import endings
from halfmoon.commands.main import app
from halfmoon.components.activations import ACTIVATIONS, Activation

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
CODE = [
    pytest.param(
        code,
        printed,
        id=f"{page.name}-{number}",
        marks=[] if page.name == "README.md" else pytest.mark.slow,
    )
    for page in PAGES
    for number, (code, printed) in enumerate(BLOCK.findall(page.read_text()))
]


def test_there_is_code_to_run():
    assert len(CODE) >= 4


@pytest.mark.parametrize(("code", "printed"), CODE)
def test_a_code_block_prints_what_the_page_shows(code, printed):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "page", "exec"), {"__name__": "page"})
    assert out.getvalue().rstrip() == printed.rstrip()


@pytest.mark.slow
@pytest.mark.parametrize(
    "example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem
)
def test_an_example_runs_without_a_warning(example):
    done = subprocess.run(
        [sys.executable, "-W", "error", example],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize(
    "page",
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "DERIVATION.md",
        *sorted((ROOT / "docs" / "decisions").glob("*.md")),
    ],
    ids=lambda page: page.name,
)
def test_files_that_a_page_names_exist(page):
    """From the root, from the package, or from the page on."""
    folders = (ROOT, ROOT / "src" / "halfmoon", page.parent)
    missing = [
        name
        for name in re.findall(r"`([\w.]+/[\w./]*(?:/|\.py|\.md))`", page.read_text())
        if not any((folder / name).exists() for folder in folders)
    ]
    assert not missing


def test_the_page_of_the_registries_is_up_to_date():
    page = (ROOT / "docs" / "components.md").read_text()
    assert page == catalogue.markdown(), (
        "Run: halfmoon list --markdown > docs/components.md"
    )


def test_the_page_of_the_command_line_names_every_command_option_and_code():
    page = (ROOT / "docs" / "command-line.md").read_text()
    commands = typer.main.get_command(app)
    wanted = set()
    for name, command in commands.commands.items():
        wanted.add(f"halfmoon {name}")
        if name in ("list", "tutorial"):  # they say it all in their --help
            continue
        for parameter in command.get_params(typer.Context(command)):
            options = [*parameter.opts, *parameter.secondary_opts]
            wanted |= {option for option in options if option.startswith("--")}
    codes = (endings.FAULT, endings.MISTAKE, endings.INTERRUPTED, endings.NO_READER)
    wanted |= {f"| {code} | " for code in codes}
    assert {each for each in wanted - {"--help"} if each not in page} == set()


@pytest.mark.slow
def test_a_registered_activation_appears_by_itself_in_listings_docs_and_tests():
    assert "bent_identity" not in catalogue.markdown()
    source = (ROOT / "tests" / "new_activation.py.txt").read_text()
    probe = source + (
        "\nimport pytest, sys\nsys.exit(pytest.main(['-q', '--collect-only', "
        "'tests/components/test_activations.py']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    collected = [line for line in done.stdout.splitlines() if "bent_identity" in line]
    assert len(collected) >= 3, done.stdout + done.stderr
    listing = source + (
        "\nimport sys\nfrom halfmoon.commands import main as cli\n"
        "sys.argv = ['halfmoon', 'list', "
        "'activations']\ncli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", listing],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert "bent_identity" in done.stdout, done.stderr
    namespace = {}
    exec(source, namespace)
    try:
        assert "### `bent_identity`" in catalogue.markdown()
        assert issubclass(ACTIVATIONS["bent_identity"], Activation)
    finally:
        ACTIVATIONS.remove("bent_identity")


def test_pages_of_decisions_are_short():
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert len(page.read_text().splitlines()) <= 40, page.name
