"""Who decides, why, and what is said once it is decided."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli._console import WELL, Console
from publisher.messages import Message

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger
    from publisher.outreach.decide import Person

Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who decides; the user of this computer if not given.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for the record.")]


@contextmanager
def open_ledger(console: Console) -> Iterator[Ledger]:
    """The ledger that there is; a decision makes no new one."""
    from publisher import publish

    with publish.open_ledger(console.settings, create=False) as ledger:
        yield ledger


def person_of(console: Console, who: str, why: str) -> Person:
    """Who decides now: the name given, else the user of this computer."""
    from publisher.outreach.decide import Person

    return Person(who or getpass.getuser(), console.clock(), why)


def said(console: Console, done: bool, yes: Message, no: Message) -> int:
    """Says ``yes`` when it was ``done`` just now, ``no`` when it had been so before; both are well."""
    console.print(yes if done else no)
    return WELL
