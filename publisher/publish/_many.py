"""Many machines on one ledger: this one as a worker among them."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from publisher.errors import UsageFault
from publisher.messages import msg
from publisher.publish._ledger import open_ledger, read_manifest
from publisher.publish._types import Clock
from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger
    from publisher.outreach.procrastinate import Office as ServedOffice


def carry(offices: Sequence[Settings], clock: Clock, *, concurrency: int) -> None:
    """A worker among many: carries what the shared ledger has for ``offices``, until it is stopped."""
    from contextlib import ExitStack

    from publisher.outreach import procrastinate

    url = offices[0].ledger_url
    if not url.startswith("postgres"):
        raise UsageFault(msg("Procrastinate needs a ledger on PostgreSQL; set KENTONGAN_LEDGER_URL=postgresql://…"))
    with ExitStack() as stack:
        served = [_office(settings, stack.enter_context(open_ledger(settings)), clock) for settings in offices]
        procrastinate.run(url, served, owner=owner(), concurrency=concurrency)


def _office(settings: Settings, ledger: Ledger, clock: Clock) -> ServedOffice:
    from publisher import http
    from publisher.channels import open_all
    from publisher.outreach import gate
    from publisher.outreach.policy import policies
    from publisher.outreach.procrastinate import Office

    channels = open_all(settings)
    return Office(
        ledger=ledger,
        channels={c.name: c for c in channels},
        site=settings.output,
        gate=lambda: gate.Gate(read_manifest(settings), http.get),
        clock=ledger.clock(clock),
        policies=policies(channels, settings),
    )


def owner() -> str:
    """This process among all that share the ledger."""
    return f"{socket.gethostname()}:{os.getpid()}"
