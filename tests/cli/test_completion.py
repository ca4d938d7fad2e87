"""What a shell completes: the protocol that typer's scripts speak, run as they run it."""

import json
import os
import subprocess
import sys

import pytest

from negsim.files.builtin import builtin_scenarios


@pytest.fixture
def ask(negsim, monkeypatch):
    """Asks as the script of a shell does: what is offered behind these words, the last of which is being typed?"""

    def call(shell, *words, **more):
        line = ["negsim", *words]
        spoken = {
            "_NEGSIM_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": " ".join(line),
            "COMP_CWORD": str(len(words)),
            "_TYPER_COMPLETE_ARGS": " ".join(line),
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        for name, value in (spoken | more).items():
            monkeypatch.setenv(name, value)
        ended = negsim()
        for name in spoken:
            monkeypatch.delenv(name)
        assert (ended.code, ended.err, "\x1b" in ended.out) == (0, "", False)
        return ended.out

    return call


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ru", ["run"]),
        ("run --engine ", ["auto", "batch", "reference"]),
        ("plot x.yaml b", ["burndown", "burnup"]),
        ("schema ", ["scenario", "agenda", "proposals"]),
        ("agenda ", ["show", "verify", "sentences", "cite", "source"]),
        ("agenda show vi", ["visas"]),
        ("agenda show --agenda nowhere.yaml ", []),
        ("run scenarios/base", ["scenarios/base_rates.yaml", "scenarios/baseline.yaml"]),
        ("check scenarios/baseline.yaml scenarios/su", ["scenarios/summit.yaml"]),
        ("agenda --agenda see", ["seeds/agenda.yaml", "seeds/sources.yaml"]),
        ("offers nhl", ["nhl_2004", "nhl_2012"]),
        ("run READ", []),
        ("run sum", ["summit"]),
        ("compare baseline both_", ["both_boulware", "both_conciliatory"]),
        ("init mine --from stag", []),
        ("init mine --from staf", ["staff_caps"]),
        ("calibrate --template base", ["base_rates", "baseline"]),
        ("explain baseline vi", ["visas"]),
        ("explain scenarios/package.yaml vi", ["visas"]),
        ("explain nowhere.yaml vi", []),
        ("explain README.md vi", []),
    ],
)
def test_bash_is_offered_what_may_stand_there(ask, typed, offered):
    assert ask("bash", *typed.split(" ")).split() == offered


def test_every_kind_of_picture_is_offered(ask):
    from negsim.plots import KINDS

    assert ask("bash", "plot", "x.yaml", "").split() == list(KINDS)


def test_issues_are_those_of_the_agenda_that_was_named(ask, negsim, tmp_path):
    negsim("init", tmp_path / "river")
    agenda = str(tmp_path / "river" / "agenda.yaml")
    assert ask("bash", "agenda", "show", "--agenda", agenda, "s").split() == ["summer_flow", "sewage"]


def test_zsh_and_fish_are_told_the_titles_too(ask):
    assert '"visas":"Visa processing"' in ask("zsh", "agenda", "show", "vi")
    fish = ask("fish", "agenda", "show", "vi")
    assert fish == "visas\tVisa processing\n"


def test_what_a_file_says_does_not_reach_the_shell_that_evaluates_it(ask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    title = "a\x1b[2J'\"`$(touch x)[/b]; é"
    issues = {"visas": {"title": title}, "a b": {"title": "x"}, "$(x)": {"title": "x"}}
    (tmp_path / "a.yaml").write_text(json.dumps({"issues": issues}), encoding="utf-8")
    offered = ask("zsh", "agenda", "show", "--agenda", "a.yaml", "")
    assert offered == '_arguments \'*: :(("visas":"a 2J touch x b é"))\'\n'


def test_names_that_need_quotes_are_left_to_the_shell(ask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a b.yaml", "a$x.yaml", "a.yaml", "notes.txt", ".hidden.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "one.yml").touch()
    offered = ask("bash", "run", "").split()
    assert offered == ["a.yaml", "talks/one.yml", *builtin_scenarios()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(ask, shell):
    script = ask(shell, _NEGSIM_COMPLETE=f"source_{shell}")
    assert f"_NEGSIM_COMPLETE=complete_{shell}" in script


def test_bash_completes_with_the_script(root):
    script = (
        f'negsim() {{ {sys.executable} -m negsim "$@"; }}; export -f negsim; '
        'eval "$(_NEGSIM_COMPLETE=source_bash negsim)"\n'
        'env() { local -x "${@:1:3}"; negsim; }\n'
        'COMP_WORDS=(negsim schema s) COMP_CWORD=2; _negsim_completion negsim; echo "${COMPREPLY[@]}"\n'
    )
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ended = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout, ended.stderr) == ("scenario\n", "")
