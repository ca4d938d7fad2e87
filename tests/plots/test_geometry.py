"""Pictures of comparisons, experiments, updates, timelines and offers: no text leaves the figure or covers another."""

import math
from datetime import date

import pandas as pd
import pytest

import negsim as ns
from negsim.cli.comparison_table import comparison_table
from negsim.files import TextStyle
from negsim.plots import (
    History,
    Shift,
    by_talks,
    dance_picture,
    history_picture,
    record_picture,
    reliability,
    shift_picture,
)
from negsim.plots.labels import apart
from negsim.scenario.scenario import from_mapping
from tests.conftest import context
from tests.kit import talks
from tests.plots.geometry import faults, words

LONG = "Administrative hurdles and secure communication for consular work"


def history(courses, days, events=()):
    """A picture of issues with these probabilities on these days."""
    rows = [
        {"day": str(day), "issue": f"i{n}", "p": p}
        for n, course in enumerate(courses)
        for day, p in zip(days, course, strict=True)
    ]
    titles = {f"i{n}": f"{LONG} {n}" if n % 2 else f"Issue {n}" for n in range(len(courses))}
    return history_picture(History(context(1), pd.DataFrame(rows), titles, events, date(2028, 4, 9), "300 runs."))


MONTHS = [date(2025, month, 10) for month in range(4, 8)]
WEEK = [date(2023, 9, 22), date(2023, 10, 1), date(2023, 10, 10), date(2023, 10, 20)]


@pytest.mark.parametrize(
    ("courses", "days"),
    [
        ([[0.6 + 0.012 * k, 0.62, 0.61, 0.6 + 0.008 * k] for k in range(9)], MONTHS),
        ([[0.99, 0.99, 0.99, 0.99]] * 6, WEEK),
        ([[0.02], [0.5], [0.51], [0.98]], MONTHS[:1]),
        ([[0.01 * k] * 4 for k in range(12)], MONTHS),
    ],
    ids=["close", "equal", "one day", "at zero"],
)
def test_a_timeline_has_a_label_for_each_line(courses, days):
    picture = history(courses, days, [("round", days[0])])
    assert faults(picture) == []
    lines = [
        line for line in picture.figure.axes[0].lines if len(line.get_xdata()) == len(days) and line.get_marker() == "."
    ]
    labels = [text.get_text() for text in words(picture) if " % " in text.get_text() and text.arrow_patch]
    assert len(labels) == len(lines)


def test_issues_of_equal_probability_share_a_line_and_a_label():
    text = " ".join(each.get_text() for each in words(history([[0.99, 0.99]] * 6, WEEK[:2])))
    assert "99 % each of the 6 issues" in text
    assert "each of the 6 issues is resolved by 2028-04-09 in 99 % of runs" in text.replace("\n", " ")
    text = " ".join(each.get_text() for each in words(history([[0.9, 0.8], [0.9, 0.8], [0.1, 0.2]], WEEK[:2])))
    assert "80 % Issue 0 and\nAdministrative" in text


def test_labels_are_moved_apart_no_farther_than_needed():
    assert apart([0.2, 0.2, 0.2], 0.1, 0, 1) == pytest.approx([0.1, 0.2, 0.3])
    assert apart([0.97, 0.98, 1.0], 0.05, 0, 1) == pytest.approx([0.9, 0.95, 1.0])
    assert apart([0.0, 0.5], 0.1, 0.02, 1) == pytest.approx([0.02, 0.5])


def offers(*values):
    """A table of offers: side, kind, day and value."""
    return pd.DataFrame(
        [
            {
                "issue": "Bonus",
                "unit": "dollars",
                "date": day,
                "known": "day",
                "side": side,
                "kind": kind,
                "value": value,
            }
            for side, kind, day, value in values
        ]
    )


def test_values_of_offers_cover_no_others():
    table = offers(
        ("Union", "demand", "2024-03-15", 20_000),
        ("Firm", "offer", "2024-09-08", 3000),
        ("Firm", "offer", "2024-10-30", 12_000),
        ("Union", "offer", "2024-10-31", 12_000),
        ("both", "settlement", "2024-11-01", 12_000),
    )
    picture = dance_picture("Talks", ("Union", "Firm"), table)
    assert faults(picture) == []
    text = [each.get_text() for each in words(picture)]
    assert "Settled at 12,000 dollars on 2024-11-01, after 4 offers" in text
    open_ = dance_picture("Talks", ("Union", "Firm"), table[:-1])
    assert "No settlement on record after 4 offers" in [each.get_text() for each in words(open_)]


def test_pictures_of_a_backtest_say_the_answer():
    rows = [(f"talks_{n}", method, 10.0 * n + k) for n in range(22) for k, method in enumerate(("ours", "theirs"))]
    picture = record_picture(by_talks, pd.DataFrame(rows, columns=["talks", "method", "crps"]))
    assert faults(picture) == []
    assert "Ours has the smallest error in 22 of 22 negotiations" in [each.get_text() for each in words(picture)]
    table = pd.DataFrame({"days": [90, 90], "forecast": [0.2, 0.6], "happened": [0.1, 0.5], "weight": [0.75, 0.25]})
    picture = record_picture(reliability, table)
    assert faults(picture) == []
    assert "Within 90 days: 30 % forecast, 20 % observed" in [each.get_text() for each in words(picture)]


def test_a_picture_of_an_update_names_what_moved():
    table = pd.DataFrame(
        {"before_10": [0.8, 1.0], "before_50": [1.0, 2.0], "before_90": [1.2, 3.0], "after_10": [0.9, 1.0],
         "after_50": [1.2, 2.0], "after_90": [1.3, 3.0], "distance": [0.4, 0.0], "moved": [True, False]}
    )  # fmt: skip
    picture = shift_picture(Shift(context(1), table, ["parameter gap", LONG], "100 runs."))
    assert faults(picture) == []
    text = " ".join(each.get_text() for each in words(picture)).replace("\n", " ")
    assert "parameter gap moved most: its median is 1.2 times that before" in text
    ticks = [text.get_text() for text in picture.figure.axes[0].get_xticklabels()]
    low, high = picture.figure.axes[0].get_xlim()
    assert sum(low <= float(tick) <= high for tick in ticks) > 2


@pytest.fixture(scope="module")
def two():
    soft = talks(
        "a b", horizon="1 year", parameters={"p": {"value": {"uniform": {"low": "100 days", "high": "900 days"}}}}
    )
    soft["tactics"]["us"]["patience"] = {"parameter": "p"}
    return from_mapping(soft), from_mapping(talks("a b", horizon="1 year", both={"patience": "200 days"}))


def test_scenarios_of_one_title_have_names_of_their_own(two, tmp_path):
    compared = ns.compare(*two, runs=30, engine="reference")
    assert compared.names == ("Small talks (A)", "Small talks (B)")
    picture = compared.plot()
    assert faults(picture) == []
    text = " ".join(each.get_text() for each in words(picture)).replace("\n", " ")
    assert "Small talks (B) resolves" in text
    assert 'With "Small talks (B)" instead of "Small talks (A)"' in compared.verdict
    assert "B: Small talks (B)\n" in comparison_table(compared, TextStyle())
    for name in ("hard", "soft"):
        (tmp_path / f"{name}.yaml").write_text("extends: record_alone\ntitle: One\n", encoding="utf-8")
    files = [ns.load(tmp_path / f"{name}.yaml") for name in ("hard", "soft")]
    assert ns.compare(*files, runs=5).names == ("One (hard)", "One (soft)")


def test_sensitivity_and_discovery_name_the_strongest(two):
    projection = ns.run(two[0], runs=400)
    drawn = ns.sensitivity(projection, "a").plot()
    assert faults(drawn) == []
    text = " ".join(each.get_text() for each in words(drawn)).replace("\n", " ")
    assert "has the largest effect: " in text
    found = ns.discover("baseline", "banking", runs=400, density=0.95)
    limits = found.boxes[0].limits
    assert len(limits) > 8
    assert f", {found.limit_words(found.strongest()[2])} and {len(limits) - 3} weaker limits hold" in found.sentences[0]
    picture = found.plot()
    assert faults(picture) == []
    assert len(picture.figure.axes[0].get_yticks()) == 8
    assert picture.table["factor"].nunique() == len(limits)
    assert all(math.isfinite(share) for share in picture.table["share"])
