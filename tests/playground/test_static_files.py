"""The page's files by name, from two folders."""

import pytest

from halfmoon.playground import static_files as room
from halfmoon.playground.static_files import ending, read_page, static_files


def test_the_files_of_both_folders_lie_in_one():
    files = static_files()
    assert {"store.js", "surface.js", "playground.css", "colours.css"} <= set(files)
    assert {ending(name) for name in files} == {".js", ".css"}
    assert "export function" in files["surface.js"].read_text(encoding="utf-8")


def test_a_name_may_be_in_one_folder_only(monkeypatch):
    monkeypatch.setattr(room, "FOLDERS", (room.FOLDERS[0], room.FOLDERS[0]))
    with pytest.raises(ValueError, match=r"Two folders of the page hold [\w-]+\.\w+"):
        static_files()


def test_the_page_is_html():
    assert read_page().startswith("<!doctype html>")
