"""The model page says what the code does: tables, names, numbers, and every file and command it points to."""

from __future__ import annotations

import doctest
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from negsim.agenda.status import LEGAL_MOVES, PROGRESS, Reason, Spent, Status
from negsim.cli import app
from negsim.quantities import fields
from negsim.quantities.quantity import DAYS_PER_YEAR, FAMILIES
from negsim.scenario import issue_models, tactics
from negsim.scenario import layering as layers
from negsim.scenario import talks_models as assumptions
from negsim.simulation import bargain_rows, environment_rows
from negsim.simulation import compiler as compiled
from negsim.simulation import rows as rows_of
from negsim.simulation.engines import reference
from negsim.simulation.events import Kind
from negsim.simulation.rules import concession, quantiles
from negsim.simulation.rules import meetings as talks
from negsim.simulation.rules import quantile_tables as tables
from negsim.simulation.rules import status as progress
from negsim.simulation.rules.draws import stream, uniform_at
from negsim.simulation.rules.frontier import TOLERANCE, best_for_other
from tests import kit

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
BOXES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
LONGEST_WINDOW = max(getattr(note, "le", 0) for note in tactics.Tactic.model_fields["window"].metadata)


def rows(*head: str) -> list[list[str]]:
    """The cells of the one table with this head."""
    top = "| " + " | ".join(head) + " |"
    assert PAGE.count(f"\n{top}\n") == 1, f"no single table {top}"
    body = PAGE.split(f"\n{top}\n")[1].split("\n\n")[0].split("\n")[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def names(cell: str) -> list[str]:
    """What stands in code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first(*head: str) -> list[str]:
    """The names in a table's first column."""
    return [name for row in rows(*head) for name in names(row[0])]


def prose(text: str) -> str:
    """A text with its line breaks taken out."""
    return " ".join(text.split())


# -- tables and names --------------------------------------------------------------------------------------------------
def test_the_status_table_is_the_one_of_legal_moves():
    told = {
        Status[names(was)[0].upper()]: {Status[name.upper()] for name in names(may)}
        for was, may in rows("from", "may become")
    }
    assert told == LEGAL_MOVES


def test_the_way_of_an_issue_is_the_one_that_openings_wait_for():
    assert " < ".join(status.label for status in PROGRESS) in PAGE


def test_what_a_start_carries_is_what_is_checked():
    told = {}
    for status, must, may in rows("status", "`start` must have", "`start` may have"):
        told[Status[names(status)[0].upper()]] = (names(must), names(may))
    carried = {status: (list(must), list(may)) for status, (must, may) in layers.CARRIES.items()}
    told[Status.DORMANT] = ([], [])  # the sentence there names a key of the issue
    told[Status.SUSPENDED] = (told[Status.SUSPENDED][0], carried[Status.SUSPENDED][1])  # the status before says it
    assert told == carried


def test_the_streams_of_luck_are_those_that_are_compiled():
    code = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (compiled, bargain_rows, environment_rows, rows_of)
    )
    drawn = {re.sub(r"\{[^}]*\}", "*", name) for name in re.findall(r'stream\(f?"([^"]+)"\)', code)}
    told = {re.sub(r"[A-Z]+", "*", name) for name in first("stream", "index")}
    assert told == drawn
    assert len(drawn) == 18


def test_tactics_curves_and_clocks_have_the_names_they_have_in_files():
    assert first("`kind`", "how the base moves", "where it comes from") == list(tactics.TACTIC_KEYS)
    for word in get_args(get_args(tactics.Tactic.model_fields["clock"].annotation)[0]):
        assert f"`{word}` clock" in prose(PAGE)
    for word in get_args(get_args(tactics.Tactic.model_fields["curve"].annotation)[0]):
        assert f"\n{word} " in PAGE
    told = re.search(r"Three values have names: (.*?)\. ", prose(PAGE))
    assert told is not None
    assert told[1] == ", ".join(f"`{name}` {beta:g}" for name, beta in fields.BETAS.items())


def test_distributions_have_the_numbers_they_have_in_files():
    told = {
        names(family)[0]: tuple(names(numbers)) for family, numbers, _ in rows("family", "numbers", "quantile at u")
    }
    assert told == FAMILIES


def _each_time(model: Any) -> Iterator[str]:
    for name, field in model.model_fields.items():
        notes = f"{field.metadata} {field.annotation}"  # within the annotation for fields such as `Lag | None`
        if "Takes(" in notes and "chance=True" in notes:
            yield name


def test_what_is_drawn_each_time_is_what_the_fields_say():
    found = [*vars(assumptions).values(), *vars(issue_models).values()]
    models = [m for m in found if isinstance(m, type) and issubclass(m, assumptions.Model)]
    chance = {name for model in models for name in _each_time(model)}
    assert set(first("field", "drawn for")) == chance


def test_marks_orders_and_regimes_are_those_of_the_scenario():
    marks = get_args(get_args(assumptions.Mark)[0])
    assert first("`kind`", "effect") == [
        kind for mark in marks for kind in get_args(mark.model_fields["kind"].annotation)
    ]
    assert first("`order`", "what comes first") == list(get_args(assumptions.Channel.model_fields["order"].annotation))
    assert {"sojourn", "next", *first("key", "effect")} == set(assumptions.Regime.model_fields)


def test_what_time_goes_into_and_why_a_run_ends_are_those_of_the_results():
    assert first("part", "the time in which the issue") == [part.name.lower() for part in Spent]
    assert set(first("reason", "when")) == {reason.label for reason in Reason}


def test_what_happens_at_the_same_time_goes_in_the_order_of_the_classes():
    words = {
        "suspension": progress.RESUMPTION,
        "opens": progress.WAKING,
        "shock": progress.SHOCK,
        "climate": progress.CLIMATE_CHANGE,
        "implementation": progress.LAG_END,
        "meeting": progress.MEETING,
        "deadline": progress.END_OF_TALKS,
    }
    told = [next(words[word] for word in words if word in what) for _, what in rows("class", "what happens")]
    assert told == sorted(words.values())


@pytest.mark.parametrize(
    ("says", "number"),
    [
        ("Utilities count as equal within {}", TOLERANCE),
        ("`converging` if the gap is at most {}", talks.CONVERGED),
        ("A field that must be above 0 ends at {}", rows_of.LEAST),
        ("At most {} combinations are compiled", bargain_rows.MOST_COMBINATIONS),
        ("if `m` members are divisible at most {} / (m + 1)", bargain_rows.MOST_MIXED),
        ("a node at every 1/{} of every halving", quantiles.CELLS),
        ("from 1/2 down to 2^-{}", quantiles.HALVINGS + 1),
        ("{} modes (`pert`, linear in between)", tables.SHAPE_NODES[quantiles.PERT][0]),
        ("{} shapes (`gamma`)", tables.SHAPE_NODES[quantiles.GAMMA][0]),
        ("or {} by 21 (`beta`)", tables.SHAPE_NODES[quantiles.BETA][0]),
        ("(`beta`) from {}", quantiles.SHAPE_LOW),
        ("(`beta`) from 0.05 to {}", quantiles.SHAPE_HIGH),
        ("ln(q90 / median) / {}", round(quantiles.Z90, 5)),
        ("its `window` (1 to {})", LONGEST_WINDOW),
        ("A year has {} days", DAYS_PER_YEAR),
    ],
)
def test_numbers_of_the_code_are_told_as_they_are(says, number):
    before, after = says.split("{}")
    assert f"{before}{number:g}{after}".replace("e-0", "e-") in prose(PAGE)


# -- boxes -------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def box() -> dict[str, Any]:
    """Every box of Python on the page, run from the top; what their names stand for at the end."""
    known: dict[str, Any] = {}
    runner, parser = doctest.DocTestRunner(), doctest.DocTestParser()
    for number, text in enumerate(BOXES):
        test = parser.get_doctest(text, known, f"box {number}", "docs/model.md", PAGE[: PAGE.index(text)].count("\n"))
        assert test.examples
        runner.run(test, clear_globs=False)
        known = test.globs
    assert len(BOXES) >= 8
    assert runner.tries > 30
    assert runner.failures == 0
    return known


def test_the_worked_agreement_is_what_the_engine_gives(box):
    got = kit.play(kit.talks())
    assert box["crossing"] == pytest.approx(187.5)
    assert got("agreed")[0] == box["day"]
    assert got("u_a")[0] == pytest.approx(box["starter"], abs=1e-12)
    log = reference.trace(kit.compiled(kit.talks()), 1, 0)
    gaps = {event["t"]: event["x"] for event in log if event["kind"] == Kind.DISCUSSION}
    assert gaps[180.0] == pytest.approx(2 * box["at_180"] - 1, abs=1e-12)


def test_the_worked_residual_gap_is_what_the_engine_gives(box):
    gap = {"uniform": {"low": "20 days", "high": "60 days"}}
    got = kit.play(kit.chance(1.0, gap=gap, channel={"since_last": f"{box['e']} days"}), 5)("agreed")
    for run, left in enumerate(got):
        u = uniform_at(1, 0, run, stream("gap/rounds"), 0, 0)
        assert left == pytest.approx(20 + (60 - 20) * (1 - box["survival"] * (1 - u)) - box["e"], abs=1e-3)


def _insists(mapping: dict[str, Any], side: int = 0) -> dict[float, float]:
    log = reference.trace(kit.compiled(mapping), 1, 0)
    offers = log[(log["kind"] == Kind.OFFER) & (log["other"] == side)]
    return {float(event["t"]): float(event["z"]) for event in offers}


def test_the_worked_hardening_is_what_the_engine_gives(box):
    harden = {"kind": "harden", "side": "us", "step": box["step"], "half_life": f"{box['half_life']} days"}
    dated = [{"date": day, "probability": 1} for day in ("2025-04-10", "2025-06-09")]
    firm = {"kind": "fixed", "aspiration": 0.5, "source": kit.SOURCE}
    shocks = {"chill": {"title": "Chill", "dates": dated, "marks": [harden]}}
    mapping = kit.talks({"a": {"reservation": {"us": 0.2, "russia": 0.6}}}, channel={"gap": "60 days"}, shocks=shocks)
    mapping["tactics"]["us"] = firm
    insists = _insists(mapping)
    assert insists[60.0] == pytest.approx(0.5 + box["on_day_60"], abs=1e-12)
    assert insists[120.0] == pytest.approx(0.5 + box["on_day_60"] / 2, abs=1e-12)


def test_the_worked_collapse_is_what_the_engine_gives(box):
    mapping = kit.talks({"a": {"implementation": {"lag": "14 days", "collapse": 1, "step": 0.2}}})
    clock = (1 - box["base"]) / 0.8 * 300
    # the deal of day 190 collapses on day 204; at the next meeting, on day 210, the clock has run 6 days more
    assert _insists(mapping)[210.0] == pytest.approx(1 - 0.8 * (clock + 6) / 300, abs=1e-12)


def test_the_worked_trade_is_a_point_of_the_compiled_frontier(box):
    weights = {side: {"a": a, "b": b} for side, (a, b) in (("us", box["w_a"]), ("russia", box["w_b"]))}
    both = {"title": "Both", "issues": ["a", "b"], "weights": weights}
    packed = kit.compiled(kit.talks("a b", packages={"ab": both}))
    u_a, u_b, _ = best_for_other(packed.record().x, packed.bargains.index("ab"), 0, 0.8)
    assert u_a + u_b == pytest.approx(1.6, abs=1e-12)


def test_the_worked_draw_is_the_one_that_is_made(box):
    assert stream("settle/banking") % 2**64 == box["stream"]
    assert uniform_at(1, 0, 7, stream("settle/banking"), 3, 0) == ((box["word"] >> 12) + 0.5) * 2**-52


@pytest.mark.parametrize("beta", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("kappa", [0.0, 0.3])
@pytest.mark.parametrize("curve", ["polynomial", "exponential"])
def test_the_formula_of_each_curve_is_the_one_that_is_computed(beta, kappa, curve):
    if curve == "exponential" and kappa == 0:
        kappa = 0.05
    formula = re.search(rf"^{curve} +c = (.+?)( {{3,}}.*)?$", PAGE, re.MULTILINE)
    assert formula is not None
    text = formula[1].replace("^", "**").replace(") tau", ") * tau").replace(" ln kappa", " * log(kappa)")
    mapping = kit.talks(both={"beta": beta, "kappa": kappa, "curve": curve})
    record = kit.compiled(mapping).record()
    record.arrays["number"]["value"][:] = record.arrays["template"]["value"]  # nothing varies
    for tau in (0.0, 0.2, 0.7):
        c = eval(text, {"exp": math.exp, "log": math.log, "tau": tau, "kappa": kappa, "beta": beta})
        assert concession.curve(record.x, 0, tau * 300, 0.2) == pytest.approx(1 - 0.8 * c, abs=1e-12)


# -- what the page points to -------------------------------------------------------------------------------------------
def _spans() -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", PAGE, flags=re.MULTILINE | re.DOTALL))


def test_every_file_the_page_names_exists():
    paths = {span for span in _spans() if re.fullmatch(r"(negsim|tests|docs|scenarios|seeds)/[\w./]*", span)}
    links = {target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", PAGE) if "://" not in target}
    assert paths
    assert links
    for path in paths:
        assert (ROOT / path).exists(), path
    for link in links:
        assert (ROOT / "docs" / link).exists(), link


def test_every_command_the_page_names_exists():
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = [span.split() for span in _spans() if span.startswith("negsim ")]
    assert named
    for _, command, *rest in named:
        options = {option for parameter in commands[command].params for option in parameter.opts}
        assert {word for word in rest if word.startswith("-")} <= options


def test_the_engines_the_page_names_are_there():
    section = PAGE.split("\n## 9.")[1].split("\n## ")[0]
    engines = {path.stem for path in (ROOT / "negsim" / "simulation" / "engines").glob("*.py")} - {"__init__", "errors"}
    assert {span for span in re.findall(r"`(\w+)`", section)} == engines


def test_the_known_answers_are_tested_under_their_numbers():
    section = PAGE.split("\n## 11.")[1].split("\n## ")[0]
    told = {int(number) for number in re.findall(r"^(\d+)\. \*\*", section, re.MULTILINE)}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "known_answers").glob("test_*.py"))
    assert told == {int(number) for number in re.findall(r"^def test_(\d+)_", code, re.MULTILINE)}


def test_headings_are_numbered_and_are_the_ones_that_the_code_refers_to():
    headings = re.findall(r"^## (\d+)\. (.+)$", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in headings] == list(range(1, len(headings) + 1))
    told = {name for _, name in headings}
    for path in sorted((ROOT / "negsim").rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        see = re.findall(r'[Ss]ee ("[^"\n]+"(?: and "[^"\n]+")*)', code)
        assert {name for names_ in see for name in re.findall(r'"([^"]+)"', names_)} <= told, path


def test_sections_that_scenarios_refer_to_exist():
    last = max(int(number) for number in re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE))
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        for number in re.findall(r"model page, section (\d+)", prose(path.read_text(encoding="utf-8"))):
            assert int(number) <= last, path


def test_lines_fit_a_terminal():
    assert all(len(line) <= 120 or line.startswith("|") for line in PAGE.splitlines())
