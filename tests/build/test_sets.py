"""Files made of one other: kept whole, put into a site for nothing, made again when they are damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publisher.build import sets

KEY = "ab" + "0" * 62
FILES = (("besar.jpg", b"besar", {"width": 2}), ("kecil.jpg", b"", {"width": 1}))


def keep(folder: Path) -> tuple[sets.Member, ...]:
    sets.keep(folder, KEY, FILES)
    found = sets.found(folder, KEY)
    assert found is not None
    return found


def test_a_set_is_found_as_it_was_kept(tmp_path: Path) -> None:
    "Names, bytes, sizes and facts, in their order; another key has nothing."
    assert not sets.is_kept(tmp_path, KEY)
    assert sets.found(tmp_path, KEY) is None
    found = keep(tmp_path)
    assert sets.is_kept(tmp_path, KEY)
    assert [(m.path.name, m.path.read_bytes(), m.facts) for m in found] == list(FILES)
    assert [m.size for m in found] == [5, 0]
    assert sets.found(tmp_path, "cd" + KEY[2:]) is None


def test_keeping_again_takes_the_place(tmp_path: Path) -> None:
    "A set kept twice is there once, with the last files, and nothing is left over."
    keep(tmp_path)
    sets.keep(tmp_path, KEY, [("lain.jpg", b"lain", {})])
    found = sets.found(tmp_path, KEY)
    assert found is not None
    assert [m.path.name for m in found] == ["lain.jpg"]
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["lain.jpg", sets.NOTES]


@pytest.mark.parametrize("harm", ["shorter", "other", "gone", "notes", "no notes"])
def test_a_damaged_set_is_not_found(tmp_path: Path, harm: str) -> None:
    "Whatever became of its files, a set with other bytes is as good as none."
    file = keep(tmp_path)[0].path
    notes = file.with_name(sets.NOTES)
    if harm == "shorter":
        file.write_bytes(b"bes")
    elif harm == "other":
        file.write_bytes(b"BESAR")
        os.utime(file, ns=(1, 1))
    elif harm == "gone":
        file.unlink()
    elif harm == "notes":
        notes.write_text('[{"name": 1}]', encoding="utf-8")
    else:
        notes.unlink()
    assert sets.found(tmp_path, KEY) is None


def test_a_touched_file_is_looked_at_and_stays(tmp_path: Path) -> None:
    "Another time of change alone makes no damage."
    file = keep(tmp_path)[0].path
    os.utime(file, ns=(1, 1))
    assert sets.found(tmp_path, KEY) is not None


def test_a_file_in_the_site_is_a_second_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    "No byte is copied where the disk can give a file two names; elsewhere a copy does the same."
    file = keep(tmp_path / "kas")[0]
    sets.put(file, tmp_path / "situs/a/b.jpg")
    assert (tmp_path / "situs/a/b.jpg").samefile(file.path)

    def refuse(*given: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    sets.put(file, tmp_path / "situs/c.jpg")
    assert (tmp_path / "situs/c.jpg").read_bytes() == b"besar"
    assert not (tmp_path / "situs/c.jpg").samefile(file.path)


def test_a_failed_keep_leaves_the_old_set(tmp_path: Path) -> None:
    "A maker that stops half-way harms nothing and leaves nothing."
    keep(tmp_path)

    def files() -> object:
        yield FILES[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        sets.keep(tmp_path, KEY, files())  # type: ignore[arg-type]  # a generator of the same
    found = sets.found(tmp_path, KEY)
    assert found is not None
    assert len(found) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["ab"]
    assert [p.name for p in (tmp_path / "ab").iterdir()] == [KEY]
