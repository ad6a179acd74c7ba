"""What RSS and Atom have in common: feedgen set up so that no clock and no default of its own gets in."""

from __future__ import annotations

from collections.abc import Sequence

from feedgen.feed import FeedGenerator
from lxml import etree

from publisher.article import Site
from publisher.feeds._content import path_address
from publisher.feeds._edition import Feed
from publisher.feeds._entry import Entry, feed_id, hub_of, language, updated


def generator(site: Site, feed: Feed, shown: Sequence[Entry], mime: str) -> FeedGenerator:
    """The head of ``feed`` with the entries ``shown``: titles, links to itself, hub and home page, language, dates.

    feedgen asks the clock for every date it is not given, and takes the last link added for RSS's own.
    """
    made = FeedGenerator()
    made.id(feed_id(site, feed.path))
    made.title(feed.title)
    made.description(feed.description)
    made.language(language(site.language, "id"))
    made.generator("Kentongan")
    made.updated(updated(shown))
    made.link(href=path_address(site.url, feed.path), rel="self", type=mime)
    if hub := hub_of(site):
        made.link(href=hub, rel="hub")
    made.link(href=path_address(site.url, feed.home), rel="alternate", type="text/html")
    return made


class Ready:
    """An entry that was made before, in the place of feedgen's own: one article stands in many feeds."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def register_extension(self, *given: object) -> None:
        """feedgen registers each extension of the feed with the entry; this one has had them."""

    def rss_entry(self) -> etree._Element:
        """The element as it is."""
        return self.element

    atom_entry = rss_entry
