"""The progress bar: shown on a terminal, silent elsewhere."""

from types import SimpleNamespace

import numpy as np
from rich import console

from fits import X2, Y2, fit
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


def test_of_several_runs_it_shows_the_means(monkeypatch, capsys):
    usual = console.Console
    monkeypatch.setattr(
        console,
        "Console",
        lambda **options: usual(force_terminal=True, width=120, **options),
    )
    runs = [
        fit(validation=(X2, Y2, None))[1],
        fit(seed=1, validation=(X2, Y2, None))[1],
    ]
    with progress_bar("fits", 20) as bar:
        bar(*runs, done=12)
        bar(*runs, done=20)
    shown = capsys.readouterr().err
    loss = np.mean([run.history["loss"][-1] for run in runs])
    best = np.mean([run.history["validation_loss"].min() for run in runs])
    assert "20/20" in shown
    assert f"loss {loss:.4f}, best validation {best:.4f}" in shown


def test_it_is_called_after_each_chunk_of_updates():
    seen = []
    _, run = fit(progress=lambda run: seen.append(run.t))
    assert seen == sorted(seen)
    assert seen[-1] == run.t
