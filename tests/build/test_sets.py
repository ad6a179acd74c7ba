"""Files made of one other: kept whole, put into a site for nothing, made again when they are damaged."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
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


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and p.name != ".lock")


def test_who_comes_second_leaves_a_whole_set(tmp_path: Path) -> None:
    "Two builds make the same at once: the first one's files stay where it was told they are."
    first = keep(tmp_path)
    sets.keep(tmp_path, KEY, [("lain.jpg", b"lain", {})])
    assert sets.found(tmp_path, KEY) == first
    assert names(tmp_path) == ["besar.jpg", "kecil.jpg", sets.NOTES]


def test_a_damaged_set_is_replaced(tmp_path: Path) -> None:
    "A set that is not whole makes room for the new one, and nothing is left over."
    keep(tmp_path)[0].path.unlink()
    sets.keep(tmp_path, KEY, [("sub/lain.jpg", b"lain", {})])
    found = sets.found(tmp_path, KEY)
    assert found is not None
    assert [m.path.read_bytes() for m in found] == [b"lain"]
    assert names(tmp_path) == ["lain.jpg", sets.NOTES]


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


def aged(path: Path, days: float) -> None:
    """Makes the set or folder at ``path`` one that was asked for so long ago."""
    then = time.time() - days * sets.DAY
    notes = path / sets.NOTES
    os.utime(notes if notes.exists() else path, (then, then))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with one set of pictures that nobody asked for in a year."""
    place = keep(tmp_path / "pictures")[0].path.parent
    aged(place, 365)
    return tmp_path


def test_what_nobody_asks_for_goes(cache: Path) -> None:
    "A set that no build asked for in 90 days is removed whole; one of 89 days stays."
    other = "cd" + KEY[2:]
    sets.keep(cache / "cards", other, FILES)
    aged(cache / "cards/cd" / other, 89)
    assert sets.prune(cache) == 1
    assert not sets.is_kept(cache / "pictures", KEY)
    assert names(cache / "pictures") == []
    assert sets.is_kept(cache / "cards", other)


@pytest.mark.parametrize("ask", [sets.is_kept, sets.found])
def test_what_somebody_asked_for_stays(cache: Path, ask: Callable[[Path, str], object]) -> None:
    "Asking is using: the set stays for another 90 days."
    assert ask(cache / "pictures", KEY)
    assert sets.prune(cache) == 0
    assert sets.is_kept(cache / "pictures", KEY)


def test_what_a_site_shows_stays(cache: Path) -> None:
    "A build of what changed asks for little; what stands in a site is in use all the same, and looked at rarely."
    place = cache / "pictures/ab" / KEY
    os.link(place / "besar.jpg", cache / "situs.jpg")
    assert sets.prune(cache) == 0
    assert (place / sets.NOTES).stat().st_mtime > time.time() - sets.DAY
    assert (cache / "situs.jpg").read_bytes() == b"besar"


def test_it_is_looked_through_once_a_day(cache: Path) -> None:
    "A build in between costs nothing; the next day all is looked at again."
    (cache / "pruned").touch()
    assert sets.prune(cache) == 0
    aged(cache / "pruned", 2)
    assert sets.prune(cache) == 1


def test_without_a_cache_there_is_nothing_to_do(tmp_path: Path) -> None:
    "The first build of all finds no folder, and makes none."
    assert sets.prune(tmp_path / "cache") == 0
    assert not (tmp_path / "cache").exists()


def test_a_set_asked_for_while_it_is_taken_away_stays(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    "Another build is given the set after it was found unused, before it goes: it keeps every file it was told of."
    given: list[sets.Member] = []
    look = sets._is_unused

    def meanwhile(place: Path, before: float) -> bool:
        unused = look(place, before)
        given.extend(sets.found(cache / "pictures", KEY) or ())
        return unused

    monkeypatch.setattr(sets, "_is_unused", meanwhile)
    assert sets.prune(cache) == 0
    assert [m.path.read_bytes() for m in given] == [b"besar", b""]
    assert sets.is_kept(cache / "pictures", KEY)


def test_a_set_that_is_going_is_given_to_nobody(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    "Another build that asks too late is told that there is none, makes its own, and that one stays."
    discard = sets._discard
    told: list[object] = []

    def meanwhile(place: Path) -> None:
        told.append(sets.found(cache / "pictures", KEY))
        discard(place)
        sets.keep(cache / "pictures", KEY, FILES)

    monkeypatch.setattr(sets, "_discard", meanwhile)
    assert sets.prune(cache) == 1
    assert told == [None]
    assert sets.found(cache / "pictures", KEY) is not None


def test_what_killed_builds_left_goes_too(cache: Path) -> None:
    "Half-made folders go after a day, for nobody works on one so long; a set that was half gone goes for good."
    folder = cache / "pictures/ab"
    for name, days in ((".new-baru", 0.5), (".new-lama", 2), (".old-lama", 2)):
        (folder / name).mkdir()
        aged(folder / name, days)
    (folder / KEY / sets.NOTES).rename(folder / KEY / "going.json")
    aged(folder / KEY, 100)
    assert sets.prune(cache) == 1
    assert [p.name for p in folder.iterdir()] == [".new-baru"]


def test_a_cache_that_may_only_be_read_is_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    "A stamp that cannot be renewed hides no set."

    def refuse(*given: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.utime", refuse)
    assert sets.found(cache / "pictures", KEY) is not None
