"""A file system that fails at one step: for tests of all that is written.

A step is what a writer does there: open, write, close, replace, link, unlink.
"""

import builtins
import errno
import io
import os
from contextlib import contextmanager

import pytest

FULL = OSError(errno.ENOSPC, "No space left on device")
OPEN = builtins.open


class Steps:
    """Counts the steps, and fails at one of them."""

    def __init__(self, fails_at, fail):
        self.fails_at = fails_at
        self.fail = fail
        self.taken = 0

    def begins(self):
        """Whether this is the step that fails."""
        self.taken += 1
        return self.taken == self.fails_at

    def wrap(self, function):
        def call(*arguments, **options):
            if self.begins():
                self.fail()
            return function(*arguments, **options)

        return call

    def open(self, path, mode="r", *arguments, **options):
        if not set(mode) & set("wxa+"):
            return OPEN(path, mode, *arguments, **options)
        if self.begins():
            self.fail()
        return File(OPEN(path, mode, *arguments, **options), self)


class File:
    """An open file whose writes and whose end are steps.

    A write that fails has written half of its bytes, as on a full disk.
    """

    def __init__(self, file, steps):
        self.file = file
        self.steps = steps

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.file.close()
        if self.steps.begins():
            self.steps.fail()

    def write(self, data):
        half = len(data) // 2
        written = self.file.write(data[:half])
        if self.steps.begins():
            self.file.flush()
            self.steps.fail()
        return written + self.file.write(data[half:])


def failure(error):
    """A function that raises this error."""

    def fail():
        raise error

    return fail


@contextmanager
def failing(fails_at, fail):
    """In this block the step of this number, from 1, fails: `fail` is called."""
    steps = Steps(fails_at, fail)
    with pytest.MonkeyPatch.context() as patch:
        for module in (builtins, io):  # pathlib takes that of io
            patch.setattr(module, "open", steps.open)
        for name in ("replace", "rename", "link", "unlink"):
            patch.setattr(os, name, steps.wrap(getattr(os, name)))
        yield steps


def steps_of(write):
    """How many steps a writer takes where none fails."""
    with failing(0, None) as steps:
        write()
    return steps.taken
