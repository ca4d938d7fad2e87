"""The command line: parse, call, print. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from negsim.cli import agenda, history, start
from negsim.cli import calibrate as calibrating
from negsim.cli import compare as comparing
from negsim.cli import elicit as eliciting
from negsim.cli import experiments as finding
from negsim.cli import projection as projections
from negsim.cli import questions as asking
from negsim.cli import scenario as scenarios
from negsim.cli.options import print_json
from negsim.errors import InputError, NegsimError, harmless
from negsim.files import TextStyle

_HELP = """When is each issue of some talks resolved, how surely, on whose terms, and what would change it?

An agenda is the record of the talks. A scenario says what is assumed of them. A projection is what follows, if the
sides concede like this."""

_EPILOG = """\b
Seven lines to begin with:
  negsim init river                             talks of two towns, to try
  negsim agenda --agenda river/agenda.yaml      where they stand
  negsim check river/scenario.yaml              is what is assumed in order?
  negsim run river/scenario.yaml                when each issue is resolved
  negsim trace river/scenario.yaml --run 3      one run as a story
  negsim plot river/scenario.yaml -o river.svg  what is open, and until when
  negsim report river/scenario.yaml             all of it, on one page to send

With --json, standard output holds one JSON object or nothing. What is wrong with an input ends with exit code 2 and
is said on standard error, with --json as an object with the keys "error" and "problems". Text is plain where it is
piped, where NO_COLOR is set and where TERM is dumb."""

#: What typer raises when it does not understand a command line; it has no public name for the whole family.
_UsageError: Any = typer.BadParameter.__bases__[0]


class _Tour(TyperGroup):
    """A group whose help is a tour: its commands in the order of use, under what one wants to do, then examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        panels: dict[str, list[tuple[str, str]]] = {panel: [] for panel in _TOUR}
        width = max(map(len, self.commands))
        # typer puts groups behind commands, wherever they were added.
        for name, command in sorted(self.commands.items(), key=lambda item: _ORDER.index(item[0])):
            line = command.get_short_help_str(formatter.width - width - 4)
            panels[getattr(command, "rich_help_panel", None) or "More"].append((name.ljust(width), line))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
        self.format_epilog(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Nothing: they were shown in the order of use."""


app = typer.Typer(
    name="negsim",
    help=_HELP,
    epilog=_EPILOG,
    cls=_Tour,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
agenda_app = agenda.app
history_app = history.app


def _name(command: Any) -> str:
    return str(command.__name__).replace("_", "-")


#: The commands in the order in which somebody needs them, under what they want to do.
_TOUR: dict[str, tuple[Any, ...]] = {
    "Begin": (start.init, start.doctor),
    "Know the record": (agenda_app,),
    "Say what is assumed": (scenarios.scenarios, scenarios.check, scenarios.show, eliciting.elicit, scenarios.schema),
    "Project": (projections.run, projections.plot, projections.trace),
    "Ask": (asking.when, asking.how_many, asking.explain),
    "Compare and tell": (comparing.compare, projections.report),
    "Find out what matters": (finding.sweep, finding.sensitivity, finding.discover),
    "Learn from history": (history_app, calibrating.calibrate, history.backtest),
}
_ORDER = [
    each.info.name or "" if isinstance(each, typer.Typer) else _name(each) for of in _TOUR.values() for each in of
]
for _panel, _commands in _TOUR.items():
    for _command in _commands:
        if isinstance(_command, typer.Typer):
            app.add_typer(_command, rich_help_panel=_panel)
        else:
            app.command(_name(_command), rich_help_panel=_panel)(_command)


def main() -> None:
    """Run the command line; what is wrong with an input ends it with exit code 2 and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    try:
        code = app(prog_name="negsim", standalone_mode=False, color=False if plain else None)
    except NegsimError as error:
        _report(error)
        code = 2
    except _UsageError as error:
        if _wants_json():
            print_json({"error": error.format_message(), "problems": []}, err=True)
        else:
            error.show()
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _report(error: NegsimError) -> None:
    """Say on standard error what is wrong: for people, or with ``--json`` for programs."""
    problems = error.problems if isinstance(error, InputError) else []
    if _wants_json():
        from negsim.scenario import as_data

        text = "\n".join(problem.headline for problem in problems) or harmless(str(error))
        print_json({"error": text, "problems": as_data(problems)}, err=True)
        return
    look = TextStyle.of(sys.stderr)
    for text in [problem.render(look.bold) for problem in problems] or map(harmless, str(error).split("\n")):
        typer.echo(text, err=True)


def _wants_json() -> bool:
    # A command line that is wrong is not parsed, so this looks at its words.
    return "--json" in sys.argv[1:]
