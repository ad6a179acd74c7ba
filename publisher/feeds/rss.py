"""RSS 2.0 of the newest articles with their full text (feeds/rss.xml)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.article import Article, Site
from publisher.feeds._content import escape, speaks_of_markup
from publisher.feeds._entry import Entry, Media, entries, fit
from publisher.feeds._generator import generator, hub_of
from publisher.feeds._xml import ATOM, DC, MEDIA, add, legible

FILENAME = "feeds/rss.xml"
MIME = "application/rss+xml"


def render(site: Site, articles: Sequence[Article], now: datetime) -> bytes:
    """The newest articles. ``description`` is HTML, so the summary is escaped for HTML and then for XML."""
    return fit(entries(site, articles, now), lambda shown: _written(site, shown))


def _written(site: Site, shown: Sequence[Entry]) -> bytes:
    feed = generator(site, FILENAME, MIME, shown)
    feed.register_extension("house", Channel, Item, atom=False)
    feed.house.hub = hub_of(site)
    for entry in shown:
        item = feed.add_entry(order="append")
        item.house.entry = entry
        item.guid(entry.id, permalink=False)
        item.title(entry.title)
        item.link(href=entry.url)
        item.published(entry.published)
        item.updated(entry.updated)
        item.content(entry.html, type="html")
        item.description(escape(entry.summary), isSummary=True)
        item.category([{"term": c.name, "scheme": c.scheme} for c in entry.categories])
    written: bytes = feed.rss_str(pretty=True)
    return legible(written)


class Channel(BaseExtension):  # type: ignore[misc]  # feedgen ships no types
    """What feedgen's channel lacks: the hub."""

    hub = ""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "media": MEDIA}

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        own = rss[0].find(f"{{{ATOM}}}link")
        if self.hub and own is not None:
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
        marked = speaks_of_markup(media.alt)
        described = add(content, "description", escape(media.alt) if marked else media.alt, MEDIA)
        described.set("type", "html" if marked else "plain")
        if media.credit:
            add(content, "credit", media.credit, MEDIA).set("role", "photographer")
