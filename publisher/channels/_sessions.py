"""A session of the AT protocol, kept on disk for all workers of this machine and renewed by one of them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from publisher.errors import Held, TryLater
from publisher.http import Wire
from publisher.messages import msg

FOLDER = "sessions"
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """What logging in gave: the account's lasting id and two keys, one for two hours, one to renew both."""

    did: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Those of the account ``handle`` on the server of ``wire``, kept below ``state``."""

    wire: Wire
    handle: str
    password: str = field(repr=False)
    state: Path

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.state / FOLDER

    def renewed(self, stale: Session | None) -> Session:
        """A session newer than ``stale``. One worker fetches it, the others find it on disk: a login too many
        is soon refused (300 a day), and each renewal ends the key before it."""
        with self._lock():
            kept = self.kept()
            if kept and (stale is None or kept.access != stale.access):
                return kept
            session = (self._refreshed(kept) if kept else None) or self._logged_in()
            self._keep(session)
            return session

    def _refreshed(self, kept: Session) -> Session | None:
        """A new session for the old one's second key, None when that has ended too."""
        wire = replace(self.wire, secrets=(*self.wire.secrets, kept.access, kept.refresh))
        access = {"Authorization": f"Bearer {kept.refresh}"}
        try:
            answer = wire.ask("POST", "/xrpc/com.atproto.server.refreshSession", headers=access)
        except Held:  # Stale is one: logging in tells more
            return None
        return _session(answer.json())

    def _logged_in(self) -> Session:
        given = {"identifier": self.handle, "password": self.password}
        answer = self.wire.ask("POST", "/xrpc/com.atproto.server.createSession", json=given)
        session = _session(answer.json())
        if session is None:
            raise self.wire.garbled("the session has no key", visible=False)
        return session

    def kept(self) -> Session | None:
        """The session on disk, None when there is none, or one of another account."""
        try:
            data = json.loads((self.folder / f"{self.wire.channel}.json").read_bytes())
        except (OSError, ValueError):  # whatever is wrong with it, a new one is soon made
            return None
        if not isinstance(data, dict) or data.get("account") != f"{self.handle} {self.wire.base}":
            return None
        return _session(data)

    def _keep(self, session: Session) -> None:
        """Writes the session so that nobody but this account's owner may read it."""
        data = {
            "account": f"{self.handle} {self.wire.base}",
            "did": session.did,
            "accessJwt": session.access,
            "refreshJwt": session.refresh,
        }
        try:
            handle, spare = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".tmp")  # made with 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file)
            Path(spare).replace(self.folder / f"{self.wire.channel}.json")
        except OSError as fault:
            raise self._no_folder(fault) from fault

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One renewal at a time, on all workers of this machine."""
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.folder / f".{self.wire.channel}.lock", timeout=PATIENCE)
            lock.acquire()
        except Timeout as fault:
            raise TryLater(msg("Another worker is logging in to {channel}.", channel=self.wire.channel)) from fault
        except OSError as fault:
            raise self._no_folder(fault) from fault
        try:
            yield
        finally:
            lock.release()

    def _no_folder(self, fault: OSError) -> Held:
        return Held(
            msg(
                "The session of {channel} cannot be kept in {folder}.",
                channel=self.wire.channel,
                folder=str(self.folder),
            ),
            detail=str(fault),
        )


def _session(data: object) -> Session | None:
    if not isinstance(data, dict):
        return None
    values = [data.get(k) for k in ("did", "accessJwt", "refreshJwt")]
    return Session(*map(str, values)) if all(isinstance(v, str) and v for v in values) else None
