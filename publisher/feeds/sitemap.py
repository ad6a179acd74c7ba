"""Sitemap of every page, with true dates of change and the pictures of articles (sitemap.xml)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree

from publisher.article import Article, Site
from publisher.feeds._content import path_address
from publisher.feeds._entry import Listed, listed, moment
from publisher.feeds._xml import IMAGE, SITEMAP, SITEMAP_URLS, XHTML, add, urlset, w3c, written

FILENAME = "sitemap.xml"

# developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps: at most 1,000 a page.
PICTURES = 1_000


def render(
    site: Site, articles: Sequence[Article], now: datetime, pages: Iterable[tuple[str, datetime | None]] = ()
) -> bytes:
    """The home page, ``pages`` in their order, then the public articles, newest first.

    ``pages`` are all other pages that may be found: (path below the site's root, when its content last
    changed or None when that is not known), for example ``("layanan/ptsp/", updated)`` or
    ``("arsip/2026/11/", newest article of the month)``; never give the time of a build. A path given twice
    counts once; the home page, dated by the newest article, is there already. An article whose original
    stands on another site is not listed. There is no priority and no changefreq: no search engine reads
    them. Beyond 50,000 addresses the oldest are left out.
    """
    zone = ZoneInfo(site.timezone)
    shown = tuple(listed(site, articles, now))
    rows = {"": max((e.updated for e in shown), default=None)}
    for path, when in pages:
        changed = moment(when, zone) if when else None
        rows.setdefault(path.lstrip("/"), changed if changed and changed <= now else None)
    root = urlset(image=IMAGE, xhtml=XHTML)
    for path, when in rows.items():
        _url(root, path_address(site.url, path), when)
    others = _translations(shown)
    for entry in shown[: max(0, SITEMAP_URLS - len(rows))]:
        row = _url(root, entry.url, entry.updated)
        for other in others.get(entry.url, ()):
            etree.SubElement(row, f"{{{XHTML}}}link", rel="alternate", hreflang=other.lang, href=other.url)
        for picture in entry.pictures[:PICTURES]:
            add(etree.SubElement(row, f"{{{IMAGE}}}image"), "loc", picture, IMAGE)
    return written(root)


def _url(root: etree._Element, address: str, when: datetime | None) -> etree._Element:
    row = etree.SubElement(root, f"{{{SITEMAP}}}url")
    add(row, "loc", address)
    if when:
        add(row, "lastmod", w3c(when))
    return row


def _translations(shown: Sequence[Listed]) -> dict[str, tuple[Listed, ...]]:
    """By address: the entry itself and what it is a translation of or was translated to."""
    groups: dict[str, list[Listed]] = {}
    for entry in sorted(shown, key=lambda e: (e.translation_of != "", e.lang, e.id)):
        group = groups.setdefault(entry.translation_of or entry.id, [])
        if all(other.lang != entry.lang for other in group):
            group.append(entry)
    return {entry.url: tuple(group) for group in groups.values() if len(group) > 1 for entry in group}
