"""The rules of sentences: each rule with the texts that made it necessary, and what must hold for every text."""

from __future__ import annotations

import hashlib
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from negsim.agenda.sentences import document_fingerprint, fingerprint, normalise, split


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("It\u2019s \u201cslow\u201d", 'It\'s "slow"'),
        ("\u00abslow\u00bb \u2018so\u2019 `so`", "\"slow\" 'so' 'so'"),
        ("a\u00a0b\u202fc\u2003d\te", "a b c d e"),
        ("wait\u2026", "wait..."),
        ("small\ufe58dash \u2034", "small-dash '''"),
        ("U.S.\u2013Russia staff\u2014a rest \u2212 5 non\u2011stop", "U.S.-Russia staff-a rest - 5 non-stop"),
        ("\ufeffzero\u200bwidth soft\u00adhyphen", "zerowidth softhyphen"),
        ("e\u0301te\u0301 \ufb01ne", "\u00e9t\u00e9 fine"),
        ("e\u200b\u0301", "\u00e9"),
        ("  two   spaces \r\n", "two spaces"),
    ],
)
def test_what_looks_the_same_is_the_same(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.slow
def test_every_character_is_normal_after_one_go() -> None:
    normal = normalise(" ".join(f"a{chr(number)}\u0301b" for number in range(sys.maxunicode + 1)))
    assert normalise(normal) == normal


def test_a_fingerprint_is_the_sha256_of_the_normalised_sentence() -> None:
    assert fingerprint(" It\u2019s\u00a0slow. ") == hashlib.sha256(b"It's slow.").hexdigest()


def test_a_document_has_one_fingerprint_whatever_its_line_ends_and_empty_lines() -> None:
    texts = ["One.\nTwo.", "One.\r\n\r\n  Two.\r\n", "\ufeffOne.\rTwo.\u2028"]
    assert {document_fingerprint(text) for text in texts} == {hashlib.sha256(b"One.\nTwo.").hexdigest()}
    assert document_fingerprint("One. Two.") != document_fingerprint("One.\nTwo.")


CASES = {
    # plain
    "three stops": (
        "One is here. Two is there! Is it three? Yes.",
        ["One is here.", "Two is there!", "Is it three?", "Yes."],
    ),
    "lower case goes on": ("They met at 5 p.m. and left. ok then", ["They met at 5 p.m. and left. ok then"]),
    "several stops": ("Really?! Yes. So... The end.", ["Really?!", "Yes.", "So...", "The end."]),
    "ellipsis that goes on": ("He paused\u2026 then spoke.", ["He paused... then spoke."]),
    "a sentence may open with a number": (
        "It was 2021. 200 people lost work.",
        ["It was 2021.", "200 people lost work."],
    ),
    "a sentence may open with money": ("It failed. $5 was left.", ["It failed.", "$5 was left."]),
    "decimals": ("It rose 3.5 percent to 1.200. Then it fell.", ["It rose 3.5 percent to 1.200.", "Then it fell."]),
    "a number ends a sentence": (
        "It was 5. Moscow lost 3.5. Oslo won.",
        ["It was 5.", "Moscow lost 3.5.", "Oslo won."],
    ),
    "colon and semicolon are no ends": ("One: two; Three. Four", ["One: two; Three.", "Four"]),
    # abbreviations
    "titles": ("Mr. Lee and Dr. May met Gen. Fox. It rained.", ["Mr. Lee and Dr. May met Gen. Fox.", "It rained."]),
    "U.S. before a name": (
        "The U.S. Embassy and the U.S. Congress met.",
        ["The U.S. Embassy and the U.S. Congress met."],
    ),
    "U.S. at the end": ("He left the U.S. The talks went on.", ["He left the U.S.", "The talks went on."]),
    "U.S. with a comma": ("In the U.S., Moscow lost.", ["In the U.S., Moscow lost."]),
    "initials": ("J. R. Smith met V. Putin. All left.", ["J. R. Smith met V. Putin.", "All left."]),
    "No. with a number": (
        "Item No. 5 is open. He said no. Then he left.",
        ["Item No. 5 is open.", "He said no.", "Then he left."],
    ),
    "e.g. and i.e.": ("Some, e.g. Turkey, i.e. Ankara, help.", ["Some, e.g. Turkey, i.e. Ankara, help."]),
    "e.g. in brackets": (
        "Some (e.g. Turkey) help. Others (cf. Oslo) too.",
        ["Some (e.g. Turkey) help.", "Others (cf. Oslo) too."],
    ),
    "months": ("On Jan. 5 they met. It was Jan. They left.", ["On Jan. 5 they met.", "It was Jan.", "They left."]),
    "Inc. and etc.": (
        "Acme Inc. Chairman Lee, etc. The rest left.",
        ["Acme Inc. Chairman Lee, etc.", "The rest left."],
    ),
    "another stop is no abbreviation's": ("Is he a Dr? Lee is.", ["Is he a Dr?", "Lee is."]),
    "vs.": ("It is East vs. West again.", ["It is East vs. West again."]),
    # quotations
    "stop inside the quotation": ("\u201cIt is slow.\u201d They left.", ['"It is slow."', "They left."]),
    "quotation that goes on": ("\u201cWhy?\u201d he asked. No answer.", ['"Why?" he asked.', "No answer."]),
    "quotation in two parts": (
        "\u201cWe try,\u201d one said. \u201cIt is slow.\u201d",
        ['"We try," one said.', '"It is slow."'],
    ),
    "single quotation marks": ("They say \u2018Cold War.\u2019 It is not.", ["They say 'Cold War.'", "It is not."]),
    "brackets": ("It ended. (It had begun.) All left.", ["It ended.", "(It had begun.)", "All left."]),
    "abbreviation in brackets": (
        "The envoy (U.S.) Coulter met Mr. (Dr.) Lee.",
        ["The envoy (U.S.) Coulter met Mr. (Dr.) Lee."],
    ),
    "bracket in a sentence": ("It ended (it had begun.) and so on.", ["It ended (it had begun.) and so on."]),
    # glued
    "glued sentences": ("This is the end.Sources: none.", ["This is the end.", "Sources: none."]),
    "glued to a number": ("It was 2021.Then it ended.", ["It was 2021.", "Then it ended."]),
    "glued after a quotation": ('He said "It ended."Moscow agreed.', ['He said "It ended."', "Moscow agreed."]),
    "glued before a quotation": ('It ended."Yes," he said.', ["It ended.", '"Yes," he said.']),
    "glued after a bracket": ("It ended (late).Then they left.", ["It ended (late).", "Then they left."]),
    "names with points are not glued": (
        "See AlJazeera.com and U.S.Russia and Mr.Lee.",
        ["See AlJazeera.com and U.S.Russia and Mr.Lee."],
    ),
    "numbers are not glued": ("See release.2b now.", ["See release.2b now."]),
    "capitals are not glued": ("See NATO.Moscow did.", ["See NATO.Moscow did."]),
    "addresses are not glued": (
        "See https://a.example.Org/Some.Page or www.Site.Com or a@mail.Example.",
        ["See https://a.example.Org/Some.Page or www.Site.Com or a@mail.Example."],
    ),
    # lines
    "headings have no stop": (
        "Who met\nThey met.\n\nWhat next?\nNothing.",
        ["Who met", "They met.", "What next?", "Nothing."],
    ),
    "Windows line ends": ("One.\r\nTwo.\r\n\r\nThree", ["One.", "Two.", "Three"]),
    "old and odd line ends": ("One\rTwo\u2028Three\x85Four\x0bFive", ["One", "Two", "Three", "Four", "Five"]),
    "non-breaking spaces": ("Mr.\u00a0Lee left.\u00a0They stayed.\u00a0", ["Mr. Lee left.", "They stayed."]),
    "empty": ("", []),
    "lines that say nothing": ("***\n- \n---\n\u2026\n|\nOne", ["One"]),
    # lists
    "lone markers": (
        "Leaders\n-\nUnited States: A. Fox\n-\nRussia: B. Bear",
        ["Leaders", "United States: A. Fox", "Russia: B. Bear"],
    ),
    "markers in the line": ("- one\n* two\n\u2022 three\n- - four", ["one", "two", "three", "four"]),
    "numbered": ("1. The first. It is long.\n2. The second", ["1. The first.", "It is long.", "2. The second"]),
    # tables
    "rows": ("Item | Result |\n---|---|\n| Rent | Paid. It ended |", ["Item | Result", "Rent | Paid. It ended"]),
    "one cell is prose": ("| One. Two. |", ["One.", "Two."]),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name: str) -> None:
    text, sentences = CASES[name]
    assert split(text) == sentences


def test_quotation_marks_and_line_ends_do_not_change_the_numbers() -> None:
    curly = "\u201cOne.\u201d It\u2019s two.\nThree\u2014four.\n"
    straight = '"One." It\'s two.\r\nThree-four.'
    assert split(curly) == split(straight)


_PIECES = st.sampled_from(
    [
        *"aAbBzZ9 .!?-|'\"(),:;$*\n\r\t",
        *"\u201c\u201d\u2019\u2026\u00a0\u200b\u0301\u2014\u2028\ud800\u00b4",
        *(". ", "U.S.", "Mr. ", "No. 5", "e.g. ", "1. ", "\u2022 ", "end.Next", "---|---", "The", "http://a.B"),
    ]
)
_TEXTS = st.one_of(st.lists(_PIECES, max_size=40).map("".join), st.text(max_size=80))


@given(_TEXTS)
@example("| a. B |")
@example('a."B."C')
@example("\u00b4\u0301 a")
def test_a_sentence_is_its_own_only_sentence(text: str) -> None:
    for sentence in split(text):
        assert split(sentence) == [sentence]
        assert normalise(sentence) == sentence


@given(_TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(_TEXTS)
def test_nothing_that_says_something_is_lost_or_made_up(text: str) -> None:
    def letters(value: str) -> list[str]:
        return [character for character in normalise(value) if character.isalnum()]

    lines = text.replace("\r\n", "\n").replace("\u2028", "\n").splitlines()
    assert [letter for sentence in split(text) for letter in letters(sentence)] == [
        letter for line in lines for letter in letters(line)
    ]


@given(_TEXTS)
def test_windows_line_ends_change_nothing(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    windows = unix.replace("\n", "\r\n")
    assert split(windows) == split(unix)
    assert document_fingerprint(windows) == document_fingerprint(unix)
