"""The memory of builds: right or nothing, whatever becomes of its file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from publisher.build import state
from publisher.build.state import FILENAME, Forgotten, State, packed


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


def test_nobody_waits_for_what_is_not_saved(filled: Path) -> None:
    """However much one build keeps, another one of the same project can save meanwhile."""
    one, two = State(filled), State(filled)
    for number in range(300):
        one.keep("kind", str(number), "key", "x" * 20_000)
    two.keep("kind", "name", "key", {"a": 2})
    two.save()
    two.close()
    assert kept(filled) == {"a": 2}
    one.save()
    assert one.get("kind", "299", "key") == "x" * 20_000
    one.close()


def test_without_room_for_what_is_new_nothing_is_remembered(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All or nothing: a part of it would be taken for the whole."""
    monkeypatch.setattr(state, "_NEW", f"pragma max_page_count = 9; {state._NEW}")
    full = State(filled)
    for number in range(30):
        full.keep("kind", str(number), "key", "x" * 20_000)
    full.save()
    full.close()
    assert kept(filled) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no copies of a process here")
def test_a_copy_of_the_process_reads_and_loses_nothing(filled: Path) -> None:
    """It reads what was saved; what it cannot read stays for the other process, file and all."""
    here = State(filled)
    here.put("row", "name", "light", "heavy")
    here.save()
    here.keep("kind", "name", "key", {"a": 2})
    pid = os.fork()
    if not pid:
        here.copied()
        told = (here.get("kind", "name", "key"), here.heavy("row", "name")) == ({"a": 1}, "heavy")
        here.keep("kind", "name", "key", {"a": 3})
        try:
            here.heavy("row", "other")
        except Forgotten:
            os._exit(0 if told else 1)
        os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    here.save()
    here.close()
    assert kept(filled) == {"a": 2}


def test_what_this_build_kept_is_known_to_it(filled: Path) -> None:
    """Before it is saved, under its own key; the file says what it said."""
    state = State(filled)
    state.keep("kind", "name", "new", packed([1]))
    assert state.get("kind", "name", "new") == [1]
    assert state.get("kind", "name", "key") == {"a": 1}
    assert [state.has("kind", "name", key) for key in ("new", "key", "other")] == [True, True, False]
    state.close()
