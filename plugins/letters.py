"""The A–Z list of articles and services, on which the search form leads without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from plugins._groups import Group
from plugins._lists import parts
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
    found = tuple(entries(run))
    if len(found) <= ONE_PAGE:
        news.context.update(letters=by_letter(found), one_page=True)
        return
    sign = hashed("\n".join([f"{e.name}\0{e.path}\0{e.lang}\0{e.note}" for e in found]))
    run.letters = run.groups.find(INDEX, sign)
    if run.letters is None:
        letters = by_letter(found)
        pages = tuple(f"{INDEX}/{letter.key}/index.html" for letter in letters)
        below = tuple(f"{INDEX}/{letter.key}/{part.key}/index.html" for letter in letters for part in letter.parts)
        run.groups.note(INDEX, Group(sign, pages, (_headings(letters), below)))
        news.context.update(letters=_headings(letters), one_page=False)
    else:
        news.context.update(letters=run.letters.facts[0], one_page=False)


def entries(run: Run) -> Iterator[Entry]:
    """All that is public, services by each of their names."""
    for article in run.articles() if run.order.preview else run.public():
        yield Entry(article.title, record_path(article), article.lang)
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
