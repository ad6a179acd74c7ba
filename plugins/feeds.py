"""Writes every feed and sitemap of publisher/feeds."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from publisher import feeds
from publisher._folder import load, names
from publisher.article import Article, Page, Service
from publisher.build.addresses import record_path
from publisher.errors import KentonganError, SiteFault
from publisher.messages import msg

Dated = tuple[str, datetime | None]


def register() -> None:
    """Called by Pelican."""
    signals.article_writer_finalized.connect(write)


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """One file for each format; a format that lists all pages gets them too."""
    run = run_of(generator.settings)
    if run is None:
        return
    articles = run.public()
    for name in names(feeds):
        member = load(feeds, name)
        more: dict[str, Any] = {}
        if "pages" in inspect.signature(member.render).parameters:
            more["pages"] = tuple(pages(run, generator))
        try:
            raw: bytes = member.render(run.site, articles, run.order.now, **more)
        except KentonganError:
            raise
        except Exception as fault:
            detail = f"{type(fault).__name__}: {fault}"
            raise SiteFault(msg("The feed {name} cannot be made: {detail}", name=name, detail=detail)) from fault
        target = run.staging.site / member.FILENAME
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)


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
    for months in generator.period_archives.values():
        for month in months:
            yield month["url"], _newest(month["articles"])
    for group in (generator.categories, generator.tags.items(), generator.authors):
        for term, articles in group:
            yield term.url, _newest(articles)


def _newest(articles: Iterable[Any]) -> datetime | None:
    records: Iterator[Article] = (a.record for a in articles)
    return max((r.modified or r.due for r in records), default=None)
