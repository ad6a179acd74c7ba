"""The steps of one delivery that is carried: each is one transaction, and under a fence from the second on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from publisher.ledger.delivery import (
    BY_HAND,
    COUNTED,
    NO_PACE,
    NOT_LIVE,
    Delivery,
    Hold,
    Later,
    Pace,
    State,
    freeze,
    thaw,
)
from publisher.ledger.rows import AGE, CHANGE, INTENDED, SENT, WELL, WITH_ACCOUNT, Rows, held, read
from publisher.ledger.schema import delivery, gate
from publisher.messages import Message, msg
from publisher.post import Receipt

TURN = timedelta(seconds=1)  # until the one that sends to the account is asked for again


class Steps(Rows):
    """What a worker does with a delivery."""

    def release(self, id: str, revision: str, now: datetime, *, who: str = "gate") -> bool:
        """Planned → queued, if it still is this revision: its page is live."""
        with self._writing(soft=True) as c:
            change = self._change(id).where(delivery.c.state == "planned", delivery.c.revision == revision)
            done = c.execute(change.values(state=State.QUEUED, reason="")).rowcount == 1
            if done:
                self._event(c, id, now, who, "released")
            return done

    def hand_over(self, id: str, revision: str, now: datetime, *, who: str) -> bool:
        """Its page is live, and from here on it waits for the person who runs it: nothing is sent or looked up."""
        with self._writing() as c:
            waits = delivery.c.state.in_(("planned", "queued"))
            change = self._change(id).where(waits, delivery.c.revision == revision)
            values = {"state": State.QUEUED, "reason": "", "error": "", "hold": freeze(BY_HAND), "posting": False}
            done = c.execute(change.values(**values)).rowcount == 1
            if done:
                self._event(c, id, now, who, "released", BY_HAND)
            return done

    def postpone(
        self, id: str, due: datetime, reason: Message, now: datetime, *, who: str = "gate", error: str = ""
    ) -> None:
        """A delivery that waits goes on waiting until ``due``, for ``reason``; said again only when that changes."""
        with self._writing(soft=True) as c:
            before = self._found(c, id)
            if before and before.state in (State.PLANNED, State.QUEUED) and not before.posting:
                self._postponed(c, before, due, reason, now, who, error)

    def begin(
        self, id: str, owner: str, now: datetime, lease: timedelta, *, live: str = "", pace: Pace = NO_PACE
    ) -> Delivery | Later | None:
        """Takes a delivery: sending, under a new fence. Later when it is not its time or its account's turn;
        None when nothing is to be done. A planned one is taken when ``live`` is its revision: its page is."""
        with self._writing(soft=True) as c:
            found = c.execute(WITH_ACCOUNT, {**self._at(id), "b_now": now}).one_or_none()
            if found is None:
                return None
            row = read(found)
            live_now = bool(live) and row.state is State.PLANNED and row.revision == live
            if not live_now and row.state not in (State.QUEUED, State.SENDING):
                return None
            at = row.lease if row.state is State.SENDING else row.due
            if at is not None and at > now:
                return Later(at)
            account = found if found.since else self._gate(c, row.channel, now)
            if not row.posting and self._is_over(c, row, now, owner):
                return None
            hold = held(row.channel, account, now)
            if account.stop or hold:
                return Later(hold.until) if hold and hold.until and not account.stop else None
            if found.other and self.path is None:  # of a file one process has each account's only lane
                return Later(now + TURN)
            wait = self._turn(c, account, row, now, owner, pace)
            return wait or self._taken(c, row, owner, now, lease)

    def renew(self, id: str, fence: int, now: datetime, lease: timedelta) -> None:
        """Keeps the lease during a long upload. Raises LostFence."""
        with self._writing(soft=True) as c:
            self._fenced(c, id, fence, {"lease": now + lease})

    def intend(
        self, id: str, fence: int, media: Mapping[str, str], now: datetime, lease: timedelta, *, pace: Pace = NO_PACE
    ) -> bool:
        """The intent is on disk: the next call may make the post visible. False when the delivery was
        cancelled or held meanwhile. Once for each fence: raises LostFence when it may be out already."""
        with self._writing() as c:
            counts = bool(pace.monthly) and self._is_first(c, id)
            values = {
                "media": json.dumps(dict(media), sort_keys=True),
                "lease": now + lease,
                "asked_at": now,
                "b_now": now,
            }
            row = self._fenced(c, id, fence, values, INTENDED)
            if row.cancel:
                self._cancelled(c, id, thaw(row.reason), now, row.owner)
                return False
            if row.held_back:
                account = self._gate(c, row.channel, now)
                hold = thaw(account.stop or "") or thaw(row.hold) or held(row.channel, account, now)
                back = {"state": State.QUEUED, "posting": False, "lease": None, "due": now}
                c.execute(self._change(id).values(**back, attempts=max(row.attempts - 1, 0)))
                self._event(c, id, now, row.owner, "held", hold.reason if isinstance(hold, Hold) else hold)
                return False
            if counts:  # once, at the first try
                account, month = self._gate(c, row.channel, now), f"{now:%Y-%m}"
                spent = pace.price + (account.spent if account.month == month else 0)
                c.execute(self._gates(row.channel).values(month=month, spent=spent))
            self._event(c, id, now, row.owner, "intent")
            return True

    def deliver(self, id: str, fence: int, receipt: Receipt, now: datetime) -> None:
        """The post is out. Raises LostFence. A power cut may forget it, and then it is looked up."""
        with self._writing(soft=True) as c:
            values = {
                "state": State.SENT,
                "posting": False,
                "evidence": False,
                "reason": "",
                "error": "",
                "lease": None,
                "remote_id": receipt.remote_id,
                "remote_url": receipt.url,
                "sent_at": receipt.at or now,
            }
            row = self._fenced(c, id, fence, values, SENT)
            if row.unwell:
                c.execute(WELL, {"b_office": self.office, "b_channel": row.channel})
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
            before = self._found(c, id)
            values = {
                "state": State.QUEUED,
                "due": due,
                "lease": None,
                "reason": freeze(reason),
                "error": error,
                "posting": posting,
                "evidence": evidence,
                "clean": clean,
                "stumbles": (before.stumbles if before else 0) + stumbled,
            }
            row = self._fenced(c, id, fence, values)
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

    def orphans(self, now: datetime, *, who: str) -> int:
        """Gives back what a dead process was sending; only for the one who holds the ledger alone."""
        with self._writing() as c:
            left = c.execute(self._deliveries().where(sa.text("state = 'sending'"))).all()
            for row in left:
                values = {"state": State.QUEUED, "fence": row.fence + 1, "lease": None, "due": now}
                c.execute(self._change(row.id).values(**values))
                self._event(c, row.id, now, who, "orphaned")
            return len(left)

    # -- inside one transaction

    def _is_first(self, c: Connection, id: str) -> bool:
        """Whether the next visible request is the first for something new."""
        row = self._found(c, id)
        return row is not None and row.intent_at is None and row.kind in COUNTED

    def _is_over(self, c: Connection, row: Delivery, now: datetime, who: str) -> bool:
        """Whether nothing more is to be done with what surely is not out, or only by a person."""
        if row.cancel:
            self._cancelled(c, row.id, row.reason, now, who)
            return True
        if row.is_stale(now):
            self._too_old(c, row, now, who)
            return True
        return row.hold is not None or row.waits_for_approval

    def _too_old(self, c: Connection, row: Delivery, now: datetime, who: str) -> None:
        reason = msg(
            "The news was too old when its turn came (max_age_days); `kentongan retry {id}` sends it.", id=row.id
        )
        c.execute(self._change(row.id).values(cancel=AGE, reason=freeze(reason)))
        self._cancelled(c, row.id, reason, now, who)

    def _turn(
        self, c: Connection, account: Row[Any], row: Delivery, now: datetime, who: str, pace: Pace
    ) -> Later | None:
        """The account's budget, and the delivery's own turn on a paced one; each asks for its turn once."""
        if row.posting or row.kind not in COUNTED or not (pace.interval or pace.monthly):
            return None
        spent = account.spent if account.month == f"{now:%Y-%m}" else 0
        if pace.monthly and row.intent_at is None and spent and spent + pace.price > pace.monthly:
            reason = msg("What {channel} may take in a month is used up.", channel=row.channel)
            return self._postponed(c, row, _next_month(now), reason, now, who)
        if not pace.interval or row.slot:
            return None
        reserve = pace.interval * (pace.at_once - 1)  # as many may go at once after a rest
        free: datetime = max(now - reserve, account.next or now - reserve)
        c.execute(self._gates(row.channel).values(next=free + pace.interval))
        if free <= now:
            return None
        c.execute(self._change(row.id).values(slot=free))
        return self._postponed(c, row, free, msg("It waits for its turn on {channel}.", channel=row.channel), now, who)

    def _postponed(
        self, c: Connection, row: Delivery, due: datetime, reason: Message, now: datetime, who: str, error: str = ""
    ) -> Later:
        c.execute(self._change(row.id).values(due=due, reason=freeze(reason), error=error))
        if row.reason != reason:
            self._event(c, row.id, now, who, "held", reason)
        return Later(due)

    def _taken(self, c: Connection, row: Delivery, owner: str, now: datetime, lease: timedelta) -> Delivery:
        taken: dict[str, Any] = {
            "state": State.SENDING,
            "fence": row.fence + 1,
            "owner": owner,
            "lease": now + lease,
            "slot": None,
            "error": "" if row.error == NOT_LIVE else row.error,
            "attempts": row.attempts + (not row.posting),
            "looks": row.looks + row.posting,
        }
        c.execute(CHANGE, {**taken, **self._at(row.id)})
        self._event(c, row.id, now, owner, "look" if row.posting else "try")
        return replace(row, **taken)


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
