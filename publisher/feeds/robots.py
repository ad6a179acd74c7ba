"""Welcome to search engines, with the addresses of the sitemaps (robots.txt)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from publisher.feeds import news_sitemap, sitemap
from publisher.feeds._content import path_address
from publisher.feeds._edition import Edition
from publisher.messages import msg

FILENAME = "robots.txt"


def render(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Every page may be read by all; both sitemaps are named by their full addresses.

    Search engines read robots.txt at the root of a host only (RFC 9309). A site under a path has its
    file written all the same, with a note for whoever keeps the host: copy the Sitemap lines.
    """
    site = edition.site
    lines = ["User-agent: *", "Disallow:", ""]
    if urlsplit(site.url).path.strip("/"):
        note = msg(
            "Search engines read this file only at the root of the host: copy the Sitemap lines into the one there."
        )
        lines = [f"# {note.say('id' if site.language == 'id' else 'en')}", *lines]
    lines += [f"Sitemap: {path_address(site.url, member.FILENAME)}" for member in (sitemap, news_sitemap)]
    yield FILENAME, ("\n".join(lines) + "\n").encode()
