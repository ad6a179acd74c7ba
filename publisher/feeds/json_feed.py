"""JSON Feed 1.1 of the newest articles with their full text (feeds/feed.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from publisher.article import Article, Site
from publisher.feeds._content import absolute, line, path_address
from publisher.feeds._entry import Entry, entries, fit, language
from publisher.feeds._xml import w3c

FILENAME = "feeds/feed.json"

# jsonfeed.org/version/1.1
VERSION = "https://jsonfeed.org/version/1.1"


def render(site: Site, articles: Sequence[Article], now: datetime) -> bytes:
    """The newest articles; ``summary`` is plain text, ``id`` the same as in RSS and Atom."""
    return fit(entries(site, articles, now), lambda shown: _written(site, shown))


def _written(site: Site, shown: Sequence[Entry]) -> bytes:
    home = path_address(site.url, "")
    feed: dict[str, Any] = {
        "version": VERSION,
        "title": line(site.title) or home,
        "home_page_url": home,
        "feed_url": path_address(site.url, FILENAME),
        "description": line(site.description),
        "language": language(site.language, "id"),
        "authors": [{"name": line(site.office) or line(site.title) or home, "url": home}],
    }
    hub = absolute(site.hub, home) if site.hub else ""
    if hub:
        feed["hubs"] = [{"type": "WebSub", "url": hub}]
    feed["items"] = [_item(entry) for entry in shown]
    return (json.dumps(_known(feed), ensure_ascii=False, indent=1) + "\n").encode()


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
        }
    )


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` without the empty texts and lists, but always with the list of items."""
    return {name: value for name, value in values.items() if value or name == "items"}
