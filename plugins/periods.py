"""Gives every list its periods, and each period its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import run_of
from plugins._lists import parts
from publisher.article import Service
from publisher.build import periods
from publisher.build.periods import View, archive, shelf

ARCHIVE = "arsip/"


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(gather)
    signals.article_writer_finalized.connect(write)


def gather(generators: Iterable[Any]) -> None:
    """Puts what a list's own page shows of it beside it, as ``shelf``: at every term and service; ``archive`` is that
    of all news."""
    news, pages = parts(generators)
    run = run_of(news.settings)
    if run is None:
        return
    for kind, term, articles in terms(news):
        found = shelf(term.url, articles, periods.LIMIT)
        term.shelf = found.own()
        run.shelves.append((kind, {kind: term}, found))
    for page in pages.pages:
        if isinstance(page.record, Service):
            found = shelf(page.url, page.news, periods.NEWEST)  # the page has the service's own text too
            page.shelf = found.own()
            run.shelves.append(("service_news", {"page": page}, found))
    found = archive(ARCHIVE, news.articles)
    news.context["archive"] = found.own()
    run.shelves.append(("period_archives", {}, found))


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
            view, shown = found.view(period)
            more = {key: _with(value, view) for key, value in values.items()} or {"archive": view}
            writer.write_file(f"{path}index.html", template, generator.context, url=path, period=shown, **more)


def _with(value: Any, view: View) -> Any:
    """The term or service that a list is of, with what one page shows of the list."""
    own = copy(value)
    own.shelf = view
    if hasattr(own, "news"):
        own.news = ()
    return own
