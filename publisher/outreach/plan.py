"""What should go out: articles and channels to rows of the ledger. Composing is pure; nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.channels import Channel
from publisher.ledger import Delivery, New, State
from publisher.manifest import Manifest, Record
from publisher.messages import msg
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

GONE = msg("The article is no longer public or no longer meant for this channel.")


@dataclass(frozen=True, slots=True)
class Planned:
    """``new`` deliveries, ``cancelled`` ones, and ``older``: (article, channel) left out because the
    article was due before the channel's ``since`` and never planned."""

    new: tuple[Delivery, ...]
    cancelled: tuple[Delivery, ...]
    older: tuple[tuple[str, str], ...]


def wanted(
    manifest: Manifest,
    channels: Iterable[Channel],
    since: Mapping[str, datetime],
    settled: Container[tuple[str, str]] = frozenset(),
) -> tuple[New, ...]:
    """Every post that should go out, in the order of time, but those in ``settled`` (article, channel)."""
    pairs = [(r, c) for r in manifest.public() for c in channels if _is_meant(r, c, since)]
    rows = [_row(r, c) for r, c in pairs if (r.id, c.name) not in settled]
    return tuple(sorted(rows, key=lambda row: (row.due, row.article, row.channel)))


def draft(
    ledger: Ledger | None, manifest: Manifest, channels: Iterable[Channel], settings: Settings, now: datetime
) -> tuple[New, ...]:
    """What ``plan`` would have go out, word for word; writes nothing, so the ledger need not exist yet."""
    channels = tuple(channels)
    seen = {c.name: (ledger.first_seen(c.name) if ledger else None) or now for c in channels}
    return wanted(manifest, channels, _since(seen, settings), ledger.tried() if ledger else frozenset())


def plan(ledger: Ledger, manifest: Manifest, channels: Iterable[Channel], settings: Settings, now: datetime) -> Planned:
    """Writes down what should go out and takes back what should not any more. Twice is once."""
    channels = tuple(channels)
    since = _since({c.name: ledger.seen(c.name, now) for c in channels}, settings)
    settled = ledger.tried()
    new = ledger.plan(wanted(manifest, channels, since, settled), now)
    records = {r.id: r for r in manifest.records}
    cancelled = [d for d in ledger.deliveries((State.PLANNED, State.QUEUED)) if _is_gone(d, records.get(d.article))]
    for delivery in cancelled:
        ledger.cancel(delivery.id, GONE, now, by="site")
    ids = [d.id for d in cancelled]
    return Planned(
        new,
        ledger.deliveries((State.CANCELLED,), ids=ids) if ids else (),
        tuple(
            (r.id, c.name)
            for r in manifest.public()
            for c in channels
            if r.wants(c.name) and not _is_meant(r, c, since) and (r.id, c.name) not in settled
        ),
    )


def bursts(rows: Iterable[New | Delivery], channels: Iterable[Channel], limit: int) -> dict[str, int]:
    """The real channels that would get more than ``limit`` posts at once, and how many."""
    real = {c.name for c in channels if c.real}
    counts = Counter(row.channel for row in rows)
    return {name: n for name, n in sorted(counts.items()) if name in real and n > limit}


def _row(record: Record, channel: Channel) -> New:
    post = channel.compose(record)
    return New(
        article=record.id,
        channel=channel.name,
        network=channel.network,
        revision=record.revision,
        title=record.title,
        payload=post.payload(),
        digest=post.digest(),
        due=datetime.fromisoformat(record.due),
    )


def _is_meant(record: Record, channel: Channel, since: Mapping[str, datetime]) -> bool:
    return record.wants(channel.name) and datetime.fromisoformat(record.due) >= since[channel.name]


def _is_gone(delivery: Delivery, record: Record | None) -> bool:
    return delivery.kind == "post" and (record is None or not record.public or not record.wants(delivery.channel))


def _since(seen: Mapping[str, datetime], settings: Settings) -> dict[str, datetime]:
    """From when on articles go to each channel: as office.toml says, else since it was first seen on."""
    given = {name: settings.office.channels[name].since for name in seen if name in settings.office.channels}
    return {name: _zoned(given.get(name), settings) or first for name, first in seen.items()}


def _zoned(moment: datetime | None, settings: Settings) -> datetime | None:
    if moment is None or moment.tzinfo:
        return moment
    return moment.replace(tzinfo=settings.zone)
