"""The carrier of one office: threads in this process, one ordered lane a channel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.channels import Channel
from publisher.ledger import OPEN, Delivery, Hold, State
from publisher.ledger.files import alone
from publisher.outreach.advance import RULES, Clock, Live, Rules, advance
from publisher.outreach.policy import DEFAULT, Policy

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

Say = Callable[[Delivery], None]
AHEAD = 50  # ids that a lane asks for at once


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
    policies: Mapping[str, Policy] | None = None,
    say: Say | None = None,
) -> Outcome:
    """Carries everything that is due, and what falls due within ``patience``. ``say`` hears each step,
    from several threads. Raises LedgerFault when another process is at work with this ledger's file; on a
    database server any number may be, and the leases tell who is dead."""
    with alone(ledger.path) if ledger.path else nullcontext():
        now = clock()
        if ledger.path:
            ledger.orphans(now, who=owner)  # whoever was sending them is dead: this process holds the ledger alone
        named = {c.name: c for c in channels}
        ledger.probe(named, now)  # a person may have acted; one request tells
        lanes = [
            Lane(
                ledger,
                named,
                name,
                site,
                gate,
                clock,
                owner,
                now + patience,
                rules,
                (policies or {}).get(name, DEFAULT),
                say,
            )
            for name in named
        ]
        touched = _run(lanes)
        ledger.sync()
        return _outcome(ledger, touched, named, clock())


def _run(lanes: list[Lane]) -> set[str]:
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
    return set().union(*(run.result()[0] for run in runs))


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel's deliveries, one after the other."""

    ledger: Ledger
    channels: Mapping[str, Channel]
    name: str
    site: Path
    gate: Live
    clock: Clock
    owner: str
    deadline: datetime
    rules: Rules = RULES
    policy: Policy = DEFAULT
    say: Say | None = None

    def run(self, stop: threading.Event) -> tuple[set[str], datetime | None]:
        """Until nothing is due before the deadline; the ids that were touched, and when to come again."""
        touched: set[str] = set()
        while True:
            touched.update(self._steps(self.ledger.due(self.name, self.clock(), limit=AHEAD), stop))
            now = self.clock()
            at = self.ledger.wake(self.name, now)
            if stop.is_set() or at is None or at > max(now, self.deadline):
                return touched, at
            if at > now:
                self.ledger.sync()
                stop.wait((at - now).total_seconds())

    def _steps(self, ids: Iterable[str], stop: threading.Event) -> Iterator[str]:
        """In their order, until one has to wait: that may be for all of them, so it is asked anew."""
        for one in ids:
            if stop.is_set():
                return
            yield one
            if self._step(one):
                return

    def _step(self, id: str) -> bool:
        """Whether it has to wait."""
        later = advance(
            self.ledger,
            self.channels,
            id,
            clock=self.clock,
            site=self.site,
            owner=self.owner,
            gate=self.gate,
            rules=self.rules,
            policy=self.policy,
        )
        row = self.ledger.get(id) if self.say else None
        if self.say and row:
            self.say(row)
        return later is not None


def _outcome(ledger: Ledger, touched: set[str], channels: Mapping[str, Channel], now: datetime) -> Outcome:
    done = ledger.deliveries(ids=touched)
    still = [d for d in ledger.deliveries(OPEN) if d.channel in channels]
    holds = tuple(h for h in ledger.holds(now) if h.channel in channels)
    stuck = {h.channel for h in holds if h.until is None}

    def is_held(delivery: Delivery) -> bool:
        return delivery.channel in stuck or delivery.waits_for_person or delivery.waits_for_page

    return Outcome(
        sent=tuple(d for d in done if d.state is State.SENT),
        failed=tuple(d for d in done if d.state is State.FAILED),
        unknown=tuple(d for d in done if d.state is State.UNKNOWN),
        held=tuple(d for d in still if is_held(d)),
        waiting=tuple(d for d in still if not is_held(d)),
        holds=holds,
    )
