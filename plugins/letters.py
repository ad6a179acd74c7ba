"""The A–Z list of articles and services, on which the search form leads without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer

from plugins._convert import Run, run_of
from plugins._lists import parts
from publisher.build.addresses import INDEX, record_path
from publisher.build.letters import ONE_PAGE, Entry, Letter, by_letter, heading


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(gather)
    signals.article_writer_finalized.connect(write)


def gather(generators: Iterable[Any]) -> None:
    """Gives the page its list: ``letters``, and ``one_page`` when they all stand on it."""
    news, _ = parts(generators)
    run = run_of(news.settings)
    if run is not None:
        found = tuple(entries(run))
        run.letters, one_page = by_letter(found), len(found) <= ONE_PAGE
        news.context.update(letters=run.letters if one_page else _headings(run.letters), one_page=one_page)


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
    template = generator.get_template("indeks")
    for letter in run.letters:
        path = f"{INDEX}/{letter.key}/"
        own = replace(letter, entries=(), parts=_headings(letter.parts)) if letter.parts else letter
        writer.write_file(f"{path}index.html", template, context, url=path, letter=own)
        for part in letter.parts:
            below = f"{path}{part.key}/"
            writer.write_file(f"{below}index.html", template, context, url=below, letter=heading(letter), part=part)


def _headings(letters: Iterable[Letter]) -> tuple[Letter, ...]:
    return tuple(map(heading, letters))
