"""What `negsim elicit` feeds back: where it stands, what was said, what it implies, what to look at again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len as cells

from negsim.cli.feedback_table import feedback_text, snippet
from negsim.experiments.expert_feedback import Elicitation, elicitations
from negsim.files.terminal_text import TextStyle
from negsim.files.yaml import read_yaml_text
from negsim.quantities.distributions import law
from negsim.quantities.quantity import Rule
from negsim.scenario.scenario import load

ROOT = Path(__file__).parents[2]
TALKS = ROOT / "tests" / "invalid" / "scenario" / "base" / "talks.yaml"
DESKS = "scenarios/two_desks.yaml"
SPAN = Rule("duration", 0.0)
OFFICER = {"who": "officer", "low": "100 days", "mode": "200 days", "high": "300 days", "confidence": 0.8}
LAWYER = {"who": "lawyer", "quantiles": {"0.1": "3 years", "0.9": "5 years"}}


def test_it_says_where_everything_stands(negsim: Any) -> None:
    found, unused = elicitations(load(ROOT / DESKS))
    assert [one.path for one in found] == [
        "issues.property.implementation.lag",
        "issues.property.implementation.collapse",
        "issues.flights.implementation.lag",
    ]
    assert unused == []
    ended = negsim("elicit", DESKS)
    assert ended.code == 0
    for one in found:
        assert f"{one.path}\n  {DESKS}:" in ended.out
    assert max(map(cells, ended.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("defaults: {implementation: {step: SHARE}}", "defaults.implementation.step"),
        ("defaults: {reservation: {us: SHARE}}", "defaults.reservation.us"),
        ("tactics: {russia: {patience: SPAN}}", "tactics.russia.patience"),
        ("issues: {visas: {tactics: {us: {patience: SPAN}}}}", "issues.visas.tactics.us.patience"),
        ("parameters: {wait: {value: {elicit: {quantiles: {0.1: 1 year, 0.9: 3 years}}}}}", "parameters.wait.value"),
        ("shocks: {step: {rate: {elicit: {quantiles: {0.1: 1 per year, 0.9: 2 per year}}}}}", "shocks.step.rate"),
        ("shocks: {step: {marks: [{kind: suspend, duration: SPAN}]}}", "shocks.step.marks.0.duration"),
        ("channels: {rounds: {gap: {exponential: {mean: SPAN}}}}", "channels.rounds.gap.exponential.mean"),
        ("climate: {regimes: {storm: {pace: SHARE}}}", "climate.regimes.storm.pace"),
        (
            "packages: {both: {issues: [banking, visas], tactics: {us: {patience: SPAN}}, source: 'judgement: x', "
            "weights: {us: {banking: 0.5, visas: 0.5}, russia: {banking: 0.5, visas: 0.5}}}}",
            "packages.both.tactics.us.patience",
        ),
    ],
)
def test_an_elicitation_is_found_in_every_part_of_a_file(text: str, path: str, tmp_path: Path) -> None:
    text = text.replace("SHARE", "{elicit: {low: 0.1, mode: 0.2, high: 0.3}}")
    text = text.replace("SPAN", "{elicit: {low: 10 days, mode: 20 days, high: 30 days}}")
    (tmp_path / "x.yaml").write_text(f"extends: {TALKS}\n{text}\n")
    (one,), unused = elicitations(load(tmp_path / "x.yaml"))
    assert (one.path, one.place, unused) == (path, f"{tmp_path / 'x.yaml'}:2", [])


def test_what_is_overridden_everywhere_is_said_to_be_unused(tmp_path: Path, negsim: Any) -> None:
    said = "{elicit: {low: 0.1, mode: 0.2, high: 0.3}}"
    text = f"issues: {{arms: {{reservation: {{us: {said}}}}}}}\nleave_out: [arms]\n"
    (tmp_path / "x.yaml").write_text(f"extends: {TALKS}\n{text}")
    ended = negsim("elicit", tmp_path / "x.yaml")
    assert ended.code == 0, ended.err
    assert "issues.arms.reservation.us is overridden or not in play" in ended.out


def test_what_is_implied_is_that_of_the_distribution() -> None:
    one = Elicitation(OFFICER, SPAN)
    (row,) = one.each
    pert = law(one.draw)
    assert row.quantiles == pytest.approx([pert.ppf(p) for p in (0.05, 0.25, 0.5, 0.75, 0.95)])
    assert (row.quantiles[0], row.quantiles[-1]) == pytest.approx((87.5, 312.5), rel=1e-5)
    assert row.mean == pytest.approx(200, rel=1e-5)
    assert row.outside == pytest.approx(2 * pert.cdf(100), rel=1e-4)
    assert row.said == pytest.approx(0.2)
    assert one.pool is None
    assert one.remarks == ()


def test_experts_who_do_not_overlap_are_told_so_and_who_is_narrow_too() -> None:
    one = Elicitation([OFFICER, LAWYER], SPAN)
    assert [row.name for row in one.each] == ["officer", "lawyer"]
    assert one.pool is not None
    assert one.pool.mean == pytest.approx((one.each[0].mean + one.each[1].mean) / 2, rel=0.01)
    apart, *narrow = one.remarks
    assert apart.startswith("officer and lawyer: their 90 % intervals do not overlap")
    assert [remark.split(":")[0] for remark in narrow] == ["officer", "lawyer"]
    assert all("narrower than the middle half of the pool" in remark for remark in narrow)
    near = {**LAWYER, "quantiles": {"0.1": "100 days", "0.9": "350 days"}}
    assert Elicitation([OFFICER, near], SPAN).remarks == ()


def test_a_curve_that_ends_with_the_range_is_told_so() -> None:
    (remark,) = Elicitation({"low": "30 days", "mode": "90 days", "high": "1 year", "confidence": 0.7}, SPAN).remarks
    assert remark.startswith(
        "expert: the curve ends with the range, 0 and more, so 5 % lie below 26.5 and not below 12.9"
    )


def test_quantiles_that_no_family_meets_are_told_so() -> None:
    odd = {"quantiles": {"0.1": "10 days", "0.5": "11 days", "0.9": "1 year"}}
    (remark,) = Elicitation(odd, SPAN).remarks
    assert "the best lognormal misses a quantile by" in remark
    assert Elicitation({"quantiles": {"0.1": "10 days", "0.9": "1 year"}}, SPAN).remarks == ()


def test_a_file_without_any_says_so(negsim: Any) -> None:
    ended = negsim("elicit", "scenarios/baseline.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "scenarios/baseline.yaml and the files it extends contain no elicitation.\n"
    assert json.loads(negsim("elicit", "scenarios/baseline.yaml", "--json").out)["elicitations"] == []


def test_without_a_file_the_options_are_fed_back_with_what_to_paste(negsim: Any) -> None:
    command = ["elicit", "--low", "30 days", "--mode", "90 days", "--high", "1 year", "--confidence", 0.7]
    ended = negsim(*command)
    assert ended.code == 0, ended.err
    last = ended.out.rstrip().splitlines()[-1]
    assert last == "elicit: {low: 30 days, mode: 90 days, high: 1 year, confidence: 0.7}"
    one = json.loads(negsim(*command, "--json").out)
    assert one["snippet"] == last
    pasted = load(TALKS).replace({"tactics.russia.patience": read_yaml_text(last, "pasted").data})
    assert one["elicitations"][0]["resolved"] == pasted.resolved()["parameters"]["tactics.russia.patience"]["value"]


def test_several_experts_are_pooled_on_the_command_line(negsim: Any) -> None:
    two = ["--low", 0.1, "--mode", 0.2, "--high", 0.3, "--low", 0.2, "--mode", 0.4, "--high", 0.8]
    ended = negsim("elicit", "--share", *two, "--quantile", "0.1=0.1", "--quantile", "0.9=0.7", "--json")
    (one,) = json.loads(ended.out)["elicitations"]
    assert [len(one["experts"]), len(one["resolved"]["empirical"]["values"])] == [3, 199]
    assert one["pool"]["mean"] == pytest.approx(sum(row["mean"] for row in one["experts"]) / 3, rel=0.01)
    pasted = read_yaml_text(json.loads(ended.out)["snippet"], "pasted").data["elicit"]
    assert Elicitation(pasted, Rule("number", 0.0, 1.0)).draw.text == one["resolved"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a scenario, or --low, --mode and --high"),
        ([DESKS, "--low", "3 days"], "give a scenario, or --low, --mode and --high"),
        (["--low", "3 days"], "--low, --mode and --high go together"),
        (["--low", 3, "--mode", 2, "--high", 4], "elicit: mode must be at least low (3), but was 2"),
        (["--low", 1, "--mode", 2, "--high", 4, "--confidence", 70], "did you mean 0.7?"),
        (["--low", 1, "--mode", 2, "--high", 4, "--share"], "mode was 2; allowed: a number from 0 to 1"),
        (["--quantile", "0.5"], '--quantile is written 0.5="90 days"'),
        (["--quantile", "0.5=1", "--quantile", "0.5=2"], "the same probability twice"),
        (["--quantile", "0.5=1 day"], "quantiles must be values by probability, but there was one"),
        (
            ["--quantile", "0.5=1 day", "--quantile", "0.9=2 days", "--confidence", 0.8],
            "--confidence is given once, or",
        ),
        (["--share"], "or --quantile at least twice"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_options_at_odds_are_refused(negsim: Any, arguments: list[object], message: str) -> None:
    ended = negsim("elicit", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_the_feedback_fits_and_names_cannot_steer_a_terminal() -> None:
    long = {**OFFICER, "who": "\x1b[2J officer of the desk that deals with property, flights and all of the rest " * 3}
    wide = {**LAWYER, "quantiles": {"0.1": "3e9 years", "0.9": "5e12 years"}}
    text = feedback_text(Elicitation([long, wide], SPAN, "issues." + "x" * 120, "file.yaml:3"), TextStyle())
    assert max(map(cells, text.splitlines())) <= 80
    assert "\x1b" not in text


@pytest.mark.parametrize(("first", "second"), [("0.64", "0.65"), ("0.9989", "0.999"), ("0.01", "0.02")])
def test_what_has_no_bounds_is_refused(negsim: Any, first: str, second: str) -> None:
    ended = negsim("elicit", "--quantile", f"{first}=0.0002 days", "--quantile", f"{second}=3000 years")
    assert (ended.code, ended.out) == (2, "")
    assert "too far apart for probabilities so close to each other" in ended.err


def test_what_is_pasted_takes_a_line_or_more() -> None:
    assert snippet({"low": 1, "mode": 2, "high": 3}) == "elicit: {low: 1, mode: 2, high: 3}"
    assert len(snippet([OFFICER, LAWYER]).splitlines()) == 10
    assert read_yaml_text(snippet([OFFICER, LAWYER]), "x").data == {"elicit": [OFFICER, LAWYER]}
