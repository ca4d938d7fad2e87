"""The keys of a file as tables, from its JSON schema."""

from __future__ import annotations

import re
from typing import Any

#: What a pattern allows, by an example that it matches; a pattern that matches none is shown as it is.
_EXAMPLES = {
    "https://example.org/report": "a link such as `https://example.org/report`, a document, or a sentence of one",
    "2026": "a year, month or day such as `2026-02`",
    "2026-02-12": "a day such as `2026-02-12`",
    "18 months": "a duration such as `18 months`",
    "2 hours": "hours such as `2 hours`",
    "3 per year": "a rate such as `3 per year`",
    "2 rounds": "rounds such as `2 rounds`",
    "judgement: why": "a source such as `judgement: ...`",
    "name": "an id of small letters, digits and `_`",
    "0" * 64: "a SHA-256 fingerprint",
}
_WORDS = {"object": "mapping", "array": "list", "string": "text", "boolean": "true or false", "null": "nothing"}


def fields_page(title: str, intro: str, schema: dict[str, Any]) -> str:
    """Return the page: the keys of the file itself, then those of each kind of block."""
    blocks = schema["$defs"]
    parts = [f"# {title}", intro, *_section("The file", schema, blocks)]
    for name, block in sorted(blocks.items()):
        parts += _section(name, block, blocks)
    return "\n\n".join(parts) + "\n"


def _section(name: str, block: dict[str, Any], blocks: dict[str, Any]) -> list[str]:
    heading = f"## {name} {{#{_anchor(name)}}}" if name != "The file" else "## The file"
    described = [_line(block["description"])] if block.get("description") and name != "The file" else []
    properties = block.get("properties")
    if not properties:
        return [heading, *described, f"Allowed: {_type(block)}."]
    required = set(block.get("required", []))
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, value in properties.items():
        default = "**required**" if key in required else _default(value)
        rows.append(f"| `{key}` | {_type(value)} | {default} | {_line(_description(value, blocks))} |")
    return [heading, *described, "\n".join(rows)]


def _default(value: dict[str, Any]) -> str:
    if value.get("default") in (None, "", [], {}):
        return ""
    return f"`{value['default']}`"


def _description(value: dict[str, Any], blocks: dict[str, Any]) -> str:
    """Return the description of a key; without one, that of the blocks in it."""
    if "description" in value:
        return str(value["description"])
    if "$ref" in value:
        return str(blocks[value["$ref"].rsplit("/", 1)[-1]].get("description", ""))
    inner = [*value.get("anyOf", ()), value.get("items"), value.get("additionalProperties")]
    inner += value.get("patternProperties", {}).values()
    told = (_description(part, blocks) for part in inner if isinstance(part, dict))
    return " ".join(dict.fromkeys(text for text in told if text))


def _type(value: dict[str, Any]) -> str:
    """Return what is allowed, in words, with links to the blocks."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{_anchor(name)})"
    for several in ("anyOf", "oneOf"):
        if several in value:
            return " or ".join(dict.fromkeys(_type(part) for part in value[several] if part.get("type") != "null"))
    if "allOf" in value:
        return " and ".join(_type(part) for part in value["allOf"])
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"])
    kind = value.get("type", "any value")
    if isinstance(kind, list):
        return " or ".join(_WORDS.get(word, word) for word in kind)
    if kind == "array":
        return f"list of {_type(value['items'])}" if value.get("items") else "list"
    if kind == "object":
        return _mapping(value)
    return _WORDS.get(kind, kind) + _limits(value)


def _mapping(value: dict[str, Any]) -> str:
    inner = value.get("additionalProperties") or next(iter(value.get("patternProperties", {}).values()), None)
    if isinstance(inner, dict):
        return f"mapping of names to {_type(inner)}"
    return "mapping"


def _limits(value: dict[str, Any]) -> str:
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    told = [f"{word} {value[key]}" for key, word in words.items() if key in value]
    if "pattern" in value:
        told.append(_pattern(value["pattern"]))
    return f" ({', '.join(told)})" if told else ""


def _pattern(pattern: str) -> str:
    shown = f"pattern `{pattern}`".replace("|", "\\|")
    return next((words for example, words in _EXAMPLES.items() if re.search(pattern, example)), shown)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(name: str) -> str:
    return name.lower().replace("_", "-")
