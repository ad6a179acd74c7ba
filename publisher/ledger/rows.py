"""What the queries of deliveries are made of; each piece runs inside somebody's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from publisher.ledger.database import Database, add
from publisher.ledger.delivery import Delivery, Hold, LostFence, New, State, freeze, idempotency_key, short_id, thaw
from publisher.ledger.schema import delivery, event, gate, meta
from publisher.messages import Message

SITE = "site"  # cancelled because the article is not to be posted as things stand; undone when it is again
AGE = "age"  # cancelled because the news was too old when its turn came
PERSON = "person"
EVERYWHERE = "*"  # the office whose stop is everyone's

# what may be carried: nobody holds it and, where a person has to approve it, these very bytes are approved;
# what may be out already is looked up in any case
FREE = sa.or_(
    delivery.c.posting,
    sa.and_(delivery.c.hold == "", sa.or_(sa.not_(delivery.c.asks), delivery.c.approved == delivery.c.digest)),
)

CLEARED: Mapping[str, Any] = {
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

# built once: putting a statement together costs more than the database takes for it
_MINE = (delivery.c.office == sa.bindparam("b_office"), delivery.c.id == sa.bindparam("b_id"))
# a parameter here: a literal would offer the index of what is open, and PostgreSQL without statistics takes it
_FENCE = (
    *_MINE,
    delivery.c.fence == sa.bindparam("b_fence"),
    delivery.c.state == sa.bindparam("b_state", State.SENDING),
)
_COLUMNS = tuple(c.name for c in delivery.columns)
BY_ID = sa.select(delivery).where(*_MINE)
BY_ID_LOCKED = BY_ID.with_for_update()
CHANGE = sa.update(delivery).where(*_MINE)
_STOPS = (meta.c.office.in_((sa.bindparam("b_office"), EVERYWHERE)), meta.c.name == "stop")
_STOP = sa.select(sa.func.max(meta.c.value)).where(*_STOPS).scalar_subquery().label("stop")
ACCOUNT = sa.select(gate, _STOP).where(
    gate.c.office == sa.bindparam("b_office"), gate.c.channel == sa.bindparam("b_channel")
)
_ACCOUNT_OF_ROW = sa.and_(gate.c.office == delivery.c.office, gate.c.channel == delivery.c.channel)
# the same after RETURNING, where SQLAlchemy writes a column for SQLite without its table: both would be the gate's
_ITS_ACCOUNT = sa.and_(
    gate.c.office == sa.bindparam("b_office"), gate.c.channel == sa.literal_column("delivery.channel")
)
_NOW = sa.bindparam("b_now", type_=delivery.c.due.type)
_other = delivery.alias("other")
_OTHER = sa.exists().where(  # a literal again: of what is being sent there are few, of what is open maybe very many
    _other.c.office == delivery.c.office,
    _other.c.channel == delivery.c.channel,
    _other.c.state == sa.literal_column("'sending'"),
    _other.c.lease > _NOW,
    _other.c.id != delivery.c.id,
)
# one question for all that is asked before a delivery is taken
WITH_ACCOUNT = (
    sa.select(
        delivery,
        *(gate.c[n] for n in ("since", "next", "held", "until", "held_by", "month", "spent")),
        _STOP,
        _OTHER.label("other"),
    )
    .select_from(delivery.outerjoin(gate, _ACCOUNT_OF_ROW))
    .where(*_MINE)
    .with_for_update(of=delivery)
)
# a whole row costs more to read than to change
_OF_FENCED = [delivery.c[n] for n in ("channel", "owner", "cancel", "hold", "reason", "attempts")]
FENCED = sa.update(delivery).where(*_FENCE).returning(*_OF_FENCED)
_UNWELL = sa.or_(gate.c.failures > 0, sa.and_(gate.c.held != "", gate.c.until.is_not(None)))
SENT = FENCED.returning(sa.exists().where(_ITS_ACCOUNT, _UNWELL).label("unwell"))
WELL = (
    sa.update(gate)
    .where(gate.c.office == sa.bindparam("b_office"), gate.c.channel == sa.bindparam("b_channel"), _UNWELL)
    .values(failures=0, held="", held_by="", until=None)
)
INTENDED = (
    sa.update(delivery)
    .where(*_FENCE, sa.not_(delivery.c.posting))
    .values(
        posting=sa.case((delivery.c.cancel == "", sa.true()), else_=sa.false()),
        intent_at=sa.func.coalesce(delivery.c.intent_at, _NOW),
    )
    .returning(
        *_OF_FENCED,
        sa.or_(
            delivery.c.hold != "",
            sa.exists().where(*_STOPS, meta.c.value != ""),
            sa.exists().where(_ITS_ACCOUNT, gate.c.held != "", sa.or_(gate.c.until.is_(None), gate.c.until > _NOW)),
        ).label("held_back"),
    )
)
HAPPENED = sa.insert(event).inline()  # nobody wants to know the number that it got


class Rows(Database):
    """Deliveries, accounts and events of one office."""

    def key(self, row: New) -> str:
        """The key that the channel gets at every try of ``row``."""
        return idempotency_key(self.office, row.article, row.channel, row.kind, row.seq)

    def _deliveries(self) -> sa.Select[Any]:
        return sa.select(delivery).where(delivery.c.office == self.office)

    def _row(self, c: Connection, id: str) -> Delivery:
        return read(c.execute(BY_ID, self._at(id)).one())

    def _found(self, c: Connection, id: str) -> Delivery | None:
        """The row, locked for this transaction; None when there is none."""
        found = c.execute(BY_ID_LOCKED, self._at(id)).one_or_none()
        return read(found) if found else None

    def _at(self, id: str) -> dict[str, Any]:
        return {"b_office": self.office, "b_id": id}

    def _change(self, id: str = "") -> sa.Update:
        change = sa.update(delivery).where(delivery.c.office == self.office)
        return change.where(delivery.c.id == id) if id else change

    def _fenced(
        self, c: Connection, id: str, fence: int, values: Mapping[str, Any], change: sa.UpdateBase = FENCED
    ) -> Row[Any]:
        """Changes what is being sent under ``fence``; who and where it is. Raises LostFence."""
        changed = c.execute(change, {**values, **self._at(id), "b_fence": fence}).one_or_none()
        if changed is None:
            raise LostFence(id)
        return changed

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
        values = {"state": state, "reason": freeze(reason), "error": error, "posting": posting, "lease": None}
        row = self._fenced(c, id, fence, values)
        self._event(c, id, now, row.owner, state, reason)

    def _cancelled(self, c: Connection, id: str, reason: Message | None, now: datetime, who: str) -> None:
        c.execute(self._change(id).values(state=State.CANCELLED, posting=False, lease=None))
        self._event(c, id, now, who, "cancelled", reason)

    def _new(self, row: New, now: datetime, state: State, **more: Any) -> dict[str, Any]:
        """The columns of a row that is written down for the first time."""
        name = (self.office, row.article, row.channel, row.kind, row.seq)
        return {
            **fresh(row),
            "id": short_id(*name),
            "key": idempotency_key(*name),
            "office": self.office,
            "article": row.article,
            "channel": row.channel,
            "kind": row.kind,
            "seq": row.seq,
            "state": state,
            "created": now,
            **more,
        }

    def _add(self, c: Connection, values: Mapping[str, Any]) -> bool:
        return add(c, delivery, values, once=("office", "article", "channel", "kind", "seq"))

    # -- accounts

    def _gates(self, channel: str) -> sa.Update:
        return sa.update(gate).where(gate.c.office == self.office, gate.c.channel == channel)

    def _gate(self, c: Connection, channel: str, now: datetime) -> Row[Any]:
        """The account, with ``stop``: the reason for which nothing at all is sent, "" for none."""
        account = {"b_office": self.office, "b_channel": channel}
        found = c.execute(ACCOUNT, account).one_or_none()
        if found is not None:
            return found
        add(c, gate, {"office": self.office, "channel": channel, "since": now})
        return c.execute(ACCOUNT, account).one()

    def _hold(self, c: Connection, channel: str, now: datetime) -> Hold | None:
        """Why the channel sends nothing at ``now``."""
        found = c.execute(ACCOUNT, {"b_office": self.office, "b_channel": channel}).one_or_none()
        stop = self._stopped(c) if found is None else thaw(found.stop or "")
        if stop:
            return Hold(channel, stop, None, PERSON)
        return held(channel, found, now) if found else None

    def _stopped(self, c: Connection) -> Message | None:
        return thaw(c.execute(sa.select(_STOP), {"b_office": self.office}).scalar() or "")

    # -- events

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
        c.execute(HAPPENED, {"office": self.office, **row})


def held(channel: str, account: Any, now: datetime) -> Hold | None:
    """The hold that an account is under at ``now``."""
    reason = thaw(account.held)
    if reason is None or (account.until and account.until <= now):
        return None
    return Hold(channel, reason, account.until, account.held_by)


def fresh(row: New) -> dict[str, Any]:
    """The columns that planning may change as long as no try has touched the row."""
    names = ("network", "revision", "title", "payload", "digest", "due", "priority", "asks", "stale", "target")
    return {name: getattr(row, name) for name in names}


def read(row: Row[Any]) -> Delivery:
    """A row of the table as a value."""
    values = dict(zip(_COLUMNS, row, strict=False))  # an account may follow
    values["state"] = State(row.state)
    for name in ("reason", "hold"):
        values[name] = thaw(values[name])
    values["media"] = tuple(sorted(json.loads(row.media).items()))
    return Delivery(**values)


def moment(value: Any) -> datetime:
    """``value``, which is a time."""
    if not isinstance(value, datetime):
        raise TypeError(f"no time: {value!r}")
    return value
