"""Forecasts by an update of the scenario of a year before."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np

from negsim.calibration import updated as updated_forecasts
from negsim.history import Snapshot, load


def test_an_update_counts_the_runs_nearest_to_the_last_year(monkeypatch):
    """Six runs of two issues: the three in which one of them closes, and two meetings are held, count."""
    monkeypatch.setattr(updated_forecasts, "COUNTED", 3)
    monkeypatch.setattr(updated_forecasts, "FEW", 2)
    day, year = date(2020, 1, 1), timedelta(days=updated_forecasts.SPAN)
    left = SimpleNamespace(name="left")
    earlier = SimpleNamespace(targeted=(left, SimpleNamespace(name="closed")), now=SimpleNamespace(on=day))
    snapshot = SimpleNamespace(
        targeted=(left, SimpleNamespace(name="new")), days=[day, day + year / 2, day + year], horizon=10
    )
    never = np.inf
    days = {
        "l": np.array([367.0, 370.0, never, 20.0, never, 366.0]),
        "c": np.array([100.0, 365.0, 50.0, 30.0, never, never]),
    }
    known = {"left": np.zeros(11), "new": np.full(11, 0.5)}
    found = updated_forecasts._conditioned(
        snapshot, earlier, days, np.array([2.0, 2, 2, 2, 2, 9]), {"left": "l", "closed": "c"}, known
    )
    assert found["left"].round(3).tolist() == [0, 0, *[0.333] * 3, *[0.667] * 6]
    assert found["new"] is known["new"]


def test_a_negotiation_that_had_met_but_opened_no_issue_a_year_before_is_forecast_by_the_record(monkeypatch):
    """Croatia: the first conference was in October 2005, and the first chapter was opened in June 2006."""
    known = {"01": np.zeros(10)}
    monkeypatch.setattr(updated_forecasts, "Teaching", lambda others: None)
    monkeypatch.setattr(updated_forecasts, "simulated", lambda others, features: lambda snapshot: known)
    snapshot = Snapshot.of(load("seeds/histories")["croatia"], date(2006, 12, 12), 9)
    assert snapshot.days[0] < date(2005, 12, 12) < snapshot.talks.first
    assert updated_forecasts.updated([])(snapshot) is known
