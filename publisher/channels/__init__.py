"""One file a network. This is what a channel must offer; how it is carried is outreach's affair.

A member file defines ``Channel`` (the class), ``LIMITS`` (with its source) and ``SECRETS`` (names of
the secrets it needs, see settings.variable). The first line of its docstring is what
``kentongan channels`` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from publisher.manifest import Record
from publisher.post import Limits, Once, Post, Receipt

Renew = Callable[[], None]


@runtime_checkable
class Channel(Protocol):
    """One account on one network.

    ``name`` is what ledger and receipts carry. ``real`` is false for the embedded default, which
    reaches nobody outside. Every error it raises is an errors.ChannelError.
    """

    name: str
    network: str
    limits: Limits
    once: Once
    real: bool

    def compose(self, record: Record) -> Post:
        """The article worded for this channel. Pure: no clock, no network. Always fits ``limits``."""
        ...

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """The hidden steps (uploads): what send needs, by media path. Freely repeated; ``done`` holds
        what an earlier try made, ``site`` is the folder with the pictures, ``renew`` keeps the lease."""
        ...

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """The one request that makes the post visible; ``key`` is the same at every try."""
        ...

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The receipt of a post that may be out, None when it is surely absent. Only where ``once``
        is not NONE. Raises TryLater when the channel cannot be asked now."""
        ...


@runtime_checkable
class Edits(Protocol):
    """A channel that can change a post that is out."""

    def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Replaces the post; the same post again changes nothing."""
        ...


@runtime_checkable
class Withdraws(Protocol):
    """A channel that can take a post back."""

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        ...
