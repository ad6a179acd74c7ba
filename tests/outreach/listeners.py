"""Who is told: a WebSub hub and a subscriber after the W3C Recommendation, and an IndexNow that refuses what the
real one refuses. All on loopback, none of it knows the publisher's code."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from xml.etree import ElementTree

from tests.loopback import Listener

FORM = "application/x-www-form-urlencoded"
TYPES = {".xml": "application/xml", ".json": "application/feed+json", ".html": "text/html", ".txt": "text/plain"}
ATOM = "{http://www.w3.org/2005/Atom}link"


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def ask(
    url: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One request; status 0 when nobody answers."""
    request = Request(url, data=body, headers=headers or {})
    try:
        with build_opener(_NoRedirect).open(request, timeout=10) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except HTTPError as fault:
        with fault:
            return fault.code, {k.lower(): v for k, v in fault.headers.items()}, fault.read()
    except (URLError, OSError):
        return 0, {}, b""


class Server:
    """A server on a free port whose requests go to ``do``: method, path, headers and body to status, headers, body."""

    def __init__(self) -> None:
        own = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {k.lower(): v for k, v in self.headers.items()}
                status, more, data = own.do(self.command, self.path, headers, body)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                self.do_POST()

        self._listener = Listener(Handler)
        self.url = self._listener.url

    def do(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError

    def close(self) -> None:
        self._listener.close()


class Site(Server):
    """Serves a folder; ``asked`` are the paths that were opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        super().__init__()

    def do(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        file = self.folder / unquote(path).lstrip("/")
        file = file / "index.html" if path.endswith("/") else file
        if not file.is_file():
            return 404, {}, b"404"
        return 200, {"content-type": TYPES.get(file.suffix, "application/octet-stream")}, file.read_bytes()


def links(raw: bytes) -> dict[str, str]:
    """Hub and own address as a feed states them (w3.org/TR/websub/#discovery)."""
    if raw.lstrip().startswith(b"{"):
        feed = json.loads(raw)
        return {"self": feed["feed_url"], "hub": feed["hubs"][0]["url"]}
    root = ElementTree.fromstring(raw)
    head = root.find("channel") if root.tag == "rss" else root
    assert head is not None
    return {str(e.get("rel")): str(e.get("href")) for e in head.iterfind(ATOM)}


class Hub(Server):
    """A hub. ``allows`` is how many topics one ping may name; ``says`` is what it answers instead, while set.

    w3.org/TR/websub: section 5.1 (subscription request), 5.3 (verification of intent), 7 (distribution),
    7.1 (X-Hub-Signature). The ping is the one of PubSubHubbub Core 0.3, section 7.1: W3C leaves it to hubs.
    """

    def __init__(self, allows: int = 1) -> None:
        self.allows = allows
        self.says: tuple[int, dict[str, str]] | None = None
        self.pings: list[list[str]] = []
        self.refused: list[str] = []
        self.subscriptions: dict[tuple[str, str], str] = {}
        super().__init__()

    def do(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.says:
            return *self.says, b""
        if method != "POST" or headers.get("content-type", "").split(";")[0] != FORM:
            return self._refuse("not a form")
        form = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True)
        mode = form.get("hub.mode")
        if mode == ["publish"]:
            return self._publish(form)
        if mode == ["subscribe"]:
            return self._subscribe(form)
        return self._refuse("no mode")

    def _refuse(self, why: str) -> tuple[int, dict[str, str], bytes]:
        self.refused.append(why)
        return 400, {"content-type": "text/plain"}, why.encode()

    def _publish(self, form: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        topics = form.get("hub.url", [])
        if set(form) != {"hub.mode", "hub.url"} or not 1 <= len(topics) <= self.allows:
            return self._refuse(f"{sorted(form)} {topics}")
        fetched = []
        for topic in topics:
            status, headers, content = ask(topic)
            if status != 200 or links(content) != {**links(content), "self": topic, "hub": f"{self.url}/hub"}:
                return self._refuse(f"{topic} is no topic of this hub ({status})")
            fetched.append((topic, headers["content-type"], content))
        self.pings.append(topics)
        for topic, kind, content in fetched:
            self._distribute(topic, kind, content)
        return 204, {}, b""

    def _subscribe(self, form: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        callback, topic, secret = (form.get(f"hub.{name}", [""])[0] for name in ("callback", "topic", "secret"))
        if not callback or not topic or len(secret.encode()) >= 200:
            return self._refuse("no subscription")
        threading.Thread(target=self._verify, args=(callback, topic, secret)).start()
        return 202, {}, b""

    def _verify(self, callback: str, topic: str, secret: str) -> None:
        challenge = secrets.token_hex(16)
        asked = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": challenge, "hub.lease_seconds": "3600"}
        status, _, echo = ask(f"{callback}{'&' if urlsplit(callback).query else '?'}{urlencode(asked)}")
        if 200 <= status < 300 and echo == challenge.encode():
            self.subscriptions[topic, callback] = secret

    def _distribute(self, topic: str, kind: str, content: bytes) -> None:
        for (subscribed, callback), secret in list(self.subscriptions.items()):
            if subscribed == topic:
                signature = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
                link = f'<{self.url}/hub>; rel="hub", <{topic}>; rel="self"'
                sent = {"Content-Type": kind, "Link": link, "X-Hub-Signature": f"sha256={signature}"}
                ask(callback, content, sent)


class Subscriber(Server):
    """Follows one feed: discovers its hub, subscribes with a secret, confirms what it asked for, and keeps what is
    signed rightly."""

    def __init__(self, feed: str) -> None:
        self.secret = secrets.token_hex(16)
        self.got: list[bytes] = []
        self.confirmed = False
        found = links(ask(feed)[2])
        self.topic, self.hub = found["self"], found["hub"]
        super().__init__()

    def subscribe(self) -> int:
        form = {
            "hub.mode": "subscribe",
            "hub.topic": self.topic,
            "hub.callback": f"{self.url}/callback?id=1",
            "hub.secret": self.secret,
        }
        return ask(self.hub, urlencode(form).encode(), {"Content-Type": FORM})[0]

    def do(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        query = parse_qs(urlsplit(path).query)
        if method == "GET":
            if query.get("hub.mode") != ["subscribe"] or query.get("hub.topic") != [self.topic]:
                return 404, {}, b""
            self.confirmed = True
            return 200, {"content-type": "text/plain"}, query["hub.challenge"][0].encode()
        signature = "sha256=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        named = f'<{self.topic}>; rel="self"' in headers.get("link", "")
        if named and hmac.compare_digest(signature, headers.get("x-hub-signature", "")):
            self.got.append(body)
        return 204, {}, b""


class IndexNow(Server):
    """The rules of indexnow.org/documentation, with the answer that its table gives for each.

    200 taken · 400 "invalid format" · 403 "key not valid (e.g. key not found, file found but key not in the file)" ·
    422 "URLs which don't belong to the host or the key is not matching the schema in the protocol" · 429.
    ``says`` is what it answers instead, while set.
    """

    def __init__(self) -> None:
        self.says: tuple[int, dict[str, str]] | None = None
        self.lists: list[list[str]] = []
        self.answers: list[int] = []
        super().__init__()

    def do(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        status, more = self.says or (self._judge(method, headers, body), {})
        self.answers.append(status)
        return status, more, b""

    def _judge(self, method: str, headers: dict[str, str], body: bytes) -> int:
        # "Submitting set of URLs": "issue a POST request … Content-Type: application/json; charset=utf-8"
        if method != "POST" or headers.get("content-type", "").replace(" ", "").lower() != (
            "application/json;charset=utf-8"
        ):
            return 400
        try:
            data = json.loads(body)
            host, key, location, urls = data["host"], data["key"], data["keyLocation"], data["urlList"]
        except (ValueError, KeyError, TypeError):
            return 400
        # "You can submit up to 10,000 URLs per post"
        if set(data) != {"host", "key", "keyLocation", "urlList"} or not 1 <= len(urls) <= 10_000:
            return 400
        # "URL-escaped and encoded", RFC 3986
        if not all(isinstance(u, str) and re.fullmatch(r"[!#$%&'()*+,./:;=?@\[\]~\w-]+", u, re.ASCII) for u in urls):
            return 400
        # "a minimum of 8 and a maximum of 128 hexadecimal characters … a-z, A-Z, 0-9 and dashes"
        if not re.fullmatch(r"[A-Za-z0-9-]{8,128}", key):
            return 422
        if any(urlsplit(u).netloc != host for u in (*urls, location)):
            return 422
        # option 2: the location of the key file limits the addresses to what is below its folder
        if not all(u.startswith(location.rpartition("/")[0] + "/") for u in urls):
            return 422
        # option 1: "a UTF-8 encoded text key file, listing the key in the file"
        found, _, text = ask(location)
        if found != 200 or text.decode("utf-8-sig", "replace").strip() != key:
            return 403
        self.lists.append(urls)
        return 200
