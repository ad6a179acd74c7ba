"""What a page costs a reader: the first flight of packets carries all of its text."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.theme.sites import Built

FIRST_FLIGHT = 14 * 1024  # ten segments, RFC 6928


def test_text_and_style_arrive_at_once(site: Callable[[str], Built]) -> None:
    """HTML and CSS of every page fit into one initial window."""
    built = site("shipped")
    style = len(gzip.compress((built.folder / "theme/css/site.css").read_bytes(), 9))
    heavy = {p: len(gzip.compress(p.read_bytes(), 9)) + style for p in built.pages}
    assert {str(p.relative_to(built.folder)): n for p, n in heavy.items() if n > FIRST_FLIGHT} == {}
