"""Work in copies of this process gives what plain calls give, whatever happens in a copy."""

import os
import threading
import time
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from negsim.plots import copies
from negsim.plots.copies import Copies

HERE = os.getpid()


@pytest.fixture(autouse=True)
def _three_processors(monkeypatch):
    monkeypatch.setattr(copies, "processors", lambda: 3)


def process_of(number):
    time.sleep(0.02)
    return number * number, os.getpid()


def fails_there(number):
    if os.getpid() != HERE:
        if number % 3 == 0:
            os._exit(1)
        if number % 3 == 1:
            warnings.warn("only there", UserWarning, stacklevel=1)
        raise ValueError(number)
    return number


def fails(number):
    raise ValueError(f"no {number}")


def length(data):
    return len(data)


def sleeps_there():
    if os.getpid() != HERE:
        time.sleep(60)


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()


def test_copies_share_the_tasks_and_keep_their_order():
    before = children()
    with Copies() as shared:
        for number in range(20):
            shared.put(process_of, number)
        found = shared.results()
    assert [square for square, _ in found] == [number * number for number in range(20)]
    assert HERE not in {process for _, process in found}
    assert len({process for _, process in found}) > 1
    assert children() == before


def test_a_copy_that_fails_or_warns_or_dies_leaves_its_tasks_to_the_first_process():
    with Copies() as shared:
        for number in range(9):
            shared.put(fails_there, number)
        assert shared.results() == list(range(9))


def test_an_error_is_that_of_a_plain_call():
    with Copies() as shared:
        shared.put(fails, 1)
        with pytest.raises(ValueError, match="no 1"):
            shared.results()


def test_tasks_larger_than_a_pipe_arrive_and_those_that_cannot_be_sent_are_done_here():
    with Copies() as shared:
        shared.put(length, b"x" * 3_000_000)
        shared.put(lambda: 7)
        shared.put(length, "after it")
        assert shared.results() == [3_000_000, 7, 8]


def test_copies_end_when_an_error_comes_before_their_tasks():
    before = children()
    with suppress(KeyError), Copies(prepare=lambda: time.sleep(60)):
        assert len(children()) == len(before) + 1
        raise KeyError
    assert children() == before


def test_copies_that_do_not_answer_are_given_up(monkeypatch):
    monkeypatch.setattr(copies, "PATIENCE", 0.1)
    monkeypatch.setattr(copies, "EACH", 0.0)
    with Copies(prepare=sleeps_there) as shared:
        shared.put(length, b"x" * 3_000_000)
        shared.put(length, "after it")
        assert shared.results() == [3_000_000, 8]


def test_a_process_with_threads_is_not_copied():
    before, done = children(), threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        with Copies() as shared:
            assert children() == before
            shared.put(process_of, 2)
            assert shared.results() == [(4, HERE)]
    finally:
        done.set()
        other.join()
