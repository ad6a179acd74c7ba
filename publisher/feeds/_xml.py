"""XML from the writer, and plain text the way the RSS Advisory Board wants it written."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
XHTML = "http://www.w3.org/1999/xhtml"
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Elements whose text is plain. rssboard.org/rss-profile, "Character data in RSS elements": "&" and "<" of
# plain text are written as hexadecimal references, so that no reader takes them for markup.
_PLAIN = re.compile(
    rb"<(title|category|name|summary|subtitle|dc:creator|media:description|media:credit)(?: [^<>]*)?>[^<]*(?=</\1>)"
)
_CHANNEL_DESCRIPTION = re.compile(rb"<description>[^<]*(?=</description>)")


def add(parent: etree._Element, name: str, text: str, namespace: str = SITEMAP) -> etree._Element:
    """A new last child of ``parent`` with ``text``."""
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child


def w3c(when: datetime) -> str:
    """A W3C date-time with its zone (w3.org/TR/NOTE-datetime)."""
    return when.isoformat(timespec="seconds")


def written(root: etree._Element) -> bytes:
    """The document, indented, in UTF-8."""
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)


def legible(feed: bytes) -> bytes:
    """``feed`` with "&" and "<" of its plain texts as hexadecimal references; what it says is the same."""
    return _CHANNEL_DESCRIPTION.sub(_hexadecimal, _PLAIN.sub(_hexadecimal, feed), count=1)


def _hexadecimal(match: re.Match[bytes]) -> bytes:
    tag, _, text = match[0].partition(b">")
    return tag + b">" + text.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")
