"""The end of the wire in requests: guard, time limit, bounded answer, errors of ours and no others."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from publisher.http import AGENT, LOCATION, Answer, Wire, leaves

# These write addresses, signed headers or whole bodies into the log at the level of debugging.
LOUD = ("urllib3", "oauthlib", "requests_oauthlib", "tweepy.client")


class Watch:
    """One request's stopwatch: knows whether anything left, and cuts the connection when the time is up."""

    def __init__(self, seconds: float, *, visible: bool = False) -> None:
        self.left = False
        self.visible = visible
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._token = WATCH.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        WATCH.reset(self._token)

    def leaves(self, sock: socket.socket | None) -> None:
        """From here on the request may get away; before it, nothing can have."""
        self._socket = sock
        if self.visible and not self.left:
            leaves()
        self.left = True

    def _cut(self) -> None:
        if self._socket is not None:
            try:
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already


WATCH: ContextVar[Watch] = ContextVar("WATCH")


class PlainConnection(HTTPConnection):
    """A connection that tells the watch before its first byte leaves."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        WATCH.get().leaves(self.sock)
        super().send(data)


class SafeConnection(HTTPSConnection):
    """The same with TLS, where the certificate is verified first; what a proxy is told on the way is no request."""

    stands = False

    def connect(self) -> None:
        super().connect()
        self.stands = True

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if self.stands:
            WATCH.get().leaves(self.sock)
        super().send(data)


class PlainPool(HTTPConnectionPool):
    """Connections for http, which only a network on this machine may have."""

    ConnectionCls = PlainConnection


class SafePool(HTTPSConnectionPool):
    """Connections for https."""

    ConnectionCls = SafeConnection


class Adapter(HTTPAdapter):
    """Every request of one call; a new one for each, so that no stale connection is met."""

    def __init__(self, wire: Wire, *, visible: bool, allow: Collection[int]) -> None:
        super().__init__(max_retries=0)
        self.wire = wire
        self.visible = visible
        self.allow = allow
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SafePool}
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The whole answer, or a ChannelError; what requests would raise never gets out of here."""
        self.wire.guard(request.method or "GET")
        asked = urlsplit(request.url or "")
        target = urlsplit(self.wire.base)
        if (asked.scheme, asked.netloc) != (target.scheme, target.netloc):  # tweepy's host is fixed: signed, then sent
            request.url = urlunsplit((target.scheme, target.netloc, asked.path, asked.query, ""))
            proxies = {}
        request.headers["User-Agent"] = AGENT
        request.headers["Connection"] = "close"
        fault: Exception | None = None
        with Watch(self.wire.bounds.whole, visible=self.visible) as watch:
            try:
                bounds = (self.wire.bounds.connect, self.wire.bounds.read)
                response = super().send(request, True, bounds, verify, cert, proxies)
                self._read(response)
            except (requests.RequestException, HTTPError, OSError) as caught:
                fault = caught
        if fault is not None:  # outside of the except, so that no traceback drags an address with a token along
            raise self.wire.silence(fault, visible=self.visible, left=watch.left)
        return self._sorted(response)

    def _read(self, response: requests.Response) -> None:
        """Reads the body up to the limit, so that the session finds it read already."""
        body, limit = bytearray(), self.wire.bounds.body
        with response:
            for chunk in response.iter_content(65536):
                body += chunk
                if len(body) > limit:
                    break
        response._content = bytes(body[:limit])
        response._content_consumed = True  # type: ignore[attr-defined] # the stubs do not know it
        response.cut = len(body) > limit  # type: ignore[attr-defined] # ours, read back by http._answer

    def _sorted(self, response: requests.Response) -> requests.Response:
        headers = {k.lower(): v for k, v in response.headers.items()}
        answer = Answer(response.status_code, headers, response.content)
        error = None
        if answer.status not in self.allow:
            error = self.wire.sort(answer, visible=self.visible, now=datetime.now(UTC))
        if error is not None:
            raise error
        if "location" in response.headers:  # a session would look where it leads; nobody here wants to go there
            response.headers[LOCATION] = response.headers.pop("location")
        return response
