"""What is missing on this machine or about to end, in words, with what to do.

Of the network only the channels' accounts are asked, by requests that read, and only when somebody wants that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from publisher.doctor._machine import look_at_cards, look_at_clock, look_at_folders, look_at_python
from publisher.doctor._posts import Ask, look_at_accounts, look_at_channels, look_at_ledger
from publisher.doctor._site import look_at_address, look_at_announcements, look_at_office, look_at_target
from publisher.doctor._symptom import Symptom
from publisher.settings import Settings

__all__ = ["Ask", "Symptom", "examine"]

Look = Callable[[Settings, datetime], Iterator[Symptom]]
LOOKS: tuple[Look, ...] = (
    look_at_python,
    look_at_clock,
    look_at_folders,
    look_at_cards,
    look_at_office,
    look_at_address,
    look_at_target,
    look_at_ledger,
    look_at_channels,
    look_at_announcements,
)


def examine(settings: Settings, now: datetime, ask: Ask | None = None) -> tuple[Symptom, ...]:
    """Everything that is looked at, in the order in which it is mended best; ``ask`` says how an account stands."""
    found = tuple(s for look in LOOKS for s in look(settings, now))
    return (*found, *(look_at_accounts(settings, now, ask) if ask else ()))
