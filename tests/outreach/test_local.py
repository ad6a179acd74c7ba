"""The carrier of one office: alone, lane by lane, and what it reports."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import Held, LedgerFault, OutcomeUnknown, Refused, TryLater
from publisher.ledger import Delivery, State
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.outreach import syndication
from publisher.outreach.advance import RULES
from publisher.outreach.local import Outcome, deliver
from publisher.outreach.plan import plan
from publisher.post import Once, Receipt

Go = Callable[..., Outcome]


@pytest.fixture
def go(ledger: Ledger, doubles: Any) -> Go:
    """Plans ``articles`` articles and carries them to the channels."""

    def run(*channels: Any, articles: int = 1, patience: float = 0.0, **more: Any) -> Outcome:
        records = doubles.manifest(*(doubles.record(n) for n in range(articles)))
        since = doubles.settings(**{c.name: doubles.SINCE for c in channels})
        plan(ledger, records, channels, since, doubles.clock())
        asked = {"gate": lambda delivery: None, "rules": doubles.QUICK, **more}
        wait = timedelta(seconds=patience)
        return deliver(ledger, channels, site=Path(), clock=doubles.clock, owner="test", patience=wait, **asked)

    return run


def test_everything_once(go: Go, told: Any) -> None:
    """A run sends all that is due, in order, and the next finds nothing."""
    one, two = told(Once.KEY, "one"), told(Once.NONE, "two")
    outcome = go(one, two, articles=5)
    assert len(outcome.sent) == 10
    assert not outcome.needs_person
    assert one.out == two.out == sorted(one.out)
    assert go(one, two, articles=5).sent == ()


def test_lanes_do_not_wait(go: Go, told: Any) -> None:
    """A channel that hangs keeps no other waiting."""
    slow, quick = told(Once.KEY, "slow"), told(Once.KEY, "quick")
    done = threading.Event()
    slow.says["prepare"].append(lambda: {} if done.wait(30) else AssertionError("waited in vain"))

    def say(delivery: Delivery) -> None:
        if delivery.channel == "quick" and len(quick.out) == 3:
            done.set()

    outcome = go(slow, quick, articles=3, say=say)
    assert len(outcome.sent) == 6


def test_patience(go: Go, told: Any) -> None:
    """Short waits are waited for; longer ones are left for the next run, which does not lose them."""
    channel = told(Once.KEY)
    channel.says["prepare"] += [TryLater(msg("busy"))]
    assert len(go(channel, patience=30).sent) == 1
    channel.says["prepare"] += [TryLater(msg("busy"), after=3600)]
    outcome = go(channel, articles=2, patience=30)
    assert (outcome.sent, [d.article for d in outcome.waiting]) == ((), ["20261124-00001"])
    assert not outcome.needs_person


def test_report(go: Go, told: Any) -> None:
    """What failed, what may be out and what is held stand apart, each with its reason."""
    bad, open_, dead = told(Once.KEY, "bad"), told(Once.NONE, "open"), told(Once.KEY, "dead")
    bad.says["send"].append(Refused(msg("too long")))
    open_.says["send"].append(OutcomeUnknown(msg("no answer")))
    dead.says["prepare"].append(Held(msg("token")))
    outcome = go(bad, open_, dead, articles=2)
    assert [(d.channel, str(d.reason)) for d in outcome.failed + outcome.unknown] == [
        ("bad", "too long"),
        ("open", "no answer"),
    ]
    assert {d.channel for d in outcome.held} == {"dead"}
    assert [(h.channel, str(h.reason)) for h in outcome.holds] == [("dead", "token")]
    assert {d.channel for d in outcome.sent} == {"bad", "open"}
    assert outcome.needs_person


def test_not_live_is_held(go: Go, told: Any) -> None:
    """An article whose page is not live is held with the reason; the others go out."""
    channel = told(Once.KEY)
    wait = msg("not yet")
    outcome = go(channel, articles=3, gate=lambda d: wait if d.article.endswith("1") else None)
    assert [d.article for d in outcome.sent] == ["20261124-00000", "20261124-00002"]
    assert [(d.state, d.reason) for d in outcome.held] == [(State.PLANNED, wait)]


def test_next_run_tries_a_held_channel(go: Go, told: Any) -> None:
    """After a person renewed the token nothing else is to be done; while it is dead, one request a run tells."""
    channel = told(Once.KEY)
    channel.says["prepare"] += [Held(msg("token"))] * 2
    go(channel, articles=5)
    go(channel, articles=5)
    assert len(channel.calls) == 2
    assert len(go(channel, articles=5).sent) == 5


def test_one_article_spoils_no_lane(go: Go, told: Any) -> None:
    """A channel that breaks on one article still gets the others."""
    channel = told(Once.NONE)
    channel.says["prepare"] += [ValueError("odd letter")]
    outcome = go(channel, articles=3, rules=RULES)
    assert (len(outcome.sent), len(outcome.waiting)) == (2, 1)


def test_a_fault_of_the_ledger_is_raised(go: Go, told: Any) -> None:
    """What is wrong with the ledger stops the run, after the other lanes are done."""
    bad, good = told(Once.KEY, "bad"), told(Once.KEY, "good")
    bad.says["send"].append(LedgerFault(msg("damaged")))
    with pytest.raises(LedgerFault, match="damaged"):
        go(bad, good, articles=3)
    assert len(good.out) == 3


def test_second_process_is_refused(go: Go, told: Any, path: Path) -> None:
    """Two runs at once: the second is told to wait, and sends nothing."""
    code = (
        "import sys; from pathlib import Path; from publisher.ledger.files import alone\n"
        "with alone(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    channel = told(Once.KEY)
    call = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LedgerFault, match="Another Kentongan"):
            go(channel)
        other.kill()
    assert channel.calls == []
    assert len(go(channel).sent) == 1


def test_nothing_to_carry(go: Go) -> None:
    """Without channels there is nothing to do."""
    assert go() == Outcome((), (), (), (), (), ())


def test_syndication(go: Go, told: Any, ledger: Ledger, tmp_path: Path) -> None:
    """The addresses of what is out stand by article; the file changes only when they do."""
    one, two, board = told(Once.KEY, "one"), told(Once.NONE, "two"), told(Once.KEY, "board")
    one.says["send"].append(OutcomeUnknown(msg("?")))
    one.says["find"].append(None)
    board.says["send"].append(Receipt("1", "file:///board.html"))
    go(one, two, board, patience=30)
    assert syndication.write(ledger, tmp_path)
    file = tmp_path / "syndication.json"
    assert json.loads(file.read_text()) == {
        "20261124-00000": [
            {"channel": "one", "network": "told", "url": "https://told.example/1"},
            {"channel": "two", "network": "told", "url": "https://told.example/1"},
        ]
    }
    before = file.stat().st_mtime_ns
    assert not syndication.write(ledger, tmp_path)
    assert file.stat().st_mtime_ns == before
    whole = file.read_bytes()
    file.write_bytes(b"\xff{ not whole")
    assert syndication.write(ledger, tmp_path)
    assert file.read_bytes() == whole
    assert syndication.write(ledger, tmp_path, internal={"two"})
    assert [p["channel"] for p in json.loads(file.read_text())["20261124-00000"]] == ["one"]
