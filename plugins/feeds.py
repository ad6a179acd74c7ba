"""Writes every feed and sitemap of publisher/feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from plugins.periods import terms
from plugins.reader import parts
from publisher import feeds
from publisher._folder import load, names
from publisher.article import Article, Page, Service
from publisher.build.addresses import record_path
from publisher.build.derived import digest
from publisher.errors import SiteFault
from publisher.feeds._edition import Dated, Edition, Kind, Section
from publisher.feeds.opml import heading
from publisher.messages import msg

Made = TypeVar("Made")
USES = ("feeds entry", "feeds listed")  # kinds of the state
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


class Remembering:
    """What feeds and sitemaps say of an article, kept in the state until the article, the register or the site's own
    facts become others, or a change that was ahead of the clock is made."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._by = digest(run.program, run.site)

    def __call__(self, use: str, article: Article, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made when it is not known."""
        changes = (article.modified, *(c.date for c in article.corrections))
        made = [when is not None and when.replace(microsecond=0) <= self._run.order.now for when in changes]
        key, kind = digest(self._by, article, *made), f"feeds {use}"
        kept: Made | None = self._run.state.get(kind, article.path, key)
        if kept is not None:
            return kept
        new = make()
        self._run.state.keep(kind, article.path, key, new)
        return new


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """The files of each format."""
    run = run_of(generator.settings)
    if run is None or run.edition is None:
        return
    for name in names(feeds):
        try:
            for path, raw in load(feeds, name).render(run.edition):
                target = run.staging.site / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)
        except OSError:
            raise
        except Exception as fault:
            detail = f"{type(fault).__name__}: {fault}"
            raise SiteFault(msg("The feed {name} cannot be made: {detail}", name=name, detail=detail)) from fault


def sections(run: Run, generator: Any) -> Iterator[Section]:
    """What has a feed of its own: every category, tag, author and service."""
    for kind, term, articles in terms(generator):
        records = tuple(a.record for a in articles)
        yield Section(kind=KINDS[kind], name=str(term), home=term.url, articles=records)
    for service in sorted(run.services(), key=lambda s: s.id):
        about = tuple(a.record for a in generator.articles if service.id in a.record.services)
        yield Section(kind="layanan", name=service.name, home=record_path(service), articles=about)


def pages(run: Run, generator: Any) -> Iterator[Dated]:
    """All pages but articles that may be found, with the time their content last changed."""
    for record in run.records.values():
        if isinstance(record, Service):
            yield record_path(record), record.updated
        elif isinstance(record, Page):
            yield record_path(record), record.modified
    newest = _newest(generator.articles)
    yield "layanan/", max((s.updated for s in run.services() if s.updated), default=None)
    for path in ("arsip/", "kategori/", "tag/", "penulis/"):
        yield path, newest
    for _kind, term, articles in terms(generator):
        yield term.url, _newest(articles)


def periods(run: Run) -> Iterator[tuple[int, Dated]]:
    """The pages of lists that are divided by the calendar, with their year."""
    for _name, _values, shelf in run.shelves:
        for period in shelf.every():
            yield period.begins.year, (f"{shelf.home}{period.path}", _newest(period.articles))


def _newest(articles: Iterable[Any]) -> datetime | None:
    records: Iterator[Article] = (a.record for a in articles)
    return max((r.modified or r.due for r in records), default=None)
