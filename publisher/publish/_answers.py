"""What people ask of the ledger and the channels; nothing is changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.errors import SettingsFault
from publisher.ledger import OPEN, Delivery, Hold, State
from publisher.messages import Message
from publisher.publish._ledger import has_ledger, open_ledger
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.channels import Standing as AccountStanding
    from publisher.ledger.announcement import Announcement

# what a person has to see to: states in which nothing goes on by itself
STUCK = (State.FAILED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says now: open and stuck deliveries, held channels, how many were sent, and of how many
    addresses hub and search engines are still to be told."""

    deliveries: tuple[Delivery, ...]
    holds: tuple[Hold, ...]
    sent: int
    untold: dict[str, int] = field(default_factory=dict)

    @property
    def needs_person(self) -> bool:
        """Whether a delivery waits for a person's decision."""
        waits = any(d.state in STUCK or d.waits_for_person for d in self.deliveries)
        return waits or any(h.until is None for h in self.holds)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A network Kentongan knows or a channel of office.toml. ``problem`` says what it lacks, None for nothing."""

    name: str
    network: str
    on: bool
    problem: Message | None
    about: str


def status(settings: Settings, now: datetime) -> Standing:
    """What is open, stuck or held."""
    if not has_ledger(settings):
        return Standing((), (), 0)
    with open_ledger(settings, create=False) as ledger:
        from publisher.ledger.announced import Announcements
        from publisher.outreach import announce

        told = {s.name for s in announce.services(settings)}
        return Standing(
            ledger.deliveries((*OPEN, *STUCK)),
            ledger.holds(now),
            ledger.count(State.SENT),
            dict(Counter(a.service for a in Announcements(ledger).waiting() if a.service in told)),
        )


def receipts(settings: Settings, *, channel: str = "", article: str = "") -> tuple[Delivery, ...]:
    """What went out, oldest first."""
    if not has_ledger(settings):
        return ()
    with open_ledger(settings, create=False) as ledger:
        rows = ledger.deliveries((State.SENT,), channel=channel, article=article)
    return tuple(sorted(rows, key=lambda d: (d.sent_at or d.created, d.id)))


def announced(settings: Settings) -> tuple[Announcement, ...]:
    """What hub and search engines were told, oldest first."""
    if not has_ledger(settings):
        return ()
    from publisher.ledger.announced import Announcements

    with open_ledger(settings, create=False) as ledger:
        return Announcements(ledger).ended()


def channels(settings: Settings) -> tuple[ChannelRow, ...]:
    """The channels of office.toml in its order, then the networks that no channel uses yet."""
    from publisher import channels as registry

    about = dict(registry.describe())
    rows = []
    for name, given in settings.office.channels.items():
        problem = None
        try:
            channel = registry.open_one(name, settings)
            problem = registry.may_send(channel, settings.office.url)
        except SettingsFault as fault:
            problem = fault.message
        rows.append(ChannelRow(name, given.network, given.on, problem, about.get(given.network, "")))
    used = {r.network for r in rows}
    rows += [ChannelRow("", network, False, None, text) for network, text in about.items() if network not in used]
    return tuple(rows)


def check_channels(settings: Settings) -> tuple[tuple[str, AccountStanding], ...]:
    """What the account of each channel that is on says of itself, by channel; nothing is sent."""
    from publisher import channels as registry

    found: list[tuple[str, AccountStanding]] = []
    for channel in registry.open_all(settings):
        found += [(channel.name, standing) for standing in registry.ask(channel)]
    return tuple(found)
