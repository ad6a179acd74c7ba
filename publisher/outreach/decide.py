"""What a person decides about deliveries: approve, hold, release, try again, take back, say what is out.

Each is safe to repeat: what is done already changes nothing and is said. Who, when and why go into the ledger.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.channels import Channel, Withdraws, is_manual
from publisher.errors import ChannelError, UsageFault
from publisher.ledger import COUNTED, OPEN, Delivery, New, State, short_id
from publisher.manifest import Manifest, Record
from publisher.messages import Message, msg
from publisher.outreach.plan import row, withdrawal
from publisher.post import Once, Post, Receipt

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

RECEIPTS = "receipts"  # photographs of what ran, below the state folder
ENDED = (State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides, when, and why in his own words."""

    who: str
    now: datetime
    why: str = ""

    @property
    def reason(self) -> Message | None:
        """The words as a message, None for none."""
        return Message("{detail}", (("detail", self.why),)) if self.why else None


@dataclass(frozen=True, slots=True)
class Found:
    """What looking through the channels brought: how many posts each has that the ledger did not know of, and why
    a channel could not be asked."""

    found: Mapping[str, int]
    problems: Mapping[str, Message]


def approve(ledger: Ledger, ids: Iterable[str], person: Person) -> tuple[Delivery, ...]:
    """Approves the posts ``ids`` as they are worded now; without any id all that wait for it. Those that were."""
    waiting = [_known(ledger, one) for one in ids] or [d for d in ledger.deliveries(OPEN) if d.waits_for_approval]
    done = [d for d in waiting if ledger.approve(d.id, d.digest, person.now, who=person.who, why=person.reason)]
    return _again(ledger, done)


def hold(ledger: Ledger, name: str, channels: Collection[str], person: Person) -> bool:
    """The channel or delivery ``name`` sends nothing until it is released. False when it is held already."""
    reason = person.reason or msg("Held by {who}.", who=person.who)
    if name in channels:
        return ledger.hold(name, reason, None, person.now, who=person.who, by="person")
    _open(ledger, name)
    return ledger.keep(name, reason, person.now, who=person.who)


def release(ledger: Ledger, name: str, channels: Collection[str], person: Person) -> bool:
    """Ends a hold. False when there is none."""
    if name in channels:
        return ledger.unhold(name, person.now, who=person.who, by="person", why=person.reason)
    _known(ledger, name)
    return ledger.let(name, person.now, who=person.who, why=person.reason)


def retry(ledger: Ledger, id: str, manifest: Manifest | None, channels: Iterable[Channel], person: Person) -> bool:
    """A failed or cancelled delivery is tried again, worded by what the article says now. False when it is open or
    sent already. Raises UsageFault for one that may be out."""
    delivery = _known(ledger, id)
    if delivery.state is State.UNKNOWN:
        raise UsageFault(
            msg("{id} may be out already; look, then `kentongan resolve {id} --sent URL` or `--again`.", id=id)
        )
    if delivery.state not in ENDED:
        return False
    record = manifest.record(delivery.article) if manifest else None
    if delivery.kind in COUNTED and (record is None or not record.public):
        raise UsageFault(msg("The article {article} is not on the public site.", article=delivery.article))
    new = _worded(delivery, record, channels)
    return ledger.requeue(id, person.now, who=person.who, new=new, why=person.reason)


def resolve_sent(ledger: Ledger, id: str, url: str, person: Person) -> bool:
    """A person has seen that it is out, at ``url``. False when the ledger knows it as sent already."""
    _known(ledger, id)
    _address(url)
    receipt = Receipt("", url)
    return ledger.settle(id, receipt, person.now, who=person.who, what="resolved", why=person.reason)


def resolve_again(ledger: Ledger, id: str, person: Person) -> bool:
    """A person has seen that it is not out: it is sent again. False when that is not open to decide."""
    delivery = _known(ledger, id)
    if delivery.state is not State.UNKNOWN:
        return False
    return ledger.requeue(id, person.now, who=person.who, why=person.reason)


def cancel(ledger: Ledger, id: str, person: Person) -> bool:
    """It will not go out. False when it was cancelled before. Raises UsageFault when it is out."""
    delivery = _known(ledger, id)
    if delivery.state is State.SENT:
        raise UsageFault(
            msg("{id} is out already; `kentongan withdraw {article}` takes it back.", id=id, article=delivery.article)
        )
    reason = msg("Cancelled by {who}.", who=person.who)
    return ledger.cancel(id, reason, person.now, who=person.who, why=person.reason)


def withdraw(
    ledger: Ledger, article: str, channels: Iterable[Channel], person: Person
) -> tuple[tuple[Delivery, ...], tuple[Delivery, ...]]:
    """Nothing more of the article goes out, and what is out is taken back where the channel can. The deliveries
    that were planned for that, and the posts that a person has to take back by hand."""
    named = {c.name: c for c in channels}
    known = ledger.deliveries(article=article)
    if not known:
        raise UsageFault(msg("The ledger knows no delivery of the article {article}.", article=article))
    for delivery in known:
        if delivery.state in OPEN and delivery.kind != "withdraw":
            reason = msg("Cancelled by {who}.", who=person.who)
            ledger.cancel(delivery.id, reason, person.now, who=person.who, why=person.reason)
    out = [d for d in known if d.state is State.SENT and d.kind in COUNTED]
    gone = {d.target for d in known if d.kind == "withdraw" and d.state is State.SENT}
    able = [d for d in out if isinstance(named.get(d.channel), Withdraws) and d.remote_id]
    planned = ledger.plan(
        (withdrawal(d, person.now, priority=1) for d in able if d.id not in gone), person.now, who=person.who
    )
    unable = tuple(d for d in out if d not in able)
    for delivery in unable:
        why = msg("{channel} cannot take a post back.", channel=delivery.channel)
        ledger.note(delivery, "cannot withdraw", why, person.now, who=person.who)
    return planned, unable


def reshare(
    ledger: Ledger, record: Record | None, channel: Channel, text: str, person: Person, *, article: str
) -> Delivery | None:
    """The article once more, with ``text`` of its own. None when the last one of these words still waits.
    Raises UsageFault for an article that is not public, was never posted there, or words that were out before."""
    if record is None or not record.public:
        raise UsageFault(msg("The article {article} is not on the public site.", article=article))
    before = [d for d in ledger.deliveries(article=article, channel=channel.name) if d.kind in COUNTED]
    if not any(d.state is State.SENT for d in before):
        raise UsageFault(msg("{article} was not posted on {channel} yet.", article=article, channel=channel.name))
    posts = dict(record.posts) | ({channel.name: text} if text else {})
    new = row(replace(record, posts=tuple(sorted(posts.items()))), channel)
    first = short_id(ledger.office, article, channel.name)
    same = next((d for d in before if _named(d, first) == new.payload and d.state is not State.CANCELLED), None)
    if same and same.state in OPEN:
        return None
    if same:
        raise UsageFault(msg("These words were posted before; give others with --text."))
    seq = max(d.seq for d in before) + 1
    payload = new.payload.replace(first, short_id(ledger.office, article, channel.name, "reshare", seq))
    again = replace(new, payload=payload, digest=Post.thaw(payload).digest(), kind="reshare", seq=seq)
    again = replace(again, due=person.now, stale=None)
    made = ledger.plan([again], person.now, who=person.who)
    return made[0] if made else None


def _named(delivery: Delivery, id: str) -> str:
    """The delivery's payload as it would be under the short ``id``: each link names its own delivery, so that a
    look-up never takes an older post of the article for this one."""
    return delivery.payload.replace(delivery.id, id)


def write_receipt(
    ledger: Ledger,
    record: Record | None,
    channel: Channel,
    person: Person,
    *,
    article: str,
    at: datetime,
    url: str = "",
    photo: Path | None = None,
    state: Path,
) -> bool:
    """Where and when a person ran the article, with its address or a photograph, which is kept in ``state``.
    False when that receipt is there already."""
    if bool(url) == bool(photo):
        raise UsageFault(msg("Give either --url or --photo."))
    if not is_manual(channel):
        raise UsageFault(msg("{channel} writes its receipts itself; see `kentongan resolve`.", channel=channel.name))
    if url:
        _address(url)
    kept, remote = (photo and _keep(photo, state)) or (url, url)
    receipt = Receipt(remote, kept, at)
    before = [d for d in ledger.deliveries(article=article, channel=channel.name) if d.kind in COUNTED]
    if any(d.state is State.SENT and d.remote_url == kept for d in before):
        return False
    waiting = next((d for d in before if d.state is not State.SENT), None)
    if waiting:
        return ledger.settle(waiting.id, receipt, person.now, who=person.who, what="receipt", why=person.reason)
    if record is None:
        raise UsageFault(msg("There is no article {article}.", article=article))
    seq = max((d.seq for d in before), default=-1) + 1
    new = replace(row(record, channel), kind="reshare" if before else "post", seq=seq, due=at)
    return ledger.record(new, receipt, person.now, who=person.who, what="receipt", why=person.reason)


def reconcile(ledger: Ledger, manifest: Manifest, channels: Iterable[Channel], person: Person) -> Found:
    """Asks each channel's own timeline for every article that should be there, and writes the receipts that the
    ledger lacks. What is not found is looked up again before it is tried."""
    ledger.doubt(person.now)
    known = {(d.article, d.channel): d for d in ledger.deliveries(kind="post")}
    found: dict[str, int] = {}
    problems: dict[str, Message] = {}
    for channel in channels:
        found[channel.name] = 0
        if channel.once is Once.NONE or is_manual(channel):
            problems[channel.name] = msg("it cannot be asked; what may be out is shown as unknown")
            continue
        for record in manifest.public():
            delivery = known.get((record.id, channel.name))
            if not record.wants(channel.name) or (delivery and delivery.state is State.SENT):
                continue
            try:
                found[channel.name] += _look(ledger, record, channel, delivery, person)
            except ChannelError as fault:
                problems[channel.name] = fault.message
                break
    return Found(found, problems)


def _look(ledger: Ledger, record: Record, channel: Channel, delivery: Delivery | None, person: Person) -> bool:
    """Whether the post is in the channel's timeline; then its receipt is written."""
    new = row(record, channel)
    post, key = (delivery.post, delivery.key) if delivery else (new.post, ledger.key(new))
    receipt = channel.find(post, key, min(new.due, delivery.due) if delivery else new.due)
    if receipt is None:
        return False
    if delivery:
        return ledger.settle(delivery.id, receipt, person.now, who=person.who, what="found", why=person.reason)
    return ledger.record(new, receipt, person.now, who=person.who, what="found", why=person.reason)


def _worded(delivery: Delivery, record: Record | None, channels: Iterable[Channel]) -> New | None:
    """The post in today's words, as long as nobody gave it words of its own."""
    channel = next((c for c in channels if c.name == delivery.channel), None)
    if record is None or channel is None or delivery.kind != "post":
        return None
    return replace(row(record, channel), asks=delivery.asks, stale=None)


def _known(ledger: Ledger, id: str) -> Delivery:
    delivery = ledger.get(id)
    if delivery is None:
        raise UsageFault(msg("There is no delivery “{id}”; `kentongan status` shows the ids.", id=id))
    return delivery


def _open(ledger: Ledger, id: str) -> Delivery:
    delivery = _known(ledger, id)
    if delivery.state not in OPEN:
        raise UsageFault(msg("{id} does not wait any more.", id=id))
    return delivery


def _again(ledger: Ledger, rows: Collection[Delivery]) -> tuple[Delivery, ...]:
    return ledger.deliveries(ids=[d.id for d in rows]) if rows else ()


def _address(url: str) -> None:
    if not url.startswith(("http://", "https://")) or " " in url or len(url) < len("http://a.b"):
        raise UsageFault(msg("“{url}” is no web address; write https://…", url=url))


def _keep(photo: Path, state: Path) -> tuple[str, str]:
    """The address of a copy of the photograph, named after its bytes, and its digest."""
    if not photo.is_file():
        raise UsageFault(msg("There is no file {file}.", file=str(photo)))
    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    kept = state / RECEIPTS / f"{digest[:16]}{photo.suffix.lower()}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        shutil.copyfile(photo, kept)
    return kept.absolute().as_uri(), f"sha256:{digest}"
