"""How commands end: exit code, and one line."""

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import typer

from halfmoon.commands.common.endings import with_endings


def ended(capsys, error):
    """The exit code of a command that raises this, and what it said."""

    @with_endings
    def command():
        raise error

    with pytest.raises(typer.Exit) as stop:
        command()
    return stop.value.exit_code, capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a file must have rows;\n this has none."),
        FileNotFoundError("There is no file 'x'."),
    ],
)
def test_a_mistake_is_one_line(capsys, error):
    code, said = ended(capsys, error)
    assert code == 2
    assert said == f"halfmoon: {' '.join(str(error).split())}\n"


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (OSError(28, "No space left on device"), "The output"),
        (PermissionError(13, "Permission denied", "x.csv"), "x.csv"),
    ],
)
def test_an_error_of_the_system_is_a_sentence(capsys, error, place):
    code, said = ended(capsys, error)
    assert code == 2
    assert said == f"halfmoon: {place} cannot be read or written ({error.strerror}).\n"


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), ValueError("operands could not be broadcast"), TypeError("no.")],
)
def test_a_fault_is_one_line_and_a_file_for_its_report(capsys, tmp_path, error):
    code, said = ended(capsys, error)
    assert code == 1
    assert said.count("\n") == 1
    assert type(error).__name__ in said
    path = Path(re.search(r"\S+halfmoon-\w+\.txt", said)[0])
    assert "Traceback" in path.read_text()
    path.unlink()


def test_ctrl_c_and_little_memory_have_their_codes(capsys):
    assert ended(capsys, KeyboardInterrupt()) == (130, "halfmoon: interrupted.\n")
    code, said = ended(capsys, MemoryError())
    assert code == 1
    assert "give fewer rows" in said


def test_what_a_command_ends_by_itself_stays(capsys):
    assert ended(capsys, typer.Exit(7)) == (7, "")


def test_an_error_in_an_option_is_typers():
    @with_endings
    def command():
        raise typer.BadParameter("no")

    with pytest.raises(typer.BadParameter):
        command()


@pytest.mark.filterwarnings("default")
def test_a_warning_is_a_line(capsys):
    @with_endings
    def command():
        warnings.warn("A class is rare;\nsee.", UserWarning, stacklevel=1)

    command()
    assert capsys.readouterr().err == "halfmoon: A class is rare; see.\n"


PROGRAM = """
import typer
from halfmoon.commands.common.endings import with_endings
app = typer.Typer()

@app.command()
@with_endings
def command():
    for i in range(100_000):
        typer.echo(i)

app()
"""


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error():
    command = [sys.executable, "-c", PROGRAM]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=os.environ)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141
