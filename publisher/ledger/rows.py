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


class Rows(Database):
    """Deliveries, accounts and events of one office."""

    def _deliveries(self) -> sa.Select[Any]:
        return sa.select(delivery).where(delivery.c.office == self.office)

    def _row(self, c: Connection, id: str) -> Delivery:
        return read(c.execute(self._deliveries().where(delivery.c.id == id)).one())

    def _found(self, c: Connection, id: str) -> Delivery | None:
        """The row, locked for this transaction; None when there is none."""
        found = c.execute(self._deliveries().where(delivery.c.id == id).with_for_update()).one_or_none()
        return read(found) if found else None

    def _change(self, id: str = "") -> sa.Update:
        change = sa.update(delivery).where(delivery.c.office == self.office)
        return change.where(delivery.c.id == id) if id else change

    def _fenced(self, c: Connection, id: str, fence: int, *, asked: bool = True, **values: Any) -> Delivery:
        """Changes what is being sent under ``fence``; unless ``asked``, only what surely is not out."""
        change = self._change(id).where(delivery.c.fence == fence, delivery.c.state == "sending")
        if not asked:
            change = change.where(sa.not_(delivery.c.posting))
        changed = c.execute(change.values(**values).returning(delivery)).one_or_none()
        if changed is None:
            raise LostFence(id)
        return read(changed)

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
        wanted = sa.select(gate, _stop(self.office)).where(gate.c.office == self.office, gate.c.channel == channel)
        found = c.execute(wanted).one_or_none()
        if found is not None:
            return found
        add(c, gate, {"office": self.office, "channel": channel, "since": now})
        return c.execute(wanted).one()

    def _hold(self, c: Connection, channel: str, now: datetime) -> Hold | None:
        """Why the channel sends nothing at ``now``."""
        wanted = sa.select(gate.c.held, gate.c.until, gate.c.held_by).where(
            gate.c.office == self.office, gate.c.channel == channel
        )
        found = c.execute(wanted).one_or_none()
        stop = self._stopped(c)
        if stop:
            return Hold(channel, stop, None, PERSON)
        return held(channel, found, now) if found else None

    def _stopped(self, c: Connection) -> Message | None:
        return thaw(c.execute(sa.select(_stop(self.office))).scalar() or "")

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
        c.execute(sa.insert(event).values(office=self.office, **row))


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
    values = row._asdict()
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


def _stop(office: str) -> sa.Label[Any]:
    wanted = sa.select(sa.func.max(meta.c.value)).where(meta.c.office.in_((office, EVERYWHERE)), meta.c.name == "stop")
    return wanted.scalar_subquery().label("stop")
