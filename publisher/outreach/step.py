"""A delivery that is being carried: ledger, wire, ledger. Retries, look-ups and holds are decided here."""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from publisher import http
from publisher.channels import Channel, Edits, Traced, Traces, Withdraws
from publisher.errors import ChannelError, Duplicate, Held, KentonganError, OutcomeUnknown, Refused, TryLater
from publisher.ledger import Delivery, Later, LostFence, State
from publisher.messages import Message, msg
from publisher.outreach.policy import Policy
from publisher.post import Once, Post, Receipt

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

log = logging.getLogger(__name__)
T = TypeVar("T")
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Times in seconds. ``waits`` before the next try, the last one again and again; ``settle`` before a
    look, by how many clean ones there were. ``breaker``: stumbles in a row, and how long the channel then rests.
    ``lease`` must be longer than any request (http.Bounds.whole)."""

    stumbles: int = 20
    waits: tuple[float, ...] = (5, 15, 60, 300, 900, 3600)
    longest: float = 6 * 3600
    jitter: float = 0.2
    lease: float = 600
    gate: float = 2
    settle: tuple[float, ...] = (5, 60, 120)
    grace: float = 60  # facts of timelines: a post may take this long to show
    reads: int = 3
    breaker: tuple[tuple[int, float], ...] = ((5, 60), (10, 300), (15, 1800))


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Step:
    """A delivery under its fence."""

    ledger: Ledger
    channel: Channel
    row: Delivery
    clock: Clock
    site: Path
    rules: Rules
    policy: Policy

    def post(self) -> Later | None:
        """Uploads, writes the intent, posts."""
        row, lease = self.row, timedelta(seconds=self.rules.lease)
        try:
            post = thawed(self.row)
            media = self._prepare(post)
        except ChannelError as fault:
            return self._nothing_out(fault)
        intended = self.clock()
        if not self.ledger.intend(row.id, row.fence, media, intended, lease, pace=self.policy.pace):
            return None
        try:
            receipt = self._send(post, media, intended + lease)
        except (TryLater, Held, Refused) as fault:
            return self._nothing_out(fault)
        except ChannelError as fault:
            return self._may_be_out(fault)
        self.ledger.deliver(row.id, row.fence, receipt, self.clock())
        return None

    def _send(self, post: Post, media: Mapping[str, str], until: datetime) -> Receipt:
        """The visible request, as long as the lease lasts: a process that stood still may have lost the delivery to
        another. Asked before, and by the wire again right before the first byte leaves."""

        def look() -> None:
            if self.clock() >= until:
                raise TryLater(msg("This machine stood still for too long; it will be tried again."))

        look()
        with http.last_look(look):
            return call(lambda: self.channel.send(post, media, self.row.key))

    def _prepare(self, post: Post) -> Mapping[str, str]:
        return call(lambda: self.channel.prepare(post, self.site, dict(self.row.media), self._renew))

    def change(self) -> Later | None:
        """Edits or takes back what is out. The same again changes nothing, so an unclear answer is
        simply tried again."""
        row, lease = self.row, timedelta(seconds=self.rules.lease)
        target = self.ledger.get(row.target)
        if target is None or target.state is not State.SENT or not target.remote_id:
            return self._fail(msg("There is no receipt of the post that this would change."), "")
        try:
            act = self._withdrawal(target) if row.kind == "withdraw" else self._edit(target, thawed(self.row))
            if not row.posting and not self.ledger.intend(row.id, row.fence, {}, self.clock(), lease):
                return None
            receipt = call(act)
        except (TryLater, Held, Refused) as fault:
            return self._nothing_out(fault)
        except ChannelError as fault:
            return self._wait(TryLater(fault.message, detail=fault.detail), posting=False)
        self.ledger.deliver(row.id, row.fence, receipt, self.clock())
        return None

    def _edit(self, target: Delivery, post: Post) -> Callable[[], Receipt]:
        channel, row = self.channel, self.row
        if not isinstance(channel, Edits):
            raise Refused(msg("{channel} cannot change a post that is out.", channel=row.channel))
        # where the hidden step makes the post itself, it would make a second one
        media = {} if isinstance(channel, Traces) else self._prepare(post)
        return lambda: channel.edit(target.remote_id, post, media, row.key)

    def _withdrawal(self, target: Delivery) -> Callable[[], Receipt]:
        channel = self.channel
        if not isinstance(channel, Withdraws):
            raise Refused(msg("{channel} cannot take a post back.", channel=self.row.channel))

        def take_back() -> Receipt:
            channel.withdraw(target.remote_id)
            return Receipt(target.remote_id)

        return take_back

    def look(self) -> Later | None:
        """It may be out: asks the channel before anything is sent again."""
        row = self.row
        if self.channel.once is Once.NONE:
            return self._unknown(
                msg("{channel} cannot be asked whether the post is out; please look.", channel=row.channel), row.error
            )
        try:
            post = thawed(self.row)
            found = call(lambda: self._find(post))
        except (TryLater, Held) as fault:
            return self._wait(fault, posting=True)
        except ChannelError as fault:
            return self._wait(TryLater(fault.message, detail=fault.detail), posting=True)
        if isinstance(found, Receipt):
            self.ledger.deliver(row.id, row.fence, found, self.clock())
            return None
        return self._not_found(hidden=found == "hidden")

    def _find(self, post: Post) -> Traced:
        channel, row = self.channel, self.row
        since = row.intent_at or row.created
        if isinstance(channel, Traces):
            return channel.trace(post, dict(row.media), row.key, since)
        return channel.find(post, row.key, since)

    def _not_found(self, *, hidden: bool) -> Later | None:
        """Absent for sure, or the timeline may only be late: then it is read again."""
        row, rules, now = self.row, self.rules, self.clock()
        if not hidden and self.channel.once in (Once.TIMELINE, Once.CONTAINER) and row.asked_at:
            settled = row.asked_at + timedelta(seconds=rules.grace)
            clean = row.clean + 1 if now >= settled else 0
            if clean < rules.reads:
                pause = timedelta(seconds=rules.settle[min(clean, len(rules.settle) - 1)])
                return self._later(max(settled, now + pause), row.reason, posting=True, clean=clean, error=row.error)
        if row.evidence:
            reason = msg("{channel} says that it has the post, but it was not found; please look.", channel=row.channel)
            return self._unknown(reason, row.error)
        if row.stumbles >= rules.stumbles:
            return self._give_up(row.error, posting=False)
        return self._later(now, None)

    def _nothing_out(self, fault: ChannelError) -> Later | None:
        """Surely nothing was posted."""
        if isinstance(fault, Refused):
            return self._fail(fault.message, fault.detail)
        if isinstance(fault, TryLater | Held):
            return self._wait(fault, posting=False)
        return self._wait(TryLater(fault.message, detail=fault.detail), posting=False)

    def _may_be_out(self, fault: ChannelError) -> Later | None:
        if self.channel.once is Once.NONE:
            return self._unknown(fault.message, fault.detail)
        known = isinstance(fault, Duplicate)
        pause = 0 if known else self.rules.settle[0]
        due = self.clock() + timedelta(seconds=pause)
        return self._later(due, fault.message, posting=True, evidence=known, error=fault.detail, stumbled=not known)

    def _wait(self, fault: TryLater | Held, *, posting: bool) -> Later | None:
        row, now = self.row, self.clock()
        clean = row.clean if posting else 0
        if isinstance(fault, Held):
            self._later(now, fault.message, posting=posting, clean=clean, error=fault.detail)
            self.ledger.hold(row.channel, fault.message, None, now, who=row.owner)
            return None
        if not fault.account and row.stumbles + 1 >= self.rules.stumbles:
            return self._give_up(fault.detail, posting=posting)
        due = now + self._pause(fault.after)
        if fault.account:
            self.ledger.hold(row.channel, fault.message, due, now, who=row.owner)
        return self._later(
            due, fault.message, posting=posting, clean=clean, error=fault.detail, stumbled=not fault.account
        )

    def _later(
        self,
        due: datetime,
        reason: Message | None,
        *,
        posting: bool = False,
        evidence: bool = False,
        clean: int = 0,
        error: str = "",
        stumbled: bool = False,
    ) -> Later:
        row, now = self.row, self.clock()
        in_a_row = self.ledger.later(
            row.id,
            row.fence,
            due,
            reason,
            now,
            posting=posting,
            evidence=evidence or (posting and row.evidence),
            clean=clean,
            error=error,
            stumbled=stumbled,
        )
        rest = self._rest(in_a_row) if stumbled else 0
        if rest:
            reason = msg("{channel} has failed {count} times in a row and rests.", channel=row.channel, count=in_a_row)
            self.ledger.hold(row.channel, reason, now + timedelta(seconds=rest), now, who=row.owner)
        return Later(due)

    def _give_up(self, error: str, *, posting: bool) -> Later | None:
        if posting:
            reason = msg("{channel} could not be asked whether the post is out; please look.", channel=self.row.channel)
            return self._unknown(reason, error)
        reason = msg("{channel} could not be reached, however often it was tried.", channel=self.row.channel)
        return self._fail(reason, error)

    def _fail(self, reason: Message, error: str) -> Later | None:
        self.ledger.fail(self.row.id, self.row.fence, reason, self.clock(), error=error)
        return None

    def _unknown(self, reason: Message, error: str) -> Later | None:
        self.ledger.unknown(self.row.id, self.row.fence, reason, self.clock(), error=error)
        return None

    def _rest(self, stumbles: int) -> float:
        """How long the channel rests after so many stumbles in a row; past the last step, each time."""
        steps = self.rules.breaker
        past = steps[-1][1] if steps and stumbles > steps[-1][0] else 0
        return dict(steps).get(stumbles, past)

    def _pause(self, asked: float | None) -> timedelta:
        """As long as the channel asked, else by the number of stumbles; a little more for each delivery
        by its id, so that many do not come back at once."""
        waits = self.rules.waits
        seconds = waits[min(self.row.stumbles, len(waits) - 1)] if asked is None else asked
        dice = hashlib.sha256(f"{self.row.id} {self.row.fence}".encode()).digest()[0] / 255
        return timedelta(seconds=min(seconds, self.rules.longest) * (1 + self.rules.jitter * dice))

    def _renew(self) -> None:
        self.ledger.renew(self.row.id, self.row.fence, self.clock(), timedelta(seconds=self.rules.lease))


def thawed(row: Delivery) -> Post:
    """The delivery's post. Raises Refused when it is damaged."""
    try:
        return row.post
    except (ValueError, TypeError, KeyError) as fault:
        raise Refused(msg("What the ledger holds of this post is damaged."), detail=str(fault)) from fault


def call(call: Callable[[], T]) -> T:
    """What a channel gives. A fault of the program in it is sorted like an unclear answer: else one
    article would stop its lane at every run."""
    try:
        return call()
    except (KentonganError, LostFence):
        raise
    except Exception as fault:
        # where it failed, not its words: they might hold a secret
        log.error("a channel failed with %s\n%s", _kind(fault), "".join(traceback.format_tb(fault.__traceback__)))  # noqa: TRY400 - for the same reason
        raise OutcomeUnknown(
            msg("The program failed while it spoke with the channel ({kind}); please report it.", kind=_kind(fault)),
            detail=_kind(fault),
        ) from fault


def _kind(fault: Exception) -> str:
    return type(fault).__name__
