"""The folder in which a site is made before it takes the place of the last one, and the lock on it.

It stands beside the output folder, on the same disk: ``.<output>.staging`` with ``site/`` (the pages),
``state/`` (files for the state folder), ``old/`` (what was replaced) and ``journal.json``.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from publisher.errors import MachineFault, refusal
from publisher.messages import msg

PREVIEW_MARK = ".kentongan-preview"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_OTHER = frozenset({errno.EIO, errno.EMFILE, errno.ENFILE, errno.EFBIG, errno.EXDEV, errno.EBUSY})


@dataclass(frozen=True)
class Staging:
    """The places of one build: where it is made, where the site goes and where the state is kept."""

    output: Path
    state: Path

    @cached_property
    def folder(self) -> Path:
        """The staging folder itself."""
        return self.output.with_name(f".{self.output.name}.staging")

    @cached_property
    def site(self) -> Path:
        """The site in the making."""
        return self.folder / "site"

    @property
    def notes(self) -> Path:
        """Files for the state folder; a path below it is the path below the state folder."""
        return self.folder / "state"

    @property
    def old(self) -> Path:
        """What the new files replaced, until all are in place."""
        return self.folder / "old"

    @property
    def journal(self) -> Path:
        """What is to be put in place; its presence says that the site in the making is whole."""
        return self.folder / "journal.json"

    @property
    def written(self) -> str:
        """The path, below the state folder, of the list of files that builds wrote to this output; it stays
        the same when the project's folder is moved."""
        try:
            place = Path(os.path.relpath(self.output, self.state)).as_posix()
        except ValueError:  # two drives of Windows
            place = self.output.as_posix()
        return f"built/{hashlib.sha256(place.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.json"

    def begin(self) -> None:
        """Makes the staging folder anew. Raises MachineFault when that cannot be done."""
        if self.output.exists() and not self.output.is_dir():
            raise MachineFault(
                msg("This is a file, but the site is built into a folder here; move it away."), where=str(self.output)
            )
        with machine_faults(self.folder):
            self.discard()
            self.site.mkdir(parents=True)
            self.notes.mkdir()
            self.old.mkdir()
            above = self.output.parent.stat().st_dev
            if self.output.exists() and self.output.stat().st_dev != above:
                raise MachineFault(
                    msg("{folder} is a disk of its own; build into a folder inside it.", folder=str(self.output))
                )

    def discard(self) -> None:
        """Removes the staging folder."""
        import shutil  # not needed to see that nothing changed

        if self.folder.exists():
            shutil.rmtree(self.folder)


@contextmanager
def machine_faults(place: Path) -> Iterator[None]:
    """Turns what the disk refuses into a MachineFault that says so."""
    try:
        yield
    except OSError as fault:
        raise explained(fault, place) from fault


def is_machine(fault: OSError) -> bool:
    """Whether the disk or the rights on it are at fault, and not who asked."""
    return fault.errno in _FULL | _CLOSED | _OTHER


def explained(fault: OSError, place: Path) -> MachineFault:
    """``fault`` in words; ``place`` is where it happened when the fault does not say."""
    where = str(fault.filename2 or fault.filename or place)  # of a rename, where it was to go
    if fault.errno in _FULL:
        return MachineFault(msg("The disk is full; make room and build again. The last site stands."), where=where)
    if fault.errno in _CLOSED:
        return MachineFault(
            msg("The folder may not be written to; allow it and build again. The last site stands."), where=where
        )
    return MachineFault(msg("The disk refused: {detail}. The last site stands.", detail=refusal(fault)), where=where)


@contextmanager
def lock(output: Path) -> Iterator[None]:
    """Holds the output folder for one build. Raises MachineFault when another one has it."""
    from filelock import FileLock, Timeout

    with machine_faults(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(output.with_name(f".{output.name}.lock"), timeout=0)
        try:
            held.acquire()
        except Timeout as fault:
            raise MachineFault(
                msg("Another build is writing to {folder}; wait until it is done.", folder=str(output))
            ) from fault
    try:
        yield
    finally:
        held.release()
