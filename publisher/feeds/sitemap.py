"""Sitemaps of every page, of lists by year and of articles by month, with true dates of change and pictures.

`sitemap.xml` is their index.

All of them stand at the site's root: a sitemap may name pages below its own folder only (sitemaps.org/protocol).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from lxml import etree

from publisher.feeds import news_sitemap
from publisher.feeds._content import path_address
from publisher.feeds._edition import Dated, Edition
from publisher.feeds._entry import Listed, moment
from publisher.feeds._sitemap import URLS, index, portions, url, urlset
from publisher.feeds._xml import IMAGE, XHTML, add, written

FILENAME = "sitemap.xml"
PAGES = "halaman"
LISTS = "daftar"

# developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps: at most 1,000 a page.
PICTURES = 1_000


def render(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The index, the pages in their order, the periods of lists by their year, and the articles of each month,
    newest first.

    A path given twice counts once; the home page, dated by the newest article, is there already. There is
    no priority and no changefreq: no search engine reads them.
    """
    made = list(_files(edition))
    site = edition.site
    known = [(path, when) for path, when, _ in made] + list(news_sitemap.files(edition))
    yield FILENAME, index((path_address(site.url, path), when) for path, when in known)
    for path, _, raw in made:
        yield path, raw


def _files(edition: Edition) -> Iterator[tuple[str, datetime | None, bytes]]:
    """Path, newest change and bytes of each sitemap."""
    yield from _page_maps(edition, PAGES, _pages(edition))
    by_year: dict[int, list[Dated]] = {}
    for year, row in edition.periods:
        by_year.setdefault(year, []).append(row)
    for year in sorted(by_year, reverse=True):
        yield from _page_maps(edition, f"{LISTS}-{year:04}", _known(edition, by_year[year]))
    others = _translations(edition.listed)
    for month, entries in groupby(edition.listed, key=lambda e: f"{e.published:%Y-%m}"):
        for number, part in enumerate(portions(tuple(entries), URLS)):
            yield _path(month, number), max(e.updated for e in part), _article_map(part, others)


def _path(name: str, number: int) -> str:
    return f"sitemap-{name}-{number + 1}.xml" if number else f"sitemap-{name}.xml"


def _page_maps(edition: Edition, name: str, rows: Sequence[Dated]) -> Iterator[tuple[str, datetime | None, bytes]]:
    for number, part in enumerate(portions(rows, URLS)):
        yield _path(name, number), max((when for _, when in part if when), default=None), _page_map(edition, part)


def _pages(edition: Edition) -> tuple[Dated, ...]:
    home = ("", max((e.updated for e in edition.listed), default=None))
    rows: dict[str, datetime | None] = {}
    for path, when in (home, *_known(edition, edition.pages)):
        rows.setdefault(path.lstrip("/"), when)
    return tuple(rows.items())


def _known(edition: Edition, rows: Sequence[Dated]) -> tuple[Dated, ...]:
    """``rows`` with a time only where it has come."""
    dated = ((path, moment(when, edition.zone) if when else None) for path, when in rows)
    return tuple((path, when if when and when <= edition.now else None) for path, when in dated)


def _page_map(edition: Edition, rows: Sequence[Dated]) -> bytes:
    root = urlset()
    for path, when in rows:
        url(root, path_address(edition.site.url, path), when)
    return written(root)


def _article_map(entries: Sequence[Listed], others: Mapping[str, Sequence[Listed]]) -> bytes:
    root = urlset(image=IMAGE, xhtml=XHTML)
    for entry in entries:
        row = url(root, entry.url, entry.updated)
        for other in others.get(entry.url, ()):
            etree.SubElement(row, f"{{{XHTML}}}link", rel="alternate", hreflang=other.lang, href=other.url)
        for picture in entry.pictures[:PICTURES]:
            add(etree.SubElement(row, f"{{{IMAGE}}}image"), "loc", picture, IMAGE)
    return written(root)


def _translations(shown: Sequence[Listed]) -> dict[str, tuple[Listed, ...]]:
    """By address: the entry itself and what it is a translation of or was translated to."""
    groups: dict[str, list[Listed]] = {}
    for entry in sorted(shown, key=lambda e: (e.translation_of != "", e.lang, e.id)):
        group = groups.setdefault(entry.translation_of or entry.id, [])
        if all(other.lang != entry.lang for other in group):
            group.append(entry)
    return {entry.url: tuple(group) for group in groups.values() if len(group) > 1 for entry in group}
