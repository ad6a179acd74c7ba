"""What sitemaps, robots.txt and lists of feeds name was built, and stands on this site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from publisher.article import Finding
from publisher.audit._document import SITEMAPS, Document, Whole, line_of
from publisher.messages import msg

_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for each address that leads nowhere, or away from the site."""
    for address, line in _named(document):
        path = whole.inside(address)
        if path is None:
            yield document.error("built", msg("{address} is no address of this site.", address=address), line)
        elif path not in whole.files:
            yield document.error("built", msg("{address} was not built.", address=address), line)


def _named(document: Document) -> Iterator[tuple[str, int]]:
    if document.kind in SITEMAPS and document.root is not None:
        for element in document.root.iter("{*}loc"):
            yield element.text or "", line_of(element)
        for element in document.root.iter("{http://www.w3.org/1999/xhtml}link"):
            yield str(element.get("href") or ""), line_of(element)
    elif document.kind == "opml" and document.root is not None:
        for element in document.root.iter("outline"):
            yield from ((str(element.get(n)), line_of(element)) for n in ("xmlUrl", "htmlUrl") if element.get(n))
    elif document.kind == "robots":
        yield from ((found, 0) for found in _SITEMAP.findall(document.raw.decode("utf-8", "replace")))
