"""One file a network. This is what a channel must offer; how it is carried is outreach's affair.

A member file defines ``Channel`` (the class, made of a Setup and its Options), ``Options`` (its keys in
office.toml), ``LIMITS`` (with its source) and ``SECRETS`` (names of the secrets it needs, see
settings.variable). The first line of its docstring is what ``kentongan channels`` prints.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from publisher import _folder
from publisher.article import Finding
from publisher.channels._contract import (
    Channel,
    Checks,
    Costs,
    Edits,
    Fits,
    Housed,
    KeepsToken,
    MakesReady,
    Manual,
    Renew,
    Served,
    Standing,
    Traced,
    Traces,
    Withdraws,
)
from publisher.channels._opening import check, open_all, open_one, open_to_compose, package
from publisher.channels._setup import Setup, barred
from publisher.errors import ChannelError, TryLater
from publisher.manifest import Record
from publisher.messages import Message, msg

__all__ = [
    "Channel",
    "Checks",
    "Costs",
    "Edits",
    "Fits",
    "Housed",
    "KeepsToken",
    "MakesReady",
    "Manual",
    "Renew",
    "Served",
    "Setup",
    "Standing",
    "Traced",
    "Traces",
    "Withdraws",
    "ask",
    "barred",
    "check",
    "describe",
    "findings",
    "is_manual",
    "may_send",
    "open_all",
    "open_one",
    "open_to_compose",
    "token_of",
]


def may_send(channel: Channel, site: str) -> Message | None:
    """Why ``channel`` may not send while our site's address is ``site``; None when it may. Ask before a
    delivery is begun; the wire asks the same again before every request that changes something."""
    if not channel.real:
        return None
    return barred(channel.server if isinstance(channel, Served) else "", site)


def ask(channel: Channel) -> tuple[Standing, ...]:
    """How the channel's account stands, by requests that only read. That it does not answer is advice: nothing is
    wrong with the account yet."""
    if not isinstance(channel, Checks):
        return (Standing("ok", msg("It offers nothing to check.")),)
    try:
        return tuple(channel.check())
    except TryLater as fault:
        return (Standing("advice", fault.message),)
    except ChannelError as fault:
        return (Standing("fault", fault.message),)


def token_of(name: str) -> Message:
    """What ends when a channel's token does."""
    return msg("the token of {channel}", channel=name)


def is_manual(channel: Channel) -> bool:
    """Whether a person serves the channel."""
    return isinstance(channel, Manual) and channel.manual


def findings(records: Iterable[Record], channels: Iterable[Channel]) -> tuple[Finding, ...]:
    """The texts written by hand that are too long for their channel and would go out cut."""
    able = [c for c in channels if isinstance(c, Fits)]
    found = ((r, c, c.excess(r)) for r in records for c in able if r.wants(c.name))
    return tuple(
        Finding(
            "post-length",
            "advice",
            msg("The text for {channel} is {count} characters too long and would be cut.", channel=c.name, count=n),
            r.path,
        )
        for r, c, n in found
        if n > 0
    )


def describe() -> list[tuple[str, str]]:
    """Every network there is a file for, with the first line of its docstring; none is imported for it."""
    networks = package()
    folder = Path(networks.__path__[0])
    return [(n, _first_line(folder / f"{n}.py")) for n in _folder.names(networks)]


def _first_line(path: Path) -> str:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.split("\n", 1)[0]
