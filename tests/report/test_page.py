"""A report is one page of one file; whatever a table holds, it stays text."""

import dataclasses
import re

import pytest

import reported
from halfmoon.pages.modules import fingerprint
from halfmoon.report.measured import ColumnFacts, Note, Verdict
from halfmoon.report.page import SECTIONS, report_page, write_report

EVIL = "</script><script>alert(1)</script>$x_1$ {{ 7 * 7 }} [a](b) \x00\x1b\ud800 *b*"
NOTHING = {  # without these parts, no picture is drawn but one
    "confusion": None,
    "class_curves": (),
    "calibration": None,
    "importance": (),
    "dependence": (),
    "learning_curves": (),
}
HEADING = re.compile(r'<h2 id="(\w+)">')


def without_pictures(measured, **parts):
    return dataclasses.replace(measured, **{**NOTHING, **parts})


def test_the_verdict_comes_first_and_the_evidence_in_order(pages):
    page = pages["two_classes"].read_text(encoding="utf-8")
    assert HEADING.findall(page) == list(SECTIONS)
    page = page[page.index("<h1>") :]
    verdict = page.index("The networks predict outcome as well as logistic regression.")
    caution = page.index("7 rows occur twice")
    assert verdict < caution < page.index("<h2")


def test_what_was_not_measured_has_no_section(pages):
    page = pages["values"].read_text(encoding="utf-8")
    shown = [each for each in SECTIONS if each not in {"probabilities", "threshold"}]
    assert HEADING.findall(page) == shown
    bare = report_page(without_pictures(reported.values(), residuals=None, mistakes=()))
    assert HEADING.findall(bare) == ["score", "data", "learning", "again"]


@pytest.mark.parametrize("name", ["two_classes", "three_classes", "values"])
def test_the_page_is_one_file_that_fetches_nothing(pages, name):
    page = pages[name].read_text(encoding="utf-8")
    assert len(page.encode()) < 1_000_000
    sources = re.findall(r'\b(?:src|href)="([^"]*)"', page)
    assert {source[:1] for source in sources if source != "data:,"} == {"#"}
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)[1]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert f"script-src {fingerprint(script)};" in policy
    assert page.count("<script") == 1


def test_every_score_stands_on_the_page_with_its_interval(pages):
    page = pages["two_classes"].read_text(encoding="utf-8")
    for text in ("0.081", "0.051 to 0.111", "96.5%", "94.3% to 98.7%"):
        assert text in page
    for baseline in reported.two_classes().baselines:
        assert f'<th scope="row">{baseline.label}</th>' in page


def test_what_a_table_holds_stays_text():
    measured = reported.two_classes()
    mistakes = [
        dataclasses.replace(one, truth=EVIL, cells={EVIL: EVIL})
        for one in measured.mistakes
    ]
    page = report_page(
        without_pictures(
            measured,
            target=EVIL,
            source=EVIL,
            classes=(EVIL, "b"),
            columns=(ColumnFacts(EVIL, "number", EVIL, 0.0, used=True),),
            verdict=Verdict("ties", EVIL, (EVIL,), "log_loss", EVIL),
            notes=(Note("HM-T01", "data", EVIL, EVIL, EVIL, EVIL),),
            mistakes=tuple(mistakes),
            thresholds=dataclasses.replace(measured.thresholds, positive=EVIL),
        )
    )
    page.encode()  # no half of a sign is left
    assert page.count("<script") == 1
    assert "alert(1)" in page
    assert "{{ 7 * 7 }}" in page
    assert "<em>b</em>" not in page
    assert not re.search("[\x00\x1b]", page)


def test_without_a_file_a_command_and_baselines_there_is_a_page_too():
    told = {"source": "", "reading": "", "task_reason": "", "notes": ()}
    measured = without_pictures(reported.two_classes(), mistakes=(), **told)
    page = report_page(
        dataclasses.replace(
            measured,
            baselines=(),
            verdict=Verdict("alone", "No baseline.", (), "log_loss", None),
            reproduction=dataclasses.replace(measured.reproduction, command=""),
        )
    )
    assert "nothing can be compared with it" in " ".join(page.split())
    assert "The model predicts <strong>outcome</strong>, as classes." in page
    assert "Of the rows, 37.0% are malignant" in page
    assert "What the baselines are" not in page
    assert "best baseline" not in page


def test_names_that_mean_something_to_a_drawing_are_drawn_as_they_are():
    importance = tuple(
        dataclasses.replace(one, column=f"${i}$ <b> \x00 名前 {EVIL}")
        for i, one in enumerate(reported.values().importance)
    )
    measured = without_pictures(reported.values(), importance=importance)
    page = report_page(dataclasses.replace(measured, residuals=None, target="$a$"))
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert any(label.startswith("$0$ &lt;b&gt; � 名前") for label in labels)


def test_a_report_is_written_whole_or_not_at_all(tmp_path):
    measured = without_pictures(reported.values(), residuals=None)
    with pytest.raises(OSError, match=r"nowhere.report\.html cannot be written"):
        write_report(measured, tmp_path / "nowhere" / "report.html")
    write_report(measured, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
