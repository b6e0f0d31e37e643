"""What a terminal shows while work goes on."""

import io

import rich.console

from halfmoon.commands.common.progress import rows_bar, working


def terminal_of(monkeypatch):
    """Standard error as a terminal, and what is written to it."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    assert rich.console.Console(stderr=True).is_terminal
    return stream


def test_a_bar_is_shown_on_a_terminal(monkeypatch):
    terminal = terminal_of(monkeypatch)
    with rows_bar("predicting", 100) as show:
        show(60)
        show(40)
    assert "predicting" in terminal.getvalue()
    assert "100/100" in terminal.getvalue()


def test_without_a_label_there_is_no_bar(monkeypatch):
    terminal = terminal_of(monkeypatch)
    with rows_bar("", 100) as show:
        show(100)
    assert terminal.getvalue().strip() == ""


def test_a_sign_is_shown_on_a_terminal(monkeypatch):
    terminal = terminal_of(monkeypatch)
    with working("reading [x].csv"):
        pass
    assert "reading [x].csv" in terminal.getvalue()


def test_elsewhere_nothing_is_shown(capsys):
    with working("reading"), rows_bar("predicting", 100) as show:
        show(100)
    assert capsys.readouterr() == ("", "")
