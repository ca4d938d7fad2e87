"""Inputs for fuzzing: bytes, and files of the project with random changes; and what each kind of file must survive."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from negsim.agenda import load_agenda
from negsim.agenda.board import board_table
from negsim.errors import InputError, NegsimError
from negsim.files import to_yaml
from negsim.ingest import plover_lines, read_proposals
from negsim.scenario.file_check import check
from negsim.scenario.scenario import load as load_scenario
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from tests.agenda.test_bad_values import SMALL as AGENDA
from tests.bad_values import has_places
from tests.conftest import ROOT
from tests.history.test_bad_values import HISTORIES, OFFERS, use_histories, use_offers
from tests.ingest.test_bad_values import SMALL as PROPOSALS

BASE = ROOT / "tests" / "invalid" / "scenario" / "base"
#: Pieces that mean something to YAML, CSV, a date, a number or a path.
PIECES = (
    ":", "- ", "[", "]", "{", "}", ",", "#", "'", '"', "|", ">", "&a", "*a", "!!str", "---", "...", "\t", "\n", "\r",
    "null", "true", "0", "-1", "1e308", "nan", ".inf", "9" * 40, "2025-02-30", "2025", "9999-12-31", "0001-01-01",
    "1 year", "0 days", "-3 days", "1e9 per year", "uniform", "parameter", "issues", "us", "../", "/", "\x00", "\x1b",
    "\u202e", "\ufeff", "é", "=1+1", "<b>", "both", "extends",
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, original: bytes) -> bytes:
    """A file with one to six changes of its lines, pieces and bytes; or bytes that have nothing to do with it."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    random = Random(draw(st.integers(0, 2**32 - 1)))
    lines = original.split(b"\n")
    for _ in range(draw(st.integers(1, 6))):
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        line = lines[at]
        place = random.randint(0, len(line))
        piece = random.choice(PIECES).encode()
        how = draw(st.integers(0, 7))
        if how == 0 and len(lines) > 1:
            del lines[at]
        elif how == 1:
            lines.insert(at, lines[other])
        elif how == 2:
            lines[at], lines[other] = lines[other], line
        elif how == 3:
            lines[at] = line[:place] + piece + line[place:]
        elif how == 4:
            words = line.split(b" ")
            words[random.randrange(len(words))] = piece
            lines[at] = b" ".join(words)
        elif how == 5:
            lines[at] = line[:place] + bytes([random.randrange(256)]) + line[place + 1 :]
        elif how == 6:
            lines[at] = b" " * random.randint(0, 6) + line.lstrip()
        else:
            lines[at] = line[: line.find(b":") + 1] + b" " + piece
    return b"\n".join(lines)


def _scenario(folder: Path, content: bytes) -> None:
    path = folder / "scenario.yaml"
    path.write_bytes(content)
    shutil.copy(BASE / "agenda.yaml", folder / "agenda.yaml")
    problems = check(path)
    assert all(problem.message and problem.file for problem in problems)
    if any(not problem.warning for problem in problems):
        return
    batch.run(compile(load_scenario(path)), 1, 0, 2)


def _agenda(folder: Path, content: bytes) -> None:
    path = folder / "agenda.yaml"
    path.write_bytes(content)
    agenda = load_agenda(path)
    board_table(agenda, agenda.last_day)


def _sources(folder: Path, content: bytes) -> None:
    (folder / "sources.yaml").write_bytes(content)
    (folder / "agenda.yaml").write_text(to_yaml({**AGENDA, "sources": "sources.yaml"}), encoding="utf-8")
    load_agenda(folder / "agenda.yaml")


def _tables(tables: dict[str, str], name: str, use: Callable[[Path], None]) -> Callable[[Path, bytes], None]:
    def target(folder: Path, content: bytes) -> None:
        for each, text in tables.items():
            (folder / f"{each}.csv").write_bytes(content if each == name else text.encode())
        use(folder)

    return target


def _proposals(folder: Path, content: bytes) -> None:
    (folder / "proposals.yaml").write_bytes(content)
    plover_lines(read_proposals(folder / "proposals.yaml").proposals)


#: Kinds of files: an original, and what is done with a changed one.
TARGETS: dict[str, tuple[bytes, Callable[[Path, bytes], None]]] = {
    "scenario": ((BASE / "talks.yaml").read_bytes(), _scenario),
    "agenda": (to_yaml(AGENDA).encode(), _agenda),
    "sources": (to_yaml({"sources": AGENDA["sources"]}).encode(), _sources),
    "talks": (HISTORIES["talks"].encode(), _tables(HISTORIES, "talks", use_histories)),
    "issues": (HISTORIES["issues"].encode(), _tables(HISTORIES, "issues", use_histories)),
    "rounds": (HISTORIES["rounds"].encode(), _tables(HISTORIES, "rounds", use_histories)),
    "offers": (OFFERS["offers"].encode(), _tables(OFFERS, "offers", use_offers)),
    "proposals": (to_yaml(PROPOSALS).encode(), _proposals),
}


def survives(kind: str, folder: Path, content: bytes) -> None:
    """Use a file: it works, or the error is ours and has a place and a message that a terminal can show."""
    try:
        TARGETS[kind][1](folder, content)
    except InputError as error:
        has_places(error, "")
    except NegsimError as error:
        if not str(error):
            raise
