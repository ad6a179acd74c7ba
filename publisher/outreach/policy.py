"""The house's rules for a channel, as office.toml gives them: approval, quiet hours, pace, the age of news."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TypeVar

from publisher.channels import Channel
from publisher.ledger import NO_PACE, Pace
from publisher.messages import Message, msg
from publisher.settings import ChannelSettings, Outreach, Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one channel. ``quiet`` is from when to when nothing new is posted, in ``zone``."""

    approval: bool = False
    quiet: tuple[time, time] | None = None
    pace: Pace = NO_PACE
    max_age: timedelta | None = None
    zone: tzinfo = UTC

    def silent_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that ``now`` is in, None outside them."""
        if self.quiet is None or self.quiet[0] == self.quiet[1]:
            return None
        here = now.astimezone(self.zone)
        start, end = self.quiet
        at = here.timetz().replace(tzinfo=None)
        inside = start <= at < end if start < end else at >= start or at < end
        if not inside:
            return None
        day = here.date() if at < end else here.date() + timedelta(days=1)
        return datetime.combine(day, end, self.zone)

    def quiet_reason(self, until: datetime) -> Message:
        """What a person reads of a delivery that waits for the end of the quiet hours."""
        return msg("Quiet hours until {time}.", time=f"{until.astimezone(self.zone):%H.%M}")


DEFAULT = Policy()


def policies(channels: Iterable[Channel], settings: Settings) -> dict[str, Policy]:
    """The rules of each channel; those of the house are for real channels only."""
    given = settings.office.channels
    house = settings.office.outreach
    return {
        c.name: _of(given.get(c.name) or ChannelSettings(), house if c.real else Outreach(), settings) for c in channels
    }


def _of(own: ChannelSettings, house: Outreach, settings: Settings) -> Policy:
    quiet = _first(own.quiet, house.quiet)
    days = _first(own.max_age_days, house.max_age_days)
    return Policy(
        approval=_first(own.approval, house.approval),
        quiet=(time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None,
        pace=Pace(
            timedelta(seconds=_first(own.spacing, house.spacing)),
            _first(own.at_once, house.at_once),
            _first(own.monthly, house.monthly),
        ),
        max_age=timedelta(days=days) if days else None,
        zone=settings.zone,
    )


def _first(own: T | None, house: T) -> T:
    return house if own is None else own
