"""How a command ends: its exit code, and one line that says what is wrong.

    0    it did what was asked
    1    a fault of halfmoon's own, or of the machine
    2    a mistake that the user can mend: a file, an option, a table that does not fit
    130  Ctrl-C
    141  whoever read the output has left, as in `halfmoon predict ... | head`

What halfmoon refuses it says in a sentence, with a full stop (or "did you mean ...?")
at its end. An error without one comes from elsewhere, and is nobody's mistake but ours.
"""

import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from halfmoon.commands.common.wording import as_options, in_one_line

FAULT = 1
MISTAKE = 2
INTERRUPTED = 130
NO_READER = 141


def with_endings(command: Callable[..., None]) -> Callable[..., None]:
    """A command that ends in one line and an exit code, whatever is raised in it.

    Warnings are lines too.
    """

    @wraps(command)
    def ending(**given: Any) -> None:
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _show_warning
                command(**given)
                if sys.stdout is not None:  # as it is if it was closed before
                    sys.stdout.flush()
        except BrokenPipeError:
            # so that the end of the process finds nothing left to write
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(NO_READER) from None
        except KeyboardInterrupt:
            say("interrupted.")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort):
            raise
        except (ValueError, OSError) as error:
            if not is_mistake(error):
                raise typer.Exit(_report(error)) from None
            say(_sentence(error))
            raise typer.Exit(MISTAKE) from None
        except MemoryError:
            say("the memory is too small for this; give fewer rows or columns.")
            raise typer.Exit(FAULT) from None
        except Exception as error:
            if _is_of_typer(error):
                raise
            raise typer.Exit(_report(error)) from None

    return ending


def _sentence(error: Exception) -> str:
    """What a mistake is; one of the system's own has no sentence, only a reason."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    place = error.filename or "The output"
    return f"{place} cannot be read or written ({error.strerror})."


def is_mistake(error: Exception) -> bool:
    """Whether an error tells of something that the user can mend."""
    return isinstance(error, OSError) or str(error).rstrip().endswith((".", "?"))


def say(sentence: str) -> None:
    """One line on standard error, in the words of the command line."""
    typer.echo(f"halfmoon: {as_options(in_one_line(sentence))}", err=True)


def _is_of_typer(error: Exception) -> bool:
    """Whether it is an error in the options, which typer shows itself."""
    return hasattr(error, "exit_code") and hasattr(error, "show")


def _show_warning(message: Warning | str, *ignored: Any, **further: Any) -> None:
    say(str(message))


def _report(error: Exception) -> int:
    """Say that it is our fault, and where the details are; gives the exit code."""
    handle, path = tempfile.mkstemp(prefix="halfmoon-", suffix=".txt")
    with open(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    say(
        f"a fault of halfmoon's, not yours ({type(error).__name__}: {error}); please "
        f"report it, with your command and {path}, which may quote cells of your table."
    )
    return FAULT
