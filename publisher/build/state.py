"""What builds remember from one to the next: one SQLite file, ``build.sqlite3`` in the state folder.

Each value stands under its kind, a name (a content path) and the key of all that it was made from: with another key
it does not count. Beside that there are rows of two parts, a light one and a heavy one. Losing the file costs
time only, so a damaged or an older one is deleted and made anew.
"""

from __future__ import annotations

import contextlib
import pickle
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

FILENAME = "build.sqlite3"
VERSION = 2
_PAGE = 8192  # bytes; the light part of an article would not fit into one of SQLite's own 4096
WAIT = 5.0  # seconds for another build of the same project to finish writing

_SCHEMA = """
create table kept (kind text, name text, key text, value blob, primary key (kind, name));
create table light (kind text, name text, value blob, primary key (kind, name)) without rowid;
create table heavy (kind text, name text, value blob, primary key (kind, name));
"""


class Forgotten(Exception):
    """Something that was remembered cannot be read any more. The memory is new and empty; the build begins again."""


_NEW = """
pragma journal_mode = off; pragma synchronous = off;
create table kept (kind text, name text, key text, value blob, primary key (kind, name));
create table light (kind text, name text, value blob, primary key (kind, name));
create table heavy (kind text, name text, value blob, primary key (kind, name));
"""


class State:
    """The memory of builds in ``folder``. What is kept reaches the file with ``save``, all of it or nothing; until then
    it stands in a file of its own that has no name, so that it takes no memory and nobody waits for the other one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILENAME
        self._new: sqlite3.Connection | None = None
        self._is_whole = True
        self._asked: dict[str, set[str]] = {}
        self._origin: tuple[sqlite3.Connection | None, ...] = ()
        folder.mkdir(parents=True, exist_ok=True)
        self._base = _opened(self._file)

    def get(self, kind: str, name: str, key: str) -> Any:
        """The value of ``name`` that was made from ``key``, by this build or one before; None when there is none."""
        self._asked.setdefault(kind, set()).add(name)
        try:
            raw = self._find("value", kind, name, key)
            return None if raw is None else _value(raw)
        except (sqlite3.DatabaseError, *_UNREADABLE):
            self._lose()
            return None

    def has(self, kind: str, name: str, key: str) -> bool:
        """Whether ``get`` would give something."""
        try:
            return self._find("1", kind, name, key) is not None
        except sqlite3.DatabaseError:
            self._lose()
            return False

    def _find(self, what: str, kind: str, name: str, key: str) -> Any:
        query = f"select {what} from kept where kind = ? and name = ? and key = ?"  # noqa: S608 - ours
        for base in (self._new, self._base):
            row = base.execute(query, (kind, name, key)).fetchone() if base is not None else None
            if row is not None:
                return row[0]
        return None

    def last(self, kind: str, name: str) -> Any:
        """The value of ``name`` whatever it was made from; None when there is none."""
        return self.entry(kind, name)[1]

    def entry(self, kind: str, name: str) -> tuple[str, Any]:
        """The same with what it was made from."""
        try:
            row = self._base.execute("select key, value from kept where kind = ? and name = ?", (kind, name)).fetchone()
            return ("", None) if row is None else (row[0], _value(row[1]))
        except (sqlite3.DatabaseError, *_UNREADABLE):
            self._lose()
            return "", None

    def every(self, kind: str) -> Iterator[tuple[str, str, Any]]:
        """Name, key and value of all of a kind."""
        try:
            rows = self._base.execute("select name, key, value from kept where kind = ?", (kind,)).fetchall()
            found = [(name, key, _value(value)) for name, key, value in rows]
        except (sqlite3.DatabaseError, *_UNREADABLE):
            self._lose()
            found = []
        self._asked.setdefault(kind, set())
        yield from found

    def rows(self, kind: str) -> list[tuple[str, bytes]]:
        """Name and light value, still packed, of all rows of a kind."""
        return self._light("select name, value from light where kind = ?", [(kind,)])

    def some(self, kind: str, names: Iterable[str]) -> list[tuple[str, bytes]]:
        """The same of those of ``names`` that there are."""
        return self._light("select name, value from light where kind = ? and name = ?", ((kind, n) for n in names))

    def names(self, kind: str) -> frozenset[str]:
        """The names of all rows of a kind."""
        return frozenset(name for (name,) in self._light("select name from light where kind = ?", [(kind,)]))

    def _light(self, query: str, given: Iterable[tuple[str, ...]]) -> list[Any]:
        try:
            return [row for values in given for row in self._base.execute(query, values)]
        except sqlite3.DatabaseError:
            self._lose()
            return []

    def heavy(self, kind: str, name: str) -> Any:
        """The heavy value of a row. Raises Forgotten."""
        return self._of_row("heavy", kind, name)

    def light(self, kind: str, name: str) -> Any:
        """The light value of a row. Raises Forgotten."""
        return self._of_row("light", kind, name)

    def _of_row(self, part: str, kind: str, name: str) -> Any:
        query = f"select value from {part} where kind = ? and name = ?"  # noqa: S608 - ours
        try:
            return _value(self._base.execute(query, (kind, name)).fetchone()[0])
        except (sqlite3.DatabaseError, *_UNREADABLE) as fault:
            self._lose()
            raise Forgotten(name) from fault

    def put(self, kind: str, name: str, light: Any, heavy: Any) -> None:
        """Remembers a row, from the next ``save`` on: a light value, which is read of all rows at once, and a heavy
        one, which is read of one row at a time."""
        self._write("light", kind, name, packed(light))
        self._write("heavy", kind, name, packed(heavy))

    def clear(self, kind: str) -> None:
        """Leaves out all rows of a kind, from the next ``save`` on."""
        self.drop(kind, [name for name, _ in self.rows(kind)])

    def drop(self, kind: str, names: Iterable[str]) -> None:
        """Leaves out rows, and what is kept under the same names, from the next ``save`` on."""
        gone = [(kind, name) for name in names]
        with contextlib.suppress(sqlite3.DatabaseError):
            for table in ("kept", "light", "heavy"):
                self._base.executemany(f"delete from {table} where kind = ? and name = ?", gone)  # noqa: S608 - ours

    def keep(self, kind: str, name: str, key: str, value: Any) -> None:
        """Remembers ``value``, for ``get`` at once and in the file from the next ``save`` on."""
        self._asked.setdefault(kind, set()).add(name)
        self._write("kept", kind, name, key, packed(value))

    def _write(self, table: str, *row: str | bytes) -> None:
        try:
            if self._new is None:
                self._new = sqlite3.connect("")
                self._new.executescript(_NEW)
            self._new.execute(f"insert or replace into {table} values ({_marks(row)})", row)  # noqa: S608 - ours
        except sqlite3.DatabaseError:  # no room on the disk for temporary files
            self._is_whole = False

    def use(self, kind: str, name: str) -> None:
        """Says that what is kept of ``name`` is still wanted."""
        self._asked.setdefault(kind, set()).add(name)

    def forget(self, kind: str) -> None:
        """Leaves out, from the next ``save`` on, what nobody asked for: files that are gone."""
        wanted = self._asked.get(kind, set())
        with contextlib.suppress(sqlite3.DatabaseError):
            names = [n for (n,) in self._base.execute("select name from kept where kind = ?", (kind,))]
            self._base.executemany("delete from kept where kind = ? and name = ?", _gone(kind, names, wanted))

    def save(self) -> None:
        """Writes what was kept; one that cannot be written is made anew by the next build."""
        if not self._is_whole:
            self._lose()
            return
        try:
            for table, rows in self._kept():
                marks = _marks(rows.description)
                self._base.executemany(f"insert or replace into {table} values ({marks})", rows)  # noqa: S608 - ours
            self._base.commit()
            self._clear()
        except sqlite3.DatabaseError:
            self._lose()

    def _kept(self) -> Iterator[tuple[str, sqlite3.Cursor]]:
        if self._new is not None:
            for table in ("kept", "light", "heavy"):
                yield table, self._new.execute(f"select * from {table}")  # noqa: S608 - ours

    def copied(self) -> None:
        """Called in a copy of the process (forked), before it reads: SQLite wants a connection of its own there, and
        what cannot be read is for the other process to lose. What is kept there stays there."""
        self._origin = (self._base, self._new)  # not closed here: that would touch the other's files
        self._new = None
        if self._base.execute("pragma database_list").fetchone()[2]:
            self._base = sqlite3.connect(f"{self._file.resolve().as_uri()}?mode=ro", timeout=WAIT, uri=True)

    def close(self) -> None:
        """Ends the use of the file; what was not saved is not kept."""
        self._clear()
        self._base.close()

    def _clear(self) -> None:
        if self._new is not None:
            self._new.close()
            self._new = None

    def _lose(self) -> None:
        if self._origin:
            raise Forgotten(str(self._file))
        self._base.close()
        self._base = _new(self._file)


# what unpickling raises of a value that was damaged, or was written by other code
_UNREADABLE = (
    *(pickle.UnpicklingError, AttributeError, ImportError, LookupError, EOFError, ValueError, TypeError),
    *(OverflowError, MemoryError, RecursionError),
)


def _marks(row: Collection[object]) -> str:
    return ", ".join("?" * len(row))


class Packed(bytes):
    """A value as it is kept: what a copy of this process made need not be taken apart to be remembered."""


def packed(value: Any) -> Packed:
    """``value`` for ``State.keep``."""
    return value if isinstance(value, Packed) else Packed(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def unpacked(raw: bytes) -> Any:
    """A light value; None of one that is damaged."""
    try:
        return _value(raw)
    except _UNREADABLE:
        return None


def _value(raw: bytes) -> Any:
    return pickle.loads(raw)  # noqa: S301 - our own file, in the project's private folder


def _gone(kind: str, names: list[str], wanted: set[str]) -> Iterator[tuple[str, str]]:
    return ((kind, name) for name in names if name not in wanted)


def _opened(file: Path) -> sqlite3.Connection:
    with contextlib.suppress(sqlite3.DatabaseError):
        base = sqlite3.connect(file, timeout=WAIT)
        try:
            if base.execute("pragma user_version").fetchone() == (VERSION,):
                base.execute("pragma synchronous = normal")
                return base
        except sqlite3.DatabaseError:
            base.close()
            raise
        base.close()
    return _new(file)


def _new(file: Path) -> sqlite3.Connection:
    """A new file; where none can be written, a memory for this build alone."""
    for place in (file, ":memory:"):
        try:
            if place is file:
                file.unlink(missing_ok=True)
            base = sqlite3.connect(place, timeout=WAIT)
            base.executescript(f"pragma page_size = {_PAGE}; begin; {_SCHEMA} pragma user_version = {VERSION}; commit;")
        except (OSError, sqlite3.DatabaseError):
            continue
        return base
    raise AssertionError(file)  # SQLite in memory cannot fail to begin
