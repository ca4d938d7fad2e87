"""Data that comes with negsim: scenarios, the agenda and its sources, histories, schemas, notebooks.

In a clone the data lies in its folders. The wheel holds a copy in ``negsim/data`` with the same layout.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from negsim.errors import InputError, Problem, did_you_mean, one_of
from negsim.files.checkpoint import MANIFEST

_PACKAGE = Path(__file__).parent.parent
#: The folder of finished negotiations among the scenarios.
GALLERY = "gallery"
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def data_folder() -> Path:
    """The folder of the built-in data: ``negsim/data`` if installed, else the clone.

    >>> (data_folder() / "scenarios" / "baseline.yaml").is_file()
    True
    """
    installed = _PACKAGE / "data"
    return installed if installed.is_dir() else _PACKAGE.parent


@dataclass(frozen=True)
class Found:
    """A file or folder; ``builtin`` is its name if it is built in."""

    path: Path
    builtin: str | None = None


def builtin_scenarios() -> dict[str, Path]:
    """The built-in scenarios by name.

    >>> "baseline" in builtin_scenarios()
    True
    """
    home = data_folder() / "scenarios"
    gallery = {path.parent.name: path for path in sorted((home / GALLERY).glob("*/scenario.yaml"))}
    return {path.stem: path for path in sorted(home.glob("*.yaml"))} | gallery


def find_scenario(given: str | os.PathLike[str], folders: bool = False) -> Found:
    """The scenario file of a path or a name. The current folder comes first, then the built-in scenarios.

    A name such as ``baseline`` means ``baseline``, ``baseline.yaml`` or ``scenarios/baseline.yaml`` in the current
    folder, else the built-in scenario. ``folders``: a folder of results is accepted, and comes first. No other folder
    hides a built-in scenario. A path is returned unchanged.

    Raises:
        InputError: no file and no built-in scenario has this name.

    >>> find_scenario("scenarios/baseline.yaml").builtin is None
    True
    """
    path, name = Path(given), os.fspath(given)
    if path.is_file() or (folders and (path / MANIFEST).is_file()):
        return Found(path)
    if not _NAME.fullmatch(name):
        if not path.exists() and path.suffix in (".yaml", ".yml") and path.stem in builtin_scenarios():
            raise InputError([Problem(name, 0, 0, "there is no such file", suggestion=f'"{path.stem}"')])
        return Found(path)
    for here in (Path(f"{name}.yaml"), Path("scenarios", f"{name}.yaml")):
        if here.is_file():
            return Found(here)
    known = builtin_scenarios()
    if name in known:
        return Found(known[name], name)
    if path.exists():
        return Found(path)
    message = "there is no such file and no built-in scenario of this name"
    allowed = f"a path, or a name: {one_of(known, 40)}"
    raise InputError([Problem(name, 0, 0, message, allowed=allowed, suggestion=did_you_mean(name, [*known, *_here()]))])


def hidden_scenario(folder: str | os.PathLike[str]) -> str:
    """What to say if a folder of results hides a built-in scenario; empty if it does not.

    >>> hidden_scenario("baseline")
    'the folder baseline hides the built-in scenario of this name; rename the folder to use the scenario'
    >>> hidden_scenario("results/baseline")
    ''
    """
    name = os.fspath(folder)
    if name not in builtin_scenarios():
        return ""
    return f"the folder {name} hides the built-in scenario of this name; rename the folder to use the scenario"


def installed_name(file: str | os.PathLike[str]) -> str | None:
    """The name of a scenario file inside an installed package; None for any other file.

    Other files extend it by this name, because its path differs between machines.
    """
    path = Path(file)
    if not (_PACKAGE / "data").is_dir():
        return None
    return next((name for name, built_in in builtin_scenarios().items() if built_in == path), None)


def _here() -> list[str]:
    try:
        return [entry.name for entry in Path().iterdir()]
    except OSError:
        return []


def find_data(name: str) -> Found:
    """A file or folder such as ``seeds/agenda.yaml``: from the current folder, else the built-in one."""
    here = Path(name)
    return Found(here) if here.exists() else Found(data_folder() / name, name)
