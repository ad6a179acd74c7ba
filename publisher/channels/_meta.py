"""Meta's Graph API as Facebook, Instagram and Threads speak it: one way to ask, one set of errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from publisher.channels import Setup, Standing
from publisher.channels._renewal import Renewal
from publisher.errors import ChannelError, Duplicate, Held, OutcomeUnknown, Refused, TryLater
from publisher.http import LONGEST_WAIT, Answer
from publisher.messages import Message, msg
from publisher.settings import is_loopback

# developers.facebook.com/docs/graph-api/overview/rate-limiting: 4, 17, 32, 613, 80001 to 80014; 9 with
# instagram-platform/reference/error-codes: the posts of a day are used up.
LIMITED = frozenset({4, 9, 17, 32, 613, *range(80001, 80015)})
# docs/graph-api/guides/error-handling: a token that has ended or was taken back.
DEAD = frozenset({102, 190})
# The same page: a right or a role is missing; 25 with Instagram's error codes: the account is restricted.
NOT_ALLOWED = frozenset({3, 10, 25, *range(200, 300)})
# Codes or subcodes for what was posted already, or is blocked for looking like it.
DUPLICATE = frozenset({368, 506, 1366051})
# Faults of theirs, after which a post may be out (arsduo/koala#699). 9004: our picture could not be fetched;
# 9007: the container is not ready, or no longer there to be shown.
UNCLEAR = frozenset({-2, -1, 1, 2, 9004, 9007})
# The thing asked for is not there (code, subcode): any object; an Instagram container.
MISSING = ((100, 33), (24, 2207006))
# developers.facebook.com/docs/graph-api/changelog: a version lives for about two years.
VERSION = "v25.0"
# What ``prepare`` made, beside the media; no picture has such a path.
MADE = "*made"
USAGE = "x-business-use-case-usage"
PAGE = 100
PAGES = 50


class Gone(Refused):
    """What was asked for is not there, or not any more."""


def stand_in(value: str, network: str) -> str:
    """A server for trials, "" for the real one. Raises ValueError when it is not on this machine."""
    if value and not is_loopback(value):
        raise ValueError(msg("only a server on this machine may stand in for {network}", network=network))
    return value.rstrip("/")


class Graph:
    """One account's way into the API at ``server``; its token goes where Meta's documents put it. ``grant`` is
    the way by which the token renews itself, "" where it cannot or need not."""

    def __init__(self, setup: Setup, server: str, version: str = VERSION, *, grant: str = "") -> None:
        self.channel = setup.name
        self._version = version
        self._grant = grant
        self._renewal = Renewal(name=setup.name, state=setup.state, given=setup.secrets["token"])
        self._wire = setup.wire(server, judge=self._judge)

    def ask(self, method: str, path: str, fields: Mapping[str, str], *, visible: bool = False) -> dict[str, Any]:
        """What the API says of ``path``. Raises Gone when that is not there, unless a post may be out."""
        token = self._renewal.token() if self._grant else self._renewal.given
        given = {**fields, "access_token": token}
        place = f"/{self._version}/{quote(path)}"
        wire = replace(self._wire, secrets=(*self._wire.secrets, token))
        answer = (
            wire.ask(method, place, visible=visible, data=given)
            if method == "POST"
            else wire.ask(method, place, params=given)
        )
        data = answer.json()
        if not isinstance(data, dict):
            raise self.garbled("no object", visible=visible)
        return data

    def renew(self) -> None:
        """Renews the token when it is time."""
        if self._grant:
            self._renewal.renew(self._renewed)

    def keep(self) -> datetime | None:
        """Renews the token when it is time; when it ends, as far as that is known here."""
        self.renew()
        return self._renewal.ends() if self._grant else None

    def _renewed(self, token: str) -> str:
        wire = replace(self._wire, secrets=(*self._wire.secrets, token))
        given = {"grant_type": self._grant, "access_token": token}
        data = wire.ask("GET", "/refresh_access_token", params=given).json()
        return str(data.get("access_token") or "") if isinstance(data, dict) else ""

    def make(self, path: str, fields: Mapping[str, str], *, visible: bool = False) -> str:
        """The id of what a POST to ``path`` makes."""
        try:
            made = self.ask("POST", path, fields, visible=visible)
        except Gone as fault:
            raise Held(unknown_account(self.channel), detail=fault.detail) from fault
        if not made.get("id"):
            raise self.garbled("what was made has no id", visible=visible)
        return str(made["id"])

    def look(self, id: str, fields: str) -> dict[str, Any]:
        """``fields`` of one thing, {} when it is not there."""
        try:
            return self.ask("GET", id, {"fields": fields})
        except Gone:
            return {}

    def delete(self, id: str) -> None:
        """Takes ``id`` away; what is gone already is well."""
        try:
            self.ask("DELETE", id, {})
        except Gone:
            return

    def listed(self, path: str, *, fields: str, time: str, until: datetime) -> Iterator[dict[str, Any]]:
        """What stands at ``path`` from the newest back to ``until``; ``time`` is the field with its time."""
        asked = {"fields": fields, "limit": str(PAGE)}
        for _ in range(PAGES):
            page = self.ask("GET", path, asked)
            data, paging = page.get("data"), page.get("paging") or {}
            if not isinstance(data, list) or not all(isinstance(d, dict) for d in data) or not isinstance(paging, dict):
                raise self.garbled("the timeline is no list of posts", visible=False)
            yield from data
            oldest = moment(data[-1].get(time)) if data else None
            cursors = paging.get("cursors")
            after = cursors.get("after") if isinstance(cursors, dict) else None
            if not data or not paging.get("next") or not after or (oldest and oldest < until):
                return
            asked["after"] = str(after)
        raise OutcomeUnknown(msg("{channel} has too many newer posts to look through.", channel=self.channel))

    def owner(self, names: str = "id,name") -> tuple[str, str]:
        """Number and name of whoever the token belongs to."""
        me = self.ask("GET", "me", {"fields": names})
        return str(me.get("id", "")), str(me.get("name") or me.get("username", ""))

    def ends(self) -> Iterator[Standing]:
        """When the token ends, if it ends and Meta tells it to the token itself."""
        try:
            data = self.ask("GET", "debug_token", {"input_token": self._renewal.token()}).get("data")
        except (Refused, Held):
            return
        at = data.get("expires_at") if isinstance(data, dict) else None
        if isinstance(at, int) and at > 0:
            ends = datetime.fromtimestamp(at, UTC)
            yield Standing("ok", msg("the access key of {channel}", channel=self.channel), ends)

    def quota(self, path: str) -> Iterator[Standing]:
        """What is left of the posts of a day, which Meta counts."""
        data = self.ask("GET", path, {"fields": "quota_usage,config"}).get("data")
        quota = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
        used, config = quota.get("quota_usage"), quota.get("config")
        total = config.get("quota_total") if isinstance(config, dict) else None
        if isinstance(used, int) and isinstance(total, int):
            said = msg(
                "{channel}: {used} of {total} posts a day are used.", channel=self.channel, used=used, total=total
            )
            yield Standing("advice" if used >= total else "ok", said)

    def garbled(self, what: str, *, visible: bool) -> ChannelError:
        """The error for an answer that says it is well and cannot be read."""
        return self._wire.garbled(what, visible=visible)

    def _judge(self, answer: Answer, visible: bool) -> ChannelError | None:
        """Meta's own reading of an answer, by its codes; nearly all of them come with HTTP 400."""
        error = _error(answer)
        code, sub = _code(error, "code"), _code(error, "error_subcode")
        said = self._wire.said(answer)
        if code in LIMITED:
            return self._wire.limited(answer, regain(answer.headers))
        if code in DEAD:
            return Held(
                msg("{channel} no longer accepts the access key; make a new one and put it in.", channel=self.channel),
                detail=said,
            )
        if code in NOT_ALLOWED:
            return Held(
                msg(
                    "The access key for {channel} is of the wrong kind or lacks a permission; make a new one.",
                    channel=self.channel,
                ),
                detail=said,
            )
        if visible and DUPLICATE & {code, sub}:
            return Duplicate(
                msg(
                    "{channel} says that it has this post already, or does not say what is wrong.", channel=self.channel
                ),
                detail=said,
            )
        if (code, sub) in MISSING or answer.status == 404:
            return self._wire.unknown(said) if visible else Gone(self._refusal(said), detail=said)
        if code in UNCLEAR or DUPLICATE & {code, sub} or error.get("is_transient") is True:
            return self._unclear(said, visible)
        return None

    def _unclear(self, said: str, visible: bool) -> ChannelError:
        if visible:
            return self._wire.unknown(said)
        return TryLater(
            msg("{channel} has a fault of its own; it will be tried again.", channel=self.channel), detail=said
        )

    def _refusal(self, said: str) -> Message:
        return msg("{channel} refuses this post: {reason}", channel=self.channel, reason=said)


def regain(headers: Mapping[str, str]) -> float | None:
    """The seconds until the account may post again, None when Meta does not say. It counts in minutes,
    by business and use (docs/graph-api/overview/rate-limiting)."""
    try:
        uses = [use for business in json.loads(headers.get(USAGE, "{}")).values() for use in business]
        minutes = max((float(use["estimated_time_to_regain_access"]) for use in uses), default=0.0)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return min(minutes * 60, LONGEST_WAIT) if minutes > 0 else None


def connected(channel: str, name: str) -> Message:
    """What is said of a token that is right."""
    return msg("{channel} is connected as {name}.", channel=channel, name=name)


def unknown_account(channel: str) -> Message:
    """What is said of a number that the token cannot reach."""
    return msg("{channel} does not know the account in office.toml; check its number.", channel=channel)


def wrong_owner(channel: str, name: str) -> Message:
    """What is said of a token that is somebody else's."""
    return msg(
        "The access key of {channel} belongs to {name}, not to the account in office.toml; make the right one.",
        channel=channel,
        name=name,
    )


def moment(value: object) -> datetime | None:
    """A time of the API, None when it is none."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _error(answer: Answer) -> dict[str, Any]:
    data = answer.json()
    error = data.get("error") if isinstance(data, dict) else None
    return error if isinstance(error, dict) else {}


def _code(error: Mapping[str, Any], name: str) -> int:
    value = error.get(name)
    return value if isinstance(value, int) else 0
