"""News sitemap for Google News: the articles of the last two days (sitemap-news.xml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

from lxml import etree

from publisher.article import Article
from publisher.feeds._content import line, path_address
from publisher.feeds._document import Document
from publisher.feeds._edition import Edition
from publisher.feeds._sitemap import index, portions, url, urlset
from publisher.feeds._xml import NEWS, add, w3c, written

FILENAME = "sitemap-news.xml"
PART = "sitemap-news-{number}.xml"

# developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap: the last two days, at most
# 1,000 news:news a file, language in two or three letters, no genres, access, keywords any more.
WINDOW = timedelta(days=2)
ARTICLES = 1_000


def render(edition: Edition) -> Iterator[Document]:
    """The articles first published within WINDOW, newest first; more than ARTICLES in parts under an index.

    When nothing is fresh the newest article (else the home page) stands there without ``news:news``: a
    sitemap must name one address to be valid.
    """
    parts = fresh(edition)
    if not parts:
        newest = edition.originals[:1]
        yield Document(FILENAME, lambda: (newest,), partial(_stale, edition, newest))
    elif len(parts) == 1:
        yield Document(FILENAME, lambda: (parts[0],), partial(_news, edition, parts[0]))
    else:
        known = [(path_address(edition.site.url, path), when) for path, when in files(edition)]
        yield Document(FILENAME, lambda: tuple(known), partial(index, known))
        for number, articles in enumerate(parts, 1):
            make = partial(_news, edition, articles)
            yield Document(PART.format(number=number), partial(tuple, (articles,)), make)


def files(edition: Edition) -> tuple[tuple[str, datetime | None], ...]:
    """The files that list pages, with the newest change in each: one, or the parts under the index."""
    parts = fresh(edition) or (edition.originals[:1],)
    dated = [max((edition.listed(a).updated for a in articles), default=None) for articles in parts]
    if len(parts) > 1:
        return tuple((PART.format(number=number), when) for number, when in enumerate(dated, 1))
    return ((FILENAME, dated[0]),)


def fresh(edition: Edition) -> tuple[Sequence[Article], ...]:
    """The articles inside the window in portions of ARTICLES."""
    inside = tuple(takewhile(lambda a: edition.now - a.due < WINDOW, edition.originals))
    return tuple(portions(inside, ARTICLES))


def _stale(edition: Edition, newest: Sequence[Article]) -> bytes:
    root = urlset(news=NEWS)
    url(root, edition.listed(newest[0]).url if newest else path_address(edition.site.url, ""))
    return written(root)


def _news(edition: Edition, articles: Sequence[Article]) -> bytes:
    site, root = edition.site, urlset(news=NEWS)
    for entry in map(edition.listed, articles):
        news = etree.SubElement(url(root, entry.url), f"{{{NEWS}}}news")
        publication = etree.SubElement(news, f"{{{NEWS}}}publication")
        add(publication, "name", line(site.publication) or line(site.title), NEWS)
        add(publication, "language", entry.lang.split("-")[0].lower(), NEWS)
        add(news, "publication_date", w3c(entry.published), NEWS)
        add(news, "title", entry.title, NEWS)
    return written(root)
