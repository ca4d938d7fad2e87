"""Sources of the blocks of a scenario file: one for the whole file, and a warning where a block has none."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.errors import Problem
from negsim.files import Node
from negsim.scenario.defaults import NO_SOURCE
from negsim.scenario.node_tools import at, put

_NAMED = ("parameters", "issues", "packages", "channels", "shocks", "tactics")


def with_sources(friendly: Node, strict: bool) -> tuple[Node, list[Problem]]:
    """The scenario with the source of the file in each block that has none of its own.

    Without a source of the file, a strict scenario stays as it is and its models refuse each such block. Otherwise the
    blocks get `NO_SOURCE`, and one warning lists them.
    """
    lacking = list(_without_source(friendly))
    given = friendly.find("source")
    if not lacking or (given is None and strict):
        return friendly, []
    source = given if given is not None else Node.of(NO_SOURCE, friendly.place)
    for path in lacking:
        friendly = _with_source(friendly, path, source)
    if given is not None:
        return friendly, []
    names = ", ".join(".".join(path) for path in lacking)
    message = f"no source is given for {names}"
    allowed = 'one line for the whole file, such as: source: "judgement: my own estimate"'
    return friendly, [friendly.problem(message, allowed=allowed, warning=True)]


def _without_source(friendly: Node) -> Iterator[tuple[str, ...]]:
    """The blocks that state something and have no source."""
    defaults = at(friendly, "defaults")
    covered = "source" in defaults.mapping
    if set(defaults.mapping) - {"tactics"} and not covered:
        yield ("defaults",)
    for section in _NAMED:
        for name, block in at(friendly, section).mapping.items():
            inherits = section == "issues" and (covered or bool(set(defaults.mapping) - {"tactics"}))
            if block.mapping and "source" not in block.mapping and not inherits:
                yield section, name
    for section in ("climate", "deadline"):
        block = at(friendly, section)
        if block.mapping and "source" not in block.mapping:
            yield (section,)


def _with_source(node: Node, path: tuple[str, ...], source: Node) -> Node:
    if not path:
        return put(node, "source", source)
    return put(node, path[0], _with_source(at(node, path[0]), path[1:], source))
