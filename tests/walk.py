"""A walk of one scenario through every command, every picture and the page."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from rich.cells import cell_len as cells

import negsim as ns
from negsim.cli import main
from negsim.cli.projection_table import projection_table
from negsim.files import TextStyle
from negsim.plots import KINDS
from negsim.scenario.scenario import from_mapping

#: A number that is none, as a word of its own.
NO_NUMBER = re.compile(r"(?<![\w.])nan(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Ended:
    """What the command line left behind."""

    code: int
    out: str
    err: str


def call(*arguments: object) -> Ended:
    """Call the command line in this process; the note that an engine is being compiled is left out."""
    before, out, err, code = sys.argv, StringIO(), StringIO(), 0
    sys.argv = ["negsim", *map(str, arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.argv = before
    lines = [line for line in err.getvalue().splitlines(True) if not line.startswith("Compiling the ")]
    return Ended(code, out.getvalue(), "".join(lines))


def show_everything(mapping: Mapping[str, Any], runs: int) -> None:
    """The table, the summary and every picture of a scenario."""
    scenario = from_mapping(mapping)
    projection = ns.run(scenario, runs=runs, seed=1)
    text = projection_table(projection.digest, projection.provenance, TextStyle(), projection.notes)
    assert not NO_NUMBER.search(text)
    assert len(projection.summary()) == len(scenario.issues) + 1
    for kind in KINDS:
        try:
            picture = projection.plot(kind)
        except ns.NegsimError:
            assert kind == "frontier"
            continue
        assert not NO_NUMBER.search(picture.svg)


def walk(mapping: Mapping[str, Any], runs: int, folder: Path) -> Iterator[tuple[tuple[object, ...], Ended]]:
    """Each command of the command line with this scenario, and how it ends; files lie in ``folder``.

    A command that refuses must say why: exit code 2 and a message.
    """
    file, agenda, other = folder / "scenario.yaml", folder / "agenda.yaml", folder / "other.yaml"
    agenda.write_text(json.dumps(mapping["agenda"], ensure_ascii=False), encoding="utf-8")
    file.write_text(json.dumps({**mapping, "agenda": "agenda.yaml"}, ensure_ascii=False), encoding="utf-8")
    other.write_text(json.dumps({"extends": "scenario.yaml", "title": "Other", "horizon": "1 day"}), encoding="utf-8")
    scenario = ns.load(file)
    issue, runs_of = next(iter(scenario.issues)), ("--runs", runs)
    a = scenario.sides[0]
    done, swept = folder / "done", folder / "swept"
    steps: tuple[tuple[object, ...], ...] = (
        ("check", file, agenda, other),
        ("check", file, "--strict"),
        ("show", file),
        ("show", file, "--short"),
        ("show", other, "--difference"),
        ("elicit", file),
        ("agenda", agenda),
        ("agenda", agenda, "--as-of", scenario.as_of),
        ("agenda", agenda, "show", issue),
        ("run", file, *runs_of, "--out", done),
        ("run", file, *runs_of, "--reference"),
        ("run", file, *runs_of, "--dates", "week", "--milestones", "1 day"),
        ("when", done, "-p", "60%"),
        ("when", file, *runs_of, "--first", 1, "--given", f"{issue} by {scenario.as_of}"),
        ("how-many", done, "--by", "horizon"),
        ("how-many", done, "--by", "1 day"),
        ("trace", file, "--run", runs - 1, "--dates", "week"),
        ("explain", file, issue, *runs_of, "--dates", "week"),
        ("compare", done, file),
        ("compare", file, other, *runs_of),
        ("sweep", file, "--vary", f"tactics.{a}.beta=0.2,1,4", "--runs", runs, "--out", swept),
        ("sensitivity", swept, "--dates", "month"),
        ("sensitivity", done),
        ("sensitivity", file, "--issue", issue, "--days", *runs_of, "-o", folder / "tornado.png"),
        ("discover", done, "--at-least", 1),
        ("discover", file, "--issue", issue, *runs_of, "-o", folder / "corner.svg"),
        ("report", done, other, "-o", folder / "report.html"),
        ("calibrate", "--agenda", agenda, "--on", scenario.as_of, "-o", folder / "rates.yaml"),
        ("calibrate", "--template", file, "--no-patience", "-o", folder / "again.yaml"),
        ("run", folder / "again.yaml", *runs_of),
        *(("plot", done, kind, "-o", folder / f"{kind}.svg") for kind in KINDS),
        ("plot", file, "calendar", "--with", other, *runs_of, "-o", folder / "two.png"),
        ("plot", file, "climate", "--run", 0, *runs_of, "-o", folder / "one.svg"),
        ("export", done, "--ics", folder / "x.ics", "--questions", folder / "x.md", "--cdf", folder / "x.csv"),
        ("export", done, "--hubverse", folder / "hub"),
        ("verify", done),
        ("rerun", done),
        ("diff", f"{agenda}@{scenario.as_of}", agenda),
        ("describe", file),
        ("update", file, "--to", scenario.as_of + timedelta(days=1), "--runs", 20, "-o", folder / "updated.yaml"),
        ("timeline", file, "--dates", f"{scenario.as_of},{scenario.as_of + timedelta(days=1)}", *runs_of),
        ("score", file, "--dates", scenario.as_of, *runs_of),
    )
    for step in steps:
        yield step, call(*step)


#: Commands that answer for every scenario, and those whose text fits a terminal of 80 columns.
ALWAYS = {
    "check",
    "show",
    "agenda",
    "run",
    "how-many",
    "trace",
    "compare",
    "report",
    "plot",
    "export",
    "verify",
    "rerun",
    "diff",
}
FITTING = {"run", "when", "how-many", "compare", "explain", "sweep", "sensitivity", "discover", "trace", "agenda"}
#: Commands that take no scenario or agenda, so that no walk has them.
ELSEWHERE = {"init", "new", "doctor", "scenarios", "schema", "history", "backtest", "import"} | {
    "ingest", "review", "app", "offers", "forecast-offers",
}  # fmt: skip


def walk_through(mapping: Mapping[str, Any], runs: int, folder: Path) -> set[object]:
    """Check that every command ends well or says why it does not; returns the names of the commands."""
    names = set()
    for step, ended in walk(mapping, runs, folder):
        name = step[0]
        names.add(name)
        assert ended.code in (0, 2), (step, ended)
        assert ended.code == 0 or ended.err.strip() or "error" in ended.out, step
        refused = "--strict" in step or "frontier" in step or "--milestones" in step
        if name in ALWAYS and not refused and folder / "again.yaml" not in step:
            assert ended.code == 0, (step, ended.err)
        assert not NO_NUMBER.search(ended.out), (step, ended.out)
        if name in FITTING:
            assert max((cells(line) for line in ended.out.splitlines()), default=0) <= 80, (step, ended.out)
    return names
