"""The articles that the last build left, as far as nothing that they were made of has changed since."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from publisher.article import Article, Finding, Service, plain_name
from publisher.build import light
from publisher.build.addresses import Links
from publisher.build.derived import digest, file_digest
from publisher.build.light import Light, Row
from publisher.build.stamps import Stamps
from publisher.build.state import State, unpacked
from publisher.build.unchanged import Note, office_digest
from publisher.content import Reading

KIND = "archive"
# findings that every build makes anew, whatever it remembers
_OF_ALL = frozenset({"address", "held", "template", "speed"})


@dataclass(slots=True)
class Own:
    """What one build used for an article: see publisher.build.light.Row."""

    sources: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    said: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What the last build knew of all articles together: content path → address of what had a page, the paths of what
    was held back, former addresses, and the words that would have given it away."""

    addresses: Mapping[str, str]
    waiting: frozenset[str]
    moved: frozenset[str]
    secret: frozenset[str]


class Archive:
    """What is remembered of articles, for the build of one site. ``order`` is what is built, ``program`` stands for
    our code and the libraries; ``left`` gives the last build's note when the site stands as that one left it."""

    def __init__(self, state: State, stamps: Stamps, order: Any, program: str, left: Callable[[], Note | None]) -> None:
        self._began = time.time_ns()
        self._state = state
        self._stamps = stamps
        self._order = order
        self._program = program
        self._left = left
        self._kind = f"article {order.settings.output}"
        self.left: Note | None = None
        self._key = ""
        self.readings: Mapping[str, Reading] = {}
        self.past: Past | None = None
        self.light: dict[str, Light] = {}
        self._names: frozenset[str] = frozenset()

    def open(self, register: Iterable[Service]) -> Mapping[str, Light]:
        """The articles that hold, by content path, with this ``register``."""
        settings = self._order.settings
        logo = settings.root / settings.office.logo if settings.office.logo else None
        given = (self._program, light.SHAPE, office_digest(settings), settings.content, settings.zone.key)
        self._key = digest(*given, logo and _bytes_of(logo), *map(repr, register))
        past = self._state.get(KIND, self._kind, self._key)
        rows = self._state.rows(self._kind)
        self._names = frozenset(name for name, _ in rows)
        known = self._made(rows) if isinstance(past, Past) else {}
        self.left = self._left()  # asked for last: another process looks meanwhile
        if isinstance(past, Past) and self.left is not None:
            self.past, self.light = past, known
        return self.light

    def _made(self, rows: Iterable[tuple[str, bytes]]) -> dict[str, Light]:
        settings, found = self._order.settings, {}
        zone, now, changed = settings.zone, self._order.now.timestamp(), self._stamps.changed | self._rivals
        load = partial(self._state.heavy, self._kind)
        for name, raw in rows:
            parts = unpacked(raw)
            if parts is None:
                continue
            article = light.made(parts, zone, load)
            row = article.row
            if row.since <= now and (row.until is None or now < row.until) and changed.isdisjoint(row.sources):
                found[name] = article
        return found

    @cached_property
    def _rivals(self) -> frozenset[str]:
        """Files that would get an address of the same name, whatever they are; who has one of them is told so anew."""
        seen: dict[str, str] = {}
        found: set[str] = set()
        for name in self._stamps.names:
            if not name.endswith(".md"):
                other = seen.setdefault(plain_name(name.rpartition(".")[0]).casefold(), name)
                if other != name:
                    found |= {other, name}
        return frozenset(found)

    def astray(self, links: Links, secret: frozenset[str]) -> Iterator[str]:
        """Of the articles that hold, those with a link that may lead elsewhere now, or with a word that has become
        ``secret``."""
        past = self.past
        if past is None:
            return
        new = secret - past.secret
        if new:
            yield from [path for path, article in self.light.items() if any(s in self._text(article) for s in new)]
        names = {name for pair in past.addresses.items() ^ links.addresses.items() for name in pair}
        names |= (past.waiting ^ links.waiting) | (past.moved ^ links.moved)
        if names:
            yield from [path for path, article in self.light.items() if not names.isdisjoint(article.row.asked)]

    def _text(self, article: Light) -> str:
        return "\n".join((article.title, article.summary, self._state.heavy(self._kind, article.path)["html"]))

    def is_settled(self, sources: Iterable[str]) -> bool:
        """Whether all of ``sources`` are as they were when the build began."""
        for name in sources:
            try:
                self._stamps.digest(name)
            except OSError:
                if name in self._stamps.names:
                    return False
            else:
                if not self._stamps.is_older(name, self._began):
                    return False
        return self._rivals.isdisjoint(sources)

    def keep(self, past: Past, made: Iterable[tuple[Article, Row, str]]) -> None:
        """Remembers the articles that were ``made`` in this build, each with its text as its page shows it, and those
        that hold still."""
        new: set[str] = set()
        for article, row, shown in made:
            new.add(article.path)
            self._state.put(self._kind, article.path, *light.parts(article, row, shown))
        self._state.drop(self._kind, self._names - self.light.keys() - new)
        self._state.keep(KIND, self._kind, self._key, past)


def of_article(findings: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    """Findings by the path of their article."""
    found: dict[str, tuple[Finding, ...]] = {}
    for finding in findings:
        if finding.rule not in _OF_ALL:
            found[finding.path] = (*found.get(finding.path, ()), finding)
    return found


def _bytes_of(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError:
        return ""
