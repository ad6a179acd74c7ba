"""What the copies of networks for tests share: a process on loopback that keeps a network's posts in memory, and in
FILE when one is given, so that it can be killed and started again: `python fake_x.py [PORT] [--store FILE]` prints
its address. A request that the real network would refuse is refused. Beside the network's own calls it answers
  GET  /_posts   what it holds, oldest first
  GET  /_calls   every request it saw, by the name of its call
  GET  /_made    the id it gave last
  POST /_set     what a copy lets be set (see there)
  POST /_faults  {"on": "POST /2/tweets", "do": ["lost", "503", "act-503", "429", …]}: what to do with the next
                 requests of that call, one word each; "lost" acts and cuts the line, "act-503" acts and then says 503,
                 "cut" cuts without acting, "" behaves, any other word is said without acting, as the network says it
  POST /_chaos   {"busy": 0.2, "lost": 0.3, "seed": 1}: from now on every POST, by chance, is answered 503 (every
                 fourth time after acting) or loses its answer
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Problem(Exception):
    """An answer that is not well."""

    def __init__(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        super().__init__(json.dumps(body))
        self.status = status
        self.body = body
        self.headers = headers or {}


@dataclass(frozen=True)
class Request:
    """What was asked; ``query`` as it came is ``raw_query``."""

    method: str
    path: str
    raw_query: str
    headers: Message
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))


class Fake:
    """A network. A copy gives ``empty`` (what it keeps), ``call`` (the name of a request), ``route`` (status and
    body, or a Problem), ``fault`` (how a fault's word is said) and ``posts``."""

    def __init__(self, store: Path | None) -> None:
        self.lock = threading.Lock()
        self.store = store
        self.calls: list[str] = []
        self.faults: dict[str, list[str]] = {}
        self.busy = self.lost = 0.0
        self.dice = random.Random()
        there = store is not None and store.exists()
        self.kept: dict[str, Any] = json.loads(store.read_text(encoding="utf-8")) if there else self.empty()

    def keep(self) -> None:
        """Writes down what must not be forgotten."""
        if self.store:
            spare = self.store.with_suffix(".new")
            spare.write_text(json.dumps(self.kept), encoding="utf-8")
            spare.replace(self.store)

    def new_id(self) -> str:
        self.kept["last"] += 1
        return str(self.kept["last"])

    def chaos(self, told: dict[str, Any]) -> None:
        self.busy, self.lost, self.dice = told["busy"], told["lost"], random.Random(told["seed"])

    def word(self, method: str, call: str) -> str:
        """What to do with a request: as told for its call, else by chance."""
        waiting = self.faults.get(call)
        if waiting:
            return waiting.pop(0)
        roll = self.dice.random() if method == "POST" else 1.0
        if roll < self.busy:
            return "act-503" if roll < self.busy / 4 else "503"
        return "lost" if roll < self.busy + self.lost else ""

    def set(self, told: dict[str, Any]) -> None:
        raise KeyError(f"nothing to set: {sorted(told)}")

    def empty(self) -> dict[str, Any]:
        raise NotImplementedError

    def call(self, request: Request) -> str:
        raise NotImplementedError

    def route(self, request: Request) -> tuple[int, object]:
        raise NotImplementedError

    def fault(self, word: str) -> Problem:
        raise NotImplementedError

    def posts(self) -> list[Any]:
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: Fake

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        request = Request(self.command, url.path, url.query, self.headers, body)
        with self.fake.lock:
            if url.path.startswith("/_"):
                return self.answer(200, self.control(url.path, body))
            return self.behave(request)

    do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815 - http.server's names

    def behave(self, request: Request) -> None:
        call = self.fake.call(request)
        self.fake.calls.append(call)
        word = self.fake.word(request.method, call)
        if word == "cut":
            return self.cut()
        if word and word != "lost" and not word.startswith("act-"):
            return self.problem(self.fake.fault(word))
        try:
            status, body = self.fake.route(request)
        except Problem as problem:
            return self.cut() if word == "lost" else self.problem(problem)
        if word == "lost":
            return self.cut()
        if word:
            return self.problem(self.fake.fault(word.removeprefix("act-")))
        return self.answer(status, body)

    def control(self, path: str, body: bytes) -> object:
        if path == "/_posts":
            return self.fake.posts()
        if path == "/_calls":
            return self.fake.calls
        if path == "/_made":
            return str(self.fake.kept["last"])
        told = json.loads(body)
        if path == "/_faults":
            self.fake.faults[told["on"]] = list(told["do"])
        if path == "/_chaos":
            self.fake.chaos(told)
        if path == "/_set":
            self.fake.set(told)
        return {}

    def problem(self, problem: Problem) -> None:
        self.answer(problem.status, problem.body, problem.headers)

    def answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)

    def cut(self) -> None:
        self.close_connection = True
        self.connection.close()


def spec(name: str) -> Any:
    """The specification ``name`` below KENTONGAN_SPECS, None when there is none."""
    folder = os.environ.get("KENTONGAN_SPECS")
    path = Path(folder) / name if folder else None
    return json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else None


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def main(make: Callable[[Path | None], Fake]) -> None:
    """Serves until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", nargs="?", type=int, default=0)
    parser.add_argument("--store", type=Path)
    args = parser.parse_args()
    Handler.fake = make(args.store)
    server = ThreadingHTTPServer(("127.0.0.1", args.port), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
