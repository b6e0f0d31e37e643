"""The lock is fair, and nobody is left waiting."""

import threading

import pytest

from halfmoon.training.fair_lock import FairLock
from waiting import until


def test_the_lock_is_given_in_the_order_in_which_it_is_asked_for():
    lock = FairLock()
    order = []
    threads = []

    def take(number):
        with lock, lock:
            order.append(number)

    with lock:
        for number in range(6):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            until(lambda count=number: len(lock._threads) == count + 2)
    for thread in threads:
        thread.join(60.0)
    assert order == list(range(6))


def test_whoever_takes_it_again_and_again_lets_others_have_it():
    lock = FairLock()
    taken = []
    done = threading.Event()

    def take_again_and_again():
        while not done.is_set():
            with lock:
                taken.append(1)

    greedy = threading.Thread(target=take_again_and_again)
    greedy.start()
    until(lambda: taken)
    for _ in range(20):
        with lock:
            pass
    done.set()
    greedy.join(60.0)
    assert not greedy.is_alive()


def test_who_gives_up_waiting_does_not_stand_in_the_way(monkeypatch):
    lock = FairLock()

    def interrupt(condition):
        raise KeyboardInterrupt

    with lock:
        monkeypatch.setattr(lock._condition, "wait_for", interrupt)
        thread_errors = []

        def wait():
            try:
                lock.__enter__()
            except KeyboardInterrupt as error:
                thread_errors.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(60.0)
        assert len(thread_errors) == 1
    monkeypatch.undo()
    with lock:
        assert len(lock._threads) == 1


def test_what_is_raised_inside_gives_it_back():
    lock = FairLock()
    with pytest.raises(ValueError, match="inside"), lock:
        raise ValueError("inside")
    assert not lock._threads
