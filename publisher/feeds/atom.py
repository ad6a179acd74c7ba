"""Atom 1.0 of the newest articles with their full text (feeds/atom.xml), and the archive by month.

The archive is that of RFC 5005, section 4: the main feed leads to the newest month (``prev-archive``), each
month to the one before, the oldest to an empty beginning, and all of them back to the main feed
(``current``). A month's bytes change only when an article of that month does, which is why a month has no
``next-archive``: the standard asks for none, and it would change a closed month when the next one begins.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.feeds._archive import ARCHIVE_MIME, BEGINNING, archive_path, newest_archive
from publisher.feeds._content import declared, line, path_address, speaks_of_markup
from publisher.feeds._edition import Edition, Feed, Month
from publisher.feeds._entry import FEED_BYTES, Entry, feed_id, fit
from publisher.feeds._generator import Ready, generator
from publisher.feeds._xml import LANG, legible

FILENAME = "feeds/atom.xml"
MIME = ARCHIVE_MIME
HISTORY = "http://purl.org/syndication/history/1.0"


def render(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The newest articles, then every month. ``summary`` is plain text, ``content`` is HTML in the entry's
    own language."""
    main = edition.main(FILENAME)

    def write(shown: Sequence[Entry]) -> bytes:
        return _written(edition, replace(main, entries=tuple(shown)), Place(older=newest_archive(edition)))

    yield FILENAME, fit(main.entries, write)
    for month, before in zip(edition.months, (*edition.months[1:], None), strict=False):
        yield from _archive(edition, main, month, archive_path(before.name if before else BEGINNING))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands among the others: the path of the ``older`` or ``newer`` one and, in an archive
    document, of the ``current`` one; ``updated`` dates a document without entries."""

    older: str = ""
    newer: str = ""
    current: str = ""
    updated: datetime | None = None


def _archive(edition: Edition, main: Feed, month: Month, older: str) -> Iterator[tuple[str, bytes]]:
    """The documents of ``month``: one, or several where it would be larger than a reader takes.

    The one that others lead to has the newest articles, and those before it are filled up from the oldest:
    a new article changes the last one only.
    """
    parts = _parts([edition.entry(a) for a in reversed(month.articles)])
    paths = [archive_path(month.name, n) for n in (*range(1, len(parts)), 0)]
    if older == archive_path(BEGINNING):
        place = Place(newer=paths[0], current=FILENAME, updated=month.begins)
        yield older, _written(edition, replace(main, path=older, entries=()), place)
    for path, entries in zip(paths, parts, strict=True):
        place = Place(older=older, current=FILENAME, updated=None if entries else month.begins)
        yield path, _written(edition, replace(main, path=path, entries=tuple(reversed(entries))), place)
        older = path


def _parts(entries: Sequence[Entry]) -> list[list[Entry]]:
    """``entries`` in their order, in portions that fit into a feed."""
    parts: list[list[Entry]] = [[]]
    room = FEED_BYTES
    for entry in entries:
        # "<" takes four bytes in XML; what stands beside the text is short
        size = len(entry.html.encode()) + 3 * entry.html.count("<") + 4 * entry.html.count("&") + 4_000
        if size > room and parts[-1]:
            parts.append([])
            room = FEED_BYTES
        parts[-1].append(entry)
        room -= size
    return parts


def _written(edition: Edition, feed: Feed, place: Place) -> bytes:
    site = edition.site
    home = path_address(site.url, "")
    made = generator(site, feed, MIME)
    made.id(feed_id(site, FILENAME))  # an archive document is a part of the same feed
    if place.updated:
        made.updated(place.updated)
    for rel, path in (("prev-archive", place.older), ("next-archive", place.newer), ("current", place.current)):
        if path:
            made.link(href=path_address(site.url, path), rel=rel, type=MIME)
    made.author(name=line(site.office) or line(site.title) or home, uri=home)
    made.register_extension("house", Archive, Details, rss=False)
    made.house.is_archive = bool(place.current)
    for entry in apart(feed.entries):
        ready = Ready(edition.once("atom", entry.id, partial(_entry, entry)))
        _date(ready.element, entry.updated)
        made.add_entry(ready, order="append")
    written: bytes = made.atom_str(pretty=True)
    return legible(written)


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


def _date(element: etree._Element, updated: datetime) -> None:
    """Gives ``element`` the time that it has in this document."""
    found = element.find("updated")
    if found is not None:
        found.text = updated.isoformat()


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
