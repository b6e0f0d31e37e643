"""Pages of reports, written once."""

import pytest

import reported
from halfmoon.report.page import write_report

REPORTS = ("two_classes", "three_classes", "values")


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The files of three reports, by the names of what they measure."""
    folder = tmp_path_factory.mktemp("reports")
    for name in REPORTS:
        write_report(getattr(reported, name)(), folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in REPORTS}
