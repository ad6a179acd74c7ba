"""Puts a staged site in place file by file, so that a crash at any point leaves work that can be finished.

The order: what pages show, pages, lists and feeds, the state's files, deletions last; where there is no site yet, all
of it at once. The journal is on the disk before the first rename. ``recover`` finishes it after a crash, or takes
back what a fault stopped.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from json.encoder import encode_basestring
from pathlib import Path, PurePosixPath

from publisher.build.staging import PREVIEW_MARK, Staging, explained

# called after each step with its name; tests stop the process there
Step = Callable[[str], None]
VERSION = 1
_LISTS = frozenset({"arsip", "kategori", "tag", "penulis"})
_LIST_PAGES = frozenset({"index.html", "layanan/index.html", "berita/index.html"})
# a virus scanner or an indexer on Windows holds a file for a moment
_TRIES, _PAUSE = 6, 0.05


@dataclass(frozen=True, slots=True)
class Placed:
    """What a build changed below the output folder, and files there that no build wrote."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """The journal: paths to ``put``, those of them that are ``new``, ``notes`` for the state, ``gone`` ones."""

    put: tuple[str, ...]
    new: tuple[str, ...]
    notes: tuple[str, ...]
    gone: tuple[str, ...]
    undo: bool = False
    version: int = VERSION


def _no_step(name: str) -> None:
    """Nothing happens between two steps of a real build."""


def place(
    staging: Staging,
    *,
    kept: Collection[str] = (),
    strangers: Collection[str] | None = None,
    listed: Sequence[str] | None = None,
    step: Step = _no_step,
) -> Placed:
    """Puts the staged site in place and gives what changed; files with equal bytes are not touched. ``kept`` are files
    of the site that were not staged, since they stand in the output folder already. Who knows that this one is as the
    last build left it says so by the ``strangers`` that were there then; who has asked what was ``written`` hands it
    over as ``listed``.

    Raises MachineFault, with the last site put back, when the disk refuses.
    """
    staged = sorted(files_of(staging.site), key=order)
    files = frozenset(staged).union(kept)
    listed = written(staging) if listed is None else listed
    before = frozenset(listed)
    put = tuple(p for p in staged if not _same(staging.site / p, staging.output / p))
    present = before.union(strangers) if strangers is not None else frozenset(files_of(staging.output))
    gone = tuple(sorted(p for p in before - files if p in present))
    if files != before or not (staging.state / staging.written).is_file():
        _write_list(staging, sorted([p for p in listed if p in files] + sorted(files - before)))
    notes = tuple(sorted(files_of(staging.notes)))
    plan = _Plan(put, tuple(p for p in put if p not in present), notes, gone)
    _write(staging, plan)
    step("journal")
    try:
        _carry_out(staging, plan, step)
    except OSError as fault:
        _take_back(staging, plan)
        raise explained(fault, staging.output) from fault
    return Placed(put, gone, tuple(sorted(present - before - files)))


def recover(staging: Staging, *, step: Step = _no_step) -> bool:
    """Finishes what a killed build left, or clears away what was not whole. True when it put files in place."""
    plan = _read(staging)
    try:
        if plan is None:
            staging.discard()
            return False
        if plan.undo:
            _undo(staging, plan)
            return False
        _carry_out(staging, plan, step)
    except OSError as fault:
        raise explained(fault, staging.output) from fault
    return True


def is_pending(staging: Staging) -> bool:
    """Whether a killed build left a site half in place; only ``recover`` may touch the output then."""
    return _read(staging) is not None


def order(path: str) -> tuple[int, str]:
    """The place of ``path`` among those put in place: nothing comes before what it points to."""
    return (_rank(path), path)


def _rank(path: str) -> int:
    parts = path.removeprefix("en/").split("/")
    if path == PREVIEW_MARK:  # from the first file on, nobody may deploy a preview
        return 0
    if "/".join(parts) in _LIST_PAGES or parts[0] in _LISTS:
        return 3
    if parts[0] == "feeds" or (len(parts) == 1 and not path.endswith(".html")):
        return 4
    return 2 if path.endswith(".html") else 1


def _carry_out(staging: Staging, plan: _Plan, step: Step) -> None:
    """Every step may have been done before: a staged file that is gone stands in the output already."""
    if plan.put and not os.path.lexists(staging.output):
        _replace(staging.site, staging.output)
        step("put all")
    elif staging.site.exists():
        _put(staging, plan, step)
    for path in plan.notes:
        _put_note(staging, path)
        step(f"note {path}")
    for path in plan.gone:
        if (staging.output / path).exists():
            _keep(staging, path)
            (staging.output / path).unlink()
        _remove_empty(staging.output, PurePosixPath(path).parent)
        step(f"remove {path}")
    staging.journal.unlink()
    step("done")
    staging.discard()


def _put(staging: Staging, plan: _Plan, step: Step) -> None:
    for folder in sorted({PurePosixPath(p).parent for p in plan.put}):
        (staging.output / folder).mkdir(parents=True, exist_ok=True)
    for path in plan.put:
        source = staging.site / path
        if source.exists():
            _keep(staging, path)
            _replace(source, staging.output / path)
            step(f"put {path}")


def _take_back(staging: Staging, plan: _Plan) -> None:
    """After a fault: the last site is put back; what cannot be now is left for ``recover``."""
    with contextlib.suppress(OSError):
        _replace(staging.journal, _turned(staging))  # a rename: a full disk has room for nothing else
        _undo(staging, plan)


def _undo(staging: Staging, plan: _Plan) -> None:
    new = frozenset(plan.new)
    for path in reversed((*plan.put, *plan.gone)):
        kept = staging.old / path
        if kept.exists():
            (staging.output / path).parent.mkdir(parents=True, exist_ok=True)
            _replace(kept, staging.output / path)
        elif path in new:
            (staging.output / path).unlink(missing_ok=True)
            _remove_empty(staging.output, PurePosixPath(path).parent)
    for path in plan.notes:
        kept = staging.folder / "old-state" / path
        if kept.exists():
            _replace(kept, staging.state / path)
    _turned(staging).unlink()
    staging.discard()


def _keep(staging: Staging, path: str) -> None:
    """Keeps the file that ``path`` is about to lose; a second name for it where the disk can."""
    target, kept = staging.output / path, staging.old / path
    if not target.exists() or kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    _second(target, kept)


def _second(file: Path, name: Path) -> None:
    """A second name for ``file``; where the disk has none, or another one is meant, a copy does the same."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)


def _put_note(staging: Staging, path: str) -> None:
    """The state folder may be on another disk: put beside its place first, then renamed."""
    source, target = staging.notes / path, staging.state / path
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return
    kept = staging.folder / "old-state" / path
    if target.exists() and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _second(target, kept)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f"{target.name}.new")
    new.unlink(missing_ok=True)
    _second(source, new)
    _flush(new)
    _replace(new, target)


def _replace(source: Path, target: Path) -> None:
    for attempt in range(_TRIES):
        try:
            source.replace(target)
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE * 2**attempt)
        else:
            return


def _remove_empty(top: Path, folder: PurePosixPath) -> None:
    while folder.parts:
        try:
            (top / folder).rmdir()
        except OSError:  # not empty, or gone already
            return
        folder = folder.parent


def _same(new: Path, old: Path) -> bool:
    """Whether both hold the same bytes; two names of one file do without being read."""
    return old.is_file() and (new.samefile(old) or filecmp.cmp(new, old, shallow=False))


def files_of(folder: Path) -> Iterator[str]:
    """The paths of all files below ``folder``, with "/" between their parts."""
    for top, _, files in os.walk(folder):
        base = Path(top).relative_to(folder).as_posix()
        yield from files if base == "." else (f"{base}/{name}" for name in files)


def written(staging: Staging) -> list[str]:
    """The files that builds wrote to this output, in order; none when the list is lost: they are strangers then."""
    try:
        files = json.loads((staging.state / staging.written).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [p for p in files if isinstance(p, str) and _is_inside(p)]


def _write_list(staging: Staging, files: Iterable[str]) -> None:
    """A line a file, as JSON."""
    path = staging.notes / staging.written
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n  ".join(map(encode_basestring, files))
    path.write_text(f'{{\n "files": [\n  {lines}\n ]\n}}\n' if lines else '{"files": []}\n', encoding="utf-8")


def _write(staging: Staging, plan: _Plan) -> None:
    new = staging.journal.with_name("journal.new")
    new.write_text(json.dumps(asdict(plan), ensure_ascii=False), encoding="utf-8")
    _flush(new)
    _replace(new, staging.journal)
    _flush(staging.folder)


def _turned(staging: Staging) -> Path:
    """The journal's name once what it says is to be taken back."""
    return staging.journal.with_name("undo.json")


def _read(staging: Staging) -> _Plan | None:
    undo = _turned(staging).exists()
    try:
        said = json.loads((_turned(staging) if undo else staging.journal).read_bytes())
        lists = {k: tuple(said[k]) for k in ("put", "new", "notes", "gone")}
    except (OSError, ValueError, KeyError, TypeError):  # none, or not whole
        return None
    paths = [p for paths in lists.values() for p in paths]
    if said.get("version") != VERSION or not all(isinstance(p, str) and _is_inside(p) for p in paths):
        return None
    return _Plan(lists["put"], lists["new"], lists["notes"], lists["gone"], undo)


def _is_inside(path: str) -> bool:
    if ".." not in path and path[:1] not in ("", "/"):
        return True
    parts = PurePosixPath(path)
    return bool(path) and not parts.is_absolute() and ".." not in parts.parts


def _flush(path: Path) -> None:
    """Waits until the disk has ``path``; a folder can only be waited for on POSIX."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
