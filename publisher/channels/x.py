"""X (Twitter) through tweepy: weighted text, link or none, a described picture; withdrawals follow."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing
from publisher.channels._own import LOOK_BACK, is_ours
from publisher.channels._pictures import picture
from publisher.channels._words import Wording, excess, word
from publisher.errors import ChannelError, Duplicate, Held, OutcomeUnknown
from publisher.http import Answer, Bounds, Wire
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Media, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section

if TYPE_CHECKING:
    import tweepy

# docs.x.com/fundamentals/counting-characters: 280 weighted, every link counts as 23. docs.x.com/x-api/media:
# 4 pictures of 5 MB. X API v2 OpenAPI, CreateMediaMetadataRequest: alt text at most 1,000.
LIMITS = Limits(
    characters=280,
    measure=text.weighted,
    link_counts_as=23,
    pictures=4,
    picture_bytes=5 * 1024 * 1024,
    alt_characters=1000,
)
# OAuth 1.0a user tokens: they do not expire (docs.x.com/fundamentals/authentication/faq).
SECRETS = ("api_key", "api_secret", "access_token", "access_secret")
# tweepy signs for this host and no other, so that is where the requests go.
SERVER = "https://api.twitter.com"
# docs.x.com/x-api/getting-started/pricing, since 20 April 2026: what a post costs with a link, and without, in
# thousandths of a dollar.
WITH_LINK, WITHOUT = 200, 15
PAGE = 100
PAGES = 32  # a timeline gives its newest 3,200 posts (docs.x.com/x-api/posts/timelines)
# Reasons of a 403 that are about the account or the key, not about the post.
NOT_ALLOWED = (
    "client-forbidden",
    "disallowed-resource",
    "not-authorized-for-field",
    "not-authorized-for-resource",
    "oauth1-permissions",
    "unsupported-authentication",
)
CAPPED = "usage-capped"


class Options(Section):
    """Keys of office.toml that only X knows. A post with a link costs thirteen times one without: with ``link``
    "budget" it has one as long as the month's ``budget`` (dollars, 0: any sum) reaches for that; ``server`` is for
    trials against a copy of X on this machine."""

    link: Literal["always", "never", "budget"] = "always"
    budget: float = Field(default=0, ge=0)
    server: str = SERVER

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        if value != SERVER and not is_loopback(value):
            raise ValueError(msg("only a server on this machine may stand in for X"))
        return value.rstrip("/")

    @model_validator(mode="after")
    def _has_budget(self) -> Self:
        if self.link == "budget" and not self.budget:
            raise ValueError(msg("link = “budget” wants a budget, in dollars a month"))
        return self


class Channel:
    """One account. It knows no key for a post: after an unclear answer the own timeline is read."""

    real = True
    once = Once.TIMELINE
    limits = LIMITS

    def __init__(self, setup: Setup, options: Options) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self._secrets = setup.secrets
        self._wire = setup.wire(options.server, judge=self._judge)
        self._uploads = setup.wire(options.server, bounds=Bounds(read=60, whole=120))
        self.budget = round(options.budget * 1000)
        self._thrifty = options.link == "budget"
        self._bare = Wording.of(setup, LIMITS, link=False, clean=lambda t: text.unlink_degrees(t, every=True))
        linked = Wording.of(setup, LIMITS, clean=text.unlink_degrees)
        self._wording = self._bare if options.link == "never" else linked

    def compose(self, record: Record) -> Post:
        """Text with degrees that stay text, link unless switched off, the card described."""
        return word(record, self._wording)

    def cost(self, post: Post) -> int:
        """By whether X finds a link in it."""
        return WITH_LINK if text.has_link(post.text) else WITHOUT

    def cheaper(self, record: Record) -> Post | None:
        """Without the link, where the budget decides about that."""
        return word(record, self._bare) if self._thrifty else None

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long, in X's weights."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Uploads the pictures and describes them."""
        ready: dict[str, str] = {}
        for media in post.media:
            renew()
            known = done.get(media.path, "")
            ready[media.path] = known if known and self._is_waiting(known) else self._upload(media, site, renew)
        return ready

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible. X has no key, so nothing but the ledger keeps it from a second one."""
        ids = [media[m.path] for m in post.media] or None
        made = self._ask(lambda c: c.create_tweet(text=post.text, media_ids=ids, user_auth=True), visible=True)
        receipt = _receipt(made.get("data"))
        if receipt is None:
            raise self._wire.garbled("the new post has no id", visible=True)
        return receipt

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post in the own timeline, by our link, else by its words."""
        for tweet in self._timeline(since - LOOK_BACK):
            receipt, shown = _receipt(tweet), _expanded(tweet)
            links = [u.get("expanded_url", "") for u in _urls(tweet)]
            if receipt and receipt.at and is_ours(post, since, said=shown, links=links, at=receipt.at):
                return receipt
        return None

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        self._ask(lambda c: c.delete_tweet(remote_id, user_auth=True), allow=(404,))

    def check(self) -> Iterator[Standing]:
        """Which account it is. Whether the key may post, X tells only when it is tried."""
        data = self._ask(lambda c: c.get_me(user_auth=True)).get("data")
        name = str(data.get("username", "")) if isinstance(data, dict) else ""
        yield Standing("ok", msg("{channel} is connected as {name}.", channel=self.name, name=f"@{name}"))

    def _upload(self, media: Media, site: Path, renew: Renew) -> str:
        content = picture(site, media, limits=LIMITS, channel=self.name)
        body = {"media": base64.b64encode(content).decode(), "media_category": "tweet_image"}
        made = self._ask(_post("/2/media/upload", body), wire=self._uploads)
        receipt = _receipt(made.get("data"))
        if receipt is None:
            raise self._wire.garbled("the picture has no id", visible=False)
        renew()
        described = {"id": receipt.remote_id, "metadata": {"alt_text": {"text": media.alt}}}
        self._ask(_post("/2/media/metadata", described))
        return receipt.remote_id

    def _is_waiting(self, id: str) -> bool:
        """Whether an earlier upload can still be used; X throws unused ones away after a day."""
        params = {"media_id": id, "command": "STATUS"}
        said = self._ask(
            lambda c: c.request("GET", "/2/media/upload", params=params, user_auth=True).json(), allow=(400, 404)
        )
        data = said.get("data")
        return isinstance(data, dict) and data.get("id") == id and data.get("expires_after_secs") != 0

    def _timeline(self, until: datetime) -> Iterator[dict[str, Any]]:
        """The account's own posts from the newest back to ``until``."""
        me = _receipt(self._ask(lambda c: c.get_me(user_auth=True)).get("data"))
        if me is None:
            raise self._wire.garbled("the account has no id", visible=False)
        token: str | None = None
        for _ in range(PAGES):
            page = self._ask(_own_tweets(me.remote_id, until, token))
            data = page.get("data") or []
            if not isinstance(data, list) or not all(isinstance(t, dict) for t in data):
                raise self._wire.garbled("the timeline is no list of posts", visible=False)
            yield from data
            meta = page.get("meta")
            token = meta.get("next_token") if isinstance(meta, dict) else None
            if not token:
                return
        raise OutcomeUnknown(msg("{channel} has too many newer posts to look through.", channel=self.name))

    def _ask(
        self,
        call: Callable[[tweepy.Client], Any],
        *,
        visible: bool = False,
        allow: Collection[int] = (),
        wire: Wire | None = None,
    ) -> dict[str, Any]:
        """What ``call`` got through tweepy, {} for a status in ``allow``; else a ChannelError."""
        import requests
        import tweepy

        client = self._client(wire or self._wire, visible, allow)
        fault = ""
        try:
            with client.session:
                data = call(client)
        except tweepy.HTTPException as caught:
            if caught.response.status_code in allow:
                return {}
            fault = type(caught).__name__
        except (tweepy.TweepyException, requests.RequestException, AttributeError) as caught:
            # An answer that is no JSON, or JSON of another shape than tweepy reads.
            fault = type(caught).__name__
        if fault or not isinstance(data, dict):
            raise self._wire.garbled(fault or "no object", visible=visible)
        return data

    def _client(self, wire: Wire, visible: bool, allow: Collection[int]) -> tweepy.Client:
        """A tweepy client whose session is our wire: time limit, sorting and address are there."""
        import tweepy  # 0.3 s, and only sending needs it

        client = tweepy.Client(
            consumer_key=self._secrets["api_key"],
            consumer_secret=self._secrets["api_secret"],
            access_token=self._secrets["access_token"],
            access_token_secret=self._secrets["access_secret"],
            return_type=dict,
            wait_on_rate_limit=False,
        )
        client.session = wire.session(visible=visible, allow=allow, base=SERVER)
        return client

    def _judge(self, answer: Answer, visible: bool) -> ChannelError | None:
        """X's own reading of an answer, by its problem type (RFC 9457), not by its words."""
        data = answer.json()
        kind = str(data.get("type", "")).rsplit("/", 1)[-1] if isinstance(data, dict) else ""
        if kind == CAPPED:
            return Held(
                msg("The account at {channel} has used up its share of the month.", channel=self.name),
                detail=self._wire.said(answer),
            )
        if answer.status == 403 and visible and kind not in NOT_ALLOWED:
            # A post that is out already is answered like this, and so is much else: the timeline tells.
            return Duplicate(
                msg("{channel} says that it has this post already, or does not say what is wrong.", channel=self.name),
                detail=self._wire.said(answer),
            )
        return None


def _post(path: str, body: Mapping[str, Any]) -> Callable[[tweepy.Client], Any]:
    """A call that tweepy 4.17 has no method for."""
    return lambda client: client.request("POST", path, json=body, user_auth=True).json()


def _own_tweets(me: str, until: datetime, token: str | None) -> Callable[[tweepy.Client], Any]:
    return lambda client: client.get_users_tweets(
        me,
        start_time=until,
        max_results=PAGE,
        pagination_token=token,
        tweet_fields=["created_at", "entities"],
        user_auth=True,
    )


def _receipt(data: object) -> Receipt | None:
    """The receipt in what X says of a thing with an id, None when it names none."""
    if not isinstance(data, dict) or not data.get("id"):
        return None
    return Receipt(str(data["id"]), f"https://x.com/i/web/status/{data['id']}", _moment(data.get("created_at")))


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _urls(tweet: Mapping[str, Any]) -> list[dict[str, Any]]:
    entities = tweet.get("entities")
    found = entities.get("urls") if isinstance(entities, dict) else None
    return [u for u in found if isinstance(u, dict)] if isinstance(found, list) else []


def _expanded(tweet: Mapping[str, Any]) -> str:
    """The post's words with the links as they were sent, without the one X adds for a picture."""
    said = str(tweet.get("text", ""))
    for url in _urls(tweet):
        full = "" if url.get("media_key") else str(url.get("expanded_url", ""))
        said = said.replace(str(url.get("url", "")), full)
    return html.unescape(said)
