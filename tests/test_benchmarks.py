"""The scripts of ``benchmarks``: results compared, the lean version beside the engine, mutants of a small module."""

import json
import re
from datetime import date

import numpy as np
import pytest

from benchmarks import compare_checkouts, mutation


def results(folder, trace="agreed\n", version="0.1.0", runs=(1, 2)):
    """A folder of results with one scenario."""
    scenario = folder / "baseline"
    scenario.mkdir(parents=True)
    (scenario / "trace0.txt").write_text(trace)
    (scenario / "run.json").write_text(json.dumps({"versions": {"negsim": version}, "p": 0.5}))
    (scenario / "report.html").write_text(f"<dl><dt>Versions</dt><dd>negsim {version}</dd>\n</dl>")
    (scenario / "runs.bin").write_bytes(bytes(runs))
    return folder


@pytest.fixture
def compare(tmp_path, capsys):
    def compared(*words, **changes):
        results(tmp_path / "old")
        new = results(tmp_path / "new", version="0.2.0", **changes)
        options = compare_checkouts.options_of([str(tmp_path / "old"), str(new), *words])
        return compare_checkouts.compare(options.old, options.new, options), capsys.readouterr().out

    return compared


def test_results_that_differ_in_the_version_only_are_equal(compare):
    assert compare() == (
        0,
        "baseline: 4 of 4 files are equal\n1 scenarios: 4 of 4 files are equal, 0 may differ, 0 differ\n",
    )


def test_files_that_differ_are_shown_with_the_place(compare):
    count, text = compare(trace="agreed\nlapsed\n", runs=(1, 3))
    assert count == 2
    assert "baseline: 2 of 4 files are equal" in text
    assert "trace0.txt: line 2, byte 7 (7 and 14 bytes)" in text
    assert "runs.bin: line 1, byte 1 (2 and 2 bytes)" in text


def test_named_files_may_differ(compare):
    count, text = compare("--except", "*.txt", trace="lapsed\n")
    assert count == 0
    assert text.endswith("3 of 4 files are equal, 1 may differ, 0 differ\n")


def test_a_missing_file_and_an_exception_are_differences(tmp_path, capsys):
    old, new = results(tmp_path / "old"), results(tmp_path / "new")
    (new / "baseline" / "trace0.txt").unlink()
    for folder in (old, new):
        (folder / "baseline" / "play.crashed").write_text("KeyError")
    options = compare_checkouts.options_of([str(old), str(new)])
    assert compare_checkouts.compare(old, new, options) == 2
    assert "trace0.txt: only in the old" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "us_russia_2025_04"])
def test_the_lean_version_is_the_same_model(name):
    from benchmarks import speed
    from negsim.scenario import load

    assert speed.apart(load(name), runs=2000) < speed.APART


@pytest.mark.slow
def test_the_peers_play_the_same_negotiation():
    from benchmarks import peer, peers

    play = peer.simpy_(peers.STEPS, 1, 101)
    assert peers.apart(peers.bilateral(1), "simpy", [play() for _ in range(2000)]) < peers.APART / 2


TOY = """from __future__ import annotations
LIMIT = 3
def doubled(a: int) -> int:
    return a * 2 if a > 0 and a != LIMIT else -1
"""


@pytest.fixture
def toy(tmp_path):
    """A project of one module, with a test that does not try 0."""
    files = {"negsim/__init__.py": "", "negsim/toys/toy.py": TOY, "tests/test_toy.py": (
        "from negsim.toys.toy import doubled\ndef test_doubled():\n    assert [doubled(a) for a in (3, 4)] == [-1, 8]\n"
    )}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_each_place_of_a_function_has_a_mutant_behind_a_switch(toy):
    found = list(mutation.mutants("toys", toy))
    assert {(each.file, each.line) for each in found} == {("negsim/toys/toy.py", 4)}
    mutation.put_switches(toy, found)
    code = (toy / "negsim" / "toys" / "toy.py").read_text().replace("from negsim.switch import _divided, _switched", "")
    killed = {}
    for active in range(len(found) + 1):
        names = {"_switched": lambda number, active=active: number == active, "_divided": lambda a, b: a // b}
        exec(code, names)
        killed[found[active - 1].what if active else ""] = [names["doubled"](a) for a in (0, 1, 3, 4)]
    assert killed == {
        "": [-1, 2, -1, 8],
        "2 -> 3": [-1, 3, -1, 12],
        "Mult -> Div": [-1, 0, -1, 2],
        "0 -> 1": [-1, -1, -1, 8],
        "Gt -> GtE": [0, 2, -1, 8],
        "NotEq -> Eq": [-1, -1, 6, -1],
        "And -> Or": [0, 2, 6, 8],
        "1 -> 2": [-2, 2, -2, 8],
    }


@pytest.mark.slow
def test_a_mutant_that_no_test_notices_survives(toy):
    chosen = [each for each in mutation.mutants("toys", toy) if each.what in ("Mult -> Div", "Gt -> GtE")]
    found = list(mutation.tried(chosen, ["tests"], root=toy))
    killers = {chosen[each["number"] - 1].what: each["killer"] for each in found}
    assert killers == {"Mult -> Div": "tests/test_toy.py::test_doubled", "Gt -> GtE": None}


def test_bounds_of_the_conclusion_are_exact_in_the_probability():
    """The CRPS of a mixture is the parabola, and its least value and a fit to the score are found."""
    from benchmarks.conclusion_bounds import Origin, best_shares, fitted, quadratic, scores
    from negsim.history.backtest import Case
    from negsim.history.scores import crps

    rng = np.random.default_rng(2)
    still, moves = (np.sort(rng.random(41)) * top for top in (0.3, 0.9))
    for outcome in (None, 12):
        case = Case("x", date(2020, 1, 1), "open", "y", outcome, 40)
        a, b, c = quadratic(still, moves, case)
        for w in (0.0, 0.4, 1.0):
            assert a + b * w + c * w**2 == pytest.approx(crps((1 - w) * still + w * moves, outcome, 40))
    ended, not_ended = np.array([30.0, -40.0, 25.0]), np.array([2.0, 1.0, 20.0])
    found = [Origin("a", True, ended, 0.5, np.ones(1)), Origin("b", False, not_ended, 0.5, np.ones(1))]
    assert best_shares(found).tolist() == [0.8, 0.0]
    assert scores(found, np.array([0.8, 0.0])) == pytest.approx((14.0, 2.0))
    # Of the sum 32 - 39 w + 45 w^2 the least is at 39 / 90.
    assert fitted(found, np.ones((2, 1)), 0.5) == pytest.approx([39 / 90] * 2, abs=1e-3)


def test_the_likelihood_of_gaps_by_class_on_the_page_is_that_of_the_record(root):
    """If it fails: python benchmarks/meetings_by_end.py, and the page and `negsim.calibration.by_end`."""
    from benchmarks.meetings_by_end import Pooled
    from negsim.calibration.by_end import meetings_to_the_end
    from negsim.calibration.evidence import NUMBERS
    from negsim.history import load

    ended = [talks for talks in load().talks.values() if talks.end != "running"]
    losses = [Pooled(NUMBERS["gap"].prior, meetings_to_the_end, ended, classed).loss for classed in (False, True)]
    page = (root / "docs" / "track-record.md").read_text(encoding="utf-8")
    assert f"| days between meetings | {losses[0]:.1f} | {losses[1]:.1f} |" in page


def test_the_bounds_of_the_day_on_the_page_are_those_of_the_record(root):
    """If it fails: python benchmarks/settlement_day_bounds.py, and the page of the offers."""
    from benchmarks.settlement_day_bounds import mean_score, soon, told
    from negsim.history import load_offers
    from negsim.history.offer_situations import cases

    found = cases(load_offers("seeds/offers").negotiations.values())
    curve, known = (mean_score(found, told(found, key)) for key in (lambda now, then: 0, soon))
    page = (root / "docs" / "offers-track-record.md").read_text(encoding="utf-8")
    for name, score in (
        ("Kaplan-Meier from the last offer", curve),
        ("told whether the issue is settled within", known),
    ):
        assert re.search(rf"\| {name}[^|]*\| {score:.1f} \| {score / curve:.2f} \|", page)
