"""News sitemap for Google News: the articles of the last two days (sitemap-news.xml)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile

from lxml import etree

from publisher.article import Article, Site
from publisher.feeds._content import line, path_address
from publisher.feeds._entry import Listed, listed
from publisher.feeds._xml import NEWS, SITEMAP, add, urlset, w3c, written

FILENAME = "sitemap-news.xml"

# developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap: the last two days, at most
# 1,000 news:news a file, language in two or three letters, no genres, access, keywords any more.
WINDOW = timedelta(days=2)
ARTICLES = 1_000


def render(site: Site, articles: Sequence[Article], now: datetime) -> bytes:
    """The newest ARTICLES first published within WINDOW before ``now``, newest first.

    When nothing is fresh the newest article (else the home page) stands there without ``news:news``: a
    sitemap must name one address to be valid.
    """
    fresh = takewhile(lambda e: now - e.published < WINDOW, listed(site, articles, now))
    root = urlset(news=NEWS)
    for entry in islice(fresh, ARTICLES):
        _news(site, _url(root, entry.url), entry)
    if not len(root):
        newest = next(listed(site, articles, now), None)
        _url(root, newest.url if newest else path_address(site.url, ""))
    return written(root)


def _url(root: etree._Element, address: str) -> etree._Element:
    row = etree.SubElement(root, f"{{{SITEMAP}}}url")
    add(row, "loc", address)
    return row


def _news(site: Site, row: etree._Element, entry: Listed) -> None:
    news = etree.SubElement(row, f"{{{NEWS}}}news")
    publication = etree.SubElement(news, f"{{{NEWS}}}publication")
    add(publication, "name", line(site.publication) or line(site.title), NEWS)
    add(publication, "language", entry.lang.split("-")[0].lower(), NEWS)
    add(news, "publication_date", w3c(entry.published), NEWS)
    add(news, "title", entry.title, NEWS)
