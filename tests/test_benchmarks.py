"""The scripts of ``benchmarks``: two folders of results compared, and the lean version beside the engine."""

import json

import pytest

from benchmarks import compare_checkouts


def results(folder, trace="agreed\n", version="0.1.0", runs=(1, 2)):
    """A folder of results with one scenario."""
    scenario = folder / "baseline"
    scenario.mkdir(parents=True)
    (scenario / "trace0.txt").write_text(trace)
    (scenario / "run.json").write_text(json.dumps({"versions": {"negsim": version}, "p": 0.5}))
    (scenario / "report.html").write_text(f"<dl><dt>Versions</dt><dd>negsim {version}</dd>\n</dl>")
    (scenario / "runs.bin").write_bytes(bytes(runs))
    return folder


@pytest.fixture
def compare(tmp_path, capsys):
    def compared(*words, **changes):
        results(tmp_path / "old")
        new = results(tmp_path / "new", version="0.2.0", **changes)
        options = compare_checkouts.options_of([str(tmp_path / "old"), str(new), *words])
        return compare_checkouts.compare(options.old, options.new, options), capsys.readouterr().out

    return compared


def test_results_that_differ_in_the_version_only_are_equal(compare):
    assert compare() == (
        0,
        "baseline: 4 of 4 files are equal\n1 scenarios: 4 of 4 files are equal, 0 may differ, 0 differ\n",
    )


def test_files_that_differ_are_shown_with_the_place(compare):
    count, text = compare(trace="agreed\nlapsed\n", runs=(1, 3))
    assert count == 2
    assert "baseline: 2 of 4 files are equal" in text
    assert "trace0.txt: line 2, byte 7 (7 and 14 bytes)" in text
    assert "runs.bin: line 1, byte 1 (2 and 2 bytes)" in text


def test_named_files_may_differ(compare):
    count, text = compare("--except", "*.txt", trace="lapsed\n")
    assert count == 0
    assert text.endswith("3 of 4 files are equal, 1 may differ, 0 differ\n")


def test_a_missing_file_and_an_exception_are_differences(tmp_path, capsys):
    old, new = results(tmp_path / "old"), results(tmp_path / "new")
    (new / "baseline" / "trace0.txt").unlink()
    for folder in (old, new):
        (folder / "baseline" / "play.crashed").write_text("KeyError")
    options = compare_checkouts.options_of([str(old), str(new)])
    assert compare_checkouts.compare(old, new, options) == 2
    assert "trace0.txt: only in the old" in capsys.readouterr().out


@pytest.mark.slow
def test_the_lean_version_is_the_same_model():
    from benchmarks import speed
    from negsim.scenario import load

    assert speed.apart(load(speed.BASELINE), runs=2000) < speed.APART


@pytest.mark.slow
def test_the_peers_play_the_same_negotiation():
    from benchmarks import peer, peers

    play = peer.simpy_(peers.STEPS, 1, 101)
    assert peers.apart(peers.bilateral(1), "simpy", [play() for _ in range(2000)]) < peers.APART / 2
