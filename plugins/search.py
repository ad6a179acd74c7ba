"""Makes the search index of what changed: a bundle a year, kept in the cache by what it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import search
from publisher.article import Article, Page
from publisher.build import journal, sets
from publisher.build.derived import digest
from publisher.build.sealed import Columns
from publisher.feeds._document import Memory
from publisher.messages import msg
from publisher.months import Chain, Part, chained, merged


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(divide)
    signals.finalized.connect(write)


def divide(pelican: Pelican) -> None:
    """Finds the groups, which the search page names."""
    run = run_of(pelican.settings)
    if run is None:
        return
    services = {s.id: s for s in run.services()}
    pages = [(r, run.raw[path]) for path, r in run.records.items() if isinstance(r, Page)]
    sealed = run.archive.sealed.values()
    months = Chain(_sealed(run, month.columns) for month in sealed)
    at_hand = chained(run.public(), lambda a: a.due, marks=lambda a: run.marks.timed(a))
    known = {str(month.columns.year) for month in sealed}
    run.searched = search.groups(merged(at_hand, months), services, pages, known=known)


def _sealed(run: Run, columns: Columns) -> Part[Article]:
    """The articles of a sealed month; how they stand in lists is known by the time when one is asked for."""

    def load(at: int) -> Article:
        record: Article = run.news.load(columns.paths[at]).record
        return record

    def column(name: str) -> Sequence[Any]:
        found: Sequence[Any] = getattr(run.news.month(columns.name).columns, name)
        return found

    return Part(columns.year, columns.month, len(columns.ids), load, column)


def write(pelican: Pelican) -> None:
    """Every group's bundle goes into the staging folder; one that was made before is taken as it is."""
    run = run_of(pelican.settings)
    if run is None or run.edition is None:
        return
    for done, name in enumerate(search.in_order(run.searched)):
        if not run.order.search and (stands := _standing(run.order.settings.output, name)):
            run.standing.update(stands)
            continue
        run.tell(msg("Search: {name}", name=name), done, len(run.searched))
        for file in _kept(run, name, run.edition.memory, engine=not done):
            run.put(file, f"{search.FOLDER}/{name}/{file.facts['name']}")


def _standing(output: Path, name: str) -> frozenset[str]:
    """The files of a group's bundle in the site as it stands."""
    folder = f"{search.FOLDER}/{name}"
    return frozenset(f"{folder}/{path}" for path in journal.files_of(output / folder))


def _kept(run: Run, name: str, memory: Memory, *, engine: bool) -> tuple[sets.Member, ...]:
    """The bundle of a group in the cache, made when it is not there; what it holds is read only when it changed."""
    cache = run.order.settings.state / "cache" / "search"
    group = run.searched[name]

    def known(source: search.Source, make: Callable[[], str]) -> str:
        return memory.recall("words", source.path, (source,), make) if isinstance(source, Article) else make()

    def month(part: Part[Article]) -> str:
        own = replace(group, sources=Chain((part,)))
        return memory.recall("months", f"{part.year}-{part.month}", (own.sources,), partial(own.digest, known))

    if isinstance(group.sources, Chain):
        key = digest(*map(month, group.sources.parts), engine)
    else:
        key = digest(memory.recall("search", name, group.sources, partial(group.digest, known)), engine)
    found = sets.found(cache, key)
    if found is None:
        with TemporaryDirectory(prefix="kentongan-") as folder:
            search.bundle(group.each(), Path(folder), engine=engine)
            sets.keep(cache, key, _files(Path(folder)))
        found = sets.found(cache, key)
    if found is None:
        raise FileNotFoundError(key)
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        yield name, path.read_bytes(), {"name": name}
