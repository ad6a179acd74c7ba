"""What a channel must offer, and what it may offer beside that; generic code asks for these, never for a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from publisher.manifest import Record
from publisher.messages import Message
from publisher.post import Limits, Once, Post, Receipt

Renew = Callable[[], None]
Traced = Receipt | Literal["hidden"] | None


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
class Traces(Protocol):
    """A channel where ``prepare`` makes the post itself, hidden: what was made tells whether it is out."""

    def trace(self, post: Post, media: Mapping[str, str], key: str, since: datetime) -> Traced:
        """As ``find``, asked of what ``prepare`` made (``media``) before the timeline is read. "hidden" when that
        stands and surely was not shown; None when it is no more and the timeline, which may be late, has nothing."""
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


@runtime_checkable
class Manual(Protocol):
    """A channel that a person serves. When ``manual`` is true its deliveries are made ready, wait until the
    page is live, and then for the receipt that a person writes down (``kentongan receipt add``); ``prepare``,
    ``send`` and ``find`` are never called."""

    manual: bool


@runtime_checkable
class MakesReady(Protocol):
    """A manual channel that puts text and pictures where the person finds them."""

    def make_ready(self, post: Post, site: Path, delivery: str) -> Path:
        """The page for the delivery; the same again replaces it. Raises a ChannelError when that fails."""
        ...


@runtime_checkable
class Checks(Protocol):
    """A channel that can say how its account stands: the kind of token, its end, what is left of a quota."""

    def check(self) -> Iterable[Standing]:
        """Asks the network, by requests that only read. Raises ChannelError when it does not answer."""
        ...


@runtime_checkable
class KeepsToken(Protocol):
    """A channel whose token renews itself as long as somebody asks for that in time."""

    def keep(self) -> datetime | None:
        """Renews the token when it is time, whether there is something to post or not. When it ends, None when it
        does not or nobody knows."""
        ...


@runtime_checkable
class Housed(Protocol):
    """A channel that needs what only one machine has, such as the list of subscribers."""

    def at_home(self) -> bool:
        """Whether this is that machine; another one must not carry the channel."""
        ...


@runtime_checkable
class Costs(Protocol):
    """A channel whose posts cost money. ``budget`` is a month's, 0 for none; both are in thousandths of a dollar."""

    budget: int

    def cost(self, post: Post) -> int:
        """What the network asks for the post."""
        ...

    def cheaper(self, record: Record) -> Post | None:
        """The article worded so that it costs less, None where the house does not want that."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that a channel's account says. ``level`` is "ok", "advice" or "fault" (nothing can be sent);
    ``ends`` is when a token ends, and then ``message`` names it."""

    level: Literal["ok", "advice", "fault"]
    message: Message
    ends: datetime | None = None


@runtime_checkable
class Served(Protocol):
    """A channel whose network has an address: where its requests go."""

    server: str


@runtime_checkable
class Fits(Protocol):
    """A channel that can tell when a text written by hand is too long for it."""

    def excess(self, record: Record) -> int:
        """By how much, in its own count; 0 when the text fits or there is none."""
        ...
