"""The carrier of one office: threads in this process, one ordered lane a channel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.channels import Channel
from publisher.errors import LedgerFault
from publisher.ledger import OPEN, Delivery, Hold, State
from publisher.ledger.files import alone
from publisher.messages import msg
from publisher.outreach.advance import RULES, Clock, Live, Rules, advance

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

Say = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did (``sent``, ``failed``, ``unknown``) and what it leaves: ``held`` waits for its page
    or, with its channel (``holds``), for a person; ``waiting`` goes out by itself when due."""

    sent: tuple[Delivery, ...]
    failed: tuple[Delivery, ...]
    unknown: tuple[Delivery, ...]
    held: tuple[Delivery, ...]
    waiting: tuple[Delivery, ...]
    holds: tuple[Hold, ...]

    @property
    def needs_person(self) -> bool:
        """Whether something will not go on by itself."""
        return bool(self.failed or self.unknown or self.held)


def deliver(
    ledger: Ledger,
    channels: Iterable[Channel],
    *,
    site: Path,
    gate: Live,
    clock: Clock,
    owner: str,
    patience: timedelta = timedelta(seconds=60),
    rules: Rules = RULES,
    say: Say | None = None,
) -> Outcome:
    """Carries everything that is due, and what falls due within ``patience``. ``say`` hears each step,
    from several threads. Raises LedgerFault when another process is at work with this ledger."""
    if ledger.path is None:
        raise LedgerFault(msg("A ledger on a database server needs a worker; this command works with a file."))
    with alone(ledger.path):
        now = clock()
        ledger.orphans(now, who=owner)  # whoever was sending them is dead: this process holds the ledger alone
        named = {c.name: c for c in channels}
        for name in named:
            ledger.unhold(name, now, who=owner)  # a person may have acted; one request tells
        lanes = [_Lane(ledger, named, name, site, gate, clock, owner, now + patience, rules, say) for name in named]
        touched = _run(lanes)
        return _outcome(ledger, touched, named, clock())


def _run(lanes: list[_Lane]) -> set[str]:
    """All lanes at once; what one raises is raised when the others are done."""
    if not lanes:
        return set()
    stop = threading.Event()
    with ThreadPoolExecutor(len(lanes), thread_name_prefix="lane") as pool:
        runs = [pool.submit(lane.run, stop) for lane in lanes]
        try:
            wait(runs)
        except BaseException:  # Ctrl-C: each lane finishes the step it is in
            stop.set()
            raise
    return set().union(*(run.result() for run in runs))


@dataclass(frozen=True, slots=True)
class _Lane:
    """One channel's deliveries, one after the other."""

    ledger: Ledger
    channels: Mapping[str, Channel]
    name: str
    site: Path
    gate: Live
    clock: Clock
    owner: str
    deadline: datetime
    rules: Rules
    say: Say | None

    def run(self, stop: threading.Event) -> set[str]:
        """Until nothing is due before the deadline; the ids that were touched."""
        touched: set[str] = set()
        while not stop.is_set():
            now = self.clock()
            due = self.ledger.due(self.name, now, limit=1)  # asked anew each time: a step may hold the channel
            if due:
                self._step(due[0])
                touched.add(due[0])
                continue
            at = self.ledger.wake(self.name, now)
            if at is None or at > self.deadline:
                break
            stop.wait((at - now).total_seconds())
        return touched

    def _step(self, id: str) -> None:
        advance(
            self.ledger,
            self.channels,
            id,
            clock=self.clock,
            site=self.site,
            owner=self.owner,
            gate=self.gate,
            rules=self.rules,
        )
        row = self.ledger.get(id) if self.say else None
        if self.say and row:
            self.say(row)


def _outcome(ledger: Ledger, touched: set[str], channels: Mapping[str, Channel], now: datetime) -> Outcome:
    done = ledger.deliveries(ids=touched)
    still = [d for d in ledger.deliveries(OPEN) if d.channel in channels]
    holds = tuple(h for h in ledger.holds(now) if h.channel in channels)
    stuck = {h.channel for h in holds if h.until is None}

    def is_held(delivery: Delivery) -> bool:
        return delivery.channel in stuck or (delivery.state is State.PLANNED and delivery.reason is not None)

    return Outcome(
        sent=tuple(d for d in done if d.state is State.SENT),
        failed=tuple(d for d in done if d.state is State.FAILED),
        unknown=tuple(d for d in done if d.state is State.UNKNOWN),
        held=tuple(d for d in still if is_held(d)),
        waiting=tuple(d for d in still if not is_held(d)),
        holds=holds,
    )
