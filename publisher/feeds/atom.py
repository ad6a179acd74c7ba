"""Atom 1.0 of the newest articles with their full text (feeds/atom.xml), and the archive by month.

The archive is that of RFC 5005, section 4: the main feed leads to the newest month (``prev-archive``), each
month to the one before, the oldest to an empty beginning, and all of them back to the main feed
(``current``). A month's bytes change only when an article of that month does, which is why a month has no
``next-archive``: the standard asks for none, and it would change a closed month when the next one begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from publisher.article import Article
from publisher.feeds._archive import ARCHIVE_MIME, BEGINNING, Place, archive_path, newest_archive
from publisher.feeds._document import Document
from publisher.feeds._edition import Edition, Feed, Month
from publisher.feeds._entry import FEED_BYTES, Entry, fit

FILENAME = "feeds/atom.xml"
MIME = ARCHIVE_MIME
Clean = Callable[[Article], Entry]


def render(edition: Edition) -> Iterator[Document]:
    """The newest articles, then every month. ``summary`` is plain text, ``content`` is HTML in the entry's
    own language."""
    main, place = edition.main(FILENAME), Place(older=newest_archive(edition))
    yield Document(FILENAME, lambda: (place, *main.made_of()), partial(_main, edition, main, place))
    for month, before in zip(edition.months, (*edition.months[1:], None), strict=False):
        yield from _archive(edition, month, archive_path(before.name if before else BEGINNING))


def _main(edition: Edition, main: Feed, place: Place) -> bytes:
    def write(shown: Sequence[Entry]) -> bytes:
        return _written(edition, main, shown, place)

    return fit(edition.entries(main), write)


def _archive(edition: Edition, month: Month, older: str) -> Iterator[Document]:
    """The documents of ``month``: one, or several where it would be larger than a reader takes.

    The one that others lead to has the newest articles, and those before it are filled up from the oldest:
    a new article changes the last one only.
    """
    entry = cache(edition.entry)  # of this month only: they are asked for twice, and all together would be too many
    make = partial(_shares, month, entry)
    shares: tuple[int, ...] = edition.memory.recall("shares", month.name, (month.articles,), make)
    paths = [archive_path(month.name, n) for n in (*range(1, len(shares)), 0)]
    if older == archive_path(BEGINNING):
        place = Place(newer=paths[0], current=FILENAME, updated=month.begins)
        yield _part(edition, older, (), entry, place)
    end = len(month.articles)
    for path, share in zip(paths, shares, strict=True):
        place = Place(older=older, current=FILENAME, updated=None if share else month.begins)
        yield _part(edition, path, month.articles[end - share : end], entry, place)
        older, end = path, end - share


def _part(edition: Edition, path: str, articles: Sequence[Article], entry: Clean, place: Place) -> Document:
    def make() -> bytes:
        return _written(edition, edition.main(path), [entry(a) for a in articles], place)

    return Document(path, lambda: (place, articles), make)


def _shares(month: Month, entry: Clean) -> tuple[int, ...]:
    """How many articles each document has, the oldest first: as many as fit into a feed."""
    shares = [0]
    room = FEED_BYTES
    for article in reversed(month.articles):
        html = entry(article).html
        # "<" takes four bytes in XML; what stands beside the text is short
        size = len(html.encode()) + 3 * html.count("<") + 4 * html.count("&") + 4_000
        if size > room and shares[-1]:
            shares.append(0)
            room = FEED_BYTES
        shares[-1] += 1
        room -= size
    return tuple(shares)


def _written(edition: Edition, feed: Feed, shown: Sequence[Entry], place: Place) -> bytes:
    from publisher.feeds._atom import written  # with feedgen, which a build that makes no feed does not load

    return written(edition.site, feed, shown, place)
