"""Telling the world what changed: the hub its feeds (WebSub), search engines their pages (IndexNow).

``intend`` writes down before a deploy what it will change; ``tell`` sends what waits once it is live. What is
cut off in between is told by the next run. Telling twice is harmless, so nothing is looked up here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.channels import barred
from publisher.errors import ChannelError, Held, Refused, TryLater
from publisher.http import Answer, Wire
from publisher.ledger.announcement import Announcement
from publisher.ledger.files import alone
from publisher.manifest import Manifest
from publisher.messages import Message, msg
from publisher.outreach import changed
from publisher.outreach.gate import Get
from publisher.settings import Settings, announce_faults

if TYPE_CHECKING:
    from publisher.ledger.store import Ledger  # brings SQLAlchemy: 0.5 s

WEBSUB, INDEXNOW = "websub", "indexnow"
# indexnow.org/documentation: "up to 10,000 URLs per post"
LIST = 10_000
ASKED_AT_ONCE = 8
# so long pages are asked whether they are live; the rest is the next run's
PATIENCE = timedelta(seconds=60)
# what is not live by then never will be: a page put back meanwhile, a host that answers 200 to everything
STALE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told ``service``: how many addresses, how many wait for the next run, and why."""

    service: str
    told: int
    waiting: int
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Someone who is told of ``limit`` addresses at a time; ``body`` is what the request carries, as requests
    takes it."""

    name: str
    endpoint: str
    site: str
    limit: int
    body: Callable[[Sequence[str]], dict[str, Any]]

    @property
    def barred(self) -> Message | None:
        """Why it may not be told while the site is where it is; None when it may."""
        return barred(self.endpoint, self.site)

    def tell(self, addresses: Sequence[str]) -> Answer:
        """One request; its answer when it is well, else a ChannelError."""
        parts = urlsplit(self.endpoint)
        wire = Wire(channel=self.name, base=f"{parts.scheme}://{parts.netloc}", judge=self._judge, barred=self.barred)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return wire.ask("POST", path, **self.body(addresses))

    def _judge(self, answer: Answer, visible: bool) -> ChannelError | None:
        """indexnow.org/documentation: 403 is a key that was not found, 422 a foreign host or a key out of form;
        both want a person. A hub says no more than HTTP does."""
        said = f"HTTP {answer.status}"
        if self.name == INDEXNOW and answer.status == 403:
            return Held(msg("the key file of IndexNow was not found on the site, or is not yet"), detail=said)
        if self.name == INDEXNOW and answer.status == 422:
            return Held(msg("the key of IndexNow or an address does not belong to {site}", site=self.site), detail=said)
        if answer.status in (400, 413, 422):
            return Refused(msg("the addresses were refused ({status})", status=said), detail=said)
        return None


def services(settings: Settings) -> tuple[Service, ...]:
    """Who is to be told: what office.toml switches on and describes rightly."""
    office, faults = settings.office, announce_faults(settings.office)
    key, found = office.announce.indexnow, []
    if office.hub and "hub" not in faults:
        found.append(Service(WEBSUB, office.hub, office.url, office.announce.hub_urls, _ping))
    if key and not faults.keys() & {"announce.indexnow", "announce.endpoint"}:
        found.append(Service(INDEXNOW, office.announce.endpoint, office.url, LIST, _submission(office.url, key)))
    return tuple(found)


def intend(
    ledger: Ledger,
    settings: Settings,
    sent: Iterable[str],
    gone: Iterable[str],
    before: Manifest | None,
    now: datetime,
) -> None:
    """Writes down what a deploy is about to change: files of the output that are ``sent`` and ``gone``, and the
    manifest of the site ``before``. Asks nobody anything."""
    from publisher.ledger.announced import Announcements  # brings SQLAlchemy

    open_ = [s for s in services(settings) if s.barred is None]
    if not open_:
        return
    log = Announcements(ledger)
    sent, gone = tuple(sent), tuple(gone)
    for service in open_:
        if service.name == WEBSUB:
            log.want(service.name, changed.feeds(settings.output, sent), now)
            lost = {changed.address(service.site, path) for path in gone}
            log.end([r.id for r in log.waiting(WEBSUB) if r.address in lost], "dropped", "", now)
        else:
            log.want(service.name, changed.pages(settings, sent, gone, before), now)


def tell(ledger: Ledger, settings: Settings, get: Get, clock: Callable[[], datetime]) -> tuple[Told, ...]:
    """Tells everybody what waits for them and is live, and says in a line each what came of it. Whatever
    they answer, or do not, is no error of the run."""
    faults = announce_faults(settings.office)
    if not settings.office.announce.indexnow:
        faults.pop("announce.endpoint", None)
    said = [Told(INDEXNOW if "." in name else WEBSUB, 0, 0, fault) for name, fault in faults.items()]
    with alone(ledger.path) if ledger.path else nullcontext():
        return (*said, *filter(None, (_Run(ledger, s, get, clock).carry() for s in services(settings))))


class _Run:
    """One service and what waits for it."""

    def __init__(self, ledger: Ledger, service: Service, get: Get, clock: Callable[[], datetime]) -> None:
        from publisher.ledger.announced import Announcements  # brings SQLAlchemy

        self._log = Announcements(ledger)
        self._service = service
        self._get = get
        self._clock = clock
        self._told = 0

    def carry(self) -> Told | None:
        """What came of it, None when there was nothing to tell."""
        rows = self._waiting()
        if not rows:
            return None
        until = max(r.due for r in rows)  # who asked us to wait is told nothing at all
        reason: Message | None
        if until > self._clock():
            reason = msg("we were asked to wait until {time}", time=f"{until:%Y-%m-%d %H.%M} UTC")
        else:
            reason = self._service.barred or self._tell(rows)
        return Told(self._service.name, self._told, len(self._waiting()), reason)

    def _waiting(self) -> list[Announcement]:
        """What waits; what still does from an earlier address of the site is nobody's now."""
        site = _plain(self._service.site + "/")
        return [r for r in self._log.waiting(self._service.name) if _plain(r.address).startswith(site)]

    def _tell(self, rows: Sequence[Announcement]) -> Message | None:
        live, reason = self._live(rows)
        for start in range(0, len(live), self._service.limit):
            some = live[start : start + self._service.limit]
            ids = [r.id for r in some]
            try:
                answer = self._service.tell([r.address for r in some])
            except Refused as fault:
                self._log.end(ids, "refused", fault.detail, self._clock())
                reason = fault.message
            except ChannelError as fault:
                after = fault.after if isinstance(fault, TryLater) else None
                self._log.later(ids, self._clock() + timedelta(seconds=after or 0), fault.detail)
                return fault.message
            else:
                self._log.end(ids, "told", f"HTTP {answer.status}", self._clock())
                self._told += len(some)
        return reason

    def _live(self, rows: Sequence[Announcement]) -> tuple[list[Announcement], Message | None]:
        """Those whose address is what was deployed, and what keeps the first of the others."""
        begun, live = self._clock(), list[Announcement]()
        reason: Message | None = None
        with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="live") as pool:
            for start in range(0, len(rows), ASKED_AT_ONCE):
                if self._clock() - begun > PATIENCE:
                    return live, reason or msg("there was not enough time to look whether all of it is live")
                some = rows[start : start + ASKED_AT_ONCE]
                lacks = list(pool.map(lambda row: lacking(row.address, row.expects, self._get), some))
                live += [r for r, lack in zip(some, lacks, strict=True) if lack is None]
                reason = reason or next(filter(None, lacks), None)
                late = [r.id for r, lack in zip(some, lacks, strict=True) if lack and begun - r.wanted > STALE]
                self._log.end(late, "dropped", "", begun)
        return live, reason


def lacking(address: str, expects: str, get: Get) -> Message | None:
    """Why ``address`` is not yet what was deployed there; None when it is."""
    try:
        answer = get(address)
    except ChannelError as fault:
        return msg("{url} cannot be opened: {reason}", url=address, reason=fault.message)
    wanted, _, value = expects.partition(" ")
    if wanted == "gone":
        well = answer.status in (301, 302, 307, 308, 404, 410)
    elif wanted == "digest":
        well = answer.status == 200 and hashlib.sha256(answer.body).hexdigest() == value
    elif wanted == "revision":
        well = answer.status == 200 and changed.meta(answer.body).get("kentongan:revision") == value
    else:
        well = answer.status == 200
    return None if well else msg("{url} is not live yet", url=address)


def _plain(address: str) -> str:
    """``address`` as it is compared: hosts are the same in capitals and in their own letters."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    return f"{parts.scheme}://{host}:{parts.port or ''}{parts.path}"


def _ping(topics: Sequence[str]) -> dict[str, Any]:
    """PubSubHubbub Core 0.3, section 7.1; W3C leaves it to hubs. "hub.url … may be repeated", where a hub reads all."""
    return {"data": {"hub.mode": "publish", "hub.url": list(topics)}}


def _submission(site: str, key: str) -> Callable[[Sequence[str]], dict[str, Any]]:
    """indexnow.org/documentation, "submitting set of URLs"."""
    head = {"host": urlsplit(site).netloc, "key": key, "keyLocation": f"{site}/{key}.txt"}
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return lambda addresses: {"json": {**head, "urlList": list(addresses)}, "headers": headers}
