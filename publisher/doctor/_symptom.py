"""What was found, and what several looks say in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from publisher import expiry
from publisher.errors import KentonganError
from publisher.messages import Message, msg

Level = Literal["ok", "advice", "fault"]


@dataclass(frozen=True, slots=True)
class Symptom:
    """What was looked at in ``area`` and found; ``remedy`` says what to do where the message does not."""

    area: str
    level: Level
    message: Message
    remedy: Message | None = None


def of_fault(area: str, fault: KentonganError) -> Symptom:
    """A fault; its message says what to do as well."""
    if not fault.where:
        return Symptom(area, "fault", fault.message)
    return Symptom(area, "fault", msg("{place}: {message}", place=fault.where, message=fault.message))


def ending(area: str, ends: datetime | None, now: datetime, what: Message, remedy: Message) -> Iterator[Symptom]:
    """What ends on a day: over or tomorrow, soon, or nothing to say yet."""
    days = expiry.step(ends, now)
    if ends is not None and days is not None:
        yield Symptom(area, "fault" if days <= 1 else "advice", expiry.said(ends, days, what), remedy)


def written(path: Path) -> datetime:
    """When the file was changed last; the beginning of time when there is none."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.fromtimestamp(0, UTC)


def day(moment: datetime) -> str:
    """The day of ``moment`` as everyone writes it down."""
    return f"{moment:%Y-%m-%d}"


def reason(fault: OSError) -> str:
    """Why the system refused."""
    return fault.strerror or str(fault)
