"""What templates may call: words in the language of the page, dates as people here write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from publisher.build.markup import anchored
from publisher.messages import translator

# never the machine's locale, which differs from machine to machine
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
MONTHS = {lang: names.split() for lang, names in _MONTHS.items()}


@pass_context
def words(context: Context, text: str, **values: object) -> str:
    """``text``, an English source, in the language of the page."""
    said = translator(_language(context))(text)
    return said.format(**values) if values else said


def once() -> Callable[..., str]:
    """What ``{% call once("footer", …) %}`` prints: what stands in the block, made for the first page and the same on
    all pages of its language for which ``key`` is the same."""
    kept: dict[tuple[object, ...], str] = {}

    @pass_context
    def once(context: Context, *key: object, caller: Callable[[], str]) -> str:
        known = (_language(context), *key)
        if known not in kept:
            kept[known] = caller()
        return kept[known]

    return once


def filters(zone: ZoneInfo) -> dict[str, Any]:
    """The filters of templates; times are shown in ``zone``."""

    @pass_context
    def tanggal(context: Context, when: date | str) -> str:
        day = _day(when, zone)
        return day if isinstance(day, str) else f"{day.day} {_month(context, day)}"

    @pass_context
    def bulan(context: Context, when: date | str) -> str:
        day = _day(when, zone)
        return day if isinstance(day, str) else _month(context, day)

    @pass_context
    def jam(context: Context, when: datetime) -> str:
        there = when.astimezone(zone)
        sign = ":" if _language(context) == "en" else "."
        return f"{there.hour:02}{sign}{there.minute:02} {there.tzname()}"

    def iso(when: datetime) -> str:
        return when.astimezone(zone).isoformat(timespec="seconds")

    return {"tanggal": tanggal, "bulan": bulan, "jam": jam, "iso": iso, "anchored": with_anchors}


def with_anchors(html: str) -> Markup:
    """A text rendered from Markdown, its headings linked to themselves."""
    return Markup(anchored(html))  # noqa: S704 (made of Markdown by publisher.build.markup, which cleans it)


def _day(when: date | str, zone: ZoneInfo) -> date | str:
    """The day in ``zone``; a text that is no ISO date stays as the office wrote it ("awal 2021")."""
    if isinstance(when, str):
        try:
            return date.fromisoformat(when)
        except ValueError:
            return when
    return when.astimezone(zone).date() if isinstance(when, datetime) else when


def _month(context: Context, day: date) -> str:
    return f"{MONTHS[_language(context)][day.month - 1]} {day.year}"


def _language(context: Context) -> str:
    """The language of the article or page that is being written, else the site's."""
    for name in ("article", "page"):
        lang = getattr(context.resolve_or_missing(name), "lang", None)
        if lang in MONTHS:
            return str(lang)
    return str(getattr(context.resolve_or_missing("site"), "language", "id"))
