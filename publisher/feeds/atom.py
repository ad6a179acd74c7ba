"""Atom 1.0 of the newest articles with their full text (feeds/atom.xml)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.article import Article, Site
from publisher.feeds._content import escape, line, path_address, speaks_of_markup
from publisher.feeds._entry import Entry, entries, fit
from publisher.feeds._generator import generator
from publisher.feeds._xml import LANG, legible

FILENAME = "feeds/atom.xml"
MIME = "application/atom+xml"


def render(site: Site, articles: Sequence[Article], now: datetime) -> bytes:
    """The newest articles. ``summary`` is plain text, ``content`` is HTML in the entry's own language."""
    return fit(entries(site, articles, now), lambda shown: _written(site, shown))


def _written(site: Site, shown: Sequence[Entry]) -> bytes:
    home = path_address(site.url, "")
    feed = generator(site, FILENAME, MIME, shown)
    feed.author(name=line(site.office) or line(site.title) or home, uri=home)
    feed.register_extension("house", BaseExtension, Details, rss=False)
    for entry in apart(shown):
        item = feed.add_entry(order="append")
        item.house.lang = entry.lang
        item.id(entry.id)
        item.title(entry.title)
        item.link(href=entry.url)
        item.published(entry.published)
        item.updated(entry.updated)
        item.author([{"name": name} for name in entry.authors])
        _summary(item, entry.summary)
        item.content(entry.html, type="html")
        item.category([{"term": c.name, "scheme": c.scheme} for c in entry.categories])
    written: bytes = feed.atom_str(pretty=True)
    return legible(written)


def _summary(item: FeedEntry, text: str) -> None:
    """Plain text, as HTML where it speaks of markup."""
    if speaks_of_markup(text):
        item.summary(escape(text), type="html")
    else:
        item.summary(text)


def apart(shown: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, those updated in one second set apart by fractions of it.

    Readers sort by this time, so it should be no one else's. The fraction comes from the id, so that it
    does not depend on what else stands in the feed.
    """
    crowd = Counter(e.updated for e in shown)
    taken: set[datetime] = set()
    result = []
    for entry in shown:
        when = entry.updated
        if crowd[when] > 1:
            fraction = int.from_bytes(hashlib.sha256(entry.id.encode()).digest()[:4])
            while (moved := when.replace(microsecond=fraction % 999_999 + 1)) in taken:
                fraction += 1
            taken.add(moved)
            entry = replace(entry, updated=moved)
        result.append(entry)
    return tuple(result)


class Details(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's entry lacks: its language, and what its link leads to."""

    lang = ""

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        entry.set(LANG, self.lang)
        for link in entry.iterfind("link"):
            link.attrib.update({"rel": "alternate", "type": "text/html", "hreflang": self.lang})
        return entry
