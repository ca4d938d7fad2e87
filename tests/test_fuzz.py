"""Fuzzing of loaders, compiler and command line: whatever a file holds, it works or gives an error with its place.

NEGSIM_FUZZ_SECONDS is the time for each target; set it to hours to look for rare inputs. An input that fails is kept
in ``tests/crashes`` as ``KIND-DIGEST`` and is tried again by the quick tests.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fuzz import PIECES, TARGETS, changed, survives
from tests.walk import call

SECONDS = float(os.environ.get("NEGSIM_FUZZ_SECONDS", "3"))
CRASHES = ROOT / "tests" / "crashes"
UNHURRIED = settings(
    max_examples=10, derandomize=False, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def until_time_is_up(strategy: st.SearchStrategy[Any], target: Callable[[Any], None]) -> None:
    """Try inputs of a strategy with the seeds 0, 1, 2 ... until the time is up; a failing input is made small."""
    end, number = time.monotonic() + SECONDS, 0
    while number == 0 or time.monotonic() < end:
        seed(number)(UNHURRIED(given(strategy)(target)))()
        number += 1


@pytest.mark.parametrize("path", sorted(CRASHES.iterdir()), ids=lambda path: path.name)
def test_an_input_that_once_failed(tmp_path: Path, path: Path) -> None:
    survives(path.name.split("-")[0], tmp_path, path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("kind", TARGETS)
def test_a_changed_file_works_or_is_an_error_with_a_place(kind: str) -> None:
    failed = b""

    def target(content: bytes) -> None:
        nonlocal failed
        with TemporaryDirectory() as folder:
            try:
                survives(kind, Path(folder), content)
            except BaseException:
                failed = content
                raise

    try:
        until_time_is_up(changed(TARGETS[kind][0]), target)
    except BaseException:
        (CRASHES / f"{kind}-{sha256(failed).hexdigest()[:12]}").write_bytes(failed)
        raise


#: Words for the command line: commands, options, names, values and what does not belong there.
WORDS = st.one_of(
    st.sampled_from([
        "check", "show", "run", "agenda", "when", "how-many", "trace", "explain", "compare", "offers", "history",
        "scenarios", "schema", "verify", "describe", "diff", "doctor", "baseline", "package", "banking", "--runs",
        "--seed", "--json", "--issues", "--probability", "--milestones", "--dates", "--as-of", "--given", "--first",
        "-p", "-n", "1", "5", "0", "-1", "1e9", "50%", "banking by 2026", "2025-05-01", "--help", "--",
    ]),
    st.sampled_from(PIECES),
    st.text(max_size=6),
)  # fmt: skip


@pytest.mark.slow
def test_any_words_end_with_a_code_and_without_a_traceback(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    commands = st.sampled_from(["check", "show", "run", "agenda", "when", "trace", "offers", "history", "verify"])

    def target(words: tuple[str, list[str]]) -> None:
        ended = call(words[0], *words[1], *(["--runs", "2"] if words[0] in ("run", "when") else []))
        assert ended.code in (0, 1, 2)
        assert ended.code == 0 or (ended.out + ended.err).strip()
        assert "Traceback" not in ended.err

    until_time_is_up(st.tuples(commands, st.lists(WORDS, max_size=5)), target)
