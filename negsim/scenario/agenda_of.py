"""The agenda that a scenario names or contains."""

from __future__ import annotations

import os

from negsim.agenda import Agenda, agenda_from_node
from negsim.errors import InputError, Problem
from negsim.files import Node, data_folder, read_yaml


def agenda_of(friendly: Node, strict: bool) -> tuple[Agenda | None, list[Problem]]:
    """The agenda: a file relative to the file that names it, a name, or a mapping in the scenario."""
    node = friendly.find("agenda")
    if node is None:
        return None, [friendly.problem('the scenario has no "agenda"', allowed="a file, or the agenda itself")]
    try:
        if isinstance(node.value, dict):
            return agenda_from_node(node, strict), []
        if not isinstance(node.value, str):
            return None, [friendly.problem("agenda must be a path or a mapping", "agenda")]
        origin = node.place if node.place.line else friendly.place
        path = _file_of(os.path.normpath(os.path.join(os.path.dirname(origin.file), node.value)), node.value)
        if not os.path.exists(path):
            return None, [friendly.problem(f"agenda names {path}, but there is no such file", "agenda")]
        return agenda_from_node(read_yaml(path), strict), []
    except InputError as error:
        return None, error.problems


def _file_of(path: str, name: str) -> str:
    """The file that a path or a name means: a file in the same folder, or else a built-in agenda."""
    if os.path.isfile(path) or not name.isidentifier():
        return path
    builtin = data_folder() / "seeds" / f"{name}.yaml"
    return next((file for file in (f"{path}.yaml", os.fspath(builtin)) if os.path.isfile(file)), path)
