"""Deliveries per second with no-op channels: ``python benchmarks/outreach.py [--json] [--quick]``.

SQLite with one run, PostgreSQL with two worker processes (Debian's package postgresql, a cluster of its own); an
empty ledger, one with 100,000 finished rows, and a burst of 500 offices with six channels each.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from publisher.ledger import New, State
from publisher.ledger.schema import OPEN_ROWS, delivery
from publisher.ledger.store import Ledger
from publisher.outreach import local
from publisher.outreach.procrastinate import Office, Tempo, run
from publisher.post import Limits, Once, Post, Receipt

ROOT = Path(__file__).parent.parent
CHANNELS = tuple(f"kanal{n}" for n in range(6))
SPENT: dict[str, float] = {}  # seconds of processor time a delivery, by what was measured; the server's not counted
POST = Post("Layanan baru", link="https://kabar.kantor.go.id/berita/1/")


class Nothing:
    """A channel that does nothing at once."""

    network = "nothing"
    real = True
    once = Once.KEY
    limits = Limits(characters=500, measure=len)

    def __init__(self, name: str) -> None:
        self.name = name

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Callable[[], None]) -> Mapping[str, str]:
        """Nothing to upload."""
        return {}

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Out at once."""
        return Receipt(key, f"https://nothing.example/{key}")


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


def plan(ledger: Ledger, count: int, first: int = 0) -> None:
    """``count`` deliveries that are due, over all channels."""
    ledger.plan((row(first + n) for n in range(count)), clock())


def row(number: int) -> New:
    """One of them."""
    return New(
        article=f"20261124-{number // len(CHANNELS):07}",
        channel=CHANNELS[number % len(CHANNELS)],
        network="nothing",
        revision="r1",
        title="Layanan baru",
        payload=POST.payload(),
        digest=POST.digest(),
        due=clock(),
    )


def finished(ledger: Ledger, count: int) -> None:
    """``count`` rows of deliveries that went out long ago."""
    with ledger._writing() as c:
        for start in range(0, count, 1000):
            sent = Receipt("1", "https://nothing.example/1")
            rows = [
                ledger._new(
                    row(10_000_000 + n),
                    clock(),
                    State.SENT,
                    remote_id=sent.remote_id,
                    remote_url=sent.url,
                    sent_at=clock(),
                )
                for n in range(start, min(start + 1000, count))
            ]
            c.execute(sa.insert(delivery), rows)
    if ledger.path is None:
        with ledger.engine.begin() as c:
            c.exec_driver_sql("ANALYZE")


def on_sqlite(ledger: Ledger, count: int) -> None:
    """One run."""
    done = local.deliver(
        ledger,
        [Nothing(name) for name in CHANNELS],
        site=ROOT,
        gate=lambda one: None,
        clock=clock,
        owner="benchmark",
        patience=timedelta(),
    )
    assert len(done.sent) == count, len(done.sent)


@contextmanager
def timed(found: dict[str, float], name: str, count: int) -> Iterator[None]:
    """Writes down how fast ``count`` deliveries were and what each took of this process."""
    before, processor = time.perf_counter(), time.process_time()
    yield
    found[name] = count / (time.perf_counter() - before)
    SPENT[name] = (time.process_time() - processor) / count


def on_postgres(found: dict[str, float], name: str, url: str, offices: list[str], workers: int = 2) -> None:
    """How fast ``workers`` processes are, from the first delivery to the last; their start is in the processor time."""
    command = [sys.executable, __file__, "--worker", json.dumps({"url": url, "offices": offices})]
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    running = [subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) for _ in range(workers)]
    try:
        first = left = open_rows(engine)
        while left == first:  # until the workers are there
            left = open_rows(engine)
        first, began = left, time.perf_counter()
        while left:
            time.sleep(0.05)
            left = open_rows(engine)
        took = time.perf_counter() - began
    finally:
        for process in running:
            process.terminate()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        for process in running:
            process.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        engine.dispose()
    SPENT[name] = (after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime) / first
    found[name] = first / took


def open_rows(engine: sa.Engine) -> int:
    """How many deliveries are still to be carried."""
    with engine.connect() as c:
        wanted = sa.select(sa.func.count()).select_from(delivery).where(sa.text(OPEN_ROWS))
        return int(c.execute(wanted).scalar_one())


def work(order: Mapping[str, Any]) -> None:
    """A worker process."""
    first = Ledger.open(order["url"], office=order["offices"][0])
    channels = {name: Nothing(name) for name in CHANNELS}
    served = [
        Office(
            ledger=first if name == first.office else Ledger(first.engine, name),
            channels=channels,
            site=ROOT,
            gate=lambda: lambda one: None,
            clock=first.clock(clock),
        )
        for name in order["offices"]
    ]
    with first:
        run(order["url"], lambda: served, owner=f"worker {os.getpid()}", concurrency=6, tempo=Tempo(sweep=2))


@contextmanager
def postgres() -> Iterator[str | None]:
    """A cluster of the tests, None where PostgreSQL is not installed."""
    spec = spec_from_file_location("cluster", ROOT / "tests" / "outreach" / "postgres.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.programs() is None:
        yield None
        return
    yield from module.cluster()


def measure(deliveries: int, rows: int, offices: int) -> dict[str, float]:
    """Every figure, deliveries per second."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        for name, old in (("SQLite", 0), (f"SQLite, {rows:,} finished", rows)):
            with Ledger.open(Path(folder, f"{old}.sqlite")) as ledger:
                finished(ledger, old)
                plan(ledger, deliveries)
                with timed(found, name, deliveries):
                    on_sqlite(ledger, deliveries)
        with Ledger.open(Path(folder, "burst.sqlite")) as ledger:
            shared = [Ledger(ledger.engine, f"k{n}") for n in range(offices)]
            for office in shared:
                plan(office, len(CHANNELS))
            burst = f"SQLite, burst of {offices} offices × {len(CHANNELS)}"
            with timed(found, burst, offices * len(CHANNELS)):
                for office in shared:
                    on_sqlite(office, len(CHANNELS))
    with postgres() as url:
        if url is None:
            print("PostgreSQL is not installed: left out", file=sys.stderr)
            return found
        with Ledger.open(url, office="k0") as ledger:
            plan(ledger, deliveries)
            on_postgres(found, "PostgreSQL, 2 workers", url, ["k0"])
            finished(ledger, rows)
            plan(ledger, deliveries, first=deliveries)
            on_postgres(found, f"PostgreSQL, 2 workers, {rows:,} finished", url, ["k0"])
            names = [f"k{n}" for n in range(1, offices + 1)]
            for name in names:
                plan(Ledger(ledger.engine, name), len(CHANNELS))
            burst = f"PostgreSQL, 2 workers, burst of {offices} offices × {len(CHANNELS)}"
            on_postgres(found, burst, url, names)
    return found


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(json.loads(given.worker))
        return
    part = 10 if given.quick else 1
    found = measure(3000 // part, 100_000 // part, 500 // part)
    if given.json:
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}
        print(
            json.dumps(
                {"machine": machine, "deliveries per second": found, "processor seconds each": SPENT},
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    for name, rate in found.items():
        print(f"{name:<52} {rate:8.0f}/s {SPENT[name] * 1000:8.1f} ms of a processor each")


if __name__ == "__main__":
    main()
