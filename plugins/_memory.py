"""Reads the content folder and remembers what each file said, until it or a file that it names changes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher import article, content, slugs
from publisher.build.cores import each
from publisher.build.derived import code_digest, digest
from publisher.build.stamps import Stamps
from publisher.build.state import State

KIND = "file"
SECONDS = 0.0008  # one article


class Memory:
    """A content.Reader; what is new is read on all cores."""

    def __init__(self, state: State, stamps: Stamps) -> None:
        self._state = state
        self._stamps = stamps

    def __call__(self, folder: Path, paths: Sequence[str], zone: ZoneInfo) -> Iterator[content.Reading]:
        """What the files at ``paths`` say, in their order."""
        began = time.time_ns()
        by = digest(zone.key, hand())
        kept = {name: (key, seen) for name, key, seen in self._state.every(KIND)}
        found = {path: self._known(by, path, *kept.get(path, ("", None))) for path in paths}
        new = [path for path, seen in found.items() if seen is None]
        for path, seen in zip(new, each(partial(_read, folder, zone), new, SECONDS), strict=True):
            found[path] = seen
            key = self._key(by, path, seen) if all(seen.named.values()) else ""  # no key for files that are not there
            if key and all(self._stamps.is_older(name, began) for name in (path, *seen.named)):
                self._state.keep(KIND, path, key, seen)
        for path in paths:
            self._state.use(KIND, path)
            yield found[path] or _read(folder, zone, path)
        self._state.forget(KIND)

    def _known(self, by: str, path: str, key: str, seen: content.Reading | None) -> content.Reading | None:
        return seen if seen is not None and key == self._key(by, path, seen) else None

    def _key(self, by: str, path: str, seen: content.Reading) -> str:
        """All that decides what the file says; "" when a file is missing."""
        try:
            return digest(by, *(f"{name} {self._stamps.digest(name)}" for name in (path, *seen.named)))
        except OSError:
            return ""


def _read(folder: Path, zone: ZoneInfo, path: str) -> content.Reading:
    return content.reading(folder, path, zone)


def hand() -> str:
    """The digest of our code and the libraries that read a file."""
    modules = (content, article, slugs)
    places = (Path(m.__file__ or "") for m in modules)
    return digest(*(code_digest(p.parent if p.stem == "__init__" else p) for p in places), version("pyyaml"))
