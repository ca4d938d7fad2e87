"""Work in copies of this process gives what a loop gives, whatever happens in a copy."""

import os
import threading
import warnings

import pytest

from negsim.reporting import copies

HERE = os.getpid()


def test_copies_share_the_work_and_keep_the_order(monkeypatch):
    started, copy = [], copies._copy
    monkeypatch.setattr(copies, "_copy", lambda do, todo: started.append(todo) or copy(do, todo))
    assert copies.each(lambda k: k * k, 20, workers=3) == [k * k for k in range(20)]
    assert len(started) == 2


def test_a_copy_that_fails_or_warns_or_dies_leaves_its_work_to_the_first_process():
    def do(k):
        if os.getpid() != HERE:
            if k % 3 == 0:
                os._exit(1)
            warnings.warn("only there", UserWarning, stacklevel=1)
        return k

    assert copies.each(do, 9, workers=2) == list(range(9))


def test_an_error_is_that_of_a_loop():
    def do(k):
        raise ValueError(f"no {k}")

    with pytest.raises(ValueError, match="no "):
        copies.each(do, 3, workers=2)


def test_a_process_with_threads_is_not_copied(monkeypatch):
    monkeypatch.setattr(copies, "_copy", None)
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert copies.each(lambda k: k, 3, workers=2) == [0, 1, 2]
    finally:
        done.set()
        other.join()
