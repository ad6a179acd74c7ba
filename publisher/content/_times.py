"""What an editor writes as a time: a date, with or without an hour and a zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from zoneinfo import ZoneInfo

_ZONES = MappingProxyType({"WIB": 7, "WITA": 8, "WIT": 9, "Z": 0})
_WHEN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|\s+)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(?:(WIB|WITA|WIT|Z)|([+-])(\d{1,2})(?::?(\d{2}))?)?)?",
    re.ASCII | re.IGNORECASE,
)
_YEARS = range(1900, 2101)


def parse_time(text: str, zone: ZoneInfo) -> datetime | None:
    """``text`` as a time in ``zone``, None when it is none."""
    match = _WHEN.fullmatch(text)
    if not match or int(match[1]) not in _YEARS:
        return None
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups()[:6])
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match) or zone).astimezone(zone)
    except ValueError:
        return None


def _zone(match: re.Match[str]) -> timezone | None:
    """The zone that a time names; None when it names none."""
    name, sign, hours, minutes = match.groups()[6:]
    if name:
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    if not sign:
        return None
    away = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-away if sign == "-" else away)
