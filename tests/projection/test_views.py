"""What the pictures show, counted again from the outcomes and the event logs of single runs."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

import negsim as ns
from negsim.agenda.status import Spent, Status
from negsim.analysis.logs import TALKING, step
from negsim.errors import NegsimError
from negsim.scenario.scenario import from_mapping
from negsim.simulation import compiler as compiled
from negsim.simulation.engines import reference
from negsim.simulation.events import Kind
from tests.kit import chance, steady, talks

RUNS = 60
DAYS = (0, 1, 37, 200, 500, 1094)


@pytest.fixture(scope="module")
def packages():
    return ns.run(ns.load("scenarios/package.yaml"), runs=RUNS, seed=1)


@pytest.fixture(scope="module")
def told(packages):
    """The event log of each run, as the reference engine tells it."""
    names = compiled.compile(packages.scenario)
    return [reference.trace(names, 1, k) for k in range(RUNS)]


@pytest.fixture(scope="module")
def moves(told):
    """The changes of status in each run: time, issue, status before and after."""
    found = []
    for log in told:
        rows = log[log["kind"] == Kind.STATUS]
        found.append(list(zip(*(rows[name].tolist() for name in ("t", "who", "was", "now")), strict=True)))
    return found


def at(view, **wanted):
    rows = view.table()
    for key, value in wanted.items():
        rows = rows[rows[key] == value]
    return rows


def on(projection, day):
    return projection.context.as_of + timedelta(days=day)


def test_the_logs_are_those_that_the_reference_engine_tells(packages, told):
    logs = packages.logs
    assert logs.events.tobytes() == np.concatenate(told).tobytes()
    assert logs.run.tolist() == [k for k, log in enumerate(told) for _ in log]


def status_on(moves, issue, start, day):
    last = [now for t, who, _, now in moves if who == issue and t < day + 1]
    return Status(last[-1]) if last else start


def test_flow_counts_the_statuses_of_all_issues_at_the_end_of_a_day(packages, moves):
    starts = packages.logs.statuses
    view = packages.view("flow")
    for day in DAYS:
        counts = Counter(status_on(run, j, start, day) for run in moves for j, start in enumerate(starts))
        for status in Status:
            (row,) = at(view, part="projected", date=on(packages, day), status=status.label).to_dict("records")
            assert row["issues"] == pytest.approx(counts[status] / RUNS)
    assert view.table().groupby(["part", "date"])["issues"].sum().round(9).unique().tolist() == [9.0]


def test_flow_of_the_record_counts_a_status_when_its_month_is_over():
    mapping = talks("a b")
    mapping["agenda"]["issues"]["a"]["history"] = [
        {"date": "2025-02", "status": "raised", "what": "x"},
        {"date": "2025-04-01", "status": "discussing", "what": "x"},
    ]
    mapping["issues"]["a"] = {"start": {"clock": {"us": "0 days", "russia": "0 days"}, "rounds": 0}}
    view = ns.run(from_mapping(mapping), runs=5).view("flow")
    recorded = at(view, part="recorded")
    stood = {(str(r["date"]), r["status"]): r["issues"] for r in recorded.to_dict("records")}
    assert stood["2025-02-27", "raised"] == 1  # b since January; a's February is not over
    assert stood["2025-02-28", "raised"] == 2
    assert (stood["2025-04-01", "raised"], stood["2025-04-01", "discussing"]) == (1, 1)


def test_burnup_has_scope_done_and_the_reopened(packages, moves):
    view = packages.view("burnup")
    done = (packages.outcomes["resolved"][:, :, None] < np.array(DAYS) + 1).sum(axis=1)
    for k, day in enumerate(DAYS):
        (row,) = at(view, what="done", part="projected", date=on(packages, day)).to_dict("records")
        for name, q in (("q10", 0.1), ("median", 0.5), ("q90", 0.9)):
            assert row[name] == np.quantile(done[:, k], q, method="inverted_cdf")
        (again,) = at(view, what="reopened", date=on(packages, day))["mean"]
        reopened = [t for run in moves for t, _, was, now in run if (was, now) == (Status.IMPLEMENTING, Status.RAISED)]
        assert again == pytest.approx(sum(t < day + 1 for t in reopened) / RUNS)
    assert at(view, what="scope", part="projected")["median"].unique().tolist() == [9]


def test_the_scope_grows_when_an_issue_opens():
    mapping = talks({"a": {}, "b": {"opens": {"on": "2025-06-01"}}}, horizon="200 days")
    view = ns.run(from_mapping(mapping), runs=20).view("burnup")
    scope = at(view, what="scope", part="projected").set_index("date")["median"]
    opening = [str(day) for day, value in scope.items() if value == 2]
    assert opening[0] == "2025-06-01"


def test_survival_keeps_resolved_lapsed_and_open_apart(packages):
    view = packages.view("survival")
    out = packages.outcomes
    for j, issue in enumerate(packages.context.issues):
        rows = at(view, issue=issue.id)
        assert np.allclose(rows["resolved"] + rows["lapsed"] + rows["open"], 1)
        for day in DAYS:
            row = rows[rows["date"] <= on(packages, day)].iloc[-1]
            assert row["resolved"] == (out["resolved"][:, j] < day + 1).mean()
            assert row["lapsed"] == (out["lapsed"][:, j] < day + 1).mean()
            assert (
                row["at_risk"] == RUNS - (out["resolved"][:, j] < day + 1).sum() - (out["lapsed"][:, j] < day + 1).sum()
            )
            assert row["low"] - 1e-9 <= row["unresolved"] <= row["high"] + 1e-9
            assert 0 < row["high"] - row["low"] < 0.27


def test_the_calendar_has_quantiles_and_leaves_out_what_lies_beyond(packages):
    view = packages.view("calendar")
    for j, issue in enumerate(packages.context.issues):
        (row,) = at(view, issue=issue.id, part="projected").to_dict("records")
        days = np.sort(
            np.where(np.isnan(packages.outcomes["resolved"][:, j]), np.inf, packages.outcomes["resolved"][:, j])
        )
        for name, q in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
            day = days[int(np.ceil(q * RUNS)) - 1]
            assert (
                (row[name] is None or row[name] != row[name]) if np.isinf(day) else row[name] == on(packages, int(day))
            )
    assert at(view, part="recorded", issue="banking")["status"].tolist()[0] == "discussing"


def test_offers_are_the_last_ones_of_runs_that_still_talk(packages, told, moves):
    logs = packages.logs
    bargain = logs.bargains()[0]
    issue = logs.members[bargain][0]
    tables = logs.stands(bargain, np.array(DAYS))
    for k, log in enumerate(told):
        made = log[(log["kind"] == Kind.OFFER) & (log["who"] == bargain)]
        for d, day in enumerate(DAYS):
            talks_on = status_on(moves[k], issue, logs.statuses[issue], day) in TALKING
            for side, table in enumerate(tables):
                own = made[(made["other"] == side) & (made["t"] < day + 1)]["x"]
                expected = own[-1] if len(own) and talks_on else np.nan
                np.testing.assert_equal(table[k, d], expected)


def test_the_gap_closes_as_both_sides_concede():
    view = ns.run(from_mapping(talks("a", horizon="290 days")), runs=3).view("gap")
    rows = at(view, what="gap")
    seen = rows[rows["median"].notna()]["median"].to_numpy()
    assert len(seen) > 5
    assert (np.diff(seen) <= 1e-12).all()
    assert seen[0] > 0.9
    assert "first offers are" in view.verdict


def test_offers_from_before_the_start_have_an_order_and_no_date(projection):
    rows = at(projection.view("gap"), bargain="banking")
    before = rows[rows["order"].notna()]
    assert before["date"].isna().all()
    offered = {side: at_side["median"].round(9).tolist() for side, at_side in before.groupby("what")}
    assert offered == {"us before": [0.7, 0.55], "russia before": [0.3, 0.45]}  # in the file: what is left to the other


def test_an_issue_of_a_package_shows_with_it(packages):
    names = list(dict.fromkeys(packages.view("gap").rows["bargain"]))
    assert set(names) >= set(packages.context.names.package_ids)
    assert "property" not in names


def test_terms_have_the_quantiles_of_the_shares(packages):
    view = packages.view("terms")
    for j, issue in enumerate(packages.context.issues):
        rows = at(view, issue=issue.id)
        shares = packages.outcomes["u_a"][:, j]
        shares = shares[~np.isnan(shares) & ~np.isnan(packages.outcomes["agreed"][:, j])]
        if not len(shares):
            assert rows["what"].tolist() == ["none"]
            continue
        assert rows["settled"].iloc[0] == len(shares) / RUNS
        assert rows["p"].sum() == pytest.approx(1)
        assert rows["median"].iloc[0] == pytest.approx(np.quantile(shares, 0.5, method="inverted_cdf"), abs=0.005)


def test_the_frontier_shows_what_the_runs_agree_on(packages, told):
    view = packages.view("frontier", of=packages.context.names.package_ids[0])
    logs = packages.logs
    bargain = len(packages.context.issues)
    agreed = [k for k, log in enumerate(told) if any(e["kind"] == Kind.DEAL and e["who"] == bargain for e in log)]
    assert at(view, what="deals")["runs"].sum() == len(agreed)
    runs, u_a, u_b = logs.deals(bargain)
    assert runs.tolist() == agreed
    for k, a, b in zip(runs, u_a, u_b, strict=True):
        deal = [e for e in told[k] if e["kind"] == Kind.DEAL and e["who"] == bargain][-1]
        assert (a, b) == (deal["x"], deal["y"])
    assert set(view.rows["what"]) >= {"frontier", "reservation", "nash", "kalai-smorodinsky", "deals"}


def test_a_package_gains_what_its_weights_differ_by():
    weights = {"us": {"a": 0.7, "b": 0.3}, "russia": {"a": 0.2, "b": 0.8}}
    package = {"p": {"title": "Both", "issues": ["a", "b"], "weights": weights}}
    p = ns.run(from_mapping(talks("a b", packages=package)), runs=3)
    from negsim.analysis.frontier_view import quality

    found = quality(p.logs, 2)
    assert found["most"] == pytest.approx([1.5] * 3)  # 1 and the total variation distance of the weights, 0.5
    assert found["to_frontier"] == pytest.approx([0] * 3, abs=1e-9)
    assert found["to_nash"] == pytest.approx(np.hypot(found["u_a"] - 0.7, found["u_b"] - 0.8), abs=1e-9)
    assert (found["surplus_a"] > 0).all()


def test_waiting_is_the_mean_of_what_days_went_into(packages):
    view = packages.view("waiting")
    for j, issue in enumerate(packages.context.issues):
        rows = at(view, issue=issue.id)
        for what in Spent:
            (days,) = rows[rows["what"] == what.name.lower()]["days"]
            assert days == pytest.approx(packages.outcomes["spent"][:, j, what].mean())
        assert rows["share"].sum() == pytest.approx(1)


def test_climate_shares_sum_to_one_and_follow_the_logs(packages, told):
    view = packages.view("climate")
    names = packages.context.names.regimes
    start = names.index(packages.scenario.climate.start)
    for day in DAYS:
        stood = Counter()
        for log in told:
            entered = log[(log["kind"] == Kind.CLIMATE) & (log["t"] < day + 1)]["who"]
            stood[int(entered[-1]) if len(entered) else start] += 1
        for r, name in enumerate(names):
            (share,) = at(view, regime=name, date=on(packages, day))["share"]
            assert share == pytest.approx(stood[r] / RUNS)


def test_one_run_has_its_own_climate_and_lanes_without_gaps(packages, told):
    ribbon = packages.view("climate", run=3).table()
    assert ribbon["to"].tolist()[:-1] == ribbon["from"].tolist()[1:]
    lanes = packages.view("trace", run=3).table()
    assert at_what(lanes, "meeting") == sum(e["kind"] == Kind.MEETING for e in told[3])
    assert at_what(lanes, "shock") == sum(e["kind"] == Kind.SHOCK for e in told[3])
    for issue in packages.context.issues:
        own = lanes[(lanes["what"] == "status") & (lanes["name"] == issue.id)]
        assert own["until"].tolist()[:-1] == own["day"].tolist()[1:]
        assert own["day"].iloc[0] == 0


def at_what(rows, what):
    return int((rows["what"] == what).sum())


def test_steps_hold_until_the_next_change():
    t = np.array([0.5, 2.0, 0.0])
    table = step(np.array([0, 0, 2]), t, np.array([1.0, 2.0, 3.0]), 3, np.array([0, 1, 2]))
    assert np.nan_to_num(table, nan=-1).tolist() == [[1, 1, 2], [-1, -1, -1], [3, 3, 3]]


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("burndwon", {}, 'did you mean "burndown"'),
        ("calendar", {"run": 1}, "a picture of one run"),
        ("calendar", {"of": "x"}, "of one package or issue"),
        ("trace", {"run": 99}, "runs 0 to 59"),
        ("frontier", {"of": "propert"}, 'did you mean "property"'),
    ],
)
def test_what_a_picture_does_not_take_is_an_error(packages, kind, more, says):
    with pytest.raises(NegsimError, match=says):
        packages.view(kind, **more)


def test_talks_by_chance_have_no_frontier_and_no_gap():
    p = ns.run(from_mapping(chance(0.2, "a b", horizon="2 years")), runs=20)
    with pytest.raises(NegsimError, match="no offers are made"):
        p.view("frontier")
    assert p.view("gap").verdict == "no offers are made: no issue is settled by concession"
    assert p.view("terms").verdict == "no run settles an issue on terms"


def test_a_steady_climate_says_so():
    p = ns.run(from_mapping(talks("a", climate=steady(calm={"pace": 1}), horizon="100 days")), runs=5)
    assert p.view("climate").verdict == "the climate stays calm throughout"
