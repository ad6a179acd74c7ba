"""Gives every list its periods, and each period its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from plugins._groups import Group
from plugins._lists import parts
from publisher.article import Service
from publisher.build import periods
from publisher.build.periods import Period, Shelf, Span, View, archive, shelf
from publisher.months import Chain

ARCHIVE = "arsip/"
Row = tuple[int, str, datetime | None]


class Facts(NamedTuple):
    """What is known of a list: its periods as its own page names them, for each period the year, the path below the
    list and when its newest change was, and that of all."""

    spans: tuple[Span, ...]
    rows: tuple[Row, ...]
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list at ``home`` whose periods are shown by the template ``kind`` with ``values``.

    ``sign`` stands for its articles; ``paths`` are the pages of its periods when the last build told of them;
    ``divide`` gives the periods.
    """

    kind: str
    values: dict[str, Any]
    home: str
    sign: str
    facts: Facts
    paths: tuple[str, ...] | None
    divide: Callable[[], Shelf]


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
        term.shelf = _listed(run, kind, {kind: term}, articles, _cut(term.url, articles, periods.LIMIT))
    for page in pages.pages:
        if isinstance(page.record, Service):  # the page has the service's own text too
            cut = _cut(page.url, page.news, periods.NEWEST)
            page.shelf = _listed(run, "service_news", {"page": page}, page.news, cut)
    every = run.news.every
    news.context["archive"] = _listed(run, "period_archives", {}, every, _cut(ARCHIVE, every, 0))


def _cut(home: str, articles: Chain[Any], most: int) -> tuple[str, Callable[[], Shelf]]:
    """Where a list stands, and what divides it; that of all news has months, however few."""
    return home, (lambda: shelf(home, articles, most)) if most else (lambda: archive(home, articles))


def _listed(
    run: Run, kind: str, values: dict[str, Any], articles: Chain[Any], cut: tuple[str, Callable[[], Shelf]]
) -> View:
    """What the list's own page shows; the list is noted for the pages of its periods, feeds and sitemaps."""
    home, divide = cut
    whole = " ".join((kind, *map(run.marks.alone, values.values()), articles.sign))
    group = run.groups.find(home, whole)
    facts: Facts
    if group is not None:
        facts = group.facts
    else:
        found = divide()
        rows = tuple(row for period in found.periods for row in _rows(period))
        facts = Facts(found.own().periods, rows, _newest(found.articles))
        paths = tuple(f"{home}{path}index.html" for _, path, _ in rows)
        run.groups.note(home, Group(whole, paths, facts))
    told = None if group is None else group.paths
    run.shelves.append(Listing(kind, values, home, articles.sign, facts, told, divide))
    shown = articles[: periods.NEWEST] if facts.spans else articles
    return View(home, shown, len(shown) > periods.NEWEST, facts.spans)


def _rows(period: Period) -> Iterator[Row]:
    """A period and all that it is divided into."""
    rows = [row for part in period.parts for row in _rows(part)]
    when = max((when for _, _, when in rows if when), default=None) if rows else _newest(period.articles)
    yield period.begins.year, period.path, when
    yield from rows


def _newest(articles: Chain[Any]) -> datetime | None:
    """When the newest change in a list was."""
    return max(articles.column("changed"), default=None)


def terms(generator: Any) -> Iterator[tuple[str, Any, Chain[Any]]]:
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
    for listing in run.shelves:
        template = generator.get_template(listing.kind)
        names = ("period", "url", *(listing.values or ("archive",)))
        if listing.paths is not None and run.shown.keep(listing.paths, template, names, generator.context):
            continue
        found = listing.divide()
        for period in found.every():
            path = f"{listing.home}{period.path}"
            view, shown = found.view(period)
            more = {key: _with(value, view) for key, value in listing.values.items()} or {"archive": view}
            writer.write_file(f"{path}index.html", template, generator.context, url=path, period=shown, **more)


def _with(value: Any, view: View) -> Any:
    """The term or service that a list is of, with what one page shows of the list."""
    own = copy(value)
    own.shelf = view
    if hasattr(own, "news"):
        own.news = ()
    return own
