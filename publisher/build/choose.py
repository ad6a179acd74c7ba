"""Which articles a build shows, in which order, and which belong together."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.article import Article, Service, Status

RELATED = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """The articles that get a page, newest first, and those that must leave no trace in the output."""

    shown: tuple[Article, ...]
    waiting: tuple[Article, ...]


def choose(articles: Iterable[Article], now: datetime, *, preview: bool) -> Choice:
    """Splits ``articles``; a preview shows all of them."""
    ordered = sorted(articles, key=newest_first)
    shown = tuple(a for a in ordered if preview or not is_waiting(a, now))
    return Choice(shown, tuple(a for a in ordered if not preview and is_waiting(a, now)))


def is_waiting(article: Article, now: datetime) -> bool:
    """Whether nothing of the article may leave the house at ``now``."""
    return article.status is Status.DRAFT or article.is_held(now)


def newest_first(article: Article) -> tuple[float, str]:
    """The sort key of every list: newest first, equal dates by path, so that two builds agree."""
    return (-article.due.timestamp(), article.path)


def related(articles: Sequence[Article]) -> Mapping[str, tuple[Article, ...]]:
    """For each article (by id) up to three older ones about the same service, tag or category.

    Older ones only: a new article then changes no page that is already out.
    """
    recent: dict[tuple[str, str], deque[Article]] = defaultdict(lambda: deque(maxlen=RELATED))
    found: dict[str, tuple[Article, ...]] = {}
    for article in sorted(articles, key=newest_first, reverse=True):
        rows = [recent[topic] for topic in _topics(article)]
        near: dict[str, Article] = {}
        for row in rows:
            near |= {a.id: a for a in reversed(row) if a.lang == article.lang}
            if len(near) >= RELATED:
                break
        found[article.id] = tuple(near.values())[:RELATED]
        for row in rows:
            row.append(article)
    return found


def _topics(article: Article) -> Iterator[tuple[str, str]]:
    yield from (("service", s) for s in article.services)
    yield from (("tag", t) for t in article.tags)
    yield "category", article.category


def totals(services: Iterable[Service], said: Mapping[str, object]) -> dict[str, dict[str, int | None]]:
    """How many innovations and online services the register holds, and how many the office states.

    ``said`` is ``content/data/pernyataan.toml``: a number, or a table with a ``stated`` number, under
    "innovations" and "online". What is unknown counts as not registered.
    """
    kept = tuple(services)
    return {
        "innovations": {"registered": sum(s.innovation is True for s in kept), "stated": _stated(said, "innovations")},
        "online": {"registered": sum(s.online is True for s in kept), "stated": _stated(said, "online")},
    }


def _stated(said: Mapping[str, object], key: str) -> int | None:
    value = said.get(key)
    if isinstance(value, Mapping):
        value = value.get("stated")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
