"""What import-linter does not check: rooms are entered through their doors, and quick commands load nothing heavy."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "negsim"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def modules():
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def test_nothing_lies_loose():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "errors.py"}


@pytest.mark.parametrize("room", ROOMS)
def test_public_names_are_there_and_no_module_hides_one(room):
    """A module of the room that is called like a public name would replace it as soon as it is imported."""
    stub = PACKAGE / room / "__init__.pyi"
    if not stub.exists():
        return
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    names = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    inside = {path.stem for path in (PACKAGE / room).iterdir()}
    assert not inside & set(names)
    package = import_module(f"negsim.{room}")
    assert all(hasattr(package, name) for name in names)


@pytest.mark.parametrize("path", modules(), ids=str)
def test_other_rooms_are_asked_for_their_public_names(path):
    """A name comes from the room itself, or from a module that the room holds open as a whole; not from its insides."""
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("negsim."):
            continue
        assert node.level == 0, f"{path}: relative import"
        steps = str(node.module).split(".")[1:]
        if steps[0] in ROOMS and steps[0] != path.parts[0]:
            inside = PACKAGE.joinpath(*steps).with_suffix(".py")
            assert not inside.is_file(), f"{path} imports from {node.module}, which is inside {steps[0]}"


HEAVY = {
    "SALib",
    "ema_workbench",
    "sklearn",
    "pandas",
    "numba",
    "scipy",
    "matplotlib",
    "pyarrow",
    "numpy",
    "simpy",
    "jinja2",
    "anywidget",
    "ipywidgets",
    "starlette",
    "uvicorn",
    "tqdm",
    "distributed",
}
VALIDATES = {"pydantic", "yaml", "rich"}


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


SLOWLY = {"scipy", "numba", "pandas", "pyarrow", "matplotlib", "jinja2", "tqdm", "negsim.history", "negsim.monitoring"}
DRAWS = {"matplotlib"}
#: With more processors, copies of the process draw, and the modules that they load are not seen.
ONE_PROCESSOR = (
    "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]) if hasattr(os, 'sched_setaffinity') else None"
)
#: None of these commands needs them; the last two are other commands.
NEVER = {"scipy.stats", "scipy.optimize", "matplotlib.pyplot", "negsim.cli.history", "negsim.cli.offers"}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("run", "baseline", "--runs", "20"), set()),
        (("trace", "baseline"), set()),
        pytest.param(("when", "baseline", "--runs", "20"), set(), marks=pytest.mark.slow),
        pytest.param(("explain", "baseline", "visas", "--runs", "20"), set(), marks=pytest.mark.slow),
        pytest.param(("plot", "baseline", "--runs", "20", "-o", "{}/a.svg"), DRAWS, marks=pytest.mark.slow),
        pytest.param(
            ("report", "baseline", "--runs", "20", "-o", "{}/a.html"),
            DRAWS | {"jinja2"},
            marks=pytest.mark.slow,
        ),
    ],
    ids=lambda each: each[0] if isinstance(each, tuple) else "",
)
def test_commands_that_run_load_only_what_they_need(root, tmp_path, arguments, needed):
    """What loads slowly takes up to a second, and a person waits for it. The command line has only this command."""
    script = call(*(word.replace("{}", str(tmp_path)) for word in arguments))
    script = f"import sys\n{ONE_PROCESSOR}\ntry:\n    {script}\nexcept SystemExit:\n    print()\nprint(*sys.modules)"
    for _ in ("quantile tables enter the cache", "they are there"):
        result = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert not loaded & (SLOWLY - needed)
    assert not loaded & NEVER


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
    called = {"yaml": "pyyaml", "lazy_loader": "lazy-loader", "sklearn": "scikit-learn", "ruamel": "ruamel.yaml"}
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
    asked_for = ("dask", "analysis", "notebook", "exchange", "app", "ingest", "nlp")
    optional = {name.split(">")[0].lower() for extra in asked_for for name in extras[extra]}
    assert used <= declared | optional | {"pydantic_core", "ema_workbench"}  # an adapter for those who have it
    assert declared <= used | {"pyarrow"}
