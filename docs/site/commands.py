"""Every command with its arguments and options, from the command line itself."""

from __future__ import annotations

import inspect
from typing import Any

import typer

from negsim.cli import app


def commands_page() -> str:
    """Return the page of commands, in the order of ``negsim --help``."""
    group: Any = typer.main.get_command(app)
    lines = ["# Commands", "", "Made from `negsim --help`. Every command takes `--help`.", ""]
    for name, command in _commands(group, "negsim"):
        lines += [f"## `{name}`", "", _text(command.help), ""]
        usage = " ".join(part for part in command.collect_usage_pieces(typer.Context(command)))
        lines += ["```text", f"{name} {usage}", "```", ""]
        context = typer.Context(command)
        records = [parameter.get_help_record(context) for parameter in command.params]
        rows = [_row(record) for record in records if record]
        if rows:
            lines += ["| argument or option | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _commands(group: Any, path: str) -> Any:
    for name, command in group.commands.items():
        if getattr(command, "hidden", False):
            continue
        yield f"{path} {name}", command
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")


def _text(text: str | None) -> str:
    return inspect.cleandoc(text or "").replace("\b\n", "").replace("\f", "")


def _row(record: tuple[str, str]) -> str:
    names, meaning = (" ".join(text.split()).replace("|", "\\|") for text in record)
    meaning = meaning.replace("[", "\\[")  # "[default: 1]" is no link
    return f"| `{names}` | {meaning} |"
