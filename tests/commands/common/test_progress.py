"""A bar for work on rows."""

import io

import rich.console

from halfmoon.commands.common.progress import rows_bar


def test_a_bar_is_shown_on_a_terminal_only(monkeypatch, capsys):
    with rows_bar("predicting", 100) as show:
        show(100)
    assert capsys.readouterr() == ("", "")

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert rich.console.Console(stderr=True).is_terminal
    with rows_bar("predicting", 100) as show:
        show(60)
        show(40)
    assert "predicting" in terminal.getvalue()
    assert "100/100" in terminal.getvalue()
