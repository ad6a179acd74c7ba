"""A strict little peer over real HTTP, a channel of each class of promise that talks to it, and a worker
process that can be killed at any boundary: ``python doubles.py '{"ledger": …}'``."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from publisher.errors import ChannelError, Duplicate
from publisher.http import Answer, Wire
from publisher.http._adapter import PlainConnection
from publisher.ledger.files import alone
from publisher.ledger.store import Ledger
from publisher.manifest import Image, Manifest, Record
from publisher.messages import msg
from publisher.outreach.advance import Rules
from publisher.outreach.local import deliver
from publisher.outreach.plan import plan
from publisher.outreach.procrastinate import Office, Tempo, run
from publisher.post import Limits, Media, Once, Post, Receipt
from publisher.settings import ChannelSettings, Outreach
from tests.loopback import Listener

SITE = "https://kabar.kantor.go.id"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEASE = 3.0  # seconds; of the workers on many machines
OFFICE = "tegal"
LAG = 0.1  # seconds until a post shows in the timeline
QUICK = Rules(
    stumbles=60,
    waits=(0.05,),
    settle=(0.02, 0.1, 0.1),
    grace=2 * LAG,
    reads=2,
    gate=0.05,
    breaker=((5, 0.1), (10, 0.2)),
)


def record(n: int = 1, **changes: Any) -> Record:
    name = f"20261124-{n:05}"
    made = Record(
        id=name,
        revision="r1",
        path=f"berita/2026/{n}.md",
        page=f"berita/{n}/",
        url=f"{SITE}/berita/{n}/",
        title=f"Layanan ke-{n}",
        summary="Ringkasan.",
        status="published",
        public=True,
        date=DUE.isoformat(),
        due=(DUE + timedelta(seconds=n)).isoformat(),
        card=Image(path=f"cards/{name}.jpg", type="image/jpeg", alt="Kartu"),
    )
    return replace(made, **changes)


def manifest(*records: Record) -> Manifest:
    return Manifest(site=SITE, title="Kabar", records=records)


def settings(**since: datetime | None) -> Any:
    """As much of Settings as planning reads."""
    channels = {name: ChannelSettings(network="double", on=True, since=at) for name, at in since.items()}
    return SimpleNamespace(office=SimpleNamespace(channels=channels, outreach=Outreach()), zone=UTC)


class Peer:
    """Keeps what is posted to each account and counts it. It refuses what it does not understand, loses
    answers (``lost``) and is too busy (``busy``) as often as told, by its own seeded dice."""

    def __init__(self, *, busy: float = 0, lost: float = 0, seed: int = 7) -> None:
        self.busy, self.lost, self.dice = busy, lost, random.Random(seed)
        self.posts: dict[str, list[dict[str, Any]]] = {}
        self.uploads = 0
        self.lock = threading.Lock()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                peer._take(self)

            def do_GET(self) -> None:
                account = self.path.strip("/")
                with peer.lock:
                    late = 0 if account == "container" else LAG
                    seen = [p for p in peer.posts.get(account, []) if p["at"] <= time.time() - late]
                peer._answer(self, 200, seen)

        self._listener = Listener(Handler)
        self.address = self._listener.url

    def close(self) -> None:
        self._listener.close()

    def counts(self, account: str) -> Counter[str]:
        """How often each link was posted."""
        return Counter(p["link"] for p in self.posts.get(account, []))

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        account, hidden = handler.path.strip("/"), handler.path == "/media"
        with self.lock:
            roll = self.dice.random()
            if roll < self.busy:
                self._answer(handler, 503, {"error": "busy"})
                return
            if hidden:
                self.uploads += 1
                self._answer(handler, 200, {"id": f"m-{self.uploads}"})
                return
            if set(body) != {"text", "link", "media", "key"} or not all(isinstance(v, str) for v in body.values()):
                self._answer(handler, 422, {"error": "not understood"})
                return
            # a key is taken once; a container (what the hidden step made) can be published once and is refused when
            # that is asked again, while another container with the same text is another post
            same = {"key": "key", "container": "media"}.get(account, "")
            known = [p for p in self.posts.get(account, []) if same and p[same] == body[same]]
            if known and account == "container":
                self._answer(handler, 409, {"error": "published already"})
                return
            if not known:
                mine = self.posts.setdefault(account, [])
                mine.append({**body, "id": f"{account}-{len(mine) + 1}", "at": time.time()})
                known = mine[-1:]
        if roll < self.busy + self.lost:
            handler.close_connection = True
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            return
        self._answer(handler, 200, known[0])

    def _answer(self, handler: BaseHTTPRequestHandler, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class Double:
    """A channel of the class ``once`` on the peer; the account has the channel's name."""

    network = "double"
    real = True
    limits = Limits(characters=500, measure=len)

    def __init__(self, once: Once, base: str, acted: Callable[[str], None] = lambda name: None) -> None:
        self.name = once.value
        self.once = once
        self.acted = acted
        self.wire = Wire(channel=self.name, base=base, judge=_judge)

    def compose(self, record: Record) -> Post:
        media = (Media(record.card.path, record.card.type, record.card.alt),) if record.card else ()
        return Post(f"{record.title} {record.url}", link=record.url, media=media)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Callable[[], None]) -> Mapping[str, str]:
        made = {}
        for media in post.media:
            renew()
            made[media.path] = (
                done.get(media.path) or self.wire.ask("POST", "/media", json={"path": media.path}).json()["id"]
            )
        return made

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        body = {"text": post.text, "link": post.link, "media": " ".join(media.values()), "key": key}
        answer = self.wire.ask("POST", f"/{self.name}", visible=True, json=body).json()
        self.acted(self.name)
        return _receipt(answer)

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        seen = self.wire.ask("GET", f"/{self.name}").json()
        return next((_receipt(p) for p in seen if p["link"] == post.link and p["at"] >= since.timestamp() - 1), None)


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    return Receipt(answer["id"], f"https://double.example/{answer['id']}")


def _judge(answer: Answer, visible: bool) -> ChannelError | None:
    return Duplicate(msg("it has this already")) if answer.status == 409 else None


class Mortal(Ledger):
    """Kills its own process right after the step named in ``kill`` ("intended", "key")."""

    kill: tuple[str, str] = ("", "")

    def die(self, step: str, channel: str) -> None:
        if self.kill == (step, channel):
            os.kill(os.getpid(), signal.SIGKILL)

    def _after(self, step: str, id: str) -> None:
        row = self.get(id)
        self.die(step, row.channel if row else "")

    def plan(self, *args: Any, **more: Any) -> Any:
        new = super().plan(*args, **more)
        self.die("planned", self.kill[1])
        return new

    def begin(self, id: str, *args: Any, **more: Any) -> Any:
        begun = super().begin(id, *args, **more)
        self._after("begun", id)
        return begun

    def intend(self, id: str, *args: Any, **more: Any) -> bool:
        go = super().intend(id, *args, **more)
        self._after("intended", id)
        return go

    def deliver(self, id: str, *args: Any, **more: Any) -> None:
        super().deliver(id, *args, **more)
        self._after("delivered", id)


def clock() -> datetime:
    return datetime.now(UTC)


def work(
    path: Path, base: str, names: list[str], articles: int, kill: tuple[str, str] = ("", ""), patience: float = 60
) -> Any:
    """Plans and delivers ``articles`` articles to the channels ``names``, like one run of publish."""
    with alone(path), Mortal.open(path) as ledger:  # as publish does
        ledger.kill = kill
        channels = [Double(Once(n), base, lambda name: ledger.die("acted", name)) for n in names]
        records = manifest(*(record(n) for n in range(articles)))
        plan(ledger, records, channels, settings(**dict.fromkeys(names, SINCE)), clock())
        return deliver(
            ledger,
            channels,
            site=path.parent,
            gate=lambda delivery: None,
            clock=clock,
            owner=f"worker {os.getpid()}",
            patience=timedelta(seconds=patience),
            rules=QUICK,
        )


class Freezing(Double):
    """Stands still once, as late as a process can be caught: the connection stands, nothing has left."""

    frozen = False

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        if not self.frozen:
            self.frozen = True
            connect = PlainConnection.connect

            def stand_still(connection: PlainConnection) -> None:
                connect(connection)
                PlainConnection.connect = connect
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

            PlainConnection.connect = stand_still
        return super().send(post, media, key)


def carry(url: str, base: str, names: list[str], *, freeze: bool = False) -> None:
    """One worker among many, until it is stopped."""
    with Ledger.open(url, office=OFFICE) as ledger:
        office = Office(
            ledger=ledger,
            channels={n: (Freezing if freeze else Double)(Once(n), base) for n in names},
            site=Path(),
            gate=lambda: lambda delivery: None,
            clock=ledger.clock(clock),
            rules=replace(QUICK, lease=LEASE),
        )
        tempo = Tempo(sweep=0.5, heartbeat=0.5, silence=2, stay=2, finish=5)
        run(url, lambda: [office], owner=f"worker {os.getpid()}", concurrency=4, tempo=tempo)


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    if "url" in order:
        carry(order["url"], order["base"], order["channels"], freeze=order.get("freeze", False))
        sys.exit()
    work(Path(order["ledger"]), order["base"], order["channels"], order["articles"], tuple(order["kill"]))
