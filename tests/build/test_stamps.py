"""Digests remembered by size and times: an unchanged file is not read, a changed one always is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publisher.build.derived import file_digest
from publisher.build.stamps import Stamps

OLD = 10_000_000_000_000_000  # a moment of 1970


class Counted:
    """Counts what is read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        monkeypatch.setattr("publisher.build.stamps.file_digest", self)

    def __call__(self, path: Path) -> str:
        self.read.append(path.name)
        return file_digest(path)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return Counted(monkeypatch).read


def ask(folder: Path, *names: str) -> dict[str, str]:
    """One build that asks for the digests of ``names``."""
    stamps = Stamps(folder / "stamps.json", folder)
    found = {name: stamps.digest(name) for name in names}
    stamps.save()
    return found


def settle(folder: Path) -> None:
    """As if the notes had been written long after the files, whose change of state no test can set back."""
    later = (folder / "stamps.json").stat().st_mtime_ns + 10_000_000_000
    os.utime(folder / "stamps.json", ns=(later, later))


def test_an_unchanged_file_is_read_once(tmp_path: Path, reads: list[str]) -> None:
    "The digest is that of the bytes, and the second time it is remembered."
    (tmp_path / "a.jpg").write_bytes(b"a")
    first = ask(tmp_path, "a.jpg")
    assert first == {"a.jpg": file_digest(tmp_path / "a.jpg")}
    settle(tmp_path)
    assert ask(tmp_path, "a.jpg") == first
    assert reads == ["a.jpg"]


def test_a_changed_file_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    "Also one of the same size whose date was set back."
    file = tmp_path / "a.jpg"
    file.write_bytes(b"a")
    os.utime(file, ns=(OLD, OLD))
    ask(tmp_path, "a.jpg")
    settle(tmp_path)
    new = tmp_path / "b.jpg"
    new.write_bytes(b"b")
    os.utime(new, ns=(OLD, OLD))
    new.replace(file)
    assert ask(tmp_path, "a.jpg") == {"a.jpg": file_digest(file)}
    assert reads == ["a.jpg", "a.jpg"]


def test_a_file_younger_than_its_stamp_is_not_trusted(tmp_path: Path, reads: list[str]) -> None:
    "Two writes within one tick of the disk's clock leave the same times."
    (tmp_path / "a.jpg").write_bytes(b"a")
    ask(tmp_path, "a.jpg")
    ask(tmp_path, "a.jpg")
    assert reads == ["a.jpg", "a.jpg"]


@pytest.mark.parametrize("notes", ["", "{", "[]", '{"a.jpg": 5}', '{"a.jpg": []}', '{"a.jpg": ["x"]}'])
def test_damaged_notes_cost_time_only(tmp_path: Path, notes: str) -> None:
    "Whatever the notes hold, the digest is right."
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "stamps.json").write_text(notes, encoding="utf-8")
    settle(tmp_path)
    assert ask(tmp_path, "a.jpg") == {"a.jpg": file_digest(tmp_path / "a.jpg")}
    settle(tmp_path)
    assert ask(tmp_path, "a.jpg") == {"a.jpg": file_digest(tmp_path / "a.jpg")}


def test_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    "The notes hold what the last build asked for."
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"a")
    ask(tmp_path, "a.jpg", "b.jpg")
    ask(tmp_path, "b.jpg")
    assert b"a.jpg" not in (tmp_path / "stamps.json").read_bytes()
