"""Writes every feed and sitemap of publisher/feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from plugins._lists import parts
from plugins._pages import Stamp, stamp
from plugins.periods import terms
from publisher import feeds
from publisher._folder import load, names
from publisher.article import Article, Page, Service
from publisher.build.addresses import record_path
from publisher.build.check import Look
from publisher.build.derived import digest
from publisher.build.keys import hashed
from publisher.build.periods import Period
from publisher.build.state import Forgotten
from publisher.errors import SiteFault
from publisher.feeds._document import Document, Made, Memory
from publisher.feeds._edition import Dated, Edition, Kind, Section
from publisher.feeds.opml import heading
from publisher.messages import msg

KIND = "feeds"  # kinds of the state
OF_ARTICLES = ("feeds entry", "feeds words")
SECTIONS = ("feeds newest", "feeds search", "feeds shares")
KINDS: dict[str, Kind] = {"category": "kategori", "tag": "tag", "author": "penulis"}


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(gather)
    signals.article_writer_finalized.connect(write)


def gather(generators: Iterable[Any]) -> None:
    """What is published, for the formats; and for the page that lists the feeds, ``feed_groups``."""
    news, _ = parts(generators)
    run = run_of(news.settings)
    if run is None:
        return
    found = tuple(sections(run, news))
    run.edition = Edition(
        run.site,
        run.articles(),
        run.order.now,
        sections=found,
        pages=tuple(pages(run, news)),
        periods=tuple(periods(run)),
        memory=Remembering(run),
    )
    groups = groupby(found, key=lambda section: section.kind)
    news.context["feed_groups"] = [(heading(kind).text, tuple(group)) for kind, group in groups]


class Remembering(Memory):
    """What feeds and sitemaps are made of, kept in the state until an article in it, the register or the site's own
    facts become others, or a change that was ahead of the clock is made."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._by = digest(run.program, run.site)
        self._marks: dict[str, str] = {}

    def recall(self, use: str, name: str, made_of: Sequence[object], make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made when it is not known."""
        key, kind = self.key(made_of), f"feeds {use}"
        kept: Made | None = self._run.state.get(kind, name, key)
        if kept is not None:
            return kept
        new = make()
        self._run.state.keep(kind, name, key, new)
        return new

    def key(self, made_of: Iterable[object]) -> str:
        """What stands for ``made_of``."""
        said = (self._mark(p) if isinstance(p, Article) else repr(p) for p in made_of)
        return hashed("\n".join((self._by, *said)))

    def _mark(self, article: Article) -> str:
        """What stands for an article and the changes of it that are made by now."""
        known = self._marks.get(article.path)
        if known is None:
            changes = (article.modified, *(c.date for c in article.corrections))
            made = (when and when.replace(microsecond=0) <= self._run.order.now for when in changes)
            known = self._marks[article.path] = " ".join((self._run.shown.marks.of(article), *map(str, made)))
        return known


class Files:
    """The files of the formats. One that stands in the output folder as it would be made is not made again."""

    def __init__(self, run: Run, memory: Memory) -> None:
        self._run = run
        self._memory = memory
        self._site = str(run.order.settings.output)
        self._last: dict[str, tuple[str, Stamp]]
        self._last, before = run.state.get(KIND, self._site, run.program) or ({}, frozenset())
        self._secret = frozenset(run.secret())
        new = self._secret - before  # what was made before they became secret may name them
        self._look = Look(run.order.settings.output, run.site.url, frozenset(), new)
        self._now: dict[str, tuple[str, Stamp]] = {}

    def put(self, document: Document) -> None:
        """Has the file stand in the site."""
        path, key = document.path, self._memory.key((document.path, *document.made_of))
        place = self._run.order.settings.output / path
        raw = None if self._last.get(path) == (key, stamp(place)) else document.make()
        stands = raw is None or (place.is_file() and place.read_bytes() == raw)
        if stands and not self._look.is_secret(path):
            self._run.standing.add(path)
        else:
            place = self._run.staging.site / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(document.make() if raw is None else raw)
        self._now[path] = key, stamp(place)

    def save(self) -> None:
        """Notes what the files were made of."""
        self._run.state.keep(KIND, self._site, self._run.program, (self._now, self._secret))


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """The files of each format."""
    run = run_of(generator.settings)
    if run is None or run.edition is None:
        return
    files = Files(run, run.edition.memory)
    for name in names(feeds):
        try:
            for document in load(feeds, name).render(run.edition):
                files.put(document)
        except (OSError, Forgotten):
            raise
        except Exception as fault:
            detail = f"{type(fault).__name__}: {fault}"
            raise SiteFault(msg("The feed {name} cannot be made: {detail}", name=name, detail=detail)) from fault
    files.save()


def sections(run: Run, generator: Any) -> Iterator[Section]:
    """What has a feed of its own: every category, tag, author and service."""
    for kind, term, articles in terms(generator):
        records = tuple(a.record for a in articles)
        yield Section(kind=KINDS[kind], name=str(term), home=term.url, articles=records)
    about: dict[str, list[Article]] = {}
    for record in (a.record for a in generator.articles):
        for named in dict.fromkeys(record.services):
            about.setdefault(named, []).append(record)
    for service in sorted(run.services(), key=lambda s: s.id):
        records = tuple(about.get(service.id, ()))
        yield Section(kind="layanan", name=service.name, home=record_path(service), articles=records)


def pages(run: Run, generator: Any) -> Iterator[Dated]:
    """All pages but articles that may be found, with the time their content last changed."""
    for record in run.records.values():
        if isinstance(record, Service):
            yield record_path(record), record.updated
        elif isinstance(record, Page):
            yield record_path(record), record.modified
    newest = _newest(run)
    yield "layanan/", max((s.updated for s in run.services() if s.updated), default=None)
    for path in ("arsip/", "kategori/", "tag/", "penulis/"):
        yield path, newest(generator.articles)
    for _kind, term, articles in terms(generator):
        yield term.url, newest(articles)


def periods(run: Run) -> Iterator[tuple[int, Dated]]:
    """The pages of lists that are divided by the calendar, with their year."""
    newest = _newest(run)

    def every(home: str, period: Period) -> Iterator[tuple[int, Dated]]:
        rows = [row for part in period.parts for row in every(home, part)]
        when = max((when for _, (_, when) in rows if when), default=None) if rows else newest(period.articles)
        yield period.begins.year, (f"{home}{period.path}", when)
        yield from rows

    for _name, _values, shelf in run.shelves:
        for period in shelf.periods:
            yield from every(shelf.home, period)


def _newest(run: Run) -> Callable[[Iterable[Any]], datetime | None]:
    """Tells when the newest change in a list was; each article stands in many."""
    times = {a.path: a.modified or a.due for a in run.articles()}
    path_of = attrgetter("record.path")

    def newest(articles: Iterable[Any]) -> datetime | None:
        return max(map(times.__getitem__, map(path_of, articles)), default=None)

    return newest
