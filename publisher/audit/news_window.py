"""The news sitemap lists the last two days only.

Source: developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import Document, Whole, line_of
from publisher.audit._entries import when
from publisher.feeds.news_sitemap import WINDOW
from publisher.messages import msg

NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for each article that was first published before the window."""
    if document.kind != "sitemap" or document.root is None:
        return
    for element in document.root.iter(f"{NEWS}publication_date"):
        moment = when(element.text or "")
        if moment is not None and moment.tzinfo and whole.now - moment > WINDOW:
            message = msg("The article of {date} is older than two days; build the site anew.", date=element.text)
            yield document.error("news_window", message, line_of(element))
