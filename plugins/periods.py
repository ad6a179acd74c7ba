"""Gives every list its periods, and each period its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import run_of
from plugins.reader import parts
from publisher.article import Service
from publisher.build import periods
from publisher.build.periods import archive, shelf

ARCHIVE = "arsip/"


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(gather)
    signals.article_writer_finalized.connect(write)


def gather(generators: Iterable[Any]) -> None:
    """Puts the list's periods beside it, as ``shelf``: at every term and service; ``archive`` is that of all news."""
    news, pages = parts(generators)
    run = run_of(news.settings)
    if run is None:
        return
    for kind, term, articles in terms(news):
        term.shelf = shelf(term.url, articles, periods.LIMIT)
        run.shelves.append((kind, {kind: term}, term.shelf))
    for page in pages.pages:
        if isinstance(page.record, Service):
            page.shelf = shelf(page.url, page.news, periods.NEWEST)  # the page has the service's own text too
            run.shelves.append(("service_news", {"page": page}, page.shelf))
    news.context["archive"] = archive(ARCHIVE, news.articles)
    run.shelves.append(("period_archives", {}, news.context["archive"]))


def terms(generator: Any) -> Iterator[tuple[str, Any, list[Any]]]:
    """Kind, term and articles of every category, tag and author."""
    for kind, found in (
        ("category", generator.categories),
        ("tag", sorted(generator.tags.items())),
        ("author", generator.authors),
    ):
        for term, articles in found:
            yield kind, term, articles


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """A page for each period, by the template of its list."""
    run = run_of(generator.settings)
    if run is None:
        return
    for name, values, found in run.shelves:
        template = generator.get_template(name)
        for period in found.every():
            path = f"{found.home}{period.path}"
            writer.write_file(f"{path}index.html", template, generator.context, url=path, period=period, **values)
