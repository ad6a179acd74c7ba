"""The articles that the last build left, as far as nothing that they were made of has changed since."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from publisher.article import Article, Finding, Service, article_path, plain_name
from publisher.build import light
from publisher.build.addresses import Links
from publisher.build.derived import digest, file_digest
from publisher.build.light import Light, Row
from publisher.build.sealed import Sealed
from publisher.build.stamps import Stamps
from publisher.build.state import State, unpacked
from publisher.build.unchanged import Note, office_digest
from publisher.content import Reading, former_path

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
    our code and the libraries; ``left`` gives the last build's note when the site stands as that one left it.

    ``sealed`` are the months that hold as a whole, by their names, ``light`` the articles of others that hold, by
    content path.
    """

    def __init__(self, state: State, stamps: Stamps, order: Any, program: str, left: Callable[[], Note | None]) -> None:
        self._began = time.time_ns()
        self._state = state
        self._stamps = stamps
        self._order = order
        self._program = program
        self._left = left
        self._kind = f"article {order.settings.output}"
        self._months = f"month {order.settings.output}"
        self.left: Note | None = None
        self._key = ""
        self.readings: Mapping[str, Reading] = {}
        self.past: Past | None = None
        self.sealed: dict[str, Sealed] = {}
        self.light: dict[str, Light] = {}
        self._names: frozenset[str] = frozenset()

    def open(self, register: Iterable[Service]) -> None:
        """Finds out what holds, with this ``register``."""
        settings = self._order.settings
        logo = settings.root / settings.office.logo if settings.office.logo else None
        given = (self._program, light.SHAPE, office_digest(settings), settings.content, settings.zone.key)
        self._key = digest(*given, logo and _bytes_of(logo), *map(repr, register))
        past = self._state.get(KIND, self._kind, self._key)
        self._names = self._state.names(self._kind)
        if isinstance(past, Past):
            self.sealed = dict(self._whole_months())
            self.light = self._made(self._names.difference(*(s.columns.paths for s in self.sealed.values())))
        self.left = self._left()  # asked for last: another process looks meanwhile
        if isinstance(past, Past) and self.left is not None:
            self.past = past
        else:
            self.sealed, self.light = {}, {}

    def _whole_months(self) -> Iterator[tuple[str, Sealed]]:
        now, changed = self._order.now.timestamp(), self._stamps.changed | self._rivals
        for name, key, month in self._state.every(self._months):
            holds = key == self._key and isinstance(month, Sealed) and self._names.issuperset(month.columns.paths)
            if holds and month.since <= now and changed.isdisjoint(month.sources):
                yield name, month

    def unseal(self, names: Iterable[str]) -> tuple[Light, ...]:
        """The articles of the months ``names``, which are looked at one by one from now on. Raises Forgotten."""
        found = tuple(self.article(path) for name in names for path in self.sealed.pop(name).columns.paths)
        self.light |= {article.path: article for article in found}
        return found

    def touched(
        self, articles: Iterable[Article], taken: Iterable[str], *, listed: Callable[[Article], bool]
    ) -> set[str]:
        """The sealed months that new ``articles`` have to be compared with: those that they stand in when they are
        ``listed``, and those with an id or an address that they have, had or name, or that is ``taken``."""
        names, months = set(taken), set[str]()
        if not self.sealed:
            return months
        for article in articles:
            names |= names_of(article) | {id_name(article.translation_of)}
            months |= {month_of(article.due.astimezone(self._order.settings.zone))} if listed(article) else set()
        return {n for n, s in self.sealed.items() if n in months or not names.isdisjoint(s.names)}

    def article(self, path: str) -> Light:
        """The article of a sealed month at the content path ``path``. Raises Forgotten."""
        return light.made(self._state.light(self._kind, path), self._order.settings.zone, self._load)

    @property
    def _load(self) -> light.Load:
        return partial(self._state.heavy, self._kind)

    def at(self, address: str) -> str:
        """The content path of the article of a sealed month whose page stands at ``address``, "" when there is none."""
        for month in self.sealed.values():
            if address in month.columns.addresses:
                return month.columns.paths[month.columns.addresses.index(address)]
        return ""

    def writers(self, target: str) -> Iterator[str]:
        """The content paths of articles of sealed months whose text links to ``target``."""
        for month in self.sealed.values():
            if target in month.linked:
                yield from (a.path for a in map(self.article, month.columns.paths) if target in a.row.linked)

    def _made(self, names: Collection[str]) -> dict[str, Light]:
        many = len(names) == len(self._names)
        rows = self._state.rows(self._kind) if many else self._state.some(self._kind, names)
        settings, found = self._order.settings, {}
        zone, now, changed = settings.zone, self._order.now.timestamp(), self._stamps.changed | self._rivals
        load = self._load
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

    def astray(self, links: Links, secret: frozenset[str]) -> tuple[Collection[str], Collection[str]]:
        """Of what holds, the articles and the sealed months with a link that may lead elsewhere now, or with a word
        that has become ``secret``."""
        past = self.past
        if past is None:
            return frozenset(), frozenset()
        new, names = secret - past.secret, _moved(past, links)
        if new and self.sealed:  # each text has to be looked at
            return frozenset(), frozenset(self.sealed)
        telling = {path for path, a in self.light.items() if new and any(s in self._text(a) for s in new)}
        if not names:
            return frozenset(telling), frozenset()
        months = (name for name, month in self.sealed.items() if not names.isdisjoint(month.asked))
        return telling.union(p for p, a in self.light.items() if not names.isdisjoint(a.row.asked)), frozenset(months)

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
        still = self.light.keys() | new
        self._state.drop(self._kind, self._names.difference(still, *(s.columns.paths for s in self.sealed.values())))
        self._state.keep(KIND, self._kind, self._key, past)

    def seal(self, months: Mapping[str, Sealed]) -> None:
        """Remembers ``months`` as a whole, and of those that are sealed each that is not among them as it was."""
        for name, month in months.items():
            self._state.keep(self._months, name, self._key, month)
        for name in self.sealed:
            self._state.use(self._months, name)
        self._state.forget(self._months)


def month_of(when: datetime) -> str:
    """The month of an article that was first public at ``when``, in the office's zone."""
    return f"{when.year:04}-{when.month:02}"


def id_name(id: str) -> str:
    """What stands for an id among addresses."""
    return f"#{id.casefold()}"


def names_of(article: Article) -> set[str]:
    """What no other article may have: its id and its address, and the addresses that it had."""
    former = {f"{path.strip('/')}/" for path in (former_path(article, f) for f in article.former) if path}
    return {id_name(article.id), article_path(article)} | former


def _moved(past: Past, links: Links) -> set[str]:
    """The content paths and addresses of which something changed since the last build."""
    names = {name for pair in past.addresses.items() ^ links.addresses.items() for name in pair}
    return names | (past.waiting ^ links.waiting) | (past.moved ^ links.moved)


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
