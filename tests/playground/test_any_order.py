"""Whatever is asked in whatever order: a sentence at most, and the run stays exact."""

import numpy as np
import pytest

from halfmoon.components.features import FEATURES
from halfmoon.playground.api import operate
from halfmoon.playground.opening import make_session

WANT = {
    "plane": {"columns": 12, "rows": 9},
    "units": {"columns": 6, "rows": 5},
    "points": True,
    "weights": True,
    "hidden": {"layer": 1},
    "confusion": True,
    "histograms": True,
    "gradient": True,
    "trace": {"row": 0},
}


def changes(menu, rng):
    """Settings as somebody who tries everything would choose them."""

    def name(kind):
        return str(rng.choice([each["name"] for each in menu[kind]]))

    hidden = rng.integers(1, 8, size=rng.integers(0, 4)).tolist()
    return [
        {"hidden": hidden, "activations": [name("activations") for _ in hidden]},
        {"data": name("data sets")},
        {"loss": name("losses")},
        {"optimizer": name("optimizers")},
        {"schedule": name("schedules")},
        {"initializer": name("initializers")},
        {"features": list({str(rng.choice([*FEATURES])) for _ in range(3)})},
        {"learning_rate": float(10.0 ** rng.uniform(-4, 2))},
        {"batch_size": int(rng.integers(1, 40))},
        {"noise": float(rng.uniform(0, 2)), "rows": int(rng.integers(4, 90))},
        {"test_share": float(rng.uniform(0, 0.9))},
        {"dropout": float(rng.uniform(0, 0.9)), "l1": 0.01, "clip": 0.5},
        {"epochs": int(rng.integers(1, 900)), "patience": int(rng.integers(1, 90))},
    ]


def questions(menu, rng):
    """An operation and its message, of each kind."""
    number = int(rng.integers(0, 60))
    x, y = rng.normal(size=2).tolist()
    training = ["update", "epoch", "phase", "play", "pause"]
    return [
        *(("change", each) for each in changes(menu, rng)),
        *(("train", {"do": each, "speed": "full"}) for each in training),
        ("seek", {"update": number}),
        ("reset", {}),
        ("new_weights", {}),
        ("parameter", {"index": number % 20, "value": 9.0 * x}),
        ("keep", {}),
        ("restore", {"run": str(number % 15)}),
        ("forget", {"run": str(number % 15)}),
        ("points", {"add": [[x, y, number % 3]]}),
        ("points", {"move": [[number, x, y]]}),
        ("points", {"remove": [number]}),
        ("undo", {}),
        ("code", {"kind": "python"}),
        ("findings", {}),
        ("table", {}),
        ("state", {}),
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_nothing_breaks_it(seed):
    rng = np.random.default_rng(seed)
    with make_session(rows=40) as session:
        menu = operate(session, "menu")
        refused = []
        for _ in range(100):
            asked = questions(menu, rng)
            name, message = asked[rng.integers(len(asked))]
            try:
                operate(session, name, message)
            except ValueError as error:
                refused.append(str(error))
            operate(session, "frame", {"want": WANT, "data_version": None})
        assert all(sentence.endswith(".") for sentence in refused), refused
        session.pause()
        recording = session.recording
        recording.seek(recording.last_update)
        theta = recording.run.theta
        recording.seek(0)
        recording.advance(recording.last_update)
        np.testing.assert_array_equal(recording.run.theta, theta)
