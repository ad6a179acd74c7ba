"""What RSS and Atom have in common: feedgen set up so that no clock and no default of its own gets in."""

from __future__ import annotations

from collections.abc import Sequence

from feedgen.feed import FeedGenerator

from publisher.article import Site
from publisher.feeds._content import absolute, line, path_address
from publisher.feeds._entry import Entry, feed_id, language, updated


def generator(site: Site, filename: str, mime: str, shown: Sequence[Entry]) -> FeedGenerator:
    """The head of the feed ``filename``: titles, links to itself, hub and home page, language, dates.

    feedgen asks the clock for every date it is not given, and takes the last link added for RSS's own.
    """
    home = path_address(site.url, "")
    feed = FeedGenerator()
    feed.id(feed_id(site, filename))
    feed.title(line(site.title) or home)
    feed.description(line(site.description) or line(site.title) or home)
    feed.language(language(site.language, "id"))
    feed.generator("Kentongan")
    feed.updated(updated(shown))
    feed.link(href=path_address(site.url, filename), rel="self", type=mime)
    if hub := hub_of(site):
        feed.link(href=hub, rel="hub")
    feed.link(href=home, rel="alternate", type="text/html")
    return feed


def hub_of(site: Site) -> str:
    """The address of the WebSub hub, "" when there is none."""
    return absolute(site.hub, path_address(site.url, "")) if site.hub else ""
