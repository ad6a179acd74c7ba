"""The news of one build, month by month: months with an article that was read are at hand, of others what the archive
holds of them; what their pages show of each other, and the lists that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from plugins._archive import month_of
from plugins._columns import ALL, TERMS, columns_of, seal
from plugins._convert import Run
from plugins._items import Item, Terms
from plugins._pages import Pages
from publisher.article import Article, Service
from publisher.build.choose import Recent, topics
from publisher.build.keys import hashed
from publisher.build.light import Light, Row
from publisher.build.sealed import Columns, Sealed, Topic
from publisher.feeds._choice import dated
from publisher.months import Chain, Part, signed

_EMPTY: Chain[Any] = Chain()
# what Pelican gives the template of an article
_GIVEN = ("article", "category", "override_output", "url", "blog", "relative_urls")


@dataclass(eq=False)
class Month:
    """A month of the news. ``items`` are Pelican's articles, newest first, where they are at hand, ``sealed`` what the
    archive holds of it where it holds. ``before`` are the last articles about each of its topics before it, ``older``
    and ``newer`` the neighbours of its first and last by language, and ``outside`` stands for all of these."""

    columns: Columns
    load: Callable[[str], Any]
    sealed: Sealed | None = None
    items: Sequence[Any] | None = None
    before: dict[Topic, tuple[tuple[str, str, Place], ...]] = field(default_factory=dict)
    older: dict[str, Place] = field(default_factory=dict)
    newer: dict[str, Place] = field(default_factory=dict)
    outside: str = ""

    def item(self, at: int) -> Any:
        """Pelican's article at a place."""
        return self.items[at] if self.items is not None else self.load(self.columns.paths[at])

    def part(self, places: Sequence[int], sign: str = "") -> Part[Any]:
        """Those at ``places`` as a part of a list."""
        columns = self.columns

        def column(name: str) -> list[Any]:
            values = getattr(columns, name)
            return [values[at] for at in places]

        return Part(columns.year, columns.month, len(places), lambda at: self.item(places[at]), column, sign)

    def open(self) -> Sequence[Any]:
        """All of them, at hand from now on, each with what it leads to."""
        if self.items is None:
            self.items = [self.item(at) for at in range(len(self.columns.paths))]
        for item in self.items:
            item.previous = item.next = None
        recent: Recent[Place] = Recent()
        for topic, row in self.before.items():
            recent.rows[topic].extend(row)
        last, columns = dict(self.older), self.columns
        for at in reversed(range(len(self.items))):
            item, lang = self.items[at], columns.langs[at]
            about = topics(item.record)
            item.related = [place.item() for place in recent.near(about, lang)]
            recent.add(about, columns.ids[at], lang, Place(self, at))
            if lang in last:
                item.previous = last[lang].item()
                if last[lang].month is self:
                    item.previous.next = item
            last[lang] = Place(self, at)
        for lang, place in last.items():
            if place.month is self and lang in self.newer:
                place.item().next = self.newer[lang].item()
        return self.items


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where an article stands."""

    month: Month
    at: int

    def item(self) -> Any:
        """Pelican's article."""
        return self.month.item(self.at)

    @property
    def mark(self) -> str:
        """What stands for it."""
        return self.month.columns.marks[self.at]


class News:
    """All news, in ``months``, the newest first, and in lists."""

    def __init__(self, run: Run, generator: Any) -> None:
        self._run = run
        self._generator = generator
        self._terms = Terms(generator.settings)
        self._loaded: dict[str, Item] = {}
        self._lists: dict[str, dict[Any, Chain[Any]]] = {}
        self.months: tuple[Month, ...] = ()
        self.register = ""
        self.written: list[Any] = []  # the articles whose pages Pelican goes through

    @property
    def every(self) -> Chain[Any]:
        """All but translations."""
        return self.of(ALL[0]).get(ALL[1], _EMPTY)

    def of(self, kind: str) -> Mapping[Any, Chain[Any]]:
        """The lists of a kind: by Pelican's category, tag or author, or by a service's id."""
        return self._lists.get(kind, {})

    def about(self, service: str) -> Chain[Any]:
        """The news about a service."""
        return self.of("service").get(service, _EMPTY)

    def addresses(self) -> set[str]:
        """The pages of the lists that sealed months stand in, but for services."""
        columns = (month.columns for month in self._run.archive.sealed.values())
        named = {key for c in columns for key in c.lists if key[0] in TERMS}
        return {self._terms(TERMS[kind], name).url for kind, name in named}

    def item(self, record: Light) -> Item:
        """What stands in Pelican's lists for an article of the archive."""
        return Item(record, self._terms, self._generator.settings, self._generator.context)

    def load(self, path: str) -> Item:
        """The same of an article of a sealed month, by its content path. Raises Forgotten."""
        if path not in self._loaded:
            item = self._loaded[path] = self.item(self._run.archive.article(path))
            self._run.revisions[path] = item.revision
            self.complete(item)
            item.lead = partial(self._lead, item.record)
            self._run.marks.know(item)
        return self._loaded[path]

    def record(self, path: str) -> Article:
        """An article by its content path, wherever it is. Raises Forgotten."""
        found = self._run.records.get(path)
        return found if isinstance(found, Article) else self.load(path).record

    def _lead(self, record: Article) -> None:
        """Has an article of a sealed month, which a list shows, lead to others too."""
        self.month(month_of(record.due)).open()

    def month(self, name: str) -> Month:
        """The month "2026-11"."""
        return next(month for month in self.months if month.columns.name == name)

    def complete(self, item: Any) -> None:
        """Gives an article its services and its posts."""
        record, register = item.record, self._register
        item.service_records = tuple(register[s] for s in record.services if s in register)
        item.posts = self._posts.get(record.id, [])

    @cached_property
    def _register(self) -> Mapping[str, Service]:
        return {service.id: service for service in self._run.site.services}

    @property
    def _posts(self) -> Mapping[str, list[Any]]:
        posts: Mapping[str, list[Any]] = self._generator.settings["JINJA_GLOBALS"]["syndication"]
        return posts

    def gather(self, items: Iterable[Any]) -> None:
        """Takes the ``items`` that are at hand, newest first, with marks and terms, together with the sealed months."""
        marks, site = self._run.marks, self._run.site
        self.register = signed(map(marks.of, site.services))
        by_month: dict[tuple[int, int], list[Any]] = {}
        for item in items:
            by_month.setdefault((item.record.due.year, item.record.due.month), []).append(item)
        found = [Month(columns_of(of, self._run), self.load, items=of) for of in by_month.values()]
        for sealed in self._run.archive.sealed.values():
            month = Month(sealed.columns, self.load, sealed)
            if sealed.register != self.register:
                month.items = [month.item(at) for at in range(len(sealed.columns.paths))]
                month.columns = columns_of(month.items, self._run)
            found.append(month)
        self.months = tuple(sorted(found, key=lambda m: (m.columns.year, m.columns.month), reverse=True))
        self._relate()
        terms = Terms(self._generator.settings)  # others than those of articles, which have no list
        parts: dict[str, dict[Any, list[Part[Any]]]] = {}
        for month in self.months:
            for (kind, name), (places, sign) in month.columns.lists.items():
                key = terms(TERMS[kind], name) if kind in TERMS else name
                parts.setdefault(kind, {}).setdefault(key, []).append(month.part(places, sign))
        self._lists = {kind: {key: Chain(row) for key, row in of.items()} for kind, of in parts.items()}

    def _relate(self) -> None:
        """Finds what each month shows of others, and has the articles at hand lead to each other."""
        recent: Recent[Place] = Recent()
        last: dict[str, Place] = {}
        for month in reversed(self.months):
            columns = month.columns
            month.before = {topic: tuple(recent.rows[topic]) for topic in columns.topics}
            month.older = {lang: last[lang] for lang in set(columns.langs) if lang in last}
            for topic, places in columns.topics.items():
                for at in places:
                    recent.add((topic,), columns.ids[at], columns.langs[at], Place(month, at))
            last |= {lang: Place(month, columns.langs.index(lang)) for lang in set(columns.langs)}
        last = {}
        for month in self.months:
            columns, end = month.columns, len(month.columns.langs) - 1
            month.newer = {lang: last[lang] for lang in set(columns.langs) if lang in last}
            last |= {lang: Place(month, end - columns.langs[::-1].index(lang)) for lang in set(columns.langs)}
            month.outside = self._outside(month)
            if month.sealed is None:
                month.open()

    def _outside(self, month: Month) -> str:
        near = (f"{topic}{[place.mark for _, _, place in row]}" for topic, row in sorted(month.before.items()))
        next_to = (_marks_of(row) for row in (month.older, month.newer))
        posts = self._posts
        own = (repr(posts.get(named)) for named in month.columns.ids) if posts else ()
        return hashed("\n".join((*near, *next_to, *own)))

    def for_feeds(self) -> Iterator[tuple[Part[Article], Part[Article]]]:
        """The sealed months as feeds take them: all of each, and those whose original stands here."""

        def as_told(item: Any) -> Article:
            return next(dated(self._run.site, (item.record,)))

        for month in self.months:
            columns = month.columns
            if month.sealed is None:
                continue
            places = columns.feed or range(len(columns.ids))
            every = month.part(places, "" if columns.feed else columns.lists[ALL][1])
            own = month.part([at for at in places if at not in columns.copies]) if columns.copies else every
            yield every.seen_as(as_told), own.seen_as(as_told)

    def look(self, pages: Pages) -> None:
        """Keeps the pages of sealed months as they stand; those that show something else now are looked at."""
        news = self._generator
        template = news.get_template("article")
        for month in self.months:
            sealed = month.sealed
            if sealed is None:
                continue
            paths = [f"{address}index.html" for address in sealed.columns.addresses]
            same = (sealed.outside, sealed.register) == (month.outside, self.register)
            if same and pages.keep(paths, template, _GIVEN, news.context):
                self._run.written += len(paths)
            else:
                news.articles += month.open()
        self.written = news.articles

    def sealed_now(self, month: Month, rows: Mapping[str, Row]) -> Sealed | None:
        """What the archive may hold of a month as a whole; None when one of its articles must be looked at in every
        build. ``rows`` are those of articles that were made in this build."""
        if month.sealed is not None:
            return month.sealed._replace(columns=month.columns, outside=month.outside, register=self.register)
        found = []
        for item in month.items or ():
            row = item.record.row if isinstance(item, Item) else rows.get(item.record.path)
            if row is None or row.until is not None or item.translations or item.record.translation_of:
                return None
            found.append((item.record, row))
        return seal(month.columns, found, self.register, month.outside)


def _marks_of(row: Mapping[str, Place]) -> str:
    return repr([(lang, place.mark) for lang, place in sorted(row.items())])
