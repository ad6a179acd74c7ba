"""The entries of a feed of any format, and dates and addresses as feeds write them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from publisher.audit._document import Document, line_of

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"

_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_ATTRIBUTE = re.compile(r"\s(href|src|poster|cite|srcset)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])[^,]*,?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: texts as they stand there, ``addresses`` all of it but those in ``markup``, its HTML."""

    id: str
    title: str
    published: str
    updated: str
    addresses: tuple[str, ...]
    markup: tuple[str, ...]
    line: int


def rows(document: Document) -> Iterator[Row]:
    """The entries of ``document``, none when it is no feed."""
    if document.kind == "rss" and document.root is not None:
        yield from map(_item, document.root.iter("item"))
    elif document.kind == "atom" and document.root is not None:
        yield from map(_entry, document.root.iterfind(f"{ATOM}entry"))
    elif document.kind == "json feed":
        items = document.value.get("items")
        yield from (_value(i) for i in (items if isinstance(items, list) else ()) if isinstance(i, dict))


def own_addresses(document: Document) -> tuple[str, ...]:
    """The addresses in the head of a feed."""
    if document.kind == "json feed":
        return _given(document.value.get(key) for key in ("home_page_url", "feed_url", "next_url", "icon", "favicon"))
    if document.root is None:
        return ()
    head = document.root.find("channel") if document.kind == "rss" else document.root
    if head is None:
        return ()
    links = [e.get("href") for e in head.iterfind(f"{ATOM}link")] + [e.text for e in head.iterfind("link")]
    return _given(links)


def when(text: str) -> datetime | None:
    """The moment that ``text`` names, in ISO 8601 or as RSS writes it; None when it is no date. Without a zone
    in it the result has none."""
    said = text.strip()
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        try:
            return parsedate_to_datetime(said)
        except ValueError:
            return None


def in_markup(markup: str) -> Iterator[str]:
    """The addresses in the tags of HTML."""
    for tag in _TAG.findall(markup):
        for name, quoted in _ATTRIBUTE.findall(tag):
            value = html.unescape(quoted.strip("\"'"))
            yield from _CANDIDATE.findall(value) if name.lower() == "srcset" else (value,)


def is_absolute(address: str) -> bool:
    """Whether ``address`` can be followed from anywhere."""
    return _SCHEME.match(address.strip()) is not None


def _item(item: etree._Element) -> Row:
    guid = item.find("guid")
    permalink = guid is not None and guid.get("isPermaLink", "true") == "true"
    addresses: list[str | None] = [_text(item, "link"), guid.text if guid is not None and permalink else None]
    addresses += [e.get("url") for e in item.iter("enclosure", f"{MEDIA}content", f"{MEDIA}thumbnail")]
    markup = _given(_text(item, name) for name in ("description", f"{CONTENT}encoded"))
    stamp = _text(item, "pubDate")
    updated = _text(item, f"{ATOM}updated")
    return Row(_text(item, "guid"), _text(item, "title"), stamp, updated, _given(addresses), markup, line_of(item))


def _entry(entry: etree._Element) -> Row:
    texts = [e for name in ("content", "summary") for e in entry.iterfind(f"{ATOM}{name}") if e.get("type") == "html"]
    addresses = [e.get("href") for e in entry.iterfind(f"{ATOM}link")]
    addresses += [e.get("src") for e in entry.iterfind(f"{ATOM}content")]
    return Row(
        _text(entry, f"{ATOM}id"),
        _text(entry, f"{ATOM}title"),
        _text(entry, f"{ATOM}published"),
        _text(entry, f"{ATOM}updated"),
        _given(addresses),
        _given(e.text for e in texts),
        line_of(entry),
    )


def _value(item: dict[str, Any]) -> Row:
    files = item.get("attachments")
    addresses = [item.get(key) for key in ("url", "image", "banner_image", "external_url")]
    addresses += [f.get("url") for f in (files if isinstance(files, list) else ()) if isinstance(f, dict)]
    names = ("id", "title", "date_published", "date_modified")
    said, title, published, updated = (str(item.get(name) or "") for name in names)
    return Row(said, title, published, updated, _given(addresses), _given([item.get("content_html")]), 0)


def _given(values: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in values if v)


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()
