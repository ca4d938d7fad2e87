"""Files and folders appear whole or not at all."""

import pytest

from negsim.errors import NegsimError
from negsim.files.writing import new_folder, write_file


def test_a_file_takes_its_place_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "x.svg"
    path.write_bytes(b"old")
    with path.open("rb") as whoever_reads:
        write_file(path, b"new")
        assert whoever_reads.read() == b"old"
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"x.svg": b"new"}


def test_a_file_that_cannot_be_written_says_so_and_why(tmp_path):
    with pytest.raises(NegsimError, match=r"nowhere/x.svg cannot be written: No such file or directory"):
        write_file(tmp_path / "nowhere" / "x.svg", b"")


def test_a_folder_is_there_only_when_it_is_complete(tmp_path):
    place = tmp_path / "out"
    with new_folder(place) as beside:
        (beside / "a").write_text("1")
        assert not place.exists()
    assert [p.name for p in tmp_path.rglob("*")] == ["out", "a"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_goes_wrong_leaves_the_old_folder_and_nothing_else(tmp_path, error):
    place = tmp_path / "out"
    place.mkdir()
    (place / "mine").write_text("old")

    def half_way():
        with new_folder(place) as beside:
            (beside / "half").write_text("1")
            raise error

    with pytest.raises(error):
        half_way()
    assert {p.name for p in tmp_path.rglob("*")} == {"out", "mine"}


def test_a_folder_that_is_replaced_keeps_nothing_of_the_old_one(tmp_path):
    place = tmp_path / "out"
    place.mkdir()
    (place / "mine").write_text("old")
    with new_folder(place) as beside:
        (beside / "new").write_text("1")
    assert {p.name for p in tmp_path.rglob("*")} == {"out", "new"}


def test_a_folder_whose_swap_fails_is_put_back(tmp_path, monkeypatch):
    place = tmp_path / "out"
    place.mkdir()
    (place / "mine").write_text("old")
    rename = type(place).rename

    def only_away(self, target):
        if self.name != "out" and target == place and not (self / "mine").exists():
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(type(place), "rename", only_away)
    with pytest.raises(NegsimError, match="No space left"), new_folder(place):
        pass
    assert {p.name for p in tmp_path.rglob("*")} == {"out", "mine"}
