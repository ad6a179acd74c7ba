"""The channels' tokens: renewed where they renew themselves, and told of in time where a person has to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from publisher import expiry
from publisher.channels import Channel, KeepsToken, token_of
from publisher.messages import Message
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s


def watch(
    ledger: Ledger, channels: Iterable[Channel], settings: Settings, now: datetime, *, who: str
) -> tuple[Message, ...]:
    """Renews what renews itself. What a person is to be told now of tokens that end: at each step once, whichever
    machine notices it first; it is written into the ledger."""
    told = []
    for channel in channels:
        ends = _end(channel, settings)
        days = expiry.step(ends, now)
        if ends is None or days is None:
            continue
        message = expiry.said(ends, days, token_of(channel.name))
        if ledger.remark(channel.name, "token ends", message, now, who=who):
            told.append(message)
    return tuple(told)


def _end(channel: Channel, settings: Settings) -> datetime | None:
    """The first of what the channel knows and what office.toml says."""
    known = channel.keep() if isinstance(channel, KeepsToken) else None
    given = settings.office.channels.get(channel.name)
    day = given.expires if given else None
    written = datetime(day.year, day.month, day.day, tzinfo=settings.zone) if day else None
    return min((m for m in (known, written) if m), default=None)
