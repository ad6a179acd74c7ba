"""Tokens: renewed without a post, told of once at each step, and tried again when a person has mended them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from publisher.errors import Held
from publisher.ledger import State
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.outreach import tokens
from publisher.outreach.local import deliver
from publisher.post import Once
from publisher.settings import ChannelSettings

ENDS = date(2027, 1, 20)
DAY = timedelta(days=1)
LAST = datetime(2027, 1, 20, tzinfo=UTC)
DEAD = Held(msg("the key is dead"))


def settings(**given: Any) -> Any:
    channels = {"told": ChannelSettings(network="told", on=True, **given)}
    return SimpleNamespace(office=SimpleNamespace(channels=channels), zone=UTC)


@pytest.mark.parametrize("kept", [False, True], ids=["written down", "known to the channel"])
def test_the_end_is_told_14_7_and_1_days_ahead_once(ledger: Ledger, told: Any, kept: bool) -> None:
    """However often it is looked and on however many machines, a person hears of it at each step once."""
    channel = told(Once.KEY)
    if kept:
        channel.keep = lambda: LAST
    given = settings() if kept else settings(expires=ENDS)
    heard = []
    for days in (30, 15, 14, 13, 8, 7, 6, 2, 1, 0.5, 0, -1):
        for who in ("one", "two"):
            now = LAST - days * DAY
            heard += [(days, str(m)) for m in tokens.watch(ledger, [channel], given, now, who=who)]
    assert [days for days, _ in heard] == [14, 7, 1, 0]
    assert all("told" in said and "2027-01-20" in said for _, said in heard)
    assert [e.what for e in ledger.events() if e.channel == "told"] == ["token ends"] * 4


def test_a_new_token_begins_anew(ledger: Ledger, told: Any) -> None:
    """With its new day written down the next end is told of again."""
    channel, later = told(Once.KEY), ENDS.replace(year=2028)
    assert tokens.watch(ledger, [channel], settings(expires=ENDS), LAST - DAY, who="one")
    assert tokens.watch(ledger, [channel], settings(expires=later), LAST, who="one") == ()
    assert tokens.watch(ledger, [channel], settings(expires=later), LAST.replace(year=2028) - DAY, who="one")


def test_a_dead_token_is_told_of_once_and_loses_nothing(ledger: Ledger, hand: Any) -> None:
    """Each run tries with one request whether a person has mended it; the hold is an event once, and with the new token
    everything goes out."""
    h = hand(Once.KEY)
    h.plan(h.doubles.record(), h.doubles.record(2))
    h.channel.says["send"] += [DEAD, DEAD, DEAD]

    def run() -> Any:
        return deliver(
            ledger,
            [h.channel],
            site=Path(),
            gate=lambda delivery: None,
            clock=lambda: h.now,
            owner="run",
            patience=timedelta(),
        )

    for runs in range(1, 4):
        outcome = run()
        assert [str(o.reason) for o in outcome.holds] == ["the key is dead"]
        assert h.channel.sent() == runs
        h.now += timedelta(minutes=5)
    assert [e.what for e in ledger.events() if e.channel == "told"] == ["hold"]
    assert len(run().sent) == 2
    assert ledger.holds(h.now) == ()
    h.channel.says["send"].append(DEAD)
    h.plan(*(h.doubles.record(n) for n in (1, 2, 3)))
    run()
    assert [e.what for e in ledger.events() if e.channel == "told"] == ["hold", "hold"]


def test_a_persons_hold_is_never_tried(ledger: Ledger, hand: Any) -> None:
    """What a person holds only a person lets go."""
    h = hand(Once.KEY)
    ledger.hold("told", msg("not now"), None, h.now, who="Siti", by="person")
    assert not ledger.probe(["told"], h.now)
    assert h.step() is None
    assert h.channel.sent() == 0
    assert h.row.state is State.PLANNED
