"""The A–Z list of articles and services, on which the search form leads without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._archive import month_of
from plugins._columns import titled
from plugins._convert import Run, run_of
from plugins._groups import Group
from plugins._lists import parts
from publisher.article import Article
from publisher.build.addresses import INDEX, record_path
from publisher.build.keys import hashed
from publisher.build.letters import ONE_PAGE, Entry, Letter, by_letter, heading


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(gather)
    signals.article_writer_finalized.connect(write)


def gather(generators: Iterable[Any]) -> None:
    """Gives the page its list: ``letters``, and ``one_page`` when they all stand on it."""
    news, _ = parts(generators)
    run = run_of(news.settings)
    if run is None:
        return
    sign, count = signed(run)
    if count <= ONE_PAGE:
        news.context.update(letters=by_letter(entries(run)), one_page=True)
        return
    run.letters = run.groups.find(INDEX, sign)
    if run.letters is None:
        letters = by_letter(entries(run))
        pages = tuple(f"{INDEX}/{letter.key}/index.html" for letter in letters)
        below = tuple(f"{INDEX}/{letter.key}/{part.key}/index.html" for letter in letters for part in letter.parts)
        run.groups.note(INDEX, Group(sign, pages, (_headings(letters), below)))
        news.context.update(letters=_headings(letters), one_page=False)
    else:
        news.context.update(letters=run.letters.facts[0], one_page=False)


def entries(run: Run) -> Iterator[Entry]:
    """All that is public, services by each of their names."""
    for month in run.archive.sealed.values():
        columns = month.columns
        yield from map(Entry, columns.titles, columns.addresses, columns.langs)
    for article in _at_hand(run):
        yield Entry(article.title, record_path(article), article.lang)
    yield from _names(run)


def signed(run: Run) -> tuple[str, int]:
    """What stands for the entries, and how many there are."""
    months = [(name, month.columns.titled, len(month.columns.ids)) for name, month in run.archive.sealed.items()]
    for name, found in groupby(_at_hand(run), key=lambda a: month_of(a.due)):
        own = [(a.title, record_path(a), a.lang) for a in found]
        months.append((name, titled(own), len(own)))
    names = tuple(_names(run))
    lines = (*(f"{name}\0{sign}" for name, sign, _ in sorted(months)), *map(repr, names))
    return hashed("\n".join(lines)), len(names) + sum(count for _, _, count in months)


def _at_hand(run: Run) -> tuple[Article, ...]:
    return run.articles() if run.order.preview else run.public()


def _names(run: Run) -> Iterator[Entry]:
    for service in run.services():
        yield Entry(service.name, record_path(service))
        yield from (Entry(a, record_path(service), note=service.name) for a in service.aliases if a != service.name)


def write(generator: ArticlesGenerator, writer: Writer) -> None:
    """A page a letter, when one page would be too heavy, and a page for each beginning of a crowded letter."""
    run, context = run_of(generator.settings), generator.context
    if run is None or context["one_page"]:
        return
    template, known = generator.get_template("indeks"), run.letters
    if known is not None and all(
        run.shown.keep(paths, template, ("letter", "url", *more), context)
        for paths, more in ((known.paths, ()), (known.facts[1], ("part",)))
    ):
        return
    for letter in by_letter(entries(run)):
        path = f"{INDEX}/{letter.key}/"
        own = replace(letter, entries=(), parts=_headings(letter.parts)) if letter.parts else letter
        writer.write_file(f"{path}index.html", template, context, url=path, letter=own)
        for part in letter.parts:
            below = f"{path}{part.key}/"
            writer.write_file(f"{below}index.html", template, context, url=below, letter=heading(letter), part=part)


def _headings(letters: Iterable[Letter]) -> tuple[Letter, ...]:
    return tuple(map(heading, letters))
