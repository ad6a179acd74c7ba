"""The steps of a run, one function each; the order in which they come is not theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from publisher import manifest
from publisher.errors import KentonganError, SiteFault
from publisher.ledger import OPEN, Delivery
from publisher.messages import Message, msg
from publisher.publish._ledger import keep_copy
from publisher.publish._many import owner
from publisher.publish._site import audit
from publisher.publish._types import Clock, Say
from publisher.settings import Settings

if TYPE_CHECKING:
    from plugins.run import Built
    from publisher.channels import Channel
    from publisher.deploy import Deployed
    from publisher.ledger.store import Ledger
    from publisher.outreach.announce import Told
    from publisher.outreach.local import Outcome


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery run did. ``withheld`` are channels with more posts at once than allowed without a
    person's yes, and how many wait there. ``told`` is what hub and search engines were told, ``ending`` what is to
    be said of tokens that end, ``dangling`` are deleted articles and how many posts still lead to their pages."""

    outcome: Outcome
    withheld: dict[str, int]
    told: tuple[Told, ...] = ()
    ending: tuple[Message, ...] = ()
    dangling: tuple[tuple[str, int], ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether something will not go on by itself."""
        return self.outcome.needs_person or bool(self.withheld)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Everything the run touched or leaves open."""
        o = self.outcome
        return (*o.sent, *o.failed, *o.unknown, *o.held, *o.waiting)


def guard(settings: Settings, ledger: Ledger) -> None:
    """Raises ForeignLedger when the live site belongs to another ledger."""
    from publisher import deploy as deploying

    deploying.guard(settings, ledger.id)


def refuse_faults(settings: Settings, now: datetime, built: Built) -> None:
    """Raises SiteFault when the site just built has an error; files that no build wrote are not judged."""
    strangers = frozenset(built.strangers)
    found = [f for f in audit(settings, now) if f.level == "error" and f.path not in strangers]
    if found:
        message = msg(
            "{fault} ({count} such errors, see `kentongan feeds check`; nothing was deployed)",
            fault=found[0].message,
            count=len(found),
        )
        raise SiteFault(message, where=f"{settings.output.name}/{found[0].path}")


def syndicate(settings: Settings, ledger: Ledger) -> None:
    """Writes the posts' addresses for the next build."""
    from publisher.outreach import syndication

    internal = {n for n, c in settings.office.channels.items() if c.audience == "internal"}
    syndication.write(ledger, settings.state, internal=internal)


def deploy(settings: Settings, ledger: Ledger, clock: Clock, say: Say | None, confirmed: Collection[str]) -> Deployed:
    """Before the first byte travels the ledger knows what hub and search engines will have to be told."""
    from publisher import deploy as deploying
    from publisher.outreach import announce

    before = deploying.last_deployed(settings)

    def intend(sent: Sequence[str], gone: Sequence[str]) -> None:
        announce.intend(ledger, settings, sent, gone, before, clock())

    return deploying.deploy(settings.output, settings, ledger.id, say, confirmed=confirmed, intend=intend)


def deliver(
    settings: Settings,
    ledger: Ledger,
    channels: Sequence[Channel],
    current: manifest.Manifest,
    clock: Clock,
    say: Say | None,
    *,
    yes: bool,
) -> Delivered:
    """Carries what is due now, then tells hub and search engines; the ledger is copied whatever happens."""
    from publisher import http
    from publisher.outreach import gate, local, tokens
    from publisher.outreach import plan as planning
    from publisher.outreach.policy import policies

    clock = ledger.clock(clock)
    now = clock()
    ending = tokens.watch(ledger, channels, settings, now, who=owner())
    ledger.skip(now)
    due = [d for d in ledger.deliveries(OPEN) if d.due <= now and not d.waits_for_person]
    withheld = {} if yes else planning.bursts(due, channels, settings.office.outreach.burst)
    done: set[str] = set()

    def tell(row: Delivery) -> None:
        done.update([row.id] if row.state not in OPEN else [])
        if say:
            say(msg("{channel}: {title}", channel=row.channel, title=row.title), len(done), len(due))

    try:
        outcome = local.deliver(
            ledger,
            [c for c in channels if c.name not in withheld],
            site=settings.output,
            gate=gate.Gate(current, http.get),
            clock=clock,
            owner=owner(),
            patience=timedelta(seconds=settings.office.outreach.gate_seconds),
            policies=policies(channels, settings),
            say=tell,
        )
    finally:  # also when a person stops it: what went out so far is kept
        syndicate(settings, ledger)
        keep_copy(settings, ledger, clock)
    return Delivered(outcome, withheld, _announce(settings, ledger, clock), ending)


def _announce(settings: Settings, ledger: Ledger, clock: Clock) -> tuple[Told, ...]:
    """Comes last: the pages have had their time to become live, and no post waits for it or fails with it."""
    from publisher import http
    from publisher.outreach import announce

    try:
        told = announce.tell(ledger, settings, http.get, clock)
        if told:
            keep_copy(settings, ledger, clock)
    except KentonganError as fault:  # the ledger's or the disk's: the posts are out, and this is told by the next run
        told = (announce.Told("announce", 0, 0, fault.message),)
    return told
