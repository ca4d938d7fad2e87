"""Reading and writing YAML: what is understood, what is refused, and where it stood."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.errors import Complaint, InputError, NegsimError, Problem, did_you_mean, one_of, was
from negsim.files.nodes import Node, Place, in_file_order, merge, raise_problems, without_nulls
from negsim.files.yaml import plain_value, read_yaml, read_yaml_text, to_yaml


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_yaml_text(text, "x.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("0", 0),
        ("-17", -17),
        ("+3", 3),
        ("0.5", 0.5),
        ("-2.", -2.0),
        ("1e3", 1000.0),
        ("2.5E-3", 0.0025),
        # All these are text, whatever YAML 1.1 thinks of them.
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2025-04-10", "2025-04-10"),
        ("2025-04-10 12:00:00", "2025-04-10 12:00:00"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        (".5", ".5"),
        ("1e999", "1e999"),
        ("1234567890123456789012", "1234567890123456789012"),
        ("6 weeks", "6 weeks"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_an_unquoted_scalar_is_what_was_typed(typed: str, meant: object) -> None:
    value = read_yaml_text(f"key: {typed}", "x.yaml").data["key"]
    assert value == meant
    assert type(value) is type(meant)
    assert plain_value(typed) == meant


def test_a_quoted_scalar_is_text() -> None:
    assert read_yaml_text("a: '42'\nb: \"true\"\nc: |\n  3\n", "x.yaml").data == {"a": "42", "b": "true", "c": "3\n"}


def test_keys_are_text_as_typed() -> None:
    assert list(read_yaml_text("1: a\nno: b\n2025-04-10: c\nnull: d", "x.yaml").data) == [
        "1",
        "no",
        "2025-04-10",
        "null",
    ]


def test_every_key_and_value_has_its_place() -> None:
    node = read_yaml_text("a:\n  - x\n  - b: 3\nc: {d: e}\n", "x.yaml")
    assert node.at(["a", 1, "b"]) == Place("x.yaml", 3, 8, "  - b: 3")
    assert node.at(["c", "d"], on_key=True) == Place("x.yaml", 4, 5, "c: {d: e}")
    assert node.at(["a"]).line == 1, "a block that starts on the next line is at its key"
    assert node.at(["c", "nothing", "here"]).line == 4, "what is not there is where it would be"


def test_lines_are_counted_with_every_line_end() -> None:
    for end in ("\n", "\r\n", "\r"):
        node = read_yaml_text(end.join(["a: 1", "", "b: 2", "c: 3"]), "x.yaml")
        assert [node.at([key]).line for key in "abc"] == [1, 3, 4]
        assert node.at(["c"]).text == "c: 3"


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    node = read_yaml_text("\ufefftitle: x", "x.yaml")
    assert node.data == {"title": "x"}
    assert node.at(["title"]) == Place("x.yaml", 1, 8, "title: x")


def test_nothing_is_nothing() -> None:
    assert read_yaml_text("# a comment\n", "x.yaml").data is None
    assert read_yaml_text("", "x.yaml").data is None


@pytest.mark.parametrize(
    ("text", "line", "col", "message"),
    [
        ("a: &x 1", 1, 4, "the anchor &x is not allowed"),
        ("a: 1\nb: *x", 2, 4, "the alias *x is not allowed"),
        ("a: !!int 1", 1, 4, "the tag !!int is not allowed"),
        ("a: !thing {b: 1}", 1, 4, "the tag !thing is not allowed"),
        ("? !!set {x}\n: 1", 1, 3, "the tag !!set is not allowed"),
        ("a: 1\nb: 2\na: 3", 3, 1, 'duplicate key "a"; the first one is in line 1'),
        ("a: {b: 1, 'b': 2}", 1, 11, 'duplicate key "b"; the first one is in line 1'),
        ("[1]: 2", 1, 1, "a key must be text, but was a list or a mapping"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document starts here"),
        ("%TAG ! tag:x\n---\na: 1", 1, 1, "tag directives are not allowed"),
        ("a: 'b", 1, 6, "this is not valid YAML"),
        ("a: b: c", 1, 5, "this is not valid YAML"),
        ("\ta: 1", 1, 1, "this is not valid YAML"),
        ("a: \x07", 1, 4, "this is not valid YAML"),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str, line: int, col: int, message: str) -> None:
    problem = problems_of(text)[0]
    assert (problem.file, problem.line, problem.col) == ("x.yaml", line, col)
    assert problem.message.startswith(message)


def test_all_that_is_refused_shows_at_once() -> None:
    assert [problem.line for problem in problems_of("a: &x 1\nb: !t 2\nc: *x\n")] == [1, 2, 3]


def test_forty_levels_are_allowed_and_one_more_is_not() -> None:
    read_yaml_text("[" * 40 + "]" * 40, "x.yaml")
    assert "at most 40 levels" in problems_of("[" * 41 + "]" * 41)[0].headline


def test_a_hundred_thousand_levels_and_a_thousand_aliases_end_at_once() -> None:
    start = time.perf_counter()
    problems_of("[" * 100_000)
    problems_of("a: &a [x]\n" + "".join(f"b{n}: [*a, *a, *a]\n" for n in range(1000)))
    assert time.perf_counter() - start < 5


def test_files_that_can_not_be_read_are_problems(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_text("a: 1")
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: caf\xe9\n".encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"a: 1\n" + b"#" * 2_000_000)
    (tmp_path / "largest.yaml").write_bytes(b"a: 1\n" + b"#" * 1_999_995)

    def headline(path: Path | str) -> str:
        with pytest.raises(InputError) as caught:
            read_yaml(path)
        return caught.value.problems[0].headline

    missing = tmp_path / "basline.yaml"
    assert headline(missing) == f'{missing}: there is no such file; did you mean "baseline.yaml"?'
    assert headline(tmp_path / "no" / "where.yaml").endswith("there is no such file")
    assert headline(tmp_path).endswith("this is a folder and not a file")
    (tmp_path / "scenario.yaml").write_text("title: T")
    assert headline(tmp_path).endswith(f"did you mean {tmp_path / 'scenario.yaml'}?")
    assert headline(tmp_path / "latin.yaml").endswith("latin.yaml:2:7: byte 0xe9 is not UTF-8 text")
    assert "at most 2 MB" in headline(tmp_path / "large.yaml")
    assert "can't be read" in headline("a\0b")
    assert read_yaml(tmp_path / "largest.yaml").data == {"a": 1}


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_written_reads_back_unchanged(data: object) -> None:
    back = read_yaml_text(to_yaml(data), "x.yaml").data
    assert back == data
    assert repr(back) == repr(data), "the same types, and floats to the last bit"


def test_merging_takes_mappings_apart_and_replaces_the_rest() -> None:
    base = read_yaml_text("a: {b: 1, c: [1, 2]}\nd: 1\ne: 5", "base.yaml")
    over = read_yaml_text("a: {c: [3], f: 2}\nd: {g: 1, h: null}\ne: null", "over.yaml")
    merged = merge(base, over)
    assert merged.data == {"a": {"b": 1, "c": [3], "f": 2}, "d": {"g": 1}}
    assert merged.at(["a", "b"]).file == "base.yaml"
    assert merged.at(["a", "c"]).file == "over.yaml"


def test_merging_asks_what_is_kept() -> None:
    here = Place("given")
    base, over = Node.of({"a": {"x": 1, "y": 2}}, here), Node.of({"a": {"z": 3}}, here)

    def nothing_below(old: Node, new: Node) -> Node | None:
        return None if "z" in new.mapping else old

    assert merge(base, over, nothing_below).data == {"a": {"z": 3}}
    assert without_nulls(Node.of({"a": None, "b": {"c": None, "d": 1}}, here)).data == {"b": {"d": 1}}


def test_the_caret_stands_under_the_place_after_tabs_too() -> None:
    text = Problem("x.yaml", 3, 5, "wrong", "\t- a: b").render()
    assert text.split("\n") == ["x.yaml:3:5: wrong", "\t- a: b", "\t   ^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    shown, caret = Problem("x.yaml", 1, 501, "wrong", "a" * 500 + "b" + "c" * 500).render().split("\n")[1:]
    assert len(shown) == 140
    assert shown[len(caret) - 1] == "b"


def test_a_problem_without_a_place_is_one_line() -> None:
    assert Problem("x.yaml", 0, 0, "no such file").render() == "x.yaml: no such file"
    assert Problem("x.yaml", 2, 1, "odd", warning=True).render() == "x.yaml:2:1: warning: odd"


def test_an_input_error_shows_all_problems_and_is_ours() -> None:
    error = InputError([Problem("a", 1, 1, "one"), Problem("b", 1, 1, "two")])
    assert str(error) == "a:1:1: one\nb:1:1: two"
    assert isinstance(error, NegsimError)


def test_problems_come_in_the_order_of_the_file_and_once() -> None:
    one, two = Problem("a", 2, 1, "one"), Problem("a", 1, 1, "two")
    assert in_file_order([one, two, one]) == [two, one]
    with pytest.raises(InputError) as caught:
        raise_problems([one, two, Problem("a", 3, 1, "fine", warning=True)])
    assert caught.value.problems == [two, one]
    raise_problems([Problem("a", 3, 1, "fine", warning=True)])


def test_a_node_makes_problems_of_its_places() -> None:
    node = read_yaml_text("a: {b: 1}", "x.yaml")
    problem = node.problem("wrong", "a", "b", on_key=True, allowed="c")
    assert problem.headline == "x.yaml:1:5: wrong; allowed: c"
    assert Place("x", 1, 2, "abc").problem(Complaint("no", warning=True)).warning


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        (True, "true"),
        (4.5, "4.5"),
        ("a", '"a"'),
        ({}, "a mapping"),
        ([], "a list"),
        ("x" * 99, '"' + "x" * 55 + '..."'),
    ],
)
def test_a_value_is_shown_as_people_would(value: object, shown: str) -> None:
    assert was(value) == shown


def test_names_are_guessed_only_if_they_are_close() -> None:
    assert did_you_mean("PATIENCE", ["kind", "patience"]) == '"patience"'
    assert did_you_mean("quite", ["different"]) == ""
    assert one_of([str(n) for n in range(14)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"
