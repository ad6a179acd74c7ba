"""OPML 2.0 of all feeds, for a reader app to take in at once (feeds/langganan.opml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.utils import format_datetime
from functools import partial
from itertools import groupby

from lxml import etree

from publisher.feeds import rss
from publisher.feeds._content import escape, line, path_address
from publisher.feeds._document import Document
from publisher.feeds._edition import Edition, Feed, Kind
from publisher.feeds._entry import updated
from publisher.feeds._xml import written
from publisher.messages import Message, msg

FILENAME = "feeds/langganan.opml"
MIME = "text/x-opml"

# html.spec.whatwg.org/multipage/parsing.html: "&" before a space is itself
_MARKUP = re.compile(r"<|&(?=\S)")


def render(edition: Edition) -> Iterator[Document]:
    """The feed of all news, then each section's under the name of its kind; in RSS, which every app reads."""
    main, *rest = edition.feeds(rss.FILENAME)
    rows = tuple(zip((section.kind for section in edition.sections), rest, strict=True))
    said = (f"{kind} {feed.path} {feed.title}" for kind, feed in rows)
    yield Document(FILENAME, lambda: (*said, *main.made_of()), partial(_list, edition, main, rows))


def _list(edition: Edition, main: Feed, rows: Sequence[tuple[Kind, Feed]]) -> bytes:
    lang = "id" if edition.site.language == "id" else "en"
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    facts = {
        "title": main.title,
        "dateModified": format_datetime(updated(edition.entries(main))),
        "ownerName": line(edition.site.office) or main.title,
    }
    for name, value in facts.items():
        etree.SubElement(head, name).text = _marked(value)
    body = etree.SubElement(root, "body")
    _outline(body, edition, main)
    for kind, group in groupby(rows, key=lambda row: row[0]):
        folder = etree.SubElement(body, "outline", text=heading(kind).say(lang))
        for _, feed in group:
            _outline(folder, edition, feed)
    return written(root)


def _outline(parent: etree._Element, edition: Edition, feed: Feed) -> None:
    site = edition.site
    facts = {
        "type": "rss",
        "text": _marked(feed.title),
        "title": _marked(feed.title),
        "description": _marked(feed.description),
        "language": line(site.language),
        "xmlUrl": path_address(site.url, feed.path),
        "htmlUrl": path_address(site.url, feed.home),
        "version": "RSS2",
    }
    etree.SubElement(parent, "outline", facts)


def _marked(text: str) -> str:
    """Plain ``text`` for a place that may hold HTML (opml.org/spec2.opml): escaped where it would be read as some."""
    return escape(text) if _MARKUP.search(text) else text


def heading(kind: Kind) -> Message:
    """The name of all sections of ``kind``."""
    if kind == "kategori":
        return msg("By category")
    if kind == "tag":
        return msg("By topic")
    if kind == "penulis":
        return msg("By author")
    return msg("By service")
