"""What should go out: articles and channels to rows of the ledger. Composing is pure; nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.channels import Channel, Costs, Edits, Withdraws
from publisher.ledger import COUNTED, OPEN, Delivery, New, State
from publisher.manifest import Manifest, Record
from publisher.messages import Message, msg
from publisher.outreach.policy import DEFAULT, Policy, policies
from publisher.post import Post
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

TAKEN_BACK = ("withdrawn", "hidden")
SPAN = 1000  # changes of one post: their numbers follow its own, so that no two posts share one
SITE = "site"  # who cancelled what the site does not ask for any more
GONE = msg("The article is no longer public or no longer meant for this channel.")


@dataclass(frozen=True, slots=True)
class Planned:
    """``new`` deliveries, ``cancelled`` ones, and ``older``: (article, channel) left out because the
    article was due before the channel's ``since`` and never planned. ``dangling`` are articles that were deleted since
    and how many of their posts are still out: taking them back is a person's word."""

    new: tuple[Delivery, ...]
    cancelled: tuple[Delivery, ...]
    older: tuple[tuple[str, str], ...]
    dangling: tuple[tuple[str, int], ...] = ()


def wanted(
    manifest: Manifest,
    channels: Iterable[Channel],
    since: Mapping[str, datetime],
    settled: Container[tuple[str, str]] = frozenset(),
    rules: Mapping[str, Policy] | None = None,
    money: Mapping[str, int] | None = None,
) -> tuple[New, ...]:
    """Every post that should go out, in the order of time, but those in ``settled`` (article, channel). ``money`` is
    what is left of each channel's month: who comes too late for a link goes without, where the house wants that."""
    pairs = [(r, c) for r in manifest.public() for c in channels if _is_meant(r, c, since)]
    ordered = sorted(pairs, key=lambda pair: (datetime.fromisoformat(pair[0].due), pair[0].id, pair[1].name))
    left, rows = dict(money or {}), []
    for record, channel in ordered:
        if (record.id, channel.name) in settled:
            continue
        post = channel.compose(record)
        if isinstance(channel, Costs) and channel.name in left:
            if channel.cost(post) > left[channel.name]:
                post = channel.cheaper(record) or post
            left[channel.name] -= channel.cost(post)
        rows.append(_row(record, channel, post, (rules or {}).get(channel.name, DEFAULT)))
    return tuple(rows)


def draft(
    ledger: Ledger | None, manifest: Manifest, channels: Iterable[Channel], settings: Settings, now: datetime
) -> tuple[New, ...]:
    """What ``plan`` would have go out, word for word; writes nothing, so the ledger need not exist yet."""
    channels = tuple(channels)
    seen = {c.name: (ledger.first_seen(c.name) if ledger else None) or now for c in channels}
    settled = ledger.tried() if ledger else frozenset()
    money = _money(ledger, channels, now)
    posts = wanted(manifest, channels, _since(seen, settings), settled, policies(channels, settings), money)
    posts = tuple(p for p in posts if p.stale is None or p.stale > now)
    return posts + (changes(ledger, manifest, channels, now, policies(channels, settings))[0] if ledger else ())


def plan(ledger: Ledger, manifest: Manifest, channels: Iterable[Channel], settings: Settings, now: datetime) -> Planned:
    """Writes down what should go out and takes back what should not any more. Twice is once."""
    channels = tuple(channels)
    since = _since({c.name: ledger.seen(c.name, now) for c in channels}, settings)
    rules = policies(channels, settings)
    settled = ledger.tried()
    posts = wanted(manifest, channels, since, settled, rules, _money(ledger, channels, now))
    new = ledger.plan(posts, now)
    changed, cannot = changes(ledger, manifest, channels, now, rules)
    new += ledger.plan(changed, now)
    for delivery, what, why in cannot:
        ledger.note(delivery, what, why, now, who="plan")
    ledger.skip(now)
    records, names = {r.id: r for r in manifest.records}, {c.name for c in channels}
    still = {(n.article, n.channel, n.kind, n.seq) for n in changed}
    cancelled = [d for d in ledger.deliveries((State.PLANNED, State.QUEUED)) if _is_gone(d, records, still, names)]
    for delivery in cancelled:
        ledger.cancel(delivery.id, GONE, now, by=SITE)
    ids = [d.id for d in cancelled]
    return Planned(
        new,
        ledger.deliveries((State.CANCELLED,), ids=ids) if ids else (),
        tuple(
            (r.id, c.name)
            for r in manifest.public()
            for c in channels
            if r.wants(c.name) and not _is_meant(r, c, since) and (r.id, c.name) not in settled
        ),
        _dangling(ledger, records, now),
    )


def _dangling(ledger: Ledger, records: Container[str], now: datetime) -> tuple[tuple[str, int], ...]:
    """The posts whose article was deleted, noted once; those that were taken back or are being are none."""
    back = {d.target for d in ledger.changes() if d.kind == "withdraw"}
    ids = [one for one, article, _, _ in ledger.out() if article not in records and one not in back]
    why = msg("The article was deleted; `kentongan withdraw` takes its posts back.")
    posts = ledger.deliveries(ids=ids) if ids else ()
    counts = Counter(d.article for d in posts if ledger.note(d, "page gone", why, now, who="plan"))
    return tuple(sorted(counts.items()))


Cannot = tuple[Delivery, str, Message]


def changes(
    ledger: Ledger, manifest: Manifest, channels: Iterable[Channel], now: datetime, rules: Mapping[str, Policy]
) -> tuple[tuple[New, ...], tuple[Cannot, ...]]:
    """The edits and withdrawals that the articles ask for of what is out, and what no channel can do.

    An edit is of an article whose revision changed and whose post would read differently, the link in it
    included; it is never a second post. What is withdrawn or hidden is taken back.
    """
    named = {c.name: c for c in channels}
    records = {r.id: r for r in manifest.records}
    newest = {(d.target, d.kind): d for d in sorted(ledger.changes(), key=lambda d: d.seq)}
    pending = {d.target for d in newest.values() if d.state in OPEN}
    asked = [
        one
        for one, article, channel, revision in ledger.out()
        if channel in named
        and (record := records.get(article))  # deleted articles are a person's affair: `kentongan withdraw`
        and (record.status in TAKEN_BACK or record.revision != revision or one in pending)
    ]
    rows: list[New] = []
    cannot: list[Cannot] = []
    for post in ledger.deliveries(ids=asked) if asked else ():
        record, channel = records[post.article], named[post.channel]
        edited, withdrawn = newest.get((post.id, "edit")), newest.get((post.id, "withdraw"))
        made: New | Cannot | None = None
        if record.status in TAKEN_BACK:
            made = _take_back(post, withdrawn, channel, now)
        elif record.public and post.kind == "post" and (withdrawn is None or withdrawn.state in OPEN):
            made = _edit(post, edited, record, channel, rules.get(channel.name, DEFAULT), now)
        if isinstance(made, New):
            rows.append(made)
        elif made:
            cannot.append(made)
    return tuple(rows), tuple(cannot)


def _take_back(post: Delivery, last: Delivery | None, channel: Channel, now: datetime) -> New | Cannot | None:
    if last and last.state in (State.SENT, State.FAILED):
        return None
    if not isinstance(channel, Withdraws) or not post.remote_id:
        return post, "cannot withdraw", msg("{channel} cannot take a post back.", channel=post.channel)
    return withdrawal(post, last.due if last else now)


def _edit(
    post: Delivery, last: Delivery | None, record: Record, channel: Channel, policy: Policy, now: datetime
) -> New | Cannot | None:
    untried = last is not None and last.state in (State.PLANNED, State.QUEUED) and last.attempts == 0
    over = last is None or untried or last.state in (State.CANCELLED, State.FAILED)
    shown = post if over or last is None else last
    if record.revision == (last if last and last.state is State.FAILED else shown).revision:
        return None
    new = row(record, channel, policy)
    if new.digest == shown.digest:
        return None
    if not isinstance(channel, Edits) or not post.remote_id:
        why = msg(
            "{channel} cannot change a post that is out (version {revision}).",
            channel=post.channel,
            revision=record.revision,
        )
        return post, "cannot edit", why
    same = last if last and (untried or last.cancel == SITE) else None
    seq = same.seq if same else last.seq + 1 if last else post.seq * SPAN
    return replace(new, kind="edit", seq=seq, target=post.id, due=last.due if last and untried else now, stale=None)


def withdrawal(post: Delivery, now: datetime, *, priority: int = 0) -> New:
    """The delivery that takes ``post`` back; ``priority`` is above 0 when a person wants it, whatever the site says."""
    return New(
        article=post.article,
        channel=post.channel,
        network=post.network,
        revision=post.revision,
        title=post.title,
        payload=post.payload,
        digest=post.digest,
        due=now,
        kind="withdraw",
        seq=post.seq * SPAN,
        target=post.id,
        priority=priority,
    )


def bursts(rows: Iterable[New | Delivery], channels: Iterable[Channel], limit: int) -> dict[str, int]:
    """The real channels that would get more than ``limit`` posts at once, and how many."""
    real = {c.name for c in channels if c.real}
    counts = Counter(row.channel for row in rows)
    return {name: n for name, n in sorted(counts.items()) if name in real and n > limit}


def row(record: Record, channel: Channel, policy: Policy = DEFAULT) -> New:
    """The post of ``record`` on ``channel``, worded anew."""
    return _row(record, channel, channel.compose(record), policy)


def _row(record: Record, channel: Channel, post: Post, policy: Policy) -> New:
    due = datetime.fromisoformat(record.due)
    return New(
        article=record.id,
        channel=channel.name,
        network=channel.network,
        revision=record.revision,
        title=record.title,
        payload=post.payload(),
        digest=post.digest(),
        due=due,
        asks=policy.approval,
        stale=due + policy.max_age if policy.max_age else None,
    )


def _money(ledger: Ledger | None, channels: Iterable[Channel], now: datetime) -> dict[str, int]:
    """What is left of the month's budget of the channels that have one."""
    having = [c for c in channels if isinstance(c, Costs) and c.budget]
    return {c.name: c.budget - (ledger.spent(c.name, now) if ledger else 0) for c in having}


def _is_meant(record: Record, channel: Channel, since: Mapping[str, datetime]) -> bool:
    return record.wants(channel.name) and datetime.fromisoformat(record.due) >= since[channel.name]


def _is_gone(
    delivery: Delivery,
    records: Mapping[str, Record],
    still: Container[tuple[str, str, str, int]],
    channels: Container[str],
) -> bool:
    """Whether the site no longer asks for it: of changes only what no try has touched and no person wants."""
    record = records.get(delivery.article)
    if delivery.kind in COUNTED:
        wanted = record is not None and record.public
        return not wanted or (delivery.kind == "post" and record is not None and not record.wants(delivery.channel))
    untouched = delivery.attempts == 0 and not delivery.priority and delivery.channel in channels
    return untouched and (delivery.article, delivery.channel, delivery.kind, delivery.seq) not in still


def _since(seen: Mapping[str, datetime], settings: Settings) -> dict[str, datetime]:
    """From when on articles go to each channel: as office.toml says, else since it was first seen on."""
    given = {name: settings.office.channels[name].since for name in seen if name in settings.office.channels}
    return {name: _zoned(given.get(name), settings) or first for name, first in seen.items()}


def _zoned(moment: datetime | None, settings: Settings) -> datetime | None:
    if moment is None or moment.tzinfo:
        return moment
    return moment.replace(tzinfo=settings.zone)
