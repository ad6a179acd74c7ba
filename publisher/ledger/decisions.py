"""What is decided about deliveries and accounts, by a person or by the site. Each is safe to repeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.ledger.database import add
from publisher.ledger.delivery import Delivery, New, State, freeze, short_id
from publisher.ledger.rows import CLEARED, EVERYWHERE, PERSON, Rows, fresh
from publisher.ledger.schema import OPEN_ROWS, delivery, event, gate, meta
from publisher.messages import Message
from publisher.post import Receipt

ENDED = delivery.c.state.in_(("failed", "unknown", "cancelled"))


class Decisions(Rows):
    """What ends, begins again, waits for a person or is known from elsewhere."""

    def cancel(
        self,
        id: str,
        reason: Message,
        now: datetime,
        *,
        by: str = PERSON,
        who: str = "plan",
        why: Message | None = None,
    ) -> bool:
        """It shall not go out: at once when it waits, before the visible call when it is being sent.
        What may be out already is not touched but marked. False when there was nothing to do."""
        with self._writing() as c:
            found = c.execute(self._deliveries().where(delivery.c.id == id, sa.text(OPEN_ROWS))).one_or_none()
            if found is None or found.cancel:
                return False
            c.execute(self._change(id).values(cancel=by, reason=freeze(reason)))
            row = self._row(c, id)
            if row.state is not State.SENDING and not row.posting:
                c.execute(self._change(id).values(state=State.CANCELLED, posting=False, lease=None))
                self._event(c, id, now, who, "cancelled", why or reason)
            else:
                self._event(c, id, now, who, "cancel asked", why or reason)
            return True

    def requeue(self, id: str, now: datetime, *, who: str, new: New | None = None, why: Message | None = None) -> bool:
        """A person sends a failed, unknown or cancelled delivery again; ``new`` brings a better payload."""
        with self._writing() as c:
            values: dict[str, Any] = {**(fresh(new) if new else {"due": now}), **CLEARED, "stale": None, "hold": ""}
            change = self._change(id).where(ENDED).values(**values, state=State.PLANNED, attempts=0)
            done = c.execute(change).rowcount == 1
            if done:
                self._event(c, id, now, who, "again", why)
            return done

    def approve(self, id: str, digest: str, now: datetime, *, who: str, why: Message | None = None) -> bool:
        """The payload of this digest may go out; any other may not. False when there was nothing to approve."""
        with self._writing() as c:
            change = self._change(id).where(
                sa.text(OPEN_ROWS), delivery.c.asks, delivery.c.digest == digest, delivery.c.approved != digest
            )
            done = c.execute(change.values(approved=digest, reason="")).rowcount == 1
            if done:
                self._event(c, id, now, who, "approved", why)
            return done

    def keep(self, id: str, reason: Message, now: datetime, *, who: str) -> bool:
        """The delivery waits until ``let``. False when it waits already or is not open any more."""
        with self._writing() as c:
            change = self._change(id).where(sa.text(OPEN_ROWS), delivery.c.hold == "")
            done = c.execute(change.values(hold=freeze(reason))).rowcount == 1
            if done:
                self._event(c, id, now, who, "hold", reason)
            return done

    def let(self, id: str, now: datetime, *, who: str, why: Message | None = None) -> bool:
        """Ends what ``keep`` began."""
        with self._writing() as c:
            change = self._change(id).where(sa.text(OPEN_ROWS), delivery.c.hold != "")
            done = c.execute(change.values(hold="")).rowcount == 1
            if done:
                self._event(c, id, now, who, "unhold", why)
            return done

    def settle(
        self, id: str, receipt: Receipt, now: datetime, *, who: str, what: str = "sent", why: Message | None = None
    ) -> bool:
        """It is out, as a person or the channel's timeline says. False when a receipt is there already."""
        with self._writing() as c:
            row = self._found(c, id)
            if row is None or row.state is State.SENT:
                return False
            values = {**CLEARED, **_receipt(receipt, now), "hold": "", "fence": row.fence + 1}
            c.execute(self._change(id).values(**values, state=State.SENT))
            self._event(c, id, now, who, what, why)
            return True

    def record(
        self, row: New, receipt: Receipt, now: datetime, *, who: str, what: str = "sent", why: Message | None = None
    ) -> bool:
        """The receipt of a post that this ledger knows nothing of. False when it knows of it."""
        with self._writing() as c:
            if not self._add(c, self._new(row, now, State.SENT, **_receipt(receipt, now))):
                return False
            name = short_id(self.office, row.article, row.channel, row.kind, row.seq)
            self._event(c, name, now, who, what, why)
            return True

    def note(self, row: Delivery, what: str, why: Message, now: datetime, *, who: str) -> bool:
        """Says something of a delivery that changes nothing of it, once."""
        return self._say(row.id, "", what, why, now, who)

    # -- channels

    def hold(
        self, channel: str, reason: Message, until: datetime | None, now: datetime, *, who: str, by: str = ""
    ) -> bool:
        """Nothing more to this channel until ``until``, or until a person acts when that is None. What a
        person holds (``by``) no machine's hold replaces. One that a probe found still there is told of once."""
        with self._writing() as c:
            account = self._gate(c, channel, now)
            if account.held and account.held_by == PERSON:
                return False
            again = until is None and (account.held, account.held_by) == (freeze(reason), by)
            c.execute(self._gates(channel).values(held=freeze(reason), until=until, held_by=by))
            if not again:
                self._event(c, "", now, who, "hold", reason, channel=channel)
            return True

    def probe(self, channels: Collection[str], now: datetime) -> int:
        """Lets one request on each channel find out whether what waits for a person is mended by now; a hold that a
        person laid on stays. How many there were."""
        waits = (gate.c.office == self.office, gate.c.channel.in_(sorted(channels)))
        machines = (gate.c.held != "", gate.c.until.is_(None), gate.c.held_by != PERSON)
        with self._writing(soft=True) as c:
            return c.execute(sa.update(gate).where(*waits, *machines).values(until=now)).rowcount

    def unhold(self, channel: str, now: datetime, *, who: str, by: str = "", why: Message | None = None) -> bool:
        """Lifts the hold that waited for a person; one that waits for the clock stays, and one that a person
        (``by``) laid on ends only with a person's word."""
        with self._writing() as c:
            change = self._gates(channel).where(gate.c.held != "")
            if by != PERSON:
                change = change.where(gate.c.until.is_(None), gate.c.held_by != PERSON)
            done = c.execute(change.values(held="", held_by="", until=None)).rowcount == 1
            if done:
                self._event(c, "", now, who, "unhold", why, channel=channel)
            return done

    def remark(self, channel: str, what: str, why: Message, now: datetime, *, who: str) -> bool:
        """Says something of a channel that changes nothing of it, once."""
        return self._say("", channel, what, why, now, who)

    def stop(self, reason: Message, now: datetime, *, who: str, everywhere: bool = False) -> bool:
        """Nothing more is sent, by any worker on any machine, until ``resume``; ``everywhere``: of no office
        in this database. False when it stands still already."""
        office = EVERYWHERE if everywhere else self.office
        with self._writing() as c:
            done = add(c, meta, {"office": office, "name": "stop", "value": freeze(reason)})
            if done:
                self._event(c, "", now, who, "stop", reason)
            return done

    def resume(self, now: datetime, *, who: str, everywhere: bool = False, why: Message | None = None) -> bool:
        """Ends what ``stop`` began."""
        office = EVERYWHERE if everywhere else self.office
        with self._writing() as c:
            done = c.execute(sa.delete(meta).where(meta.c.office == office, meta.c.name == "stop")).rowcount == 1
            if done:
                self._event(c, "", now, who, "resume", why)
            return done

    def _say(self, id: str, channel: str, what: str, why: Message, now: datetime, who: str) -> bool:
        """An event that is not there yet."""
        with self._writing() as c:
            same = {"delivery": id, "channel": channel, "what": what, "why": freeze(why)}
            said = sa.select(event.c.id).where(event.c.office == self.office)
            for name, value in same.items():
                said = said.where(event.c[name] == value)
            if c.execute(said.limit(1)).scalar() is not None:
                return False
            self._event(c, id, now, who, what, why, channel=channel)
            return True


def _receipt(receipt: Receipt, now: datetime) -> dict[str, Any]:
    return {"remote_id": receipt.remote_id, "remote_url": receipt.url, "sent_at": receipt.at or now}
