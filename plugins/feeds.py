"""Writes every feed and sitemap of publisher/feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from plugins._lists import parts
from plugins._pages import Stamp, stamp
from plugins.periods import ARCHIVE, terms
from publisher import feeds
from publisher._folder import load, names
from publisher.article import Article, Page, Service
from publisher.build.addresses import record_path
from publisher.build.check import Look
from publisher.build.cores import forked
from publisher.build.derived import digest
from publisher.build.keys import hashed
from publisher.build.light import Light
from publisher.build.state import Forgotten, packed
from publisher.errors import SiteFault
from publisher.feeds._document import Document, Made, Memory
from publisher.feeds._edition import FIRST_YEAR, Dated, Edition, Kind, Section
from publisher.feeds.opml import heading
from publisher.messages import msg
from publisher.months import Chain

MANY = 200  # new articles from which on a copy of this process pays
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
        sealed=tuple(run.news.for_feeds()),
    )
    named = (replace(section, articles=(), sign="") for section in found)
    groups = groupby(named, key=lambda section: section.kind)
    news.context["feed_groups"] = [(heading(kind).text, tuple(group)) for kind, group in groups]


class Remembering(Memory):
    """What feeds and sitemaps are made of, kept in the state until an article in it, the register or the site's own
    facts become others, or a change that was ahead of the clock is made."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.by = digest(run.program, run.site)

    def recall(self, use: str, name: str, made_of: Sequence[object], make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made when it is not known."""
        key, kind = self.key(made_of), f"feeds {use}"
        kept: Made | None = self._run.state.get(kind, name, key)
        if kept is not None:
            return kept
        new = make()
        self._run.state.keep(kind, name, key, new)
        return new

    def foresee(self, use: str, articles: Sequence[Article], make: Callable[[Article], object]) -> None:
        """Has what ``make`` gives of each of ``articles`` made on all cores where it is not known."""
        state, kind = self._run.state, f"feeds {use}"
        keys = {article.path: self.key((article,)) for article in articles}
        new = [article for article in articles if not state.has(kind, article.path, keys[article.path])]
        for at, made in forked(lambda article: packed(make(article)), new, fewest=MANY, begin=state.copied):
            state.keep(kind, new[at].path, keys[new[at].path], made)

    def key(self, made_of: Iterable[object]) -> str:
        """What stands for ``made_of``."""
        return hashed("\n".join((self.by, *map(self._mark, made_of))))

    def mark(self, article: Article) -> str:
        """What stands for ``article``."""
        return str(self._run.marks.timed(article))

    def _mark(self, part: object) -> str:
        if isinstance(part, Article):
            return self.mark(part)
        return part.sign if isinstance(part, Chain) else repr(part)


class Files:
    """The files of the formats. One that stands in the output folder as it would be made is not made again."""

    def __init__(self, run: Run, memory: Memory) -> None:
        self._run = run
        self._memory = memory
        self._site = str(run.order.settings.output)
        self._last: dict[str, tuple[str, str, Stamp]]
        self._last, before = run.state.get(KIND, self._site, memory.by) or ({}, frozenset())
        self._secret = frozenset(run.secret())
        new = self._secret - before  # what was made before they became secret may name them
        self._look = Look(run.order.settings.output, run.site.url, frozenset(), new)
        self._now: dict[str, tuple[str, str, Stamp]] = {}

    def put(self, document: Document) -> None:
        """Has the file stand in the site."""
        path, sign = document.path, document.sign
        place = self._run.order.settings.output / path
        last = self._last.get(path)
        key = last[1] if last and sign and last[0] == sign else self._memory.key((path, *document.made_of()))
        raw = None if last and last[1:] == (key, stamp(place)) else document.make()
        stands = raw is None or (place.is_file() and place.read_bytes() == raw)
        if stands and not self._look.is_secret(path):
            self._run.standing.add(path)
        else:
            place = self._run.staging.site / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(document.make() if raw is None else raw)
        self._now[path] = sign, key, stamp(place)

    def save(self) -> None:
        """Notes what the files were made of."""
        self._run.state.keep(KIND, self._site, self._memory.by, (self._now, self._secret))


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """The files of each format."""
    run = run_of(generator.settings)
    if run is None or run.edition is None:
        return
    files = Files(run, run.edition.memory)
    formats = names(feeds)
    with _explained(formats[0]):
        carried = (article for article in run.edition.at_hand if article.due.year >= FIRST_YEAR)
        new = [article for article in carried if not isinstance(article, Light)]
        if len(new) >= MANY:
            run.edition.foresee(new)
    for name in formats:
        with _explained(name):
            for document in load(feeds, name).render(run.edition):
                files.put(document)
    run.edition.forget()
    files.save()


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Says which format is at fault."""
    try:
        yield
    except (OSError, Forgotten):
        raise
    except Exception as fault:
        detail = f"{type(fault).__name__}: {fault}"
        raise SiteFault(msg("The feed {name} cannot be made: {detail}", name=name, detail=detail)) from fault


def sections(run: Run, generator: Any) -> Iterator[Section]:
    """What has a feed of its own: every category, tag, author and service."""
    signs = {listing.home: listing.sign for listing in run.shelves}
    for kind, term, articles in terms(generator):
        records = articles.seen_as(_record)
        yield Section(kind=KINDS[kind], name=str(term), home=term.url, articles=records, sign=signs[term.url])
    for service in sorted(run.services(), key=lambda s: s.id):
        records, home = run.news.about(service.id).seen_as(_record), record_path(service)
        yield Section(kind="layanan", name=service.name, home=home, articles=records, sign=signs.get(home, ""))


def _record(item: Any) -> Article:
    record: Article = item.record
    return record


def pages(run: Run, generator: Any) -> Iterator[Dated]:
    """All pages but articles that may be found, with the time their content last changed."""
    for record in run.records.values():
        if isinstance(record, Service):
            yield record_path(record), record.updated
        elif isinstance(record, Page):
            yield record_path(record), record.modified
    newest = {listing.home: listing.facts.newest for listing in run.shelves}
    yield "layanan/", max((s.updated for s in run.services() if s.updated), default=None)
    for path in (ARCHIVE, "kategori/", "tag/", "penulis/"):
        yield path, newest[ARCHIVE]
    for _kind, term, _articles in terms(generator):
        yield term.url, newest[term.url]


def periods(run: Run) -> Iterator[tuple[int, Dated]]:
    """The pages of lists that are divided by the calendar, with their year."""
    for listing in run.shelves:
        for year, path, when in listing.facts.rows:
            yield year, (f"{listing.home}{path}", when)
