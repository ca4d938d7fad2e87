"""The commands about what is assumed: scenarios, check, show, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.options import Json, Scenario, count, print_json, say_builtin
from negsim.cli.options import scenarios as scenario_names
from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.files import TextStyle, wrap

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILES", help="Scenarios: files or names.", autocompletion=scenario_names),
]


def scenarios(as_json: Json = False) -> None:
    """List the built-in scenarios: name, title, question.

    Every command takes such a name in place of a file, in any folder. negsim init NAME --from SCENARIO copies one.
    """
    from negsim.scenario import builtin_list

    found = builtin_list()
    if as_json:
        print_json({"scenarios": found})
        return
    look = TextStyle.of_stdout()
    for one in found:
        typer.echo(f"{look.bold(one['name'])}: {one['title']}")
        for line in wrap(one["question"], look.width, "  ", "  "):
            typer.echo(line)


def check(files: Files, as_json: Json = False) -> None:
    """List every problem of scenario files, all at once.

    Each comes with its place and what is allowed. Exit code 2 if there are errors; warnings alone give 0.
    """
    from negsim.scenario import as_data
    from negsim.scenario import check as problems_of

    problems = [problem for file in files for problem in problems_of(file)]
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    if as_json:
        summary = {"files": list(map(str, files)), "errors": errors, "warnings": warnings}
        print_json({**summary, "problems": as_data(problems)})
    else:
        say_builtin(*files)
        for problem in problems:
            typer.echo(problem.render(TextStyle.of_stdout().bold))
        counts = f"{count(errors, 'error')}, {count(warnings, 'warning')} in {count(len(files), 'file')}"
        typer.echo(counts, err=True)
    if errors:
        raise typer.Exit(2)


def show(file: Scenario, as_json: Json = False) -> None:
    """Print a scenario in full, with nothing left unsaid.

    What was inherited and every default is written out. What is printed is itself a scenario, as YAML or as JSON, and
    runs to the same result.
    """
    from negsim.scenario import load

    scenario = load(file)
    if as_json:
        print_json(scenario.resolved())
    else:
        say_builtin(file, start="# ")
        typer.echo(scenario.to_yaml(), nl=False)


def schemas(incomplete: str) -> list[str]:
    """Kinds of file that have a schema, for a shell to complete."""
    return [name for name in _SCHEMAS if name.startswith(incomplete)]


def schema(
    what: Annotated[str, typer.Argument(metavar="scenario|agenda", help="Which kind of file.", autocompletion=schemas)],
    as_json: Annotated[bool, typer.Option("--json", help="A schema is JSON either way.")] = False,
) -> None:
    """Print a JSON schema, for editors that complete and check."""
    from negsim.agenda import agenda_schema
    from negsim.scenario import scenario_schema

    if what not in _SCHEMAS:
        hint = did_you_mean(what, _SCHEMAS)
        raise NegsimError(
            f'there is no schema "{what}"; allowed: {one_of(_SCHEMAS)}' + (f"; did you mean {hint}?" if hint else "")
        )
    print_json(scenario_schema() if what == "scenario" else agenda_schema())


_SCHEMAS = ("scenario", "agenda")
