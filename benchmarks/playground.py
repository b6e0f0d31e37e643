"""The playground's page while it trains: frames, clicks, first sight, weight, cost.

    uv run python benchmarks/playground.py

Debian's chromium shows the page of a `halfmoon playground` of its own. Two works are
trained at full speed: the tutorial's (200 rows, 2-3-2, all rows an update), and a
network 2-64-64-2 on 20,000 rows in batches of 128. Seconds are of this machine, in the
medians of several; what training loses while the page looks on is a ratio, of runs in
turn with the page and without it. For that the browser runs by itself: one whose
network is watched spends a third more on each frame.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from machine import machine
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

WORKS = {
    "tutorial": ["noise=0.2", "test_share=0", "epochs=10000000"],
    "64-64": [
        "rows=20000",
        "hidden=64,64",
        "activations=relu,relu",
        "batch_size=128",
        "optimizer=adam",
        "learning_rate=0.001",
        "epochs=10000000",
    ],
}
SECONDS = 4.0
TURNS = 5
CLICKS = 15
SETTLED = 3.0  # seconds, for a browser that has just been started
# frames in the last seconds of training: none are asked for afterwards
FRAMES = """
(seconds) => {
  const all = performance.getEntriesByType("resource");
  const frames = all.filter((entry) => entry.name.endsWith("/api/frame"));
  const times = frames.map((entry) => entry.startTime);
  return times.filter((time) => time > Math.max(...times) - 1000 * seconds).length;
}
"""
# milliseconds from a click to what it changes
CLICK = """
(button) => new Promise((done) => {
  const begin = performance.now();
  const before = button.textContent;
  const watch = new MutationObserver(() => {
    if (button.textContent === before) return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - begin));
  });
  watch.observe(button, { childList: true, subtree: true, characterData: true });
  button.click();
})
"""


class Playground:
    """One server, asked over its API."""

    def __init__(self, settings: list[str]) -> None:
        options = [f"--set={setting}" for setting in settings]
        command = ["-m", "halfmoon", "playground", "--no-browser", *options]
        self.process = subprocess.Popen(
            [sys.executable, *command], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, "")
        self.address = next(line.strip() for line in lines if "#token=" in line)
        self.origin, _, self.token = self.address.partition("/#token=")

    def ask(self, name: str, **message: Any) -> Any:
        """The answer of an operation."""
        request = urllib.request.Request(
            f"{self.origin}/api/{name}",
            json.dumps(message).encode(),
            {"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def updates_a_second(self) -> float:
        """How fast it trains at full speed."""
        self.ask("reset")
        self.ask("train", do="play", speed="full")
        time.sleep(0.5)
        begin = time.perf_counter()
        first = self.ask("state")["update"]
        time.sleep(SECONDS)
        last = self.ask("state")["update"]
        seconds = time.perf_counter() - begin
        self.ask("train", do="pause")
        return float((last - first) / seconds)


@contextmanager
def serving(settings: list[str]) -> Iterator[Playground]:
    """A playground that is ended afterwards."""
    playground = Playground(settings)
    try:
        yield playground
    finally:
        playground.process.terminate()
        playground.process.wait()


@contextmanager
def opened(browser: Browser, playground: Playground) -> Iterator[tuple[Page, float]]:
    """The page, and milliseconds to the first frame that it has drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    begin = time.perf_counter()
    with page.expect_response("**/api/frame"):
        page.goto(playground.address)
    page.locator("canvas").first.wait_for()
    yield page, 1e3 * (time.perf_counter() - begin)
    page.close()


@contextmanager
def looking_on(playground: Playground) -> Iterator[str]:
    """A browser of its own that shows the page; yields where it can be asked later."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = [
            *("--headless=new", "--no-sandbox", "--no-first-run"),
            *("--window-size=1440,900", "--remote-debugging-port=0"),
            f"--user-data-dir={folder}",
        ]
        chromium = str(shutil.which("chromium"))
        process = subprocess.Popen(
            [chromium, *options, playground.address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(SETTLED)
        port = Path(folder, "DevToolsActivePort").read_text().split()[0]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def watched_training(player: Playwright, playground: Playground) -> tuple[float, float]:
    """Updates a second while the page looks on, and its frames a second."""
    with looking_on(playground) as address:
        speed = playground.updates_a_second()
        browser = player.chromium.connect_over_cdp(address)
        (page,) = browser.contexts[0].pages
        frames = page.evaluate(FRAMES, SECONDS)
        browser.close()
    return speed, frames / SECONDS


def click_milliseconds(page: Page) -> list[float]:
    """From clicks on Play and Pause until the button has changed, while it trains."""
    button = page.locator("button.live-play").first
    return [button.evaluate(CLICK) for _ in range(CLICKS)]


def weight_of_page(browser: Browser, playground: Playground) -> tuple[int, int]:
    """Bytes and number of the files that the page is made of."""
    page = browser.new_page()
    sizes: list[int] = []
    page.on(
        "response",
        lambda response: (
            sizes.append(len(response.body())) if "/api/" not in response.url else None
        ),
    )
    page.goto(playground.address)
    page.locator("canvas").first.wait_for()
    page.close()
    return sum(sizes), len(sizes)


def measure(player: Playwright, browser: Browser, name: str) -> dict[str, float]:
    """All figures of one work."""
    with serving(WORKS[name]) as playground:
        size, files = weight_of_page(browser, playground)
        alone: list[float] = []
        watched: list[float] = []
        frames: list[float] = []
        firsts: list[float] = []
        for _ in range(TURNS):
            alone.append(playground.updates_a_second())
            speed, frequency = watched_training(player, playground)
            watched.append(speed)
            frames.append(frequency)
            with opened(browser, playground) as (page, first):
                firsts.append(first)
        with opened(browser, playground) as (page, _):
            playground.ask("train", do="play", speed="full")
            page.wait_for_timeout(500)
            clicks = click_milliseconds(page)
    ratios = [a / w for a, w in zip(alone, watched, strict=True)]
    return {
        "updates a second": statistics.median(alone),
        "time of training with the page open, ratio": statistics.median(ratios),
        "frames a second": statistics.median(frames),
        "click, milliseconds (median)": statistics.median(clicks),
        "click, milliseconds (slowest)": max(clicks),
        "first frame, milliseconds": statistics.median(firsts),
        "page, kB": size / 1e3,
        "page, files": files,
    }


def main() -> None:
    """Print the figures of each work."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=list(WORKS), help="one of the works")
    only = parser.parse_args().only
    typer.echo(json.dumps(machine()))
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name in [only] if only else WORKS:
            typer.echo(f"\n{name}")
            for figure, value in measure(player, browser, name).items():
                typer.echo(f"  {figure:<44}{value:12,.2f}")
        browser.close()


if __name__ == "__main__":
    main()
