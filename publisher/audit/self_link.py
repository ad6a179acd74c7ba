"""A feed says its own address, by which hubs and readers know it.

Source: w3.org/TR/websub/#discovery; rssboard.org/rss-profile.
"""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import FEEDS, Document, Whole
from publisher.messages import msg


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error when the address is missing or another one."""
    if document.kind not in FEEDS:
        return
    own = whole.address(document.path)
    if document.root is None:
        said = str(document.value.get("feed_url") or "")
    else:
        links = document.root.iterfind(".//{http://www.w3.org/2005/Atom}link[@rel='self']")
        said = next((str(e.get("href") or "") for e in links), "")
    if not said:
        yield document.error("self_link", msg("The feed does not say its own address."))
    elif whole.inside(said) != document.path:
        yield document.error("self_link", msg("The feed says it stands at {said}, not at {own}.", said=said, own=own))
