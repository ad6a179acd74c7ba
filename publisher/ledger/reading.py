"""What the ledger says; nothing here changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.ledger.delivery import COUNTED, OPEN, Delivery, Event, Hold, State, thaw
from publisher.ledger.rows import BY_ID, EVERYWHERE, FREE, SITE, Rows, moment, read
from publisher.ledger.schema import OPEN_ROWS, delivery, event, gate, meta
from publisher.messages import Message

AT_ONCE = 5_000  # ids in one statement: databases allow no more than some ten thousands of parameters

_NOW = sa.bindparam("b_now", type_=delivery.c.due.type)
DUE = (
    sa.select(delivery.c.id)
    .where(
        delivery.c.office == sa.bindparam("b_office"),
        delivery.c.channel == sa.bindparam("b_channel"),
        sa.text(OPEN_ROWS),
        sa.or_(
            sa.and_(delivery.c.state != "sending", delivery.c.due <= _NOW),
            sa.and_(delivery.c.state == "sending", delivery.c.lease <= _NOW),
        ),
        FREE,
    )
    .order_by(delivery.c.priority.desc(), delivery.c.due, delivery.c.article, delivery.c.id)
    .limit(sa.bindparam("b_limit", type_=sa.Integer))
)


class Reading(Rows):
    """What is asked of the ledger."""

    def get(self, id: str) -> Delivery | None:
        """The delivery ``id``, None when there is none."""
        with self._reading() as c:
            row = c.execute(BY_ID, self._at(id)).one_or_none()
        return read(row) if row else None

    def deliveries(
        self,
        states: Collection[State] = (),
        *,
        channel: str = "",
        article: str = "",
        kind: str = "",
        ids: Collection[str] | None = None,
    ) -> tuple[Delivery, ...]:
        """The deliveries that fit every filter given, in the order of their time."""
        wanted = self._deliveries()
        if states:
            wanted = wanted.where(delivery.c.state.in_(sorted(states)))
            if set(states) <= set(OPEN):
                wanted = wanted.where(sa.text(OPEN_ROWS))
        for column, value in ((delivery.c.channel, channel), (delivery.c.article, article), (delivery.c.kind, kind)):
            if value:
                wanted = wanted.where(column == value)
        parts = [None] if ids is None else list(_parts(sorted(ids)))
        with self._reading() as c:
            asked = (wanted if some is None else wanted.where(delivery.c.id.in_(some)) for some in parts)
            rows = [read(row) for one in asked for row in c.execute(one)]
        return tuple(sorted(rows, key=lambda d: (d.due, d.article, d.channel, d.kind, d.seq)))

    def count(self, state: State) -> int:
        """How many deliveries are in ``state``."""
        wanted = sa.select(sa.func.count()).where(delivery.c.office == self.office, delivery.c.state == state)
        with self._reading() as c:
            return int(c.execute(wanted).scalar_one())

    def addresses(self) -> tuple[tuple[str, str, str, str], ...]:
        """(article, network, channel, address) of every post that is out and was not taken back."""
        d, back = delivery.alias(), delivery.alias()
        gone = sa.select(back.c.target).where(
            back.c.office == self.office, back.c.kind == "withdraw", back.c.state == "sent"
        )
        wanted = (
            sa.select(d.c.article, d.c.network, d.c.channel, d.c.remote_url)
            .where(d.c.office == self.office, d.c.state == "sent", d.c.kind.in_(COUNTED))
            .where(d.c.remote_url != "", d.c.id.not_in(gone))
            .order_by(d.c.article, d.c.channel, d.c.kind, d.c.seq)
        )
        with self._reading() as c:
            return tuple((r.article, r.network, r.channel, r.remote_url) for r in c.execute(wanted))

    def out(self) -> tuple[tuple[str, str, str, str], ...]:
        """(id, article, channel, revision) of every post that is out, taken back or not."""
        wanted = sa.select(delivery.c.id, delivery.c.article, delivery.c.channel, delivery.c.revision).where(
            delivery.c.office == self.office, delivery.c.state == "sent", delivery.c.kind.in_(COUNTED)
        )
        with self._reading() as c:
            return tuple((r.id, r.article, r.channel, r.revision) for r in c.execute(wanted))

    def changes(self) -> tuple[Delivery, ...]:
        """Every edit and withdrawal."""
        with self._reading() as c:
            return tuple(read(row) for row in c.execute(self._deliveries().where(delivery.c.kind.not_in(COUNTED))))

    def events(self, id: str = "") -> tuple[Event, ...]:
        """What happened to the delivery ``id``, or to all, in order."""
        wanted = sa.select(event).where(event.c.office == self.office).order_by(event.c.id)
        if id:
            wanted = wanted.where(event.c.delivery == id)
        with self._reading() as c:
            rows = c.execute(wanted).all()
        return tuple(Event(r.delivery, r.channel, r.at, r.who, r.what, thaw(r.why)) for r in rows)

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

    def first_seen(self, channel: str) -> datetime | None:
        """When this ledger first saw the channel switched on, None when it never did."""
        wanted = sa.select(gate.c.since).where(gate.c.office == self.office, gate.c.channel == channel)
        with self._reading() as c:
            return c.execute(wanted).scalar()

    def due(self, channel: str, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """The ids that may be carried now, in order; none while the channel is held."""
        asked = {"b_office": self.office, "b_channel": channel, "b_now": now, "b_limit": limit}
        with self._reading() as c:
            hold = self._hold(c, channel, now)
            return () if hold else tuple(c.execute(DUE, asked).scalars())

    def wake(self, channel: str, now: datetime) -> datetime | None:
        """The next moment at which something can be done on the channel by itself, None for never."""
        at = sa.case((delivery.c.state == "sending", delivery.c.lease), else_=delivery.c.due)
        wanted = sa.select(sa.func.min(at, type_=delivery.c.due.type)).where(
            delivery.c.office == self.office, delivery.c.channel == channel, sa.text(OPEN_ROWS), FREE
        )
        with self._reading() as c:
            first, hold = c.execute(wanted).scalar(), self._hold(c, channel, now)
        if first is None or (hold and hold.until is None):
            return None
        return max(first, hold.until) if hold and hold.until else moment(first)

    def lanes(self) -> tuple[str, ...]:
        """The channels that have open deliveries which nobody has to decide about."""
        wanted = (
            sa.select(delivery.c.channel).distinct().where(delivery.c.office == self.office, sa.text(OPEN_ROWS), FREE)
        )
        with self._reading() as c:
            return tuple(sorted(c.execute(wanted).scalars()))

    def lanes_of_all(self, before: datetime, now: datetime) -> tuple[tuple[str, str, datetime], ...]:
        """(office, channel, moment) of every lane of every office in this database in which something can be done
        before ``before``."""
        at = sa.func.min(
            sa.case((delivery.c.state == "sending", delivery.c.lease), else_=delivery.c.due), type_=delivery.c.due.type
        )
        held = sa.exists().where(
            gate.c.office == delivery.c.office,
            gate.c.channel == delivery.c.channel,
            gate.c.held != "",
            sa.or_(gate.c.until.is_(None), gate.c.until > now),
        )
        stopped = sa.exists().where(meta.c.office.in_((delivery.c.office, EVERYWHERE)), meta.c.name == "stop")
        wanted = (
            sa.select(delivery.c.office, delivery.c.channel, at.label("at"))
            .where(sa.text(OPEN_ROWS), FREE, sa.not_(held), sa.not_(stopped))
            .group_by(delivery.c.office, delivery.c.channel)
            .having(at <= before)
        )
        with self._reading() as c:
            return tuple((r.office, r.channel, moment(r.at)) for r in c.execute(wanted))

    def holds(self, now: datetime) -> tuple[Hold, ...]:
        """The channels that send nothing at ``now``, and why."""
        names = sa.select(gate.c.channel).where(gate.c.office == self.office)
        with self._reading() as c:
            found = [self._hold(c, name, now) for name in sorted(c.execute(names).scalars())]
        return tuple(h for h in found if h)

    def spent(self, channel: str, now: datetime) -> int:
        """What the channel has taken of its month so far (Pace.monthly)."""
        wanted = sa.select(gate.c.spent).where(
            gate.c.office == self.office, gate.c.channel == channel, gate.c.month == f"{now:%Y-%m}"
        )
        with self._reading() as c:
            return c.execute(wanted).scalar() or 0

    def stopped(self) -> Message | None:
        """Why nothing is sent at all, None when sending goes on."""
        with self._reading() as c:
            return self._stopped(c)

    def last(self, article: str, channel: str, kind: str, target: str = "") -> Delivery | None:
        """The newest delivery of this kind, None when there is none."""
        wanted = self._deliveries().where(
            delivery.c.article == article, delivery.c.channel == channel, delivery.c.kind == kind
        )
        if target:
            wanted = wanted.where(delivery.c.target == target)
        with self._reading() as c:
            row = c.execute(wanted.order_by(delivery.c.seq.desc()).limit(1)).one_or_none()
        return read(row) if row else None


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[n : n + AT_ONCE] for n in range(0, len(ids), AT_ONCE))
