"""Random scenarios over the whole schema, in the friendly form.

Most are in order, the rest are turned away by the loader.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.kit import SOURCE, agenda, chance, talks

NAMES = ("a", "b", "c", "d", "e")
SIDES = ("us", "russia")
DAYS = st.sampled_from([0, 1, 5, 10, 10, 20, 30, 60, 90])


def share(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Shares on a grid, so that ties and touching zones are common."""
    return st.integers(round(low * 20), round(high * 20)).map(lambda k: k / 20)


def span(least: int = 0) -> st.SearchStrategy[str]:
    return DAYS.map(lambda d: f"{max(d, least)} days")


@st.composite
def uncertain_share(draw: st.DrawFn, low: float = 0.0, high: float = 1.0) -> Any:
    """A share as a plain number, a distribution or a parameter."""
    form = draw(st.integers(0, 6))
    if form == 0:
        middle = draw(share(low, high))
        return {"pert": {"low": low, "mode": middle, "high": high}}
    if form == 1:
        return {"uniform": {"low": low, "high": high}}
    if form == 2:
        return {
            "parameter": "mood",
            "times": draw(st.sampled_from([0.5, 1, 2])),
            "plus": draw(st.sampled_from([-0.2, 0, 0.3])),
        }
    if form == 3:
        return {"empirical": {"values": draw(st.lists(share(low, high), min_size=1, max_size=4))}}
    if form == 4:
        return {"beta": {"a": draw(st.sampled_from([0.5, 1, 3])), "b": 2, "low": low, "high": high}}
    return draw(share(low, high))


@st.composite
def chance_span(draw: st.DrawFn, least: int = 0) -> Any:
    """A duration drawn each time: plain, or a distribution whose numbers may themselves be uncertain."""
    form = draw(st.integers(0, 9))
    days = max(draw(DAYS), 1)
    if form == 0:
        return {"exponential": {"mean": f"{days} days"}}
    if form == 1:
        return {"lognormal": {"median": f"{days} days", "q90": f"{3 * days} days"}}
    if form == 2:
        return {"weibull": {"scale": f"{days} days", "shape": draw(st.sampled_from([0.7, 1, 2.3]))}}
    if form == 3:
        return {"gamma": {"shape": {"uniform": {"low": 0.5, "high": 3}}, "scale": f"{days} days"}}
    if form == 4:
        return {
            "pert": {
                "low": f"{days} days",
                "mode": {"uniform": {"low": f"{days} days", "high": f"{2 * days} days"}},
                "high": f"{3 * days} days",
            }
        }
    if form == 5:
        return {"empirical": {"values": [f"{d + 1} days" for d in draw(st.lists(DAYS, min_size=1, max_size=3))]}}
    if form == 6:
        return {"triangular": {"low": f"{days} days", "mode": f"{days} days", "high": f"{2 * days} days"}}
    return f"{max(days if draw(st.booleans()) else draw(DAYS), least)} days"


@st.composite
def tactic(draw: st.DrawFn, deadline: bool, rounds: bool) -> dict[str, Any]:
    kind = draw(st.sampled_from(["time", "time", "time", "reciprocal", "mixed", "fixed"]))
    made: dict[str, Any] = {"kind": kind, "source": SOURCE}
    if kind in ("time", "mixed"):
        curve = draw(st.sampled_from(["polynomial", "polynomial", "exponential"]))
        made |= {
            "curve": curve,
            "beta": draw(
                st.sampled_from(["boulware", "linear", "conceder", 0.1, 2.5, {"lognormal": {"median": 1, "q90": 3}}])
            ),
            "kappa": draw(st.sampled_from([0.05, 0.2]))
            if curve == "exponential"
            else draw(st.sampled_from([0, 0, 0.1])),
        }
        if rounds:
            made |= {"clock": "rounds", "patience": f"{draw(st.integers(1, 20))} rounds"}
        else:
            times = draw(st.sampled_from([1, 2, {"lognormal": {"median": 2, "q90": 4}}]))
            ends = [{"until": "2025-12-31", "times": times}] + ([{"until": "deadline"}] if deadline else [])
            plain = [f"{d} days" for d in (10, 60, 150, 400)] + [{"lognormal": {"median": "100 days", "q90": "1 year"}}]
            made["patience"] = draw(st.sampled_from(plain + ends))
    if kind in ("reciprocal", "mixed"):
        made |= {"reciprocity": draw(st.sampled_from([0.5, 1, 1.5])), "window": draw(st.integers(1, 4))}
    if kind != "time":
        made["aspiration"] = draw(st.sampled_from([1, 0.9, 0.6]))
    if kind == "mixed":
        made["weight"] = draw(share())
    return made


@st.composite
def issue(
    draw: st.DrawFn, name: str, before: list[str], rounds: bool, kinds: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """An issue's assumptions and its status at ``as_of``."""
    made: dict[str, Any] = {
        "reservation": {side: draw(uncertain_share(0, 0.8)) for side in SIDES},
        "hours": draw(st.sampled_from(["1 hour", "30 minutes", "2 hours"])),
        "priority": draw(st.integers(1, 2)),
        "first": draw(st.sampled_from([*SIDES, "drawn"])),
        "implementation": {
            "lag": draw(chance_span()),
            "collapse": draw(st.sampled_from([0, 0, 0.3, 1])),
            "step": draw(share(0, 0.5)),
            "requires": draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else [],
        },
    }
    options = draw(st.integers(0, 3))
    if options == 1:
        made["outcome"] = {
            "options": [
                {"id": f"o{k}", "title": f"Option {k}", "us": draw(share()), "russia": draw(share())}
                for k in range(draw(st.integers(1, 4)))
            ]
        }
    if draw(st.integers(0, 4)) == 0:
        made["settle"] = {"chance": draw(share())}
    status = draw(
        st.sampled_from(
            ["raised"] * 4
            + ["discussing", "converging", "suspended", "implementing", "agreed", "dormant", "dormant", "resolved"]
        )
    )
    unit = "rounds" if rounds else "days"
    clock = {"clock": {side: f"{draw(st.integers(0, 30))} {unit}" for side in SIDES}, "rounds": draw(st.integers(0, 3))}
    answering = any(kind in ("reciprocal", "mixed") for kind in kinds.values())
    if answering:
        clock["offers"] = {side: [0.1, 0.15, 0.2, 0.2] for side in SIDES}
    if status in ("discussing", "converging"):
        made["start"] = clock
    elif status == "suspended":
        made["start"] = {"left": draw(chance_span(1)), "was": "discussing", **clock}
    elif status in ("implementing", "agreed"):
        us = draw(share())
        made["start"] = {"terms": {"option": "o0"} if "outcome" in made else {"us": us, "russia": 1 - us}}
        if status == "implementing":
            made["start"]["passed"] = draw(st.sampled_from(["0 days", "1 day"]))
            made["implementation"]["requires"] = []
            made["implementation"]["lag"] = {"exponential": {"mean": "20 days"}}
    elif status == "dormant":
        opens: dict[str, Any] = {}
        if draw(st.booleans()) or not before:
            opens["on"] = draw(st.sampled_from(["2025-04-10", "2025-04-20", "2025-06-01", "2030-01-01"]))
        if before and (draw(st.booleans()) or not opens):
            opens["when"] = {
                "issue": draw(st.sampled_from(before)),
                "reaches": draw(
                    st.sampled_from(
                        ["raised", "discussing", "converging", "resolved", "stalled", "suspended", "lapsed", "agreed"]
                    )
                ),
            }
        made["opens"] = opens
    return status, made


@st.composite
def shocks(draw: st.DrawFn, names: list[str], regimes: list[str], channels: list[str]) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True))
    made = {}
    for kind in kinds:
        marks = []
        for _ in range(draw(st.integers(1, 4))):
            some = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
            touched = draw(st.sampled_from(["all", some]))
            side = draw(st.sampled_from(SIDES))
            mark = draw(
                st.sampled_from(
                    [
                        {"kind": "climate", "to": draw(st.sampled_from(regimes))},
                        {"kind": "suspend", "issues": touched, "duration": draw(chance_span())},
                        {
                            "kind": "harden",
                            "side": side,
                            "issues": touched,
                            "step": draw(share(0, 0.5)),
                            "half_life": "30 days",
                        },
                        {
                            "kind": "ease",
                            "side": side,
                            "issues": touched,
                            "step": {"uniform": {"low": 0, "high": 0.4}},
                            "half_life": "100 days",
                        },
                        {
                            "kind": "reservation",
                            "side": side,
                            "issues": some,
                            "delta": draw(st.sampled_from([-0.3, -0.1, 0.2])),
                        },
                        {"kind": "meeting", "channel": draw(st.sampled_from(channels)), "after": draw(span())},
                    ]
                )
            )
            marks.append(mark | {"probability": draw(st.sampled_from([1, 1, 0.5]))})
        made[kind] = {"title": kind, "marks": marks, "source": SOURCE}
        if draw(st.booleans()):
            made[kind]["rate"] = f"{draw(st.sampled_from([1, 6]))} per year"
        if draw(st.booleans()):
            made[kind]["dates"] = [
                {"date": d, "probability": draw(share())} for d in ("2025-04-10", "2025-04-20", "2025-07-01")
            ]
        if draw(st.booleans()):
            made[kind]["pending"] = ["0 days", "3 days"]
        if draw(st.booleans()):
            made[kind]["provokes"] = [{"shock": other, "mean": 0.4, "delay": draw(chance_span())} for other in kinds]
    return made


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A friendly scenario; a loader may turn it away."""
    names = list(NAMES[: draw(st.integers(1, len(NAMES)))])
    rounds = draw(st.integers(0, 3)) == 0
    deadline = draw(st.booleans())
    tactics = {side: draw(tactic(deadline, rounds)) for side in SIDES}
    kinds = {side: t["kind"] for side, t in tactics.items()}
    status: dict[str, str] = {}
    issues: dict[str, Any] = {}
    for k, name in enumerate(names):
        status[name], issues[name] = draw(issue(name, names[:k], rounds, kinds))
    single = draw(st.integers(0, 3)) == 0
    regimes = ["fair", "foul", "worse"][: draw(st.integers(1, 3))]
    climate = {
        "start": draw(st.sampled_from(regimes)),
        "source": SOURCE,
        "regimes": {
            r: {
                "pace": draw(st.sampled_from([0, 0.5, 1, 2])),
                "gap_factor": draw(st.sampled_from([0.5, 1, 2])),
                "cancellation": draw(st.sampled_from([0, 0.3, 1])),
                "settlement": draw(st.sampled_from([0, 1, 2])),
                "breakdown": draw(st.sampled_from(["0 per year", "0.3 per year"])),
            }
            | (
                {
                    "sojourn": f"{draw(st.sampled_from([20, 60]))} days",
                    "next": {o: 1 / (len(regimes) - 1) for o in regimes if o != r},
                }
                if len(regimes) > 1
                else {}
            )
            for r in regimes
        },
    }
    channels = {}
    for c in ["rounds", "experts"][: draw(st.integers(1, 2))]:
        channels[c] = {
            "title": c,
            "gap": draw(chance_span(1)),
            "session": draw(st.sampled_from(["2 hours", "3 hours", "20 hours"])),
            "good_offices": draw(st.sampled_from([0, 0, 0.2, 1])),
            "order": draw(st.sampled_from(["priority", "oldest", "closest", "round_robin"])),
            "source": SOURCE,
        }
        if draw(st.booleans()) and c == "experts":
            channels[c]["issues"] = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    made: dict[str, Any] = {
        "title": "Random talks",
        "agenda": agenda(status),
        "as_of": "2025-04-10",
        "horizon": draw(st.sampled_from(["2025-04-20", "200 days", "1 year", "3 years"])),
        "undertaking": "single" if single else "early_harvest",
        "parameters": {"mood": {"value": {"uniform": {"low": 0, "high": 1}}, "source": SOURCE}},
        "tactics": tactics,
        "defaults": {"source": SOURCE},
        "issues": issues,
        "channels": channels,
        "climate": climate,
        "shocks": draw(shocks(names, regimes, list(channels))),
    }
    if deadline:
        made["deadline"] = {"date": draw(st.sampled_from(["2025-04-10", "2025-04-20", "2025-09-01"])), "source": SOURCE}
    free = [n for n in names if status[n] in ("raised", "discussing", "converging", "dormant")]
    if len(free) >= 2 and draw(st.booleans()):
        members = free[: draw(st.integers(2, min(3, len(free))))]
        weight = draw(st.integers(1, 19)) / 20
        first = {members[0]: weight} | {m: (1 - weight) / (len(members) - 1) for m in members[1:]}
        even = {m: 1 / len(members) for m in members}
        made["packages"] = {
            "pack": {
                "issues": members,
                "weights": {"us": first, "russia": draw(st.sampled_from([even, first]))},
                "first": draw(st.sampled_from([*SIDES, "drawn"])),
                "source": SOURCE,
            }
        }
        if draw(st.booleans()):
            made["packages"]["pack"]["reservation"] = {side: draw(share(0, 0.6)) for side in SIDES}
    return made


#: Titles that a page, a picture or a terminal may render wrongly.
TITLES = ("Wages", "Health care", "领事馆的重新开放与签证", "🤝 Peace", "<b>$5 & 10 %</b>",
          "The use of electronic devices and of official vehicles by members of the administrative staff")  # fmt: skip


@st.composite
def of_any_scale(draw: st.DrawFn, most: int = 60) -> dict[str, Any]:
    """A valid scenario: one issue to ``most``, a day to fifty years, settled by offers, by chance, at once or never."""
    names = " ".join(f"i{k}" for k in range(draw(st.sampled_from([1, 2, 5, most]))))
    days = draw(st.sampled_from([1, 2, 3, 7, 30, 105, 400, 1096, 4000, 18263]))
    gap = max(days / draw(st.sampled_from([0.5, 3, 40])), 0.02)
    how = draw(st.sampled_from(["offers", "impossible", "chance", "never", "at once", "agreed"]))
    over: dict[str, Any] = {"horizon": f"{days} days", "channel": {"gap": f"{gap:g} days"}}
    if how in ("chance", "never", "at once"):
        made = chance({"chance": 0.3, "never": 0.0, "at once": 1.0}[how], names, **over)
    else:
        low = 0.8 if how == "impossible" else draw(st.sampled_from([0.2, {"uniform": {"low": 0.1, "high": 0.6}}]))
        over["both"] = {"patience": f"{max(days / 2, 0.5):g} days"}
        made = talks(names, defaults={"reservation": {"us": low, "russia": low}}, **over)
    if how == "agreed":
        made["defaults"] |= {"implementation": {"lag": {"exponential": {"mean": f"{days / 2:g} days"}}}}
    issues = made["agenda"]["issues"]
    long_ago = draw(st.booleans())
    for number, (name, issue) in enumerate(issues.items()):
        issue["title"] = TITLES[number % len(TITLES)]
        if how == "agreed":
            issue["history"].append({"date": "2025-04-09", "status": "agreed", "what": "It was agreed."})
            made["issues"][name]["start"] = {"terms": {"us": 0.5, "russia": 0.5}}
        if long_ago:
            issue["history"].insert(0, {"date": "1985", "status": issue["history"][0]["status"], "what": "Begun."})
    made["agenda"]["title"] = draw(st.sampled_from(TITLES))
    if draw(st.booleans()):
        made["title"] = draw(st.sampled_from(TITLES))
    return made
