"""Reads the content folder and remembers what each file said, until it or a file that it names changes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from plugins._archive import Archive
from plugins._convert import Order
from publisher import article, content, slugs
from publisher.article import Article, Service, Status
from publisher.build.addresses import record_path
from publisher.build.choose import is_waiting
from publisher.build.cores import gathered
from publisher.build.derived import code_digest, digest
from publisher.build.light import Light
from publisher.build.stamps import Stamps
from publisher.build.state import Packed, State, packed, unpacked

KIND = "file"
SECONDS = 0.0008  # one article


class Memory:
    """A content.Reader; what is new is read on all cores, articles that the ``archive`` still holds are not read.

    ``readings`` are those of the files that were, by their content paths.
    """

    def __init__(self, state: State, stamps: Stamps, archive: Archive, order: Order) -> None:
        self._state = state
        self._stamps = stamps
        self.archive = archive
        self.readings: dict[str, content.Reading] = {}
        archive.readings = self.readings
        self._order = order
        self._folder, self._zone = order.settings.content, order.settings.zone

    def __call__(self, folder: Path, paths: Sequence[str], zone: ZoneInfo) -> Iterator[tuple[str, content.Reading]]:
        """What the files at ``paths`` say, in their order; those of sealed months are left out."""
        archive, news = self.archive, [path for path in paths if path.startswith(_NEWS)]
        self.read(folder, [path for path in paths if not path.startswith(_NEWS)], zone)
        others = tuple(seen.entry for seen in self.readings.values())
        archive.open(e for e in others if isinstance(e, Service))
        taken = {record_path(e) for e in others if e is not None}
        while True:
            sealed = frozenset(path for month in archive.sealed.values() for path in month.columns.paths)
            known = archive.light.keys() | sealed
            self.read(folder, [path for path in news if path not in known and path not in self.readings], zone)
            found = (seen.entry for path, seen in self.readings.items() if path not in archive.light)
            new = (entry for entry in found if isinstance(entry, Article))
            touched = archive.touched(new, taken, listed=self._is_listed)
            if not touched:
                break
            archive.unseal(touched)
        for month in archive.sealed.values():
            self._stamps.use(month.sources)
        for path in paths:
            kept = archive.light.get(path)
            if path not in sealed:
                yield path, self.readings[path] if kept is None else self._kept(kept)

    def read(self, folder: Path, paths: Sequence[str], zone: ZoneInfo) -> None:
        """Reads the files at ``paths``, or remembers what they said."""
        began = time.time_ns()
        by = digest(zone.key, hand())
        found = {path: self._known(by, path) for path in paths}
        new = [path for path, seen in found.items() if seen is None]
        for path, kept in zip(new, gathered(partial(_read, folder, zone), new, SECONDS), strict=True):
            seen = found[path] = unpacked(kept)
            key = self._key(by, path, seen) if all(seen.named.values()) else ""  # no key for files that are not there
            if key and all(self._stamps.is_older(name, began) for name in (path, *seen.named)):
                self._state.keep(KIND, path, key, kept)
        self.readings |= {path: seen or content.reading(folder, path, zone) for path, seen in found.items()}

    def whole(self, path: str) -> content.Entry | None:
        """What the file of an article that was held says; the archive holds it no longer."""
        self.archive.light.pop(path, None)
        if path not in self.readings:
            self.read(self._folder, [path], self._zone)
        return self.readings[path].entry

    def _is_listed(self, article: Article) -> bool:
        """Whether lists will have the article."""
        is_shown = self._order.preview or not is_waiting(article, self._order.now)
        return is_shown and article.status not in (Status.HIDDEN, Status.WITHDRAWN)

    def _kept(self, kept: Light) -> content.Reading:
        self._stamps.use(kept.row.sources)
        return content.Reading(kept, kept.row.said)

    def _known(self, by: str, path: str) -> content.Reading | None:
        key, seen = self._state.entry(KIND, path)
        return seen if seen is not None and key == self._key(by, path, seen) else None

    def _key(self, by: str, path: str, seen: content.Reading) -> str:
        """All that decides what the file says; "" when a file is missing."""
        try:
            return digest(by, *(f"{name} {self._stamps.digest(name)}" for name in (path, *seen.named)))
        except OSError:
            return ""


_NEWS = f"{content.NEWS}/"


def _read(folder: Path, zone: ZoneInfo, path: str) -> Packed:
    """What the file says, packed where it is read: a text that is packed takes half as much memory again."""
    return packed(content.reading(folder, path, zone))


def hand() -> str:
    """The digest of our code and the libraries that read a file."""
    modules = (content, article, slugs)
    places = (Path(m.__file__ or "") for m in modules)
    return digest(*(code_digest(p.parent if p.stem == "__init__" else p) for p in places), version("pyyaml"))
