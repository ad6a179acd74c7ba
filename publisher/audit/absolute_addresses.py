"""Every address in a feed is whole: a reader shows it far from the site, where "../" leads nowhere.

The W3C validator says so of RSS only (facts of w3c/feedvalidator: ContainsRelRef); the same holds for Atom and JSON.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import FEEDS, Document, Whole
from publisher.audit._entries import in_markup, is_absolute, own_addresses, rows
from publisher.messages import msg


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for each relative address in the feed's head, its entries and their texts."""
    if document.kind not in FEEDS:
        return
    found = [(address, 0) for address in own_addresses(document)]
    for row in rows(document):
        found += [(address, row.line) for address in row.addresses]
        found += [(address, row.line) for markup in row.markup for address in in_markup(markup)]
    for address, line in found:
        if not is_absolute(address):
            yield document.error(
                "absolute_addresses", msg("The address “{address}” is relative.", address=address), line
            )
