"""A delivery as a value: one article to one channel, for ever."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from publisher.messages import Message, msg
from publisher.post import Post
from publisher.post import short_id as short_id  # the links of a post carry it too, so it stands below

# of this project alone, so that no other program's keys are ours
NAMESPACE = uuid.UUID("1f0b7c4e-5d7a-4b39-9a51-6b656e746f6e")


class State(StrEnum):
    """Where a delivery stands.

    planned: waits for its time and for the page to be live. queued: released, goes out when due.
    sending: a worker has it. sent: the channel gave a receipt. failed: surely not out, and the same
    bytes will be refused again. unknown: it may be out, and a person decides. cancelled: will not go.
    """

    PLANNED = "planned"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


OPEN = (State.PLANNED, State.QUEUED, State.SENDING)
BY_HAND = msg("A person runs it on this channel; then `kentongan receipt add`.")
NOT_LIVE = "not live"  # the error of a delivery whose page is not live
COUNTED = ("post", "reshare")  # the kinds that make something new; pace, budget and age are theirs


class LostFence(Exception):
    """Another worker has taken the delivery over; what this one still holds is worth nothing."""


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing more to do with a delivery before ``at``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an account may be posted to: ``interval`` between two posts, ``at_once`` after a rest, and what all
    of a month may take, ``monthly``, 0 for anything; this one takes ``price``. Both count posts, or what they cost."""

    interval: timedelta = timedelta()
    at_once: int = 1
    monthly: int = 0
    price: int = 1


NO_PACE = Pace()


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What planning asks for: an article worded for a channel, not before ``due``.

    ``kind``: post, reshare (again, on request), edit or withdraw (of ``target``, a delivery that was sent).
    ``asks`` is whether a person has to approve it, ``stale`` from when on it is too old to be tried at all.
    """

    article: str
    channel: str
    network: str
    revision: str
    title: str
    payload: str
    digest: str
    due: datetime
    kind: str = "post"
    seq: int = 0
    priority: int = 0
    asks: bool = False
    stale: datetime | None = None
    target: str = ""

    @property
    def post(self) -> Post:
        """The post as it would go out."""
        return Post.thaw(self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the ledger, as it was when it was read.

    ``due`` is the time before which nothing is tried. ``posting`` is true from the moment before the
    visible request until it is known whether the post is out: such a row is looked up, never posted
    again. ``evidence`` is true when the channel said that it has the post already. ``intent_at`` is
    the first visible request, ``asked_at`` the last. ``attempts`` counts tries, ``stumbles`` those
    that ended without an answer that settles it, ``looks`` look-ups, ``clean`` those in a row that found
    nothing. ``reason`` says why it waits or ended, ``error`` the technical detail. ``approved`` is the digest
    that a person approved; ``hold`` says why it waits for a person.
    """

    id: str
    office: str
    article: str
    channel: str
    network: str
    kind: str
    seq: int
    revision: str
    title: str
    payload: str = field(repr=False)
    digest: str
    state: State
    reason: Message | None
    error: str
    due: datetime
    priority: int
    attempts: int
    stumbles: int
    looks: int
    clean: int
    fence: int
    owner: str
    lease: datetime | None
    slot: datetime | None
    posting: bool
    evidence: bool
    cancel: str
    intent_at: datetime | None
    asked_at: datetime | None
    media: tuple[tuple[str, str], ...]
    key: str
    remote_id: str
    remote_url: str
    created: datetime
    sent_at: datetime | None
    asks: bool
    approved: str
    hold: Message | None
    stale: datetime | None
    target: str

    @property
    def why(self) -> Message | None:
        """Why it waits or ended, a person's hold first."""
        return self.hold or self.reason

    @property
    def waits_for_approval(self) -> bool:
        """Whether a person has to approve these very bytes first."""
        return self.asks and self.approved != self.digest

    @property
    def waits_for_person(self) -> bool:
        """Whether nothing goes on by itself although it is open."""
        return not self.posting and (self.hold is not None or self.waits_for_approval)

    @property
    def waits_for_page(self) -> bool:
        """Whether its page was not live when it was asked last."""
        return self.state is State.PLANNED and self.error == NOT_LIVE

    def is_stale(self, now: datetime) -> bool:
        """Whether it is too old to be tried for the first time."""
        return self.stale is not None and self.stale <= now and self.attempts == 0 and not self.posting

    @property
    def post(self) -> Post:
        """The frozen post. Raises ValueError or TypeError when the payload is damaged."""
        return Post.thaw(self.payload)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a delivery, or to a channel when ``delivery`` is "": when, by whom, what, why."""

    delivery: str
    channel: str
    at: datetime
    who: str
    what: str
    why: Message | None


@dataclass(frozen=True, slots=True)
class Hold:
    """A channel sends nothing: until ``until``, or until a person acts when that is None. ``by`` is "person"
    when one said so: then only a person's word ends it."""

    channel: str
    reason: Message
    until: datetime | None
    by: str = ""


def idempotency_key(office: str, article: str, channel: str, kind: str = "post", seq: int = 0) -> str:
    """The key a channel gets at every try. It hangs on the delivery alone, so that even a ledger
    made anew repeats it."""
    return str(uuid.uuid5(NAMESPACE, "\0".join((office, article, channel, kind, str(seq)))))


def freeze(reason: Message | None) -> str:
    """A message as JSON, "" for none."""
    return "" if reason is None else json.dumps(_plain(reason), ensure_ascii=False, sort_keys=True)


def thaw(text: str) -> Message | None:
    """The message that ``text`` froze, None for ""."""
    return _message(json.loads(text)) if text else None


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return {"text": value.text, "values": {k: _plain(v) for k, v in value.values}}
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _message(raw: dict[str, object]) -> Message:
    values = raw["values"]
    if not isinstance(values, dict):
        raise TypeError("values")
    return Message(
        str(raw["text"]),
        tuple((k, _message(v) if isinstance(v, dict) else v) for k, v in sorted(values.items())),
    )
