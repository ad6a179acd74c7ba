"""RSS 2.0 of the newest articles with their full text (feeds/rss.xml, and one beside each list)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from publisher.feeds._archive import newest_archive
from publisher.feeds._document import Document
from publisher.feeds._edition import Edition, Feed
from publisher.feeds._entry import Entry, fit

FILENAME = "feeds/rss.xml"
MIME = "application/rss+xml"


def render(edition: Edition) -> Iterator[Document]:
    """All news, then each section. ``description`` is HTML, so the summary is escaped for HTML and then for XML."""
    for feed in edition.feeds(FILENAME):
        older = newest_archive(edition) if feed.path == FILENAME else ""
        yield Document(feed.path, partial(feed.made_of, older), partial(_fitting, edition, feed, older), feed.sign)


def _fitting(edition: Edition, feed: Feed, older: str) -> bytes:
    from publisher.feeds._rss import written  # with feedgen, which a build that makes no feed does not load

    def write(shown: Sequence[Entry]) -> bytes:
        return written(edition, feed, shown, older)

    return fit(edition.entries(feed), write)
