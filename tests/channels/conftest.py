"""What the channels' tests share: an article, a channel made ready, and servers on loopback.

A channel's ``<name>/answers.json`` holds ``options`` for a server on loopback (@SERVER@), ``public`` for the
real one, ``secrets`` (marked, so that the tests see them leak), ``normal`` (what each request is answered when
all is well; @LINK@ and @LINK_HTML@ stand for the post's link, @TEXT@ for its words, @SERVER@ for the server),
``link`` where the link is beside the text (``apart``) or carries no tags (``typed``), ``prepared`` where the hidden
step makes or settles more than the pictures, ``speaks`` (smtp), ``subscribers``, ``asks`` (``nobody`` where the
channel itself knows what is out), ``down`` (the error when nobody listens, if not TryLater), ``check`` (more answers
for it) with ``makes`` (the paths that make a post), and ``answers``: what else the network may say, to which request
of which step, and which error that is, with ``after`` and ``account`` of a TryLater.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher import _folder, channels
from publisher.manifest import Image, Record, ServiceName
from publisher.subscribers import Subscriber, Subscribers
from tests.channels._servers import control, mastodon, running
from tests.loopback import Listener

HERE = Path(__file__).parent
SITE = "https://kabar.kantor.go.id"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def make_record(**changes: Any) -> Record:
    record = Record(
        id="20261124-x7k2m",
        revision="r1",
        path="berita/2026/bimbingan.md",
        page="berita/bimbingan/",
        url=f"{SITE}/berita/bimbingan/",
        title="Bimbingan nikah kini bisa dari rumah, kata H. Ahmad, S.Ag, M.Si",
        summary="Calon pengantin mengikuti bimbingan lewat ponsel, gratis, tanpa antre di kantor.",
        status="published",
        public=True,
        date="2026-11-24T09:00:00+07:00",
        due="2026-11-24T09:00:00+07:00",
        tags=("bimbingan nikah", "SP4N-LAPOR!", "zona integritas"),
        services=(ServiceName(id="bimwin", name="Bimwin Smart"),),
        card=Image(path="cards/20261124-x7k2m.jpg", type="image/jpeg", alt="Kartu berita bimbingan nikah"),
    )
    return replace(record, **changes)


class Replay:
    """A server that answers as it was told and remembers what it was asked.

    ``answers`` maps "METHOD /path" to {"status", "headers", "body"}; a status "cut" or "reset" ends the
    connection after the request was read. A list of answers is used up one by one, the last one stays.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[SimpleNamespace] = []
        replay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                replay._answer(self)

            do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

        self._listener = Listener(Handler)
        self.address = self._listener.url

    def close(self) -> None:
        self._listener.close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        path = handler.path.split("?")[0]
        self.asked.append(
            SimpleNamespace(method=handler.command, path=path, query=handler.path, headers=handler.headers, body=body)
        )
        told = self.answers.get(f"{handler.command} {path}", {"status": 404, "body": {"error": "not recorded"}})
        if isinstance(told, list):
            told = told.pop(0) if len(told) > 1 else told[0]
        if told["status"] in ("cut", "reset"):
            if told["status"] == "reset":
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        given = told.get("body", {})
        content = given.encode() if isinstance(given, str) else json.dumps(given).encode()
        handler.send_response_only(told["status"])
        headers = {
            "Content-Type": "application/json",
            "Date": "Tue, 24 Nov 2026 02:00:00 GMT",
            **told.get("headers", {}),
        }
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


def subscribe(state: Path, addresses: list[str]) -> None:
    """Puts ``addresses`` into the list of subscribers, long before the tests' first try."""
    if addresses:
        then = datetime(2026, 1, 2, tzinfo=UTC)
        with Subscribers.open(state, then) as book:
            for address in addresses:
                book.add(Subscriber(address, "", then.date(), "formulir"), then)


class Ready(SimpleNamespace):
    """A channel made ready for a test: ``channel``, its ``recorded`` data, the ``replay`` it talks to, ``site``."""


@pytest.fixture
def replay() -> Iterator[Replay]:
    server = Replay()
    yield server
    server.close()


@pytest.fixture
def record() -> Callable[..., Record]:
    return make_record


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A built site with the card of the article."""
    folder = tmp_path / "site"
    (folder / "cards").mkdir(parents=True)
    (folder / "cards" / "20261124-x7k2m.jpg").write_bytes(JPEG)
    return folder


@pytest.fixture
def mailbox() -> Iterator[Any]:
    from tests.channels._mailbox import Mailbox

    server = Mailbox()
    yield server
    server.close()


@pytest.fixture
def make_ready(request: pytest.FixtureRequest, site: Path, tmp_path: Path) -> Callable[..., Ready]:
    def make(network: str, *, own_site: str = SITE, server: str = "") -> Ready:
        recorded = json.loads((HERE / network / "answers.json").read_text(encoding="utf-8"))
        module = _folder.load(channels, network)
        replay = request.getfixturevalue("mailbox" if recorded.get("speaks") == "smtp" else "replay")
        subscribe(tmp_path / "state", recorded.get("subscribers", []))
        if recorded.get("speaks") == "smtp":
            server = server.replace("http", "smtp")
        options = {k: v.replace("@SERVER@", server or replay.address) for k, v in recorded["options"].items()}
        setup = channels.Setup(
            name=network,
            network=network,
            site=own_site,
            state=tmp_path / "state",
            zone=ZoneInfo("Asia/Jakarta"),
            secrets=recorded["secrets"],
        )
        channel = module.Channel(setup, module.Options.model_validate(options))
        return Ready(channel=channel, module=module, recorded=recorded, replay=replay, site=site)

    return make


@pytest.fixture(scope="session")
def fake_x() -> Iterator[str]:
    with running("fake_x.py") as address:
        yield address


@pytest.fixture(scope="session")
def fake_meta() -> Iterator[str]:
    with running("fake_meta.py") as address:
        yield address


@pytest.fixture(scope="session")
def fake_telegram() -> Iterator[str]:
    with running("fake_telegram.py") as address:
        yield address


@pytest.fixture(name="control")
def fixture_control() -> Callable[..., Any]:
    return control


@pytest.fixture(scope="session")
def mastodon_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a mastodon-mock, a process of its own; its token is mock_token."""
    with mastodon(tmp_path_factory.mktemp("mastodon")) as address:
        yield address
