"""The command line.

A command line loads only the command that it names, and each command imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

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


#: Headings and their commands, in the order of use: each with its name and the function or group behind it.
_TOUR: dict[str, dict[str, str]] = {
    "Start": {"init": "start.init", "new": "new.new", "doctor": "start.doctor"},
    "Agenda": {"agenda": "agenda.app", "ingest": "ingest.ingest", "review": "ingest.review", "diff": "ingest.diff"},
    "Scenario": {
        "scenarios": "scenario.scenarios",
        "check": "scenario.check",
        "show": "scenario.show",
        "describe": "scenario.describe",
        "elicit": "elicit.elicit",
        "schema": "scenario.schema",
    },
    "Projection": {
        "run": "projection.run",
        "plot": "projection.plot",
        "trace": "projection.trace",
        "report": "projection.report",
        "app": "serving.app",
    },
    "Questions": {
        "when": "questions.when",
        "how-many": "questions.how_many",
        "explain": "questions.explain",
        "compare": "compare.compare",
    },
    "Monitoring": {"update": "monitoring.update", "timeline": "monitoring.timeline", "score": "monitoring.score"},
    "Experiments": {
        "sweep": "experiments.sweep",
        "sensitivity": "experiments.sensitivity",
        "discover": "experiments.discover",
    },
    "History": {
        "history": "history.app",
        "offers": "offers.offers",
        "forecast-offers": "offers.forecast_offers",
        "calibrate": "calibrate.calibrate",
        "backtest": "history.backtest",
    },
    "Results": {"verify": "trust.verify", "rerun": "trust.rerun"},
    "Other tools": {"export": "exchange.export", "import": "exchange.import_"},
}
_ORDER = [name for commands in _TOUR.values() for name in commands]


def _app(names: Collection[str]) -> typer.Typer:
    """The command line with these commands."""
    made = typer.Typer(
        name="negsim",
        help=_HELP,
        epilog=_EPILOG,
        cls=_Tour,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )
    for panel, commands in _TOUR.items():
        for name, place in commands.items():
            if name not in names:
                continue
            command = _loaded(place)
            if isinstance(command, typer.Typer):
                made.add_typer(command, rich_help_panel=panel)
            else:
                made.command(name, rich_help_panel=panel)(command)
    return made


def _loaded(place: str) -> Any:
    module, name = place.split(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __getattr__(name: str) -> Any:
    """The whole command line and its groups, for tests and the reference."""
    if name == "app":
        return _app(_ORDER)
    if name in ("agenda_app", "history_app"):
        return _loaded(f"{name.removesuffix('_app')}.app")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Run the command line. Errors in the input end with exit code 2 and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Importing makes many objects and no garbage: by default, looking for it takes a twentieth of a short command.
    gc.set_threshold(100_000, 20, 100)
    # With colorama installed, numba would end the output on a terminal with an escape sequence.
    os.environ.setdefault("NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING", "1")
    # Plugins for pydantic would be looked for in the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    try:
        code = _group()(prog_name="negsim", standalone_mode=False, color=False if plain else None)
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
    except MemoryError:
        typer.echo("this needs more memory than there is; use fewer runs, samples or issues", err=True)
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _group() -> Any:
    """The command line for these arguments: only the command that they name. All of them take a tenth of a ``run``."""
    if len(sys.argv) > 1 and sys.argv[1] in _ORDER:
        return typer.main.get_group(_app([sys.argv[1]]))
    return _app(_ORDER)


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
