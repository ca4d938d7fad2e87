"""Compare the results of two checkouts of negsim, byte for byte.

    python benchmarks/compare_checkouts.py OLD NEW                   two checkouts
    python benchmarks/compare_checkouts.py --produce-only OLD DIR    write the results of OLD to DIR, for later
    python benchmarks/compare_checkouts.py DIR NEW                   compare with the results in DIR

Each checkout runs every scenario in a process of its own, with that checkout first on the path and as the working
folder. It writes one folder per scenario: outcomes and runs of both engines as Parquet files, the output of ``run`` as
a table and as JSON, ``show``, three traces, every picture with its data, the report, and the event logs of both
engines. Then the folders are compared file by file. The exit code is 1 if anything differs.

Both checkouts use the scenarios of OLD, so reworded scenarios do not count. Paths in the output are replaced. The
versions of a result and the command line are not compared. If a picture does not apply, the message must be the same.
Any other exception is a difference, even if both raise it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
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
MADE = "made.json"  # in a folder of results: runs, scenarios and checkout
NOT_COMPARED = ("versions", "command")  # keys of JSON files
VERSIONS = re.compile(rb"<dt>Versions</dt><dd>[^<]*</dd>")  # a line of the report


def module(ending: str) -> Any:
    """The module of a file anywhere in the package."""
    import negsim

    package = Path(negsim.__file__).parent
    (found,) = package.rglob(ending)
    return import_module(".".join([package.name, *found.relative_to(package).with_suffix("").parts]))


def compiler() -> Any:
    """The module that compiles a scenario, by its present name or that of version 0.1.0."""
    try:
        return module("compiler.py")
    except ValueError:
        return module("compiled.py")


def produce(folder: Path, scenarios: Path, runs: int, only: str) -> None:
    """Write the results of this checkout, the working folder, for each scenario."""
    import negsim

    if not Path(negsim.__file__).resolve().is_relative_to(Path.cwd().resolve()):
        sys.exit(f"{negsim.__file__} is not in the checkout {Path.cwd()}")
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
        """Write the result of some work, or its error."""
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
    """Event logs one after the other, each after a line with its type and length."""
    return b"".join(b"%d events of %r\n" % (len(log), log.dtype.descr) + log.tobytes() for log in logs)


def printed(*words: object) -> str:
    """The standard output of a command; if it fails or warns, also its exit code and standard error."""
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
    """Start a process in which a checkout writes its results."""
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
    """The part of a file that is compared."""
    given = path.read_bytes()
    if path.suffix == ".html":
        return VERSIONS.sub(b"", given)
    if path.suffix != ".json":
        return given
    try:
        data = json.loads(given)
    except ValueError:
        return given
    return json.dumps({k: v for k, v in data.items() if k not in NOT_COMPARED}, indent=1, ensure_ascii=False).encode()


def difference(old: bytes, new: bytes) -> str:
    """The first place where two contents differ, with an excerpt of both if they are text."""
    at = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    where = f"byte {at} ({len(old)} and {len(new)} bytes)"
    if b"\0" in old + new:
        return where
    excerpts = [repr(text[max(at - 30, 0) : at + 50].decode(errors="replace")) for text in (old, new)]
    return f"line {old[:at].count(10) + 1}, {where}\n      old {excerpts[0]}\n      new {excerpts[1]}"


def compare(old: Path, new: Path, options: argparse.Namespace) -> int:
    """Print the differences between two folders of results; return the number of files that differ."""
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
                said = "an exception that is not one of negsim:\n" + paths[1].read_text()
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


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, nargs="?", help="a checkout, or a folder made with --produce-only")
    parser.add_argument("new", type=Path, nargs="?", help="a checkout, or a folder made with --produce-only")
    parser.add_argument("--runs", type=int, help="runs per scenario: 200, or the number in DIR")
    parser.add_argument("--scenarios", type=Path, metavar="DIR", help="scenarios for both, instead of OLD/scenarios")
    parser.add_argument("--own-scenarios", action="store_true", help="each checkout uses its own scenarios")
    parser.add_argument("--only", default="*", metavar="GLOB", help="only scenarios with these names")
    parser.add_argument(
        "--except", dest="excused", action="append", default=[], metavar="GLOB", help="files that may differ"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="compile the rules again, without a cache; takes a minute more"
    )
    parser.add_argument(
        "--produce-only", type=Path, nargs=2, default=[], metavar=("CHECKOUT", "DIR"), help="write results to DIR"
    )
    parser.add_argument("--produce", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not options.produce and not options.produce_only and options.new is None:
        parser.error("name two checkouts")
    return options


def main() -> None:
    options = options_of()
    if options.produce:
        produce(*options.produce, options.runs, options.only)
        return
    given = [path.resolve() for path in options.produce_only[:1] or (options.old, options.new)]
    made = [json.loads((path / MADE).read_text()) if (path / MADE).is_file() else None for path in given]
    kept = next(filter(None, made), {})
    options.runs = options.runs or kept.get("runs", 200)
    if any(each and (each["runs"] != options.runs or each["only"] not in ("*", options.only)) for each in made):
        sys.exit(f"the results in the folder have {kept['runs']} runs of the scenarios {kept['only']}")
    common = options.scenarios or Path(kept.get("scenarios", given[0] / "scenarios"))
    with tempfile.TemporaryDirectory(prefix="compare-") as options.room:
        folders, processes = [], []
        for k, (path, ready) in enumerate(zip(given, made, strict=True)):
            folder = path if ready else (options.produce_only or [None, Path(options.room, f"of{k}")])[1].resolve()
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
