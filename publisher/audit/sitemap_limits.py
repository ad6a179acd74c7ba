"""A sitemap is no larger than search engines read.

Source: sitemaps.org/protocol.html (50,000 addresses, 50 MB); developers.google.com/search/docs/
crawling-indexing/sitemaps/news-sitemap (1,000 news:news).
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import SITEMAPS, Document, Whole
from publisher.audit.news_window import NEWS
from publisher.feeds._sitemap import URLS
from publisher.feeds.news_sitemap import ARTICLES
from publisher.messages import msg

BYTES = 50_000_000


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for each limit that is passed, and for a sitemap without an address, which no schema allows."""
    if document.kind not in SITEMAPS or document.root is None:
        return
    news = sum(1 for _ in document.root.iter(f"{NEWS}news"))
    if news > ARTICLES:
        message = msg("There are {count} news:news in the file; Google reads {limit}.", count=news, limit=ARTICLES)
        yield document.error("sitemap_limits", message)
    addresses = sum(1 for _ in document.root.iter("{*}loc"))
    if addresses > URLS:
        message = msg("There are {count} addresses in the file; {limit} are allowed.", count=addresses, limit=URLS)
        yield document.error("sitemap_limits", message)
    if not addresses:
        yield document.error("sitemap_limits", msg("The file names no address; a sitemap must name one."))
    if len(document.raw) > BYTES:
        message = msg("The file has {size} MB; {limit} are allowed.", size=_mb(len(document.raw)), limit=_mb(BYTES))
        yield document.error("sitemap_limits", message)


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f}".removesuffix(".0")
