"""A token that ends and can be renewed before it does: kept beside the ledger, renewed by one worker for all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.errors import ChannelError

FOLDER = "sessions"
# A token of 60 days is renewed every week: it may be old by a day at least, and seven weeks of faults are borne.
EVERY = timedelta(days=7)
LIFE = timedelta(days=60)  # docs/threads/get-started/long-lived-tokens, instagram-platform refresh_access_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The token ``given`` in the environment, and what it has become since. A new one there begins anew."""

    name: str
    state: Path
    given: str = field(repr=False)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def token(self) -> str:
        """The newest there is."""
        return self._kept()[0]

    def renew(self, ask: Callable[[str], str]) -> None:
        """Has ``ask`` make a new token of the old one when it is time. What goes wrong is tried again next time:
        the old token is good for weeks, and when it ends is told by the check."""
        from filelock import FileLock, Timeout

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self._path.with_suffix(".lock"), timeout=0):
                token, at = self._kept()
                now = self.clock()
                if at is None:
                    self._keep(token, now)
                elif now - at >= EVERY:
                    self._keep(ask(token) or token, now)
        except (Timeout, ChannelError, OSError):  # another worker is at it, or it can wait
            return

    def ends(self) -> datetime | None:
        """When it ends unless it is renewed again, counted from the last time; None when it was never seen."""
        at = self._kept()[1]
        return at and at + LIFE

    @property
    def _path(self) -> Path:
        return self.state / FOLDER / f"{self.name}.json"

    def _kept(self) -> tuple[str, datetime | None]:
        """Token and time of its renewal; what was given, and None, when nothing was made of it yet."""
        try:
            data = json.loads(self._path.read_bytes())
            if data["of"] == self._mark():
                return str(data["token"]), datetime.fromisoformat(data["at"])
        except (OSError, ValueError, TypeError, KeyError):  # whatever is wrong with it, what was given counts
            pass
        return self.given, None

    def _keep(self, token: str, at: datetime) -> None:
        """Writes it so that nobody but this account's owner may read it."""
        data = {"of": self._mark(), "token": token, "at": at.isoformat()}
        handle, spare = tempfile.mkstemp(dir=self._path.parent, prefix=".", suffix=".tmp")  # made with 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file)
        Path(spare).replace(self._path)

    def _mark(self) -> str:
        """Tells one given token from another without holding it."""
        return hashlib.sha256(self.given.encode()).hexdigest()[:16]
