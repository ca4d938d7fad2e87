"""The short form of an agenda: lists of ids or titles, texts for positions, defaults for what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from negsim.errors import Complaint
from negsim.files import Gap, Node

#: The default of `resolves_when`.
RESOLVED_WHEN: Final = "The sides agree, and the agreement is carried out."
#: The text of a position if the side has said nothing.
NO_POSITION: Final = "no public position"
#: The default of `what` in an entry, a round or an event.
NOT_DESCRIBED: Final = "Not described."
Path = tuple[str | int, ...]
#: Entries of an issue that have defaults, with an example of each.
_LINES = {
    "summary": "What it is about.",
    "demands": "{SIDE: What it wants.}",
    "stances": "{SIDE: What it says.}",
    "history": "[{date: 2025-01-31, status: raised, what: What happened.}]",
    "resolves_when": RESOLVED_WHEN,
}
_ID = re.compile("[a-z][a-z0-9_]*")
_LEAD = re.compile(r"[^a-z]+")
_OTHERS = re.compile(r"[^a-z0-9]+")


def completed(node: Node) -> tuple[Node, list[Gap], list[Complaint]]:
    """An agenda in full form, the gaps that defaults filled, and ids given twice.

    Sides and issues may be lists of ids or titles, or mappings to nothing or to a title. A position may be its text.
    Parts of a wrong type stay as they are.

    >>> from negsim.files import Place
    >>> full, gaps, _ = completed(Node.of({"sides": ["Ford", "UAW"], "issues": {"wages": None}}, Place("a.yaml", 1, 1)))
    >>> full.data["title"], full.data["sides"], full.data["issues"]["wages"]["title"]
    ('Ford and UAW', {'ford': {'title': 'Ford'}, 'uaw': {'title': 'UAW'}}, 'Wages')
    >>> [gap.name for gap in gaps]
    ['title', 'title', 'summary', 'demands', 'stances', 'history', 'resolves_when']
    """
    filling = _Filling()
    if not isinstance(node.value, dict):
        return node, [], []
    node = filling.section(node, "sides", filling.titled)
    sides = node.find("sides")
    filling.sides = list(sides.mapping) if sides is not None else []
    if "title" not in node.mapping and sides is not None and len(sides.mapping) == 2:
        title = " and ".join(str(side.mapping["title"].value) for side in sides.mapping.values() if side.mapping)
        filling.gap('there is no "title"', (), "title", f"title: {title}")
        node = node.put("title", title)
    node = filling.section(node, "issues", filling.issue)
    for key in ("rounds", "events"):
        node = filling.section(node, key, filling.described)
    return filling.section(node, "sources", filling.source), filling.gaps, filling.repeated


class _Filling:
    """Fills one agenda; ``gaps`` and ``repeated`` collect what it met."""

    def __init__(self) -> None:
        self.sides: list[str] = []
        self.gaps: list[Gap] = []
        self.repeated: list[Complaint] = []

    def gap(self, message: str, path: Path, name: str, paste: str) -> None:
        """Add a gap."""
        self.gaps.append(Gap(Complaint(message, path), name, paste))

    def section(self, node: Node, key: str, complete: Callable[[Path, Node], Node]) -> Node:
        """The agenda with a section by id, each part completed; a list of texts gives ids and titles."""
        section = node.find(key)
        if section is None:
            return node
        children: dict[str, Node] = {}
        keys = dict(section.keys)
        if key in ("sides", "issues") and section.items and all(isinstance(item.value, str) for item in section.items):
            for number, item in enumerate(section.items):
                text = str(item.value)
                name = text if _ID.fullmatch(text) else id_of(text) or text
                if name in children:
                    self.repeated.append(Complaint(f'{key} has the id "{name}" twice', (key, number)))
                part = Node({}, item.place) if name == text else Node.of({"title": text}, item.place)
                children[name], keys[name] = complete((key, name), part), item.place
        elif isinstance(section.value, dict):
            for name, child in section.mapping.items():
                if child.value is None:
                    child = Node({}, keys[name])
                elif isinstance(child.value, str):
                    child = Node.of({"url" if key == "sources" else "title": child.value}, child.place)
                children[name] = complete((key, name), child) if isinstance(child.value, dict) else child
        else:
            return node
        return node.put(key, Node(children, section.place, keys))

    def titled(self, path: Path, given: Node) -> Node:
        """A part with a title, made from its id if there is none."""
        if "title" in given.mapping:
            return given
        title = spoken(str(path[-1]))
        self.gap(f'{path[-1]} has no "title"', path, "title", f"title: {title}")
        return given.put("title", title)

    def described(self, path: Path, given: Node) -> Node:
        """A round, an event or an entry with a description."""
        given = self.titled(path, given) if path[0] != "issues" else given
        if "what" in given.mapping:
            return given
        name = f"history[{path[-1]}]" if path[0] == "issues" else path[-1]
        self.gap(f'{name} has no "what"', path, "what", "what: What happened.")
        return given.put("what", NOT_DESCRIBED)

    def source(self, _path: Path, given: Node) -> Node:
        """A source as it is."""
        return given

    def issue(self, path: Path, given: Node) -> Node:
        """An issue in full form."""
        name, side = path[-1], self.sides[0] if self.sides else "SIDE"
        given = self.titled(path, given)
        for key, line in _LINES.items():
            if key not in given.mapping and not (key == "history" and "status" in given.mapping):
                self.gap(f'{name} has no "{key}"', path, key, f"{key}: {line.replace('SIDE', side)}")
        if "resolves_when" not in given.mapping:
            given = given.put("resolves_when", RESOLVED_WHEN)
        for key in ("demands", "stances"):
            given = given.put(key, self.positions(given, (*path, key)))
        entries = given.find("history")
        if entries is not None and entries.items:
            described = [
                self.described((*path, "history", n), item) if isinstance(item.value, dict) else item
                for n, item in enumerate(entries.items)
            ]
            given = given.put("history", Node(described, entries.place))
        return given

    def positions(self, issue: Node, path: Path) -> Node:
        """A position for each side; a text or null is the position with this text."""
        given = issue.find(path[-1])
        if given is None:
            return Node.of({side: {"text": None} for side in self.sides}, issue.place)
        if not isinstance(given.value, dict):
            return given
        children = {
            side: Node.of({"text": child.value}, child.place) if isinstance(child.value, str | None) else child
            for side, child in given.mapping.items()
        }
        for side in self.sides:
            if side not in children:
                allowed = 'an entry for each side; without a position, the text "no public position"'
                complaint = Complaint(f'{path[-1]} has no entry for "{side}"', path, allowed, on_key=True)
                self.gaps.append(Gap(complaint, str(path[-1]), f"{side}: {NO_POSITION}"))
                children[side] = Node.of({"text": None}, given.place)
        return Node(children, given.place, {side: given.keys.get(side, given.place) for side in children})


def spoken(name: str) -> str:
    """The title of an id.

    >>> spoken("health_care")
    'Health care'
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def id_of(title: str) -> str:
    """The id of a title; empty if the title has no Latin letter.

    >>> id_of("Health care"), id_of("3rd shift"), id_of("賃金")
    ('health_care', 'rd_shift', '')
    """
    lower = title.lower()
    start = _LEAD.match(lower)
    return _OTHERS.sub("_", lower[start.end() if start else 0 :]).strip("_")


def short_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of an agenda with its short forms."""
    parts = schema["$defs"]
    schema["required"] = ["sides", "issues"]
    schema["properties"]["strict"] = {
        "type": "boolean",
        "default": False,
        "description": "Whether the file must give what has a default otherwise.",
    }
    schema["properties"]["citations"] = {
        "enum": ["required", "optional"],
        "default": "optional",
        "description": "Whether each claim needs a citation that is verified or reported.",
    }
    for name, required in {"Issue": [], "Side": [], "StatusChange": ["date", "status"], "Round": ["date"]}.items():
        parts[name]["required"] = required
    for name in ("Issue", "Side", "StatusChange", "Round", "Event"):
        parts[name].pop("required") if not parts[name].get("required") or name == "Event" else None
    text = {"type": ["string", "null"]}
    for key in ("sides", "issues"):
        full = schema["properties"][key]
        described = {word: full.pop(word) for word in ("description", "title") if word in full}
        size = {"minItems": full.get("minProperties", 1)}
        size |= {"maxItems": full["maxProperties"]} if "maxProperties" in full else {}
        full["additionalProperties"] = {"anyOf": [text, full["additionalProperties"]]}
        schema["properties"][key] = {
            **described,
            "anyOf": [full, {"type": "array", "items": {"type": "string"}, **size}],
        }
    for key in ("demands", "stances"):
        full = parts["Issue"]["properties"][key]
        full["additionalProperties"] = {"anyOf": [text, full["additionalProperties"]]}
    return schema
