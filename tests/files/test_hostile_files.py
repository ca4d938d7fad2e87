"""Files in other encodings, with hostile characters, links and names: an error with a message, in bounded time."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from negsim.errors import InputError
from negsim.files import read_yaml
from negsim.scenario.file_check import check

TEXT = "title: Gespräche\nagenda: agenda.yaml\n"
ENCODED = {
    "utf-16": (TEXT.encode("utf-16"), "a.yaml:1:1: byte 0xff is not UTF-8 text"),
    "utf-16 without mark": (TEXT.encode("utf-16-le"), "a.yaml:1:25: byte 0xe4 is not UTF-8 text"),
    "utf-32": (TEXT.encode("utf-32"), "a.yaml:1:1: byte 0xff is not UTF-8 text"),
    "latin-1": (TEXT.encode("latin-1"), "a.yaml:1:13: byte 0xe4 is not UTF-8 text"),
    "nul": (b"title: a\x00b\n", "control characters are not allowed"),
    "escape": (b"title: \x1b[31mred\n", "control characters are not allowed"),
    "half a letter": ("title: é".encode()[:-1], "byte 0xc3 is not UTF-8 text"),
    "surrogate": (b"title: \xed\xa0\x80\n", "byte 0xed is not UTF-8 text"),
    "too large": (b"#" * 2_000_001, "the file is too large"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "many aliases": (b"a: &a [x]\nb: [*a, *a]\n", "the anchor &a is not allowed"),
    "a tag": (b"a: !!python/object/apply:os.system [id]\n", "the tag !!python/object/apply:os.system is not allowed"),
    "binary": (bytes(range(256)), "is not UTF-8 text"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_another_encoding_is_an_error_with_a_place(tmp_path: Path, monkeypatch: Any, name: str) -> None:
    raw, expected = ENCODED[name]
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_bytes(raw)
    begun = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_yaml("a.yaml")
    assert time.perf_counter() - begun < 10
    assert expected in str(caught.value)
    assert all(letter.isprintable() or letter in "\n\t" for letter in str(caught.value))


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert read_yaml(tmp_path / "a.yaml").data["title"] == "Gespräche"


def test_links_that_lead_round_are_an_error(tmp_path: Path, negsim: Any) -> None:
    os.symlink("b.yaml", tmp_path / "a.yaml")
    os.symlink("a.yaml", tmp_path / "b.yaml")
    for words in (("check", tmp_path / "a.yaml"), ("agenda", tmp_path / "a.yaml"), ("run", tmp_path / "a.yaml")):
        done = negsim(*words)
        assert done.code == 2
        assert "Traceback" not in done.err
        assert "symbolic links" in (done.out + done.err)


@pytest.mark.parametrize("name", ["a\nb.yaml", "a\x1b[2Jb.yaml", "a\u202eb.yaml", "-rf", "a\x07.yaml", "..", "~", "%s"])
def test_a_name_of_a_file_cannot_steer_the_terminal(tmp_path: Path, negsim: Any, monkeypatch: Any, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("check", "run", "agenda", "verify"):
        done = negsim(command, "--", name)
        assert done.code == 2
        assert "Traceback" not in done.err
        assert all(letter.isprintable() or letter in "\n\t" for letter in done.out + done.err)


def test_a_device_and_a_pipe_are_bounded(tmp_path: Path) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("no devices")
    assert [problem.message for problem in check("/dev/zero")] == ["the file is too large"]


def test_extends_and_agenda_that_are_not_readable_are_errors(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: /dev/zero\ntitle: x\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"agenda: {tmp_path}\nas_of: 2025-01-01\nhorizon: 1 year\n", encoding="utf-8")
    for name in ("a.yaml", "b.yaml"):
        assert any(not problem.warning for problem in check(tmp_path / name))
