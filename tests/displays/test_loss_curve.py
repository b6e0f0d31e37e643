"""Learning curves are the columns of the history."""

import pickle

import numpy as np
import pytest

from halfmoon import Network, train
from halfmoon.displays import (
    LossCurveDisplay,
)
from halfmoon.displays.style import COLOURS
from pictures import X2, ax, y2


@pytest.mark.parametrize(
    ("by", "column"),
    [("epoch", "epoch"), ("updates", "update"), ("rows", "rows"), ("seconds",) * 2],
)
def test_learning_curves_are_the_history(moons, by, column):
    display = LossCurveDisplay.from_estimator(moons, by=by, ax=ax(), linewidth=3.0)
    history = moons.history_
    assert set(display.lines_) == {
        "loss",
        "validation_loss",
        "validation_score",
    }
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_xdata(), history[column])
        np.testing.assert_array_equal(line.get_ydata(), history[name])
        assert line.get_linewidth() == 3.0
        assert line.axes is display.axes_["score" in name]
        assert line.get_color() == COLOURS["validation" in name]
    assert [line.get_xdata()[0] for line in display.best_lines_] == [
        history[column][moons.best_epoch_ - 1]
    ] * 2
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert words == ["training", "validation", f"best epoch: {moons.best_epoch_}"]


def test_an_epoch_that_is_forgotten_is_not_marked_and_times_of_a_pickle_are_missed(
    moons,
):
    model = pickle.loads(pickle.dumps(moons))
    with pytest.raises(ValueError, match="holds no times"):
        LossCurveDisplay.from_estimator(model, by="seconds", ax=ax())
    model.history_.keep_last(len(model.history_) - model.best_epoch_ + 1)
    display = LossCurveDisplay.from_estimator(model, ax=ax())
    assert [line.get_xdata()[0] for line in display.best_lines_] == [
        model.best_epoch_
    ] * 2
    model.history_.keep_last(len(model.history_) - 1)
    assert LossCurveDisplay.from_estimator(model, ax=ax()).best_lines_ == []


def test_without_validation_data_there_is_one_line_and_no_best_epoch(iris):
    display = LossCurveDisplay.from_estimator(iris, log=True, ax=ax())
    assert list(display.lines_) == ["loss"]
    assert display.best_lines_ == []
    assert display.ax_.get_yscale() == "log"
    assert display.axes_ == [display.ax_]


def test_what_learning_curves_refuse(moons):
    display = LossCurveDisplay.from_estimator(moons, ax=ax())
    with pytest.raises(
        ValueError, match="by must be one of epoch, updates, rows, seconds"
    ):
        display.plot(ax(), by="hours")
    columns = {
        name: moons.history_[name]
        for name in ("epoch", "train_score", "validation_score", "validation_loss")
    }
    with pytest.raises(
        ValueError, match="log=True needs losses above 0, and the smallest is -1"
    ):
        LossCurveDisplay(history=columns | {"loss": columns["epoch"] - 2.0}).plot(
            ax(), log=True
        )
    with pytest.raises(ValueError, match="the history not empty"):
        LossCurveDisplay(
            history={name: np.zeros(0) for name in (*columns, "loss")}
        ).plot(ax())


def test_a_runs_loss_curve_shows_validation_where_there_is_some():
    alone = train(Network.dense([2, 3, 2]), X2, y2, epochs=5)
    watched = train(Network.dense([2, 3, 2]), X2, y2, epochs=5, validation=(X2, y2))
    assert len(LossCurveDisplay(history=alone.history).plot(ax()).lines_) == 1
    display = LossCurveDisplay(history=watched.history).plot(ax())
    np.testing.assert_array_equal(
        display.lines_["validation_loss"].get_ydata(),
        watched.history["validation_loss"],
    )
