"""The command line, as a user meets it: its output and its exit status."""

import io
import subprocess
import sys

import pytest

import halfmoon
from halfmoon import __main__
from halfmoon.commands import main
from halfmoon.commands.main import app
from halfmoon.components import describing

COMMANDS = [command.name for command in app.registered_commands]


def run_process(*arguments, cwd=None):
    command = [sys.executable, "-m", "halfmoon", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, timeout=120
    )


def test_a_process_of_its_own_prints_the_version():
    done = run_process("--version")
    assert done.returncode == 0
    assert done.stdout.strip() == f"halfmoon {halfmoon.__version__}"


@pytest.mark.slow
def test_a_process_of_its_own_answers_a_mistake_in_a_sentence(tmp_path):
    done = run_process("list", "activatons", cwd=tmp_path)
    assert done.returncode != 0
    assert "'activations'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir()), "nothing may be half-written"


def test_an_interrupt_while_options_are_read_is_one_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "app", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "halfmoon: interrupted.\n"


def test_a_command_may_have_no_output(monkeypatch, capsys):
    """A program can be started with its standard output closed."""
    monkeypatch.setattr(sys, "argv", ["halfmoon", "list"])
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert not ended.value.code
    assert capsys.readouterr().err == ""


def test_help_names_every_command(run):
    done = run("--help")
    assert done.status == 0
    assert {"tutorial", "list"} <= set(COMMANDS)
    assert all(command in done.output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    done = run(command, "--help")
    assert done.status == 0
    assert command in done.output


def test_an_unknown_command_is_answered_with_the_nearest(run):
    done = run("tutorail")
    assert done.status != 0
    assert "tutorial" in done.error


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["list"], ["list", "--markdown"], ["tutorial", "--help"]],
    ids=" ".join,
)
def test_signs_that_a_terminal_lacks_are_replaced(monkeypatch, encoding, arguments):
    """A narrow table needs an ellipsis, and a component may be told in any script."""
    monkeypatch.setenv("COLUMNS", "12")
    monkeypatch.setattr(describing, "summary", lambda component: "∂L/∂z ≥ 0.")
    monkeypatch.setattr(sys, "argv", ["halfmoon", *arguments])
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding=encoding))
    with pytest.raises(SystemExit) as stop:
        main.main()
    assert not stop.value.code
    sys.stdout.flush()
    assert printed.getvalue().decode(encoding)
