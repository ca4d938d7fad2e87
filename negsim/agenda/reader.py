"""Read an agenda file, and its JSON schema."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from negsim.agenda.agenda import Agenda
from negsim.agenda.checks import complaints, loose_citations, uncited
from negsim.agenda.short_form import completed, short_schema
from negsim.errors import (
    Complaint,
    InputError,
    checks_arguments,
    did_you_mean,
    one_of,
    was,
)
from negsim.files import Node, Place, gap_problems, in_file_order, raise_problems, read_yaml, try_validate

#: What a record may ask of its claims.
CITATIONS = ("required", "optional")


@checks_arguments
def load_agenda(path: str | os.PathLike[str] | Mapping[str, Any], strict: bool = False) -> Agenda:
    """Read an agenda file, and the file of sources if it names one; ``strict`` as in `agenda_from_node`.

    A mapping in the form of a file gives the agenda that the file would.

    Raises:
        InputError: the file is invalid; it lists all problems.

    >>> load_agenda("seeds/agenda.yaml").issue("visas").id
    'visas'
    """
    node = Node.of(path, Place("agenda")) if isinstance(path, Mapping) else read_yaml(path)
    return agenda_from_node(node, strict)


def agenda_from_node(node: Node, strict: bool = False) -> Agenda:
    """The agenda in a node; ``sources`` may be a path relative to the file of the node.

    Defaults fill what the file leaves out; ``Agenda.warnings`` then has one warning with the lines to paste. With
    ``strict``, or ``strict: true`` in the file, each gap is an error. With ``citations: required`` in the file, each
    claim needs a citation that is verified (a sentence with its fingerprint) or reported (an address with its date).

    Raises:
        InputError: the data is invalid; it lists all problems.
    """
    given = _with_sources(node)
    node, gaps, repeated = completed(given)
    stated = node.mapping.get("strict", Node(False, node.place))
    strict = strict or stated.value is True
    if "strict" in node.mapping and isinstance(stated.value, bool):
        node = node.without("strict")
    asked = given.find("citations")
    if asked is not None and asked.value in CITATIONS:
        node = node.without("citations")
    agenda, problems = try_validate(Agenda, node)
    # Pydantic does not check relations between parts while a part is invalid.
    problems += [given.at(item.path).problem(item) for item in repeated]
    found = list(complaints(node.data))
    if asked is not None and asked.value == "required":
        found += [*loose_citations(node.data), *uncited(node.data)]
    elif asked is not None and asked.value not in CITATIONS:
        problems = [problem for problem in problems if '"citations"' not in problem.message]
        message = f"citations was {was(asked.data)}"
        found.append(Complaint(message, ("citations",), one_of(CITATIONS), did_you_mean(asked.data, CITATIONS)))
    problems += [node.at(item.path, item.on_key).problem(item) for item in found]
    lacking = gap_problems(given, gaps, "the agenda", strict)
    raise_problems(in_file_order([*problems, *lacking]))
    assert agenda is not None
    agenda._warnings = tuple(lacking)
    return agenda


def _with_sources(node: Node) -> Node:
    named = node.find("sources")
    if named is None or not isinstance(named.value, str):
        return node
    path = Path(named.place.file).parent / named.value
    try:
        sources = read_yaml(path)
    except InputError as error:
        raise InputError([node.problem("this file of sources has errors", "sources"), *error.problems]) from None
    listed = sources.find("sources")
    if listed is None or set(sources.mapping) != {"sources"}:
        raise InputError([sources.problem("a file of sources has one key", allowed="sources")])
    return Node({**node.mapping, "sources": listed}, node.place, node.keys)


def agenda_schema() -> dict[str, Any]:
    """The JSON schema of an agenda file, for editors.

    >>> agenda_schema()["title"]
    'Agenda'
    """
    schema = Agenda.model_json_schema()
    for model in (schema, *schema["$defs"].values()):
        if "description" in model:
            model["description"] = model["description"].partition("\n\n>>>")[0]  # without the example
    listed = schema["properties"]["sources"]
    described = {key: listed.pop(key) for key in ("description", "title", "default") if key in listed}
    schema["properties"]["sources"] = {**described, "anyOf": [{"type": "string"}, listed]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **short_schema(schema)}
