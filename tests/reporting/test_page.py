"""The page in short: the same bytes, its size, its policy."""

import base64
import hashlib
import re

import pytest

import negsim as ns
from negsim.scenario.scenario import from_mapping
from tests.kit import talks


@pytest.fixture(scope="module")
def pages():
    """Two pages of equal projections, with one picture each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("negsim.reporting.figures.FIRST", ("burndown",))
        patch.setattr("negsim.reporting.figures.OTHERS", ("burndown",))
        scenario = from_mapping(talks("a b"))
        return [ns.report([ns.run(scenario, runs=20, seed=1, engine="reference")]) for _ in range(2)]


def test_the_same_input_gives_the_same_bytes(pages):
    assert pages[0] == pages[1]


def test_it_is_small_and_complete_without_scripts(pages):
    without = re.sub(r"<script>.*?</script>", "", pages[0], flags=re.S)
    assert len(pages[0].encode()) < 100_000
    assert without.count("<svg") == 2  # the picture, and its use in the printed summary
    assert 'href="data:application/gzip;base64,' in without


def test_the_policy_allows_one_style_and_one_script_by_their_hashes(pages):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', pages[0])[1].replace("&#39;", "'")
    for tag in ("style", "script"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", pages[0], re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
