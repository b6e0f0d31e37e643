"""The pictures of README.md: what there is of them, and how they are made."""

import re
from pathlib import Path

import film_playground
import make_images
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


def test_readme_shows_what_the_tool_makes():
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]{60,}\]\(docs/images/([^)]+)\)", page)
    pictures = {*make_images.PICTURES.values(), make_images.REPORT}
    assert set(shown) == {make_images.FILM, film_playground.FILM, *pictures}


@pytest.mark.parametrize("name", [make_images.FILM, film_playground.FILM])
def test_the_film_moves_and_is_light(name):
    path = make_images.IMAGES / name
    assert path.stat().st_size < 1_500_000
    with Image.open(path) as film:
        assert film.n_frames >= 30
        first = np.asarray(film.convert("RGB"), float)
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("RGB"), float)
    assert first[2:6].mean() > 220  # of paper
    assert np.abs(first - last).mean() > 5.0


def test_pictures_are_small():
    for name in (*make_images.PICTURES.values(), make_images.REPORT):
        assert (make_images.IMAGES / name).stat().st_size < 200_000


def test_the_slider_goes_evenly_to_the_last_update():
    positions = make_images.moments()
    assert positions[0] == 0
    assert len(positions) == len(set(positions)) == make_images.FRAMES
    share = positions[-1] / make_images.POSITIONS
    update = (make_images.UPDATES + 1) ** share - 1
    assert abs(update - make_images.LAST) < 10
    steps = np.diff(positions)
    assert steps.max() - steps.min() <= 1


def test_few_colours_look_the_same():
    ramp = np.linspace(0, 255, 100).astype(np.uint8)
    picture = Image.fromarray(np.stack([np.tile(ramp, (50, 1))] * 3, axis=2))
    fewer = make_images.in_few_colours(picture)
    assert fewer.mode == "P"
    apart = np.asarray(fewer.convert("RGB"), float) - np.asarray(picture, float)
    assert np.abs(apart).max() < 8
