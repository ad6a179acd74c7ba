"""Writes Atom: what feedgen makes of a feed and its entries."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.article import Site
from publisher.feeds._archive import ARCHIVE_MIME, Place
from publisher.feeds._content import declared, line, path_address, speaks_of_markup
from publisher.feeds._edition import Feed
from publisher.feeds._entry import Entry, feed_id
from publisher.feeds._generator import Ready, generator
from publisher.feeds._xml import LANG, legible
from publisher.feeds.atom import FILENAME

HISTORY = "http://purl.org/syndication/history/1.0"


def written(site: Site, feed: Feed, shown: Sequence[Entry], place: Place) -> bytes:
    """The document ``feed`` with the entries ``shown``."""
    home = path_address(site.url, "")
    made = generator(site, feed, shown, ARCHIVE_MIME)
    made.id(feed_id(site, FILENAME))  # an archive document is a part of the same feed
    if place.updated:
        made.updated(place.updated)
    for rel, path in (("prev-archive", place.older), ("next-archive", place.newer), ("current", place.current)):
        if path:
            made.link(href=path_address(site.url, path), rel=rel, type=ARCHIVE_MIME)
    made.author(name=line(site.office) or line(site.title) or home, uri=home)
    made.register_extension("house", Archive, Details, rss=False)
    made.house.is_archive = bool(place.current)
    for entry in apart(shown):
        made.add_entry(Ready(_entry(entry)), order="append")
    said: bytes = made.atom_str(pretty=True)
    return legible(said)


def _entry(entry: Entry) -> etree._Element:
    item = FeedEntry()
    item.register_extension("house", Details, rss=False)
    item.house.entry = entry
    item.id(entry.id)
    item.title(declared(entry.title))
    item.link(href=entry.url)
    item.published(entry.published)
    item.updated(entry.updated)
    item.author([{"name": name} for name in entry.authors])
    item.summary(declared(entry.summary), type="html" if speaks_of_markup(entry.summary) else None)
    item.content(entry.html, type="html")
    item.category([{"term": c.name, "scheme": c.scheme} for c in entry.categories])
    made: etree._Element = item.atom_entry()
    return made


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


class Archive(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's feed lacks: the mark of an archive document."""

    is_archive = False

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        if self.is_archive:
            feed.append(etree.Element(f"{{{HISTORY}}}archive", nsmap={"fh": HISTORY}))
        return feed


class Details(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's entry lacks: its language, what its links lead to, a title that is declared to be HTML."""

    entry: Entry

    def extend_atom(self, element: etree._Element) -> etree._Element:
        element.set(LANG, self.entry.lang)
        title, link = element.find("title"), element.find("link")
        if title is not None and speaks_of_markup(self.entry.title):
            title.set("type", "html")
        if link is not None:
            link.attrib.update({"rel": "alternate", "type": "text/html", "hreflang": self.entry.lang})
            for file in reversed(self.entry.enclosures):
                facts = {"rel": "enclosure", "type": file.type, "length": str(file.bytes)}
                link.addnext(etree.Element("link", {"href": file.url, **facts}))
        return element
