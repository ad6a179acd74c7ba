"""News sitemap for Google News: the articles of the last two days (sitemap-news.xml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from lxml import etree

from publisher.article import Site
from publisher.feeds._content import line, path_address
from publisher.feeds._edition import Edition
from publisher.feeds._entry import Listed
from publisher.feeds._sitemap import index, portions, url, urlset
from publisher.feeds._xml import NEWS, add, w3c, written

FILENAME = "sitemap-news.xml"
PART = "sitemap-news-{number}.xml"

# developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap: the last two days, at most
# 1,000 news:news a file, language in two or three letters, no genres, access, keywords any more.
WINDOW = timedelta(days=2)
ARTICLES = 1_000


def render(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The articles first published within WINDOW, newest first; more than ARTICLES in parts under an index.

    When nothing is fresh the newest article (else the home page) stands there without ``news:news``: a
    sitemap must name one address to be valid.
    """
    site, parts = edition.site, fresh(edition)
    if not parts:
        root = urlset(news=NEWS)
        url(root, edition.listed[0].url if edition.listed else path_address(site.url, ""))
        yield FILENAME, written(root)
    elif len(parts) == 1:
        yield FILENAME, _news(site, parts[0])
    else:
        yield FILENAME, index((path_address(site.url, path), when) for path, when in files(edition))
        for number, entries in enumerate(parts, 1):
            yield PART.format(number=number), _news(site, entries)


def files(edition: Edition) -> tuple[tuple[str, datetime | None], ...]:
    """The files that list pages, with the newest change in each: one, or the parts under the index."""
    parts = fresh(edition)
    dated = [max(e.updated for e in entries) for entries in parts]
    if len(parts) > 1:
        return tuple((PART.format(number=number), when) for number, when in enumerate(dated, 1))
    newest = dated[0] if dated else next((e.updated for e in edition.listed), None)
    return ((FILENAME, newest),)


def fresh(edition: Edition) -> tuple[tuple[Listed, ...], ...]:
    """The articles inside the window in portions of ARTICLES."""
    inside = [e for e in edition.listed if edition.now - e.published < WINDOW]
    return tuple(portions(inside, ARTICLES))


def _news(site: Site, entries: Sequence[Listed]) -> bytes:
    root = urlset(news=NEWS)
    for entry in entries:
        news = etree.SubElement(url(root, entry.url), f"{{{NEWS}}}news")
        publication = etree.SubElement(news, f"{{{NEWS}}}publication")
        add(publication, "name", line(site.publication) or line(site.title), NEWS)
        add(publication, "language", entry.lang.split("-")[0].lower(), NEWS)
        add(news, "publication_date", w3c(entry.published), NEWS)
        add(news, "title", entry.title, NEWS)
    return written(root)
