"""The command line, as a user meets it: a fresh process, its output, its exit
status.
"""

import subprocess
import sys

import pytest

import halfmoon
from halfmoon.commands.catalogue import REGISTRIES
from halfmoon.commands.main import app

KINDS = [
    pytest.param(kind, marks=[] if kind == "activations" else pytest.mark.slow)
    for kind in REGISTRIES
]
COMMANDS = [
    command.name or command.callback.__name__ for command in app.registered_commands
]


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "halfmoon", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, timeout=120
    )


def test_version():
    done = run("--version")
    assert (done.returncode, done.stdout.strip()) == (
        0,
        f"halfmoon {halfmoon.__version__}",
    )


def test_help_names_every_command():
    done = run("--help")
    assert done.returncode == 0
    assert {"tutorial", "list"} <= set(COMMANDS)
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("registry", KINDS)
def test_list_shows_every_block(registry):
    done = run("list", registry)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in REGISTRIES[registry])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "activatons"], "'activations'"),
        pytest.param(
            ["tutorial", "--only", "lerning"], "'learning'", marks=pytest.mark.slow
        ),
        pytest.param(["tutorial", "--only", "17"], "1 to 10", marks=pytest.mark.slow),
        (["tutorial", "--seed", "-1"], "--seed"),
        pytest.param(
            ["tutorial", "--out", "/dev/null/x"], "/dev/null", marks=pytest.mark.slow
        ),
        (["tutorail"], "tutorial"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(arguments, message, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir()), "nothing may be half-written"
