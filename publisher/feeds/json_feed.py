"""JSON Feed 1.1 of the newest articles with their full text (feeds/feed.json, and one beside each list)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from publisher.article import Site
from publisher.feeds._content import line, path_address
from publisher.feeds._document import Document
from publisher.feeds._edition import Edition, Feed
from publisher.feeds._entry import Entry, fit, hub_of, language
from publisher.feeds._xml import w3c

FILENAME = "feeds/feed.json"
MIME = "application/feed+json"

# jsonfeed.org/version/1.1
VERSION = "https://jsonfeed.org/version/1.1"


def render(edition: Edition) -> Iterator[Document]:
    """All news, then each section; ``summary`` is plain text, ``id`` the same as in RSS and Atom."""
    for feed in edition.feeds(FILENAME):
        yield Document(feed.path, feed.made_of, partial(_fitting, edition, feed), feed.sign)


def _fitting(edition: Edition, feed: Feed) -> bytes:
    head = _head(edition.site, feed)

    def write(shown: Sequence[Entry]) -> bytes:
        head["items"] = [edition.once("json", entry.id, partial(_item, entry)) for entry in shown]
        return (json.dumps(head, ensure_ascii=False, indent=1) + "\n").encode()

    return fit(edition.entries(feed), write)


def _head(site: Site, feed: Feed) -> dict[str, Any]:
    home = path_address(site.url, "")
    hub = hub_of(site)
    return _known(
        {
            "version": VERSION,
            "title": feed.title,
            "home_page_url": path_address(site.url, feed.home),
            "feed_url": path_address(site.url, feed.path),
            "description": feed.description,
            "language": language(site.language, "id"),
            "authors": [{"name": line(site.office) or line(site.title) or home, "url": home}],
            "hubs": [{"type": "WebSub", "url": hub}] if hub else [],
        }
    )


def _item(entry: Entry) -> dict[str, Any]:
    return _known(
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "content_html": entry.html,
            "image": entry.media.url if entry.media else "",
            "date_published": w3c(entry.published),
            "date_modified": w3c(entry.updated),
            "authors": [{"name": name} for name in entry.authors],
            "tags": [category.name for category in entry.categories],
            "language": entry.lang,
            "attachments": [
                {"url": file.url, "mime_type": file.type, "size_in_bytes": file.bytes} for file in entry.enclosures
            ],
        }
    )


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` without the empty texts and lists."""
    return {name: value for name, value in values.items() if value}
