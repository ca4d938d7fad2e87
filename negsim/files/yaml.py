"""Reading and writing YAML safely, with the place of every key and value; mistakes become problems.

A file becomes a tree of :class:`Node`. Trees are merged (:func:`merge`) and validated (:func:`validate`). A problem
names the file, line and column of the value, even if several files were merged.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import yaml

from negsim.errors import Complaint, InputError, Problem, did_you_mean
from negsim.files.models import validate
from negsim.files.nodes import Node, Place, Scalar, Step, in_file_order, merge, raise_problems, rewritten, unknown

__all__ = [
    "Node",
    "Place",
    "in_file_order",
    "merge",
    "raise_problems",
    "read_yaml",
    "read_yaml_text",
    "to_line",
    "to_yaml",
    "unknown",
    "validate",
]

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# Everything else is text: an int with a leading zero, a sexagesimal number, a date, `no`.
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_yaml(path: str | os.PathLike[str]) -> Node:
    """Read a YAML file of at most 2 MB.

    Raises:
        InputError: the file is missing, a folder, not UTF-8, too large or not YAML; or it uses tags, anchors, aliases,
            duplicate keys, several documents or more than 40 levels.
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError([Problem(name, 0, 0, "there is no such file", suggestion=_sibling(Path(path)))]) from None
    except IsADirectoryError:
        inside = Path(path) / "scenario.yaml"
        meant = str(inside) if inside.is_file() else ""
        raise InputError([Problem(name, 0, 0, "this is a folder and not a file", suggestion=meant)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem(name, 0, 0, f"the file can't be read: {reason}")]) from None
    if len(raw) > MAX_BYTES:
        raise InputError([Problem(name, 0, 0, "the file is too large", allowed="at most 2 MB")])
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").split("\n")
        line, col = len(before), len(before[-1]) + 1
        raise InputError([Problem(name, line, col, f"byte 0x{raw[error.start]:02x} is not UTF-8 text")]) from None
    return read_yaml_text(text, name)


def read_yaml_text(text: str, file: str) -> Node:
    r"""Read YAML from text; ``file`` is the name that problems show.

    Raises:
        InputError: as :func:`read_yaml`.

    >>> read_yaml_text("answer: no\nat: 12:30\nn: 3", "x.yaml").data
    {'answer': 'no', 'at': '12:30', 'n': 3}
    """
    text = text.removeprefix("\ufeff")
    lines = _LINE_BREAK.split(text)

    def place(mark: Any) -> Place:
        line = lines[mark.line] if mark.line < len(lines) else ""
        return Place(file, mark.line + 1, mark.column + 1, line)

    try:
        events = _checked_events(text, place)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        context = getattr(error, "context", None)
        message = f"this is not valid YAML: {what}" + (f" ({context})" if context else "")
        if "nesting depth" in str(what):  # newer versions of libyaml have a limit of their own, and read ahead to it
            message = "this is nested too deeply"
        index = getattr(error, "position", None)
        where = place(mark) if mark is not None else _place_of_index(text, index, lines, file)
        raise InputError([where.problem(Complaint(message))]) from None
    stream = iter(events)
    problems: list[Problem] = []
    first = next(stream, None)
    node = _build(first, stream, place, problems, ()) if first is not None else Node(None, Place(file, 1, 1, lines[0]))
    if problems:
        raise InputError(problems)
    return node


def _checked_events(text: str, place: Callable[[Any], Place]) -> list[Any]:
    """The node events of the document; everything that is not allowed is reported here."""
    events: list[Any] = []
    problems: list[Problem] = []
    depth = documents = 0

    def refuse(event: Any, message: str, allowed: str = "") -> None:
        problems.append(place(event.start_mark).problem(Complaint(message, allowed=allowed)))

    for event in yaml.parse(text, Loader=_PARSER):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if event.tags:
                refuse(event, "tag directives are not allowed", "plain YAML")
            if documents == 2:
                refuse(event, "a second document starts here", "one document per file")
                break
        elif isinstance(event, yaml.AliasEvent):
            refuse(event, f"the alias *{event.anchor} is not allowed", "the value itself")
        elif isinstance(event, yaml.NodeEvent):
            if event.anchor is not None:
                refuse(event, f"the anchor &{event.anchor} is not allowed", "the value itself, at each place")
            if event.tag is not None:
                tag = event.tag.replace("tag:yaml.org,2002:", "!!")
                refuse(event, f"the tag {tag} is not allowed", "plain values without tags")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    refuse(event, "this is nested too deeply", f"at most {MAX_DEPTH} levels")
                    break
            events.append(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            events.append(event)
    if problems:
        raise InputError(problems)
    return events


def _build(
    event: Any, stream: Iterator[Any], place: Callable[[Any], Place], problems: list[Problem], path: tuple[Step, ...]
) -> Node:
    here = place(event.start_mark)
    if isinstance(event, yaml.ScalarEvent):
        return Node(plain_value(event.value) if event.style is None or event.style == "" else event.value, here)
    if isinstance(event, yaml.SequenceStartEvent):
        elements: list[Node] = []
        while not isinstance(following := next(stream), yaml.SequenceEndEvent):
            elements.append(_build(following, stream, place, problems, (*path, len(elements))))
        return Node(elements, here)
    children: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    while not isinstance(following := next(stream), yaml.MappingEndEvent):
        key_place = place(following.start_mark)
        key = _build(following, stream, place, problems, path) if not isinstance(following, yaml.ScalarEvent) else None
        name = following.value if isinstance(following, yaml.ScalarEvent) else ""
        child = _build(next(stream), stream, place, problems, (*path, name))
        message = rewritten(name, path) if key is None and not following.style else None
        if key is not None:
            problems.append(key_place.problem(Complaint("a key must be text, but was a list or a mapping")))
        elif message is not None:
            problems.append(key_place.problem(Complaint(message)))
        elif name in keys:
            message = f'duplicate key "{name}"; the first one is in line {keys[name].line}'
            problems.append(key_place.problem(Complaint(message)))
        else:
            children[name], keys[name] = child, key_place
    return Node(children, here, keys)


def plain_value(text: str) -> Scalar:
    """The value of an unquoted scalar: true, false, null, an int, a float, else text.

    >>> plain_value("010"), plain_value("3"), plain_value("1e3"), plain_value("2025-04-10"), plain_value("no")
    ('010', 3, 1000.0, '2025-04-10', 'no')
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _place_of_index(text: str, index: Any, lines: list[str], file: str) -> Place:
    if not isinstance(index, int):
        return Place(file)
    before = _LINE_BREAK.split(text[:index])
    return Place(file, len(before), len(before[-1]) + 1, lines[len(before) - 1])


def _sibling(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    return did_you_mean(path.name, names)


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Quotes only text that :func:`plain_value` would read as another type; never writes aliases."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_str(self, data: str) -> Any:
        # Only double quotes keep these line ends.
        style = '"' if any(char in data for char in "\r\x85\u2028\u2029") else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(str, _Dumper.represent_str)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:null|~|)$"), ["n", "~", ""])
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(f"^{_INT.pattern}$"), list("-+0123456789"))
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"^{_FLOAT.pattern}$"), list("-+0123456789"))


def to_yaml(data: object) -> str:
    """Plain data as YAML; :func:`read_yaml` reads the same data back.

    >>> print(to_yaml({"title": "no", "when": "2025-04-10", "n": "42", "x": 0.5}), end="")
    title: no
    when: 2025-04-10
    n: '42'
    x: 0.5
    """
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False
    )
    return text


def to_line(data: object) -> str:
    """Plain data as YAML in a single line.

    >>> to_line({"pert": {"low": 0.1, "mode": 0.35, "high": "2 days"}}), to_line(0.5), to_line([])
    ('{pert: {low: 0.1, mode: 0.35, high: 2 days}}', '0.5', '[]')
    """
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=True
    )
    return text.removesuffix("...\n").rstrip("\n")
