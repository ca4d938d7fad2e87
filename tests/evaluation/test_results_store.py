"""A backtest that is kept: stopped and gone on with, read instead of played, refused where it is another one."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from negsim.errors import NegsimError
from negsim.evaluation import evaluation as module
from negsim.evaluation.evaluation import Part, evaluate
from negsim.evaluation.results_store import COLUMNS
from negsim.files import Checkpoint
from negsim.history.backtest import score
from negsim.history.baselines import BASELINES
from negsim.history.histories import Histories
from negsim.history.origins import read_origins
from negsim.history.reader import load

HISTORIES = load("seeds/histories")
REMEMBERED = load("seeds/histories", memory=True)
ORIGINS = {name: read_origins("seeds/histories/origins.yaml", HISTORIES)[name][:3] for name in ("croatia", "brexit")}
#: What takes no time, in place of all methods.
QUICK = {name: BASELINES[name] for name in ("nothing closes", "constant hazard", "throughput")}


@pytest.fixture(autouse=True)
def _quick(request, monkeypatch):
    if "slow" not in request.keywords:
        parts = {
            "scored": Part(QUICK),
            "ablation": Part(QUICK),
            "early": Part({"constant hazard": QUICK["constant hazard"]}, hindsight=False),
        }
        monkeypatch.setattr(module, "PARTS", {**parts, "remembered": Part(QUICK, remembered=True)})
        monkeypatch.setattr(module, "AGAINST", (("throughput", "nothing closes"),))


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class StoppedError(Exception):
    """Somebody pressed Ctrl-C, or the power went."""


def stop_after(done):
    """A progress that stops the work when so many origins are done."""
    total = 0

    def advance(number):
        nonlocal total
        total += number
        if total >= done:
            raise StoppedError

    return advance


@pytest.fixture
def undisturbed(tmp_path):
    evaluate(HISTORIES, ORIGINS, out=tmp_path / "undisturbed")
    return files(tmp_path / "undisturbed")


def test_a_backtest_that_was_stopped_goes_on_and_ends_with_the_same_bytes(tmp_path, undisturbed):
    out = tmp_path / "out"
    for done in (1, 4):
        with pytest.raises(StoppedError):
            evaluate(HISTORIES, ORIGINS, progress=stop_after(done), out=out)
        assert not out.exists()
    told = []
    evaluate(HISTORIES, ORIGINS, progress=told.append, out=out)
    assert told == [4, 1, 1]
    assert files(out) == undisturbed
    assert {path.name for path in tmp_path.iterdir()} == {"out", "undisturbed"}


def test_a_file_that_was_half_written_is_swept_and_half_a_file_is_no_file(tmp_path, undisturbed):
    out = tmp_path / "out"
    with pytest.raises(StoppedError):
        evaluate(HISTORIES, ORIGINS, progress=stop_after(3), out=out)
    parts = tmp_path / "out.unfinished" / "parts"
    one, *_ = sorted(parts.iterdir())
    one.write_bytes(one.read_bytes()[:-20])
    half = parts / f".{one.name}.0a1b2c3d"
    half.write_text("{")
    with pytest.raises(StoppedError):
        evaluate(HISTORIES, ORIGINS, progress=stop_after(3), out=out)
    assert not half.exists()
    evaluate(HISTORIES, ORIGINS, out=out)
    assert files(out) == undisturbed


def test_what_is_done_is_read_and_nothing_is_forecast_anew(tmp_path, monkeypatch):
    out = tmp_path / "out"
    first = evaluate(HISTORIES, ORIGINS, out=out)
    monkeypatch.setattr(module, "at_origin", lambda *_: pytest.fail("it forecast"))
    told = []
    again = evaluate(HISTORIES, ORIGINS, progress=told.append, out=out)
    assert told == [6]
    assert again.differences == first.differences
    assert again.scored.cases == first.scored.cases
    np.testing.assert_array_equal(again.scored.values, first.scored.values)
    np.testing.assert_array_equal(again.scored.at_days, first.scored.at_days)


def test_what_is_kept_is_what_score_gives(tmp_path):
    import pandas as pd

    evaluate(HISTORIES, ORIGINS, out=tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "scores.csv", dtype={"issue": str})
    assert tuple(table.columns) == COLUMNS
    scored = score(HISTORIES, ORIGINS, QUICK)
    assert len(table) == len(scored.cases) * len(QUICK)
    mine = table.query("talks == 'croatia' and kind == 'open' and method == 'throughput'")
    assert mine.groupby("origin")["crps"].mean().mean() == pytest.approx(scored.of_talks("throughput", "croatia"))
    # Six months before the end of a year that was asked for, a Brier score after two years does not apply.
    short = evaluate(HISTORIES, ORIGINS, 400, out=tmp_path / "short").scored
    table = pd.read_csv(tmp_path / "short" / "scores.csv")
    assert table[["brier_730", "p_730"]].isna().all(axis=None)
    assert np.isnan(short.at_days[:, :, 2]).all()


def test_the_rest_of_the_track_record_adds_to_what_is_there(tmp_path, monkeypatch):
    out = tmp_path / "out"
    evaluate(HISTORIES, ORIGINS, out=out)
    played, real = [], module.at_origin
    monkeypatch.setattr(module, "at_origin", lambda job, piece: played.append(piece[0]) or real(job, piece))
    (out / "notes.txt").write_text("mine")
    evaluate(HISTORIES, ORIGINS, out=out)  # it is read beside a file of somebody, and not replaced
    with pytest.raises(NegsimError, match=r"holds other files \(notes.txt\)"):
        evaluate(HISTORIES, ORIGINS, remembered=REMEMBERED, out=out)
    (out / "notes.txt").unlink()
    whole = evaluate(HISTORIES, ORIGINS, remembered=REMEMBERED, out=out)
    assert set(played) == {"ablation", "early", "remembered"}
    assert json.loads((out / "manifest.json").read_text())["parts"] == ["scored", *dict.fromkeys(played)]
    # Dates from memory are used in one part, and what was not yet known is not used in another.
    assert len(whole.remembered.cases) != len(whole.scored.cases)
    assert whole.early.mean("constant hazard") != whole.scored.mean("constant hazard")
    kept = files(out)
    evaluate(HISTORIES, ORIGINS, out=out)
    assert files(out) == kept


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon": 400}, r"with another horizon \(1096, not 400\)"),
        ({"origins": {"croatia": ORIGINS["croatia"]}}, "with another origins.brexit"),
        ({"histories": REMEMBERED}, "with another record"),
        ({"code": "0123456789ab"}, r"with another code \(.{12}, not 0123456789ab\)"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_another_backtest_is_refused_and_the_message_says_what_differs(tmp_path, monkeypatch, change, message):
    change = dict(change)
    code = change.pop("code", None)

    def evaluate_changed():
        with monkeypatch.context() as patched:
            for place in ("negsim.files.checkpoint", "negsim.evaluation.results_store") if code else ():
                patched.setattr(f"{place}.code_fingerprint", lambda: code)
            evaluate(**given | change)

    given = {"histories": HISTORIES, "origins": ORIGINS, "out": tmp_path / "out"}
    with pytest.raises(StoppedError):
        evaluate(**given, progress=stop_after(2))
    with pytest.raises(NegsimError, match=f"holds unfinished work of another job, {message}"):
        evaluate_changed()
    evaluate(**given)
    before = files(tmp_path)
    with pytest.raises(NegsimError, match=f"holds another backtest, {message}"):
        evaluate_changed()
    assert files(tmp_path) == before


def test_any_day_of_the_record_and_any_method_tells_backtests_apart(tmp_path, monkeypatch):
    evaluate(HISTORIES, ORIGINS, out=tmp_path / "out")
    turkey = HISTORIES["turkey"]
    one = replace(turkey.issues[3], opened=turkey.issues[3].opened + timedelta(days=1))
    moved = replace(turkey, issues=(*turkey.issues[:3], one, *turkey.issues[4:]))
    with pytest.raises(NegsimError, match="with another record;"):
        evaluate(Histories({**HISTORIES.talks, "turkey": moved}), ORIGINS, out=tmp_path / "out")
    more = {**module.PARTS, "scored": Part({**QUICK, "Weibull": BASELINES["Weibull"]})}
    monkeypatch.setattr(module, "PARTS", more)
    with pytest.raises(NegsimError, match=r"with another methods\.scored;"):
        evaluate(HISTORIES, ORIGINS, out=tmp_path / "out")


def test_what_is_somebody_elses_or_was_edited_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(NegsimError, match="it holds no backtest"):
        evaluate(HISTORIES, ORIGINS, out=tmp_path / "mine")
    with pytest.raises(NegsimError, match="there is no folder"):
        evaluate(HISTORIES, ORIGINS, out=tmp_path / "no" / "out")
    evaluate(HISTORIES, ORIGINS, out=tmp_path / "out")
    table = tmp_path / "out" / "scores.csv"
    table.write_text(table.read_text().replace("not yet opened", "open", 1))
    with pytest.raises(NegsimError, match=r"scores\.csv does not match .*manifest\.json"):
        evaluate(HISTORIES, ORIGINS, out=tmp_path / "out")
    with (
        Checkpoint(tmp_path / "busy", {}, ("parts",)),
        pytest.raises(NegsimError, match="another negsim is at work"),
    ):
        evaluate(HISTORIES, ORIGINS, out=tmp_path / "busy")


def test_workers_change_no_byte(tmp_path, undisturbed):
    with ThreadPoolExecutor(2) as executor:
        evaluate(HISTORIES, ORIGINS, workers=executor, out=tmp_path / "out")
    assert files(tmp_path / "out") == undisturbed


def test_the_command_says_where_it_goes_on_and_then_that_all_is_there(negsim, tmp_path, monkeypatch):
    command = ("backtest", "brexit", "--out", tmp_path / "out")
    real, calls = module.at_origin, 0

    def at_origin(job, piece):
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return real(job, piece)

    monkeypatch.setattr(module, "at_origin", at_origin)
    ended = negsim(*command)
    assert (ended.code, ended.out) == (130, "")
    assert "out.unfinished holds the finished runs. The same command resumes there." in ended.err
    assert "Traceback" not in ended.err
    ended = negsim(*command)
    assert (ended.code, calls) == (0, 4)
    assert "holds all scores" in ended.err
    again = negsim(*command)
    assert again.out == ended.out
    assert "already holds all scores; nothing was computed" in again.err
    assert json.loads(negsim(*command, "--json").out) == json.loads((tmp_path / "out" / "verdict.json").read_text())


@pytest.mark.slow
def test_processes_and_all_methods_change_no_byte(negsim, tmp_path):
    for workers in (1, 2):
        ended = negsim("backtest", "iceland", "--workers", workers, "--out", tmp_path / str(workers))
        assert ended.code == 0, ended.err
    assert files(tmp_path / "1") == files(tmp_path / "2")
