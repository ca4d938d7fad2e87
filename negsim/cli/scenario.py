"""Commands about scenario files: scenarios, check, show, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.options import Json, Scenario, Strict
from negsim.cli.options import scenarios as scenario_names
from negsim.cli.output import builtin_notice, count, emit, print_json
from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.files import TextPage, TextStyle

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILES", help="Scenarios: files or names.", autocompletion=scenario_names),
]


def scenarios(as_json: Json = False) -> None:
    """List the built-in scenarios: name, title, question.

    Every command takes such a name in place of a file, in any folder. "negsim init NAME --from SCENARIO" copies a
    scenario for editing.
    """
    from negsim.scenario import builtin_list

    found = builtin_list()

    def text(style: TextStyle) -> str:
        page = TextPage(style)
        for one in found:
            page.title(f"{one['name']}: {one['title']}").add(one["question"], "  ", "  ")
        return page.text

    emit(as_json, lambda: {"scenarios": found}, text)


def check(files: Files, strict: Strict = False, as_json: Json = False) -> None:
    """Check scenario files: print every problem with its line.

    Exit code 2 if there are errors. Warnings alone give 0.
    """
    from negsim.scenario import as_data
    from negsim.scenario import check as problems_of

    problems = [problem for file in files for problem in problems_of(file, strict=strict)]
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    if as_json:
        summary = {"files": list(map(str, files)), "errors": errors, "warnings": warnings}
        print_json({**summary, "problems": as_data(problems)})
    else:
        if notice := builtin_notice(*files):
            typer.echo(notice)
        for problem in problems:
            typer.echo(problem.render(TextStyle.of_stdout().bold))
        counts = f"{count(errors, 'error')}, {count(warnings, 'warning')} in {count(len(files), 'file')}"
        typer.echo(counts, err=True)
    if errors:
        raise typer.Exit(2)


def show(file: Scenario, as_json: Json = False) -> None:
    """Print a scenario with all inherited values and defaults.

    The output is a scenario itself, as YAML or JSON, and gives the same results.
    """
    from negsim.scenario import load

    scenario = load(file)
    notice = builtin_notice(file)
    emit(as_json, scenario.resolved, lambda _: scenario.to_yaml(), f"# {notice}" if notice else "")


def schemas(incomplete: str) -> list[str]:
    """Types of file that have a schema, for a shell to complete."""
    return [name for name in _SCHEMAS if name.startswith(incomplete)]


def schema(
    what: Annotated[str, typer.Argument(metavar="scenario|agenda", help="Type of file.", autocompletion=schemas)],
    as_json: Annotated[bool, typer.Option("--json", help="No effect: the output is always JSON.")] = False,
) -> None:
    """Print the JSON schema of a type of file, for editors."""
    from negsim.agenda import agenda_schema
    from negsim.scenario import scenario_schema

    if what not in _SCHEMAS:
        hint = did_you_mean(what, _SCHEMAS)
        raise NegsimError(
            f'there is no schema "{what}"; allowed: {one_of(_SCHEMAS)}' + (f"; did you mean {hint}?" if hint else "")
        )
    print_json(scenario_schema() if what == "scenario" else agenda_schema())


_SCHEMAS = ("scenario", "agenda")
