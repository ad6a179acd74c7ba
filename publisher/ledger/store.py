"""All SQL of deliveries. Time is an argument everywhere; nothing here knows a network."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, Row, make_url

from publisher.errors import LedgerFault
from publisher.ledger import files
from publisher.ledger.delivery import (
    Delivery,
    Event,
    Hold,
    Later,
    LostFence,
    New,
    State,
    freeze,
    idempotency_key,
    short_id,
    thaw,
)
from publisher.ledger.schema import OPEN_ROWS, VERSION, delivery, event, gate, meta
from publisher.messages import Message, msg
from publisher.post import Receipt

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

BUSY = 30_000  # milliseconds
SITE = "site"  # cancelled because the article is not to be posted as things stand; undone when it is again


class Ledger:
    """Deliveries on disk; every method is one transaction."""

    def __init__(self, engine: Engine, office: str = "") -> None:
        self.engine = engine
        self.office = office
        self.id = ""

    @classmethod
    def open(cls, where: Path | str, *, create: bool = True, office: str = "") -> Self:
        """The ledger in a file, or at a database's address. A file is checked first, then brought to
        this version's tables. Raises LedgerFault when it is damaged, newer than this program or absent.
        """
        url = make_url(where) if isinstance(where, str) and "://" in where else _url(Path(where))
        path = _path(url)
        if path is not None:
            if not path.exists():
                if not create:
                    raise LedgerFault(
                        msg("There is no ledger here yet; `kentongan publish` makes one."), where=str(path)
                    )
                _make(path, office)
            _known(files.check(path), path)
        ledger = cls(_engine(url), office)
        try:
            ledger._settle()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The ledger's file, None when it is on a database server."""
        return _path(self.engine.url)

    # -- planning

    def plan(self, rows: Iterable[New], now: datetime, *, who: str = "plan") -> tuple[Delivery, ...]:
        """Writes down what should go out and returns what is new. A row that no try has touched takes
        the new payload and waits for the gate again; any other stays as it is, for ever."""
        new = []
        with self._writing() as c:
            doubt = self._read_meta(c, "doubt")
            for row in rows:
                found = c.execute(
                    self._deliveries().where(
                        delivery.c.article == row.article,
                        delivery.c.channel == row.channel,
                        delivery.c.kind == row.kind,
                        delivery.c.seq == row.seq,
                    )
                ).one_or_none()
                if found is None:
                    planned = self._insert(c, row, now, who, doubt)
                else:
                    planned = self._refresh(c, _delivery(found), row, now, who)
                if planned:
                    new.append(planned)
            return tuple(self._row(c, name) for name in new)

    def tried(self) -> frozenset[tuple[str, str]]:
        """(article, channel) of every post for which nothing is left to plan."""
        open_ = delivery.c.state.in_(("planned", "queued", "sending"))
        settled = sa.or_(
            delivery.c.state.in_(("sent", "failed", "unknown")),
            sa.and_(open_, sa.or_(delivery.c.attempts > 0, delivery.c.posting)),
            sa.and_(delivery.c.state == "cancelled", delivery.c.cancel != SITE),
        )
        wanted = sa.select(delivery.c.article, delivery.c.channel).where(
            delivery.c.office == self.office, delivery.c.kind == "post", settled
        )
        with self._reading() as c:
            return frozenset((article, channel) for article, channel in c.execute(wanted))

    def seen(self, channel: str, now: datetime) -> datetime:
        """When this ledger first saw the channel switched on; now, when this is the first time."""
        with self._writing() as c:
            return _moment(self._gate(c, channel, now).since)

    def first_seen(self, channel: str) -> datetime | None:
        """When this ledger first saw the channel switched on, None when it never did."""
        wanted = sa.select(gate.c.since).where(gate.c.office == self.office, gate.c.channel == channel)
        with self._reading() as c:
            return c.execute(wanted).scalar()

    def doubt(self, now: datetime, *, id: str = "") -> None:
        """From here on, whatever was due by ``now`` may be out already: it is looked up before its first
        try. For a ledger that takes over a site or comes back from a copy. ``id`` gives it a new identity."""
        with self._writing() as c:
            self._write_meta(c, "doubt", now.isoformat())
            if id:
                self._write_meta(c, "id", id)
            c.execute(
                self._change()
                .where(sa.text(OPEN_ROWS))
                .values(posting=True, intent_at=sa.func.coalesce(delivery.c.intent_at, delivery.c.due))
            )
        self.id = id or self.id

    # -- reading

    def get(self, id: str) -> Delivery | None:
        """The delivery ``id``, None when there is none."""
        with self._reading() as c:
            row = c.execute(self._deliveries().where(delivery.c.id == id)).one_or_none()
        return _delivery(row) if row else None

    def deliveries(
        self,
        states: Collection[State] = (),
        *,
        channel: str = "",
        article: str = "",
        ids: Collection[str] | None = None,
    ) -> tuple[Delivery, ...]:
        """The deliveries that fit every filter given, in the order of their time."""
        wanted = self._deliveries()
        if states:
            wanted = wanted.where(delivery.c.state.in_(sorted(states)))
        if channel:
            wanted = wanted.where(delivery.c.channel == channel)
        if article:
            wanted = wanted.where(delivery.c.article == article)
        if ids is not None:
            wanted = wanted.where(delivery.c.id.in_(sorted(ids)))
        order = wanted.order_by(delivery.c.due, delivery.c.article, delivery.c.channel, delivery.c.kind, delivery.c.seq)
        with self._reading() as c:
            return tuple(_delivery(row) for row in c.execute(order))

    def events(self, id: str = "") -> tuple[Event, ...]:
        """What happened to the delivery ``id``, or to all, in order."""
        wanted = sa.select(event).where(event.c.office == self.office).order_by(event.c.id)
        if id:
            wanted = wanted.where(event.c.delivery == id)
        with self._reading() as c:
            rows = c.execute(wanted).all()
        return tuple(Event(r.delivery, r.channel, r.at, r.who, r.what, thaw(r.why)) for r in rows)

    def due(self, channel: str, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """The ids that may be carried now, in order; none while the channel is held."""
        ready = sa.or_(
            sa.and_(delivery.c.state != "sending", delivery.c.due <= now),
            sa.and_(delivery.c.state == "sending", delivery.c.lease <= now),
        )
        wanted = (
            sa.select(delivery.c.id)
            .where(delivery.c.office == self.office, delivery.c.channel == channel, sa.text(OPEN_ROWS), ready)
            .order_by(delivery.c.priority.desc(), delivery.c.due, delivery.c.article, delivery.c.id)
            .limit(limit)
        )
        with self._reading() as c:
            hold = self._hold(c, channel, now)
            return () if hold else tuple(c.execute(wanted).scalars())

    def wake(self, channel: str, now: datetime) -> datetime | None:
        """The next moment at which something can be done on the channel by itself, None for never."""
        at = sa.case((delivery.c.state == "sending", delivery.c.lease), else_=delivery.c.due)
        wanted = sa.select(sa.func.min(at, type_=delivery.c.due.type)).where(
            delivery.c.office == self.office, delivery.c.channel == channel, sa.text(OPEN_ROWS)
        )
        with self._reading() as c:
            first, hold = c.execute(wanted).scalar(), self._hold(c, channel, now)
        if first is None or (hold and hold.until is None):
            return None
        return max(first, hold.until) if hold and hold.until else _moment(first)

    def holds(self, now: datetime) -> tuple[Hold, ...]:
        """The channels that send nothing at ``now``, and why."""
        names = sa.select(gate.c.channel).where(gate.c.office == self.office, gate.c.held != "")
        with self._reading() as c:
            found = [self._hold(c, name, now) for name in sorted(c.execute(names).scalars())]
        return tuple(h for h in found if h)

    # -- the steps of one delivery

    def release(self, id: str, revision: str, now: datetime, *, who: str = "gate") -> bool:
        """Planned → queued, if it still is this revision: its page is live."""
        with self._writing() as c:
            change = self._change(id).where(delivery.c.state == "planned", delivery.c.revision == revision)
            done = c.execute(change.values(state=State.QUEUED, reason="")).rowcount == 1
            if done:
                self._event(c, id, now, who, "released")
            return done

    def postpone(self, id: str, due: datetime, reason: Message, now: datetime, *, who: str = "gate") -> None:
        """A planned delivery waits until ``due``, for ``reason``; said again only when that changes."""
        with self._writing() as c:
            before = c.execute(self._deliveries().where(delivery.c.id == id)).one_or_none()
            if before is None or before.state != "planned":
                return
            c.execute(self._change(id).values(due=due, reason=freeze(reason)))
            if before.reason != freeze(reason):
                self._event(c, id, now, who, "held", reason)

    def begin(self, id: str, owner: str, now: datetime, lease: timedelta) -> Delivery | Later | None:
        """Takes a queued delivery: sending, under a new fence. Later when it is not its time or its
        account's turn; None when nothing is to be done."""
        with self._writing() as c:
            locked = self._deliveries().where(delivery.c.id == id).with_for_update()
            found = c.execute(locked).one_or_none()
            if found is None or found.state not in ("queued", "sending"):
                return None
            row = _delivery(found)
            at = row.lease if row.state is State.SENDING else row.due
            if at is not None and at > now:
                return Later(at)
            if row.cancel and not row.posting:
                self._cancelled(c, row, now, owner)
                return None
            hold = self._hold(c, row.channel, now)
            if hold:
                return Later(hold.until) if hold.until else None
            slot = self._slot(c, row, now)
            if slot:
                c.execute(self._change(id).values(due=slot, slot=slot))
                return Later(slot)
            c.execute(
                self._change(id).values(
                    state=State.SENDING,
                    fence=row.fence + 1,
                    owner=owner,
                    lease=now + lease,
                    slot=None,
                    attempts=row.attempts + (not row.posting),
                    looks=row.looks + row.posting,
                )
            )
            self._event(c, id, now, owner, "look" if row.posting else "try")
            return self._row(c, id)

    def renew(self, id: str, fence: int, now: datetime, lease: timedelta) -> None:
        """Keeps the lease during a long upload. Raises LostFence."""
        with self._writing() as c:
            self._fenced(c, id, fence, lease=now + lease)

    def intend(self, id: str, fence: int, media: Mapping[str, str], now: datetime, lease: timedelta) -> bool:
        """The intent is on disk: the next call may make the post visible. False when the delivery was
        cancelled meanwhile. Once for each fence: raises LostFence when it may be out already."""
        with self._writing() as c:
            row = self._fenced(
                c,
                id,
                fence,
                asked=False,
                posting=sa.case((delivery.c.cancel == "", sa.true()), else_=sa.false()),
                media=json.dumps(dict(media), sort_keys=True),
                lease=now + lease,
                asked_at=now,
                intent_at=sa.func.coalesce(delivery.c.intent_at, sa.bindparam("first", now, delivery.c.due.type)),
            )
            if row.cancel:
                self._cancelled(c, row, now, row.owner)
                return False
            self._event(c, id, now, row.owner, "intent")
            return True

    def deliver(self, id: str, fence: int, receipt: Receipt, now: datetime) -> None:
        """The post is out. Raises LostFence."""
        with self._writing() as c:
            row = self._fenced(
                c,
                id,
                fence,
                state=State.SENT,
                posting=False,
                evidence=False,
                reason="",
                error="",
                lease=None,
                remote_id=receipt.remote_id,
                remote_url=receipt.url,
                sent_at=receipt.at or now,
            )
            c.execute(self._gates(row.channel).values(failures=0))
            self._event(c, id, now, row.owner, "sent")

    def later(
        self,
        id: str,
        fence: int,
        due: datetime,
        reason: Message | None,
        now: datetime,
        *,
        posting: bool = False,
        evidence: bool = False,
        clean: int = 0,
        error: str = "",
        stumbled: bool = False,
    ) -> int:
        """Back to the queue until ``due``. ``posting`` is whether it may be out. Returns how often the
        channel has stumbled in a row, this time included. Raises LostFence."""
        with self._writing() as c:
            row = self._fenced(
                c,
                id,
                fence,
                state=State.QUEUED,
                due=due,
                lease=None,
                reason=freeze(reason),
                error=error,
                posting=posting,
                evidence=evidence,
                clean=clean,
                stumbles=delivery.c.stumbles + int(stumbled),
            )
            if stumbled:
                c.execute(self._gates(row.channel).values(failures=gate.c.failures + 1))
            self._event(c, id, now, row.owner, "later", reason)
            return int(self._gate(c, row.channel, now).failures)

    def fail(self, id: str, fence: int, reason: Message, now: datetime, *, error: str = "") -> None:
        """Surely not out, and trying again cannot work. Raises LostFence."""
        with self._writing() as c:
            self._end(c, id, fence, State.FAILED, reason, error, now, posting=False)

    def unknown(self, id: str, fence: int, reason: Message, now: datetime, *, error: str = "") -> None:
        """It may be out and the channel cannot say: a person decides. Raises LostFence."""
        with self._writing() as c:
            self._end(c, id, fence, State.UNKNOWN, reason, error, now, posting=True)

    def cancel(self, id: str, reason: Message, now: datetime, *, by: str = "person", who: str = "plan") -> None:
        """It shall not go out: at once when it waits, before the visible call when it is being sent.
        What may be out already is not touched but marked."""
        with self._writing() as c:
            found = c.execute(self._deliveries().where(delivery.c.id == id, sa.text(OPEN_ROWS))).one_or_none()
            if found is None or found.cancel:
                return
            c.execute(self._change(id).values(cancel=by, reason=freeze(reason)))
            row = self._row(c, id)
            if row.state is not State.SENDING and not row.posting:
                self._cancelled(c, row, now, who)
            else:
                self._event(c, id, now, who, "cancel asked", reason)

    def requeue(self, id: str, now: datetime, *, who: str, new: New | None = None) -> bool:
        """A person sends a failed, unknown or cancelled delivery again; ``new`` brings a better payload."""
        with self._writing() as c:
            ended = delivery.c.state.in_(("failed", "unknown", "cancelled"))
            values: dict[str, Any] = _fresh(new) if new else {"due": now}
            change = self._change(id).where(ended)
            done = c.execute(change.values(**values, **_CLEARED, state=State.PLANNED, attempts=0)).rowcount == 1
            if done:
                self._event(c, id, now, who, "again")
            return done

    def orphans(self, now: datetime, *, who: str) -> int:
        """Gives back what a dead process was sending; only for the one who holds the ledger alone."""
        with self._writing() as c:
            left = c.execute(self._deliveries().where(delivery.c.state == "sending")).all()
            for row in left:
                values = {"state": State.QUEUED, "fence": row.fence + 1, "lease": None, "due": now}
                c.execute(self._change(row.id).values(**values))
                self._event(c, row.id, now, who, "orphaned")
            return len(left)

    # -- channels

    def hold(self, channel: str, reason: Message, until: datetime | None, now: datetime, *, who: str) -> None:
        """Nothing more to this channel until ``until``, or until a person acts when that is None."""
        with self._writing() as c:
            self._gate(c, channel, now)
            c.execute(self._gates(channel).values(held=freeze(reason), until=until))
            self._event(c, "", now, who, "hold", reason, channel=channel)

    def unhold(self, channel: str, now: datetime, *, who: str) -> bool:
        """Lifts the hold that waited for a person; one that waits for the clock stays."""
        with self._writing() as c:
            change = self._gates(channel).where(gate.c.held != "", gate.c.until.is_(None))
            done = c.execute(change.values(held="")).rowcount == 1
            if done:
                self._event(c, "", now, who, "unhold", channel=channel)
            return done

    def pace(self, channel: str, interval: timedelta, now: datetime) -> None:
        """The least time between two posts on the channel."""
        with self._writing() as c:
            self._gate(c, channel, now)
            c.execute(self._gates(channel).values(interval=interval.total_seconds()))

    # -- the file

    def backup(self, folder: Path, keep: int, now: datetime) -> Path | None:
        """A consistent copy in ``folder``, None when the newest there says the same; keeps ``keep``."""
        if self.path is None:
            raise LedgerFault(msg("A ledger on a database server is copied there, with the server's own means."))
        return files.backup(self.path, folder, keep, now)

    # -- inside one transaction

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._asking(), self.engine.connect().execution_options(reading=True) as c, c.begin():
            yield c

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._asking(), self.engine.begin() as c:
            yield c

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as fault:
            where = str(self.path or self.engine.url.render_as_string(hide_password=True))
            raise (explained := files.explain(fault.orig or fault, where)) or fault from (fault if explained else None)

    def _deliveries(self) -> sa.Select[Any]:
        return sa.select(delivery).where(delivery.c.office == self.office)

    def _row(self, c: Connection, id: str) -> Delivery:
        return _delivery(c.execute(self._deliveries().where(delivery.c.id == id)).one())

    def _change(self, id: str = "") -> sa.Update:
        change = sa.update(delivery).where(delivery.c.office == self.office)
        return change.where(delivery.c.id == id) if id else change

    def _gates(self, channel: str) -> sa.Update:
        return sa.update(gate).where(gate.c.office == self.office, gate.c.channel == channel)

    def _gate(self, c: Connection, channel: str, now: datetime) -> Row[Any]:
        wanted = sa.select(gate).where(gate.c.office == self.office, gate.c.channel == channel)
        found = c.execute(wanted).one_or_none()
        if found is not None:
            return found
        _add(c, gate, {"office": self.office, "channel": channel, "since": now})
        return c.execute(wanted).one()

    def _hold(self, c: Connection, channel: str, now: datetime) -> Hold | None:
        wanted = sa.select(gate.c.held, gate.c.until).where(
            gate.c.office == self.office, gate.c.channel == channel, gate.c.held != ""
        )
        found = c.execute(wanted).one_or_none()
        reason = thaw(found.held) if found else None
        if found is None or reason is None or (found.until and found.until <= now):
            return None
        return Hold(channel, reason, found.until)

    def _slot(self, c: Connection, row: Delivery, now: datetime) -> datetime | None:
        """The delivery's own turn on a paced account when that is not now; each asks once."""
        account = self._gate(c, row.channel, now)
        if not account.interval or row.slot:
            return None
        slot: datetime = max(now, account.next or now)
        c.execute(self._gates(row.channel).values(next=slot + timedelta(seconds=account.interval)))
        return slot if slot > now else None

    def _fenced(self, c: Connection, id: str, fence: int, *, asked: bool = True, **values: Any) -> Delivery:
        """Changes what is being sent under ``fence``; unless ``asked``, only what surely is not out."""
        change = self._change(id).where(delivery.c.fence == fence, delivery.c.state == "sending")
        if not asked:
            change = change.where(sa.not_(delivery.c.posting))
        if c.execute(change.values(**values)).rowcount != 1:
            raise LostFence(id)
        return self._row(c, id)

    def _end(
        self,
        c: Connection,
        id: str,
        fence: int,
        state: State,
        reason: Message,
        error: str,
        now: datetime,
        *,
        posting: bool,
    ) -> None:
        row = self._fenced(c, id, fence, state=state, reason=freeze(reason), error=error, posting=posting, lease=None)
        self._event(c, id, now, row.owner, state, reason)

    def _cancelled(self, c: Connection, row: Delivery, now: datetime, who: str) -> None:
        c.execute(self._change(row.id).values(state=State.CANCELLED, posting=False, lease=None))
        self._event(c, row.id, now, who, "cancelled", row.reason)

    def _insert(self, c: Connection, row: New, now: datetime, who: str, doubt: str) -> str | None:
        name = (self.office, row.article, row.channel, row.kind, row.seq)
        doubtful = bool(doubt) and row.due <= datetime.fromisoformat(doubt)
        values = {
            **_fresh(row),
            "id": short_id(*name),
            "key": idempotency_key(*name),
            "office": self.office,
            "article": row.article,
            "channel": row.channel,
            "kind": row.kind,
            "seq": row.seq,
            "state": State.PLANNED,
            "created": now,
            "posting": doubtful,
            "intent_at": row.due if doubtful else None,
        }
        if not _add(c, delivery, values, once=("office", "article", "channel", "kind", "seq")):
            return None
        self._event(c, short_id(*name), now, who, "planned")
        return short_id(*name)

    def _refresh(self, c: Connection, old: Delivery, new: New, now: datetime, who: str) -> str | None:
        if old.posting or old.state not in (State.PLANNED, State.QUEUED, State.CANCELLED):
            return None
        untried = old.attempts == 0
        if old.state is State.CANCELLED:
            if old.cancel != SITE:
                return None
            values = _fresh(new) if untried else {"due": now}
            c.execute(self._change(old.id).values(**values, **_CLEARED, state=State.PLANNED))
            self._event(c, old.id, now, who, "planned again")
            return old.id
        if not untried:
            return None
        fresh = _fresh(new)
        changed = {k for k, v in fresh.items() if getattr(old, k) != v}
        if changed & {"digest", "revision"}:
            c.execute(self._change(old.id).values(**fresh, state=State.PLANNED, reason="", slot=None))
            self._event(c, old.id, now, who, "changed")
        elif changed:
            c.execute(self._change(old.id).values(**fresh))
        return None

    def _event(
        self,
        c: Connection,
        id: str,
        now: datetime,
        who: str,
        what: str,
        why: Message | None = None,
        *,
        channel: str = "",
    ) -> None:
        row = {"delivery": id, "channel": channel, "at": now, "who": who, "what": what, "why": freeze(why)}
        c.execute(sa.insert(event).values(office=self.office, **row))

    def _read_meta(self, c: Connection, name: str) -> str:
        wanted = sa.select(meta.c.value).where(meta.c.office == self.office, meta.c.name == name)
        return c.execute(wanted).scalar() or ""

    def _write_meta(self, c: Connection, name: str, value: str) -> None:
        if not _add(c, meta, {"office": self.office, "name": name, "value": value}):
            c.execute(sa.update(meta).where(meta.c.office == self.office, meta.c.name == name).values(value=value))

    def _settle(self) -> None:
        """Tables of this version and the ledger's id, made once."""
        with self._reading() as c:
            version = _version(c)
            self.id = self._read_meta(c, "id") if version == VERSION else ""
        if self.id:
            return
        with self._writing() as c:
            if _version(c) != VERSION:
                _migrate(c)
            _add(c, meta, {"office": self.office, "name": "id", "value": mint()})
            self.id = self._read_meta(c, "id")


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
            _known(files.check(source, still=True), source)
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


def mint() -> str:
    """A new ledger id."""
    return uuid.uuid4().hex


def _add(c: Connection, table: sa.Table, values: Mapping[str, Any], once: Sequence[str] = ()) -> bool:
    """Adds the row unless there is one of its key (``once``, or the primary key); whether it did."""
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[c.dialect.name]
    new: Any = insert(table).values(**values)
    return bool(
        c.execute(new.on_conflict_do_nothing(index_elements=once or [c.name for c in table.primary_key])).rowcount == 1
    )


def _fresh(row: New) -> dict[str, Any]:
    names = ("network", "revision", "title", "payload", "digest", "due", "priority")
    return {name: getattr(row, name) for name in names}


_CLEARED = {
    "reason": "",
    "error": "",
    "cancel": "",
    "posting": False,
    "evidence": False,
    "stumbles": 0,
    "looks": 0,
    "clean": 0,
    "lease": None,
    "slot": None,
}


def _delivery(row: Row[Any]) -> Delivery:
    values = row._asdict()
    values["state"] = State(row.state)
    values["reason"] = thaw(row.reason)
    values["media"] = tuple(sorted(json.loads(row.media).items()))
    return Delivery(**values)


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"no time: {value!r}")
    return value


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path.absolute()))


def _path(url: URL) -> Path | None:
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY / 1000})
    sa.event.listen(engine, "connect", _connected)
    sa.event.listen(engine, "begin", _begun)
    return engine


def _connected(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, at once for writing
    for pragma in (f"busy_timeout={BUSY}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _version(c: Connection) -> str:
    """The version of the tables, "" when there are none."""
    if not sa.inspect(c).has_table("alembic_version"):
        return ""
    return c.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def _known(version: str, path: Path) -> None:
    """Raises LedgerFault when the file is of a version that this program does not know."""
    if version != VERSION and version not in {s.revision for s in _scripts()[1].walk_revisions()}:
        raise LedgerFault(
            msg("The ledger was written by a newer Kentongan; update the program. Nothing was changed."),
            where=str(path),
        )


def _scripts() -> tuple[Config, ScriptDirectory]:
    from alembic.config import Config  # 0.3 s, wanted once a version
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def _migrate(c: Connection) -> None:
    from alembic import command  # 0.3 s, wanted once a version

    config, _ = _scripts()
    config.attributes["connection"] = c
    command.upgrade(config, "head")


def _make(path: Path, office: str) -> None:
    """A new ledger under its name only when it is whole, so that an empty file is never taken for one."""
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    whole = new.with_name(f"{new.name}.whole")
    with files.disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        ledger = Ledger(_engine(_url(new)), office)
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
