"""Which articles stand in feeds and sitemaps, in which order, and their times as formats can write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from publisher.article import Article, Site, article_path
from publisher.feeds._content import absolute, line, path_address

# Beyond these years no feed format writes a date; moving one into another zone could leave the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 9999
_OLDEST, _NEWEST = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)


def dated(site: Site, articles: Iterable[Article]) -> Iterator[Article]:
    """``articles`` with a date and an embargo that can be compared and written."""
    zone = ZoneInfo(site.timezone)
    for article in articles:
        date = moment(article.date, zone)
        embargo = moment(article.embargo, zone) if article.embargo else None
        same = date is article.date and embargo is article.embargo
        yield article if same else replace(article, date=date, embargo=embargo)


def public(articles: Iterable[Article], now: datetime) -> tuple[Article, ...]:
    """Those of ``articles``, which are dated, that are public at ``now``, newest first, each id once (the newest wins).

    Callers hand over public articles only; this second look costs nothing and keeps an embargo tight.
    """
    seen = sorted((a for a in articles if a.is_public(now)), key=feed_order)
    first: dict[str, Article] = {}
    for article in seen:
        first.setdefault(line(article.id), article)
    return tuple(first.values())


def feed_order(article: Article) -> tuple[float, str, str]:
    """The sort key of feeds: newest first, as far as they tell time."""
    return (-article.due.replace(microsecond=0).timestamp(), article.id, article.slug)


def originals(site: Site, articles: Sequence[Article]) -> Iterator[Article]:
    """``articles``, which are public, each address once, but those whose original stands on another site:
    a sitemap names no copies."""
    seen: set[str] = set()
    for article in articles:
        url = path_address(site.url, article_path(article))
        original = not article.canonical.strip() or absolute(article.canonical, url) in ("", url)
        if original and url not in seen:
            seen.add(url)
            yield article


def corrected(article: Article, now: datetime) -> datetime | None:
    """When the last correction of ``article`` was made, None when it has none yet."""
    zone = article.date.tzinfo
    made = (c.date if c.date.tzinfo else c.date.replace(tzinfo=zone) for c in article.corrections)
    return max((when for when in made if when <= now), default=None)


def moment(when: datetime, zone: ZoneInfo) -> datetime:
    """``when`` in ``zone``, to the second; a time without a zone is in it already.

    Where the zone's offset then had seconds, which no feed format can write, it is UTC.
    """
    aware = when if when.tzinfo else when.replace(tzinfo=zone)
    aware = aware.replace(microsecond=0) if aware.microsecond else aware
    if not _FIRST_YEAR <= aware.year < _LAST_YEAR:
        return _OLDEST if aware.year < _FIRST_YEAR else _NEWEST
    there = aware if aware.tzinfo is zone else aware.astimezone(zone)
    offset = there.utcoffset()
    return there if offset is None or not offset.seconds % 60 else aware.astimezone(UTC)
