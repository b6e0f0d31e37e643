"""Section 7: what it claims, and what its figures show."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.tutorial import overfitting, sizes
from halfmoon.tutorial.experiment import Experiment
from halfmoon.tutorial.study import MEASURED, Study, summary

SEEDS = 5


def scores(**means):
    """Scores of five seeds a little apart, about these means; 0.1 where none is given.

    `new` is the log-loss on new points, `early` the same at the early stage.
    """
    names = {f"{stage}{name}": 0.1 for stage in ("", "early_") for name in MEASURED}
    names |= {"log_loss_new": means.pop("new"), "early_log_loss_new": 0.1} | means
    about = np.linspace(-0.002, 0.002, SEEDS)
    return summary([{name: names[name] + a for name in names} for a in about])


class Measured(Study):
    """A study whose networks have these log-losses on new points, by size or penalty.

    They were learned at the early stage already, at a log-loss of 0.1.
    """

    losses: dict

    def scores(self, hidden, times=1, rate=2.0):
        loss = self.losses.get((hidden, times), self.losses.get(hidden, 0.2))
        return scores(new=loss, log_loss_learned=0.05, early_log_loss_learned=0.1)


def claims(part, losses):
    study = Measured(Experiment())
    study.losses = losses
    return part(study).claims


def test_the_smaller_layer_is_said_to_generalize_better_only_if_it_does():
    assert claims(sizes.by_size, {3: 0.15, 50: 0.22})["small_generalizes_better"]
    assert not claims(sizes.by_size, {3: 0.22, 50: 0.15})["small_generalizes_better"]


def test_the_gap_opens_late_if_it_was_small_early():
    assert claims(sizes.by_size, {3: 0.15, 50: 0.22})["gap_opens_late"]
    assert not claims(sizes.by_size, {3: 0.15, 50: 0.15})["gap_opens_late"]


def test_too_small_is_worst_only_with_the_highest_loss():
    assert claims(sizes.by_size, {1: 0.3})["one_unit_is_worst"]
    assert not claims(sizes.by_size, {20: 0.3})["one_unit_is_worst"]


def test_the_penalty_is_held_against_the_smaller_layer():
    losses = {(50, 1): 0.22, (50, 10): 0.095, (3, 1): 0.15}
    found = claims(sizes.by_penalty, losses | {(3, 10): 0.097})
    assert all(found.values())
    found = claims(sizes.by_penalty, losses | {(50, 10): 0.16, (3, 10): 0.1})
    assert not any(found.values())


@pytest.mark.parametrize(
    ("new", "learned", "expected"),
    [
        ([0.5, 0.1, 0.2], [0.5, 0.1, 0.05], True),
        ([0.5, 0.1, 0.11], [0.5, 0.1, 0.05], False),  # hardly higher
        ([0.5, 0.1, 0.2], [0.5, 0.1, 0.2], False),  # nor does it learn
    ],
)
def test_overfitting_is_a_loss_that_rises_while_the_other_falls(
    new, learned, expected, monkeypatch
):
    course = {"passes": [1, 2, 3], "log_loss_new": new, "log_loss_learned": learned}
    monkeypatch.setattr(overfitting, "observe", lambda *which: course)
    part = overfitting.watch(Study(Experiment(quick=True)))
    assert part.claims["large_overfits"] is expected
    assert part.numbers["lowest_at"] == 2


def test_the_ticks_of_accuracy_say_where_they_are():
    fig = Figure()
    each = {
        hidden: scores(
            new=0.1, accuracy_new=0.85 + i / 50, accuracy_learned=0.9 + i / 60
        )
        for i, hidden in enumerate(sizes.SIZES)
    }
    sizes.draw_by_size(fig, each, scores(new=0.08, accuracy_new=0.97))
    axis = fig.axes[0].yaxis
    ticks = axis.get_ticklocs()
    labels = axis.get_major_formatter().format_ticks(ticks)
    assert "97.5%" in labels
    found = [float(label.removesuffix("%")) / 100.0 for label in labels]
    assert found == pytest.approx(ticks, abs=1e-9)


def test_every_map_says_how_many_points_are_wrong():
    study = Study(Experiment(quick=True))
    study.repeats = study.repeats[:1]
    part = sizes.grid(study)
    fig = Figure()
    part.figures["7-boundaries"].draw(fig)
    titles = [ax.get_title() for ax in fig.axes]
    wrong = part.numbers["wrong"]
    assert len(titles) == 9
    assert titles[0] == f"1 hidden unit: {wrong['1']} wrong"
    assert titles[1] == "2 hidden units: not settled"
    assert titles[2] == f"the same at rate 0.25: {wrong['2_slow']} wrong"
    assert titles[-1] == f"the true boundary: {wrong['truth']} wrong"
    assert titles[7] == f"50 hidden units: {wrong['50']} wrong"


@pytest.mark.slow
def test_the_whole_run_bears_out_what_the_text_says():
    """Britz's claims, and ours; the figures are those of plain NumPy, rounded.

    Beyond the edge of stability rounding is amplified: hence the margins.
    """
    told = sizes.measure(Experiment())
    assert [name for name, holds in told.claims.items() if not holds] == []
    by_size = told.numbers["by_size"]
    for hidden, expected in ((1, 0.29), (3, 0.15), (50, 0.22)):
        loss = by_size[hidden]["log_loss_new"]["mean"]
        assert loss == pytest.approx(expected, abs=0.03), hidden
    assert told.numbers["large_is_worse_in"] >= 4
    assert told.numbers["parameters"] == {h: 5 * h + 2 for h in sizes.SIZES}
