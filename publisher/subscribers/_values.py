"""A person who agreed, a message that waits, how far a mailing is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from publisher.errors import UsageFault
from publisher.messages import msg

# RFC 5321, 4.5.3.1: a local part of 64 and an address of 254 characters; no quoted ones.
ADDRESS = re.compile(r"(?=.{6,254}$)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person who agreed on the day ``consented`` to get our messages; ``source`` says where that is written.
    ``refused`` is how often in a row the address was refused, ``answer`` with what code the last time."""

    address: str
    name: str
    consented: date
    source: str
    refused: int = 0
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One message that waits."""

    id: int
    address: str


@dataclass(frozen=True, slots=True)
class Mailing:
    """How far the messages of one delivery are. ``unknown`` may have arrived and are never sent again; ``gone``
    were deleted while they waited."""

    total: int
    waiting: int
    sent: int
    refused: int
    unknown: int
    gone: int
    due: datetime | None
    ended: datetime | None


def checked(person: Subscriber, now: datetime) -> None:
    """Raises UsageFault, without the address, when ``person`` may not get anything."""
    if not ADDRESS.fullmatch(person.address):
        raise UsageFault(msg("This is no e-mail address that we can write to."))
    if person.consented > now.date():
        raise UsageFault(msg("The day of the consent has not come yet."))
    if not person.source.strip():
        raise UsageFault(msg("Say where the consent is written down, such as “formulir PTSP 2026”."))
    if not (person.name + person.source).isprintable():
        raise UsageFault(msg("A name or source holds a character that cannot be printed."))


def day(value: str) -> date:
    """The day ``value`` in the form 2026-11-24. Raises UsageFault."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise UsageFault(msg("“{value}” is no day; write it like 2026-11-24.", value=value)) from None
