"""Digests remembered by size and times: an unchanged file is not read, a changed one always is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from publisher.build.derived import file_digest
from publisher.build.stamps import KIND, Stamps
from publisher.build.state import State

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
    state = State(folder)
    stamps = Stamps(state, folder)
    found = {name: stamps.digest(name) for name in names}
    stamps.save()
    state.save()
    state.close()
    return found


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if files were read long after they were written; no test can set back their change of state."""
    later = time.time_ns() + 10_000_000_000
    monkeypatch.setattr("publisher.build.stamps.time.time_ns", lambda: later)


@pytest.mark.usefixtures("settle")
def test_an_unchanged_file_is_read_once(tmp_path: Path, reads: list[str]) -> None:
    "The digest is that of the bytes, and the second time it is remembered."
    (tmp_path / "a.jpg").write_bytes(b"a")
    first = ask(tmp_path, "a.jpg")
    assert first == {"a.jpg": file_digest(tmp_path / "a.jpg")}
    assert ask(tmp_path, "a.jpg") == first
    assert reads == ["a.jpg"]


@pytest.mark.usefixtures("settle")
def test_a_changed_file_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    "Also one of the same size whose date was set back."
    file = tmp_path / "a.jpg"
    file.write_bytes(b"a")
    os.utime(file, ns=(OLD, OLD))
    ask(tmp_path, "a.jpg")
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


def test_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    "The notes hold what the last build asked for."
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"a")
    ask(tmp_path, "a.jpg", "b.jpg")
    ask(tmp_path, "b.jpg")
    assert set(State(tmp_path).last(KIND, str(tmp_path))) == {"b.jpg"}
