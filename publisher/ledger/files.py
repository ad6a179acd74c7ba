"""The ledger as a file: made whole or not at all, checked before use, copied and brought back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from publisher.errors import LedgerFault, MachineFault
from publisher.messages import Message, msg

FILENAME = "ledger.sqlite"
HEADER = b"SQLite format 3\0"
MARKS = {"alembic_version", "meta", "delivery"}  # every version of a ledger has these tables
COPY = "ledger-{stamp}.sqlite"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds the ledger at ``path`` for this process; freed by the system even when it is killed.

    May be entered again by the same process. Raises LedgerFault when another process has it.
    """
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # one lock object for a path in this process, whatever the thread, so that it nests
        lock = FileLock(path.with_suffix(".lock"), timeout=0, is_singleton=True, thread_local=False)
        try:
            lock.acquire()
        except Timeout as fault:
            raise LedgerFault(
                msg("Another Kentongan is at work with this ledger; wait until it is done."), where=str(path)
            ) from fault
    try:
        yield
    finally:
        lock.release()


def check(path: Path, *, still: bool = False) -> str:
    """The version of the ledger in the file; nothing is written. ``still`` says that nobody else has the
    file open. Raises LedgerFault when the file is damaged or no ledger."""
    with disk(path):
        head = _head(path)
    if head != HEADER:
        raise damaged(path, "no SQLite file")
    with _reading(path, still=still) as db:
        found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        if found != "ok":
            raise damaged(path, found)
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        version = db.execute("SELECT version_num FROM alembic_version").fetchone() if tables >= MARKS else None
    if version is None:
        raise LedgerFault(msg("This file is no ledger of Kentongan."), where=str(path))
    return str(version[0])


def damaged(path: Path | str, detail: str) -> LedgerFault:
    """The fault for a ledger that cannot be read."""
    return LedgerFault(
        msg(
            "The ledger is damaged ({detail}). Nothing was changed and nothing was sent. "
            "Bring back the last good copy with `kentongan restore`.",
            detail=" ".join(detail.split()),
        ),
        where=str(path),
    )


def explain(fault: BaseException, where: str) -> LedgerFault | MachineFault | None:
    """Our error for what the database said, None when it is a fault of the program."""
    name = getattr(fault, "sqlite_errorname", "")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(where, str(fault))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LedgerFault(msg("Another program holds the ledger open; close it and try again."), where=where)
    said: dict[str, Message] = {
        "SQLITE_FULL": msg("The disk is full; free some space and run the command again."),
        "SQLITE_READONLY": msg("The ledger cannot be written; check the rights of the file and its folder."),
        "SQLITE_CANTOPEN": msg("The ledger cannot be opened; check the rights of the file and its folder."),
        "SQLITE_PERM": msg("The ledger cannot be opened; check the rights of the file and its folder."),
        "SQLITE_IOERR": msg("The disk gave an error while the ledger was used; check the disk."),
    }
    return next((MachineFault(text, where=where) for code, text in said.items() if name.startswith(code)), None)


def copy(source: Path, target: Path, *, still: bool = False) -> None:
    """A consistent copy as one file, safe while others write, checked and on the disk when this returns."""
    with disk(target):
        target.unlink(missing_ok=True)
    with _reading(source, still=still) as db, _explained(target), closing(sqlite3.connect(target)) as new:
        try:
            db.backup(new)
        except sqlite3.DatabaseError as fault:  # it reads one and writes the other: damage is the one's
            raise explain(fault, str(source)) or fault from fault
        new.execute("PRAGMA journal_mode=DELETE")
        found = str(new.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != "ok":
        target.unlink()
        raise damaged(source, found)
    _sync(target)


def backup(source: Path, folder: Path, keep: int, now: datetime) -> Path | None:
    """Copies the ledger into ``folder`` unless the newest copy there says the same; keeps ``keep`` copies."""
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / COPY.format(stamp=now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ"))
        new = folder / f".{target.name}.new"
        try:
            copy(source, new)
            old = copies(folder)
            if old and old[-1].read_bytes() == new.read_bytes():
                return None
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
        for path in copies(folder)[:-keep]:
            path.unlink(missing_ok=True)
    return target


def copies(folder: Path) -> tuple[Path, ...]:
    """The copies in ``folder``, oldest first."""
    return tuple(sorted(folder.glob(COPY.format(stamp="*"))))


def put_in_place(new: Path, target: Path) -> None:
    """Gives ``new`` the name ``target`` unless that exists; then ``new`` is thrown away."""
    with disk(target):
        try:
            os.link(new, target)
        except FileExistsError:
            pass
        except OSError:  # a disk without hard links
            if not target.exists():
                new.rename(target)
        new.unlink(missing_ok=True)
        _sync(target.parent)


def set_aside(target: Path, now: datetime) -> Path | None:
    """Moves a ledger out of the way, with what SQLite keeps beside it; its new name, None if there is none."""
    if not target.exists():
        return None
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = target.with_name(f"{target.name}.replaced-{stamp}")
    with disk(target):
        for tail in ("-wal", "-shm", ""):
            part = target.with_name(target.name + tail)
            if part.exists():
                part.replace(aside.with_name(aside.name + tail))
    return aside


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(HEADER))


@contextmanager
def _reading(path: Path, *, still: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that writes nothing; of a ``still`` file it leaves no trace either."""
    quiet = "&immutable=1" if still and not path.with_name(path.name + "-wal").exists() else ""
    address = f"{path.absolute().as_uri()}?mode=ro{quiet}"
    with _explained(path), closing(sqlite3.connect(address, uri=True, timeout=30)) as db:
        yield db


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as fault:
        raise explain(fault, str(path)) or fault from fault


@contextmanager
def disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise MachineFault(
            msg("The ledger's folder cannot be used: {detail}", detail=str(fault.strerror)), where=str(path)
        ) from fault


def _sync(path: Path) -> None:
    """What was written is on the disk; Windows cannot do that for a folder."""
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
