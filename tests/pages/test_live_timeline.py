"""Rewind and go on, over the WebAssembly engine, in Node."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from halfmoon.pages import live
from halfmoon.tutorial.experiment import RATE, Experiment, descend
from halfmoon.tutorial.live import live_data

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("node"), reason="node is not installed"),
]
WEB = Path(live.__file__).parent / "web"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("timeline")
    for path in WEB.glob("*.js"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    page = live.live_script(live_data())
    data = page[page.index("{") : page.index("</script>")]
    (folder / "data.json").write_text(data, encoding="utf-8")
    program = Path(__file__).with_name("timeline.mjs")
    done = subprocess.run(
        ["node", program, folder, folder / "data.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: np.array(value) for name, value in json.loads(done.stdout).items()}


def test_it_trains_as_the_reference_does(told):
    experiment = Experiment()
    network = experiment.network()
    descend(network, *experiment.data, RATE, epochs=1000, engine="numpy")
    np.testing.assert_allclose(told["trained"], network.theta, rtol=1e-9)


def test_back_and_on_again_is_the_same_to_the_last_bit(told):
    np.testing.assert_array_equal(told["back"], told["trained"])
    np.testing.assert_array_equal(told["ahead"], told["further"])
    np.testing.assert_array_equal(told["last"], told["further"])
    np.testing.assert_array_equal(told["start"], live_data()["weights"]["3"])


def test_so_it_is_with_what_was_changed_on_the_way(told):
    np.testing.assert_array_equal(told["editedAgain"], told["edited"])
    assert (told["rateBefore"], told["rateAfter"]) == (2.0, 0.7)


def test_a_change_in_the_past_makes_another_future(told):
    assert told["end"] == 500
    assert np.abs(told["other"] - told["edited"]).max() > 0.01


def test_the_curve_keeps_the_lowest_and_the_highest_loss(told):
    """The text's run: L(0), and the two values between which it goes in the end."""
    places, low, high = told["curve"].reshape(-1, 3).T
    assert np.all(np.diff(places) > 0)
    assert high[0] == pytest.approx(0.583940, abs=1e-6)
    assert low.min() == pytest.approx(0.068579, abs=1e-6)
    assert low[-1] == pytest.approx(0.070758, abs=1e-6)
    assert high[-1] == pytest.approx(0.071316, abs=1e-6)
