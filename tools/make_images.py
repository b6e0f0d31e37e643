"""Make the pictures of README.md from the lesson and a report as they stand.

    .uv/bin/uv run python tools/make_images.py

It runs the lesson, copies some of its figures to docs/images in few colours, and films
a live figure of its page, which chromium shows. It also fits a table, and photographs
the beginning of its report. All are light, whatever the machine's own colours.
"""

import io
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PICTURES = {  # figures of the lesson, and what README.md calls them
    "5-edge.png": "edge-of-stability.png",
    "7-boundaries.png": "hidden-sizes.png",
}
COLOURS = 128  # of a picture
FILM = "live.webp"
FIGURE = "live-opening"  # the figure of the page that is filmed
WINDOW = {"width": 940, "height": 1_300}
UPDATES = 20_000  # at the slider's right end, which has POSITIONS positions
POSITIONS = 2_000
LAST = 1_500  # the last update of the film
FRAMES = 60
REPORT = "report.png"
SCREEN = {"width": 1_440, "height": 1_400}  # that a report is photographed on
MARGIN = 28
SEEK = """(slider, position) => {
    slider.value = position;
    slider.dispatchEvent(new Event("input"));
}"""
TIME = 90  # milliseconds a frame
FIRST_AND_LAST_TIME = (1_200, 3_000)
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Run the lesson in a folder of its own, and make every picture."""
    from halfmoon.tutorial.program import run

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lesson"
        run(out, console=Console(file=io.StringIO()))
        for figure, name in PICTURES.items():
            picture = in_few_colours(Image.open(out / figure))
            picture.save(IMAGES / name, optimize=True)
        film(out / "index.html", IMAGES / FILM)
        report = Path(folder) / "report.html"
        write_report_of_tumours(report)
        in_few_colours(beginning_of(report)).save(IMAGES / REPORT, optimize=True)
    for name in (*PICTURES.values(), FILM, REPORT):
        print(f"{name}: {(IMAGES / name).stat().st_size / 1e6:.2f} MB")


def in_few_colours(picture: Image.Image) -> Image.Image:
    """A drawing with a palette: a third of the bytes, and it looks the same."""
    return picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def film(page: Path, path: Path) -> None:
    """Film the page's live figure while it trains, as an animated picture."""
    frames = list(photographs(page, moments()))
    times = [TIME] * len(frames)
    times[0], times[-1] = FIRST_AND_LAST_TIME
    frames[0].save(
        path,
        save_all=True,
        append_images=frames[1:],
        duration=times,
        loop=0,
        quality=70,
        method=6,
    )


def moments() -> list[int]:
    """Where the slider over the updates stands, evenly along its logarithmic axis."""
    end = POSITIONS * math.log(LAST + 1) / math.log(UPDATES + 1)
    return [round(end * i / (FRAMES - 1)) for i in range(FRAMES)]


def photographs(page: Path, positions: list[int]) -> Iterator[Image.Image]:
    """The live figure, once for each position of its slider."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        window = browser.new_page(viewport=WINDOW, color_scheme="light")
        window.goto(page.as_uri())
        figure = window.locator(f"#{FIGURE}")
        figure.scroll_into_view_if_needed()
        slider = figure.get_by_role("slider", name="Updates")
        window.wait_for_selector(f"#{FIGURE}[data-update]")
        for position in positions:
            slider.evaluate(SEEK, str(position))
            update = round((UPDATES + 1) ** (position / POSITIONS) - 1)
            window.wait_for_selector(f"#{FIGURE}[data-update='{update}']")
            yield photograph(window, figure)
        browser.close()


def write_report_of_tumours(path: Path) -> None:
    """Fit a table that comes with scikit-learn, and write its report."""
    from sklearn.datasets import load_breast_cancer

    from halfmoon import TabularClassifier
    from halfmoon.report.measure import measure
    from halfmoon.report.page import write_report
    from halfmoon.report.split import split_rows

    data = load_breast_cancer(as_frame=True)
    y = data.target_names[data.target]
    split = split_rows(len(y), labels=y)
    train = data.data.iloc[split.train]
    test = data.data.iloc[split.test]
    model = TabularClassifier(random_state=0).fit(train, y[split.train])
    measured = measure(
        model,
        train,
        y[split.train],
        test,
        y[split.test],
        split=split,
        target="diagnosis",
        source="patients.csv",
    )
    write_report(measured, path)


def beginning_of(report: Path) -> Image.Image:
    """A report from its title to its first figure, without the contents beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        window = browser.new_page(viewport=SCREEN, color_scheme="light")
        window.goto(report.as_uri())
        title = window.locator("h1").bounding_box()
        tiles = window.locator(".tiles").bounding_box()
        figure = window.locator("figure .drawing").first.bounding_box()
        top = title["y"] - MARGIN
        clip = {
            "x": tiles["x"] - MARGIN,
            "y": top,
            "width": tiles["width"] + 2 * MARGIN,
            "height": figure["y"] + figure["height"] + MARGIN / 4 - top,
        }
        taken = window.screenshot(clip=clip)
        browser.close()
    return Image.open(io.BytesIO(taken))


def photograph(window: Any, figure: Any) -> Image.Image:
    """The views of the figure and the bar above them, without the controls below."""
    top = figure.locator(".live-bar").bounding_box()
    views = figure.locator(".live-views").bounding_box()
    height = views["y"] + views["height"] - top["y"]
    taken = window.screenshot(clip={**top, "height": height})
    return Image.open(io.BytesIO(taken)).convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
