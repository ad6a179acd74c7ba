"""Sitemaps of every page, of lists by year and of articles by month, with true dates of change and pictures.

`sitemap.xml` is their index.

All of them stand at the site's root: a sitemap may name pages below its own folder only (sitemaps.org/protocol).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from lxml import etree

from publisher.article import Article
from publisher.feeds import news_sitemap
from publisher.feeds._choice import moment
from publisher.feeds._content import path_address
from publisher.feeds._document import Document
from publisher.feeds._edition import Dated, Edition
from publisher.feeds._entry import language, pictured
from publisher.feeds._sitemap import URLS, index, portions, url, urlset
from publisher.feeds._xml import IMAGE, XHTML, add, written
from publisher.months import Chain

FILENAME = "sitemap.xml"
PAGES = "halaman"
LISTS = "daftar"

# developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps: at most 1,000 a page.
PICTURES = 1_000


def render(edition: Edition) -> Iterator[Document]:
    """The index, the pages in their order, the periods of lists by their year, and the articles of each month,
    newest first.

    A path given twice counts once; the home page, dated by the newest article, is there already. There is
    no priority and no changefreq: no search engine reads them.
    """
    months = tuple(_months(edition))
    made = [*_lists(edition, max((when for when, _ in months), default=None)), *months]
    known = [(document.path, when) for when, document in made] + list(news_sitemap.files(edition))
    rows = tuple((path_address(edition.site.url, path), when) for path, when in known)
    yield Document(FILENAME, lambda: rows, partial(index, rows))
    for _, document in made:
        yield document


def _lists(edition: Edition, newest: datetime | None) -> Iterator[tuple[datetime | None, Document]]:
    """The sitemaps of all but articles, each with the newest change in it."""
    yield from _page_maps(edition, PAGES, _pages(edition, newest))
    by_year: dict[int, list[Dated]] = {}
    for year, row in edition.periods:
        by_year.setdefault(year, []).append(row)
    for year in sorted(by_year, reverse=True):
        yield from _page_maps(edition, f"{LISTS}-{year:04}", _known(edition, by_year[year]))


def _months(edition: Edition) -> Iterator[tuple[datetime, Document]]:
    """The sitemaps of articles by the month they were first public in, each with the newest change in it."""
    others = _translations(edition)
    concerned = [a for a in edition.originals_at_hand if a.id in others]
    for month in edition.originals.parts:
        own = [a for a in concerned if (a.due.year, a.due.month) == (month.year, month.month)]
        for number, part in enumerate(portions(Chain((month,)), URLS)):
            path = _path(f"{month.year:04}-{month.month:02}", number)
            when: datetime = edition.memory.recall("newest", path, (part,), partial(_newest, edition, part))
            linked = tuple(x for a in own for x in (a.id, *others[a.id]))
            yield when, Document(path, partial(tuple, (part, *linked)), partial(_article_map, edition, part, others))


def _path(name: str, number: int) -> str:
    return f"sitemap-{name}-{number + 1}.xml" if number else f"sitemap-{name}.xml"


def _page_maps(edition: Edition, name: str, rows: Sequence[Dated]) -> Iterator[tuple[datetime | None, Document]]:
    for number, part in enumerate(portions(rows, URLS)):
        newest = max((when for _, when in part if when), default=None)
        yield newest, Document(_path(name, number), partial(tuple, part), partial(_page_map, edition, part))


def _pages(edition: Edition, newest: datetime | None) -> tuple[Dated, ...]:
    rows: dict[str, datetime | None] = {}
    for path, when in (("", newest), *_known(edition, edition.pages)):
        rows.setdefault(path.lstrip("/"), when)
    return tuple(rows.items())


def _known(edition: Edition, rows: Sequence[Dated]) -> tuple[Dated, ...]:
    """``rows`` with a time only where it has come."""
    dated = ((path, moment(when, edition.zone) if when else None) for path, when in rows)
    return tuple((path, when if when and when <= edition.now else None) for path, when in dated)


def _newest(edition: Edition, articles: Sequence[Article]) -> datetime:
    return max(edition.listed(a).updated for a in articles)


def _page_map(edition: Edition, rows: Sequence[Dated]) -> bytes:
    root = urlset()
    for path, when in rows:
        url(root, path_address(edition.site.url, path), when)
    return written(root)


def _article_map(edition: Edition, articles: Sequence[Article], others: Mapping[str, Sequence[Article]]) -> bytes:
    root = urlset(image=IMAGE, xhtml=XHTML)
    for article in articles:
        entry = edition.listed(article)
        row = url(root, entry.url, entry.updated)
        for other in map(edition.listed, others.get(article.id, ())):
            etree.SubElement(row, f"{{{XHTML}}}link", rel="alternate", hreflang=other.lang, href=other.url)
        for picture in pictured(edition.site, article)[:PICTURES]:
            add(etree.SubElement(row, f"{{{IMAGE}}}image"), "loc", picture, IMAGE)
    return written(root)


def _translations(edition: Edition) -> dict[str, tuple[Article, ...]]:
    """By id: the article itself and what it is a translation of or was translated to, each language once."""
    found = edition.originals_at_hand
    ids = {a.translation_of for a in found if a.translation_of}
    concerned = (a for a in found if a.translation_of or a.id in ids)
    named = [(a.translation_of != "", language(a.lang, edition.site.language), a.id, a) for a in concerned]
    groups: dict[str, dict[str, Article]] = {}
    for _, lang, _, article in sorted(named, key=lambda n: n[:3]):
        groups.setdefault(article.translation_of or article.id, {}).setdefault(lang, article)
    several = (tuple(group.values()) for group in groups.values() if len(group) > 1)
    return {article.id: group for group in several for article in group}
