"""Every network there is a channel for, on loopback, where answers are lost: real servers and our strict copies."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from publisher.channels import bluesky
from publisher.post import Once
from publisher.subscribers import Subscriber, Subscribers
from tests.channels import _servers
from tests.channels._mailbox import Mailbox
from tests.loopback import Listener

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
OFFICE = """
id = "tegal"
name = "Kantor Contoh"
short = "Kantor"
title = "Kabar Layanan"
description = "Berita layanan."
url = "https://kabar.kantor.go.id"
"""
SECRETS = {
    "FACEBOOK_TOKEN": "fake-page-token",
    "INSTAGRAM_TOKEN": "fake-instagram-token",
    "THREADS_TOKEN": "fake-threads-token",
    "TELEGRAM_TOKEN": "123456789:fake-telegram-token",
    "X_API_KEY": "fake-x-api-key",
    "X_API_SECRET": "fake-x-api-secret",
    "X_ACCESS_TOKEN": "4711-fake-x-access-token",
    "X_ACCESS_SECRET": "fake-x-access-secret",
    "MASTODON_TOKEN": "mock_token",
    "BLUESKY_APP_PASSWORD": _servers.PASSWORD,
    "LINKEDIN_TOKEN": "fake-linkedin-token",
    "EMAIL_PASSWORD": "fake-mail-password",
    "APPRISE_URL": "json://unused.example",
}
ONCE = {
    "noticeboard": Once.KEY,
    "facebook": Once.CONTAINER,
    "instagram": Once.CONTAINER,
    "threads": Once.CONTAINER,
    "telegram": Once.NONE,
    "x": Once.TIMELINE,
    "mastodon": Once.KEY,
    "bluesky": Once.KEY,
    "linkedin": Once.TIMELINE,
    "email": Once.KEY,
    "apprise": Once.NONE,
}
READERS = ("siti@warga.example", "budi@warga.example")


class World:
    """The networks: what each holds of an article, and the project that posts to them."""

    def __init__(self, project: Path, seed: int, stack: ExitStack) -> None:
        self.project = project
        self.busy, self.lost, self.seed = 0.2, 0.3, seed
        self.copies = {n: stack.enter_context(_servers.running(f"fake_{n}.py")) for n in ("x", "meta", "telegram")}
        self.copies["linkedin"] = stack.enter_context(_servers.running("fake_linkedin.py"))
        for address in self.copies.values():
            chaos = {"busy": self.busy, "lost": self.lost, "seed": seed}
            _servers.control(address, "/_chaos", chaos)
        self.mastodon = stack.enter_context(_servers.mastodon(project))
        self.pds = stack.enter_context(_servers.pds(project))
        self.notes: list[Any] = []
        self.mailbox = ChaoticMailbox(self.busy, self.lost, seed)
        stack.callback(self.mailbox.close)
        fronts = {"mastodon": self.mastodon, "bluesky": self.pds, "apprise": ""}
        self.fronts = {n: stack.enter_context(self._front(backend)) for n, backend in fronts.items()}
        self._write()

    def seen(self, channel: str) -> list[str]:
        """Every post that the network shows, as text that holds the article's address."""
        if channel in ("facebook", "instagram", "threads"):
            who = {"facebook": "page", "instagram": "ig", "threads": "me"}[channel]
            posts = _servers.control(self.copies["meta"], "/_posts")
            return [json.dumps(p) for p in posts if p["who"] == who and p.get("is_published", True)]
        if channel in self.copies:
            return [json.dumps(p) for p in _servers.control(self.copies[channel], "/_posts")]
        if channel == "mastodon":
            return self._toots()
        if channel == "bluesky":
            return self._records()
        if channel == "apprise":
            return [json.dumps(n) for n in self.notes]
        if channel == "email":
            return [str(m.get_body(("plain",)).get_content()) for m in self.mailbox.stored if m["To"] == READERS[0]]
        pages = (self.project / "state" / "noticeboard").glob("*.html")
        return [p.read_text(encoding="utf-8") for p in pages if p.stem != "index" and not p.stem.startswith("daftar-")]

    def letters(self) -> Counter[tuple[str, str]]:
        """How often each reader got each message, by its fixed id."""
        return Counter((str(m["To"]), str(m["Message-ID"])) for m in self.mailbox.stored)

    def counts(self, channel: str, articles: int) -> Counter[int]:
        """How often each article is there."""
        posts = self.seen(channel)
        return Counter({n: sum(f"/berita/{n}/" in post for post in posts) for n in range(articles)})

    def _toots(self) -> list[str]:
        head = {"Authorization": "Bearer mock_token"}
        me = requests.get(f"{self.mastodon}/api/v1/accounts/verify_credentials", headers=head, timeout=10).json()["id"]
        found: list[Any] = []
        while page := requests.get(
            f"{self.mastodon}/api/v1/accounts/{me}/statuses",
            params={"limit": "40", **({"max_id": found[-1]["id"]} if found else {})},
            headers=head,
            timeout=10,
        ).json():
            found += page
        return [p["content"] for p in found]

    def _records(self) -> list[str]:
        place = f"repo={quote(_servers.HANDLE)}&collection={bluesky.COLLECTION}&limit=100"
        found = _servers.control(self.pds, f"/xrpc/com.atproto.repo.listRecords?{place}")["records"]
        return [json.dumps(r) for r in found]

    def _write(self) -> None:
        meta, copies = self.copies["meta"], self.copies
        given = {
            "noticeboard": {},
            "facebook": {"server": meta, "page": "1234567"},
            "instagram": {"server": meta, "account": "17841400000000001"},
            "threads": {"server": meta},
            "telegram": {"server": copies["telegram"], "chat": "@kantor"},
            "x": {"server": copies["x"]},
            "mastodon": {"server": self.fronts["mastodon"]},
            "bluesky": {"server": self.fronts["bluesky"], "handle": _servers.HANDLE},
            "linkedin": {"server": copies["linkedin"], "organization": "5515715"},
            "email": {"server": self.mailbox.address, "sender": "Kabar <kabar@kantor.go.id>"},
            "apprise": {"server": self.fronts["apprise"]},
        }
        assert set(given) == set(ONCE)
        lines = [OFFICE]
        for name, options in given.items():
            lines += [f"[channels.{name}]", "on = true", "since = 2021-01-01"]
            lines += [f"{k} = {json.dumps(v)}" for k, v in options.items()]
        (self.project / "office.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        env = "".join(f"KENTONGAN_{k}={v}\n" for k, v in SECRETS.items())
        (self.project / ".env").write_text(env, encoding="utf-8")
        long_ago = datetime(2026, 1, 2, tzinfo=UTC)
        (self.project / "state").mkdir()
        with Subscribers.open(self.project / "state", long_ago) as book:
            for address in READERS:
                book.add(Subscriber(address, "", long_ago.date(), "formulir"), long_ago)
        cards = self.project / "site" / "cards"
        cards.mkdir(parents=True)
        (cards / "kartu.jpg").write_bytes(JPEG)

    @contextmanager
    def _front(self, backend: str) -> Iterator[str]:
        """The address of a line to ``backend`` on which answers are lost; with none what is posted is kept here."""
        world, dice, lock = self, random.Random(self.seed), threading.Lock()

        class Front(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with lock:
                    roll = dice.random() if self.command == "POST" else 1.0
                if roll < world.busy:
                    return self.say(503, b"", "text/plain")
                if backend:
                    keep = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                    said = requests.request(self.command, backend + self.path, data=body, headers=keep, timeout=30)
                    answer = said.status_code, said.content, said.headers.get("content-type", "")
                else:
                    world.notes.append(json.loads(body))
                    answer = 200, b"{}", "application/json"
                if roll < world.busy + world.lost:
                    self.close_connection = True
                    return self.connection.close()
                return self.say(*answer)

            do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

            def say(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        listener = Listener(Front)
        try:
            yield listener.url
        finally:
            listener.close()


class ChaoticMailbox(Mailbox):
    """Puts messages off, or stores them and hangs up, by chance."""

    def __init__(self, busy: float, lost: float, seed: int) -> None:
        self.busy, self.lost, self.dice = busy, lost, random.Random(seed)
        super().__init__()

    def told(self, *names: str) -> dict[str, Any]:
        roll = self.dice.random() if names[-1] == "DATA" else 1.0
        if roll < self.busy:
            return {"status": 451}
        return {"status": "cut"} if roll < self.busy + self.lost else super().told(*names)


@contextmanager
def world(project: Path, seed: int) -> Iterator[World]:
    """The networks, running."""
    with ExitStack() as stack:
        yield World(project, seed, stack)
