"""The carrier of many machines: Procrastinate takes lanes to workers. A job is a hint; the ledger decides.

A job names an office and a channel, whose lane one worker then runs. A lost job costs one sweep, never a post; a
worker that died with a lane in its hands is noticed by its heartbeat, and the lane goes to another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
import zlib
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.channels import Channel
from publisher.errors import KentonganError, LedgerFault
from publisher.messages import msg
from publisher.outreach.advance import RULES, Clock, Live, Rules
from publisher.outreach.local import Lane
from publisher.outreach.policy import DEFAULT, Policy

if TYPE_CHECKING:
    from procrastinate import App

    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

log = logging.getLogger(__name__)
TASK = "kentongan.lane"
QUEUE = "kentongan"
AT_ONCE = 100  # lanes that a sweep asks for before it looks again which wait already


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What a worker needs of an office. ``gate`` makes a new gate, since a page may change while a worker runs;
    ``care`` is what is done for it at its first sight, when its settings have changed, and every so often."""

    ledger: Ledger
    channels: Mapping[str, Channel]
    site: Path
    gate: Callable[[], Live]
    clock: Clock
    policies: Mapping[str, Policy] = field(default_factory=dict)
    rules: Rules = RULES
    care: Callable[[], None] = lambda: None


Offices = Callable[[], Sequence[Office]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """Seconds: between two ``sweep``s and two ``care``s for an office, after which ``silence`` of its heartbeat a
    worker is dead, how long one job may stay with its lane (``stay``) before others get their turn, and how long a
    stopped worker may finish."""

    sweep: float = 5
    heartbeat: float = 5
    silence: float = 30
    stay: float = 2
    finish: float = 60
    care: float = 3600


TEMPO = Tempo()


def run(
    url: str,
    offices: Offices,
    *,
    owner: str,
    concurrency: int = 8,
    tempo: Tempo = TEMPO,
    until_idle: bool = False,
) -> None:
    """Carries what the ledger at ``url`` has for ``offices`` until the process is stopped, or with ``until_idle``
    until nothing is left that can be done now. ``offices`` is asked again at each sweep: one whose settings have
    changed comes as another value."""
    asyncio.run(_Carrier(url, offices, owner, concurrency, tempo).run(until_idle))


class _Carrier:
    """One worker process."""

    def __init__(self, url: str, offices: Offices, owner: str, concurrency: int, tempo: Tempo) -> None:
        self.wanted = offices
        self.offices = {o.ledger.office: o for o in offices()}
        self.lanes: dict[asyncio.Task[None] | None, Office] = {}  # those that run now, each with its settings
        self.cared: dict[str, tuple[Office, float]] = {}
        self.owner = owner
        self.concurrency = concurrency
        self.tempo = tempo
        self.over = threading.Event()
        self.idle = False
        self.soon: set[asyncio.Task[None]] = set()
        self.url = "postgresql://" + url.split("://", 1)[1]
        self.app = _app(self.url, concurrency)
        self.app.task(name=TASK, queue=QUEUE)(self.lane)

    async def run(self, until_idle: bool) -> None:
        async with self.app.open_async():
            await _tables(self.app, self.url)
            worker = asyncio.create_task(
                self.app.run_worker_async(
                    queues=[QUEUE],
                    name=self.owner,
                    concurrency=self.concurrency,
                    delete_jobs="always",  # the ledger keeps what happened, and finished jobs slow the queue down
                    fetch_job_polling_interval=self.tempo.sweep,
                    update_heartbeat_interval=self.tempo.heartbeat,
                    stalled_worker_timeout=self.tempo.silence,
                    shutdown_graceful_timeout=self.tempo.finish,
                )
            )
            sweeper = asyncio.create_task(self._sweep(worker, until_idle))
            try:
                await worker
            except asyncio.CancelledError:
                if not self.idle:  # somebody else ends it
                    raise
            finally:
                self.over.set()
                sweeper.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await sweeper

    async def lane(self, office: str, channel: str) -> None:
        """One job: runs the lane, and asks for the next job when there is something left to come for."""
        served = self.offices.get(office)
        if served is None or channel not in served.channels:
            return  # another worker's office; its sweep asks again
        job = asyncio.current_task()
        self.lanes[job] = served
        try:
            at = await asyncio.to_thread(self._carry, served, channel)
        finally:
            del self.lanes[job]
        if at and job:  # asked when this job has ended: before, no worker with nothing to do could take the lane
            job.add_done_callback(lambda ended: self._soon(self._again(office, channel, at)))

    def _soon(self, what: Coroutine[None, None, None]) -> None:
        """Runs ``what`` beside everything else."""
        task = asyncio.create_task(what)
        self.soon.add(task)
        task.add_done_callback(self.soon.discard)

    async def _again(self, office: str, channel: str, at: datetime) -> None:
        """The next job for a lane; while the database does not answer it is the sweep's to ask for it."""
        from procrastinate.exceptions import ConnectorException

        try:
            await self._ask(office, channel, at)
        except ConnectorException as fault:
            log.warning("no job: %s", type(fault).__name__)

    def _carry(self, office: Office, channel: str) -> datetime | None:
        """Runs the lane until nothing is due, or others have to get their turn; when to come again."""
        leave = _Leave(self.over, time.monotonic() + self.tempo.stay)
        lane = Lane(
            office.ledger,
            office.channels,
            channel,
            office.site,
            office.gate(),
            office.clock,
            self.owner,
            office.clock(),
            office.rules,
            office.policies.get(channel, DEFAULT),
        )
        return lane.run(leave)[1]

    async def _sweep(self, worker: asyncio.Task[None], until_idle: bool) -> None:
        """Sweeps until the worker ends. While the database does not answer there is nothing to sweep."""
        from procrastinate.exceptions import ConnectorException

        while not self.over.is_set():
            try:
                left = await self._swept()
            except (KentonganError, ConnectorException) as fault:
                log.warning("no sweep: %s", type(fault).__name__)
                left = True
            if until_idle and not left:
                self.idle = True
                worker.cancel()
                return
            await asyncio.sleep(self.tempo.sweep)

    async def _swept(self) -> bool:
        """Gives the lanes of dead workers back, and asks for every lane in which something is due; whether there is
        one, or an office that is to be cared for yet."""
        from procrastinate.jobs import Status

        for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.tempo.silence):
            await self.app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
        wanted = await asyncio.to_thread(self.wanted)
        self.offices = {o.ledger.office: o for o in wanted}
        former = [o for o in self.lanes.values() if self.offices.get(o.ledger.office) is not o]
        cared = await asyncio.to_thread(self._care, {o.ledger.office for o in former})
        due = await asyncio.to_thread(self._due)
        first = zlib.crc32(self.owner.encode()) % max(len(due), 1)  # many workers sweep: each begins elsewhere
        ordered = due[first:] + due[:first]
        for start in range(0, len(ordered), AT_ONCE):
            there = await self._waiting()
            lanes = [lane for lane in ordered[start : start + AT_ONCE] if _key(*lane[:2]) not in there]
            for office, channel, at in lanes:
                await self._ask(office, channel, at)
        return bool(due) or not cared

    async def _waiting(self) -> set[str]:
        """The lanes that a job waits for: asking for each of them again costs more than asking once for all."""
        wanted = "SELECT queueing_lock FROM procrastinate_jobs WHERE queue_name = %(queue)s AND status = 'todo'"
        rows = await self.app.connector.execute_query_all_async(wanted, queue=QUEUE)
        return {str(row["queueing_lock"]) for row in rows}

    def _care(self, leaving: Collection[str]) -> bool:
        """Cares for the offices that are new, have changed or were not cared for lately; whether for all. Those of
        ``leaving`` wait, where a lane still runs with former settings: it would spend on a dead token the one
        request that tells whether the new one works."""
        now, all_of_them = time.monotonic(), True
        for name, office in self.offices.items():
            known, since = self.cared.get(name, (None, 0.0))
            if known is office and now - since < self.tempo.care:
                continue
            if name in leaving:
                all_of_them = False
                continue
            office.care()
            self.cared[name] = (office, now)
        return all_of_them

    def _due(self) -> list[tuple[str, str, datetime]]:
        """What falls due before the next sweep, of the offices that this worker serves."""
        office = next(iter(self.offices.values()))
        now = office.clock()
        lanes = office.ledger.lanes_of_all(now + timedelta(seconds=self.tempo.sweep), now)
        return [lane for lane in lanes if lane[0] in self.offices and lane[1] in self.offices[lane[0]].channels]

    async def _ask(self, office: str, channel: str, at: datetime) -> None:
        """A job for the lane unless one waits already; never two at a time."""
        from procrastinate.exceptions import AlreadyEnqueued

        key = _key(office, channel)
        now = self.offices[office].clock()
        more: dict[str, Any] = {"schedule_at": at} if at > now else {}
        job = self.app.configure_task(TASK, queue=QUEUE, lock=key, queueing_lock=key, **more)
        with contextlib.suppress(AlreadyEnqueued):
            await job.defer_async(office=office, channel=channel)


def _key(office: str, channel: str) -> str:
    """What keeps a lane with one worker and one waiting job."""
    return f"{office}/{channel}"


class _Leave(threading.Event):
    """Set when the worker ends, or when the lane has had its time."""

    def __init__(self, over: threading.Event, until: float) -> None:
        super().__init__()
        self._over = over
        self._until = until

    def is_set(self) -> bool:
        """Whether the lane has to be left after this step."""
        return self._over.is_set() or time.monotonic() >= self._until


def _app(url: str, concurrency: int) -> App:
    try:
        from procrastinate import App, PsycopgConnector
    except ImportError as fault:
        raise LedgerFault(
            msg("Workers on many machines need one more package: pip install 'kentongan[postgres]'.")
        ) from fault
    return App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=concurrency + 4))


async def _tables(app: App, url: str) -> None:
    """Procrastinate's own tables, made once: of workers that start at the same moment the others wait for the first."""
    import psycopg

    from publisher.ledger.database import TABLES

    async with await psycopg.AsyncConnection.connect(url) as c:
        await c.execute("SELECT pg_advisory_xact_lock(%s)", [TABLES])  # until the connection is given back
        if not await app.check_connection_async():
            await app.schema_manager.apply_schema_async()
