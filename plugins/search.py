"""Makes the search index of what changed: a bundle a year, kept in the cache by what it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import search
from publisher.article import Page
from publisher.build import sets
from publisher.build.derived import digest
from publisher.messages import msg


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(write)


def write(pelican: Pelican) -> None:
    """Every group's bundle goes into the staging folder; one that was made before is taken as it is."""
    run = run_of(pelican.settings)
    if run is None:
        return
    services = {s.id: s for s in run.services()}
    pages = [(r, run.raw[path]) for path, r in run.records.items() if isinstance(r, Page)]
    groups = search.groups(run.public(), services, pages)
    run.searched = search.in_order(groups)
    for done, name in enumerate(run.searched):
        run.tell(msg("Search: {name}", name=name), done, len(groups))
        for file in _kept(run, groups[name], engine=not done):
            run.put(file, f"{search.FOLDER}/{name}/{file.facts['name']}")


def _kept(run: Run, entries: Sequence[search.Entry], *, engine: bool) -> tuple[sets.Member, ...]:
    """The bundle of ``entries`` in the cache, made when it is not there."""
    cache = run.order.settings.state / "cache" / "search"
    key = digest(search.digest(entries), engine)
    found = sets.found(cache, key)
    if found is None:
        with TemporaryDirectory(prefix="kentongan-") as folder:
            search.bundle(entries, Path(folder), engine=engine)
            sets.keep(cache, key, _files(Path(folder)))
        found = sets.found(cache, key)
    if found is None:
        raise FileNotFoundError(key)
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        yield name, path.read_bytes(), {"name": name}
