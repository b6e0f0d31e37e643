"""Pages come, are loaded again, sleep, and go."""

import pytest

from halfmoon.serving.presence import (
    CUT_AFTER,
    IN_USE,
    LOST_AFTER,
    RETURNS_WITHIN,
    Presence,
)


class Clock:
    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def presence(clock):
    return Presence(clock)


def test_before_the_first_page_it_is_waited_for(presence, clock):
    clock.time += 10 * LOST_AFTER
    assert not presence.is_over()


def test_it_is_over_after_the_last_page_has_left(presence, clock):
    presence.hear("one")
    presence.hear("two")
    presence.leave("one")
    clock.time += 2 * RETURNS_WITHIN
    assert not presence.is_over()
    presence.leave("two")
    assert not presence.is_over()
    clock.time += RETURNS_WITHIN + 1
    assert presence.is_over()


def test_a_page_may_be_loaded_again(presence, clock):
    presence.hear("one")
    presence.leave("one")
    clock.time += RETURNS_WITHIN / 2
    presence.hear("anew")
    clock.time += RETURNS_WITHIN + 1
    assert not presence.is_over()


def test_a_page_may_sleep_but_not_for_ever(presence, clock):
    presence.hear("one")
    clock.time += LOST_AFTER - 1
    assert not presence.is_over()
    clock.time += 2
    assert presence.is_over()


def test_a_page_that_was_never_heard_of_may_leave(presence):
    presence.leave("one")
    assert not presence.is_over()


def test_a_browser_that_is_ended_closes_its_connections_and_is_not_waited_for(
    presence, clock
):
    presence.hear("one", "a")
    clock.time += IN_USE - 5
    presence.see({"a"})
    presence.see({"b"})
    clock.time += CUT_AFTER - 1
    assert not presence.is_over()
    clock.time += 2
    presence.see(set())
    assert presence.is_over()


def test_a_page_comes_back_on_another_connection(presence, clock):
    presence.hear("one", "a")
    presence.see(set())
    clock.time += CUT_AFTER - 1
    presence.hear("one", "b")
    clock.time += CUT_AFTER
    presence.see({"b"})
    assert not presence.is_over()


def test_a_connection_that_is_closed_unused_tells_nothing(presence, clock):
    presence.hear("one", "a")
    clock.time += IN_USE + 1
    presence.see(set())
    clock.time += LOST_AFTER - IN_USE - 2
    assert not presence.is_over()
    clock.time += 2
    assert presence.is_over()


def test_a_script_closes_its_connections_and_may_come_again(presence, clock):
    presence.hear("", "a")
    presence.see(set())
    clock.time += LOST_AFTER - 1
    assert not presence.is_over()
