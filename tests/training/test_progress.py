"""The progress bar: shown on a terminal, silent elsewhere."""

from types import SimpleNamespace

from rich import console

from fits import fit
from halfmoon.training.progress import progress_bar


def test_nothing_is_shown_where_there_is_no_terminal(capsys):
    with progress_bar("a fit", 8) as bar:
        fit(progress=bar)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_it_shows_label_epochs_and_loss(monkeypatch, capsys):
    usual = console.Console
    monkeypatch.setattr(
        console,
        "Console",
        lambda **options: usual(force_terminal=True, width=100, **options),
    )
    with progress_bar("a fit", 8) as bar:
        bar(SimpleNamespace(epoch=0))  # before the first epoch: nothing to show yet
        _, run = fit(progress=bar)
    shown = capsys.readouterr().err
    assert "a fit" in shown
    assert "8/8" in shown
    assert f"loss {run.history['loss'][-1]:.4f}" in shown


def test_it_is_called_after_each_chunk_of_updates():
    seen = []
    _, run = fit(progress=lambda run: seen.append(run.t))
    assert seen == sorted(seen)
    assert seen[-1] == run.t
