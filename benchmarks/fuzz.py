"""Fuzzing that follows the code reached: ``pip install atheris``, then ``python -m benchmarks.fuzz KIND [OPTIONS]``.

KIND is a kind of file of `tests.fuzz`: scenario, agenda, sources, talks, issues, rounds, offers or proposals. Options
are libFuzzer's, such as ``-max_total_time=3600``. An input that fails is written to ``crash-...``; put it into
``tests/crashes`` as ``KIND-NAME``. `tests/test_fuzz.py` fuzzes without atheris, with hypothesis.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

READERS = ["negsim.files", "negsim.quantities", "negsim.agenda", "negsim.scenario", "negsim.history", "negsim.ingest"]


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=READERS):
        from tests.fuzz import TARGETS, survives

    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(f"usage: python -m benchmarks.fuzz KIND [OPTIONS]; KIND is one of {', '.join(TARGETS)}")
    kind = sys.argv.pop(1)

    def target(content: bytes) -> None:
        with TemporaryDirectory() as folder:
            survives(kind, Path(folder), content)

    with TemporaryDirectory() as corpus:
        (Path(corpus) / "original").write_bytes(TARGETS[kind][0])
        atheris.Setup([*sys.argv, corpus], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
