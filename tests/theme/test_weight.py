"""What a page costs a reader: the first flight of packets carries all of its text."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from random import Random

from publisher.build.periods import LIMIT, shelf
from tests.theme.conftest import NOW, Term, article, context, environment, office, written
from tests.theme.sites import Built

FIRST_FLIGHT = 14 * 1024  # ten segments, RFC 6928


def test_text_and_style_arrive_at_once(site: Callable[[str], Built]) -> None:
    """HTML and CSS of every page fit into one initial window."""
    built = site("shipped")
    style = len(gzip.compress((built.folder / "theme/css/site.css").read_bytes(), 9))
    heavy = {p: len(gzip.compress(p.read_bytes(), 9)) + style for p in built.pages}
    assert {str(p.relative_to(built.folder)): n for p, n in heavy.items() if n > FIRST_FLIGHT} == {}


def test_a_full_list_arrives_at_once(site: Callable[[str], Built]) -> None:
    """As many articles as a page may list, with long titles of words as writers use them, and every year there is."""
    folder = site("shipped").folder
    style = len(gzip.compress((folder / "theme/css/site.css").read_bytes(), 9))
    chance = Random(7)
    text = "".join(p.read_text(encoding="utf-8") for p in folder.glob("berita/*/index.html"))
    words = sorted(set(re.findall(r"[a-z]{3,}", re.sub(r"<[^>]*>", " ", text))))
    titles = [" ".join(chance.choices(words, k=9)).capitalize() for _ in range(20 * LIMIT)]
    news = [
        written(
            article(t, slug=t.lower().replace(" ", "-"), date=NOW - timedelta(days=2 * n), summary=f"{t} {t[::-1]}.")
        )
        for n, t in enumerate(titles)
    ]
    heavy = {}
    for count in (LIMIT, 20 * LIMIT):
        term = Term("Layanan", "kategori")
        term.shelf = shelf(term.url, news[:count], LIMIT)
        values = context(office("Kantor"), (), news[:count]) | {"category": term}
        pages = {"": {}} | {p.path: {"period": p} for p in term.shelf.every()}
        for path, more in pages.items():
            html = environment().get_template("category.html").render({**values, **more})
            heavy[f"{count} {path}"] = len(gzip.compress(html.encode(), 9)) + style
    assert {page: size for page, size in heavy.items() if size > FIRST_FLIGHT} == {}
    assert max(heavy.values()) > FIRST_FLIGHT / 2  # the lists are as long as was meant
