"""Text of hostile length is wrapped in a time that grows with its length, and not with its square."""

from __future__ import annotations

import time

from negsim.files import wrap


def test_a_word_of_many_letters_is_wrapped_at_once() -> None:
    begun = time.perf_counter()
    lines = wrap(20_000 * "a", 80)
    assert time.perf_counter() - begun < 5  # with a length of the text in each step it takes minutes
    assert [len(line) for line in lines] == 250 * [80]


def test_marks_without_a_width_stay_with_their_letter() -> None:
    assert wrap(3 * "e\u0301", 2) == ["e\u0301e\u0301", "e\u0301"]
