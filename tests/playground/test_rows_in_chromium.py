"""Rows on the page: data sets, points drawn by hand, one's own table, its cells."""

import csv
import gzip
import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from halfmoon.datasets import DATASETS
from waiting import until

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
REAL = (
    *("adult", "california", "car", "communities", "credit_g", "electricity"),
    *("satimage", "soybean", "titanic", "wine_quality"),
)
NASTY = "<img src=x onerror=document.title='hit'>"
# whether each data set's picture is drawn, looked at where this disturbs nobody
ALL_DRAWN = """() => [...document.querySelectorAll(".pg-picture canvas")].slice(0, 12)
  .every((canvas) => {
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    return data.some((value) => value > 0);
  })"""


@pytest.fixture
def page(playing):
    """The page with the data set that it began with."""
    playing.session.change(data="moons", rows=200, noise=0.2, test_share=0.2)
    page = playing.page
    page.get_by_role("tab", name="Data").click()
    page.locator('.pg-picture[aria-pressed="true"]', has_text="moons").wait_for()
    return page


@pytest.fixture
def session(playing):
    return playing.session


def field(page, name):
    return page.get_by_role("textbox", name=f"{name}, typed", exact=True)


def type_in(box, text):
    box.fill(text)
    box.press("Enter")
    box.blur()


def swatch(page, name):
    return page.locator(".pg-swatch", has_text=name)


def tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def upload(page, session, content, name="rows.csv"):
    before = session.source
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.set_input_files(".pg-upload input", files=[file])
    until(lambda: session.source is not before)
    page.locator(".pg-upload-own", has_text=f"{name}: ").wait_for()


def stroke(page, begin, end, steps=6):
    """Draw on the map, between shares of its width and height."""
    stage = page.locator(".pg-surface .live-stage").bounding_box()

    def place(at):
        return stage["x"] + stage["width"] * at[0], stage["y"] + stage["height"] * at[1]

    page.mouse.move(*place(begin))
    page.mouse.down()
    for i in range(1, steps + 1):
        share = i / steps
        at = [a + share * (b - a) for a, b in zip(begin, end, strict=True)]
        page.mouse.move(*place(at))
        page.wait_for_timeout(40)  # points of a stroke are spaced in time
    page.mouse.up()


def test_every_data_set_is_chosen_by_its_picture(page, session):
    pictures = page.locator(".pg-picture:visible")
    assert pictures.all_inner_texts()[: len(DATASETS)] == list(DATASETS)
    page.wait_for_function(ALL_DRAWN)
    for name in ("bumps", "rings"):
        pictures.filter(has_text=name).click()
        until(lambda name=name: session.setup.data == name)
    classes = page.get_by_label("Classes", exact=True)
    type_in(classes, "5")
    until(lambda: session.data.classes == tuple("01234"))
    pictures.filter(has_text="curve").click()
    page.get_by_label("Shape").select_option("sine")
    until(lambda: session.setup.data == "curve:shape=sine")


def test_rows_noise_seed_and_test_share_are_set(page, session):
    type_in(field(page, "Rows"), "60")
    until(lambda: session.data.n == 60)
    type_in(field(page, "Noise"), "0.05")
    until(lambda: session.setup.noise == 0.05)
    type_in(field(page, "Test share"), "0.5")
    until(lambda: session.data.is_test.sum() == 30)
    seed = session.setup.data_seed
    page.get_by_role("button", name="New", exact=True).click()
    until(lambda: session.setup.data_seed == seed + 1)
    slider = page.get_by_label("Noise", exact=True)
    slider.focus()
    slider.press("ArrowRight")
    until(lambda: session.setup.noise == 0.1)


def test_points_are_drawn_erased_and_taken_back(page, session):
    before = session.data.n
    swatch(page, "3").click()
    stroke(page, (0.1, 0.8), (0.3, 0.9))
    until(lambda: session.data.n > before + 1)
    assert session.setup.data == "drawn"
    assert session.data.classes == ("0", "1", "2", "3")
    added = session.data.positions[before:]
    x0, x1, y0, y1 = session.data.box
    assert (added < [x0 + 0.4 * (x1 - x0), y0 + 0.3 * (y1 - y0)]).all()
    page.get_by_role("button", name="Erase").click()
    stroke(page, (0.1, 0.8), (0.1, 0.8), steps=1)
    until(lambda: not (session.data.positions == added[0]).all(axis=1).any())
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    until(lambda: session.data.n == before)
    page.get_by_role("button", name="Move", exact=True).click()


def test_an_empty_map_is_drawn_on_and_saved(page, session):
    swatch(page, "0").click()
    page.get_by_role("button", name="Start empty").click()
    page.get_by_text("the first stroke takes the place").first.wait_for()
    stroke(page, (0.2, 0.2), (0.25, 0.25))
    until(lambda: session.data.n < 20)
    swatch(page, "1").click()
    stroke(page, (0.7, 0.7), (0.75, 0.75))
    until(lambda: set(session.data.y.tolist()) == {0, 1})
    page.get_by_role("button", name="Move", exact=True).click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save CSV").click()
    text = Path(caught.value.path()).read_text()
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["x1", "x2", "y"]
    saved = np.array(rows, dtype=float)
    np.testing.assert_array_equal(saved[:, :2], session.data.positions)
    session.change(groups="day")  # left over from a table
    page.get_by_role("button", name="Share").click()
    message = page.locator(".pg-message")
    expect(message).to_contain_text("With rows.csv, it shows this screen")
    expect(message).to_contain_text("halfmoon playground rows.csv --target y")
    assert "day" not in message.inner_text()
    session.change(groups=None)


def test_a_table_is_opened_and_its_columns_are_chosen(page, session):
    rows = ["age,height,mark,seen,sex,group,risk"]
    rows += [
        f"{20 + i % 50},{150 + 7 * i % 40},{i % 6},{2016 + i // 12}-{1 + i % 12:02}-15,"
        f"{'fm'[i % 2]},g{i % 9},{'ab'[i % 50 > 25]}"
        for i in range(120)
    ]
    upload(page, session, "\n".join(rows).encode(), "people.csv")
    assert session.data.target == "risk"
    page.get_by_label("Horizontal axis").select_option("height")
    until(lambda: session.data.axes[0] == "height")
    page.get_by_label("Vertical axis").select_option("sex")
    until(lambda: session.data.axes == ("height", "sex"))
    page.get_by_label("Vertical axis").select_option("seen")
    page.locator(
        ".pg-ticks-up", has_text=re.compile("20[12][0-9]-[01][0-9]")
    ).wait_for()
    page.locator(".pg-axis-name-up", has_text=re.compile("^seen$")).wait_for()
    page.locator(".pg-features summary").click()
    menu, place = (
        page.locator(each).bounding_box()
        for each in (".pg-features-list", ".pg-network")
    )
    assert place["x"] <= menu["x"]
    assert menu["x"] + menu["width"] <= place["x"] + place["width"]
    page.get_by_label("height · seen").check()
    until(lambda: session.data.inputs[-1] == "height * seen")
    page.keyboard.press("Escape")
    page.get_by_label("Groups").select_option("group")
    until(lambda: session.setup.groups == "group")
    page.get_by_label("Predicted").select_option("age")
    until(lambda: session.data.task == "regression")
    page.get_by_text("How it was read").click()
    page.get_by_text("age: regression").wait_for()
    page.get_by_label("Predicted").select_option("mark")
    until(lambda: session.data.task == "classification")
    page.get_by_label("Task").select_option("regression")
    until(lambda: session.data.task == "regression")
    assert session.data.target == "mark"
    # back to a data set, and again to the table
    page.locator(".pg-picture", has_text="circles").click()
    until(lambda: session.data.kind == "generator")
    page.locator(".pg-picture", has_text="table").click()
    until(lambda: session.data.kind == "table")


def test_a_file_is_dropped_on_the_page(page, session):
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          const text = "x,y,label\\n" + Array.from({length: 40}, (_, i) =>
            `${i / 7},${(i * 13) % 11},${"pq"[i % 2]}`).join("\\n");
          data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          for (const type of ["dragenter", "dragover", "drop"]) {
            const init = { dataTransfer: data, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new DragEvent(type, init));
          }
        }"""
    )
    until(lambda: session.data.target == "label")
    page.locator(".pg-upload-own", has_text="dropped.csv: 40 rows").wait_for()
    assert not page.locator(".pg-dropping").count()


def test_what_is_no_table_is_told_in_a_sentence(page, session):
    before = session.data
    file = {
        "name": "photo.png",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\n" + bytes(99),
    }
    page.set_input_files(".pg-upload input", files=[file])
    page.locator(".pg-message", has_text="photo.png").wait_for()
    assert session.data is before
    page.get_by_role("button", name="Close").click()


def test_a_file_that_is_too_large_is_refused_politely(page, session, tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    page.set_input_files(".pg-upload input", files=[path])
    says = "At most 32 MiB can be sent"
    page.locator(".pg-message", has_text=says).wait_for()
    page.get_by_role("button", name="Close").click()


def test_names_of_columns_never_become_markup(page, session):
    rows = [f'"{NASTY}","<b>x</b>",y']
    rows += [f"{i},{NASTY if i % 2 else '<i>'},{i % 3 % 2}" for i in range(60)]
    upload(page, session, "\n".join(rows).encode(), "<img src=x>.csv")
    tab(page, "Table")
    page.locator(".pg-table thead", has_text=NASTY).wait_for()
    assert page.locator(".pg img, .pg b, .pg i").count() == 0
    assert page.title() != "hit"


def test_cells_are_sorted_and_written_in(page, session):
    tab(page, "Table")
    table = page.locator(".pg-table")
    heads = table.locator("thead button")
    first = table.locator("tbody tr").first.locator("input").first
    heads.filter(has_text="x1").click()
    lowest = f"{session.data.X[:, 0].min():.6g}"
    page.wait_for_function(
        "low => document.querySelector('.pg-table tbody input').value === low",
        arg=lowest,
    )
    row = int(np.argmin(session.data.X[:, 0]))
    type_in(first, "-1.75")
    until(lambda: session.data.X[row, 0] == -1.75)
    type_in(first, "far")
    page.locator(".pg-message", has_text="A cell of points is a number").wait_for()
    page.get_by_role("button", name="Close").click()
    assert session.data.X[row, 0] == -1.75
    heads.filter(has_text="x1").click()
    table.locator('th[aria-sort="descending"]').wait_for()
    heads.filter(has_text="x1").click()
    table.locator("th[aria-sort]").wait_for(state="detached")


def test_rows_come_in_parts_and_are_linked_with_the_map(page, session):
    tab(page, "Table")
    page.locator(".pg-table tbody tr").first.wait_for()
    page.get_by_role("button", name="Later rows").click()
    page.get_by_text("Rows 51 to 100 of 200").wait_for()
    page.get_by_role("button", name="Earlier rows").click()
    page.get_by_text("Rows 1 to 50 of 200").wait_for()
    type_in(page.get_by_role("spinbutton", name="from row"), "181")
    page.get_by_text("Rows 181 to 200 of 200").wait_for()
    type_in(page.get_by_role("spinbutton", name="from row"), "1")
    page.get_by_role("button", name="Row 7", exact=True).click()
    picked = page.locator(".pg-table tr.pg-picked")
    picked.wait_for()
    assert picked.get_attribute("data-row") == "6"
    page.get_by_role("button", name="Row 7", exact=True).click()
    picked.wait_for(state="detached")
    # its whole cell marks it
    cell = page.locator(".pg-table tbody th").nth(2)
    cell.click(position={"x": cell.bounding_box()["width"] - 6, "y": 6})
    expect(picked).to_have_attribute("data-row", "2")
    page.get_by_role("button", name="Row 3", exact=True).click()
    picked.wait_for(state="detached")


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real files are not here")
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_learned_from(page, session, name):
    content = gzip.decompress((SHARED / f"{name}.csv.gz").read_bytes())
    upload(page, session, content, f"{name}.csv")
    loss = session.moment().at.points[-1].measures.test_loss
    assert np.isfinite(loss)
    before = session.moment().update
    page.get_by_role("button", name="Update", exact=True).click()
    until(lambda: session.moment().update == before + 1)
    page.locator(".pg-table tbody tr").first.wait_for()
