"""Mutation testing: break one place of the code at a time, and see whether the tests notice.

``python -m benchmarks.mutation --sample 40 --seed 1`` takes a sample of all mutants of the rules, the engines and the
analysis, runs the cheap tests of the room, and prints the share killed and each survivor. A mutant of the rules or the
engines is compiled first, in a cache of its own, so it takes minutes; one of the analysis takes seconds. mutmut and
cosmic-ray were no choice: both import a package once and cannot tell machine code in a cache from its source.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Folders of code, and the tests that look after them; the first that fails ends the mutant.
ROOMS = {
    "simulation/rules": (
        "tests/simulation/test_rules_concession.py", "tests/simulation/test_rules_meetings.py",
        "tests/simulation/test_rules_status.py", "tests/simulation/test_rules_shocks.py",
        "tests/simulation/test_rules_start.py", "tests/simulation/test_rules_frontier.py",
        "tests/simulation/test_rules_quantiles.py", "tests/simulation/test_rules_draws.py",
        "tests/simulation/test_contract_stories.py",
    ),
    "simulation/engines": ("tests/simulation/test_engines_agree.py", "tests/simulation/test_contract_stories.py"),
    "analysis": ("tests/analysis",),
}  # fmt: skip
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A change of one place: the file, the number of the place in it, and what changes."""

    room: str
    file: Path
    place: int
    line: int
    what: str


class _Breaker(ast.NodeTransformer):
    """Visits the places that can be broken; breaks the one with the number ``target``."""

    def __init__(self, target: int = -1) -> None:
        self.target, self.found = target, list[tuple[int, str]]()

    def _here(self, node: ast.AST, what: str) -> bool:
        self.found.append((getattr(node, "lineno", 0), what))
        return len(self.found) - 1 == self.target

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if (other := SWAPPED.get(type(node.op))) and self._here(node, f"{type(node.op).__name__} -> {other.__name__}"):
            node.op = other()  # type: ignore[assignment]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for k, op in enumerate(node.ops):
            if (other := SWAPPED.get(type(op))) and self._here(node, f"{type(op).__name__} -> {other.__name__}"):
                node.ops[k] = other()  # type: ignore[call-overload]
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = SWAPPED[type(node.op)]
        if self._here(node, f"{type(node.op).__name__} -> {other.__name__}"):
            node.op = other()  # type: ignore[assignment]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if number and self._here(node, f"{node.value} -> {node.value + 1}"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node


def mutants() -> Iterator[Mutant]:
    """Every mutant, in the order of the files."""
    for room in ROOMS:
        for file in sorted((ROOT / "negsim" / room).glob("*.py")):
            breaker = _Breaker()
            breaker.visit(ast.parse(file.read_text(encoding="utf-8")))
            relative = file.relative_to(ROOT)
            yield from (Mutant(room, relative, k, line, what) for k, (line, what) in enumerate(breaker.found))


def room_is_compiled(mutant: Mutant | None) -> bool:
    """Whether machine code would hide the change."""
    return mutant is not None and mutant.room.startswith("simulation")


def copy_project(copy: Path) -> None:
    """Copy what the tests need into a folder."""
    for name in (
        "negsim",
        "tests",
        "benchmarks",
        "scenarios",
        "seeds",
        "schemas",
        "docs",
        "notebooks",
        "pyproject.toml",
    ):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)


def killed(mutant: Mutant | None, tests: tuple[str, ...], seconds: float) -> bool:
    """Whether a test fails, or takes far too long, with this mutant; with None, whether one fails anyway."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        copy = Path(place)
        copy_project(copy)
        if mutant is not None:
            file = copy / mutant.file
            tree = _Breaker(mutant.place).visit(ast.parse(file.read_text(encoding="utf-8")))
            file.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
        line = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPATH": place}
        if room_is_compiled(mutant):
            environment["NUMBA_CACHE_DIR"] = str(copy / "code")
            (copy / "code").mkdir(mode=0o700)
        try:
            done = subprocess.run(line, cwd=copy, env=environment, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def main() -> None:
    """Run a sample and print what survives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=40, help="number of mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", choices=list(ROOMS), action="append", help="only this room; may be repeated")
    parser.add_argument("--seconds", type=float, default=600, help="a mutant that takes longer counts as killed")
    options = parser.parse_args()
    every = [each for each in mutants() if not options.room or each.room in options.room]
    chosen = random.Random(options.seed).sample(every, options.sample) if options.sample else every
    survivors = []
    for number, each in enumerate(chosen, 1):
        if not killed(each, ROOMS[each.room], options.seconds):
            survivors.append(each)
            print(f"survives: {each.file}:{each.line}: {each.what}", flush=True)
        print(f"{number} of {len(chosen)}: {number - len(survivors)} killed", file=sys.stderr, flush=True)
    share = 1 - len(survivors) / len(chosen)
    print(f"{len(chosen)} of {len(every)} mutants, seed {options.seed}: {share:.0%} killed")


if __name__ == "__main__":
    main()
