"""One delivery, one step: whether it is its turn, and what then has to be done.

The promise is the ledger's: the intent is on disk before the request that makes a post visible, and a
row found with its intent written and no receipt is looked up before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.channels import Channel, Costs, MakesReady, is_manual
from publisher.errors import ChannelError
from publisher.ledger import COUNTED, NOT_LIVE, Delivery, Later, LostFence, Pace, State
from publisher.messages import Message
from publisher.outreach.policy import DEFAULT, Policy
from publisher.outreach.step import RULES, Clock, Rules, Step, call, thawed

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

__all__ = ["RULES", "Clock", "Live", "Rules", "advance"]

Live = Callable[[Delivery], Message | None]


def advance(
    ledger: Ledger,
    channels: Mapping[str, Channel],
    id: str,
    *,
    clock: Clock,
    site: Path,
    owner: str,
    gate: Live,
    rules: Rules = RULES,
    policy: Policy = DEFAULT,
) -> Later | None:
    """Carries the delivery ``id`` one step. Later says when to come again, None that there is nothing
    to come for. ``site`` is the folder with the pictures, ``gate`` says why a page is not live, ``policy``
    are the house's rules for its channel."""
    row = ledger.get(id)
    channel = channels.get(row.channel) if row else None
    if row is None or channel is None:
        return None
    if not row.posting:
        wait = _wait(ledger, row, gate, clock, rules, policy)
        if wait:
            return wait
    if is_manual(channel) and row.kind in COUNTED:
        return _hand_over(ledger, row, channel, clock, site, rules)
    live = row.revision if row.state is State.PLANNED else ""
    policy = replace(policy, pace=_pace(channel, row, policy))
    begun = ledger.begin(id, owner, clock(), timedelta(seconds=rules.lease), live=live, pace=policy.pace)
    if not isinstance(begun, Delivery):
        return begun
    step = Step(ledger, channel, begun, clock, site, rules, policy)
    try:
        if begun.kind not in COUNTED:
            return step.change()
        return step.look() if begun.posting else step.post()
    except LostFence:
        return None  # another worker has it; what this one knows is worth nothing


def _wait(ledger: Ledger, row: Delivery, gate: Live, clock: Clock, rules: Rules, policy: Policy) -> Later | None:
    """Later when it is not its time, in quiet hours, or when its page is not live yet."""
    now = clock()
    if row.due > now or row.cancel or row.is_stale(now) or row.waits_for_person:
        return Later(row.due) if row.due > now else None
    silent = policy.silent_until(now) if row.kind in COUNTED else None
    if silent:
        ledger.postpone(row.id, silent, policy.quiet_reason(silent), now)
        return Later(silent)
    if row.state is not State.PLANNED or row.kind == "withdraw":
        return None
    reason = gate(row)
    if reason is None:
        return None
    now = clock()
    again = now + timedelta(seconds=rules.gate)
    ledger.postpone(row.id, again, reason, now, error=NOT_LIVE)
    return Later(again)


def _pace(channel: Channel, row: Delivery, policy: Policy) -> Pace:
    """The account's pace, its month counted in money where the channel has a budget."""
    if not isinstance(channel, Costs) or not channel.budget or row.kind not in COUNTED:
        return policy.pace
    return replace(policy.pace, monthly=channel.budget, price=channel.cost(thawed(row)))


def _hand_over(ledger: Ledger, row: Delivery, channel: Channel, clock: Clock, site: Path, rules: Rules) -> Later | None:
    """What a person posts is made ready; from then on it waits for the person's receipt."""
    try:
        if isinstance(channel, MakesReady):
            post = thawed(row)
            call(lambda: channel.make_ready(post, site, row.id))
    except ChannelError as fault:
        again = clock() + timedelta(seconds=rules.waits[-1])
        ledger.postpone(row.id, again, fault.message, clock())
        return Later(again)
    if ledger.hand_over(row.id, row.revision, clock(), who="gate"):
        return None
    return Later(clock() + timedelta(seconds=rules.gate))  # it has changed meanwhile
