"""Mastodon and what speaks its API: text, link, a described picture; edits and withdrawals follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing
from publisher.channels._own import LOOK_BACK, is_ours
from publisher.channels._pictures import picture
from publisher.channels._words import Wording, excess, word
from publisher.errors import OutcomeUnknown, Refused, TryLater
from publisher.http import Bounds
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Media, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section

# docs.joinmastodon.org/user/posting: 500 characters, every link counts as 23; an instance may allow more.
# Pictures 16 MB and 4 a post (api/v2/instance, configuration.media_attachments); alt text 1,500 (unverified).
LIMITS = Limits(
    characters=500,
    measure=text.fediverse,
    link_counts_as=23,
    pictures=4,
    picture_bytes=16 * 1024 * 1024,
    alt_characters=1500,
)
SECRETS = ("token",)
PAGE = 40
PAGES = 50
POLLS = 20
PAUSE = 2.0


class Options(Section):
    """Keys of office.toml that only Mastodon knows; ``characters`` is what the instance allows."""

    server: str
    visibility: Literal["public", "unlisted"] = "public"
    characters: int = Field(default=LIMITS.characters, ge=200, le=100_000)

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(value))
        if not secure or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError(msg("write the server's address, such as https://mastodon.social"))
        return f"{parts.scheme}://{parts.netloc}"


class Channel:
    """One account on one instance. The same Idempotency-Key gives the same post for an hour (mastodon/mastodon,
    app/services/post_status_service.rb); a delivery that may be out is looked for in the own timeline first."""

    real = True
    once = Once.KEY

    def __init__(self, setup: Setup, options: Options, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self.limits = replace(LIMITS, characters=options.characters)
        self._visibility = options.visibility
        self._wire = setup.wire(options.server)
        self._uploads = setup.wire(options.server, bounds=Bounds(read=60, whole=120))
        self._access = {"Authorization": f"Bearer {setup.secrets['token']}"}
        self._wording = Wording.of(setup, self.limits)
        self._pause = pause

    def compose(self, record: Record) -> Post:
        """Text with link, the card described, language and visibility."""
        return replace(word(record, self._wording), extra=(("visibility", self._visibility),))

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Uploads the pictures and waits until the instance has worked on them."""
        ready: dict[str, str] = {}
        for media in post.media:
            renew()
            known = done.get(media.path, "")
            ready[media.path] = known if known and self._is_waiting(known) else self._upload(media, site, renew)
        return ready

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible; the same key again within the hour gives the same post."""
        body = {**self._body(post, media), "visibility": dict(post.extra).get("visibility", "public")}
        headers = {**self._access, "Idempotency-Key": quote(key, safe="/:")}
        answer = self._wire.ask("POST", "/api/v1/statuses", visible=True, headers=headers, json=body)
        receipt = _receipt(answer.json())
        if receipt is None:
            raise self._wire.garbled("the new post has no id", visible=True)
        return receipt

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post in the own timeline, by our link, else by its words."""
        for status in self._timeline(since - LOOK_BACK):
            shown = _Shown.read(str(status.get("content", "")))
            receipt = _receipt(status)
            if receipt and receipt.at and is_ours(post, since, said=shown.said, links=shown.links, at=receipt.at):
                return receipt
        return None

    def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Replaces text and picture; the instance keeps the history."""
        path = f"/api/v1/statuses/{quote(remote_id, safe='')}"
        answer = self._wire.ask("PUT", path, allow=(404,), headers=self._access, json=self._body(post, media))
        if answer.status == 404:
            raise Refused(msg("The post is no longer at {channel}.", channel=self.name), detail=f"HTTP 404 {remote_id}")
        receipt = _receipt(answer.json())
        if receipt is None:
            raise self._wire.garbled("the changed post has no id", visible=False)
        return receipt

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        path = f"/api/v1/statuses/{quote(remote_id, safe='')}"
        self._wire.ask("DELETE", path, allow=(404,), headers=self._access)

    def check(self) -> Iterator[Standing]:
        """Which account it is, and whether the instance takes posts as long as ours."""
        answer = self._wire.ask("GET", "/api/v1/accounts/verify_credentials", headers=self._access)
        data = answer.json()
        name = str(data.get("acct") or data.get("username") or "") if isinstance(data, dict) else ""
        yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=f"@{name}"))
        data = self._wire.ask("GET", "/api/v2/instance", headers=self._access).json()
        try:
            most = int(data["configuration"]["statuses"]["max_characters"])
        except (KeyError, TypeError, ValueError):  # what speaks only part of the API does not say
            return
        if most < self.limits.characters:
            yield Standing(
                "fault", msg("{channel} takes {count} characters at the most.", channel=self.name, count=most)
            )

    def _body(self, post: Post, media: Mapping[str, str]) -> dict[str, Any]:
        return {"status": post.text, "media_ids": [media[m.path] for m in post.media], "language": post.lang}

    def _upload(self, media: Media, site: Path, renew: Renew) -> str:
        content = picture(site, media, limits=self.limits, channel=self.name)
        files = {"file": (Path(media.path).name, content, media.type)}
        answer = self._uploads.ask(
            "POST", "/api/v2/media", headers=self._access, files=files, data={"description": media.alt}
        )
        receipt = _receipt(answer.json())
        if receipt is None:
            raise self._wire.garbled("the picture has no id", visible=False)
        if answer.status == 202:
            self._await(receipt.remote_id, renew)
        return receipt.remote_id

    def _await(self, id: str, renew: Renew) -> None:
        """Waits until the instance has worked on an upload that it took with 202."""
        for _ in range(POLLS):
            renew()
            if self._media_status(id) == 200:
                return
            self._pause(PAUSE)
        raise TryLater(msg("{channel} is still working on the picture.", channel=self.name), after=60.0)

    def _is_waiting(self, id: str) -> bool:
        """Whether an earlier upload still waits for its post: unused ones are thrown away after some hours."""
        return self._media_status(id) == 200

    def _media_status(self, id: str) -> int:
        """206 while it is worked on, 404 when it is unknown or belongs to a post already."""
        path = f"/api/v1/media/{quote(id, safe='')}"
        return self._wire.ask("GET", path, allow=(404,), headers=self._access).status

    def _timeline(self, until: datetime) -> Iterator[dict[str, Any]]:
        """The account's own posts from the newest back to ``until``."""
        account = quote(self._me(), safe="")
        params: dict[str, str | int] = {"exclude_reblogs": "true", "limit": PAGE}
        for _ in range(PAGES):
            page = self._page(account, params)
            yield from page
            oldest = _at(page[-1]) if page else None
            if not page or (oldest and oldest < until):
                return
            params["max_id"] = str(page[-1].get("id", ""))
        raise OutcomeUnknown(msg("{channel} has too many newer posts to look through.", channel=self.name))

    def _me(self) -> str:
        answer = self._wire.ask("GET", "/api/v1/accounts/verify_credentials", headers=self._access)
        account = _receipt(answer.json())
        if account is None:
            raise self._wire.garbled("the account has no id", visible=False)
        return account.remote_id

    def _page(self, account: str, params: Mapping[str, str | int]) -> list[dict[str, Any]]:
        path = f"/api/v1/accounts/{account}/statuses"
        data = self._wire.ask("GET", path, headers=self._access, params=params).json()
        if not isinstance(data, list) or not all(isinstance(s, dict) for s in data):
            raise self._wire.garbled("the timeline is no list of posts", visible=False)
        return data


def _receipt(status: object) -> Receipt | None:
    """The receipt in what the API says of a post, None when it names none."""
    if not isinstance(status, dict) or not status.get("id"):
        return None
    return Receipt(str(status["id"]), str(status.get("url") or status.get("uri") or ""), _at(status))


def _at(status: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(status.get("created_at")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


class _Shown(HTMLParser):
    """What a follower reads of a post's HTML, and where its links really lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said = ""
        self.links: list[str] = []

    @classmethod
    def read(cls, content: str) -> _Shown:
        """The words and links of ``content``."""
        shown = cls()
        shown.feed(content)
        shown.close()
        return shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        self.said += data
