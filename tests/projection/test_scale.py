"""Real units: terms, offers and pictures of an issue with a scale; its runs are those without."""

import json
import re

import numpy as np
import pytest

import negsim as ns
from negsim.analysis import Scale
from negsim.scenario.scenario import from_mapping
from tests.kit import talks

TEXT = """extends: us_russia_2025_04
title: Staff in units
issues:
  staffing_levels:
    scale: {unit: staff per country, us: 455, russia: 1200}
    source: "judgement: an example"
"""


@pytest.fixture(scope="module")
def scaled(tmp_path_factory):
    file = tmp_path_factory.mktemp("scale") / "units.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_values_lie_between_the_demands():
    debt = Scale("cents on the dollar", 39.0, 60.0)
    assert [debt.value(share) for share in (1.0, 0.0, 0.5)] == [39, 60, 49.5]
    assert debt.utility(46, 0) + debt.utility(46, 1) == pytest.approx(1)
    assert debt.value(debt.utility(46, 0)) == pytest.approx(46)
    assert (Scale("percent", 0.4, 0.9).text(0.5), Scale("dollars", 1e6, 5e6).number(0.25)) == (
        "0.650 percent",
        "4,000,000",
    )


def test_a_scale_changes_no_run(scaled):
    with_scale, without = ns.load(scaled), ns.load("us_russia_2025_04")
    one, other = (ns.run(each, runs=60, seed=1) for each in (with_scale, without))
    assert one.outcomes.tobytes() == other.outcomes.tobytes()
    assert with_scale.hash != without.hash
    assert "scale" not in without.resolved()["issues"]["staffing_levels"]


@pytest.mark.slow
def test_terms_and_offers_are_in_units(scaled, negsim):
    found = ns.run(ns.load(scaled), runs=60, seed=1)
    row = found["staffing_levels"]
    data = json.loads(negsim("run", scaled, "--runs", "60", "--json").out)
    terms, plain = (
        next(each["terms"] for each in data["issues"] if each["id"] == name) for name in ("staffing_levels", "banking")
    )
    assert terms["value"] == pytest.approx(1200 + terms["share"] * (455 - 1200))
    assert terms["unit"] == "staff per country"
    assert row["terms"].startswith(f"{terms['value']:,.0f} staff per country (United States ")
    assert set(plain) == {"side", "share"}
    data = json.loads(negsim("trace", scaled, "--run", "3", "--json").out)
    text = negsim("trace", scaled, "--run", "3").out
    (deal,) = [each for each in data["events"] if each["kind"] == "deal" and each["bargain"] == "staffing_levels"]
    assert deal["value"] == pytest.approx(1200 + deal["terms"]["us"] * (455 - 1200))
    assert f"{deal['value']:,.0f} staff per country" in " ".join(text.split())
    assert "or in units" in " ".join(text.split())


@pytest.mark.slow
def test_the_pictures_speak_the_unit(scaled, tmp_path):
    found = ns.run(ns.load(scaled), runs=60, seed=1)
    for kind, words in (("terms", "1,200 to 455"), ("gap", "1,163")):
        found.plot(kind).save(tmp_path / f"{kind}.svg")
        assert words in (tmp_path / f"{kind}.svg").read_text(encoding="utf-8"), kind
    assert "first offers in % or in the unit of the issue" in found.view("gap").note


def test_the_sentences_of_pictures_speak_the_unit():
    euros = {"scale": {"unit": "euros", "us": 10, "russia": 30}}
    found = ns.run(from_mapping(talks({"a": euros}, horizon="1 year")), runs=20)
    assert re.search(
        r"first offers are [\d.]+ euros apart on .* and the last [\d.]+ euros \(", found.view("gap").verdict
    )
    assert re.search(r"are [\d.]+ euros, \d+ % of the way to the demand", found.view("terms").verdict)


def test_the_file_that_show_prints_has_the_scale(scaled, negsim, tmp_path):
    shown = negsim("show", scaled)
    assert "unit: staff per country" in shown.out
    (tmp_path / "full.yaml").write_text(shown.out, encoding="utf-8")
    again = ns.load(tmp_path / "full.yaml")
    assert again.hash == ns.load(scaled).hash
    assert dict(again.issues["staffing_levels"].scale.demands) == {"us": 455.0, "russia": 1200.0}
    assert np.isfinite(again.issues["staffing_levels"].scale.demands["us"])
