"""Who may import whom, and what the quick commands may load: read from the source, and from a fresh interpreter."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "negsim"

#: The layers from the bottom up. A module imports from layers below its own, or from its own.
LAYERS = [
    {"__init__", "cache", "chunks", "cluster", "elicitation", "errors", "look", "quantities", "status", "writing"},
    {"dates", "events", "laws", "nodes", "sentences"},
    {"invariants", "models", "quantity_schema", "rules"},
    {"citations", "experts", "files", "reading"},
    {"agenda_checks", "facts", "fields"},
    {"agenda", "tactics"},
    {"assumptions", "board", "layers", "medians"},
    {"parts", "resolve", "zones"},
    {"names", "prospects", "starts"},
    {"coherence", "rows"},
    {"tables"},
    {"scenario"},
    {"analysis", "check", "compiled", "differences", "levers", "scenario_schema"},
    {"factors"},
    {"designs"},
    {"engines", "html", "plots", "story", "telling", "terminal", "tidy"},
    {"precision"},
    {
        "bench",
        "cards",
        "doctor",
        "feedback",
        "machine",
        "projection",
        "runs",
        "starter",
        "store",
        "views",
        "watch",
        "work",
        "wording",
    },
    {"calibration", "comparison", "experiments", "explaining", "explanation", "history"},
    {"moves"},
    {"sweeps"},
    {"cases"},
    {"discovery", "sensitivities"},
    {"adapters", "feedback_words", "finding_words"},
    {"comparison_table", "explorer", "planning_table", "reporting"},
    {"__main__", "cli"},
]

#: What would break the one law, engines know when, rules know what, analysis knows neither, even downwards.
FORBIDDEN = {
    "rules": {"errors", "files", "nodes", "models", "dates", "sentences", "writing"},
    "engines": {"scenario", "agenda", "check", "files", "quantities", "analysis", "board", "facts"},
    "analysis": {"scenario", "agenda", "check", "files", "quantities", "rules", "board", "facts"},
    "plots": {"scenario", "agenda", "check", "files", "quantities", "rules", "compiled", "board", "facts"},
}


def modules():
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def part_of(path):
    return path.parts[0].removesuffix(".py")


def imports(path):
    """The parts of the package that a module imports, wherever in it; those for type checkers alone do not count."""
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    typing_only = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    skipped = {id(inner) for node in typing_only for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "negsim":
                is_module = (PACKAGE / parts[1]).is_dir() or (PACKAGE / f"{parts[1]}.py").is_file()
                yield parts[1] if is_module else "__init__"


def test_every_module_has_its_layer():
    placed = [name for layer in LAYERS for name in layer]
    assert sorted(placed) == sorted(set(placed))
    assert {part_of(path) for path in modules()} == set(placed)


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_go_down(path):
    rank = {name: n for n, layer in enumerate(LAYERS) for name in layer}
    mine = part_of(path)
    wrong = {name for name in imports(path) if rank[name] > rank[mine] or name in FORBIDDEN.get(mine, ())}
    # The projection offers what is made from it; each of these is imported when it is asked for.
    wrong -= {"story"} if mine == "runs" else set()
    # So are the pictures of what is only read, for notebooks.
    wrong -= {"cards"} if mine in ("agenda", "facts", "scenario") else set()
    assert not wrong, f"{path} imports {sorted(wrong)}"


HEAVY = {
    "SALib",
    "pyabc",
    "ema_workbench",
    "pandas",
    "numba",
    "scipy",
    "matplotlib",
    "pyarrow",
    "numpy",
    "simpy",
    "jinja2",
    "ipywidgets",
    "tqdm",
    "rich",
    "distributed",
}
VALIDATES = {"pydantic", "yaml"}


def loaded_by(code, cwd):
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    print()\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in result.stdout.splitlines()[-1].split()}


def call(*arguments):
    return f"sys.argv = {['negsim', *arguments]!r}; from negsim.cli import main; main()"


def test_help_loads_nothing_that_takes_time(root):
    assert not loaded_by(call("--help"), root) & (HEAVY | VALIDATES)


@pytest.mark.parametrize(
    "arguments",
    [("check", "scenarios/baseline.yaml"), ("show", "scenarios/baseline.yaml"), ("agenda",), ("doctor",)],
    ids=lambda a: a[0],
)
def test_commands_that_compute_nothing_load_no_numbers(root, arguments):
    assert not loaded_by(call(*arguments), root) & HEAVY


def test_importing_the_package_loads_nothing(root):
    assert not loaded_by("import negsim", root) & (HEAVY | VALIDATES | {"typer"})


def test_every_public_name_is_there_and_nothing_else_is_promised(root):
    import negsim

    assert all(getattr(negsim, name) is not None for name in negsim.__all__)
    assert dir(negsim) == sorted(negsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'projekt'"):
        _ = negsim.projekt


def test_pyplot_is_never_imported():
    for path in modules():
        tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
        assert "pyplot" not in {name for node in ast.walk(tree) for name in _imported(node)}, path


def _imported(node):
    if isinstance(node, ast.ImportFrom):
        yield from (node.module or "").split(".")
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield from alias.name.split(".")


def test_every_library_that_is_imported_is_declared():
    import tomllib

    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {name.split(">")[0].lower() for name in project["dependencies"]}
    called = {"yaml": "pyyaml"}
    used = set()
    for path in modules():
        tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                used.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
    used = {called.get(name, name.lower()) for name in used - set(sys.stdlib_module_names) - {"negsim"}}
    extras = project["optional-dependencies"]
    asked_for = ("dask", "analysis", "calibrate", "notebook")
    optional = {name.split(">")[0].lower() for extra in asked_for for name in extras[extra]}
    assert used <= declared | optional | {"pydantic_core"}
    assert declared <= used | {"pyarrow"}
