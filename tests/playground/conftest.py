"""The playground and its page, for the tests of one file."""

import pytest


@pytest.fixture(scope="module")
def playing(browser):
    """A fresh playground: `playing.page`, `playing.session`, `playing.open(...)`."""
    from halfmoon.playground.session import Session
    from playing import playing_with

    with playing_with(browser, Session()) as opened:
        yield opened
