"""Film the playground for README.md: two networks that learn, one after the other.

    .uv/bin/uv run python tools/film_playground.py

The page itself is filmed, in chromium: each run is trained first, and then the page's
slider goes through it, so that the film is the same each time.
"""

import io
import re
import sys
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from make_images import CHROMIUM, FIRST_AND_LAST_TIME, IMAGES, TIME
from PIL import Image

FILM = "playground.webp"
WINDOW = {"width": 1_280, "height": 768}
WIDTH = 1_000  # of the film; it is shown smaller
QUALITY = 52
PAUSE = 1_500  # milliseconds at a scene's end
TOOLBAR = ".pg-rewind input"
READING = ".pg-readings dd"
MOVE = """(slider, share) => {
    slider.value = Math.round(share * slider.max);
    slider.dispatchEvent(new Event("input"));
}"""


class Scene(NamedTuple):
    """A network, how far it trains, the panel below it, and how long it is filmed."""

    setup: dict[str, Any]
    updates: int
    panel: str
    frames: int


SCENES = [
    Scene({"learning_rate": 2.0}, 1_200, "Hidden space", 26),
    Scene(
        {
            "data": "spiral:arms=3",
            "rows": 300,
            "noise": 0.05,
            "hidden": (8, 6),
            "activations": ("tanh", "tanh"),
        },
        2_500,
        "Errors",
        26,
    ),
]


def main() -> None:
    """Film all scenes, and write them as one moving picture."""
    scenes = list(film_scenes())
    times = []
    for frames in scenes:
        times += [FIRST_AND_LAST_TIME[0] // 2, *([TIME] * (len(frames) - 2)), PAUSE]
    first, *others = [frame for frames in scenes for frame in frames]
    path = IMAGES / FILM
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=times,
        loop=0,
        quality=QUALITY,
        method=6,
    )
    print(f"{FILM}: {path.stat().st_size / 1e6:.2f} MB")


def film_scenes() -> Iterator[list[Image.Image]]:
    """The frames of each scene."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        for scene in SCENES:
            yield list(film_scene(browser, scene))
        browser.close()


def film_scene(browser: Any, scene: Scene) -> Iterator[Image.Image]:
    """A scene's page, once for each place of its slider."""
    from halfmoon.playground.api import OPERATIONS
    from halfmoon.playground.opening import make_session
    from halfmoon.playground.page import SITE
    from halfmoon.serving.server import Server

    with make_session(**scene.setup) as session:
        session.advance(scene.updates)
        server = Server(session, SITE, OPERATIONS)
        thread = threading.Thread(target=server.run)
        thread.start()
        page = browser.new_page(viewport=WINDOW, color_scheme="light")
        page.goto(server.address)
        page.get_by_role("tab", name=scene.panel).click()
        page.locator(TOOLBAR).wait_for()
        for i in range(scene.frames):
            page.locator(TOOLBAR).evaluate(MOVE, i / (scene.frames - 1))
            wait_until_still(page, session)
            yield photograph(page)
        page.close()
        server.should_exit = True
        thread.join()


def wait_until_still(page: Any, session: Any) -> None:
    """Wait until the page shows the update at which the session stands."""
    page.wait_for_timeout(150)  # the slider's message is on its way
    update = f"{session.moment().update:,}"
    shown = re.compile(f"^{update}$")
    page.locator(READING).first.filter(has_text=shown).wait_for()
    page.wait_for_timeout(100)  # the frame is drawn


def photograph(page: Any) -> Image.Image:
    """The page as a picture of the film's size."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    height = round(taken.height * WIDTH / taken.width)
    return taken.resize((WIDTH, height), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    sys.exit(main())
