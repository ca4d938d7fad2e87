"""Make a new folder with a small agenda, a scenario that runs, and a page with the next commands."""

from __future__ import annotations

import json
from pathlib import Path

from negsim.errors import NegsimError
from negsim.files import clean, new_folder

#: Placeholder in the templates for the name of the folder, within quotes.
_NAME = '"NAME: '

TEMPLATES = Path(__file__).parent / "templates"


def start_folder(target: Path) -> list[str]:
    """Make a folder with an agenda, a scenario, their schemas and a page of commands; all or nothing.

    Returns the names of the files.

    Raises:
        NegsimError: the place is taken, or it cannot be written.
    """
    refuse_what_is_there(target)
    with new_folder(target) as folder:
        for template in sorted(TEMPLATES.iterdir()):
            text = template.read_text(encoding="utf-8").replace(_NAME, _opened(clean(target.name)))
            _write(folder / template.name, text)
        write_schemas(folder)
        return sorted(path.name for path in folder.iterdir())


def write_schemas(folder: Path) -> None:
    """Write the schemas of agenda and scenario into a folder."""
    from negsim.agenda import agenda_schema
    from negsim.scenario.schema import scenario_schema

    for kind, schema in (("agenda", agenda_schema()), ("scenario", scenario_schema())):
        _write(folder / f"{kind}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


def refuse_what_is_there(target: Path) -> None:
    """Raise `NegsimError` unless a new folder can be made at this place."""
    if not target.name or target.name == "..":
        raise NegsimError(f'a new folder needs a name of its own, but was "{target}"')
    if target.is_symlink() or (target.exists() and not _is_empty_folder(target)):
        raise NegsimError(f"{target} exists already and is not changed; give another name")
    if target.exists() and target.samefile(Path.cwd()):
        raise NegsimError("the current folder cannot be replaced; give the name of a new folder")


def _opened(name: str) -> str:
    r"""The start of a text in double quotes, with the name in it. YAML reads the escapes of JSON.

    >>> print(_opened('a "river" \\ 会談'))
    "a \"river\" \\ 会談:
    """
    return json.dumps(f"{name}: ", ensure_ascii=False)[:-1]


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
