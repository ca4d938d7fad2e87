"""Commands about scenario files: scenarios, check, show, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from negsim.cli.execution import scenario_of
from negsim.cli.options import AsOf, Json, Scenario, Strict
from negsim.cli.options import scenarios as scenario_names
from negsim.cli.output import builtin_notice, count, emit, print_json
from negsim.errors import InputError, NegsimError, Problem, check_name
from negsim.files import TextPage, TextStyle

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES",
        help="Scenarios (files or names), agendas, folders of histories or offers.",
        autocompletion=scenario_names,
    ),
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
    """Check files: print every problem with its line.

    Scenarios, agendas, proposals and folders of histories or offers are recognised by their contents. Exit code 2 if
    there are errors. Warnings alone give 0.
    """
    from negsim.scenario import as_data

    # An agenda may be one of the files and part of another.
    problems = list(dict.fromkeys(problem for file in files for problem in _problems(file, strict)))
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    if as_json:
        summary = {"files": list(map(str, files)), "errors": errors, "warnings": warnings}
        print_json({**summary, "problems": as_data(problems)})
    else:
        if notice := builtin_notice(*(file for file in files if not file.is_dir())):
            typer.echo(notice)
        for problem in problems:
            typer.echo(problem.render(TextStyle.of_stdout().bold))
        counts = f"{count(errors, 'error')}, {count(warnings, 'warning')} in {count(len(files), 'file')}"
        typer.echo(counts, err=True)
    if errors:
        raise typer.Exit(2)


def _problems(file: Path, strict: bool) -> list[Problem]:
    """The problems of a scenario, an agenda, a file of proposals, or a folder of histories or offers."""
    from negsim.files import read_yaml
    from negsim.history import load as load_histories
    from negsim.history import load_offers
    from negsim.ingest import read_proposals
    from negsim.scenario import check as problems_of

    try:
        if (file / "talks.csv").is_file():
            load_histories(file)
            return []
        if (file / "offers.csv").is_file():
            load_offers(file)
            return []
        keys = set(read_yaml(file).mapping) if file.is_file() else set()
        if "proposals" in keys:
            read_proposals(file)
            return []
    except InputError as error:
        return error.problems
    return problems_of(file, strict=strict)


def show(
    file: Scenario,
    short: Annotated[bool, typer.Option("--short", help="Values of the files only, without defaults.")] = False,
    difference: Annotated[
        bool, typer.Option("--difference", help="Only the differences from the scenario that it extends.")
    ] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Print a scenario with all inherited values and defaults.

    The output is a scenario itself, as YAML or JSON, and gives the same results.
    """
    from negsim.files import to_yaml
    from negsim.scenario import differences, load

    scenario = scenario_of(file, as_of)
    notice = builtin_notice(file)
    if short and difference:
        raise NegsimError("--short and --difference exclude each other")
    if difference:
        base = load(_extended(file))
        found = differences(base, scenario)

        def text(style: TextStyle) -> str:
            page = TextPage(style).title(f"{scenario.title}: differences from {base.title}")
            return (page.items(each.words for each in found) if found else page.add("none")).text

        data = {"scenario": str(file), "base": base.title}
        emit(as_json, lambda: {**data, "differences": [each.data() for each in found]}, text, notice)
        return
    if short:
        written = {key: value for key, value in scenario.written.items() if key != "extends"}
        emit(as_json, lambda: written, lambda _: to_yaml(written), f"# {notice}" if notice else "")
        return
    emit(as_json, scenario.resolved, lambda _: scenario.to_yaml(), f"# {notice}" if notice else "")


def _extended(file: Path) -> Path:
    """The scenario that a scenario file extends.

    Raises:
        NegsimError: it extends none.
    """
    from negsim.files import find_scenario, read_yaml

    path = find_scenario(file).path
    named = read_yaml(path).find("extends")
    if named is None:
        raise NegsimError(f"{file} extends no other scenario; negsim compare prints the differences of any two")
    beside = path.parent / str(named.value)
    return beside if beside.is_file() else Path(str(named.value))


def describe(
    file: Scenario,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="md: Markdown.")] = "md",
    as_json: Json = False,
) -> None:
    """Describe a scenario by two published checklists.

    STRESS-DES and ODD, every item answered, for a paper or its reviewers: purpose, logic, data, sources, random
    numbers, run length. All of it comes from the file.
    """
    from negsim.reporting import describe as described
    from negsim.reporting import markdown
    from negsim.scenario import load

    if form != "md":
        raise NegsimError(f'there is no format "{form}"; allowed: md')
    scenario = load(file)

    def data() -> dict[str, Any]:
        return {
            "scenario": str(file),
            "hash": scenario.hash,
            "checklists": {each.title: {item.name: item.answer for item in each.items} for each in described(scenario)},
        }

    emit(as_json, data, lambda _: markdown(scenario))


def schemas(incomplete: str) -> list[str]:
    """Types of file that have a schema, for a shell to complete."""
    return [name for name in _SCHEMAS if name.startswith(incomplete)]


def schema(
    what: Annotated[
        str, typer.Argument(metavar="scenario|agenda|proposals", help="Type of file.", autocompletion=schemas)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="No effect: the output is always JSON.")] = False,
) -> None:
    """Print the JSON schema of a type of file, for editors."""
    from negsim.agenda import agenda_schema
    from negsim.ingest import proposals_schema
    from negsim.scenario import scenario_schema

    check_name(what, _SCHEMAS, f'there is no schema "{what}"')
    made = {"scenario": scenario_schema, "agenda": agenda_schema, "proposals": proposals_schema}
    print_json(made[what]())


_SCHEMAS = ("scenario", "agenda", "proposals")
