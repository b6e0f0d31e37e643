"""Files whole or not there: whoever writes a file writes it here.

The content goes to a file of its own in the same folder, which then takes the final
name in one step of the file system. So nobody ever finds half a file under that name:
not after an error, a full disk, Ctrl-C or the end of the process, and not while
several processes write it at once.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


def write_file(
    path: Path, content: str | bytes, *, replace: bool = True, durable: bool = False
) -> None:
    """Write a file whole, or leave what was there before.

    A text is written as UTF-8. With replace=False, a file that is there already stays.
    With durable=True it is on the disk before this returns, so that it is whole after a
    power failure, too. Raises OSError, in one sentence, if it cannot be written.
    """
    path = path.resolve()  # a link to a file stays a link
    data = content.encode() if isinstance(content, str) else content
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}.part")
    try:
        with open(part, "xb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if replace:
            os.replace(part, path)
        else:
            _keep_the_first(part, path)
        if durable:
            _write_folder_to_disk(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):  # mostly, it is not there any more
            part.unlink()


@contextmanager
def open_file(path: Path) -> Iterator[TextIO]:
    """A file to be written piece by piece, as UTF-8; it is there once all is written.

    Whatever is raised inside, what was there before stays. A device or a pipe is
    written to as it is. Raises OSError, in one sentence, if it cannot be written.
    """
    path = path.resolve()
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}.part")
    is_device = path.exists() and not path.is_file()
    place = path if is_device else part
    try:
        with open(place, "w", encoding="utf-8", newline="") as file:
            yield file
        if not is_device:
            os.replace(part, path)
    except OSError as error:
        if error.errno is None:  # it is a sentence, of something else
            raise
        raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _unwritable(path: Path, error: OSError) -> OSError:
    """The same error in a sentence."""
    return type(error)(
        f"{path} cannot be written ({error.strerror or error}), and what was there "
        "before stays; choose a folder that can be written and has room."
    )


def _keep_the_first(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        os.replace(part, path)


def _write_folder_to_disk(folder: Path) -> None:
    """Its list of files; where a system cannot, it lists the old file or the new."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_folder(path: Path, write: Callable[[Path], None]) -> None:
    """Make a folder with all its files, or leave nothing.

    `write` puts the files into the folder that it is given, which then takes the final
    name. A folder that is there and empty is filled. Raises FileExistsError where
    anything else is there, OSError, in one sentence, if it cannot be written.
    """
    path = path.absolute()
    is_there = path.is_dir()
    if path.exists() and (not is_there or any(path.iterdir())):
        raise FileExistsError(f"{path} is there already; name another folder.")
    parent = path if is_there else path.parent
    part = parent / f"{path.name}.{secrets.token_hex(6)}.part"
    try:
        part.mkdir(parents=True)
        write(part)
        if is_there:  # it may be all that can be written there
            for file in sorted(part.iterdir()):
                os.replace(file, path / file.name)
        else:
            os.rename(part, path)
        _write_folder_to_disk(parent)
    except OSError as error:
        if path.exists() and not is_there:  # another process has just made it
            raise FileExistsError(f"{path} is there already; name another.") from error
        if error.errno is None:  # it is a sentence
            sentence = str(error).replace(str(part), str(path))
            raise type(error)(sentence) from error
        raise type(error)(
            f"The folder {path} cannot be written ({error.strerror}); choose one that "
            "can be written and has room."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder, and see that files can be written in it.

    Raises OSError, in one sentence, if they cannot: before any work is done for them.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as attempt:
            attempt.write(bytes(4096))
    except OSError as error:
        raise type(error)(
            f"No files can be written in the folder {path.absolute()} "
            f"({error.strerror or error}); choose a folder that can be written and has "
            "room."
        ) from error
