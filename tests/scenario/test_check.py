"""What `check` finds: every mistake a file can hold, with its place; and warnings for what can never come about."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.errors import InputError
from negsim.scenario.checks import spectral_radius
from negsim.scenario.file_check import check
from negsim.scenario.issue_models import IssueSetup, Package
from negsim.scenario.scenario import load
from negsim.scenario.zones import zone_possible

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "invalid" / "scenario"
INVALID = sorted(FOLDER.glob("*.yaml"))
TALKS = FOLDER / "base" / "talks.yaml"


def test_there_are_many_ways_to_be_wrong() -> None:
    assert len(INVALID) >= 100


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_gives_exactly_the_messages_that_it_expects(path: Path) -> None:
    marker = "# expect: "
    expected = [line.removeprefix(marker) for line in path.read_text().splitlines() if line.startswith(marker)]
    found = check(os.path.relpath(path, ROOT))
    own, folder = f"{path.relative_to(ROOT)}:", f"{FOLDER.relative_to(ROOT)}/"
    assert [problem.headline.removeprefix(own).replace(folder, "") for problem in found] == expected
    assert expected
    for problem in found:
        lines = problem.render().split("\n")
        assert len(lines) in (1, 3)
        if len(lines) == 3:
            assert lines[2] == " " * (problem.col - 1) + "^"


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_file_loads_unless_it_has_more_than_warnings(path: Path) -> None:
    problems = check(path)
    if all(problem.warning for problem in problems):
        assert list(load(path).warnings) == problems
    else:
        with pytest.raises(InputError) as caught:
            load(path)
        assert caught.value.problems == problems


def test_a_file_in_order_has_no_problems() -> None:
    assert check(TALKS) == []


def test_a_missing_file_is_a_problem() -> None:
    assert [problem.message for problem in check(FOLDER / "nothing.yaml")] == ["there is no such file"]


def test_checking_loads_nothing_heavy() -> None:
    code = f"""
import sys
from negsim.scenario.file_check import check
assert check({str(ROOT / "scenarios" / "baseline.yaml")!r}) == []
print(sorted({{"numpy", "pandas", "scipy", "numba", "matplotlib", "pyarrow", "simpy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


# --- zones of possible agreement -------------------------------------------------------------------------------------


SHARES = st.sampled_from([0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0])
LISTS = st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=3)


def an_issue(reservation: tuple[float, float], options: list[tuple[float, float]] | None) -> IssueSetup:
    tactic = {"kind": "fixed", "aspiration": 1, "source": "judgement: x"}
    outcome: object = "divisible"
    if options is not None:
        outcome = {"options": [{"id": f"o{n}", "title": "x", "us": a, "russia": b} for n, (a, b) in enumerate(options)]}
    return IssueSetup.model_validate(
        {
            "outcome": outcome,
            "reservation": dict(zip(("us", "russia"), reservation, strict=True)),
            "tactics": {"us": tactic, "russia": tactic},
            "settle": "concession",
            "hours": "1 hour",
            "priority": 1,
            "first": "us",
            "start": {"status": "raised"},
            "implementation": {"lag": "1 day", "collapse": 0, "step": 0},
            "source": "judgement: x",
        }
    )


@given(SHARES, SHARES, st.none() | LISTS)
def test_an_issue_has_a_zone_if_some_outcome_suits_both(
    r_a: float, r_b: float, options: list[tuple[float, float]] | None
) -> None:
    expected = (
        r_a + r_b <= 1 + 1e-12 if options is None else any(a >= r_a - 1e-12 and b >= r_b - 1e-12 for a, b in options)
    )
    assert zone_possible([an_issue((r_a, r_b), options)], ["x"], ("us", "russia"), None, {}) == expected


@given(
    st.lists(st.tuples(SHARES, SHARES, st.none() | LISTS, st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=3)
)
def test_a_package_has_a_zone_if_some_division_suits_both(
    members: list[tuple[float, float, list[tuple[float, float]] | None, int, int]],
) -> None:
    issues = [an_issue((r_a, r_b), options) for r_a, r_b, options, _, _ in members]
    names = [f"i{n}" for n in range(len(members))]
    w_a = [a / sum(member[3] for member in members) for a in (member[3] for member in members)]
    w_b = [b / sum(member[4] for member in members) for b in (member[4] for member in members)]
    package = a_package(names, w_a, w_b)
    floor_a = sum(w * member[0] for w, member in zip(w_a, members, strict=True))
    floor_b = sum(w * member[1] for w, member in zip(w_b, members, strict=True))
    # Every corner of the set of outcomes; the best for one at what the other needs lies between two of them.
    corners = []
    for choice in itertools.product(*(member[2] or [(0.0, 1.0), (1.0, 0.0)] for member in members)):
        corners.append(
            (
                sum(w * a for w, (a, _) in zip(w_a, choice, strict=True)),
                sum(w * b for w, (_, b) in zip(w_b, choice, strict=True)),
            )
        )
    found = zone_possible(issues, names, ("us", "russia"), package, {})
    if any(a >= floor_a and b >= floor_b for a, b in corners):
        assert found
    if all(member[2] for member in members):
        assert found == any(a >= floor_a - 1e-12 and b >= floor_b - 1e-12 for a, b in corners)
    if all(member[2] is None for member in members):
        # The frontier of a sum of straight lines: most of what the first weighs more goes to it first.
        order = sorted(range(len(members)), key=lambda j: w_b[j] / w_a[j])
        a, b, suits = 0.0, 1.0, floor_a <= 1e-12
        for j in order:
            if not suits and a + w_a[j] >= floor_a - 1e-12:
                b -= w_b[j] * (floor_a - a) / w_a[j]
                suits = True
                break
            if not suits:
                a, b = a + w_a[j], b - w_b[j]
        if abs(b - floor_b) > 1e-9:
            assert found == (suits and b > floor_b)


def a_package(names: list[str], w_a: list[float], w_b: list[float]) -> Package:
    tactic = {"kind": "fixed", "aspiration": 1, "source": "judgement: x"}
    return Package.model_validate(
        {
            "title": "x",
            "issues": names,
            "weights": {"us": dict(zip(names, w_a, strict=True)), "russia": dict(zip(names, w_b, strict=True))},
            "tactics": {"us": tactic, "russia": tactic},
            "settle": "concession",
            "first": "us",
            "source": "judgement: x",
        }
    )


def test_only_giving_each_what_it_weighs_more_makes_a_zone() -> None:
    issues = [an_issue((0.6, 0.5), None), an_issue((0.5, 0.7), None)]
    both, sides = ["x", "y"], ("us", "russia")
    assert not zone_possible(issues[:1], ["x"], sides, None, {})
    assert zone_possible(issues, both, sides, a_package(both, [0.7, 0.3], [0.25, 0.75]), {})
    assert not zone_possible(issues, both, sides, a_package(both, [0.5, 0.5], [0.5, 0.5]), {})
    assert not zone_possible(issues, both, sides, a_package(both, [0.3, 0.7], [0.25, 0.75]), {})


def square(size: int) -> st.SearchStrategy[list[list[float]]]:
    return st.lists(st.lists(st.floats(0, 1.5), min_size=size, max_size=size), min_size=size, max_size=size)


@given(st.integers(1, 4).flatmap(square))
def test_the_spectral_radius_is_the_largest_eigenvalue(matrix: list[list[float]]) -> None:
    assert spectral_radius(matrix) == pytest.approx(max(abs(np.linalg.eigvals(np.array(matrix)))), abs=2e-3)


def test_pure_reciprocity_has_the_root_of_the_product() -> None:
    assert spectral_radius([[0.0, 0.4], [0.9, 0.0]]) == pytest.approx(0.6, abs=1e-9)
    assert spectral_radius([[0.2, 0.4], [0.5, 0.1]]) == pytest.approx(0.6, abs=1e-9)
    assert spectral_radius([]) == 0.0
