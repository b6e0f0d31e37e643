"""Files are whole or not there, whatever goes wrong at whichever step."""

import os
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from failing import FULL, failing, failure, steps_of
from halfmoon.atomic import make_folder, open_file, write_file, write_folder

OLD = b"before" * 20_000
NEW = b"and after" * 20_000


def test_a_durable_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []

    def fsync(handle):
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        done.append("folder" if is_folder else f"{os.fstat(handle).st_size} bytes")

    def replace(part, path):
        done.append("replace")
        rename(part, path)

    rename = os.rename
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_file(tmp_path / "model", NEW, durable=True)
    assert done == [f"{len(NEW)} bytes", "replace", "folder"]
    assert (tmp_path / "model").read_bytes() == NEW
    done.clear()
    write_file(tmp_path / "page.html", NEW)
    assert done == ["replace"]


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "Ctrl-C"])
@pytest.mark.parametrize("replace", [True, False], ids=["replace", "keep the first"])
@pytest.mark.parametrize("before", [None, OLD], ids=["new", "there"])
def test_an_error_at_any_step_leaves_a_whole_file_or_none(
    tmp_path, before, replace, error
):
    path = tmp_path / "page.html"
    count = steps_of(lambda: write_file(path, NEW, replace=replace))
    assert count >= 4  # open, write, close, replace or link
    for fails_at in range(1, count + 1):
        path.unlink()
        if before is not None:
            path.write_bytes(before)
        with (
            failing(fails_at, failure(error)),
            suppress(OSError, KeyboardInterrupt),
        ):
            write_file(path, NEW, replace=replace)
        found = path.read_bytes() if path.exists() else None
        assert found in (before, NEW), fails_at
        left = [each for each in tmp_path.iterdir() if each != path]
        # the last step removes what is left
        assert not left or fails_at == count, fails_at
        for each in left:
            each.unlink()
        path.touch()


ENDS = """
import os, sys
from pathlib import Path
from failing import failing
from halfmoon.atomic import write_file

with failing(int(sys.argv[1]), lambda: os._exit(7)):
    write_file(Path(sys.argv[2]), b"and after" * 20_000)
"""


@pytest.mark.slow
def test_a_process_that_ends_at_any_step_leaves_a_whole_file(tmp_path):
    path = tmp_path / "page.html"
    paths = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    count = steps_of(lambda: write_file(path, NEW))
    for fails_at in range(1, count + 1):
        path.write_bytes(OLD)
        command = [sys.executable, "-c", ENDS, str(fails_at), str(path)]
        done = subprocess.run(command, check=False, env=os.environ | paths)
        assert done.returncode == 7, "it was to end at the step"
        assert path.read_bytes() in (OLD, NEW)


def test_the_first_file_stays_where_that_is_asked_for(tmp_path):
    path = tmp_path / "cached.py"
    write_file(path, "first", replace=False)
    write_file(path, "second", replace=False)
    assert path.read_text() == "first"
    write_file(path, "third")
    assert path.read_text() == "third"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_at_once_do_not_meet(tmp_path):
    """One writes the same file whole while the other is between two steps."""
    path = tmp_path / "page.html"
    for step in range(1, steps_of(lambda: write_file(path, NEW)) + 1):
        with failing(step, lambda: write_file(path, OLD)):
            write_file(path, NEW)
        assert path.read_bytes() in (OLD, NEW)
        assert list(tmp_path.iterdir()) == [path]


def test_a_text_is_utf_8_and_a_file_is_as_readable_as_any(tmp_path):
    write_file(tmp_path / "text", "µ\n")
    (tmp_path / "other").touch()
    assert (tmp_path / "text").read_bytes() == b"\xc2\xb5\n"
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_text_that_cannot_be_encoded_changes_nothing(tmp_path):
    path = tmp_path / "page.html"
    write_file(path, "before")
    with pytest.raises(UnicodeEncodeError):
        write_file(path, "\udc80")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_a_file_stays_a_link(tmp_path):
    path = tmp_path / "page.html"
    path.touch()
    link = tmp_path / "link.html"
    link.symlink_to(path)
    write_file(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"


def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match=r"folder cannot be written \(.*; choose a"):
        write_file(folder, "text")
    with pytest.raises(FileNotFoundError, match=r"a cannot be written \(No such"):
        write_file(tmp_path / "nowhere" / "a", "text")
    assert list(tmp_path.iterdir()) == [folder]
    assert not list(folder.iterdir())


def test_a_folder_is_tried_before_anything_is_computed_for_it(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert not list((tmp_path / "a" / "b").iterdir())
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "b", Path("/dev/null/x")):
        with pytest.raises(OSError, match=r"No files can be written in the folder /"):
            make_folder(path)


def write_two(folder):
    write_file(folder / "one", OLD)
    write_file(folder / "two", NEW)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "Ctrl-C"])
@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
def test_an_error_at_any_step_leaves_a_whole_folder_or_none(tmp_path, there, error):
    count = steps_of(lambda: write_folder(tmp_path / "at first", write_two))
    assert count >= 9  # two files, and the folder's name
    for fails_at in range(1, count + 1):
        parent = tmp_path / str(fails_at)
        path = parent / "data.halfmoon"
        path.mkdir(parents=True)
        if not there:
            path.rmdir()
        with failing(fails_at, failure(error)), suppress(OSError, KeyboardInterrupt):
            write_folder(path, write_two)
        left = [each.name for each in parent.iterdir() if each != path]
        assert not left, fails_at
        if path.exists() and (any(path.iterdir()) or not there):
            assert set(contents(path)) == {"one", "two"} or there, fails_at
            assert set(contents(path).values()) <= {OLD, NEW}, fails_at


def test_a_folder_that_holds_something_stays(tmp_path):
    write_folder(tmp_path / "data.halfmoon", write_two)
    before = contents(tmp_path / "data.halfmoon")
    (tmp_path / "file").touch()
    for name in ("data.halfmoon", "file"):
        with pytest.raises(FileExistsError, match="is there already; name another"):
            write_folder(tmp_path / name, lambda folder: pytest.fail("it is too late"))
    assert contents(tmp_path / "data.halfmoon") == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data.halfmoon", "file"]


def test_two_folders_of_one_name_do_not_meet(tmp_path):
    """Another process makes it while this one writes its files."""
    path = tmp_path / "data.halfmoon"

    def write(folder):
        write_folder(path, write_two)
        write_file(folder / "three", NEW)

    with pytest.raises(FileExistsError, match="is there already"):
        write_folder(path, write)
    assert set(contents(path)) == {"one", "two"}
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_a_folder_is_told_in_a_sentence():
    with pytest.raises(
        OSError, match=r"^The folder /dev/null/x cannot be written \(Not"
    ):
        write_folder(Path("/dev/null/x"), write_two)


def test_a_file_written_piece_by_piece_is_there_once_all_is_written(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("before")
    with open_file(path) as file:
        file.write("ä\r\n")
        file.flush()
        assert path.read_text() == "before"
        file.write("b\n")
    assert path.read_bytes() == "ä\r\nb\n".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "error", [ValueError("x."), KeyboardInterrupt(), OSError("x.")]
)
def test_a_file_that_breaks_off_leaves_what_was_there(tmp_path, error):
    path = tmp_path / "x.csv"
    path.write_text("before")

    def write():
        with open_file(path) as file:
            file.write("a")
            raise error

    with pytest.raises(type(error)) as raised:
        write()
    assert raised.value is error
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_a_sentence_in_the_middle_of_a_file(tmp_path):
    def write(path):
        with open_file(path) as file:
            file.write("a" * 100_000)

    if Path("/dev/full").exists():  # a device that is written to as it is
        with pytest.raises(OSError, match=r"/dev/full cannot be written \(No space"):
            write(Path("/dev/full"))
    with pytest.raises(OSError, match=r"absent.x cannot be written"):
        write(tmp_path / "absent" / "x")
    with pytest.raises(OSError, match=r"cannot be written .Is a directory"):
        write(tmp_path)
    assert not any(tmp_path.iterdir())
