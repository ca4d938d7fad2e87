"""What the record shows of concessions and settlements: known answers, and the page that states it."""

import re

import numpy as np
import pytest

from negsim.history import load_offers
from negsim.history.concession_findings import best_kinds, bootstrap, tactic_figures, tactic_findings
from negsim.history.settlement_findings import settled, settlement_figures

RECORDS = load_offers("seeds/offers").negotiations
#: If a test of the page fails: python benchmarks/how_sides_concede.py
PAGE = "docs/how-sides-concede.md"


def rows(page):
    found = re.findall(r"^\| (.+?) \| (-?[\d.]+) \| (-?[\d.]+) to (-?[\d.]+) \| (\d+) \|$", page, re.MULTILINE)
    return {name: tuple(map(float, numbers)) for name, *numbers in found}


def test_a_settlement_is_described_from_the_last_offers_before_it():
    """Boeing: 40 and 25, 30, 35 to 38 percent; docks: 77 and 50, then 62 in one step."""
    (boeing,) = [each for each in settled([RECORDS["boeing_2024"]]) if "wage" in each.issue]
    assert boeing.place == "last speaker's offer"
    assert boeing.share == pytest.approx((38 - 40) / (25 - 40))
    assert boeing.rest == pytest.approx(2 / 15)
    (docks,) = settled([RECORDS["docks_2024"]])
    assert (docks.rest, docks.last_minute, docks.place) == (1, 1, "between the last offers")
    assert docks.relative == pytest.approx(27 / 77)
    assert settled([RECORDS["quebec_2023"]]) == []


def test_the_bootstrap_draws_negotiations_not_cases():
    """One negotiation with many equal cases is one observation: the mean of a draw is a mean of whole negotiations."""
    found = bootstrap("x", {"a": [0.0] * 50, "b": [1.0]}, lambda values: float(np.mean(values)), 51)
    assert (found.low, found.high) == (0.0, 1.0)
    assert found.value == pytest.approx(1 / 51)


@pytest.mark.slow
def test_the_page_states_what_the_record_shows(root):
    page = rows((root / PAGE).read_text(encoding="utf-8"))
    records = list(RECORDS.values())
    found = tactic_findings(records, repeated=2)
    for each in tactic_figures(found):
        assert page[each.name][0] == pytest.approx(each.value, abs=0.0051), each.name
        assert page[each.name][3] == len(found.paths)
    for each in settlement_figures(settled(records)):
        assert page[each.name] == pytest.approx((each.value, each.low, each.high, each.cases), abs=0.0051), each.name
    text = " ".join((root / PAGE).read_text(encoding="utf-8").split())
    assert ", ".join(f"{name} {n}" for name, n in best_kinds(found).items()) in text
    # What the sentences say.
    assert page["time alone"][1] < 0 < page["time alone"][2]
    assert page["reciprocal alone"][2] < 0
    assert 0.12 < page["within 0.05 of the middle of the first demands"][0] < 0.16
    assert page["at: last speaker's offer"][0] == pytest.approx(0.4, abs=0.05)
    assert page["way between the last offers, mean"][0] > 0.5
