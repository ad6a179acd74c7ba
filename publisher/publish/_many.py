"""Many machines on one ledger: this one as a worker among them."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import KentonganError, UsageFault
from publisher.messages import Message, msg
from publisher.publish._ledger import open_ledger, read_manifest
from publisher.publish._types import Clock
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger
    from publisher.outreach.procrastinate import Office as ServedOffice


def carry(
    offices: Callable[[], Sequence[Settings]], clock: Clock, warn: Callable[[Message], None], *, concurrency: int
) -> None:
    """A worker among many: carries what the shared ledger has for ``offices``, until it is stopped. They are asked
    again and again; ``warn`` hears what a person should know meanwhile."""
    from publisher.outreach import procrastinate

    first = offices()
    url = first[0].ledger_url
    if not url.startswith("postgres"):
        raise UsageFault(msg("Procrastinate needs a ledger on PostgreSQL; set KENTONGAN_LEDGER_URL=postgresql://…"))
    with ExitStack() as stack:
        served = _Served(offices, clock, warn, stack)
        procrastinate.run(url, served, owner=owner(), concurrency=concurrency)


@dataclass(slots=True)
class _Served:
    """The offices as a worker needs them; each is opened when it is new and when its settings have changed."""

    offices: Callable[[], Sequence[Settings]]
    clock: Clock
    warn: Callable[[Message], None]
    stack: ExitStack
    known: dict[str, tuple[Settings, ServedOffice]] = field(default_factory=dict)

    faults: dict[str, str] = field(default_factory=dict)

    def __call__(self) -> Sequence[ServedOffice]:
        """Those that can be served. One that cannot is told of once, and goes on as it was; raised when it is alone."""
        offices = self.offices()
        for settings in offices:
            name = settings.office.id
            try:
                self._open(settings)
                self.faults.pop(name, None)
            except KentonganError as fault:
                if len(offices) == 1 and not self.known:
                    raise
                if self.faults.get(name) != str(fault):
                    self.warn(msg("{office}: {fault}", office=name, fault=fault.message))
                self.faults[name] = str(fault)
        return [office for _, office in self.known.values()]

    def _open(self, settings: Settings) -> None:
        name = settings.office.id
        before = self.known.get(name)
        if before is None:
            ledger = self.stack.enter_context(open_ledger(settings))
        elif before[0] is settings:
            return
        else:
            ledger = before[1].ledger
        self.known[name] = settings, _office(settings, ledger, self.clock, self.warn)


def _office(settings: Settings, ledger: Ledger, clock: Clock, warn: Callable[[Message], None]) -> ServedOffice:
    from publisher import http
    from publisher.channels import Housed, open_all
    from publisher.outreach import gate, tokens
    from publisher.outreach.policy import policies
    from publisher.outreach.procrastinate import Office

    opened = open_all(settings)
    away = [c for c in opened if isinstance(c, Housed) and not c.at_home()]
    for channel in away:
        warn(
            msg(
                "{channel} is carried by the machine that has its list of subscribers, not by this one.",
                channel=channel.name,
            )
        )
    channels = [c for c in opened if c not in away]
    now = ledger.clock(clock)

    def care() -> None:
        """As a run on one machine does at its start: what a person may have mended is tried, tokens are watched."""
        ledger.probe([c.name for c in channels], now())
        for message in tokens.watch(ledger, channels, settings, now(), who=owner()):
            warn(message)

    return Office(
        ledger=ledger,
        channels={c.name: c for c in channels},
        site=settings.output,
        gate=lambda: gate.Gate(read_manifest(settings), http.get),
        clock=now,
        policies=policies(channels, settings),
        care=care,
    )


def owner() -> str:
    """This process among all that share the ledger."""
    return f"{socket.gethostname()}:{os.getpid()}"
