"""Killed at every boundary, answers lost: what the peer holds is what was wanted."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import LedgerFault
from publisher.ledger import State
from publisher.ledger.store import Ledger

HERE = Path(__file__).parent
STEPS = ("planned", "begun", "intended", "acted", "delivered")
CHANNELS = ["key", "container", "timeline", "none"]


@pytest.fixture
def lossy(doubles: Any) -> Iterator[Any]:
    made = doubles.Peer(busy=0.2, lost=0.3)
    yield made
    made.close()


def start(path: Path, peer: Any, channels: list[str], articles: int, kill: tuple[str, str]) -> subprocess.Popen[bytes]:
    order = {
        "ledger": str(path),
        "base": peer.address,
        "channels": channels,
        "articles": articles,
        "kill": kill,
    }
    return subprocess.Popen([sys.executable, str(HERE / "doubles.py"), json.dumps(order)], cwd=HERE.parent.parent)


def states(path: Path, channel: str) -> Counter[str]:
    with Ledger.open(path) as ledger:
        return Counter(d.state for d in ledger.deliveries(channel=channel))


@pytest.mark.parametrize("channel", CHANNELS)
def test_killed_at_each_step(path: Path, peer: Any, doubles: Any, channel: str) -> None:
    """Whichever step a run dies after, the next ones lose nothing and double nothing; what cannot be
    asked is shown as unknown."""
    articles = 8
    for step in STEPS:
        run = start(path, peer, [channel], articles, (step, channel))
        assert run.wait(60) == -signal.SIGKILL, step
    doubles.work(path, peer.address, [channel], articles)
    wanted = Counter(doubles.record(n).url for n in range(articles))
    counts = peer.counts(channel)
    if channel == "none":
        assert states(path, channel) == {State.SENT: 6, State.UNKNOWN: 2}
        assert max(counts.values()) == 1
        assert counts.total() == 7  # of the two that are unknown one is out and one is not
    else:
        assert states(path, channel) == {State.SENT: articles}
        assert counts == wanted


def test_lost_answers(path: Path, lossy: Any, doubles: Any) -> None:
    """With 30 % of the answers lost and 20 % refused, every post is there once; where nothing can be
    asked, none twice, and each open one is shown."""
    articles = 12
    outcome = doubles.work(path, lossy.address, CHANNELS, articles)
    check(path, lossy, doubles, articles)
    assert {d.channel for d in outcome.unknown} <= {"none"}
    assert not outcome.waiting
    again = doubles.work(path, lossy.address, CHANNELS, articles)
    assert again.sent == again.unknown == again.failed == ()


@pytest.mark.full
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_any_moment(path: Path, lossy: Any, doubles: Any, seed: int) -> None:
    """Killed at random moments over and over, with lost answers and refusals: 280 deliveries, 0 lost, 0 doubled."""
    dice, articles, kills = random.Random(seed), 70, 0
    lossy.dice = random.Random(seed)
    while kills < 12:
        run = start(path, lossy, CHANNELS, articles, ("", ""))
        try:
            run.wait(dice.uniform(0.8, 2.5))
        except subprocess.TimeoutExpired:
            kills += 1
        else:
            break
        finally:
            run.kill()
            run.wait()
    assert kills
    deadline = time.monotonic() + 200
    while doubles.work(path, lossy.address, CHANNELS, articles).waiting:
        assert time.monotonic() < deadline
    check(path, lossy, doubles, articles)


def test_a_stopped_run_keeps_the_ledger(path: Path, peer: Any, doubles: Any) -> None:
    """While a run stands still nobody else may use its ledger; when it goes on, it loses and doubles nothing."""
    articles = 10
    run = start(path, peer, ["timeline"], articles, ("", ""))
    try:
        deadline = time.monotonic() + 60
        while not peer.counts("timeline"):
            assert time.monotonic() < deadline
        run.send_signal(signal.SIGSTOP)
        with pytest.raises(LedgerFault, match="Another Kentongan"):
            doubles.work(path, peer.address, ["timeline"], articles)
        run.send_signal(signal.SIGCONT)
        assert run.wait(60) == 0
    finally:
        run.kill()
        run.wait()
    doubles.work(path, peer.address, ["timeline"], articles)
    assert peer.counts("timeline") == Counter(doubles.record(n).url for n in range(articles))


def check(path: Path, peer: Any, doubles: Any, articles: int) -> None:
    wanted = {doubles.record(n).url for n in range(articles)}
    for channel in CHANNELS:
        counts, found = peer.counts(channel), states(path, channel)
        assert max(counts.values()) == 1, channel
        if channel == "none":
            assert set(found) <= {State.SENT, State.UNKNOWN}
            assert found[State.SENT] <= counts.total() <= articles
        else:
            assert found == {State.SENT: articles}
            assert set(counts) == wanted
