"""The memory of builds: right or nothing, whatever becomes of its file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from publisher.build.state import FILENAME, State


def kept(folder: Path) -> object:
    state = State(folder)
    try:
        return state.get("kind", "name", "key")
    finally:
        state.close()


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    state = State(tmp_path)
    state.keep("kind", "name", "key", {"a": 1})
    state.save()
    state.close()
    return tmp_path


def test_a_value_counts_for_its_key_only(filled: Path) -> None:
    """Made from anything else it is none."""
    state = State(filled)
    assert state.get("kind", "name", "key") == {"a": 1} == state.last("kind", "name")
    assert state.get("kind", "name", "other") is None
    assert list(state.every("kind")) == [("name", "key", {"a": 1})]
    state.close()


def test_what_is_not_saved_is_not_kept(filled: Path) -> None:
    """A build that ends half-way leaves the memory as it was."""
    state = State(filled)
    state.keep("kind", "name", "key", "new")
    state.close()
    assert kept(filled) == {"a": 1}


def test_what_nobody_asked_for_is_forgotten(filled: Path) -> None:
    """Names of files that are gone do not pile up."""
    state = State(filled)
    state.keep("kind", "other", "key", 2)
    state.forget("kind")
    state.save()
    state.close()
    assert kept(filled) is None


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" * 300])
def test_a_damaged_file_is_made_anew(filled: Path, damage: bytes) -> None:
    """It costs time, no error."""
    (filled / FILENAME).write_bytes(damage)
    assert kept(filled) is None
    state = State(filled)
    state.keep("kind", "name", "key", 3)
    state.save()
    state.close()
    assert kept(filled) == 3


def test_a_damaged_value_is_none(filled: Path) -> None:
    """Bytes that are no value, in a file that is whole."""
    base = sqlite3.connect(filled / FILENAME)
    base.execute("update kept set value = ?", (b"x",))
    base.commit()
    base.close()
    assert kept(filled) is None


def test_another_version_is_made_anew(filled: Path) -> None:
    """What an older or a newer program wrote is not guessed at."""
    base = sqlite3.connect(filled / FILENAME)
    base.execute("pragma user_version = 99")
    base.commit()
    base.close()
    assert kept(filled) is None


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The build then works without a memory."""
    (tmp_path / FILENAME).mkdir()
    state = State(tmp_path)
    state.keep("kind", "name", "key", 1)
    state.save()
    assert state.get("kind", "name", "key") == 1
    state.close()
