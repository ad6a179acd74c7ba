"""An announcement as a value: one service told of one address that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# waiting: still to be told. told: the service took it. refused: it will never take this. dropped: the address
# did not become what was deployed, so there was nothing to tell.
State = Literal["waiting", "told", "refused", "dropped"]


@dataclass(frozen=True, slots=True)
class Change:
    """An address that a deploy changes, and what it ``expects`` there before anybody is told:
    "gone", "revision …" of an article, "digest …" of the bytes, or "" for any page that opens."""

    address: str
    expects: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A row of the ledger. Nothing is told before ``due``; ``answer`` is what was said last, ``ended`` when
    it was told, refused or dropped, and from then on the row stays as it is."""

    id: int
    service: str
    address: str
    expects: str
    state: State
    wanted: datetime
    due: datetime
    tries: int
    answer: str
    ended: datetime | None
