"""Work shared among threads."""

import signal
import sys
import threading

import pytest

from halfmoon.engines import threads
from halfmoon.engines.threads import run_together, uninterrupted


class Team:
    """Parts that end only when all have come, unless they are told to give up."""

    def __init__(self, count):
        self.barrier = threading.Barrier(count)
        self.done = []

    def work(self, part):
        try:
            self.barrier.wait(60)
        except threading.BrokenBarrierError:
            return
        self.done.append(part)

    def give_up(self):
        self.barrier.abort()


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.enumerate()
    yield
    assert threading.enumerate() == before


@pytest.mark.parametrize("look", [None, lambda: None])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_all_parts_run_at_the_same_time(count, look):
    team = Team(count)
    assert run_together(team.work, count, team.give_up, look) == count
    assert sorted(team.done) == list(range(count))


def test_whoever_looks_does_not_work():
    met = set()
    run_together(lambda part: met.add(threading.get_ident()), 2, int, lambda: None)
    assert threading.get_ident() not in met
    run_together(lambda part: met.add(threading.get_ident()), 2, int)
    assert threading.get_ident() in met


def limited(monkeypatch, most, error):
    """The system starts so many threads, and no more."""
    started = []
    start = threading.Thread.start

    def start_or_fail(thread):
        if len(started) == most:
            raise error
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError])
@pytest.mark.parametrize(("look", "own"), [(None, 1), (lambda: None, 0)])
@pytest.mark.parametrize("most", [0, 1, 2])
def test_where_the_system_starts_fewer_threads_nobody_waits_for_the_others(
    most, look, own, error, monkeypatch
):
    limited(monkeypatch, most, error)
    team = Team(4)
    assert run_together(team.work, 4, team.give_up, look) == own + most
    assert team.done == []


@pytest.mark.parametrize("look", [None, lambda: None])
@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_part_that_fails_ends_the_others(failing, look):
    team = Team(3)

    def work(part):
        if part == failing:
            raise KeyError(part)
        team.work(part)

    with pytest.raises(KeyError, match=str(failing)):
        run_together(work, 3, team.give_up, look)
    assert team.done == []


@pytest.mark.parametrize("again", [0, 1, 3])
def test_an_interrupt_ends_all_threads_before_it_is_raised_and_so_do_further_ones(
    again,
):
    team = Team(4)  # one part too few: they wait for ever
    left = [None] * again

    def look():
        raise KeyboardInterrupt

    def give_up():
        if left:
            left.pop()
            raise KeyboardInterrupt
        team.give_up()

    with pytest.raises(KeyboardInterrupt):
        run_together(team.work, 3, give_up, look)
    assert left == []


def test_an_interrupt_at_any_line_leaves_no_thread():
    line = 0
    whole = False
    while not whole:
        line += 1
        team = Team(3)
        met = 0

        def trace(frame, event, argument):
            nonlocal met
            if frame.f_code.co_filename != threads.__file__:
                return None
            if event == "line":
                met += 1
                if met == line:  # noqa: B023
                    raise KeyboardInterrupt
            return trace

        before = threading.active_count()
        sys.settrace(trace)
        try:
            run_together(team.work, 3, team.give_up)
            whole = True
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        assert threading.active_count() == before, f"at line {line}"
    assert line > 10


@pytest.fixture
def alarm():
    """A signal's handler that raises."""

    def ring(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGINT, ring)
    yield lambda: signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_what_a_signals_handler_raises_comes_out_once_the_work_has_ended(alarm):
    ended = []

    def work():
        alarm()
        for _ in range(1000):
            ended.append("not yet")
        ended.append("whole")

    with pytest.raises(TimeoutError):
        uninterrupted(work)
    assert ended[-1] == "whole"


def test_uninterrupted_work_returns_and_raises_what_it_does(monkeypatch):
    assert uninterrupted(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        uninterrupted(lambda: 1 / 0)
    limited(monkeypatch, 0, MemoryError)
    assert uninterrupted(lambda: 42) == 42
