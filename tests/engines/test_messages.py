"""What the engines say goes to standard error, apart from a program's own output."""

from halfmoon.engines.messages import say


def test_a_message_goes_to_standard_error(capsys):
    say("compiling for the first time")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "halfmoon: compiling for the first time\n"
