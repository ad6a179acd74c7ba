"""Who gets the newsletter, and what became of each message. Personal data: a file of its own, for its owner alone.

The file is ``subscribers.sqlite`` in the state folder. No address is in the ledger, in a log or in an error. Who is
deleted is gone from the file; what stays of a message is a number. A message's intent is on disk before its words
leave, so that a crash sends nobody a second one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

from publisher.errors import MachineFault
from publisher.messages import msg
from publisher.subscribers._values import ADDRESS, Addressee, Mailing, Subscriber, checked, day

__all__ = ["ADDRESS", "Addressee", "Mailing", "Subscriber", "Subscribers", "checked", "day"]

FILENAME = "subscribers.sqlite"
# Whose address was refused so often in a row gets nothing more: a server that goes on is soon taken for a spammer.
REFUSALS = 3
TRIES = 5
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE subscriber (
    id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, plain TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    consented TEXT NOT NULL, source TEXT NOT NULL, added TEXT NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT ''
);
CREATE TABLE mailing (key TEXT PRIMARY KEY, begun TEXT NOT NULL, ended TEXT);
CREATE TABLE message (
    key TEXT NOT NULL, subscriber INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
    tries INTEGER NOT NULL DEFAULT 0, due TEXT NOT NULL, at TEXT, answer TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (key, subscriber)
) WITHOUT ROWID;
CREATE INDEX message_waiting ON message (key, due) WHERE state = 'waiting';
CREATE INDEX message_at ON message (at);
"""


class Subscribers:
    """The file; every method is one transaction, or two that may stand apart."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    @contextmanager
    def open(cls, state: Path, now: datetime) -> Iterator[Self]:
        """The file in the state folder, made when there is none. Raises MachineFault when it cannot be used."""
        path = state / FILENAME
        connection = _connect(path, now)
        try:
            yield cls(connection)
        except sqlite3.Error as fault:
            raise _unusable(path, fault) from None
        finally:
            connection.close()

    @staticmethod
    def exist(state: Path) -> bool:
        """Whether there is a file in the state folder."""
        return (state / FILENAME).exists()

    @property
    def born(self) -> datetime:
        """When the file was made: of what was sent before, it knows nothing."""
        (value,) = self._db.execute("SELECT value FROM meta WHERE name = 'born'").fetchone()
        return datetime.fromisoformat(value)

    def add(self, person: Subscriber, now: datetime) -> bool:
        """Whether ``person`` is new; who is there already stays as they are."""
        checked(person, now)
        with self._writing() as db:
            done = db.execute(
                "INSERT OR IGNORE INTO subscriber (address, plain, name, consented, source, added) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    person.address,
                    person.address.lower(),
                    person.name,
                    person.consented.isoformat(),
                    person.source,
                    _said(now),
                ),
            )
        return done.rowcount == 1

    def delete(self, address: str) -> bool:
        """Whether somebody was deleted; nothing of them stays, and what waited for them is not sent."""
        with self._writing() as db:
            row = db.execute("SELECT id FROM subscriber WHERE plain = ?", (address.strip().lower(),)).fetchone()
            if row is None:
                return False
            db.execute("UPDATE message SET state = 'gone' WHERE subscriber = ? AND state = 'waiting'", row)
            db.execute("DELETE FROM subscriber WHERE id = ?", row)
        return True

    def all(self) -> tuple[Subscriber, ...]:
        """Everybody, in the order in which they came."""
        rows = self._db.execute(
            "SELECT address, name, consented, source, refused, answer FROM subscriber ORDER BY id"
        ).fetchall()
        return tuple(Subscriber(a, n, date.fromisoformat(c), s, r, w) for a, n, c, s, r, w in rows)

    def begin(self, key: str, now: datetime) -> Mailing:
        """The mailing of a delivery: at its first try it is settled who gets it. What a crash left half-way
        may have arrived: it is unknown from now on."""
        with self._writing() as db:
            (people,) = db.execute("SELECT count(*) FROM subscriber WHERE refused < ?", (REFUSALS,)).fetchone()
            there = db.execute("SELECT 1 FROM mailing WHERE key = ?", (key,)).fetchone()
            if not there and people:
                db.execute("INSERT INTO mailing (key, begun) VALUES (?, ?)", (key, _said(now)))
                db.execute(
                    "INSERT INTO message (key, subscriber, due) SELECT ?, id, ? FROM subscriber WHERE refused < ?",
                    (key, _said(now), REFUSALS),
                )
            db.execute("UPDATE message SET state = 'unknown' WHERE key = ? AND state = 'sending'", (key,))
        return self.mailing(key) or Mailing(0, 0, 0, 0, 0, 0, None, None)

    def mailing(self, key: str) -> Mailing | None:
        """How far the mailing of ``key`` is, None when it was never begun here."""
        row = self._db.execute("SELECT ended FROM mailing WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        counts = dict(
            self._db.execute("SELECT state, count(*) FROM message WHERE key = ? GROUP BY state", (key,)).fetchall()
        )
        (due,) = self._db.execute("SELECT min(due) FROM message WHERE key = ? AND state = 'waiting'", (key,)).fetchone()
        return Mailing(
            total=sum(counts.values()),
            waiting=counts.get("waiting", 0),
            sent=counts.get("sent", 0),
            refused=counts.get("refused", 0),
            unknown=counts.get("unknown", 0),
            gone=counts.get("gone", 0),
            due=datetime.fromisoformat(due) if due else None,
            ended=datetime.fromisoformat(row[0]) if row[0] else None,
        )

    def next(self, key: str, now: datetime) -> Addressee | None:
        """A message that waits and may be tried."""
        row = self._db.execute(
            "SELECT m.subscriber, s.address FROM message m JOIN subscriber s ON s.id = m.subscriber "
            "WHERE m.key = ? AND m.state = 'waiting' AND m.due <= ? ORDER BY m.due, m.subscriber LIMIT 1",
            (key, _said(now)),
        ).fetchone()
        return Addressee(*row) if row else None

    def intend(self, key: str, id: int, now: datetime) -> bool:
        """On disk before the words leave; false when somebody else has the message."""
        with self._writing() as db:
            done = db.execute(
                "UPDATE message SET state = 'sending', at = ? WHERE key = ? AND subscriber = ? AND state = 'waiting'",
                (_said(now), key, id),
            )
        return done.rowcount == 1

    def sent(self, key: str, id: int, now: datetime) -> None:
        """The server has it."""
        self._settle(key, id, "sent", now, "")
        with self._writing() as db:
            db.execute("UPDATE subscriber SET refused = 0, answer = '' WHERE id = ?", (id,))

    def unknown(self, key: str, id: int, now: datetime, answer: str) -> None:
        """It may have arrived: never sent again."""
        self._settle(key, id, "unknown", now, answer)

    def refuse(self, key: str, id: int, now: datetime, answer: str) -> None:
        """The address is not taken, now and later."""
        self._settle(key, id, "refused", now, answer)
        with self._writing() as db:
            db.execute("UPDATE subscriber SET refused = refused + 1, answer = ? WHERE id = ?", (answer, id))

    def later(self, key: str, id: int, now: datetime, pause: timedelta, answer: str) -> None:
        """Not taken now; after some tries, not at all."""
        with self._writing() as db:
            db.execute(
                "UPDATE message SET state = 'waiting', tries = tries + 1, due = ?, answer = ? "
                "WHERE key = ? AND subscriber = ? AND state IN ('waiting', 'sending')",
                (_said(now + pause), answer, key, id),
            )
            (tries,) = db.execute(
                "SELECT coalesce(max(tries), 0) FROM message WHERE key = ? AND subscriber = ?", (key, id)
            ).fetchone()
        if tries >= TRIES:
            self.refuse(key, id, now, answer)

    def end(self, key: str, now: datetime) -> datetime:
        """Nothing waits any more; the moment of the first time that was said."""
        with self._writing() as db:
            db.execute("UPDATE mailing SET ended = coalesce(ended, ?) WHERE key = ?", (_said(now), key))
            (ended,) = db.execute("SELECT ended FROM mailing WHERE key = ?", (key,)).fetchone()
        return datetime.fromisoformat(ended)

    def since(self, moment: datetime) -> tuple[int, datetime | None]:
        """How many messages left since ``moment``, and when the first of them did."""
        count, first = self._db.execute(
            "SELECT count(*), min(at) FROM message WHERE at > ? AND state IN ('sent', 'sending', 'unknown')",
            (_said(moment),),
        ).fetchone()
        return count, datetime.fromisoformat(first) if first else None

    def _settle(self, key: str, id: int, state: str, now: datetime, answer: str) -> None:
        with self._writing() as db:
            db.execute(
                "UPDATE message SET state = ?, at = ?, answer = ? WHERE key = ? AND subscriber = ? AND state <> 'sent'",
                (state, _said(now), answer, key, id),
            )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _connect(path: Path, now: datetime) -> sqlite3.Connection:
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    except (OSError, sqlite3.Error) as fault:
        raise _unusable(path, fault) from None
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # a deleted address is overwritten
        _make(connection, now)
    except sqlite3.Error as fault:
        connection.close()
        raise _unusable(path, fault) from None
    return connection


def _make(connection: sqlite3.Connection, now: datetime) -> None:
    connection.execute("BEGIN IMMEDIATE")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('born', ?)", (_said(now),))
    connection.execute("COMMIT")


def _unusable(path: Path, fault: Exception) -> MachineFault:
    return MachineFault(
        msg("The list of subscribers cannot be used ({kind}).", kind=type(fault).__name__), where=str(path)
    )


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
