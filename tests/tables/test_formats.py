"""Files that are something else are called by their name."""

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from halfmoon.tables.formats import refuse_other_binary, refuse_other_text, unpack

FRAME = pd.DataFrame({"x": [1.0, 2.0], "y": ["a", "b"]})


def workbook():
    """A workbook is a ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE a (x)")
    return connection.serialize()


def array():
    file = io.BytesIO()
    np.save(file, np.eye(2))
    return file.getvalue()


def document():
    file = io.BytesIO()
    plt.figure().savefig(file, format="pdf")
    plt.close()
    return file.getvalue()


def feather():
    file = io.BytesIO()
    FRAME.to_feather(file, compression="uncompressed")
    return file.getvalue()


BINARY = {
    "an Excel workbook or a ZIP archive": workbook,
    "an SQLite database": database,
    "a NumPy array": array,
    "a PDF document": document,
    "an Arrow (Feather) file": feather,
    "packed with bzip2": lambda: bz2.compress(b"a,b"),
    "packed with xz": lambda: lzma.compress(b"a,b"),
}
TEXT = {
    "an ARFF file, Weka's": "\n% from\n%\n@RELATION 'iris'\n@ATTRIBUTE x REAL\n",
    "a web page": "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>",
    "an XML file": FRAME.to_xml(parser="etree"),
    "a JSON file": FRAME.to_json(),
    "a pointer of Git LFS": "version https://git-lfs.github.com/spec/v1\noid sha256:1",
}


@pytest.mark.parametrize("what", BINARY)
def test_binary_files_are_refused_by_name(what):
    with pytest.raises(ValueError, match=r"^a\.csv is .*; .*\.$") as error:
        refuse_other_binary(BINARY[what](), "a.csv")
    assert f"a.csv is {what}; " in str(error.value)


@pytest.mark.parametrize("what", TEXT)
def test_texts_are_refused_by_name(what):
    with pytest.raises(ValueError, match=r"^a\.csv is .*; .*\.$") as error:
        refuse_other_text(TEXT[what], "a.csv")
    assert f"a.csv is {what}" in str(error.value)


@pytest.mark.parametrize("orient", ["records", "index", "values", "split", "table"])
def test_json_of_any_kind(orient):
    with pytest.raises(ValueError, match="is a JSON file; read it with pandas"):
        refuse_other_text(FRAME.to_json(orient=orient), "a.csv")
    with pytest.raises(ValueError, match="is a JSON file"):
        refuse_other_text(json.dumps(json.loads(FRAME.to_json()), indent=2), "a.csv")


@pytest.mark.parametrize(
    "text",
    [
        "PK,ORC\n1,2\n",
        "[s],[m]\n1,2\n",
        "<5,x\n",
        "%,@relation\n1,2\n",
        "{x},y\n1,2\n",
    ],
)
def test_tables_are_not_refused(text):
    refuse_other_binary(text.encode(), "a.csv")
    refuse_other_text(text, "a.csv")


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_an_empty_text(text):
    with pytest.raises(ValueError, match=r"a\.csv is empty; give a table with names"):
        refuse_other_text(text, "a.csv")


def test_unpacking():
    data = b"a,b\n1,2\n" * 99
    assert unpack(data, "a") is data
    assert unpack(gzip.compress(data), "a") == data
    assert unpack(gzip.compress(data) + gzip.compress(data), "a") == data + data
    packed = gzip.compress(data)
    for broken in (packed[:-9], packed[:12], packed[:20] + b"?" + packed[21:]):
        with pytest.raises(ValueError, match="packed with gzip, and broken or cut off"):
            unpack(broken, "a.gz")
