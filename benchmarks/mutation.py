"""Mutation testing: break one place of the code at a time, and see whether a test fails.

``python -m benchmarks.mutation --room analysis --sample 100 --seed 1`` takes a random sample of the mutants of a room,
runs the quick tests that look after it, and prints each survivor and the share killed with its 95 % interval.

All mutants of the sample are compiled together: each sits behind a switch in a copy of the project (mutant schemata:
Untch, Offutt, Harrold 1993). One process imports and compiles the copy; for each mutant it forks, the child turns one
switch and runs the tests. So the machine code of the rules is compiled once for the sample. mutmut and cosmic-ray
start from the source each time and take minutes for each mutant of the rules.

The mutants are those in the bodies of functions. Constants of modules, tables and the decorator of the rules are left
out: they are fixed when the code is compiled.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RULES = tuple(
    f"tests/simulation/test_rules_{name}.py"
    for name in ("concession", "meetings", "status", "shocks", "start", "frontier", "quantiles", "draws")
)
#: Folders of code, and the quick tests and examples that look after them.
ROOMS = {
    "simulation/rules": (*RULES, "tests/simulation/test_contract_stories.py", "tests/simulation/test_golden.py"),
    # without the comparisons of stories and random scenarios, which take seconds for each mutant
    "simulation/engines": ("tests/simulation/test_engines_agree.py", "-k", "not story and not random"),
    "simulation": (
        "tests/simulation/test_compiler.py",
        "tests/simulation/test_contract_stories.py",
        "tests/simulation/test_golden.py",
        "tests/known_answers",
    ),
    "analysis": ("tests/analysis", "negsim/analysis"),
}
#: Files without a number of the model: what marks, compiles, stores and loads the rules.
FIXED = {
    "jit.py",
    "state.py",
    "compiling.py",
    "object_code.py",
    "machine_code.py",
    "cache.py",
    "machine.py",
    "version.py",
}
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A change of one place: the file, the number of the place in it, and what changes."""

    room: str
    file: str
    place: int
    line: int
    what: str
    compiled: bool


def _compiles(decorator: ast.expr) -> bool:
    """Whether a decorator marks a rule, which is compiled."""
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(name, ast.Name) and name.id in ("jit", "jit_inline", "entry")


class Places(ast.NodeTransformer):
    """Visits the places in functions that can be broken, and puts a switch at those that ``switches`` names."""

    def __init__(self, switches: dict[int, int] | None = None) -> None:
        self.switches, self.found = switches or {}, list[tuple[int, str, bool]]()
        self.inside, self.compiled = 0, False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before = self.compiled
        self.inside, self.compiled = self.inside + 1, before or any(_compiles(each) for each in node.decorator_list)
        node.body = [self.visit(part) for part in node.body]
        self.inside, self.compiled = self.inside - 1, before
        return node

    def _place(self, node: ast.expr, broken: ast.expr, what: str) -> ast.expr:
        if not self.inside:
            return node
        self.found.append((node.lineno, what, self.compiled))
        number = self.switches.get(len(self.found) - 1)
        if number is None:
            return node
        on = ast.parse(f"_switched({number})", mode="eval").body
        return ast.copy_location(ast.IfExp(on, broken, node), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = SWAPPED.get(type(node.op))
        if other is None:
            return node
        broken: ast.expr = ast.BinOp(node.left, other(), node.right)  # type: ignore[arg-type]
        if other is ast.Div:
            broken = ast.Call(ast.Name("_divided", ast.Load()), [node.left, node.right], [])
        return self._place(node, broken, f"{type(node.op).__name__} -> {other.__name__}")

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        placed: ast.expr = node
        for k, op in enumerate(node.ops):
            if other := SWAPPED.get(type(op)):
                ops = [*node.ops[:k], other(), *node.ops[k + 1 :]]
                broken = ast.Compare(node.left, ops, node.comparators)  # type: ignore[arg-type]
                placed = self._place(placed, broken, f"{type(op).__name__} -> {other.__name__}")
        return placed

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = SWAPPED[type(node.op)]
        broken = ast.BoolOp(other(), node.values)  # type: ignore[arg-type]
        return self._place(node, broken, f"{type(node.op).__name__} -> {other.__name__}")

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return node
        return self._place(node, ast.Constant(node.value + 1), f"{node.value} -> {node.value + 1}")

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:
        return node


def mutants(room: str, root: Path = ROOT) -> Iterator[Mutant]:
    """Every mutant of a room, in the order of the files."""
    for file in sorted((root / "negsim" / room).glob("*.py")):
        if file.name not in FIXED:
            places = Places()
            places.visit(ast.parse(file.read_text(encoding="utf-8")))
            name = file.relative_to(root).as_posix()
            yield from (Mutant(room, name, k, *found) for k, found in enumerate(places.found))


def copy_project(copy: Path, root: Path = ROOT) -> None:
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
        source = root / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, copy / name)


def put_switches(copy: Path, chosen: Sequence[Mutant]) -> None:
    """Put every chosen mutant behind its switch, number 1 and up."""
    for name in {each.file for each in chosen}:
        switches = {each.place: number for number, each in enumerate(chosen, 1) if each.file == name}
        tree = Places(switches).visit(ast.parse((copy / name).read_text(encoding="utf-8")))
        place = 1 + max(
            (k for k, part in enumerate(tree.body) if isinstance(part, ast.ImportFrom) and part.module == "__future__"),
            default=0,
        )
        tree.body.insert(place, ast.parse("from negsim.switch import _divided, _switched").body[0])
        (copy / name).write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
    shutil.copy(ROOT / "benchmarks" / "mutation_switch.py", copy / "negsim" / "switch.py")


def _use_machine_code(copy: Path) -> None:
    """Let a copy without compiled mutants load the machine code of the project."""
    from negsim.simulation import cache

    own = copy / "negsim" / "simulation" / "cache.py"
    text = own.read_text(encoding="utf-8").replace("Path(__file__)", f"Path({cache.__file__!r})")
    own.write_text(text, encoding="utf-8")  # the fingerprint of the project, not of the copy
    folder = copy / "machine_code" / cache.cache_folder().name
    folder.mkdir(mode=0o700, parents=True)
    for code in cache.cache_folder().glob("rules-*.o"):
        shutil.copy(code, folder)


def tried(
    chosen: Sequence[Mutant], tests: Sequence[str], seconds: float = 10, root: Path = ROOT
) -> Iterator[dict[str, Any]]:
    """For each mutant its number and the test that kills it, or None; in a copy of the project."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        copy_project(Path(place), root)
        put_switches(Path(place), chosen)
        command = [sys.executable, "-m", "negsim.switch", str(len(chosen)), str(seconds), *tests]
        environment = {**os.environ, "PYTHONPATH": place, "PYTHONDONTWRITEBYTECODE": "1"}
        # Machine code with switches holds addresses of one process: another must not load it.
        environment["NUMBA_CACHE_DIR"] = str(Path(place) / "machine_code")
        if root == ROOT and not any(each.compiled for each in chosen):
            _use_machine_code(Path(place))
        with subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("@"):
                    yield json.loads(line[1:])
                elif line.strip():
                    print(line, end="", file=sys.stderr)
        if process.returncode:
            raise SystemExit(f"the tests fail without a mutant: {' '.join(command)}")


def interval(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of ``n``."""
    middle, half = share + z * z / (2 * n), z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def main() -> None:
    """Run a sample and print what survives."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=40, help="number of mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", action="store_true", help="only mutants of Python code: nothing is compiled")
    parser.add_argument("--room", choices=list(ROOMS), default="analysis")
    parser.add_argument(
        "--seconds",
        type=float,
        default=10,
        help="a mutant counts as killed if a test takes this much more processor time than five times as long",
    )
    options = parser.parse_args()
    every = [each for each in mutants(options.room) if not (options.python and each.compiled)]
    chosen = random.Random(options.seed).sample(every, options.sample) if options.sample else every
    dead = 0
    for n, found in enumerate(tried(chosen, ROOMS[options.room], options.seconds), 1):
        each = chosen[found["number"] - 1]
        dead += found["killer"] is not None
        what = f"killed by {found['killer']}" if found["killer"] else f"survives {found['tests']} tests"
        print(f"{each.file}:{each.line}: {each.what}: {what} ({dead} of {n})", flush=True)
    low, high = interval(dead / n, n)
    print(f"{options.room}: {dead} of {n} killed, {dead / n:.0%} (95 %: {low:.0%} to {high:.0%}); {len(every)} mutants")


if __name__ == "__main__":
    main()
