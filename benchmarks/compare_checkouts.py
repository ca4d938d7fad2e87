"""Does another checkout of negsim give the same results, byte for byte?

    python benchmarks/compare_checkouts.py OLD NEW             two checkouts
    python benchmarks/compare_checkouts.py --produce-only OLD DIR    keep what OLD gives, for later
    python benchmarks/compare_checkouts.py DIR NEW             compare with what was kept

Each checkout plays every scenario in a process of its own, with that checkout first on the path and as the working
folder, and writes a folder a scenario: outcomes and runs as Parquet files of both engines, what ``run`` prints as a
table and as JSON, ``show``, a few stories, every kind of picture with its data, the report page, and the event logs of
both engines. Then the folders are compared file by file; the exit code is 1 if anything differs.

Scenarios are those of OLD for both, so that words rewritten in NEW's scenarios do not count. In what is printed, paths
of the scenarios are replaced; of JSON files versions and the command that was typed are not compared. Where a kind of
picture does not apply, the message must be the same. Any other exception is a difference, even if both raise it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

SEED, LOGS, STORIES = 1, 20, 3
MADE = "made.json"  # in a folder of results: what they were made of
NOT_COMPARED = ("versions", "command")


def module(ending: str) -> Any:
    """The module of a file, wherever in the package it stands."""
    import negsim

    package = Path(negsim.__file__).parent
    (found,) = package.rglob(ending)
    return import_module(".".join([package.name, *found.relative_to(package).with_suffix("").parts]))


def compiler() -> Any:
    """The module that compiles a scenario, under its name of today or of version 0.1.0."""
    try:
        return module("compiler.py")
    except ValueError:
        return module("compiled.py")


def produce(folder: Path, scenarios: Path, runs: int, only: str) -> None:
    """Write what this checkout, the working folder, gives for each scenario."""
    import negsim

    if not Path(negsim.__file__).resolve().is_relative_to(Path.cwd().resolve()):
        sys.exit(f"{negsim.__file__} is not of the checkout {Path.cwd()}")
    for file in sorted(scenarios.glob("*.yaml")):
        if fnmatch(file.stem, only):
            of_scenario(file, folder / file.stem, runs)
    made = {"runs": runs, "only": only, "scenarios": str(scenarios), "checkout": str(Path.cwd())}
    (folder / MADE).write_text(json.dumps(made, indent=2) + "\n")


def of_scenario(file: Path, folder: Path, runs: int) -> None:
    import negsim as ns
    from negsim.plots import KINDS

    folder.mkdir()

    def attempt(name: str, work: Callable[[], str | bytes | None]) -> None:
        """Write what some work gives, or how it fails."""
        try:
            given = work()
        except ns.NegsimError as error:
            name, given = f"{name}.refused", f"{type(error).__name__}: {error}\n"
        except Exception:
            name, given = f"{name}.crashed", traceback.format_exc()
            print(f"{file.stem}: {name}\n{given}", file=sys.stderr)
        if isinstance(given, str):
            given = given.replace(str(file.parent), "SCENARIOS").replace(str(Path.cwd()), "CHECKOUT").encode()
        if given is not None:
            (folder / name).write_bytes(given)

    few, scenario, projection = min(runs, LOGS), None, None

    def play() -> None:
        nonlocal scenario, projection
        scenario = ns.load(file)
        projection = ns.run(scenario, runs=runs, seed=SEED, engine="batch")
        projection.save(folder / "batch")
        ns.run(scenario, runs=few, seed=SEED, engine="reference").save(folder / "reference")

    attempt("play", play)
    counted = ("--runs", runs, "--seed", SEED, "--engine", "batch")
    attempt("run.json", lambda: printed("run", file, *counted, "--json"))
    attempt("run.txt", lambda: printed("run", file, *counted))
    attempt("show.yaml", lambda: printed("show", file))
    for k in range(min(few, STORIES)):
        attempt(f"trace{k}.txt", lambda k=k: printed("trace", file, "--run", k, "--seed", SEED))
    if projection is None:
        return
    for kind in KINDS:
        attempt(f"{kind}.svg", lambda kind=kind: projection.plot(kind).save(folder / f"{kind}.svg") and None)
    attempt("report.html", lambda: ns.report([projection]))
    compiled = compiler().compile(scenario)
    reference, batch = module("engines/reference.py"), module("engines/batch.py")
    attempt("reference.log", lambda: joined(reference.trace(compiled, SEED, k, 0) for k in range(few)))
    attempt("batch.log", lambda: joined(log for log, _ in batch.watch(compiled, SEED, 0, few, 0)))


def joined(logs: Iterator[Any]) -> bytes:
    """Event logs one after the other, each behind a line with its type and length."""
    return b"".join(b"%d events of %r\n" % (len(log), log.dtype.descr) + log.tobytes() for log in logs)


def printed(*words: object) -> str:
    """What a command prints, its exit code, and what it prints on standard error."""
    from negsim.cli import main

    sys.argv = ["negsim", *map(str, words)]
    out, err, code = io.StringIO(), io.StringIO(), None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    if not code and not err.getvalue():
        return out.getvalue()
    return f"{out.getvalue()}\nexit code {code}, standard error:\n{err.getvalue()}"


def start(checkout: Path, folder: Path, scenarios: Path, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Let a checkout produce its results in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"{folder} is not empty")
    if not any(scenarios.glob(f"{options.only}.yaml")):
        sys.exit(f"{scenarios} has no scenario {options.only}.yaml")
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")}
    fresh = {"NUMBA_CACHE_DIR": tempfile.mkdtemp(prefix="compare-", dir=options.room)} if options.fresh else {}
    command = [sys.executable, __file__, "--produce", folder, scenarios, "--runs", options.runs, "--only", options.only]
    environment = kept | fresh | {"PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
    return subprocess.Popen(list(map(str, command)), cwd=checkout, env=environment)


def finish(process: subprocess.Popen[bytes]) -> None:
    if process.wait() != 0:
        sys.exit(f"no results: the process ended with exit code {process.returncode}")


def content(path: Path) -> bytes:
    """What counts of a file."""
    if path.suffix != ".json":
        return path.read_bytes()
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        return path.read_bytes()
    return json.dumps({k: v for k, v in data.items() if k not in NOT_COMPARED}, indent=1, ensure_ascii=False).encode()


def difference(old: bytes, new: bytes) -> str:
    """Where two contents begin to differ, with an excerpt of both if they are text."""
    at = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    where = f"byte {at} ({len(old)} and {len(new)} bytes)"
    if b"\0" in old + new:
        return where
    excerpts = [repr(text[max(at - 30, 0) : at + 50].decode(errors="replace")) for text in (old, new)]
    return f"line {old[:at].count(10) + 1}, {where}\n      old {excerpts[0]}\n      new {excerpts[1]}"


def compare(old: Path, new: Path, options: argparse.Namespace) -> int:
    """Print what differs between two folders of results; returns how many files do."""
    names = {
        path.name for of in (old, new) for path in of.iterdir() if path.is_dir() and fnmatch(path.name, options.only)
    }
    total, equal, excused = 0, 0, 0
    for name in sorted(names):
        files = {str(p.relative_to(of)) for of in (old, new) for p in (of / name).rglob("*") if p.is_file()}
        lines, allowed = [], 0
        for file in sorted(files):
            paths = old / file, new / file
            if not all(path.is_file() for path in paths):
                said = "only in " + ("the old" if paths[0].is_file() else "the new")
            elif file.endswith(".crashed"):
                said = "an exception that is none of negsim's own:\n" + paths[1].read_text()
            else:
                contents = [content(path) for path in paths]
                said = "" if contents[0] == contents[1] else difference(*contents)
            if said and any(fnmatch(file, glob) or fnmatch(Path(file).name, glob) for glob in options.excused):
                allowed += 1
            elif said:
                lines.append(f"   {file}: {said}")
        same = len(files) - len(lines) - allowed
        total, equal, excused = total + len(files), equal + same, excused + allowed
        print(f"{name}: {same} of {len(files)} files are equal" + (f", {allowed} may differ" if allowed else ""))
        print("".join(line + "\n" for line in lines), end="", flush=True)
    different = total - equal - excused
    print(f"{len(names)} scenarios: {equal} of {total} files are equal, {excused} may differ, {different} differ")
    return different


def main() -> None:
    say = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    say.add_argument("old", type=Path, nargs="?", help="a checkout, or a folder made with --produce-only")
    say.add_argument("new", type=Path, nargs="?", help="a checkout, or a folder made with --produce-only")
    say.add_argument("--runs", type=int, help="runs a scenario: 200, or as many as kept results have")
    say.add_argument("--scenarios", type=Path, metavar="DIR", help="scenarios for both, instead of OLD/scenarios")
    say.add_argument("--own-scenarios", action="store_true", help="each checkout plays its own scenarios")
    say.add_argument("--only", default="*", metavar="GLOB", help="only scenarios of such names")
    say.add_argument(
        "--except", dest="excused", action="append", default=[], metavar="GLOB", help="files that may differ"
    )
    say.add_argument("--fresh", action="store_true", help="compile the rules anew: a minute more, nothing kept is used")
    say.add_argument("--produce-only", type=Path, nargs=2, metavar=("CHECKOUT", "DIR"), help="keep results in DIR")
    say.add_argument("--produce", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = say.parse_args()
    if options.produce:
        produce(*options.produce, options.runs, options.only)
        return
    given = [
        path.resolve()
        for path in (options.produce_only[:1] if options.produce_only else (options.old, options.new))
        if path
    ]
    if not options.produce_only and len(given) != 2:
        say.error("name two checkouts")
    made = [json.loads((path / MADE).read_text()) if (path / MADE).is_file() else None for path in given]
    kept = next(filter(None, made), {})
    options.runs = options.runs or kept.get("runs", 200)
    if any(each and (each["runs"] != options.runs or each["only"] not in ("*", options.only)) for each in made):
        sys.exit(f"the kept results are of {kept['runs']} runs of the scenarios {kept['only']}")
    common = options.scenarios or Path(kept.get("scenarios", given[0] / "scenarios"))
    with tempfile.TemporaryDirectory(prefix="compare-") as options.room:
        folders, processes = [], []
        for k, (path, ready) in enumerate(zip(given, made, strict=True)):
            folder = path if ready else (options.produce_only or [0, Path(options.room, f"of{k}")])[1].resolve()
            folders.append(folder)
            if not ready:
                scenarios = path / "scenarios" if options.own_scenarios else common.resolve()
                processes.append(start(path, folder, scenarios, options))
        for process in processes:
            finish(process)
        if options.produce_only:
            return
        sys.exit(1 if compare(*folders, options) else 0)


if __name__ == "__main__":
    main()
