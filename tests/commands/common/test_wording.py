"""Arguments of Python in the words of the command line."""

import shlex

import pytest

from halfmoon.commands.common.options import Reading
from halfmoon.commands.common.reading import said_of_columns
from halfmoon.commands.common.wording import as_options, in_one_line
from halfmoon.tables.decision import Decision


@pytest.mark.parametrize(
    ("python", "shell"),
    [
        ("give separator=';', or", "give --separator ';', or"),
        ("give separator=',' or", "give --separator ',' or"),
        ("give separator=' '", "give --separator ' '"),
        ("give separator='\\t' to", r"give --separator '\t' to"),
        ("give quote='' if", "give --quote '' if"),
        ("split by time='seit'.", "split by --time seit."),
        ("encoding='utf-16-le'.", "--encoding utf-16-le."),
        ("skip=12 leaves", "--skip 12 leaves"),
        ("give header=True if", "give --header if"),
        ("if so, the task is regression", "if so, give --task regression"),
        ("coverage=0.99 needs 99", "--interval 0.99 needs 99"),
        ("or header=False if", "or --no-header if"),
        ("columns={'zip': 'category'}", "--columns zip=category"),
        ("columns={'a b': 'id'}.", "--columns 'a b=id'."),
        ("columns={\"it's\": 'id'}", "--columns " + shlex.quote("it's=id")),
        (
            'columns={\'d\': {"kind": "date", "format": "%d/%m/%Y"}}.',
            '--columns \'d={"kind": "date", "format": "%d/%m/%Y"}\'.',
        ),
        ("in Python columns={'a': 'id'}.", "in Python columns={'a': 'id'}."),
        ("the separator is ;", "the separator is ;"),
        ("columns= names 'x'", "columns= names 'x'"),
    ],
)
def test_an_argument_is_told_as_an_option(python, shell):
    assert as_options(python) == shell


@pytest.mark.parametrize("name", ["zip", "post code", "it's", 'say "a"', "a=b", "ä{"])
def test_what_a_decision_says_can_be_typed(name):
    """Whatever the column is called, the shell and the option read it again."""
    shown = as_options(str(Decision(name, "number", "all are")))
    option = shown.partition("to change it: ")[2]
    flag, value = shlex.split(option)
    assert flag == "--columns"
    assert said_of_columns(Reading(columns=[value])) == {name: "category"}


def test_a_sentence_is_one_line():
    assert in_one_line(" a\n  b\t c ") == "a b c"
