"""What ends on a day, a token or a certificate: how near that is, in the steps in which people are told."""

from __future__ import annotations

from datetime import datetime

from publisher.messages import Message, msg

AHEAD = (14, 7, 1)  # days before the end; each is told of once


def step(ends: datetime | None, now: datetime) -> int | None:
    """The last of AHEAD that has begun, 0 when it is over, None while there is nothing to say."""
    if ends is None:
        return None
    left = (ends - now).total_seconds() / 86_400
    if left <= 0:
        return 0
    return min((days for days in AHEAD if left <= days), default=None)


def said(ends: datetime, days: int, what: Message) -> Message:
    """What people are told at the step ``days`` of what ends; the same words as long as that step lasts."""
    day = f"{ends:%Y-%m-%d}"
    if days == 0:
        return msg("Since {day} it is over: {what}.", day=day, what=what)
    return msg("It ends on {day}, in {days} days at the latest: {what}.", day=day, days=days, what=what)
