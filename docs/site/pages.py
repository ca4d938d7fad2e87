"""Pages of the docs site made when it is built: those of the top folder, and the reference from code and schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands import commands_page
from fields import fields_page
from mkdocs.structure.files import File, Files
from python_api import python_page

ROOT = Path(__file__).parents[2]

#: Pages that lie in the top folder of the project, and their names on the site.
TOP = {
    "README.md": "index.md",
    "DESIGN.md": "design.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
FIELDS = {
    "scenario": "Generated from the JSON schema. [Scenario files](../scenario-format.md) explains the keys.",
    "agenda": "Generated from the JSON schema. [Agenda files](../agenda-format.md) explains the keys.",
}


def on_files(files: Files, config: Any) -> Files:
    """Add the made pages and the notebooks."""
    for name, text in pages():
        files.append(File.generated(config, name, content=text))
    for path in notebooks():
        files.append(File.generated(config, f"notebooks/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Links to the pages of the top folder lead to their copies on the site."""
    for name, there in TOP.items():
        markdown = markdown.replace(f"](../{name}", f"]({there}")
    return markdown


def on_page_content(html: str, page: Any, config: Any, files: Files) -> str:
    """Dates in tables stay on one line."""
    return re.sub(r"<td>(\d{4}-\d{2}-\d{2})</td>", r'<td class="date">\1</td>', html)


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each made page."""
    for name, there in TOP.items():
        yield there, moved((ROOT / name).read_text(encoding="utf-8"))
    for kind, intro in FIELDS.items():
        schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
        yield (
            f"reference/{kind}-fields.md",
            fields_page(f"Every field of {'an' if kind == 'agenda' else 'a'} {kind}", intro, schema),
        )
    yield "reference/commands.md", commands_page()
    yield "reference/python.md", python_page()
    yield "notebooks.md", notebooks_page()


def moved(text: str) -> str:
    """Return the text of a top page with links that hold in ``docs``."""
    for name, there in TOP.items():
        text = text.replace(f"]({name}", f"]({there}")
    text = re.sub(r"\]\(notebooks\)", "](notebooks.md)", text)
    return text.replace("](docs/", "](")


def notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def notebooks_page() -> str:
    lines = ["# Notebooks", "", "Download a notebook and open it in JupyterLab: `pip install 'negsim[notebook]'`.", ""]
    for path in notebooks():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first = "".join(next(cell for cell in cells if cell["cell_type"] == "markdown")["source"]).splitlines()
        lines.append(f"- [{first[0].lstrip('# ')}](notebooks/{path.name})")
    return "\n".join([*lines, ""])
