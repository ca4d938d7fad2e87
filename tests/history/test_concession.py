"""Tactics fitted to offers: the scale, the likelihood, and the recovery of known laws."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from negsim.history import load_offers
from negsim.history.concession import (
    FIXED,
    MIXED,
    RECIPROCAL,
    ROUNDS,
    TIME,
    fit_concessions,
    grid,
    grid_of,
    likelihood,
    mixed,
    prior,
    repeats,
)
from negsim.history.offer_simulation import drawn_from
from negsim.history.offer_steps import Step, path_of, paths_of, rounding
from negsim.history.scores import generator

RECORDS = load_offers("seeds/offers")


def test_the_digits_of_a_number_tell_its_rounding():
    values = (42.5, 0.75, 40, 0, 1054, 5000, 1300, 500, 100, -8)
    assert [rounding(value) for value in values] == [0.05, 0.005, 0.5, 0.5, 0.5, 50, 50, 5, 5, 0.5]


def test_steps_count_from_the_first_demand_of_the_side_to_that_of_the_other():
    """NHL 2004-05: 31, 35, 40, 42.5 against 52, 49; settled at 39, below the last offer of the league."""
    record = RECORDS["nhl_2004"]
    league, players = (path_of(record, record.dance("salary cap per team"), number) for number in (0, 1))
    assert [round(step.share, 6) for step in league.steps] == [
        round((value - 31) / 21, 6) for value in (35, 40, 42.5, 39)
    ]
    assert [step.turn for step in league.steps] == [1, 2, 3, 4]
    assert [round(step.given * 21, 6) for step in league.steps] == [
        0,
        0,
        0,
        3,
    ]  # 52 is their first offer, no concession
    assert [round(step.given * 21, 6) for step in players.steps] == [2.5, 0]
    assert players.steps[-1].share == pytest.approx(13 / 21)
    assert players.steps[0].day == 1
    assert path_of(record, record.dance("salary cap per team"), 0, date(2005, 2, 13)) is None  # the union was silent


@pytest.mark.parametrize("kind", [TIME, RECIPROCAL, MIXED, FIXED])
def test_the_expected_concession_is_the_rule_of_the_model(kind):
    """The formulas of docs/model.md, with the base 1 - before and the reservation value 1 - reach."""
    from negsim.simulation.rules import concession as rule

    assert (rule.TIME, rule.RECIPROCAL, rule.MIXED, rule.FIXED) == (TIME, RECIPROCAL, MIXED, FIXED)
    before, given, reach, beta, kappa, patience = 0.2, 0.3, 0.8, 0.5, 0.1, 100.0
    one = grid_of(
        [{"kind": kind, "beta": beta, "kappa": kappa, "patience": patience, "reach": reach, "weight": 0.4,
          "reciprocity": 0.7}]
    )  # fmt: skip
    for day in (0.0, 40.0, 80.0, 150.0):
        base, r = 1 - before, 1 - reach
        curve = r if day >= patience else 1 - (1 - r) * (kappa + (1 - kappa) * (day / patience) ** (1 / beta))
        moved = {
            TIME: min(base, curve),
            RECIPROCAL: base - 0.7 * given,
            MIXED: base - 0.4 * max(0.0, base - curve) - 0.6 * 0.7 * given,
            FIXED: base,
        }[kind]
        assert one.expected(day, 3, before, given)[0] == pytest.approx(1 - max(moved, r))


def test_the_probabilities_of_all_rounded_offers_add_up_to_one():
    one = grid_of([{"kind": TIME, "patience": 100.0, "reach": 0.7, "sigma": 0.1}])
    shares = np.arange(-200, 300) / 100
    total = [likelihood(Step(30, 1, 0.1, 0.0, share, 0.005, False), one, 0.3)[0] for share in shares]
    assert sum(total) == pytest.approx(1.0)
    assert total[list(shares).index(0.1)] > 0.3  # the repeated offer


def test_a_settlement_is_accepted_as_far_as_the_side_has_come():
    one = grid_of([{"kind": FIXED, "sigma": 0.1}])
    assert likelihood(Step(30, 1, 0.4, 0.0, 0.3, 0.0, True), one, 0.2).tolist() == [1.0]
    asked = likelihood(Step(30, 1, 0.4, 0.0, 0.5, 0.0, True), one, 0.2)[0]
    assert asked == pytest.approx(stats.norm.sf(0.5, 0.4, 0.1))


def test_frequencies_solve_the_equation_of_the_maximum():
    """A known answer: three sides of one kind, one of another, told apart for sure, and a prior of four."""
    matrix = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    assert mixed(matrix, np.array([0.5, 0.5]), 4.0) == pytest.approx([5 / 8, 3 / 8])
    assert mixed(matrix, np.array([0.5, 0.5]), 4.0, np.array([1, 0, 0, 1])) == pytest.approx([0.5, 0.5])
    assert prior(grid())[grid().kind == TIME].sum() == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("row", "log_beta"),
    [({"kind": TIME, "beta": 0.25}, -2), ({"kind": TIME, "beta": 2.0, "clock": ROUNDS, "patience": 8.0}, 1)],
)
def test_the_law_that_drew_the_offers_is_recovered(row, log_beta):
    """Fifteen drawn negotiations; `python benchmarks/concession.py` has more."""
    tactics = grid_of([{"patience": 120.0, "reach": 0.7, "sigma": 0.04} | row])
    paths = paths_of(drawn_from(tactics, [1.0], 15, 0.2, generator("recovery", log_beta)))
    found = fit_concessions(paths)
    time = found.weights * (found.tactics.kind == TIME)
    assert found.shares["time"] > 0.75
    assert (time @ np.log2(found.tactics.beta)) / time.sum() == pytest.approx(log_beta, abs=0.5)
    assert time[found.tactics.clock == tactics.clock[0]].sum() / time.sum() > 0.8
    assert (time @ found.tactics.reach) / time.sum() == pytest.approx(0.7, abs=0.1)
    assert repeats(paths) == pytest.approx(0.2, abs=0.12)


def test_what_a_side_did_moves_its_own_tactic_away_from_the_frequencies():
    found = fit_concessions(paths_of(RECORDS.negotiations.values()))
    assert found.posterior(None) is found.weights
    uaw = next(path for path in paths_of([RECORDS["uaw_gm_2023"]]) if path.number == 1)
    assert abs(found.posterior(uaw) - found.weights).sum() > 0.2
    assert found.log_predictive(uaw) < 0
