"""When, and how many: exact statements about the runs, counted again by brute force."""

import json
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as cells

import negsim as ns
from negsim.analysis.planning import how_many, rank_interval, rank_of, when
from negsim.cli.planning_table import DatesTable
from negsim.errors import NegsimError
from tests.conftest import context

TALKS = context(3)
LAST = TALKS.horizon_days
TIMES = st.one_of(st.just(float("nan")), st.floats(0, LAST, exclude_max=True), st.integers(0, 5).map(float))
TABLES = st.lists(st.tuples(TIMES, TIMES, TIMES), min_size=1, max_size=40).map(np.array)
PROBABILITIES = st.one_of(st.sampled_from([0.1, 0.2, 0.5, 0.8, 0.9, 1.0]), st.floats(0.001, 1))
NAMES = st.lists(st.sampled_from(["i0", "i1", "i2"]), min_size=1, max_size=3, unique=True)


def done(table, names, first, day):
    """In how many runs at least ``first`` of the named issues are resolved by the end of a day, one run at a time."""
    columns = [int(name[1]) for name in names]
    return sum(sum(bool(run[j] < day + 1) for j in columns) >= first for run in table)


@given(TABLES, NAMES, PROBABILITIES, st.data())
def test_the_date_is_the_first_by_which_the_share_is_reached(table, names, probability, data):
    first = data.draw(st.integers(1, len(names)))
    found = when(TALKS, table, probability, names, first)
    runs = len(table)
    reached = done(table, names, first, LAST - 1) / runs
    assert found.by_horizon.value == reached
    if found.day is None:
        assert reached < probability
        return
    day = (found.day - TALKS.as_of).days
    assert done(table, names, first, day) / runs >= probability
    assert day == 0 or done(table, names, first, day - 1) / runs < probability
    assert found.low <= found.day
    assert found.high is None or found.day <= found.high


@given(st.integers(1, 3000), PROBABILITIES)
def test_the_rank_is_the_smallest_whose_share_is_enough(runs, probability):
    k = rank_of(runs, probability)
    assert k / runs >= probability
    assert k == 1 or (k - 1) / runs < probability


@given(TABLES, NAMES, st.integers(0, LAST))
def test_how_many_is_counted_run_by_run(table, names, day):
    by = TALKS.horizon if day == LAST else TALKS.date_of(day)
    found = how_many(TALKS, table, by, names)
    numbers = sorted(sum(bool(run[int(name[1])] < min(day + 1, LAST)) for name in names) for run in table)
    runs = len(numbers)
    assert found.runs == runs
    assert len(found.counts) == len(names) + 1
    for k in range(1, len(names) + 1):
        assert found.at_least(k).value == sum(n >= k for n in numbers) / runs
    assert found.mean == pytest.approx(np.mean(numbers))
    assert found.median == np.quantile(numbers, 0.5, method="inverted_cdf")
    k = found.surely(0.8)
    assert sum(n >= k for n in numbers) / runs >= 0.8
    assert sum(n >= k + 1 for n in numbers) / runs < 0.8
    low, high = found.range
    assert Fraction(sum(low <= n <= high for n in numbers), runs) >= Fraction(8, 10)


def binomial(n, p):
    """The distribution of successes among n, from every sequence."""
    chances = [0.0] * (n + 1)
    for sequence in product((0, 1), repeat=n):
        chances[sum(sequence)] += p ** sum(sequence) * (1 - p) ** (n - sum(sequence))
    return chances


@pytest.mark.parametrize(("runs", "p"), [(14, 0.5), (12, 0.8), (9, 0.1)])
def test_ranks_of_the_interval_are_the_narrowest_that_leave_a_fortieth_on_either_side(runs, p):
    low, high = rank_interval(runs, p)
    chances = binomial(runs, p)
    assert sum(chances[:low]) <= 0.025 < sum(chances[: low + 1])
    assert sum(chances[high:]) <= 0.025 < sum(chances[high - 1 :])


def test_the_interval_holds_the_true_date_as_often_as_it_says():
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        found = when(TALKS, rng.uniform(0, 1000, (100, 1)) * [[1.0, 1.0, 1.0]], 0.8, ["i0"])
        hits += found.low <= TALKS.date_of(800.0) and (found.high is None or TALKS.date_of(799.0) <= found.high)
    assert 0.92 <= hits / 400 <= 1  # 0.95 or a little more; 400 tries err by 0.011


def test_a_single_issue_and_all_of_them_have_the_dates_of_the_headline(projection):
    for probability, name in ((0.5, "p50"), (0.8, "p80")):
        for issue in projection.digest.issues:
            assert projection.when(probability, [issue.facts.id]).day == getattr(issue, name)
        assert projection.when(probability).day == getattr(projection.digest, f"all_{name}")


def test_the_first_k_come_no_later_than_the_first_k_and_one(projection):
    days = [projection.when(0.3, first=k).day for k in range(1, 10)]
    known = [day for day in days if day is not None]
    assert known == sorted(known)
    assert len(known) > 4
    assert days[: len(known)] == known


def test_all_of_them_are_no_product_of_chances(projection):
    """Issues share their meetings and their mood."""
    alone = np.prod([projection.when(0.5, [name]).by_horizon.value for name in projection.scenario.issues])
    assert projection.when(0.5).by_horizon.value > 10 * alone


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: p.when(0), "above 0 to 1"),
        (lambda p: p.when(1.2), "above 0 to 1"),
        (lambda p: p.when(issues=["banking", "flihgts"]), 'did you mean "flights"'),
        (lambda p: p.when(issues=[]), "a list of names"),
        (lambda p: p.when(issues="banking"), "a list of names"),
        (lambda p: p.when(issues=["banking"], first=2), "first 1 to 1 can be asked for, but was 2"),
        (lambda p: p.how_many("2040-01-01"), "nothing was computed"),
        (lambda p: p.how_many("soon"), "a day is a date"),
        (lambda p: p.how_many("2026-01-01").surely(2), "above 0 to 1"),
    ],
)
def test_what_cannot_be_answered_is_refused(projection, call, message):
    with pytest.raises(NegsimError, match=message):
        call(projection)


def test_without_outcomes_of_each_run_it_says_how_to_keep_them(projection):
    from dataclasses import replace

    with pytest.raises(NegsimError, match="--out"):
        replace(projection, kept=None).when()


def test_the_table_has_what_was_found_in_eighty_columns(negsim, projection):
    ended = negsim("when", "scenarios/baseline.yaml", "-n", 300, "--probability", 0.6)
    assert (ended.code, ended.err) == (0, "")
    assert max(map(cells, ended.out.splitlines())) <= 80
    dates = DatesTable(projection, 0.6)
    assert dates.answer in " ".join(ended.out.split())
    assert str(dates.each["banking"].day) in ended.out
    assert "first 3 of 9" in ended.out
    only = negsim("when", "scenarios/baseline.yaml", "-n", 300, "--issues", "visas, banking", "--first", 1, "--json")
    data = json.loads(only.out)
    assert [row["id"] for row in data["issues"]] == ["visas", "banking"]
    assert [row["first"] for row in data["first"]] == [1]
    assert data["answer"]["day"] == str(projection.when(0.8, ["visas", "banking"], 1).day)
    assert "1 of 2 issues or more is resolved by" in data["answer"]["words"]


def test_how_many_prints_its_distribution_and_reads_a_folder(negsim, projection, tmp_path):
    projection.save(tmp_path / "runs")
    ended = negsim("how-many", tmp_path / "runs", "--by", "2027-04-10")
    found = projection.how_many("2027-04-10")
    assert ended.code == 0
    assert max(map(cells, ended.out.splitlines())) <= 80
    assert f"with a probability of at least 80 %, at least {found.surely(0.8)} of 9" in " ".join(ended.out.split())
    data = json.loads(negsim("how-many", tmp_path / "runs", "--by", "2027-04-10", "--json").out)
    assert data["at_least"]["2"]["value"] == found.at_least(2).value
    assert sum(data["exactly"].values()) == pytest.approx(1)
    assert negsim("how-many", tmp_path / "runs").code == 2


def test_a_loaded_folder_answers_the_same(projection, tmp_path):
    projection.save(tmp_path / "runs")
    assert ns.Projection.load(tmp_path / "runs").when(0.4, ["visas"]) == projection.when(0.4, ["visas"])
