"""LinkedIn page: text, the article as a card, its picture described; edits of the text and withdrawals follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing
from publisher.channels._own import LOOK_BACK, is_ours
from publisher.channels._pictures import picture
from publisher.channels._words import Wording, excess, word
from publisher.errors import ChannelError, Duplicate, Held, OutcomeUnknown, Refused
from publisher.http import Answer, Bounds, Wire, reason
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Media, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section

# learn.microsoft.com, little-text-format: these are signs of the text's own language and cut it where they stand bare.
RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
TAG = re.compile(r"(?<!\S)#(\w*[^\W\d_]\w*)")
TEMPLATE = re.compile(r"\{hashtag\|\\#\|([^}]*)\}")


def little(said: str) -> str:
    """``said`` in LinkedIn's little text: hashtags as such, everything else only as letters."""
    parts, last = [], 0
    for tag in TAG.finditer(said):
        parts += [_escaped(said[last : tag.start()]), "{hashtag|\\#|" + _escaped(tag[1]) + "}"]
        last = tag.end()
    return "".join([*parts, _escaped(said[last:])])


def _escaped(said: str) -> str:
    return RESERVED.sub(lambda m: "\\" + m[0], said)


# learn.microsoft.com, posts-api: commentary at most 3,000, counted here as it is sent, so with its escapes.
# images-api: JPG, PNG, GIF below 36,152,320 pixels; the size in bytes is our own limit. articles: alt text of a
# thumbnail 4,086 (as of any picture); our own is shorter.
LIMITS = Limits(
    characters=3000,
    measure=lambda t: text.utf16(little(t)),
    pictures=1,
    picture_bytes=8 * 1024 * 1024,
    alt_characters=1000,
)
SECRETS = ("token",)  # of a member with a role on the page; lasts 60 days: write its end under `expires`
SERVER = "https://api.linkedin.com"
# learn.microsoft.com/linkedin/marketing/versioning: a version lives for about a year.
VERSION = "202610"
TITLE_CHARACTERS = 400
DESCRIPTION_CHARACTERS = 4000
DUPLICATE = "DUPLICATE_POST"
URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")
PAGE = 100
PAGES = 30


class Options(Section):
    """Keys of office.toml that only LinkedIn knows: ``organization`` is the page's number, ``version`` LinkedIn's own
    of the month YYYYMM, ``reads`` whether the token may read the page's posts (r_organization_social); ``server``
    is for trials against a copy of LinkedIn on this machine."""

    organization: str = Field(pattern=r"^\d{1,20}$", coerce_numbers_to_str=True)
    version: str = Field(default=VERSION, pattern=r"^20\d{4}$", coerce_numbers_to_str=True)
    reads: bool = True
    server: str = SERVER

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        if value != SERVER and not is_loopback(value):
            raise ValueError(msg("only a server on this machine may stand in for {network}", network="LinkedIn"))
        return value.rstrip("/")


class Channel:
    """One page. LinkedIn knows no key: after an unclear answer the page's posts are read, where the token may."""

    real = True
    limits = LIMITS

    def __init__(self, setup: Setup, options: Options) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self.once = Once.TIMELINE if options.reads else Once.NONE
        self._setup = setup
        self._author = f"urn:li:organization:{options.organization}"
        self._token = setup.secrets["token"]
        self._wire = setup.wire(options.server, judge=self._judge)
        self._access = {
            "Authorization": f"Bearer {self._token}",
            "LinkedIn-Version": options.version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        self._wording = Wording.of(setup, LIMITS, apart=True)

    def compose(self, record: Record) -> Post:
        """Text, and what the card beside it says."""
        title = text.shorten(text.tidy(record.title), TITLE_CHARACTERS, text.utf16)
        description = text.shorten(text.tidy(record.summary), DESCRIPTION_CHARACTERS, text.utf16)
        return replace(word(record, self._wording), extra=(("title", title), ("description", description)))

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long, with its escapes."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Uploads the card; LinkedIn does not look at our page for one."""
        ready: dict[str, str] = {}
        for media in post.media:
            renew()
            known = done.get(media.path, "")
            ready[media.path] = known if known and self._is_there(known) else self._upload(media, site, renew)
        return ready

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible. LinkedIn has no key, so nothing but the ledger keeps it from a second one."""
        body = {
            "author": self._author,
            "commentary": little(post.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
            **_content(post, media),
        }
        answer = self._wire.ask("POST", "/rest/posts", visible=True, headers=self._access, json=body)
        receipt = _receipt({"id": answer.headers.get("x-restli-id")})
        if receipt is None:
            raise self._wire.garbled("the new post has no id", visible=True)
        return receipt

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post among the page's own, by its card's link, else by its words."""
        for found in self._posts(since - LOOK_BACK):
            receipt, said = _receipt(found), bare(str(found.get("commentary") or ""))
            if receipt and receipt.at and is_ours(post, since, said=said, links=_links(found), at=receipt.at):
                return receipt
        return None

    def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Replaces the text; LinkedIn changes no card."""
        headers = {**self._access, "X-RestLi-Method": "PARTIAL_UPDATE"}
        body = {"patch": {"$set": {"commentary": little(post.text)}}}
        answer = self._wire.ask("POST", _path(remote_id), allow=(404,), headers=headers, json=body)
        if answer.status == 404:
            raise Refused(msg("The post is no longer at {channel}.", channel=self.name), detail=f"HTTP 404 {remote_id}")
        return Receipt(remote_id, _address(remote_id))

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        headers = {**self._access, "X-RestLi-Method": "DELETE"}
        self._wire.ask("DELETE", _path(remote_id), allow=(404,), headers=headers)

    def check(self) -> Iterator[Standing]:
        """Whether the token is good, and may read the page's posts where it should."""
        params = {"author": self._author, "q": "author", "count": "1"}
        headers = {**self._access, "X-RestLi-Method": "FINDER"}
        answer = self._wire.ask("GET", "/rest/posts", allow=(403,), headers=headers, params=params)
        if answer.status == 403 and self.once is Once.TIMELINE:
            reading = msg(
                "{channel} may not read its own posts; write `reads = false` or fetch another token.", channel=self.name
            )
            yield Standing("fault", reading)
            return
        yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=self._author))

    def _upload(self, media: Media, site: Path, renew: Renew) -> str:
        content = picture(site, media, limits=LIMITS, channel=self.name)
        asked = {"initializeUploadRequest": {"owner": self._author}}
        path = "/rest/images?action=initializeUpload"
        data = self._wire.ask("POST", path, headers=self._access, json=asked).json()
        given = data.get("value") if isinstance(data, dict) else None
        given = given if isinstance(given, dict) else {}
        image, parts = str(given.get("image") or ""), urlsplit(str(given.get("uploadUrl") or ""))
        if not image.startswith("urn:li:image:"):
            raise self._wire.garbled("the picture has no id", visible=False)
        renew()
        headers = {"Authorization": self._access["Authorization"], "Content-Type": media.type}
        place = parts.path + (f"?{parts.query}" if parts.query else "")
        self._to(f"{parts.scheme}://{parts.netloc}").ask("PUT", place, headers=headers, data=content)
        return image

    def _to(self, base: str) -> Wire:
        """The wire to where a picture goes. LinkedIn names the place, and nobody else gets our token."""
        parts = urlsplit(base)
        host = parts.hostname or ""
        theirs = parts.scheme == "https" and (host == "linkedin.com" or host.endswith(".linkedin.com"))
        if not theirs and base != self.server:
            raise self._wire.garbled("an upload to a host that is not LinkedIn's", visible=False)
        return self._setup.wire(base, bounds=Bounds(read=60, whole=120))

    def _is_there(self, image: str) -> bool:
        """Whether an earlier upload can still be used."""
        answer = self._wire.ask(
            "GET", f"/rest/images/{quote(image, safe='')}", allow=(400, 403, 404), headers=self._access
        )
        data = answer.json()
        status = data.get("status") if isinstance(data, dict) else None
        return answer.status == 200 and status in ("AVAILABLE", "PROCESSING")

    def _posts(self, until: datetime) -> Iterator[dict[str, Any]]:
        """The page's own posts from the newest back to ``until``."""
        headers = {**self._access, "X-RestLi-Method": "FINDER"}
        for number in range(PAGES):
            params = {
                "author": self._author,
                "q": "author",
                "sortBy": "CREATED",
                "count": str(PAGE),
                "start": str(number * PAGE),
            }
            data = self._wire.ask("GET", "/rest/posts", headers=headers, params=params).json()
            page = data.get("elements") if isinstance(data, dict) else None
            if not isinstance(page, list) or not all(isinstance(p, dict) for p in page):
                raise self._wire.garbled("the page's posts are no list", visible=False)
            yield from page
            oldest = _at(page[-1]) if page else None
            if len(page) < PAGE or (oldest and oldest < until):
                return
        raise OutcomeUnknown(msg("{channel} has too many newer posts to look through.", channel=self.name))

    def _judge(self, answer: Answer, visible: bool) -> ChannelError | None:
        """LinkedIn's own reading: what is out already is named, and an old version is a setting."""
        data = answer.json()
        code = str(data.get("code", "")) if isinstance(data, dict) else ""
        if visible and answer.status == 422 and (code == DUPLICATE or "duplicate of urn:li:" in reason(answer).lower()):
            named = URN.search(reason(answer))
            return Duplicate(
                msg("{channel} says that it has this post already, or does not say what is wrong.", channel=self.name),
                remote_id=named[0] if named else "",
                detail=self._wire.said(answer),
            )
        if answer.status == 426 or code in ("NONEXISTENT_VERSION", "VERSION_MISSING"):
            return Held(
                msg("{channel} has ended the version in use; write a newer one under `version`.", channel=self.name),
                detail=self._wire.said(answer),
            )
        return None


def bare(commentary: str) -> str:
    """What a reader sees of little text."""
    said = TEMPLATE.sub(lambda m: "\\#" + m[1], commentary)
    return re.sub(r"\\(.)", r"\1", said, flags=re.DOTALL)


def _content(post: Post, media: Mapping[str, str]) -> dict[str, Any]:
    """The card; without a link the picture alone."""
    extra, images = dict(post.extra), [(m, media[m.path]) for m in post.media]
    if post.link:
        card = {"source": post.link, "title": extra.get("title", ""), "description": extra.get("description", "")}
        thumb = {"thumbnail": images[0][1], "thumbnailAltText": images[0][0].alt} if images else {}
        return {"content": {"article": {**card, **thumb}}}
    if images:
        return {"content": {"media": {"id": images[0][1], "altText": images[0][0].alt}}}
    return {}


def _path(remote_id: str) -> str:
    return f"/rest/posts/{quote(remote_id, safe='')}"


def _address(remote_id: str) -> str:
    return f"https://www.linkedin.com/feed/update/{remote_id}/"


def _receipt(post: Mapping[str, Any]) -> Receipt | None:
    """The receipt in what LinkedIn says of a post, None when it names none."""
    urn = str(post.get("id") or "")
    return Receipt(urn, _address(urn), _at(post)) if URN.fullmatch(urn) else None


def _at(post: Mapping[str, Any]) -> datetime | None:
    moment = post.get("publishedAt") or post.get("createdAt")
    return datetime.fromtimestamp(moment / 1000, UTC) if isinstance(moment, int) else None


def _links(post: Mapping[str, Any]) -> list[str]:
    content = post.get("content")
    card = content.get("article") if isinstance(content, dict) else None
    found = [str(card.get("source") or "")] if isinstance(card, dict) else []
    return [*found, *text.LINK.findall(bare(str(post.get("commentary") or "")))]
