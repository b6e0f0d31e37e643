"""The command line, as a user meets it: a fresh process, its output, its exit
status.
"""

import subprocess
import sys

import pytest

import halfmoon
from halfmoon.commands.catalogue import REGISTRIES


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
    assert all(command in done.stdout for command in ("tutorial", "list"))


@pytest.mark.parametrize("registry", REGISTRIES)
def test_list_shows_every_block(registry):
    done = run("list", registry)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in REGISTRIES[registry])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list", "activatons"], "'activations'"),
        (["tutorial", "--only", "lerning"], "'learning'"),
        (["tutorial", "--only", "17"], "1 to 10"),
        (["tutorial", "--seed", "-1"], "--seed"),
        (["tutorial", "--out", "/dev/null/x"], "/dev/null"),
        (["tutorail"], "tutorial"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(arguments, told, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir()), "nothing may be half-written"
