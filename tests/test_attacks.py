"""Ways in: each test tries an attack through what a stranger can send, and sees it fail."""

from __future__ import annotations

import ast
import io
import json
import pickle
import re
import shutil
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.errors import harmless
from negsim.files import clean
from negsim.scenario.scenario import from_mapping
from tests.conftest import ROOT
from tests.kit import SOURCE, talks

pytestmark = pytest.mark.slow

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"{SCRIPT}\"'><img src=x onerror=alert(1)>&\u202e=cmd|' /C calc'!A1"


def hostile() -> dict[str, Any]:
    made = talks("a b", title=HOSTILE)
    made["agenda"]["title"] = HOSTILE
    for side in made["agenda"]["sides"].values():
        side["title"] = HOSTILE[:40]
    for issue in made["agenda"]["issues"].values():
        issue |= {"title": HOSTILE, "summary": HOSTILE, "resolves_when": HOSTILE}
        issue["history"][0]["what"] = HOSTILE
    mark = [{"kind": "meeting", "channel": "rounds", "after": "5 days"}]
    made["shocks"] = {"s": {"title": HOSTILE, "rate": "1 per year", "marks": mark, "source": f"{SOURCE} {HOSTILE}"}}
    made["channels"]["rounds"]["title"] = HOSTILE
    return made


@pytest.fixture(scope="module")
def projection() -> ns.Projection:
    return ns.run(from_mapping(hostile()), 20)


def tags(html: str) -> set[str]:
    return set(re.findall(r"<\s*([a-zA-Z]+)", html))


def test_a_page_with_hostile_titles_has_no_element_of_theirs(projection: ns.Projection) -> None:
    page = ns.report(projection)
    assert SCRIPT not in page
    assert "onerror=alert(1)>" not in page
    assert "default-src 'none'" in unescape(page)
    honest = ns.report(ns.run(from_mapping(talks("a b")), 20))
    assert tags(page) <= tags(honest) | {"br", "wbr", "tspan"}


@pytest.mark.parametrize("kind", ["burndown", "calendar", "survival", "climate", "trace", "lanes", "terms"])
def test_a_picture_with_hostile_titles_is_text(projection: ns.Projection, kind: str) -> None:
    from negsim.plots import KINDS

    if kind not in KINDS:
        kind = "waiting"
    svg = projection.plot(kind, run=0 if kind == "trace" else None).svg
    assert tags(svg).isdisjoint({"script", "img", "foreignObject", "iframe", "image"})
    inside = "".join(re.findall(r"<[^>]*>", re.sub(r"(?s)<!--.*?-->", "", svg)))  # text between tags is only shown
    assert not re.search(r"\son\w+\s*=|javascript:|<!ENTITY|alert", inside)


def test_notebook_output_is_escaped(projection: ns.Projection) -> None:
    scenario = projection.scenario
    for shown in (projection, scenario, scenario.agenda, ns.compare(projection, projection)):
        html = getattr(shown, "_repr_html_", str)()
        assert SCRIPT not in html
        assert "<img src=x" not in html


def test_a_cell_that_a_spreadsheet_would_compute_is_text(negsim: Any, tmp_path: Path) -> None:
    formula = talks("a b")
    for name, issue in formula["agenda"]["issues"].items():
        issue["title"] = f"=HYPERLINK(1){name}"
    file = tmp_path / "s.yaml"
    file.write_text(json.dumps(formula), encoding="utf-8")
    assert negsim("plot", file, "calendar", "--runs", 10, "-o", tmp_path / "x.svg").code == 0
    cells = re.split(r"[,\n]", (tmp_path / "x.csv").read_text(encoding="utf-8"))
    text = ns.run(file, 10).to_csv() or ""
    assert not [cell for cell in cells + re.split(r"[,\n]", text) if cell.strip('"')[:1] in ("=", "@", "\t")]


def test_escape_sequences_do_not_reach_a_terminal() -> None:
    for text in ("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202eabc", "\u2066x\u2069"):
        assert all(letter.isprintable() for letter in harmless(text) + clean(text))


def test_a_pickle_in_a_result_is_not_loaded(tmp_path: Path, negsim: Any) -> None:
    folder = tmp_path / "done"
    ns.run("baseline", 10, out=folder)
    trap = tmp_path / "caught"

    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (trap,))

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive, np.load(folder / "tally.npz") as old:
        for name in old.files:
            array = io.BytesIO()
            np.save(array, np.array([Evil()], dtype=object), allow_pickle=True)
            archive.writestr(f"{name}.npy", array.getvalue())
    (folder / "tally.npz").write_bytes(content.getvalue())
    from negsim.files import digest

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["sha256"]["tally.npz"] = digest(folder / "tally.npz")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = negsim("when", folder)
    assert (done.code, trap.exists()) == (2, False)
    assert "Traceback" not in done.err
    pickle.loads(pickle.dumps(Evil()))  # the trap works
    assert trap.exists()


def test_only_what_goes_to_workers_and_copies_is_pickled() -> None:
    """Both get it through pipes of this process. The scenario room marshals plain data as keys of a cache in memory."""
    users: dict[str, set[str]] = {}
    for path in (ROOT / "negsim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in {getattr(node, "module", None) or "", *(each.name for each in node.names)}:
                    users.setdefault(name, set()).add(str(path.relative_to(ROOT / "negsim")))
    found = {name: users[name] for name in ("pickle", "marshal", "shelve", "dill", "joblib") if name in users}
    assert found == {"pickle": {"projection/execution.py", "plots/copies.py"}, "marshal": {"scenario/parts.py"}}


def test_nothing_evaluates_text_or_starts_a_shell() -> None:
    found = []
    for path in (ROOT / "negsim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                bare = isinstance(node.func, ast.Name)
                if (bare and name in ("eval", "exec", "__import__")) or name in ("popen", "Popen"):
                    found.append((path.name, name))
                if name == "system" and getattr(getattr(node.func, "value", None), "id", "") == "os":
                    found.append((path.name, name))
                found += [(path.name, "shell") for word in node.keywords if word.arg == "shell"]
    # This Python compiles the rules in processes of its own, with a list of arguments and without a shell.
    assert found == [("machine_code.py", "Popen")]


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/tmp/x", "a\x00b", "con", "..", "a/b"])
def test_a_name_in_a_file_is_never_a_path(tmp_path: Path, name: str) -> None:
    made = talks("a b")
    made["channels"] = {name: made["channels"]["rounds"]}
    if name == "con":  # a name like another; nothing is ever written under it
        assert "con" in from_mapping(made).channels
        return
    with pytest.raises(ns.InputError, match="is not a valid name"):
        from_mapping(made)


def test_metadata_in_parquet_is_not_used(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from negsim.projection.tidy import read_outcomes

    folder = tmp_path / "done"
    ns.run("baseline", 10, out=folder)
    part = next((folder / "outcomes").iterdir())
    table = pq.read_table(part)
    issues = len(ns.load("baseline").issues)
    before = read_outcomes(part, issues)
    trap = json.dumps({"index_columns": ["no such column"], "columns": [], "pandas_version": SCRIPT}).encode()
    pq.write_table(table.replace_schema_metadata({b"pandas": trap, b"ARROW:schema": b"junk"}), part)
    try:
        after = read_outcomes(part, issues)
    except ns.NegsimError:
        return
    assert after.tobytes() == before.tobytes()


def test_a_folder_of_results_cannot_lead_out_of_itself(tmp_path: Path, negsim: Any) -> None:
    folder, other = tmp_path / "done", tmp_path / "other"
    ns.run("baseline", 10, out=folder)
    shutil.copytree(folder, other)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["sha256"]["../other/tally.npz"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = negsim("verify", folder)
    assert (done.code, "../other" in done.out and "damaged" not in done.out) == (2, False)
