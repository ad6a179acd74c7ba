"""What is kept of a month whose articles are at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pelican.urlwrappers import Author, Category, Tag

from plugins._archive import names_of
from plugins._convert import Run
from publisher.article import Article, article_path
from publisher.build.choose import RELATED, topics
from publisher.build.keys import hashed
from publisher.build.light import Row
from publisher.build.sealed import Columns, Sealed, Topic
from publisher.content import former_path
from publisher.feeds._choice import feed_order, originals
from publisher.feeds._edition import FIRST_YEAR
from publisher.months import signed

TERMS: Mapping[str, type[Any]] = {"category": Category, "tag": Tag, "author": Author}
ALL: Topic = ("", "")  # the list of all news


def seal(columns: Columns, found: Sequence[tuple[Article, Row]], register: str, outside: str) -> Sealed | None:
    """What the archive may hold of a month, of which all articles are ``found`` with their rows; None of one that feeds
    do not carry or search finds nothing of."""
    has_words = any(letter.isalnum() for title in columns.titles for letter in title)
    if not has_words or columns.year < FIRST_YEAR:
        return None
    return Sealed(
        columns=columns,
        since=max(row.since for _, row in found),
        sources=frozenset(name for _, row in found for name in row.sources),
        asked=frozenset(name for _, row in found for name in row.asked),
        names=frozenset(name for article, _ in found for name in names_of(article)),
        linked=frozenset(target for _, row in found for target in row.linked),
        files="\n".join(row.files for _, row in found if row.files),
        moved=frozenset(p for a, _ in found for p in (former_path(a, f) for f in a.former) if p),
        former=tuple(a.path for a, _ in found if a.former),
        findings=tuple(f for _, row in found for f in (*row.said, *row.findings)),
        register=register,
        outside=outside,
    )


def columns_of(items: Sequence[Any], run: Run) -> Columns:
    """The columns of a month, of Pelican's articles."""
    records: list[Article] = [item.record for item in items]
    marks = tuple(map(run.marks.timed, records))
    lists: dict[Any, list[int]] = {}
    about: dict[Topic, list[int]] = {}
    for at, item in enumerate(items):
        for topic in topics(item.record):
            about.setdefault(topic, []).append(at)
        if not item.record.translation_of:
            for key in dict.fromkeys(_listed_in(item)):
                lists.setdefault(key, []).append(at)
    feed = tuple(sorted(range(len(records)), key=lambda at: feed_order(records[at])))
    addresses = tuple(map(article_path, records))
    return Columns(
        year=records[0].due.year,
        month=records[0].due.month,
        paths=tuple(r.path for r in records),
        ids=tuple(r.id for r in records),
        addresses=addresses,
        titles=tuple(r.title for r in records),
        langs=tuple(r.lang for r in records),
        marks=marks,
        changed=tuple(_changed(r) for r in records),
        lists={_named(key): (tuple(row), signed(marks[at] for at in row)) for key, row in lists.items()},
        topics={topic: tuple(reversed(row[:RELATED])) for topic, row in about.items()},
        feed=feed if feed != tuple(range(len(records))) else (),
        copies=frozenset(at for at, r in enumerate(records) if r.canonical and not list(originals(run.site, [r]))),
        titled=titled((r.title, address, r.lang) for r, address in zip(records, addresses, strict=True)),
    )


def _listed_in(item: Any) -> Iterator[Any]:
    """The lists that an article stands in: Pelican's terms, of which those of one address are equal, or their kind and
    name."""
    yield ALL
    if hasattr(item, "category"):
        yield item.category
    yield from getattr(item, "tags", ())
    yield from getattr(item, "authors", ())
    yield from (("service", s) for s in item.record.services)


def _named(key: Any) -> Topic:
    if isinstance(key, tuple):
        return key
    return next(kind for kind, term in TERMS.items() if type(key) is term), key.name


def _changed(article: Article) -> datetime:
    return article.modified or article.due


def titled(lines: Iterable[tuple[str, str, str]]) -> str:
    """What stands for titles, each with the address and the language of its article."""
    return hashed("\n".join("\0".join(line) for line in lines))
