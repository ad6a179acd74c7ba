"""Welcome to search engines, with the addresses of the sitemaps (robots.txt)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

from publisher.article import Site
from publisher.feeds import news_sitemap, sitemap
from publisher.feeds._content import path_address
from publisher.feeds._document import Document
from publisher.feeds._edition import Edition
from publisher.messages import msg

FILENAME = "robots.txt"


def render(edition: Edition) -> Iterator[Document]:
    """Every page may be read by all; both sitemaps are named by their full addresses.

    Search engines read robots.txt at the root of a host only (RFC 9309). A site under a path has its
    file written all the same, with a note for whoever keeps the host: copy the Sitemap lines.
    """
    yield Document(FILENAME, tuple, partial(_text, edition.site))


def _text(site: Site) -> bytes:
    lines = ["User-agent: *", "Disallow:", ""]
    if urlsplit(site.url).path.strip("/"):
        note = msg(
            "Search engines read this file only at the root of the host: copy the Sitemap lines into the one there."
        )
        lines = [f"# {note.say('id' if site.language == 'id' else 'en')}", *lines]
    lines += [f"Sitemap: {path_address(site.url, member.FILENAME)}" for member in (sitemap, news_sitemap)]
    return ("\n".join(lines) + "\n").encode()
