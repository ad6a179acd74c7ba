"""Many machines on one PostgreSQL: workers that die, stand still or lose their jobs lose and double nothing."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from publisher.errors import Held
from publisher.ledger import OPEN, Delivery, Later, LostFence, State
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.outreach import procrastinate
from publisher.outreach.local import deliver
from publisher.outreach.plan import plan
from publisher.outreach.procrastinate import Office, Tempo, run
from publisher.post import Once, Receipt

HERE = Path(__file__).parent
CHANNELS = ["key", "container", "timeline", "none"]
pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
Workers = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def lossy(doubles: Any) -> Iterator[Any]:
    made = doubles.Peer(busy=0.2, lost=0.3)
    yield made
    made.close()


@pytest.fixture
def shared(database: str, doubles: Any) -> Iterator[Ledger]:
    with Ledger.open(database, office=doubles.OFFICE) as ledger:
        yield ledger


@pytest.fixture
def worker(database: str, lossy: Any) -> Iterator[Workers]:
    """Starts one more worker process."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**more: Any) -> subprocess.Popen[bytes]:
        order = json.dumps({"url": database, "base": lossy.address, "channels": CHANNELS, **more})
        started.append(subprocess.Popen([sys.executable, str(HERE / "doubles.py"), order], cwd=HERE.parent.parent))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def planned(ledger: Ledger, doubles: Any, articles: int) -> None:
    channels = [doubles.Double(Once(n), "http://127.0.0.1:9") for n in CHANNELS]
    records = doubles.manifest(*(doubles.record(n) for n in range(articles)))
    plan(ledger, records, channels, doubles.settings(**dict.fromkeys(CHANNELS, doubles.SINCE)), doubles.clock())


def until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def check(ledger: Ledger, peer: Any, doubles: Any, articles: int) -> None:
    """0 lost, 0 doubled; what cannot be asked is shown as unknown."""
    wanted = {doubles.record(n).url for n in range(articles)}
    for channel in CHANNELS:
        counts = peer.counts(channel)
        states = Counter(d.state for d in ledger.deliveries(channel=channel))
        assert max(counts.values()) == 1, channel
        if channel == "none":
            assert set(states) <= {State.SENT, State.UNKNOWN}
            assert states[State.SENT] <= counts.total() <= articles
        else:
            assert (channel, states) == (channel, {State.SENT: articles})
            assert set(counts) == wanted


@pytest.mark.parametrize("seed", [1, 2])
def test_workers_die_and_stand_still(shared: Ledger, lossy: Any, doubles: Any, worker: Workers, seed: int) -> None:
    """Three workers, killed at random moments, one stopped past its lease and resumed, one killed for ever, with lost
    answers and refusals: of 240 deliveries none is lost and none doubled."""
    articles, dice = 60, random.Random(seed)
    lossy.dice = random.Random(seed)
    planned(shared, doubles, articles)
    running = [worker() for _ in range(3)]
    until(lambda: sum(len(p) for p in lossy.posts.values()) > 5, 60)
    for _ in range(4):
        time.sleep(dice.uniform(0.3, 1.5))  # the moment is chosen by chance; nothing waits for it
        victim = dice.randrange(3)
        running[victim].kill()
        running[victim].wait()
        running[victim] = worker()
    for stopped in running[:2]:
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(doubles.LEASE + 0.5)  # past its lease: that is what is tried
        stopped.send_signal(signal.SIGCONT)
    running[2].kill()
    until(lambda: not shared.deliveries(OPEN), 240)
    check(shared, lossy, doubles, articles)


@pytest.mark.parametrize("channel", CHANNELS)
def test_frozen_in_the_last_moment(shared: Ledger, lossy: Any, doubles: Any, worker: Workers, channel: str) -> None:
    """A worker that freezes between the last check and its first byte, past its lease, sends nothing when it wakes up:
    by then another has looked, and posted where that can be asked."""
    lossy.busy = lossy.lost = 0
    planned(shared, doubles, 1)
    for delivery in shared.deliveries():
        if delivery.channel != channel:
            shared.cancel(delivery.id, msg("not this one"), doubles.clock())
    frozen = worker(channels=[channel], freeze=True)
    until(lambda: stands_still(frozen.pid), 60)
    assert lossy.posts == {}
    second = worker(channels=[channel])
    until(lambda: not shared.deliveries(OPEN), 60)
    (before,) = shared.deliveries(channel=channel)
    assert before.state is (State.UNKNOWN if channel == "none" else State.SENT)
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    frozen.wait(60)
    second.kill()
    assert lossy.counts(channel).total() == (0 if channel == "none" else 1)
    assert shared.deliveries(channel=channel) == (before,)


def stands_still(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "T"


def test_all_jobs_deleted(shared: Ledger, lossy: Any, doubles: Any, worker: Workers) -> None:
    """Jobs are hints: with every waiting job deleted again and again everything still goes out."""
    articles = 15
    planned(shared, doubles, articles)
    worker()
    until(lambda: sum(len(p) for p in lossy.posts.values()) > 3, 60)
    for _ in range(20):
        with shared.engine.begin() as c:
            c.execute(sa.text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
        time.sleep(0.05)  # so that the deletions fall between the steps of the worker
    until(lambda: not shared.deliveries(OPEN), 120)
    check(shared, lossy, doubles, articles)


def test_the_server_dies(postgres: Any, lossy: Any, doubles: Any) -> None:
    """The database server crashes and comes back: the worker goes on by itself, and nothing is lost or doubled."""
    articles = 30
    with postgres.server() as server:
        with Ledger.open(server.url, office=doubles.OFFICE) as ledger:
            planned(ledger, doubles, articles)
        order = json.dumps({"url": server.url, "base": lossy.address, "channels": CHANNELS})
        worker = subprocess.Popen(
            [sys.executable, str(HERE / "doubles.py"), order], cwd=HERE.parent.parent, stderr=subprocess.DEVNULL
        )
        try:
            until(lambda: sum(len(p) for p in lossy.posts.values()) > 10, 60)
            server.die()
            time.sleep(1)  # long enough for the worker to notice
            server.start()
            with Ledger.open(server.url, office=doubles.OFFICE) as ledger:
                until(lambda: not ledger.deliveries(OPEN), 240)
                check(ledger, lossy, doubles, articles)
            assert worker.poll() is None
        finally:
            worker.kill()
            worker.wait()


def test_stop_reaches_every_worker(shared: Ledger, lossy: Any, doubles: Any, worker: Workers) -> None:
    """One word stops every worker within seconds, and one lets them go on."""
    articles = 60
    planned(shared, doubles, articles)
    for _ in range(2):
        worker()
    until(lambda: bool(lossy.posts), 60)
    shared.stop(msg("stop"), doubles.clock(), who="Siti")
    time.sleep(2)  # what was on the wire by then may arrive
    before = sum(len(p) for p in lossy.posts.values())
    time.sleep(2)  # long enough for workers that go on to be seen
    assert sum(len(p) for p in lossy.posts.values()) == before < 4 * articles
    shared.resume(doubles.clock(), who="Siti")
    until(lambda: not shared.deliveries(OPEN), 240)
    check(shared, lossy, doubles, articles)


def test_a_new_token_needs_no_new_worker(shared: Ledger, database: str, doubles: Any, told: Any) -> None:
    """While a worker runs a dead token holds the channel; when office.toml or .env has changed one request tells
    whether it is mended, and all goes out."""
    dead, sound = told(Once.KEY, "key"), told(Once.KEY, "key")
    swept = threading.Semaphore(0)

    def refused() -> Held:
        """The key is changed while the dead one is on the wire: the answer comes when the worker knows the new one."""
        for _ in range(3):
            assert swept.acquire(timeout=60)
        return Held(msg("the key is dead"))

    dead.says["send"] += [refused, Held(msg("the key is dead"))]
    planned(shared, doubles, 3)

    def office(channel: Any) -> Office:
        return Office(
            ledger=shared,
            channels={"key": channel},
            site=Path(),
            gate=lambda: lambda delivery: None,
            clock=doubles.clock,
            care=lambda: shared.probe(["key"], doubles.clock()) and None,
        )

    before, after = office(dead), office(sound)

    def offices() -> list[Office]:
        if dead.sent():
            swept.release()
        return [after if dead.sent() else before]

    run(
        database,
        offices,
        owner="worker",
        tempo=Tempo(sweep=0.2, heartbeat=0.5, silence=2, stay=2),
        until_idle=True,
    )
    assert (dead.sent(), sound.sent()) == (1, 3)
    assert [d.state for d in shared.deliveries(channel="key")] == [State.SENT] * 3


def test_a_lane_is_free_before_it_is_asked_for(
    shared: Ledger, database: str, doubles: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lane that gives way is asked for when its job has ended: only then can a worker with nothing to do take it."""
    office = Office(
        ledger=shared,
        channels={"key": told(Once.KEY, "key")},
        site=Path(),
        gate=lambda: lambda delivery: None,
        clock=doubles.clock,
    )
    carrier = procrastinate._Carrier(database, lambda: [office], "worker", 1, Tempo())
    asked: list[tuple[str, bool]] = []

    async def give_way() -> None:
        job = asyncio.create_task(carrier.lane(shared.office, "key"))

        async def ask(office: str, channel: str, at: datetime) -> None:
            asked.append((channel, job.done()))

        monkeypatch.setattr(carrier, "_ask", ask)
        await job
        await asyncio.sleep(0)  # lets what the end of the job started begin
        await asyncio.gather(*carrier.soon)

    monkeypatch.setattr(carrier, "_carry", lambda office, channel: doubles.clock())
    asyncio.run(give_way())
    assert asked == [("key", True)]


# -- the ledger itself


@pytest.mark.parametrize(("soft", "waits"), [(False, "on"), (True, "off")])
def test_a_transaction_is_whole_or_not_at_all(shared: Ledger, soft: bool, waits: str) -> None:
    """What fails half-way leaves nothing behind, and only a soft transaction does not wait for the disk."""

    def half_way() -> None:
        with shared._writing(soft=soft) as c:
            shared._write_meta(c, "half", "way")
            assert c.exec_driver_sql("SHOW synchronous_commit").scalar() == waits
            raise KeyError

    with pytest.raises(KeyError):
        half_way()
    with shared._reading() as c:
        assert shared._read_meta(c, "half") == ""
        assert c.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_made_once_by_many(database: str) -> None:
    """Machines that start at the same moment make the tables once and share one ledger."""
    code = (
        "import sys; from publisher.ledger.store import Ledger\n"
        "with Ledger.open(sys.argv[1], office='a') as ledger: print(ledger.id)"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", code, database], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = {maker.communicate()[0] for maker in makers}
    assert [maker.returncode for maker in makers] == [0, 0, 0]
    assert len(said) == 1


def test_workers_that_start_together(database: str) -> None:
    """Workers that start at the same moment on a new server make the queue's tables once, and none of them fails."""

    async def start() -> None:
        app = procrastinate._app(database, 1)
        async with app.open_async():
            await procrastinate._tables(app, database)
            assert await app.check_connection_async()

    async def together() -> None:
        await asyncio.gather(*(start() for _ in range(4)))

    asyncio.run(together())


def test_a_delivery_costs_the_same_among_many(shared: Ledger, doubles: Any, told: Any) -> None:
    """However many deliveries are open for an account, the server looks at few rows for each."""
    count = 300
    channel = told(Once.KEY, "key")
    records = doubles.manifest(*(doubles.record(n) for n in range(count)))
    plan(shared, records, [channel], doubles.settings(key=doubles.SINCE), doubles.clock())
    read = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'delivery'"
    with shared.engine.connect() as c:
        c.exec_driver_sql("ANALYZE")  # as the server does by itself, a minute later
    shared.engine.dispose()  # the server counts what a connection did when that ends
    with shared.engine.connect() as c:
        before = c.exec_driver_sql(read).scalar_one()
    done = deliver(
        shared,
        [channel],
        site=Path(),
        gate=lambda delivery: None,
        clock=doubles.clock,
        owner="one",
        patience=timedelta(),
    )
    assert len(done.sent) == count
    shared.engine.dispose()
    with shared.engine.connect() as c:
        assert c.exec_driver_sql(read).scalar_one() - before < 50 * count


def test_events_are_only_added(shared: Ledger, doubles: Any) -> None:
    """The database itself refuses to change what happened."""
    planned(shared, doubles, 1)
    assert [e.what for e in shared.events()] == ["planned"] * len(CHANNELS)
    for change in ("UPDATE event SET who = 'x'", "DELETE FROM event"):
        with pytest.raises(sa.exc.DBAPIError, match="only added"), shared.engine.begin() as c:
            c.execute(sa.text(change))


def test_offices_do_not_see_each_other(shared: Ledger, database: str, doubles: Any) -> None:
    """Every row and query carries its office."""
    planned(shared, doubles, 1)
    one = shared.deliveries()[0]
    with Ledger.open(database, office="brebes") as other:
        assert (other.deliveries(), other.events(), other.lanes(), other.get(one.id)) == ((), (), (), None)
        planned(other, doubles, 1)
        assert {d.id for d in other.deliveries()}.isdisjoint(d.id for d in shared.deliveries())
        assert other.id != shared.id


def test_one_at_a_time_for_an_account(shared: Ledger, doubles: Any) -> None:
    """While one machine sends to an account the others wait; a dead one's lease ends, its fence is void."""
    planned(shared, doubles, 2)
    one, two = shared.due("key", doubles.clock())
    now = datetime.now(UTC)
    lease = timedelta(minutes=1)
    taken = shared.begin(one, "a", now, lease, live="r1")
    assert isinstance(taken, Delivery)
    assert isinstance(shared.begin(two, "b", now, lease, live="r1"), Later)
    later = now + lease
    again = shared.begin(one, "b", later, lease, live="r1")
    assert isinstance(again, Delivery)
    with pytest.raises(LostFence):
        shared.deliver(one, taken.fence, Receipt("1"), later)
    shared.deliver(one, again.fence, Receipt("1"), later)
    assert isinstance(shared.begin(two, "b", later, lease, live="r1"), Delivery)


def test_the_servers_clock(shared: Ledger) -> None:
    """A machine whose clock is wrong takes the server's."""
    wrong = shared.clock(lambda: datetime.now(UTC) + timedelta(hours=3))
    assert abs(wrong() - datetime.now(UTC)) < timedelta(minutes=1)
