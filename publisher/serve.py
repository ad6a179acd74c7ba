"""Two small web servers: the live site of the embedded default, and the editor's preview.

``site`` serves a deployed folder at the site's own address. ``preview`` serves the preview folder on this
machine only, builds it anew when a file changes, and has the open pages load themselves again.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from watchfiles import DefaultFilter, watch

from publisher.article import Finding
from publisher.build.headers import SECURITY
from publisher.errors import KentonganError, MachineFault
from publisher.messages import Message, msg
from publisher.mime import content_type
from publisher.settings import is_loopback

Say = Callable[[Message], None]
# builds the preview for the address that it is given, ``again`` after a change, and gives back what there is to tell
# the editor
Build = Callable[[str, bool], Sequence[Finding] | None]

PREVIEW_PORT = 8001
TRIES = 20
LOOPBACK = "127.0.0.1"
# what deploy keeps on a target; the list also names hidden pages
PRIVATE = frozenset({"kentongan-files.json"})
OURS = "/_kentongan/"
HEARTBEAT = 15.0
NOTHING = b"<!doctype html><title>404</title><p>404</p>"
SCRIPT = """\
(() => {
  const since = new URL(document.currentScript.src).searchParams.get("since");
  let source = null;
  const follow = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource("/_kentongan/reload?since=" + since);
      source.onmessage = () => location.reload();
    }
  };
  document.addEventListener("visibilitychange", follow);
  follow();
})();
"""


class Server(ThreadingHTTPServer):
    """A server whose port is its own: a second one on it is refused, on Windows too."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let two servers share a port
    allow_reuse_port = False

    def __init__(self, host: str, port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)

    def server_bind(self) -> None:
        """Without http.server's question to the name service, which can take its time."""
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif self.allow_reuse_address:  # else a run right after another finds its port still cooling down
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who hangs up is no error."""


class Pages(BaseHTTPRequestHandler):
    """Answers with the files of a folder below the path ``at``; nothing outside it, and no listings."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def __init__(self, *args: Any, folder: Path, at: str = "", **kwargs: Any) -> None:
        self._folder = folder
        self._at = at
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """The file, the folder's index.html, or the site's own page for what is not there."""
        path = self._path()
        found = None if path is None else find(self._folder, path)
        if path is None or found is None:
            self._answer_missing()
        elif self._lacks_slash(path, found):
            self._redirect(path)
        else:
            self._answer_file(found)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self.do_GET()

    def version_string(self) -> str:
        """Says no more than our name."""
        return "kentongan"

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal belongs to the run."""

    def _asked(self) -> str:
        """The path of the address, with one slash before it whatever was sent."""
        return "/" + urlsplit("//h/" + self.path.lstrip("/")).path.lstrip("/")

    def _path(self) -> str | None:
        """What is asked for below the site's root, None when that is not ours."""
        asked = self._asked()
        if asked in ("/", self._at):
            return ""
        if not asked.startswith(self._at + "/"):
            return None
        try:
            return unquote(asked.removeprefix(self._at + "/"), errors="strict")
        except UnicodeDecodeError:
            return None

    def _lacks_slash(self, path: str, found: Path) -> bool:
        """Whether relative links of the page would lead astray, since the address has no closing slash."""
        if not path:
            return self._asked() != self._at + "/"
        return found.name == "index.html" and not path.endswith(("/", "index.html"))

    def _redirect(self, path: str) -> None:
        below = "/".join(p for p in path.split("/") if p)
        self._begin(HTTPStatus.MOVED_PERMANENTLY, content_type(".txt"), 0)
        self.send_header("Location", f"{self._at}/{quote(below)}{'/' if below else ''}")
        self.end_headers()

    def _answer_missing(self) -> None:
        page = self._folder / "404.html"
        body = page.read_bytes() if page.is_file() else NOTHING
        self._answer(HTTPStatus.NOT_FOUND, content_type("404.html"), self._prepared(body))

    def _answer_file(self, path: Path) -> None:
        state = path.stat()
        tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        if self._may_keep() and tag in self.headers.get("If-None-Match", ""):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        kind = content_type(path.name)
        body = path.read_bytes()
        if kind.startswith("text/html"):
            body = self._prepared(body)
        self._answer(HTTPStatus.OK, kind, body, tag=tag, modified=state.st_mtime)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, *, tag: str = "", modified: float = 0) -> None:
        self._begin(status, kind, len(body))
        if tag and self._may_keep():
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", formatdate(modified, usegmt=True))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: HTTPStatus, kind: str, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        for name, value in SECURITY:  # what the real hosts are told to say, so that a fault shows here first
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache" if self._may_keep() else "no-store")

    def _may_keep(self) -> bool:
        """Whether a browser may keep the answer and ask whether it is still good."""
        return True

    def _prepared(self, html: bytes) -> bytes:
        """The page as it is sent."""
        return html


class Preview(Pages):
    """The same for the editor: only for this machine's own names, never kept, with the reload script."""

    def __init__(self, *args: Any, changes: Changes, **kwargs: Any) -> None:
        self._changes = changes
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """As for the site; a page of the net that gives itself a name for this machine gets nothing."""
        asked = urlsplit("//h/" + self.path.lstrip("/"))
        if not _is_own(self.headers.get("Host", "")):
            self._answer(HTTPStatus.FORBIDDEN, content_type(".txt"), b"403\n")
        elif asked.path == OURS + "reload.js":
            self._answer(HTTPStatus.OK, content_type("reload.js"), SCRIPT.encode())
        elif asked.path == OURS + "reload" and self.command == "GET":
            self._follow(asked.query.removeprefix("since="))
        else:
            super().do_GET()

    def _follow(self, since: str) -> None:
        """Server-sent events: one as soon as the preview is another than ``since``."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):  # the reader hung up
            while not self._changes.ended:
                if self._changes.await_other(since, HEARTBEAT):
                    self.wfile.write(b"data: reload\n\n")
                    return
                self.wfile.write(b": still here\n\n")

    def _may_keep(self) -> bool:
        return False

    def _prepared(self, html: bytes) -> bytes:
        script = f'<script src="{OURS}reload.js?since={self._changes.version}"></script>'.encode()
        before, end, after = html.rpartition(b"</body>")
        return before + script + end + after if end else html + script


class Changes:
    """Which build of the preview is the newest; pages wait here for the next."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)  # so that a page of an earlier run of the preview notices too
        self._count = 0
        self._turn = threading.Condition()
        self.ended = False

    @property
    def version(self) -> str:
        return f"{self._run}-{self._count}"

    def note(self) -> None:
        """There is a new build."""
        with self._turn:
            self._count += 1
            self._turn.notify_all()

    def end(self) -> None:
        """There will be no more."""
        with self._turn:
            self.ended = True
            self._turn.notify_all()

    def await_other(self, version: str, seconds: float) -> bool:
        """Whether, at once or within ``seconds``, the newest build is another than ``version``."""
        with self._turn:
            self._turn.wait_for(lambda: self.ended or self.version != version, seconds)
            return not self.ended and self.version != version


def find(folder: Path, path: str) -> Path | None:
    """The file for ``path`` below ``folder``, a folder's index.html; None when there is none for the public."""
    parts = [p for p in path.split("/") if p]
    strange = any(p in (".", "..") or "\\" in p or (":" in p and os.name == "nt") for p in parts)
    if strange or "/".join(parts) in PRIVATE:
        return None
    root = folder.resolve()
    try:
        found = root.joinpath(*parts).resolve()
        if found.is_dir():
            found = (found / "index.html").resolve()
        elif path.endswith("/"):
            return None
        return found if found.is_file() and found.is_relative_to(root) else None
    except (OSError, ValueError):  # a name that this system cannot have
        return None


@contextmanager
def site(folder: Path, host: str, port: int, at: str = "") -> Iterator[str]:
    """Serves ``folder`` while the block runs, below the path ``at``; gives the address.

    Raises MachineFault when the port is taken or cannot be opened.
    """
    try:
        server = Server(host, port, partial(Pages, folder=folder, at=at.rstrip("/")))
    except OSError as fault:
        raise _no_port(fault, host, port) from fault
    with _running(server):
        yield f"http://{_bracketed(host)}:{server.server_port}{at.rstrip('/')}/"


@contextmanager
def site_at(folder: Path, url: str) -> Iterator[str]:
    """Serves ``folder`` at the site's address ``url``, its host, port and path."""
    parts = urlsplit(url)
    with site(folder, parts.hostname or LOOPBACK, parts.port or 80, parts.path) as address:
        yield address


def _nothing() -> None:
    """Nothing is left to tidy."""


def preview(
    folder: Path,
    build: Build,
    watched: Sequence[Path],
    port: int = PREVIEW_PORT,
    say: Say | None = None,
    *,
    tidy: Callable[[], None] = _nothing,
    stop: threading.Event | None = None,
) -> None:
    """Serves ``folder`` on this machine until Ctrl-C (or ``stop``), and builds it anew on a change below ``watched``.

    ``build`` is given the address, which holds the port that was free. What goes wrong in a build is said, and
    the last good preview stays. ``tidy`` is called after each build, when the pages have heard of it.
    """
    tell = say or (lambda message: None)
    changes = Changes()
    server = _free_server(partial(Preview, folder=folder, changes=changes), port)
    address = f"http://{LOOPBACK}:{server.server_port}"
    stop = stop or threading.Event()
    with _running(server), suppress(KeyboardInterrupt):
        try:
            before = _state(watched)
            _rebuild(partial(build, address, False), tell)
            tidy()
            tell(msg("The preview is at {address}; it follows your changes. Ctrl-C ends it.", address=address))
            for _ in _changed(folder, watched, stop, before):
                if _rebuild(partial(build, address, True), tell):
                    changes.note()
                tidy()
        finally:
            changes.end()


def _changed(folder: Path, watched: Sequence[Path], stop: threading.Event, before: object) -> Iterator[object]:
    """Once for every bundle of changes, until ``stop``; also for what changed since ``before``, unwatched."""
    there = [p for p in watched if p.exists()]
    unseen = DefaultFilter(ignore_paths=[folder])
    ways: dict[str, Any] = {"watch_filter": unseen, "stop_event": stop, "yield_on_timeout": True}
    for changes in watch(*there, debounce=100, step=20, rust_timeout=500, **ways):
        if changes or (before is not None and _state(watched) != before):
            yield changes
        before = None


def _state(watched: Sequence[Path]) -> dict[str, tuple[int, int]]:
    """Size and time of every file below ``watched``."""
    files = (f for p in watched for f in ([p] if p.is_file() else p.rglob("*")))
    stats = ((str(f), f.stat()) for f in files if f.is_file())
    return {name: (s.st_mtime_ns, s.st_size) for name, s in stats}


def _rebuild(build: Callable[[], Sequence[Finding] | None], tell: Say) -> bool:
    """Whether the build went well; what it found, or what went wrong, is said."""
    try:
        findings = build() or ()
    except KentonganError as fault:
        tell(msg("The preview stays as it was. {where} {fault}", where=fault.where, fault=fault.message))
        return False
    except OSError as fault:
        tell(msg("The preview stays as it was. {where} {fault}", where=fault.filename or "", fault=str(fault)))
        return False
    for finding in findings:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        tell(msg("{place}: {message}", place=place, message=finding.message))
    return True


def _free_server(handler: Callable[..., BaseHTTPRequestHandler], port: int) -> Server:
    """A server on ``port`` or the next one that is free."""
    last = port + TRIES if port else 0
    while True:
        try:
            return Server(LOOPBACK, port, handler)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE or port >= last:
                raise _no_port(fault, LOOPBACK, port) from fault
            port += 1


def _is_own(host: str) -> bool:
    """Whether the Host that a browser names is this machine."""
    try:
        return is_loopback(f"http://{host}")
    except ValueError:
        return False


@contextmanager
def _running(server: Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _no_port(fault: OSError, host: str, port: int) -> MachineFault:
    if fault.errno == errno.EADDRINUSE:
        return MachineFault(
            msg(
                "Port {port} of {host} is taken by another program; stop that one, or give the site another address "
                "with --url, http://127.0.0.1:8010 for example.",
                port=port,
                host=host,
            )
        )
    return MachineFault(
        msg(
            "Port {port} of {host} cannot be opened on this computer ({detail}); give the site another address "
            "with --url.",
            port=port,
            host=host,
            detail=fault.strerror or str(fault),
        )
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
