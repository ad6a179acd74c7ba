"""The one way out: time limits, no redirect, no secret, every answer sorted."""

from __future__ import annotations

import gzip
import logging
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from publisher import http
from publisher.errors import ChannelError, Held, OutcomeUnknown, Refused, TryLater
from publisher.http import Answer, Bounds, Wire
from publisher.messages import msg

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
QUICK = Bounds(connect=2, read=0.3, whole=1.0, body=1000)
Serve = Callable[..., "Peer"]


class Peer:
    """A server that takes one connection after the other and does with each what it was told."""

    def __init__(self, act: Callable[[socket.socket], None], *, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[bytes] = []
        self._act = act
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.port = self._listener.getsockname()[1]
        self.address = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            plain.settimeout(5)
            try:
                with ExitStack() as stack:
                    conn = stack.enter_context(
                        self._context.wrap_socket(plain, server_side=True) if self._context else plain
                    )
                    self.seen.append(whole(conn))
                    self._act(conn)
            except OSError:
                plain.close()

    def close(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def whole(conn: socket.socket) -> bytes:
    """One request to its last byte: who hangs up on unread bytes resets the connection, and the answer may be lost."""
    seen = b""
    while more := conn.recv(65536):
        seen += more
        head, end, body = seen.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if end and len(body) >= (int(length[1]) if length else 0):
            break
    return seen


@pytest.fixture
def serve() -> Iterator[Serve]:
    peers: list[Peer] = []

    def start(act: Callable[[socket.socket], None], **more: ssl.SSLContext) -> Peer:
        peers.append(Peer(act, **more))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


def say(status: str, *headers: str, body: bytes = b"{}") -> Callable[[socket.socket], None]:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]).encode()
    return lambda conn: conn.sendall(head + body)


def wire(base: str, **more: object) -> Wire:
    return Wire(channel="contoh", base=base, **{"bounds": QUICK, **more})  # type: ignore[arg-type]


def silent(conn: socket.socket) -> None:
    conn.recv(1)  # waits until the other side has enough


def dripping(conn: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 900:
        conn.sendall(bytes([letter]))
        time.sleep(0.02)  # slower than the whole, faster than a silence


@pytest.mark.parametrize("act", [silent, dripping, lambda conn: None], ids=["silent", "dripping", "hung up"])
def test_no_answer_in_time(act: Callable[[socket.socket], None], serve: Serve) -> None:
    """An answer that does not come, or drips on for ever, ends in time: unknown for a post, later for the rest."""
    peer = serve(act)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        wire(peer.address).ask("POST", "/posts", visible=True, json={})
    with pytest.raises(TryLater):
        wire(peer.address).ask("GET", "/posts")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("visible", [True, False])
def test_nothing_left_without_a_connection(visible: bool, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port nobody listens on, a name nobody knows, a server without TLS: nothing can have been posted."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(TryLater):
            wire(f"http://127.0.0.1:{closed.getsockname()[1]}").ask("POST", "/", visible=visible)
    with pytest.raises(TryLater):
        wire(f"https://127.0.0.1:{serve(say('200 OK')).port}").ask("POST", "/", visible=visible)

    def unknown(*args: object, **more: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TryLater):
        wire("https://kantor.example").ask("POST", "/", visible=visible)


def test_a_certificate_is_verified(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate nobody vouches for gets no request; the same server is well once its maker is trusted."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    peer = serve(say("200 OK"), context=context)
    with pytest.raises(TryLater) as raised:
        wire(peer.address).ask("POST", "/", visible=True)
    assert "SSLError" in raised.value.detail
    assert peer.seen == []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    assert wire(peer.address).ask("POST", "/", visible=True).status == 200


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_no_redirect_is_followed(status: str, method: str, serve: Serve) -> None:
    """A token goes to no other host: a redirect is an error, and the place it names is never asked."""
    other = serve(say("200 OK"))
    peer = serve(say(status, f"Location: {other.address}/posts"))
    with pytest.raises(ChannelError):
        wire(peer.address).ask(method, "/posts", headers={"Authorization": "Bearer x"})
    assert len(peer.seen) == 1
    assert other.seen == []


def test_the_gate_sees_what_the_address_itself_answers(serve: Serve) -> None:
    """get gives every status as it is, redirects and nonsense in them included, and a body up to the limit."""
    for status, headers in (("404 Gone", ()), ("301 Moved", ("Location: http://[broken",)), ("200 OK", ())):
        peer = serve(say(status, *headers, body=b"<p>halo</p>"))
        answer = http.get(f"{peer.address}/berita/a/?b=1", bounds=QUICK)
        assert answer.status == int(status.split()[0])
        assert answer.body == b"<p>halo</p>"
        assert answer.headers.get("location", "") == (headers[0][10:] if headers else "")
        assert b"GET /berita/a/?b=1 HTTP/1.1" in peer.seen[0]
        assert f"User-Agent: {http.AGENT}".encode() in peer.seen[0]
    with pytest.raises(TryLater):
        http.get(serve(lambda conn: None).address, bounds=QUICK)


def test_a_body_is_read_up_to_the_limit(serve: Serve) -> None:
    """A body too long, packed or plain, is cut and no longer taken for JSON."""
    packed = gzip.compress(b"[" + b"0," * 3_000_000 + b"0]")
    for peer in (
        serve(say("200 OK", body=b"[" + b" " * 5000 + b"]")),
        serve(say("200 OK", "Content-Encoding: gzip", body=packed)),
    ):
        answer = http.get(peer.address, bounds=QUICK)
        assert answer.cut
        assert len(answer.body) == QUICK.body
        assert answer.json() is None


def test_no_secret_shows(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A token shows in no error, log, traceback or repr, even when it stands in the address or in the answer."""
    caplog.set_level(logging.DEBUG)
    token = "12345:geheim/sekali"
    for act in (say("400 Bad", body=b'{"description": "bot12345:geheim/sekali is odd"}'), lambda conn: None):
        out = wire(serve(act).address, secrets=(token,))
        for path in (f"/bot{token}/sendMessage", "/bot12345%3Ageheim%2Fsekali/sendMessage"):
            with pytest.raises(ChannelError) as raised:
                out.ask("POST", path, visible=True, headers={"Authorization": f"Bearer {token}"})
            error = raised.value
            seen = error.say("id") + error.detail + repr(out) + caplog.text
            seen += "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__cause__)
            assert "geheim" not in seen


def test_no_other_password_takes_the_token_s_place(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ~/.netrc with a password for the host changes nothing."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    peer = serve(say("200 OK"))
    wire(peer.address).ask("GET", "/", headers={"Authorization": "Bearer ours"})
    assert b"Authorization: Bearer ours" in peer.seen[0]
    assert b"Basic" not in peer.seen[0]


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_the_last_look_is_right_before_the_first_byte(
    secure: bool, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stood still while it connected is stopped by the last look: nothing of a visible request leaves.
    What nobody sees is not held up."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    peer = serve(say("200 OK"), **({"context": context} if secure else {}))
    line = wire(peer.address, bounds=Bounds(connect=10, read=10, whole=20, body=1000))  # nothing here is about time

    def look() -> None:
        raise TryLater(msg("too late"))

    with http.last_look(look):
        with pytest.raises(TryLater, match="too late"):
            line.ask("POST", "/post", visible=True, json={})
        assert line.ask("POST", "/upload", json={}).status == 200
    assert line.ask("POST", "/post", visible=True, json={}).status == 200
    assert [seen.split()[1] for seen in peer.seen if seen] == [b"/upload", b"/post"]


def test_a_barred_wire_only_reads(serve: Serve) -> None:
    """While nothing may be sent, no request that changes something gets out; reading is allowed."""
    peer = serve(say("200 OK"))
    out = wire(peer.address, barred=msg("not now"))
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        with pytest.raises(Held):
            out.ask(method, "/")
    assert peer.seen == []
    assert out.ask("GET", "/").status == 200


SORTED = {
    (True, OutcomeUnknown): (302, 303, 408, 409, 500, 502, 503, 504, 520, 599),
    (False, TryLater): (302, 303, 408, 409, 500, 502, 503, 504, 520, 599),
    (None, Held): (301, 307, 308, 401, 402, 403, 404, 405),
    (None, Refused): (400, 406, 410, 411, 413, 414, 415, 418, 422, 431, 451),
    (None, TryLater): (429,),
}


@pytest.mark.parametrize(("visible", "kind"), SORTED)
def test_a_status_says_who_acts(visible: bool | None, kind: type[ChannelError]) -> None:
    """Each status is one error; whether it may have posted depends on what was asked."""
    for status in SORTED[visible, kind]:
        for asked in (True, False) if visible is None else (visible,):
            error = wire("https://a.example").sort(Answer(status), visible=asked, now=NOW)
            assert type(error) is kind, status
            assert isinstance(error, TryLater) is False or error.account is (status == 429)
    assert wire("https://a.example").sort(Answer(204), visible=True, now=NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Tue, 24 Nov 2026 02:01:00 GMT", "date": "Tue, 24 Nov 2026 02:00:00 GMT"}, 60),
        ({"retry-after": "Tue, 24 Nov 2026 05:01:00 GMT", "date": "Tue, 24 Nov 2026 05:00:00 GMT"}, 60),
        ({"x-rate-limit-reset": "1795485900", "date": "Tue, 24 Nov 2026 02:00:00 GMT"}, 300),
        ({"x-rate-limit-reset": "1795485900"}, 300),
        ({"x-ratelimit-reset": "2026-11-24T02:03:20.123456Z"}, 200.123456),
        ({"ratelimit-reset": "30"}, 30),
        ({"retry-after": "5", "x-rate-limit-reset": "1795485900"}, 5),
        ({"retry-after": "Tue, 24 Nov 2026 01:00:00 GMT"}, 0),
        ({"retry-after": "99999999"}, http.LONGEST_WAIT),
        ({"retry-after": "soon", "x-rate-limit-reset": ""}, None),
        ({}, None),
    ],
)
def test_every_way_to_ask_for_a_wait(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, HTTP date, epoch and ISO date, measured by the server's clock, never negative, never for ever."""
    assert http.wait(headers, NOW) == (pytest.approx(seconds) if seconds is not None else None)


@given(st.dictionaries(st.sampled_from(["retry-after", "x-rate-limit-reset", "date"]), st.text(max_size=40)))
def test_no_header_breaks_the_wait(headers: dict[str, str]) -> None:
    """Whatever a server writes there, the wait is a number in bounds or unknown."""
    waited = http.wait(headers, NOW)
    assert waited is None or 0 <= waited <= http.LONGEST_WAIT


@given(st.datetimes(datetime(2001, 9, 10), datetime(2200, 1, 1)), st.integers(0, 20_000))  # noqa: DTZ001 - given UTC below
def test_a_wrong_clock_here_does_not_matter(server: datetime, seconds: int) -> None:
    """With the server's Date the wait is the same whatever our clock says."""
    at = server.replace(tzinfo=UTC, microsecond=0)
    headers = {
        "date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-rate-limit-reset": str(int((at + timedelta(seconds=seconds)).timestamp())),
    }
    assert http.wait(headers, NOW) == seconds


def test_importing_it_is_cheap() -> None:
    """requests and tweepy are loaded with the first request, not with the command line."""
    code = "import sys, publisher.http, publisher.channels; print({'requests', 'tweepy', 'jinja2'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
