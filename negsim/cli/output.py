"""Output of the commands: text or JSON, and a line that names the built-in data in use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import typer

from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle, find_data, find_scenario


def emit(as_json: bool, data: Callable[[], Any], text: Callable[[TextStyle], str], *notices: str) -> None:
    """Print one result: a JSON object, or the notices that are not empty and then the text."""
    if as_json:
        print_json(data())
        return
    style = TextStyle.of_stdout()
    shown = text(style).removesuffix("\n")
    for notice in filter(None, notices):
        typer.echo(TextPage(style).add(notice).text, nl=False)
    typer.echo(shown)


def print_json(data: Any, err: bool = False) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False), err=err)


@contextmanager
def warnings_on_stderr() -> Iterator[None]:
    """Print the warnings of library functions on standard error, one line each."""
    with catch_warnings(record=True) as caught:
        simplefilter("always", UserWarning)
        yield
    for warning in caught:
        typer.echo(f"warning: {warning.message}", err=True)


def builtin_notice(*sources: Path, folders: bool = False) -> str:
    """Names the built-in scenarios among the sources; empty if there is none.

    Args:
        sources: paths or names, as typed.
        folders: whether folders count as sources.
    """
    names = dict.fromkeys(name for each in sources if (name := find_scenario(each, folders).builtin) is not None)
    return f"Built-in scenario{'' if len(names) == 1 else 's'}: {', '.join(names)}" if names else ""


def data_notice(name: str, what: str, given: Path | None) -> str:
    """States that the built-in agenda or histories are in use; empty if others are."""
    return f"Built-in {what}" if given is None and find_data(name).builtin is not None else ""


def make_parent(path: Path) -> Path:
    """Create the folder of a file to be written, and return the file.

    Raises:
        NegsimError: the folder cannot be created.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NegsimError(f"the folder {path.parent} cannot be created: {error.strerror or error}") from None
    return path


def count(number: int, what: str) -> str:
    """A number of things.

    >>> count(1, "error"), count(0, "warning")
    ('1 error', '0 warnings')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"


def quick_pictures() -> None:
    """Load what draws pictures, without the help texts of the ``set`` of artists: a sixth of the import of matplotlib.

    Only for commands, before anything imports matplotlib.
    """
    import matplotlib.artist

    from negsim.plots import load

    def kwdoc(artist: Any) -> str:
        return ""

    matplotlib.artist.kwdoc = kwdoc
    load()
