"""Makes the search index of what changed: a bundle a year, kept in the cache by what it was made of."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from publisher import search
from publisher.article import Page
from publisher.messages import msg


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(write)


def write(pelican: Pelican) -> None:
    """Every group's bundle goes into the staging folder; one that was made before is copied."""
    run = run_of(pelican.settings)
    if run is None:
        return
    services = {s.id: s for s in run.services()}
    pages = [(r, run.raw[path]) for path, r in run.records.items() if isinstance(r, Page)]
    groups = search.groups(run.public(), services, pages)
    run.searched = search.in_order(groups)
    for done, name in enumerate(run.searched):
        run.tell(msg("Search: {name}", name=name), done, len(groups))
        kept = _kept(run, name, groups[name], engine=not done)
        shutil.copytree(kept, run.staging.site / search.FOLDER / name, copy_function=shutil.copyfile)


def _kept(run: Run, name: str, entries: Sequence[search.Entry], *, engine: bool) -> Path:
    """The bundle's folder in the cache, made when it is not there; a half-made one never gets its name."""
    cache = run.order.settings.state / "cache" / "search"
    kept = cache / f"{name}-{'engine-' * engine}{search.digest(entries)[:32]}"
    if not (kept / search.ENTRY).is_file():
        cache.mkdir(parents=True, exist_ok=True)
        new = Path(mkdtemp(prefix=".new-", dir=cache))
        search.bundle(entries, new, engine=engine)
        for old in cache.glob(f"{name}-*"):
            shutil.rmtree(old)
        new.replace(kept)
    return kept
