"""Every page leads to the feed of all news, and to it first: Chrome's Follow takes what it finds there.

Source: ctrl.blog/entry/chrome-follow-feeds.html; blog.whatwg.org/feed-autodiscovery.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import Document, Whole
from publisher.feeds import rss
from publisher.messages import msg

TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for a page that names no feed, another one first, or one that was not built."""
    if document.kind != "page" or document.root is None:
        return
    named = [
        str(link.get("href") or "")
        for link in document.root.iter("link")
        if "alternate" in str(link.get("rel") or "").lower().split() and str(link.get("type") or "").lower() in TYPES
    ]
    paths = [whole.inside(address) for address in named]
    if not named:
        yield document.error("autodiscovery", msg("The page leads to no feed."))
    elif paths[0] != rss.FILENAME:
        yield document.error("autodiscovery", msg("The first feed of the page is {address}.", address=named[0]))
    for address, path in zip(named, paths, strict=True):
        if path is None or path not in whole.files:
            yield document.error(
                "autodiscovery", msg("The page leads to {address}, which was not built.", address=address)
            )
