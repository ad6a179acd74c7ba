"""Bluesky and what speaks its protocol: text, the article as a card; its address keeps a post single for ever."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing
from publisher.channels._facets import facets
from publisher.channels._pictures import picture
from publisher.channels._sessions import Session, Sessions
from publisher.channels._shrink import shrunk
from publisher.channels._words import Wording, excess, word
from publisher.errors import ChannelError, Held
from publisher.http import Answer, Bounds, Wire
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section

# Lexicon app.bsky.feed.post: 300 graphemes and 3,000 bytes of UTF-8. The card's picture goes with
# app.bsky.embed.external, whose thumb has at most 1,000,000 bytes; a lone picture may have 2,000,000 and gets them too.
LIMITS = Limits(
    characters=300,
    measure=lambda t: max(text.graphemes(t), -(-text.size(t) // 10)),
    pictures=1,
    picture_bytes=1_000_000,
    alt_characters=2000,
)
SECRETS = ("app_password",)
COLLECTION = "app.bsky.feed.post"
# What may be read of a picture before it is made small.
READABLE = 40 * 1024 * 1024
# What ``prepare`` settles beside the pictures: the time that the post will carry at every try.
CREATED = "*created"
# atproto.com/specs/tid: 13 letters of base32, 53 bits of microseconds and 10 of a clock's id.
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = 1_672_531_200_000_000  # 2023 began: every address is in the past, and of our making
SPAN = 1 << 46  # two years of microseconds to choose from


class Options(Section):
    """Keys of office.toml that only Bluesky knows: ``handle`` is the account's name, ``server`` where it lives."""

    handle: str = Field(pattern=r"^@?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
    server: str = "https://bsky.social"

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(value))
        if not secure or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError(msg("write the server's address, such as https://bsky.social"))
        return f"{parts.scheme}://{parts.netloc}"


class Stale(Held):
    """The session is no longer good; a new one is."""


class Channel:
    """One account. A post's address is made of the delivery's key, so a repeat meets the post itself."""

    real = True
    once = Once.KEY
    limits = LIMITS

    def __init__(
        self, setup: Setup, options: Options, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self._wire = setup.wire(options.server, judge=self._judge)
        self._uploads = setup.wire(options.server, judge=self._judge, bounds=Bounds(read=60, whole=120))
        self._sessions = Sessions(
            wire=self._wire,
            handle=options.handle.removeprefix("@"),
            password=setup.secrets["app_password"],
            state=setup.state,
        )
        self._clock = clock
        self._wording = Wording.of(setup, LIMITS, apart=True)

    def compose(self, record: Record) -> Post:
        """Text, and what the card beside it says."""
        words = {"title": record.title, "description": record.summary}
        return replace(word(record, self._wording), extra=tuple((k, text.tidy(v)) for k, v in words.items()))

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Uploads the picture and settles the time. The same bytes again are the same upload to Bluesky, and
        one that no post uses is thrown away, so an earlier one is not relied on."""
        ready = {CREATED: done.get(CREATED) or self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        for media in post.media:
            renew()
            whole = picture(site, media, limits=replace(LIMITS, picture_bytes=READABLE), channel=self.name)
            content, kind = shrunk(whole, media.type, most=LIMITS.picture_bytes, path=media.path, channel=self.name)
            ready[media.path] = self._upload(content, kind)
        return ready

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Puts the post at its address; the same bytes again change nothing."""
        record = self._record(post, media)
        rkey = tid(key)

        def put(did: str) -> dict[str, Any]:
            return {**_place(did, rkey), "record": record}

        answer = self._ask("POST", "com.atproto.repo.putRecord", visible=True, json=put)
        receipt = _receipt(answer.json(), rkey, record["createdAt"])
        if receipt is None:
            raise self._wire.garbled("the new post has no address", visible=True)
        return receipt

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post at the address that ``key`` has, None when there is none: nobody else writes there."""
        rkey = tid(key)
        answer = self._ask("GET", "com.atproto.repo.getRecord", allow=(400,), params=lambda did: _place(did, rkey))
        data = answer.json()
        if answer.status == 400:
            if isinstance(data, dict) and data.get("error") == "RecordNotFound":
                return None
            raise self._wire.garbled(self._wire.said(answer), visible=False)
        value = data.get("value") if isinstance(data, dict) else None
        receipt = _receipt(data, rkey, str(value.get("createdAt", "")) if isinstance(value, dict) else "")
        if receipt is None:
            raise self._wire.garbled("the post has no address", visible=False)
        return receipt

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        rkey = remote_id.rsplit("/", 1)[-1]
        self._ask("POST", "com.atproto.repo.deleteRecord", json=lambda did: _place(did, rkey))

    def check(self) -> Iterator[Standing]:
        """Which account it is, and whether it may post."""
        data = self._ask("GET", "com.atproto.server.getSession").json()
        name = str(data.get("handle", "")) if isinstance(data, dict) else ""
        if isinstance(data, dict) and data.get("active") is False:
            yield Standing("fault", msg("The account at {channel} has been closed or suspended.", channel=self.name))
            return
        yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=f"@{name}"))

    def _record(self, post: Post, media: Mapping[str, str]) -> dict[str, Any]:
        """The post as the lexicon app.bsky.feed.post has it."""
        made: dict[str, Any] = {
            "$type": COLLECTION,
            "text": post.text,
            "createdAt": media[CREATED],
            "langs": [post.lang],
        }
        marks = facets(post.text)
        if marks:
            made["facets"] = marks
        embed = _embed(post, media)
        if embed:
            made["embed"] = embed
        return made

    def _upload(self, content: bytes, kind: str) -> str:
        answer = self._ask(
            "POST", "com.atproto.repo.uploadBlob", wire=self._uploads, headers={"Content-Type": kind}, data=content
        )
        data = answer.json()
        blob = data.get("blob") if isinstance(data, dict) else None
        if not isinstance(blob, dict) or not isinstance(blob.get("ref"), dict) or not blob["ref"].get("$link"):
            raise self._wire.garbled("the picture has no address", visible=False)
        return json.dumps(blob, sort_keys=True, separators=(",", ":"))

    def _ask(
        self,
        method: str,
        nsid: str,
        *,
        visible: bool = False,
        wire: Wire | None = None,
        allow: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        """One call under the kept session. A stale one was refused before anything was done, so the call is
        made once more under a new one. A body may be a function of the account's id."""

        def call(session: Session) -> Answer:
            own = wire or self._wire
            own = replace(own, secrets=(*own.secrets, session.access, session.refresh))
            given = {k: v(session.did) if callable(v) else v for k, v in body.items()}
            access = {"Authorization": f"Bearer {session.access}", **(headers or {})}
            answer = own.ask(method, f"/xrpc/{nsid}", visible=visible, allow=allow, headers=access, **given)
            fault = self._judge(answer, visible) if answer.status in allow else None
            if fault:
                raise fault
            return answer

        session = self._sessions.kept() or self._sessions.renewed(None)
        try:
            return call(session)
        except Stale:
            session = self._sessions.renewed(session)
        try:
            return call(session)
        except Stale as fault:
            raise Held(fault.message, detail=fault.detail) from None

    def _judge(self, answer: Answer, visible: bool) -> ChannelError | None:
        """Bluesky's own reading: what is wrong has a name, and a key that has ended is a 400."""
        data = answer.json()
        name = str(data.get("error", "")) if isinstance(data, dict) else ""
        if name in ("ExpiredToken", "InvalidToken"):
            return Stale(
                msg("{channel} no longer accepts the access key; make a new one and put it in.", channel=self.name),
                detail=self._wire.said(answer),
            )
        if name == "AuthFactorTokenRequired":
            return Held(
                msg(
                    "{channel} wants an app password, not the account's own; make one and put it in.", channel=self.name
                ),
                detail=self._wire.said(answer),
            )
        if name in ("AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated"):
            return Held(
                msg("The account at {channel} has been closed or suspended.", channel=self.name),
                detail=self._wire.said(answer),
            )
        return None


def tid(key: str) -> str:
    """The address of the post of ``key``: the same for ever, whatever becomes of ledger, date or wording."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    number = (EPOCH + (digest >> 10) % SPAN) << 10 | digest & 1023
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(12, -1, -1))


def _embed(post: Post, media: Mapping[str, str]) -> dict[str, Any] | None:
    """The card; without a link the picture alone."""
    extra = dict(post.extra)
    blobs = [(m, json.loads(media[m.path])) for m in post.media]
    if post.link:
        card = {"uri": post.link, "title": extra.get("title", ""), "description": extra.get("description", "")}
        thumb = {"thumb": blobs[0][1]} if blobs else {}
        return {"$type": "app.bsky.embed.external", "external": {**card, **thumb}}
    if blobs:
        images = [{"image": blob, "alt": m.alt} for m, blob in blobs]
        return {"$type": "app.bsky.embed.images", "images": images}
    return None


def _place(did: str, rkey: str) -> dict[str, str]:
    return {"repo": did, "collection": COLLECTION, "rkey": rkey}


def _receipt(data: object, rkey: str, created: str) -> Receipt | None:
    """The receipt in what the API says of the post at ``rkey``, None when it names another or none."""
    uri = str(data.get("uri", "")) if isinstance(data, dict) else ""
    parts = re.fullmatch(rf"at://(did:[^/]+)/{re.escape(COLLECTION)}/{rkey}", uri)
    if parts is None:
        return None
    return Receipt(uri, f"https://bsky.app/profile/{parts[1]}/post/{rkey}", _moment(created))


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
