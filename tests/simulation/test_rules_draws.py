"""Luck: Philox, uniforms, streams, and what a draw does and does not depend on."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.simulation.rules.draws import philox, stream, uniform_at
from tests.kit import SOURCE, chance
from tests.rules import ByHand

WORD = (1 << 64) - 1
words = st.integers(0, WORD)


def twin(c: tuple[int, ...], k: tuple[int, ...]) -> int:
    """Word 0 of Philox4x64-10 in Python's own integers."""
    c0, c1, c2, c3 = c
    k0, k1 = k
    for _ in range(10):
        one, two = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (two >> 64) ^ c1 ^ k0, two & WORD, (one >> 64) ^ c3 ^ k1, one & WORD
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & WORD, (k1 + 0xBB67AE8584CAA73B) & WORD
    return c0


def ours(c: tuple[int, ...], k: tuple[int, ...]) -> int:
    return int(philox(*(np.uint64(word) for word in (*c, *k))))


@pytest.mark.parametrize(
    ("counter", "key", "word"),
    [
        ((0, 0, 0, 0), (0, 0), 0x16554D9ECA36314C),
        ((WORD,) * 4, (WORD,) * 2, 0x87B092C3013FE90B),
        (
            (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
            (0x452821E638D01377, 0xBE5466CF34E90C6C),
            0xA528F45403E61D95,
        ),
    ],
)
def test_philox_gives_the_published_vectors(counter, key, word):
    assert ours(counter, key) == word


@given(st.tuples(words, words, words, words), st.tuples(words, words))
def test_philox_is_numpys_after_its_own_step_of_the_counter(counter, key):
    before = (sum(word << (64 * i) for i, word in enumerate(counter)) - 1) % (1 << 256)
    halves = np.array([(before >> (64 * i)) & WORD for i in range(4)], np.uint64)
    numpys = int(np.random.Philox(counter=halves, key=np.array(key, np.uint64)).random_raw(1)[0])
    assert ours(counter, key) == numpys == twin(counter, key)


@given(words, words, st.integers(0, 2**62), st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**40), st.integers(0, 99))
def test_a_uniform_is_made_of_the_upper_52_bits_and_is_never_0_or_1(seed, luck, run, of, index, part):
    word = twin((index, of & WORD, run, part), (seed, luck))
    u = uniform_at(np.uint64(seed), np.uint64(luck), run, of, index, part)
    assert u == ((word >> 12) + 0.5) * 2.0**-52
    assert 0.0 < u < 1.0


def test_the_smallest_and_the_largest_uniform_are_inside():
    assert 0.5 * 2.0**-52 > 0
    assert ((WORD >> 12) + 0.5) * 2.0**-52 < 1


@given(st.text(max_size=40))
def test_a_stream_is_the_little_endian_digest_of_its_name(name):
    digest = hashlib.blake2b(name.encode("utf-8"), digest_size=8).digest()
    assert stream(name) & WORD == sum(byte << (8 * place) for place, byte in enumerate(digest))
    assert -(1 << 63) <= stream(name) < 1 << 63


STREAMS = chance(
    0.5,
    "a b",
    gap={"exponential": {"mean": {"uniform": {"low": "5 days", "high": "9 days"}}}},
    shocks={
        "s": {
            "title": "S",
            "rate": "1 per year",
            "dates": [{"date": "2025-06-01", "probability": 0.5}],
            "marks": [{"kind": "suspend", "issues": "all", "duration": "3 days", "probability": 0.5}],
            "provokes": [{"shock": "s", "mean": 0.1, "delay": "1 day"}],
        }
    },
    packages={
        "ab": {
            "title": "AB",
            "issues": ["a", "b"],
            "weights": {"us": {"a": 0.5, "b": 0.5}, "russia": {"a": 0.5, "b": 0.5}},
        }
    },
)


@pytest.mark.parametrize(
    ("table", "row", "column", "name"),
    [
        ("issue_is", 1, "lag_stream", "lag/b"),
        ("issue_is", 0, "collapse_stream", "collapse/a"),
        ("issue_is", 0, "left_stream", "suspended/a"),
        ("bargain_is", 0, "settle_stream", "settle/a"),
        ("bargain_is", 2, "settle_stream", "settle/ab"),
        ("bargain_is", 2, "first_stream", "first/ab"),
        ("channel_is", 0, "gap_stream", "gap/rounds"),
        ("channel_is", 0, "cancel_stream", "cancel/rounds"),
        ("channel_is", 0, "extra_stream", "extra/rounds"),
        ("shock_is", 0, "stream", "shock/s"),
        ("shock_is", 0, "dated_stream", "dated/s"),
        ("mark_is", 0, "number_stream", "mark/s/0/duration"),
        ("mark_is", 0, "chance_stream", "mark/s/0/probability"),
        ("provoke_is", 0, "stream", "provoke/s/s"),
        ("size", 0, "sojourn_stream", "climate/sojourn"),
        ("size", 0, "next_stream", "climate/next"),
        ("size", 0, "breakdown_stream", "breakdown"),
        ("parameter_is", 0, "stream", "param/channels.rounds.gap.exponential.mean"),
    ],
)
def test_every_draw_has_the_stream_of_its_name(table, row, column, name):
    from tests.kit import compiled

    assert int(compiled(STREAMS).tables[table][column][row]) == stream(name)


def test_another_luck_has_the_same_assumptions_and_other_chance():
    mapping = chance(0.3, gap={"exponential": {"mean": {"uniform": {"low": "5 days", "high": "50 days"}}}})
    one, two = ByHand(mapping, luck=0), ByHand(mapping, luck=1)
    assert one.number("dist_of", 1, "n0") == two.number("dist_of", 1, "n0")
    from negsim.simulation.rules.meetings import next_gap

    assert next_gap(one.x, 0) != next_gap(two.x, 0)


def test_another_run_and_another_seed_have_other_assumptions():
    mapping = chance(0.3, gap={"exponential": {"mean": {"uniform": {"low": "5 days", "high": "50 days"}}}})
    drawn = {ByHand(mapping, seed=seed, run=run).number("dist_of", 1, "n0") for seed in (1, 2) for run in (0, 1)}
    assert len(drawn) == 4


def test_a_named_parameter_moves_everything_that_uses_it_together():
    mapping = chance(0.5, "a b")
    mapping["parameters"] = {"p": {"value": {"uniform": {"low": 0.2, "high": 0.4}}, "source": SOURCE}}
    mapping["issues"]["a"]["settle"] = {"chance": {"parameter": "p"}}
    mapping["issues"]["b"]["settle"] = {"chance": {"parameter": "p", "times": 2, "plus": 0.1}}
    begun = ByHand(mapping)
    a, b = (begun.number("bargain_of", row, "chance") for row in (0, 1))
    assert 0.2 <= a <= 0.4
    assert b == 2 * a + 0.1


def test_what_is_pushed_out_of_its_range_is_clipped_and_counted():
    mapping = chance(0.5, "a b")
    mapping["parameters"] = {"p": {"value": {"uniform": {"low": 0.6, "high": 0.7}}, "source": SOURCE}}
    mapping["issues"]["a"]["settle"] = {"chance": {"parameter": "p", "times": 2}}
    mapping["issues"]["b"]["settle"] = {"chance": {"parameter": "p", "plus": -1}}
    begun = ByHand(mapping)
    assert [begun.number("bargain_of", row, "chance") for row in (0, 1)] == [1.0, 0.0]
    assert begun.record.run["clipped"] == 2
