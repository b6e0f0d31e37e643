"""Rate times curvature along a run, against the run itself and a plain Hessian."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon.tutorial.edge import Descent, choose_updates, draw_edge
from halfmoon.tutorial.experiment import RATE, Experiment


@pytest.fixture(scope="module")
def experiment():
    return Experiment(quick=True)


@pytest.mark.parametrize("rises", [[], [0], [18], [4_999]])
def test_it_looks_at_both_ends_and_around_the_first_rise(rises):
    chosen = choose_updates(5_000, rises)
    assert chosen == sorted(set(chosen))
    assert chosen[0] == 0
    assert chosen[-2:] == [4_999, 5_000]
    for rise in rises:
        around = set(range(rise - 3, rise + 9)) & set(range(5_000))
        assert around <= set(chosen)


def test_a_run_is_measured_where_its_loss_first_rises(experiment):
    run = Descent(experiment, RATE, experiment.trained[1])
    first = run.rises[0]
    assert run.L[first + 1] > run.L[first]
    assert (np.diff(run.L[: first + 1]) <= 0.0).all()
    assert run.products[first] > 2.0


def test_the_picture_has_the_edge_at_two_and_every_published_loss(experiment):
    run = Descent(experiment, RATE, experiment.trained[1])
    fig = Figure()
    draw_edge(fig, [run, run], [0.4, 0.3])
    loss, product, end = fig.axes
    heights = [line.get_ydata()[0] for line in product.lines]
    assert 2.0 in heights
    assert loss.collections[0].get_offsets().tolist() == [[1.0, 0.4], [1001.0, 0.3]]
    assert end.lines[0].get_xdata().tolist() == list(range(4_971, 5_001))
