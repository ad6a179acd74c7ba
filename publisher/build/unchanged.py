"""Whether a build would change anything, told from the stamps of files before anything else is loaded.

At its end a build notes what it was asked, the stamps of all that it read, those of what it left, and until when
the clock alone changes nothing. The next build compares. A file that changed so shortly before that the disk's
clock could not tell a second change is compared by its bytes.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.build.derived import digest, file_digest
from publisher.build.left import Left, left
from publisher.build.staging import Staging
from publisher.build.stamps import TICK_NS, Stamp, stamp_of
from publisher.build.state import State

if TYPE_CHECKING:
    from publisher.article import Finding
    from publisher.settings import Settings

KIND = "unchanged"
LEFT = "left"
_HERE = 0.4  # of the look at what stands; the rest of the time goes to what is read
_SETTINGS = ("office.toml", ".env")
_LIBRARIES = ("pelican", "jinja2", "markdown", "nh3", "lxml", "PIL", "feedgen", "pagefind_bin")


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of a site."""

    root: Path
    content: Path
    output: Path
    state: Path

    def inputs(self) -> tuple[str, ...]:
        """What every build reads of the project and of the program, as far as it is known beforehand."""
        own = (self.root / name for name in (*_SETTINGS, "theme"))
        files = (self.content, *own, self.state / "syndication.json")
        return (*map(str, files), *self.program())

    def program(self) -> tuple[str, ...]:
        """Pelican's settings, our code, and the folders in which libraries are installed: another version changes
        the folder."""
        code = sorted(str(p) for p in self.root.glob("*.py"))
        return (*code, *_program())

    def notes(self) -> tuple[str, ...]:
        """What a build leaves in the state folder for others than the next build."""
        return tuple(str(self.state / n) for n in ("manifest.json", Staging(self.output, self.state).written))


def _program() -> tuple[str, ...]:
    found = [str(Path(__file__).parents[1])]
    plugins = find_spec("plugins")
    found += list(plugins.submodule_search_locations or ()) if plugins else []
    specs = (find_spec(name) for name in _LIBRARIES)
    return (*found, *sorted({f"{Path(s.origin).parents[1]}/" for s in specs if s and s.origin}))


@dataclass(frozen=True, slots=True)
class Scan:
    """The ``stamps`` of all files below ``tops``, taken from the moment ``began`` (nanoseconds) on. A top with a
    closing slash is the folder alone, whatever stands in it."""

    tops: tuple[str, ...]
    began: int
    stamps: Mapping[str, Stamp]


@dataclass(frozen=True, slots=True)
class Seen:
    """The stamps of many files as one digest; ``young`` are those that were taken by their bytes."""

    digest: str
    young: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """What a build notes for the next one. ``office`` and ``call`` are two ways to know that it was asked the same:
    by the checked settings, and by what they are read from."""

    office: str
    call: str
    inputs: tuple[str, ...]
    read: Seen
    notes: Seen
    since: datetime
    until: datetime | None
    findings: tuple[Finding, ...]
    strangers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the site found: the note of the last build, when one would change nothing now, or that something
    is ``changed`` since a build that was asked the same. Neither when that cannot be told. ``scan`` is of all that the
    last build read."""

    note: Note | None = None
    changed: bool = False
    scan: Scan | None = None


# notes of another shape, written by another version, are not read
_SHAPE = " ".join(f.name for kind in (Note, Seen, Left) for f in fields(kind))


def call(place: Place, url: str, environ: Mapping[str, str]) -> str:
    """All that decides the settings, before any of it is checked."""
    own = sorted((k, v) for k, v in environ.items() if k.startswith("KENTONGAN_") and k != "KENTONGAN_LANG")
    files = (_bytes_of(str(place.root / name)) for name in _SETTINGS)
    return digest(*map(str, (place.root, place.content, place.output, place.state)), url, *files, *own)


def office_digest(settings: Settings) -> str:
    """What stands for all that the office decides, once it is checked."""
    return digest(repr(settings.office))


def find(place: Place, now: datetime, *, office: str = "", call: str = "") -> Look:
    """Whether a build at ``now`` would change anything."""
    if not place.state.is_dir() or Staging(place.output, place.state).folder.exists():
        return Look()
    state = State(place.state)
    try:
        note = state.get(KIND, str(place.output), _SHAPE)
        if not isinstance(note, Note) or not _is_same(note, now, office, call):
            return Look()
        inputs = place.inputs()
        if note.inputs[: len(inputs)] != inputs:  # our code or a library is another one
            return Look()
        standing = state.get(LEFT, str(place.output), _SHAPE)
        if not isinstance(standing, Left):
            return Look()
        with standing.looking(_HERE) as is_standing:
            found = scan(note.inputs)
            if see(found, known=note.read.young) != note.read or see(scan(place.notes())) != note.notes:
                return Look(changed=True, scan=found)
            if not is_standing():
                state.keep(LEFT, str(place.output), _SHAPE, Left())  # the build looks at everything and notes it anew
                state.save()
                return Look(changed=True, scan=found)
        if note.read.young:  # old enough by now to be told by their stamps
            state.keep(KIND, str(place.output), _SHAPE, replace(note, read=see(found, until=found.began)))
            state.save()
        return Look(note)
    finally:
        state.close()


@contextmanager
def looking(state: State, place: Place) -> Iterator[Callable[[], Note | None]]:
    """Begins to look whether the site and what stands in the state folder are as the last build left them; its note,
    if they are, comes of what is yielded."""
    note = state.get(KIND, str(place.output), _SHAPE)
    standing = state.get(LEFT, str(place.output), _SHAPE)
    if not isinstance(note, Note) or not isinstance(standing, Left) or not standing.paths:
        yield lambda: None
        return
    with standing.looking(0) as is_standing:  # there is enough to do meanwhile

        def answer() -> Note | None:
            found = is_standing()
            if not found:
                state.keep(LEFT, str(place.output), _SHAPE, Left())  # the build looks at everything and notes it anew
                state.save()
            return note if found and see(scan(place.notes())) == note.notes else None

        yield answer


def _is_same(note: Note, now: datetime, office: str, call: str) -> bool:
    asked = (office and note.office == office) or (call and note.call == call)
    return bool(asked) and note.since <= now and (note.until is None or now < note.until)


def keep(state: State, place: Place, note: Note, touched: Iterable[str]) -> None:
    """Notes what the build that just ended read and left; ``touched`` are the paths below the output folder that it
    wrote or took away."""
    state.keep(KIND, str(place.output), _SHAPE, replace(note, notes=see(scan(place.notes()))))
    last = state.get(LEFT, str(place.output), _SHAPE)
    known = isinstance(last, Left) and bool(last.paths)
    now = last.after(f"{place.output}{os.sep}{path}" for path in touched) if known else left(place.output)
    if now != last:
        state.keep(LEFT, str(place.output), _SHAPE, now)


def scan(tops: Iterable[str]) -> Scan:
    """All files below ``tops`` as they are now."""
    given, began = tuple(tops), time.time_ns()
    found = (entry for top in given for entry in _files(top))
    return Scan(given, began, {path: stamp_of(seen) for path, seen in found})


def see(scan: Scan, *, known: Mapping[str, str] | None = None, until: int | None = None) -> Seen:
    """What stands for all of a scan: files in ``known``, or which changed about ``until`` (nanoseconds), by their
    bytes."""
    lines: list[str] = []
    young: dict[str, str] = {}
    since = None if until is None else until - TICK_NS
    for path, (size, changed, moved, place) in scan.stamps.items():
        recent = since is not None and (changed > since or moved > since)
        if (recent or (known and path in known)) and not path.endswith("/"):
            young[path] = _bytes_of(path)
            lines.append(f"{path}\0{young[path]}")
        else:
            lines.append(f"{path}\0{size} {changed} {moved} {place}")
    raw = "\n".join(lines).encode("utf-8", "surrogateescape")
    return Seen(hashlib.blake2b(raw, digest_size=20).hexdigest(), young)


def _bytes_of(path: str) -> str:
    try:
        return file_digest(Path(path))
    except OSError:  # gone since, or not to be read: the build says so
        return ""


def _files(top: str) -> Iterable[tuple[str, os.stat_result]]:
    try:
        stat = Path(top).stat()
    except OSError:
        return []
    if top.endswith("/") or not Path(top).is_dir():
        return [(top, stat)]
    found = []
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not entry.is_dir():
                        found.append((entry.path, _stat(entry)))
                    elif entry.name != "__pycache__" and not entry.is_symlink():
                        folders.append(entry.path)
        except OSError:
            found.append((folder, stat))
    found.sort(key=lambda f: f[0])
    return found


def _stat(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except OSError:  # a link that leads nowhere
        return entry.stat(follow_symlinks=False)
