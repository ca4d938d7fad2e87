"""How good the deals are: values that are known, and means of what single runs give."""

import numpy as np
import pytest

import negsim as ns
from negsim.analysis.frontier_view import quality
from negsim.analysis.quality import qualities, quality_words
from negsim.errors import NegsimError
from negsim.scenario.scenario import from_mapping
from tests.kit import chance, talks


def test_the_worked_agreement_lies_on_the_frontier_and_near_every_point_of_theory():
    """Section 4 of the model page: the starter gets 0.49333; all four points are the even split, or give the same."""
    table = ns.run(from_mapping(talks("a")), runs=5).quality()
    row = table.loc["a"]
    starter = 1 - 0.8 * 190 / 300
    away = np.hypot(starter - 0.5, starter - 0.5)
    assert (row["terms"], row["joint"], row["most"]) == pytest.approx((1, 1, 1))
    assert row["to_frontier"] == pytest.approx(0, abs=1e-12)
    for name in ("nash", "kalai-smorodinsky", "egalitarian"):
        assert row[f"to_{name}"] == pytest.approx(away)
    assert row["surplus_a"] == pytest.approx((starter - 0.2) / 0.6)
    assert row["to_utilitarian"] == pytest.approx(np.hypot(starter - 0.8, 1 - starter - 0.2))  # ties: best for A
    assert row["se joint"] == pytest.approx(0)


@pytest.mark.parametrize("other", [0.2, 0.3, 0.5, 0.9])
def test_a_package_can_gain_the_distance_of_its_weights_and_its_deals_lie_on_the_frontier(other):
    weights = {"us": {"a": 0.7, "b": 0.3}, "russia": {"a": other, "b": 1 - other}}
    package = {"p": {"title": "Both", "issues": ["a", "b"], "weights": weights}}
    gaps = {"gap": {"exponential": {"mean": "15 days"}}}
    row = ns.run(from_mapping(talks("a b", packages=package, channel=gaps)), runs=30).quality("p").loc["p"]
    assert row["most"] == pytest.approx(1 + abs(0.7 - other))
    assert row["to_frontier"] == pytest.approx(0, abs=1e-9)
    assert 1 - 1e-9 <= row["joint"] <= row["most"] + 1e-9


def test_a_host_that_proposes_early_finds_the_even_point():
    """With good offices of 2 the first discussion ends with the host's point: equal gains on a line."""
    row = ns.run(from_mapping(talks("a", channel={"good_offices": 2})), runs=3).quality().loc["a"]
    assert row["to_egalitarian"] == pytest.approx(0, abs=1e-9)
    assert row["to_nash"] == pytest.approx(0, abs=1e-9)
    assert row["surplus_a"] == pytest.approx(0.5)


def test_the_tougher_side_gets_more_and_later_in_pairs_of_runs():
    gaps = {"gap": {"exponential": {"mean": "15 days"}}}
    played = []
    for beta in (2, 1, 0.5):
        mapping = talks("a", channel=gaps)
        mapping["tactics"]["us"] = mapping["tactics"]["russia"] | {"beta": beta}
        played.append(ns.run(from_mapping(mapping), runs=60))
    splits = [p.quality().loc["a", "surplus_a"] for p in played]
    assert splits[0] < splits[1] < splits[2]
    days = [p.outcomes["agreed"][:, 0] for p in played]
    assert (days[0] <= days[1]).all()
    assert (days[1] <= days[2]).all()
    assert ns.compare(played[0], played[2]).pairs[0].issues[0].later.value > 0.9


def test_the_table_has_the_means_of_single_runs_with_their_errors():
    p = ns.run(ns.load("scenarios/package.yaml"), runs=60)
    table = p.quality()
    context = p.context
    ids = [*(facts.id for facts in context.issues), *context.names.package_ids]
    assert table.index.tolist() == [ids[b] for b in p.logs.bargains()]
    for name, row in table.iterrows():
        deals = quality(p.logs, ids.index(name))
        n = len(deals["run"])
        assert row["terms"] == n / 60
        assert row["joint"] == pytest.approx(deals["joint"].mean())
        assert row["se joint"] == pytest.approx(deals["joint"].std(ddof=1) / np.sqrt(n))
        assert row["to_nash"] == pytest.approx(np.nanmean(deals["to_nash"]))


def test_words_say_how_far_the_deals_lie_from_what_theory_picks():
    p = ns.run(ns.load("scenarios/package.yaml"), runs=60)
    (found,) = qualities(p.context, p.logs, [len(p.context.issues)])
    terms, points, split = quality_words(found, p.context.sides)
    assert f"agreement in {100 * found.terms.value:.0f} % of the runs" in terms
    assert "of at most 1.45; the agreements lie on the frontier" in terms
    assert f"Nash {found.means['to_nash'].value:.2f} ± 0.0" in points
    assert f"United States gets {100 * found.means['surplus_a'].value:.0f} ±" in split
    never = ns.run(from_mapping(talks("a", horizon="100 days")), runs=5)
    (none,) = qualities(never.context, never.logs, [0])
    assert quality_words(none, never.context.sides) == ["A: no run reaches an agreement."]
    assert never.quality()["joint"].isna().all()


def test_without_offers_there_is_no_quality():
    with pytest.raises(NegsimError, match="no offers are made"):
        ns.run(from_mapping(chance(0.2, "a b", horizon="1 year")), runs=5).quality()
    with pytest.raises(NegsimError, match="did you mean"):
        ns.run(from_mapping(talks("alpha")), runs=5).quality("alhpa")
