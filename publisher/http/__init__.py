"""The one way out: a time limit on everything, no redirect followed, every answer sorted into our errors.

A channel asks through a ``Wire``; tweepy asks through the session that a Wire gives it. Importing this
is cheap: requests is loaded with the first request (``_adapter``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from publisher import __version__
from publisher.errors import ChannelError, Held, OutcomeUnknown, Refused, TryLater
from publisher.messages import Message, msg

if TYPE_CHECKING:
    import requests

AGENT = f"Kentongan/{__version__}"
# An account is never left waiting longer than this on one answer's word; then it is asked again.
LONGEST_WAIT = 6 * 3600.0
READS = ("GET", "HEAD")
HIDDEN = "•••"
LOCATION = "x-kentongan-location"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many seconds one request may take (connecting, each silence, all of it) and how many bytes
    of the answer are read. ``whole`` must stay well under the ledger's lease."""

    connect: float = 5.0
    read: float = 15.0
    whole: float = 30.0
    body: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case; ``cut`` is true when the body was longer than allowed."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    cut: bool = False

    def json(self) -> Any:
        """The body as JSON, None when it is not JSON or not whole."""
        if self.cut:
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


Judge = Callable[[Answer, bool], ChannelError | None]
_LOOK: ContextVar[Callable[[], None] | None] = ContextVar("_LOOK", default=None)


def no_opinion(answer: Answer, visible: bool) -> ChannelError | None:
    """The judge of a network whose answers mean what HTTP says they mean."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One account's way to its network.

    ``base`` is scheme and host of the network, ``secrets`` what no error may show, ``judge`` the network's own
    reading of an answer, asked before HTTP's. ``barred`` is why nothing may be sent now, None when it may.
    """

    channel: str
    base: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    judge: Judge = field(default=no_opinion, repr=False)
    barred: Message | None = None
    bounds: Bounds = Bounds()

    def ask(
        self,
        method: str,
        path: str,
        *,
        visible: bool = False,
        allow: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        """One request to ``path`` and its answer, if it is a 2xx or in ``allow``; else a ChannelError.

        ``visible`` marks the request that makes a new post: one that got no clear answer is then an
        OutcomeUnknown. ``body`` is what requests takes: json, data, files, params.
        """
        with self.session(visible=visible, allow=allow) as session:
            session.auth = _no_netrc
            response = session.request(
                method, self.base + path, headers=dict(headers or {}), allow_redirects=False, **body
            )
            return _answer(response)

    def session(self, *, visible: bool = False, allow: Collection[int] = (), base: str = "") -> requests.Session:
        """A session whose every request passes this wire; ``base`` is where its user thinks to go."""
        import requests  # 0.2 s, and most commands send nothing

        from publisher.http._adapter import Adapter

        session = requests.Session()
        session.adapters.clear()
        session.mount(base or self.base, Adapter(self, visible=visible, allow=allow))
        return session

    def guard(self, method: str) -> None:
        """Raises Held for a request that changes something while the wire is barred."""
        if self.barred and method.upper() not in READS:
            raise Held(self.barred)

    def redact(self, text: str) -> str:
        """``text`` without this account's secrets, in one line, not longer than a message can bear."""
        for secret in self.secrets:
            for form in {secret, quote(secret, safe=""), quote(secret, safe=":"), json.dumps(secret)[1:-1]} - {""}:
                text = text.replace(form, HIDDEN)
        return " ".join(text.split())[:300]

    def sort(self, answer: Answer, *, visible: bool, now: datetime) -> ChannelError | None:
        """What ``answer`` means: None when it is well, else the error of whoever must act next."""
        if 200 <= answer.status < 300:
            return None
        return self.judge(answer, visible) or self._by_status(answer, visible, now)

    def silence(self, fault: Exception, *, visible: bool, left: bool) -> ChannelError:
        """What it means that no answer came; ``left`` tells whether the request may have got away."""
        detail = self.redact(f"{type(fault).__name__}: {fault}")
        if visible and left:
            return self.unknown(detail)
        return TryLater(
            msg("{channel} cannot be reached now; it will be tried again.", channel=self.channel), detail=detail
        )

    def garbled(self, what: str, *, visible: bool) -> ChannelError:
        """The error for an answer that says it is well and cannot be read."""
        if visible:
            return self.unknown(what)
        return TryLater(
            msg("{channel} gave an answer that cannot be read; it will be tried again.", channel=self.channel),
            detail=self.redact(what),
        )

    def unknown(self, detail: str) -> OutcomeUnknown:
        """The error for a post that may be out."""
        return OutcomeUnknown(
            msg("{channel} gave no clear answer; the post may be out.", channel=self.channel),
            detail=self.redact(detail),
        )

    def limited(self, answer: Answer, after: float | None) -> TryLater:
        """The error for a rate limit: everything sent to the account waits."""
        return TryLater(
            msg("{channel} asks us to wait before the next post.", channel=self.channel),
            after=after,
            account=True,
            detail=self.said(answer),
        )

    def said(self, answer: Answer) -> str:
        """Status and the network's own words, free of secrets."""
        return self.redact(f"HTTP {answer.status} {reason(answer)}")

    def _by_status(self, answer: Answer, visible: bool, now: datetime) -> ChannelError:
        status, name, detail = answer.status, self.channel, self.said(answer)
        if status == 429:
            return self.limited(answer, wait(answer.headers, now))
        if status == 401:
            return Held(
                msg("{channel} no longer accepts the access key; make a new one and put it in.", channel=name),
                detail=detail,
            )
        if status == 402:
            return Held(
                msg("The account at {channel} has no credit left; top it up or switch the channel off.", channel=name),
                detail=detail,
            )
        if status == 403:
            return Held(
                msg("{channel} does not let this account do that; check the account and its access key.", channel=name),
                detail=detail,
            )
        if status in (301, 307, 308, 404, 405):
            return Held(
                msg("{channel} is not found at this address; check the server in office.toml.", channel=name),
                detail=detail,
            )
        if status < 400 or status >= 500 or status in (408, 409):
            return self._unclear(answer, visible, now)
        return Refused(
            msg("{channel} refuses this post: {reason}", channel=name, reason=detail),
            detail=detail,
        )

    def _unclear(self, answer: Answer, visible: bool, now: datetime) -> ChannelError:
        """An answer that does not say whether it was done: a fault of theirs, a 302 or 303, a clash."""
        if visible:
            return self.unknown(self.said(answer))
        return TryLater(
            msg("{channel} has a fault of its own; it will be tried again.", channel=self.channel),
            after=wait(answer.headers, now),
            detail=self.said(answer),
        )


@contextmanager
def last_look(look: Callable[[], None]) -> Iterator[None]:
    """While this lasts ``look`` is called right before the first byte of each request that makes something visible,
    when the connection stands already; what it raises keeps the request in the house."""
    token = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(token)


def leaves() -> None:
    """Something visible is about to leave: raises what the last look says against it."""
    look = _LOOK.get()
    if look:
        look()


def get(url: str, *, bounds: Bounds = Bounds(read=10.0)) -> Answer:
    """The answer of ``url`` itself, whatever its status: no redirect is followed, no cache asked.

    Raises TryLater when nobody answers. The body ends at ``bounds.body``.
    """
    parts = urlsplit(url)
    wire = Wire(channel=parts.hostname or url, base=f"{parts.scheme}://{parts.netloc}", bounds=bounds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return wire.ask("GET", path, allow=range(100, 600), headers={"Cache-Control": "no-cache"})


def wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds the answer asks us to wait, None when it does not say.

    Understood: Retry-After in seconds or as a date, x-rate-limit-reset and its kin as an epoch, an ISO
    date or seconds. A moment is measured from the answer's own Date, so that a wrong clock here does not
    matter; ``now`` stands in when it has none.
    """
    clock = _moment(headers.get("date", "")) or now
    for name in ("retry-after", "x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset"):
        seconds = _seconds(headers.get(name, "").strip(), clock)
        if seconds is not None:
            return min(max(seconds, 0.0), LONGEST_WAIT)
    return None


def reason(answer: Answer) -> str:
    """The network's own words for what went wrong, "" when it gave none that we know how to find."""
    data = answer.json()
    if isinstance(data, dict) and isinstance(data.get("error"), dict):
        data = data["error"]
    if not isinstance(data, dict):
        return ""
    words = (
        data.get(key)
        for key in ("error_user_msg", "detail", "error_description", "message", "error", "description", "title")
    )
    return next((w for w in words if isinstance(w, str) and w), "")


def _seconds(text: str, clock: datetime) -> float | None:
    if re.fullmatch(r"\d{1,15}(\.\d*)?", text):
        number = float(text)
        return number - clock.timestamp() if number > 1e9 else number  # 1e9 s is 2001, or 31 years of waiting
    moment = _moment(text)
    return (moment - clock).total_seconds() if moment else None


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _answer(response: requests.Response) -> Answer:
    headers = {k.lower().replace(LOCATION, "location"): v for k, v in response.headers.items()}
    return Answer(response.status_code, headers, response.content, bool(getattr(response, "cut", False)))


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from putting a password of ~/.netrc in the place of our token."""
    return request
