"""Which articles a build shows, in which order, and which belong together."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from publisher.article import Article, Service, Status
from publisher.build.sealed import Topic

RELATED = 3
T = TypeVar("T")


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


class Recent(Generic[T]):
    """The last three articles about each service, tag and category, of those that were added, the oldest first."""

    def __init__(self) -> None:
        self.rows: defaultdict[Topic, deque[tuple[str, str, T]]] = defaultdict(lambda: deque(maxlen=RELATED))

    def near(self, topics: Iterable[Topic], lang: str) -> tuple[T, ...]:
        """Up to three of them about the same, in the same language, those of the first topics first.

        An article leads to older ones only: a new one then changes no page that is already out.
        """
        found: dict[str, T] = {}
        for topic in topics:
            found |= {named: article for named, language, article in reversed(self.rows[topic]) if language == lang}
            if len(found) >= RELATED:
                break
        return tuple(found.values())[:RELATED]

    def add(self, topics: Iterable[Topic], id: str, lang: str, article: T) -> None:
        """Adds an article, which is newer than all before."""
        for topic in topics:
            self.rows[topic].append((id, lang, article))


def topics(article: Article) -> tuple[Topic, ...]:
    """What the article is about, what it has in common with few others first, each once."""
    named = (("service", article.services), ("tag", article.tags), ("category", (article.category,)))
    return tuple(dict.fromkeys((kind, name) for kind, names in named for name in names))


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
