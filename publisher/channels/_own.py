"""Recognising our own post in a timeline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from publisher import text
from publisher.post import Post

# A post recognised by its text alone must not be older than the first try; two clocks may differ by this much.
SKEW = timedelta(minutes=10)
# A timeline is read this far back beyond the first try, whatever the clocks say.
LOOK_BACK = timedelta(days=1)
SCHEME = re.compile(r"https?://")


def is_ours(post: Post, since: datetime, *, said: str, links: Iterable[str], at: datetime) -> bool:
    """Whether what a timeline shows (``said``, its full ``links``, its time) is ``post``. Our link names the
    delivery, so no clock is asked, and one that names another is another post; without it the same words count, if
    they are not from before. A network may give a bare ``tegal.example`` back as ``http://tegal.example``."""
    links = tuple(links)
    if post.link and any(_same(link, post.link) for link in links):
        return True
    if _delivery(post.link) and any(_delivery(link) for link in links):
        return False  # the same words for another article
    return at >= since - SKEW and _words(said) == _words(post.text)


def _words(said: str) -> str:
    return SCHEME.sub("", text.plain(said))


def _same(found: str, ours: str) -> bool:
    return found == ours or (_delivery(ours) != "" and _delivery(found) == _delivery(ours))


def _delivery(link: str) -> str:
    try:
        return parse_qs(urlsplit(link).query).get("utm_content", [""])[0]
    except ValueError:  # somebody else's link that is none
        return ""
