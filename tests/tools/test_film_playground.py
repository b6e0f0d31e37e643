"""The film of the playground shows what the page shows."""

import film_playground
import numpy as np
import pytest

from live_page import needs_chromium


@pytest.mark.slow
@needs_chromium
def test_a_scene_goes_through_its_run(browser):
    scene = film_playground.Scene({"rows": 20}, 30, "Errors", 2)
    first, last = film_playground.film_scene(browser, scene)
    assert first.size == last.size == (film_playground.WIDTH, 600)
    assert (np.asarray(first) != np.asarray(last)).any()
