"""The command that serves the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.options import Json, Seed, scenarios
from negsim.cli.output import print_json
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED


def app(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES", help="Scenarios, files or names.  [default: baseline]", autocompletion=scenarios
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; another one needs --token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option("--token", metavar="TEXT", help="Secret in the address.  [default: a new one]")
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", "-n", metavar="N", min=1, help="Number of runs of each projection.")
    ] = DEFAULT_RUNS,
    seed: Seed = DEFAULT_SEED,
    timelines: Annotated[
        list[Path] | None,
        typer.Option("--timeline", metavar="DIR", help="Folder of negsim timeline --out to show; repeatable."),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    as_json: Json = False,
) -> None:
    """Explore scenarios in the browser.

    Serves a page to this machine only, until Ctrl-C: the board of any day, the projection, what-if, why, when and
    the history.
    """
    from negsim.app import serve

    def ready(address: str) -> None:
        if as_json:
            print_json({"address": address})
        else:
            typer.echo(f"negsim app: {address}\nCtrl-C stops it.")
        if browser:
            import webbrowser

            webbrowser.open(address)

    chosen = sources or [Path("baseline")]
    serve(
        chosen, port=port, host=host, token=token, runs=runs, seed=seed, timelines=timelines or (), ready=ready
    )  # fmt: skip
