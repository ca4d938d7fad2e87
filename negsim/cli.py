"""The command line: parse, call, print. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.compare_cli import compare
from negsim.compare_cli import compare
from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.report_cli import report
from negsim.runs import DEFAULT_RUNS, DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.agenda import Agenda
    from negsim.projection import Projection

app = typer.Typer(
    name="negsim",
    help="When is each issue of some talks resolved, how surely, on whose terms, and what would change it?\n\n"
    "Begin with: negsim run scenarios/baseline.yaml",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
agenda_app = typer.Typer(
    rich_markup_mode=None,
    invoke_without_command=True,
    help="The record: every issue, where it stands, what each side wants.",
)
app.add_typer(agenda_app, name="agenda")
app.command()(compare)
app.command()(report)
app.command()(compare)
app.command()(report)

Scenario = Annotated[Path, typer.Argument(metavar="FILE", help="A scenario, such as scenarios/baseline.yaml.")]
FileOrFolder = Annotated[
    Path, typer.Argument(metavar="FILE_OR_DIR", help="A scenario, or a folder that run --out has written.")
]
Runs = Annotated[int | None, typer.Option("--runs", "-n", min=1, help=f"How many runs.  [default: {DEFAULT_RUNS}]")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="How many processors play the runs.")]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Let a Dask cluster play the runs; needs negsim[dask].")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The key of all draws: one seed, one result.")]
Engine = Annotated[str, typer.Option("--engine", help="auto, batch or reference; the result is the same.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
AgendaFile = Annotated[
    Path | None, typer.Option("--agenda", metavar="FILE", help="The agenda; seeds/agenda.yaml if it is not given.")
]
Documents = Annotated[
    Path | None, typer.Option("--documents", metavar="DIR", help="The folder of the cited documents, one .txt each.")
]


@app.command()
def run(
    file: Scenario,
    runs: Runs = None,
    seed: Seed = DEFAULT_SEED,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Also write outcomes (Parquet) and a manifest to this folder; what is stopped goes on there.",
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision",
            metavar="X",
            help="Run until every probability's standard error is at most X (0.005), or every 50 % date's (7d): from "
            "8,192 runs to --runs, or a million.",
        ),
    ] = None,
    workers: Workers = 1,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Run a scenario many times and say when each issue is resolved."""
    from negsim.analysis import headline
    from negsim.runs import pick_engine
    from negsim.scenario import load
    from negsim.terminal import Look, projection_table

    scenario = load(file)
    engine = pick_engine(engine, runs or DEFAULT_RUNS)  # more than the default with --precision: the same choice
    with _executor(workers, dask, engine) as executor:
        projection = _run(
            file, scenario, runs, seed, engine, executor=executor, out=out, precision=precision,
            command=shlex.join(["negsim", *sys.argv[1:]]),
        )  # fmt: skip
    if as_json:
        _print_json(
            {
                "scenario": str(file),
                "title": scenario.title,
                "as_of": str(scenario.as_of),
                "horizon": str(scenario.horizon_date),
                "runs": projection.runs,
                "seed": projection.seed,
                "engine": projection.engine,
                "precision": projection.precision_data,
                "hash": projection.hash,
                "versions": dict(projection.versions),
                **headline.data(projection.digest),
            }
        )
        return
    typer.echo(projection_table(projection.digest, projection.provenance, Look.of_stdout(), projection.notes), nl=False)


@app.command()
def plot(
    source: FileOrFolder,
    kind: Annotated[
        str, typer.Argument(help="burndown: unresolved issues over time, recorded and projected.")
    ] = "burndown",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to write it: .svg or .png; KIND.svg if it is not given."
        ),
    ] = None,
    runs: Annotated[
        int | None, typer.Option("--runs", "-n", min=1, help=f"How many runs of a scenario.  [default: {DEFAULT_RUNS}]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help=f"The seed for a scenario.  [default: {DEFAULT_SEED}]")
    ] = None,
    engine: Engine = "auto",
) -> None:
    """Draw a picture of a projection, with a CSV file of its data beside it."""
    from negsim.plots import check_kind, picture_format

    target = output if output is not None else Path(f"{kind}.svg")
    check_kind(kind)
    picture_format(target)
    table = _projection(source, runs, seed, engine).plot(kind).save(target)
    typer.echo(f"{target} and its data, {table}")


@app.command()
def trace(
    file: Scenario,
    number: Annotated[int, typer.Option("--run", metavar="K", min=0, help="Which run; the first is 0.")] = 0,
    seed: Seed = DEFAULT_SEED,
    as_json: Json = False,
) -> None:
    """Tell the story of one run: meetings, offers, who moved, agreements, shocks, what blocked."""
    from negsim.runs import trace as replay
    from negsim.scenario import load

    story = replay(load(file), number, seed)
    if as_json:
        _print_json({"scenario": str(file), **story.data()})
    else:
        typer.echo(story.text, nl=False)


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES...", help="Scenarios; all problems of all files are listed.")
    ],
) -> None:
    """List every problem of scenario files, with its place and what is allowed; exit code 2 if there are errors."""
    from negsim.check import check as problems_of

    problems = [problem for file in files for problem in problems_of(file)]
    for problem in problems:
        typer.echo(problem.render())
    errors = sum(not problem.warning for problem in problems)
    counts = f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')} in {_count(len(files), 'file')}"
    typer.echo(counts, err=True)
    if errors:
        raise typer.Exit(2)


@app.command()
def show(file: Scenario) -> None:
    """Print a scenario fully resolved: nothing inherited, no default left unsaid; it runs to the same result."""
    from negsim.scenario import load

    typer.echo(load(file).to_yaml(), nl=False)


@app.command()
def schema(what: Annotated[str, typer.Argument(metavar="scenario|agenda", help="Which kind of file.")]) -> None:
    """Print the JSON schema of a kind of file, with which editors complete and check it."""
    from negsim.agenda import agenda_schema
    from negsim.scenario_schema import scenario_schema

    schemas: dict[str, Callable[[], dict[str, Any]]] = {"scenario": scenario_schema, "agenda": agenda_schema}
    if what not in schemas:
        hint = did_you_mean(what, schemas)
        raise NegsimError(
            f'there is no schema "{what}"; allowed: {one_of(schemas)}' + (f"; did you mean {hint}?" if hint else "")
        )
    _print_json(schemas[what]())


@agenda_app.callback()
def board(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The board as it was at the end of a day.")
    ] = None,
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Print the board: each issue, its status and since when, demands, how many sources, disputed or not."""
    if context.invoked_subcommand is not None:
        return
    from negsim.board import board_data, board_table

    record = _agenda(agenda)
    on = _day(as_of) if as_of is not None else _last_day(record)
    if as_json:
        _print_json(board_data(record, on))
    else:
        typer.echo(board_table(record, on))


@agenda_app.command("show")
def show_issue(
    issue: Annotated[str, typer.Argument(help="The id of an issue.")],
    documents: Documents = None,
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Print one issue in full; with --documents, the cited sentences are read live from there."""
    from negsim.board import issue_data, issue_text

    record = _agenda(agenda)
    if as_json:
        _print_json(issue_data(record, issue, documents))
    else:
        typer.echo(issue_text(record, issue, documents))


@agenda_app.command()
def verify(
    documents: Annotated[Path, typer.Option("--documents", metavar="DIR", help="The folder of the cited documents.")],
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Check every citation against the documents: exit code 1 names each one that does not hold."""
    from negsim.citations import verify as verified

    result = verified(_agenda(agenda), documents)
    if as_json:
        _print_json(result.data())
    else:
        typer.echo(result.text)
    if not result.ok:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; what is wrong with an input ends it with exit code 2 and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except NegsimError as error:
        typer.echo(f"{error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _projection(source: Path, runs: int | None, seed: int | None, engine: str) -> Projection:
    if source.is_dir():
        from negsim.store import load as load_folder

        if runs is not None or seed is not None:
            raise NegsimError(f"{source} holds runs that are done; --runs and --seed go with a scenario file")
        return load_folder(source)
    from negsim.scenario import load

    return _run(source, load(source), runs, DEFAULT_SEED if seed is None else seed, engine)


@contextmanager
def _executor(workers: int, dask: str | None, engine: str) -> Iterator[Executor | None]:
    """Who plays the runs: this process, some threads or processes of this machine, or a Dask cluster."""
    if dask is not None:
        from negsim.cluster import dask_executor

        with dask_executor(dask) as executor:
            yield executor
    elif workers > 1:
        from negsim.cluster import local_executor

        with local_executor(workers, engine) as executor:
            yield executor
    else:
        yield None


def _run(file: Path, scenario: Any, runs: int | None, seed: int, engine: str, **more: Any) -> Projection:
    from negsim.precision import MOST, Precision
    from negsim.runs import pick_engine
    from negsim.runs import run as run_all

    for warning in scenario.warnings:
        typer.echo(warning.render(), err=True)
    total = runs or DEFAULT_RUNS
    if (precision := more.get("precision")) is not None:
        total = Precision.of(precision, runs or MOST).enough
    engine = pick_engine(engine, total)
    _announce(engine)
    try:
        with _progress(total, file.stem) as progress:
            return run_all(scenario, runs, seed, engine, progress, **more)
    except KeyboardInterrupt:
        if (out := more.get("out")) is not None and out.with_name(f"{out.name}.unfinished").is_dir():
            typer.echo(f"Stopped. {out}.unfinished keeps what is finished; the same command goes on there.", err=True)
        raise


def _announce(engine: str) -> None:
    """Say why nothing seems to happen, where somebody watches."""
    from negsim.machine import is_compiled

    if sys.stderr.isatty() and not is_compiled(engine):
        typer.echo(f"Compiling the {engine} engine for this machine, once: about half a minute.", err=True)


@contextmanager
def _progress(total: int, what: str) -> Iterator[Callable[[int], object]]:
    """A progress bar on standard error, for somebody who watches; nothing where it is piped.

    What an earlier attempt had finished counts as done, but not for the rate.
    """
    from tqdm import tqdm

    begun = False

    def advance(runs: int) -> None:
        nonlocal begun
        if begun:
            bar.update(runs)
            return
        begun, bar.initial, bar.n, bar.last_print_n = True, runs, runs, runs
        if runs:
            bar.set_postfix_str(f"{runs:,} from before")

    with tqdm(
        total=total, desc=what, unit=" runs", unit_scale=True, leave=False, disable=not sys.stderr.isatty()
    ) as bar:
        yield advance


def _agenda(path: Path | None) -> Agenda:
    from negsim.agenda import load_agenda

    return load_agenda(path if path is not None else _in_clone("seeds/agenda.yaml"))


def _in_clone(name: str) -> Path:
    """A file of the project: from the current folder, else from the clone that this package is installed from."""
    here = Path(name)
    return here if here.exists() else Path(__file__).parent.parent / name


def _last_day(agenda: Agenda) -> date:
    return max(entry.date.latest for issue in agenda.issues.values() for entry in issue.history)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NegsimError(f"a date is written 2025-04-10, but was {text!r}") from None


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
