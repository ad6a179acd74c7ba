"""The office's ledger: opened, copied, taken over, brought back; and what a run needs round it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import manifest
from publisher.errors import DeployFault, LedgerFault, UsageFault
from publisher.messages import msg
from publisher.publish._types import Clock
from publisher.settings import Settings, is_loopback

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger

LEDGER = "ledger.sqlite"


def open_ledger(settings: Settings, *, create: bool = True) -> Ledger:
    """The office's ledger, to be closed by a with block."""
    from publisher.ledger.store import Ledger  # 0.5 s

    return Ledger.open(settings.ledger_url or settings.state / LEDGER, create=create, office=settings.office.id)


def has_ledger(settings: Settings) -> bool:
    """Whether there is one already; only what writes makes the first."""
    return bool(settings.ledger_url) or (settings.state / LEDGER).exists()


@contextmanager
def opened(settings: Settings) -> Iterator[Ledger | None]:
    """The ledger, None when there is none yet."""
    if not has_ledger(settings):
        yield None
        return
    with open_ledger(settings, create=False) as ledger:
        yield ledger


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """One run at a time: a second one is refused before it builds anything."""
    from publisher.ledger import files

    if settings.ledger_url:
        yield
        return
    with files.alone(settings.state / LEDGER):
        yield


def keep_copy(settings: Settings, ledger: Ledger, clock: Clock) -> None:
    """A copy of the ledger's file into the backup folder; a database server keeps its own."""
    if ledger.path is not None:
        ledger.backup(settings.backup, settings.office.backup.keep, clock())


def adopt(settings: Settings, clock: Clock) -> None:
    """The live site belongs to this ledger from now on; what may be out already is looked up first."""
    from publisher import deploy as deploying

    with open_ledger(settings) as ledger:
        try:
            ours = deploying.ledger_on_site(settings) == ledger.id
        except DeployFault:  # its mark is damaged, which this mends; a target out of reach refuses below
            ours = False
        if not ours:
            ledger.doubt(clock())
        deploying.adopt(settings, ledger.id)
        keep_copy(settings, ledger, clock)


def restore(settings: Settings, clock: Clock, source: Path | None = None) -> tuple[Path, Path | None]:
    """Brings the ledger back from ``source`` or the newest copy; that copy, and where the replaced file is."""
    from publisher.ledger import files, store

    if settings.ledger_url:
        raise UsageFault(msg("A ledger on a database server is restored there, with the server's own means."))
    copies = files.copies(settings.backup)
    if source is None and not copies:
        raise LedgerFault(
            msg("There is no copy of the ledger in {folder}; name the file.", folder=str(settings.backup))
        )
    chosen = source or copies[-1]
    return chosen, store.restore(chosen, settings.state / LEDGER, clock(), office=settings.office.id)


def read_manifest(settings: Settings) -> manifest.Manifest:
    """The last build's manifest. Raises UsageFault when there is none."""
    return manifest.required(settings.state)


@contextmanager
def served(settings: Settings) -> Iterator[None]:
    """The embedded default: a local folder is served at the site's address while the run goes on."""
    from publisher import serve, target

    place = target.read_target(settings)
    if place.kind != "local" or not is_loopback(settings.office.url):
        yield
        return
    with serve.site_at(Path(place.path), settings.office.url):
        yield
