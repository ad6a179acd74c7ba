"""No two entries of a feed have one id, and no page stands twice in a sitemap.

A reader shows one of two entries with one id only (RFC 4287, 4.2.6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import FEEDS, SITEMAPS, Document, Whole
from publisher.audit._entries import rows
from publisher.messages import msg


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for each id or address that stands there more than once, and for an entry without an id."""
    if document.kind in FEEDS:
        for said, count in Counter(row.id for row in rows(document)).items():
            if not said:
                yield document.error("unique", msg("Entries without an id: {count}.", count=count))
            elif count > 1:
                yield document.error("unique", msg("The id {id} stands there {count} times.", id=said, count=count))
    elif document.kind in SITEMAPS and document.root is not None:
        places = Counter(
            (e.text or "").strip() for e in document.root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
        )
        for address, count in places.items():
            if count > 1:
                message = msg("The address {address} stands there {count} times.", address=address, count=count)
                yield document.error("unique", message)
