"""What both sitemaps share: rows, and an index where one file is not enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from lxml import etree

from publisher.feeds._xml import SITEMAP, add, w3c, written

# sitemaps.org/protocol.html: at most 50,000 addresses a file.
URLS = 50_000

Row = TypeVar("Row")


def urlset(**prefixes: str) -> etree._Element:
    """The root of a sitemap with the namespaces ``prefixes`` beside its own."""
    return _root("urlset", prefixes)


def url(root: etree._Element, address: str, when: datetime | None = None) -> etree._Element:
    """A new row of ``root``: the page ``address`` and when it changed last, if that is known."""
    row = etree.SubElement(root, f"{{{SITEMAP}}}url")
    return _located(row, address, when)


def index(files: Iterable[tuple[str, datetime | None]]) -> bytes:
    """The index of the sitemaps at these addresses."""
    root = _root("sitemapindex", {})
    for address, when in files:
        _located(etree.SubElement(root, f"{{{SITEMAP}}}sitemap"), address, when)
    return written(root)


def portions(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """``rows`` in their order, at most ``size`` at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _root(name: str, prefixes: dict[str, str]) -> etree._Element:
    nsmap: dict[str | None, str] = {None: SITEMAP}
    nsmap.update(prefixes)
    return etree.Element(f"{{{SITEMAP}}}{name}", nsmap=nsmap)  # type: ignore[arg-type]  # the stubs forget None


def _located(row: etree._Element, address: str, when: datetime | None) -> etree._Element:
    add(row, "loc", address)
    if when:
        add(row, "lastmod", w3c(when))
    return row
