"""Every channel over its real wire, killed and cheated: what the networks hold is what was wanted, once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from publisher.ledger import OPEN, State
from publisher.ledger.store import Ledger
from publisher.outreach.decide import Person, reconcile
from publisher.post import Once
from tests.outreach.world import ONCE, READERS, World, world

HERE = Path(__file__).parent
NAMES = list(ONCE)
STEPS = ("planned", "begun", "intended", "acted", "delivered")
ARTICLES = 20  # on eleven channels: 220 deliveries
pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(params=[1, 2])
def networks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, request.param) as made:
        yield made


@pytest.fixture
def start(networks: World) -> Iterator[Start]:
    """Starts a worker process."""
    started: list[subprocess.Popen[bytes]] = []

    def run(names: list[str], **more: Any) -> subprocess.Popen[bytes]:
        order = {"project": str(networks.project), "channels": names, "articles": ARTICLES, "kill": ("", ""), **more}
        command = [sys.executable, str(HERE / "networks.py"), json.dumps(order)]
        environ = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        started.append(subprocess.Popen(command, cwd=networks.project, env=environ))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def check(ledger: Ledger, networks: World) -> None:
    """0 lost and 0 doubled on what can be asked or keyed; on the others 0 doubled, and each open one is unknown. Every
    change of state is an event that says who and when."""
    for delivery in ledger.deliveries():
        events = ledger.events(delivery.id)
        assert (events[0].what, events[-1].what) == ("planned", delivery.state)
        assert all(event.who for event in events)
    for name, once in ONCE.items():
        counts = networks.counts(name, ARTICLES)
        states = Counter(d.state for d in ledger.deliveries(channel=name))
        if name == "email":  # a reader who may have got a message gets no second one
            assert set(networks.letters().values()) == {1}
            assert len(networks.letters()) <= len(READERS) * ARTICLES
            assert states == {State.SENT: ARTICLES}
        elif once is Once.NONE:
            assert max(counts.values()) == 1, name
            assert set(states) <= {State.SENT, State.UNKNOWN}
            assert states[State.SENT] <= counts.total() <= ARTICLES
        else:
            assert (name, states) == (name, {State.SENT: ARTICLES})
            assert (name, counts) == (name, Counter(dict.fromkeys(range(ARTICLES), 1)))


def test_one_machine(networks: World, start: Start) -> None:
    """SQLite: killed after every step on every channel and then at random moments, with 30 % of the answers lost and
    20 % refused, the rest goes out, each once."""
    for name in NAMES:
        for step in STEPS:
            died = start([name], kill=(step, name)).wait(120)
            assert died == -signal.SIGKILL, (name, step)
    dice, path = random.Random(networks.seed), networks.project / "state" / "ledger.sqlite"
    for _ in range(8):
        run = start(NAMES)
        try:
            if run.wait(dice.uniform(1.5, 4)) == 0:
                break
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
    for _ in range(5):
        if start(NAMES).wait(300) == 0 and not _open(path):
            break
    with Ledger.open(path) as ledger:
        check(ledger, networks)


def _open(path: Path) -> int:
    with Ledger.open(path) as ledger:
        return len(ledger.deliveries(OPEN))


def test_a_lost_ledger(networks: World, start: Start, networks_worker: Any) -> None:
    """With the ledger gone ``reconcile`` finds every post where the channel can be asked, before anything is sent; the
    next run then posts none of them again, and what cannot be asked is shown as unknown."""
    path, now = networks.project / "state" / "ledger.sqlite", networks_worker.clock
    for _ in range(5):
        if start(NAMES).wait(300) == 0 and not _open(path):
            break
    before = {name: networks.counts(name, ARTICLES) for name in NAMES}
    for file in path.parent.glob("ledger.sqlite*"):
        file.unlink()
    _, channels = networks_worker.opened(networks.project, NAMES)
    records = networks_worker.manifest(*(networks_worker.article(n) for n in range(ARTICLES)))
    with Ledger.open(path) as ledger:
        found = reconcile(ledger, records, channels, Person("Siti", now()))
        asked = {name for name, once in ONCE.items() if once is not Once.NONE}
        assert {name: found.found[name] for name in asked} == dict.fromkeys(asked, ARTICLES)
        assert set(found.problems) == set(ONCE) - asked
    assert start(NAMES).wait(300) == 0
    assert {name: networks.counts(name, ARTICLES) for name in NAMES} == before
    with Ledger.open(path) as ledger:
        states = {(d.channel in asked, d.state) for d in ledger.deliveries()}
    assert states == {(True, State.SENT), (False, State.UNKNOWN)}


def test_many_machines(networks: World, start: Start, database: str, networks_worker: Any) -> None:
    """PostgreSQL: three workers, killed at random, one stopped past its lease and resumed, one killed for ever, the
    waiting jobs deleted again and again; with lost answers and refusals everything goes out, each once."""
    dice = random.Random(networks.seed)
    with Ledger.open(database, office=networks_worker.OFFICE) as ledger:
        networks_worker.plan_all(ledger, networks.project, NAMES, ARTICLES)
        running = [start(NAMES, url=database) for _ in range(3)]
        until(lambda: ledger.count(State.SENT) > 5, 120)
        for _ in range(4):
            time.sleep(dice.uniform(0.5, 2))  # the moment is chosen by chance; nothing waits for it
            victim = dice.randrange(3)
            running[victim].kill()
            running[victim].wait()
            running[victim] = start(NAMES, url=database)
            with ledger.engine.begin() as c:
                c.execute(sa.text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
        running[0].send_signal(signal.SIGSTOP)
        time.sleep(networks_worker.LEASE + 0.5)  # past its lease: that is what is tried
        running[0].send_signal(signal.SIGCONT)
        running[2].kill()
        until(lambda: not ledger.deliveries(OPEN), 400)
        check(ledger, networks)
