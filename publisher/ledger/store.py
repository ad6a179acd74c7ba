"""The ledger: deliveries on disk. Time is an argument everywhere; nothing here knows a network."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from publisher.errors import LedgerFault
from publisher.ledger import files
from publisher.ledger.database import connect, known, mint, path_of, url_of
from publisher.ledger.decisions import Decisions
from publisher.ledger.planning import Planning
from publisher.ledger.reading import Reading
from publisher.ledger.steps import Steps
from publisher.messages import msg


class Ledger(Planning, Reading, Steps, Decisions):
    """Deliveries on disk; every method is one transaction."""

    @classmethod
    def open(cls, where: Path | str, *, create: bool = True, office: str = "") -> Self:
        """The ledger in a file, or at a database's address. A file is checked first, then brought to
        this version's tables. Raises LedgerFault when it is damaged, newer than this program or absent.
        """
        url = make_url(where) if isinstance(where, str) and "://" in where else url_of(Path(where))
        path = path_of(url)
        if path is not None:
            if not path.exists():
                if not create:
                    raise LedgerFault(
                        msg("There is no ledger here yet; `kentongan publish` makes one."), where=str(path)
                    )
                _make(path, office)
            known(files.check(path), str(path))
        ledger = cls(connect(url), office)
        try:
            ledger._settle()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def backup(self, folder: Path, keep: int, now: datetime) -> Path | None:
        """A consistent copy in ``folder``, None when the newest there says the same; keeps ``keep``."""
        if self.path is None:
            raise LedgerFault(msg("A ledger on a database server is copied there, with the server's own means."))
        return files.backup(self.path, folder, keep, now)

    def clock(self, own: Callable[[], datetime]) -> Callable[[], datetime]:
        """``own``, set by the database server's clock, so that all machines agree; ``own`` for a file."""
        if self.path is not None:
            return own
        with self._reading() as c:
            before = own()
            server = c.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
            ahead: timedelta = server.astimezone(UTC) - (before + (own() - before) / 2)
        return lambda: own() + ahead


def restore(source: Path, target: Path, now: datetime, *, office: str = "") -> Path | None:
    """Puts the copy ``source`` in the place of the ledger ``target``, under a new id, and returns where
    the replaced file is kept. What was due before ``now`` is looked up before it is tried, since it may
    have gone out after the copy was made. Raises LedgerFault when the copy is no sound ledger of ours or
    another process is at work; then nothing was changed."""
    if not source.is_file():
        raise LedgerFault(msg("There is no such copy of the ledger."), where=str(source))
    with files.alone(target):
        new = target.with_name(f".{target.name}.restore")
        whole = target.with_name(f"{new.name}.whole")
        try:
            known(files.check(source, still=True), str(source))
            files.copy(source, new, still=True)
            with Ledger.open(new, create=False, office=office) as ledger:
                ledger.doubt(now, id=mint())
            files.copy(new, whole)
            aside = files.set_aside(target, now)
            whole.replace(target)
        finally:
            for tail in ("", "-wal", "-shm"):
                new.with_name(new.name + tail).unlink(missing_ok=True)
            whole.unlink(missing_ok=True)
        return aside


def _make(path: Path, office: str) -> None:
    """A new ledger under its name only when it is whole, so that an empty file is never taken for one."""
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    whole = new.with_name(f"{new.name}.whole")
    with files.disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        ledger = Ledger(connect(url_of(new)), office)
        try:
            ledger._settle()
        finally:
            ledger.close()
        files.copy(new, whole)
        files.put_in_place(whole, path)
    finally:
        for tail in ("", "-wal", "-shm"):
            new.with_name(new.name + tail).unlink(missing_ok=True)
        whole.unlink(missing_ok=True)
