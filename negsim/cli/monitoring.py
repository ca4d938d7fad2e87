"""Commands that follow talks: update, timeline, score."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.days import day
from negsim.cli.execution import progress, resumable, scenario_of
from negsim.cli.options import Json, Scenario, Seed, Workers
from negsim.cli.output import builtin_notice, emit, make_parent
from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.monitoring import Timeline, Update


def update(
    file: Scenario,
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of the record that counts.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Updated scenario to write.")] = Path(
        "posterior.yaml"
    ),
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Picture of the assumptions before and after.")
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option(
            "--unknown", metavar="A,B", help="Issues of which the record does not tell whether they are settled."
        ),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-n", metavar="N", min=1, help="Number of runs.")] = 100_000,
    enough: Annotated[
        int, typer.Option("--enough", metavar="N", min=1, help="Matching runs that make a smaller tolerance usable.")
    ] = 1000,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Condition a scenario on what happened since its day.

    Plays the talks from the day of the scenario, counts only the runs that match the record up to the given day, and
    writes the scenario of that day with the assumptions of those runs.
    """
    from negsim.files import write_file
    from negsim.monitoring import update as condition

    scenario = scenario_of(file)
    names = tuple(name.strip() for name in unknown.split(",")) if unknown else ()
    with progress(runs, f"update {file.stem}") as advance:
        found = condition(
            scenario, to, runs, seed, unknown=names, enough=enough, workers=workers, progress=_begun(advance)
        )
    if found.warning:
        typer.echo(f"warning: {found.warning}", err=True)
    write_file(make_parent(output), found.scenario.to_yaml().encode())
    drawn = None
    if picture is not None and found.assumptions.empty:
        typer.echo("warning: no assumption is uncertain, so no picture is written", err=True)
    elif picture is not None:
        drawn = found.plot().save(make_parent(picture))
    emit(
        as_json,
        lambda: {
            "scenario": str(file),
            "written": str(output),
            "picture": str(drawn) if drawn else None,
            **found.data(),
        },
        lambda style: _update_text(found, output, style),
        builtin_notice(file),
    )


Dates_ = Annotated[
    str | None, typer.Option("--dates", metavar="A,B,C", help="Days of the timeline, with commas, in place of --every.")
]
Every = Annotated[
    str, typer.Option("--every", metavar="STEP", help="month, quarter or year, from the day of the file on.")
]
Issues = Annotated[str | None, typer.Option("--issues", metavar="A,B,C", help="Ids of issues.  [default: all]")]
EachRuns = Annotated[int, typer.Option("--runs", "-n", metavar="N", min=1, help="Number of runs of each day.")]


def timeline(
    file: Scenario,
    every: Every = "month",
    dates: Dates_ = None,
    issues: Issues = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Picture to write, with its data as CSV.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the table. A stopped timeline resumes there.")
    ] = None,
    runs: EachRuns = DEFAULT_RUNS,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Projection as of each of several days.

    Prints the probability that each issue is resolved by the horizon, as of each day, and how much it goes back and
    forth (flip-flop index).
    """
    found = _timeline(file, every, dates, issues, runs, seed, workers, out)
    drawn = None if output is None else found.plot().save(make_parent(output))
    emit(
        as_json,
        lambda: {
            "scenario": str(file),
            "by": str(found.scenario.horizon),
            "table": str(drawn) if drawn else None,
            "timeline": found.table.to_dict("records"),
            "jumpiness": found.jumpiness.astype(object).where(found.jumpiness.notna(), None).to_dict("records"),
        },
        lambda style: _timeline_text(found, style),
        builtin_notice(file),
    )


def score(
    file: Scenario,
    every: Every = "month",
    dates: Dates_ = None,
    issues: Issues = None,
    today: Annotated[
        str | None, typer.Option("--today", metavar="DATE", help="Last day that counts.  [default: last of the record]")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Reliability picture, with its data as CSV.")
    ] = None,
    runs: EachRuns = DEFAULT_RUNS,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Score the earlier projections of a timeline.

    Brier score of the probability by today, CRPS and log score of min(day, today). Smaller is better.
    """
    found = _timeline(file, every, dates, issues, runs, seed, workers, None)
    last = day(today) or found.scenario.record.last_day
    table = found.scores(last)
    if table.empty:
        raise NegsimError(f"no day of the timeline is before {last}, so there is nothing to score")
    if output is not None:
        found.reliability_plot(last).save(make_parent(output))
    emit(
        as_json,
        lambda: {"scenario": str(file), "today": str(last), "scores": table.to_dict("records")},
        lambda style: _score_text(found, table, str(last), style),
        builtin_notice(file),
    )


def _timeline(
    file: Path,
    every: str,
    dates: str | None,
    issues: str | None,
    runs: int,
    seed: int,
    workers: int,
    out: Path | None,
) -> Timeline:
    from negsim.monitoring import timeline as projected

    scenario = scenario_of(file)
    days, names = (None if text is None else [part.strip() for part in text.split(",")] for text in (dates, issues))
    with resumable(out), progress(None, f"timeline {file.stem}", "days") as advance:
        return projected(
            scenario, every, days, names, runs, seed, workers=workers, out=out, progress=_begun(advance)
        )  # fmt: skip


def _timeline_text(found: Timeline, style: TextStyle) -> str:
    page = TextPage(style).title(f"{found.scenario.title}: projections as of {len(found.parts)} days")
    page.add(f"Probability in % that an issue is resolved before {found.scenario.horizon}.").add()
    table = found.table.pivot(index="issue", columns="day", values="p").loc[list(found.issues)]
    chosen = [table.columns[k] for k in sorted({round(n * (len(table.columns) - 1) / 3) for n in range(4)})]
    widths = (*(12 for _ in chosen), 11)
    jumps = dict(zip(found.jumpiness["issue"], found.jumpiness["flip_flop"], strict=True))
    rows = []
    for name, row in table.iterrows():
        jump = "" if jumps[name] != jumps[name] else f"{jumps[name]:.3f}"
        rows.append((str(name), (*(f"{100 * float(row[on]):.0f}" for on in chosen), jump), ""))
    page.table(("issue", *chosen, "flip-flop"), widths, rows)
    some = f"Shown: {len(chosen)} of {len(found.parts)} days; --json and the picture have all. "
    return (
        page.add()
        .add(
            f"{some if len(chosen) < len(found.parts) else ''}flip-flop: mean movement back and forth from day to day; "
            "0 for a series that goes one way."
        )
        .text
    )


def _score_text(found: Timeline, table: Any, today: str, style: TextStyle) -> str:
    page = TextPage(style).title(f"{found.scenario.title}: projections scored as of {today}")
    settled = sum(found.settled(issue) is not None for issue in found.issues)
    page.add(f"{settled} of {len(found.issues)} issues are resolved by the record. Smaller scores are better.").add()
    rows = []
    for on, scores in table.groupby("day"):
        means = scores[["brier", "crps", "log"]].mean()
        rows.append((str(on), (f"{means['brier']:.3f}", f"{means['crps']:.1f}", f"{means['log']:.3f}"), ""))
    page.table(("as of", "Brier", "CRPS", "log"), (9, 9, 9), rows)
    return (
        page.add()
        .add(
            "Means over the issues in play. Brier: of the probability by that day. CRPS in days and log score: of "
            "min(day of the resolution, that day), proper also for what is not over."
        )
        .text
    )


def _begun(advance: Callable[[int], object]) -> Callable[[int], object]:
    """The progress bar after its first call, which counts what was done before."""
    advance(0)
    return advance


def _together(table: Any, most: int = 3) -> list[str]:
    """The largest rank correlations that the updated scenario keeps, and those that it does not keep."""
    kept, lost = table[table["kept"]].head(most), table[~table["kept"]].head(most)
    lines = [
        f"{row['first']} and {row['second']}: {row['rank_correlation']:+.2f}{note}"
        for rows, note in ((kept, ""), (lost, ", not kept in the updated scenario"))
        for _, row in rows.iterrows()
    ]
    return lines or ["none"]


def _update_text(found: Update, output: Path, style: TextStyle) -> str:
    page = TextPage(style).title(f"{found.prior.title}, from {found.prior.as_of} to {found.day}")
    page.add(f"By the record: {found.seen.words}.")
    page.add(f"{found.counted}, seed {found.seed}: {found.level.words}.").add()
    page.title("Assumptions that moved").items(found.sentences).add()
    if len(together := found.correlations):
        page.title("Assumptions that go together (rank correlation)").items(_together(together)).add()
    page.title("Resolved by the end of the earlier horizon, %")
    keys = ("before", "restarted", "continued")
    rows = [(str(name), [f"{100 * row[key]:.0f}" for key in keys], "") for name, row in found.table().iterrows()]
    page.table(("issue", *keys), (9, 11, 11), rows)
    page.add().add(
        "before: without the record. restarted: the updated scenario, from the record of the day. continued: the "
        f"matching runs, played on. The updated scenario is {output}."
    )
    return page.text
