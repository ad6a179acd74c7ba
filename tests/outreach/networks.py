"""A worker over the real channels, a process that can be killed at any boundary: ``python networks.py ORDER``.

ORDER is JSON: ``project`` (a folder with office.toml and .env), ``channels``, ``articles``, and either ``kill``, a step
and a channel, for one run of publish on SQLite, or ``url``, the address of the ledger that many workers share.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from doubles import DUE, LEASE, OFFICE, QUICK, Mortal, clock, manifest, record

from publisher.channels import Channel, email, open_one
from publisher.ledger.store import Ledger
from publisher.manifest import Image, Record
from publisher.outreach.local import deliver
from publisher.outreach.plan import plan
from publisher.outreach.procrastinate import Office, Tempo, run
from publisher.post import Post, Receipt
from publisher.settings import Settings, load

# the pauses of a mail server that works with people, made short
email.SOON, email.REST, email.AGAIN = 0.05, 0.05, timedelta(seconds=0.05)


def article(n: int) -> Record:
    """One of the articles; its address is in every post of it."""
    card = Image(path="cards/kartu.jpg", type="image/jpeg", alt="Kartu")
    return replace(record(n), title=f"Layanan nomor {n} buka Sabtu", due=DUE.isoformat(), card=card)


def opened(project: Path, names: list[str]) -> tuple[Settings, list[Channel]]:
    settings = load(project, environ={}, state=project / "state")
    return settings, [open_one(name, settings) for name in names]


def dies_after_acting(channel: Any, ledger: Mortal) -> Channel:
    """The channel, whose process may die between the network's answer and its record."""
    send = channel.send

    def acted(post: Post, media: Mapping[str, str], key: str) -> Receipt:
        receipt: Receipt = send(post, media, key)
        ledger.die("acted", channel.name)
        return receipt

    channel.send = acted
    made: Channel = channel
    return made


def plan_all(ledger: Ledger, project: Path, names: list[str], articles: int) -> None:
    settings, channels = opened(project, names)
    plan(ledger, manifest(*(article(n) for n in range(articles))), channels, settings, clock())


def work(project: Path, names: list[str], articles: int, kill: tuple[str, str] = ("", "")) -> Any:
    """Plans and delivers, like one run of publish."""
    settings, channels = opened(project, names)
    with Mortal.open(project / "state" / "ledger.sqlite") as ledger:
        ledger.kill = kill
        channels = [dies_after_acting(c, ledger) for c in channels]
        plan(ledger, manifest(*(article(n) for n in range(articles))), channels, settings, clock())
        return deliver(
            ledger,
            channels,
            site=project / "site",
            gate=lambda delivery: None,
            clock=clock,
            owner=f"worker {os.getpid()}",
            rules=QUICK,
        )


def carry(url: str, project: Path, names: list[str]) -> None:
    """One worker among many, until it is stopped."""
    _, channels = opened(project, names)
    with Ledger.open(url, office=OFFICE) as ledger:
        office = Office(
            ledger=ledger,
            channels={c.name: c for c in channels},
            site=project / "site",
            gate=lambda: lambda delivery: None,
            clock=ledger.clock(clock),
            rules=replace(QUICK, lease=LEASE),
        )
        tempo = Tempo(sweep=0.5, heartbeat=0.5, silence=2, stay=2, finish=5)
        run(url, lambda: [office], owner=f"worker {os.getpid()}", concurrency=len(names), tempo=tempo)


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    folder = Path(order["project"])
    if "url" in order:
        carry(order["url"], folder, order["channels"])
    else:
        work(folder, order["channels"], order["articles"], tuple(order["kill"]))
