"""A feed is no larger than readers take.

Source: support.google.com/news/publisher-center/answer/9545420 (2 MB); the W3C validator reads 5,000,000 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import FEEDS, Document, Whole
from publisher.messages import msg

GOOD, MOST = 2_000_000, 5_000_000


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error over MOST, and over GOOD for a feed that is fetched again and again: any but an archive's."""
    size = len(document.raw)
    if document.kind not in FEEDS or size <= GOOD:
        return
    archive = document.root is not None and document.root.find("{*}archive") is not None
    if size > MOST or not archive:
        message = msg(
            "The feed has {size} MB; readers take {limit} MB.",
            size=f"{size / 1_000_000:.1f}",
            limit=(MOST if archive else GOOD) // 1_000_000,
        )
        yield document.error("feed_size", message)
