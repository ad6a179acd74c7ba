"""What should go out, written down; a row that a try has touched stays as it is, for ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from publisher.ledger.delivery import BY_HAND, COUNTED, Delivery, New, State, freeze, short_id
from publisher.ledger.rows import AGE, CLEARED, SITE, Rows, fresh, moment, read
from publisher.ledger.schema import OPEN_ROWS, delivery
from publisher.messages import msg

UNAPPROVED = msg("It waits for approval: read it, then `kentongan approve`.")


class Planning(Rows):
    """What planning and a takeover do."""

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
                    planned = self._refresh(c, read(found), row, now, who)
                if planned:
                    new.append(planned)
            return tuple(self._row(c, name) for name in new)

    def seen(self, channel: str, now: datetime) -> datetime:
        """When this ledger first saw the channel switched on; now, when this is the first time."""
        with self._writing() as c:
            return moment(self._gate(c, channel, now).since)

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
                .values(posting=True, asked_at=now, intent_at=sa.func.coalesce(delivery.c.intent_at, delivery.c.due))
            )
        self.id = id or self.id

    def skip(self, now: datetime, *, who: str = "plan") -> int:
        """Cancels what nobody has tried and is too old by now; how many."""
        reason = msg("The news was too old when its turn came (max_age_days).")
        with self._writing() as c:
            wanted = self._deliveries().where(
                sa.text(OPEN_ROWS),
                delivery.c.stale <= now,
                delivery.c.attempts == 0,
                sa.not_(delivery.c.posting),
                delivery.c.state != "sending",
            )
            old = [read(row) for row in c.execute(wanted).all()]
            for row in old:
                values = {"cancel": AGE, "state": State.CANCELLED, "reason": freeze(reason), "lease": None}
                c.execute(self._change(row.id).values(**values))
                self._event(c, row.id, now, who, "cancelled", reason)
            return len(old)

    # -- inside one transaction

    def _insert(self, c: Connection, row: New, now: datetime, who: str, doubt: str) -> str | None:
        doubtful = bool(doubt) and row.kind in COUNTED and row.due <= datetime.fromisoformat(doubt)
        name = short_id(self.office, row.article, row.channel, row.kind, row.seq)
        more = {
            "posting": doubtful,
            "intent_at": row.due if doubtful else None,
            "asked_at": datetime.fromisoformat(doubt) if doubtful else None,  # a timeline may be late
            "reason": freeze(UNAPPROVED) if row.asks else "",
        }
        if not self._add(c, self._new(row, now, State.PLANNED, **more)):
            return None
        self._event(c, name, now, who, "planned")
        return name

    def _refresh(self, c: Connection, old: Delivery, new: New, now: datetime, who: str) -> str | None:
        if old.posting or old.state not in (State.PLANNED, State.QUEUED, State.CANCELLED):
            return None
        untried = old.attempts == 0
        if old.state is State.CANCELLED:
            if old.cancel != SITE:
                return None
            values: dict[str, Any] = fresh(new) if untried else {"due": now}
            reason = freeze(UNAPPROVED) if untried and new.asks and old.approved != new.digest else ""
            back = {**CLEARED, **values, "reason": reason, "hold": "", "state": State.PLANNED}
            c.execute(self._change(old.id).values(**back))
            self._event(c, old.id, now, who, "planned again")
            return old.id
        if not untried:
            return None
        values = fresh(new)
        changed = {k for k, v in values.items() if getattr(old, k) != v}
        waits = new.asks and old.approved != new.digest
        if changed & {"digest", "revision"}:
            reason = freeze(UNAPPROVED) if waits else ""
            hold = "" if old.hold == BY_HAND else freeze(old.hold)  # what a person runs is made ready anew
            again = {**values, "state": State.PLANNED, "reason": reason, "slot": None, "hold": hold}
            c.execute(self._change(old.id).values(**again))
            void = bool(old.approved) and waits
            self._event(c, old.id, now, who, "approval void" if void else "changed")
        elif changed:
            c.execute(self._change(old.id).values(**values, **({"reason": freeze(UNAPPROVED)} if waits else {})))
        return None
