"""The command line. Each command imports what it needs when it runs, so that ``negsim --help`` is quick."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from negsim.cli import agenda, exchange, history, monitoring, new, offers, start
from negsim.cli import app as serving
from negsim.cli import calibrate as calibrating
from negsim.cli import compare as comparing
from negsim.cli import elicit as eliciting
from negsim.cli import experiments as finding
from negsim.cli import ingest as reading
from negsim.cli import projection as projections
from negsim.cli import questions as asking
from negsim.cli import scenario as scenarios
from negsim.cli import trust as trusting
from negsim.cli.output import print_json
from negsim.errors import InputError, NegsimError, harmless
from negsim.files import TextStyle

_HELP = """Simulate a negotiation between two sides: when is each issue resolved, on whose terms, and what would change
that?

An agenda is a record of the issues, their status and the demands, with citations. A scenario holds the assumptions
about how the sides concede. A projection is the result of many simulated runs of a scenario. It holds under these
assumptions; it does not predict what the sides will do."""

_EPILOG = """\b
First steps:
  negsim init river                             create an example in a folder
  negsim agenda river/agenda.yaml               status of each issue
  negsim check river/scenario.yaml              find mistakes in the scenario
  negsim run river/scenario.yaml                dates and probabilities
  negsim trace river/scenario.yaml --run 3      one run, event by event
  negsim plot river/scenario.yaml -o river.svg  picture of the open issues
  negsim report river/scenario.yaml             HTML page with all results

With --json, standard output holds one JSON object or nothing. Errors go to standard error and end with exit code 2;
with --json they are an object with the keys "error" and "problems". Output has no colours or bold letters if it is
piped, if NO_COLOR is set or if TERM is dumb."""

#: Base class of all errors about a command line; typer has no public name for it.
_UsageError: Any = typer.BadParameter.__bases__[0]


class _Tour(TyperGroup):
    """A group whose help lists its commands in the order of use, under headings, then examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        panels: dict[str, list[tuple[str, str]]] = {panel: [] for panel in _TOUR}
        width = max(map(len, self.commands))
        # typer lists groups after commands.
        for name, command in sorted(self.commands.items(), key=lambda item: _ORDER.index(item[0])):
            line = command.get_short_help_str(formatter.width - width - 4)
            panels[getattr(command, "rich_help_panel", None) or "More"].append((name.ljust(width), line))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
        self.format_epilog(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Print nothing: ``format_help`` lists the commands."""


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
    return str(command.__name__).rstrip("_").replace("_", "-")


#: Headings and their commands, in the order of use.
_TOUR: dict[str, tuple[Any, ...]] = {
    "Start": (start.init, new.new, start.doctor),
    "Agenda": (agenda_app, reading.ingest, reading.review, reading.diff),
    "Scenario": (
        scenarios.scenarios,
        scenarios.check,
        scenarios.show,
        scenarios.describe,
        eliciting.elicit,
        scenarios.schema,
    ),
    "Projection": (projections.run, projections.plot, projections.trace, projections.report, serving.app),
    "Questions": (asking.when, asking.how_many, asking.explain, comparing.compare),
    "Monitoring": (monitoring.update, monitoring.timeline, monitoring.score),
    "Experiments": (finding.sweep, finding.sensitivity, finding.discover),
    "History": (history_app, offers.offers, offers.forecast_offers, calibrating.calibrate, history.backtest),
    "Results": (trusting.verify, trusting.rerun),
    "Other tools": (exchange.export, exchange.import_),
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
    """Run the command line. Errors in the input end with exit code 2 and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # With colorama installed, numba would end the output on a terminal with an escape sequence.
    os.environ.setdefault("NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING", "1")
    # Plugins for pydantic would be looked for in the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    try:
        code = app(prog_name="negsim", standalone_mode=False, color=False if plain else None)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has enough
        _drop_output()
        code = 1
    except OSError as error:
        code = _unwritable(error)
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


def _unwritable(error: OSError) -> int:
    """Print in one line what the system refused; exit code 74, as for every failure of input and output."""
    if error.errno is None:  # ours: machine code that others could replace
        typer.echo(harmless(str(error)), err=True)
        return 2
    what = error.filename or "the output"
    with suppress(OSError):
        typer.echo(harmless(f"{what} cannot be read or written: {error.strerror or error}"), err=True)
    _drop_output()
    return 74


def _drop_output() -> None:
    """Let Python's own flush at the end write to nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(error: NegsimError) -> None:
    """Print an error on standard error, as text or with ``--json`` as an object."""
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
    # A wrong command line is not parsed.
    return "--json" in sys.argv[1:]
