"""Writes RSS: what feedgen makes of a feed and its entries."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import partial

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.feeds._archive import ARCHIVE_MIME
from publisher.feeds._content import declared, escape, path_address, speaks_of_markup
from publisher.feeds._edition import Edition, Feed
from publisher.feeds._entry import Entry, Media, hub_of
from publisher.feeds._generator import Ready, generator
from publisher.feeds._xml import ATOM, DC, MEDIA, add, legible
from publisher.feeds.rss import MIME


def written(edition: Edition, feed: Feed, shown: Sequence[Entry], older: str) -> bytes:
    """The document ``feed`` with the entries ``shown``; ``older`` is the path of the newest archive document."""
    made = generator(edition.site, feed, shown, MIME)
    made.register_extension("house", Channel, Item, atom=False)
    made.house.hub = hub_of(edition.site)
    if older:
        made.house.older = path_address(edition.site.url, older)
    for entry in shown:
        item = edition.once("rss", entry.id, partial(_item, entry))
        made.add_entry(Ready(deepcopy(item)), order="append")
    said: bytes = made.rss_str(pretty=True)
    return legible(said)


def _item(entry: Entry) -> etree._Element:
    item = FeedEntry()
    item.register_extension("house", Item, atom=False)
    item.house.entry = entry
    item.guid(entry.id, permalink=False)
    item.title(declared(entry.title))
    item.link(href=entry.url)
    item.published(entry.published)
    item.updated(entry.updated)
    item.content(entry.html, type="html")
    item.description(escape(entry.summary), isSummary=True)
    item.category([{"term": c.name, "scheme": c.scheme} for c in entry.categories])
    for file in entry.enclosures[:1]:  # readers take one an item
        item.enclosure(file.url, str(file.bytes), file.type)
    made: etree._Element = item.rss_entry()
    return made


class Channel(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's channel lacks: the hub and the way to older news."""

    hub = ""
    older = ""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "media": MEDIA}

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        own = rss[0].find(f"{{{ATOM}}}link")
        if own is not None and self.older:
            own.addnext(etree.Element(f"{{{ATOM}}}link", rel="prev-archive", href=self.older, type=ARCHIVE_MIME))
        if own is not None and self.hub:
            own.addnext(etree.Element(f"{{{ATOM}}}link", rel="hub", href=self.hub))
        return rss


class Item(BaseEntryExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's item lacks: authors without an e-mail address, the language, the picture."""

    entry: Entry

    def extend_rss(self, item: etree._Element) -> etree._Element:
        for name in self.entry.authors:
            add(item, "creator", name, DC)
        add(item, "language", self.entry.lang, DC)
        if self.entry.media:
            self._picture(item, self.entry.media)
        return item

    def _picture(self, item: etree._Element, media: Media) -> None:
        """One media:content, a direct child: readers show each one of a group."""
        facts = {"url": media.url, "type": media.type, "medium": "image"}
        known = {"fileSize": media.bytes, "width": media.width, "height": media.height}
        content = etree.SubElement(item, f"{{{MEDIA}}}content", {**facts, **{k: str(v) for k, v in known.items() if v}})
        described = add(content, "description", declared(media.alt), MEDIA)
        described.set("type", "html" if speaks_of_markup(media.alt) else "plain")
        if media.credit:
            add(content, "credit", media.credit, MEDIA).set("role", "photographer")
