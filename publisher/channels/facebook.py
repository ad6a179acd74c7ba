"""Facebook Page: text with the article's card; made hidden, then shown; edits and withdrawals follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing, Traced
from publisher.channels._meta import MADE, Gone, Graph, connected, moment, stand_in, wrong_owner
from publisher.channels._own import LOOK_BACK, is_ours
from publisher.channels._words import Wording, excess, word
from publisher.errors import Refused
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings.check import Section

# 63,206 characters (gitroomhq/postiz-app, facebook provider; Meta's documents name none), counted the strictest
# way. The picture is the one that Facebook unfolds the link into, described on our page.
LIMITS = Limits(characters=63_206, measure=text.utf16, pictures=0)
# A page token (not a person's), best that of a system user: it does not expire.
SECRETS = ("token",)
SERVER = "https://graph.facebook.com"


class Options(Section):
    """Keys of office.toml that only Facebook knows: ``page`` is the page's number. With ``hidden_first`` off a
    post goes out in one step; ``server`` is for trials against a copy of Facebook on this machine."""

    page: str = Field(pattern=r"^\d{3,}$", coerce_numbers_to_str=True)
    hidden_first: bool = True
    server: str = ""

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        return stand_in(value, "Facebook")


class Channel:
    """One page. The post is made hidden and kept in mind, then shown: showing it twice changes nothing."""

    real = True
    limits = LIMITS

    def __init__(self, setup: Setup, options: Options) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server or SERVER
        self.once = Once.CONTAINER if options.hidden_first else Once.TIMELINE
        self._page = options.page
        self._hidden = options.hidden_first
        self._graph = Graph(setup, self.server)
        self._wording = Wording.of(setup, LIMITS, apart=True)

    def compose(self, record: Record) -> Post:
        """Text, and beside it the link that unfolds into the card."""
        return word(record, self._wording)

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Makes the post where nobody sees it, or finds that it stands already."""
        if not self._hidden:
            return {}
        renew()
        known = done.get(MADE, "")
        stands = known and self._graph.look(known, "id")
        return {
            MADE: known if stands else self._graph.make(f"{self._page}/feed", {**_body(post), "published": "false"})
        }

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible."""
        if not self._hidden:
            return _receipt(self._graph.make(f"{self._page}/feed", _body(post), visible=True))
        answer = self._graph.ask("POST", media[MADE], {"is_published": "true"}, visible=True)
        if answer.get("success") is not True:
            raise self._graph.garbled("no word that it is shown", visible=True)
        return _receipt(media[MADE])

    def trace(self, post: Post, media: Mapping[str, str], key: str, since: datetime) -> Traced:
        """The receipt of the post that was made hidden, if it is shown; one that is not can be shown again."""
        made = media.get(MADE, "")
        state = self._graph.look(made, "id,is_published,created_time") if made else {}
        if not state:
            return self.find(post, key, since)
        return _receipt(made, state.get("created_time")) if state.get("is_published") is True else "hidden"

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post among those of the page, by our link, else by its words."""
        fields = "id,message,created_time,attachments{unshimmed_url}"
        until = since - LOOK_BACK
        for shown in self._graph.listed(
            f"{self._page}/published_posts", fields=fields, time="created_time", until=until
        ):
            at, said = moment(shown.get("created_time")), str(shown.get("message", ""))
            if at and shown.get("id") and is_ours(post, since, said=said, links=_links(shown), at=at):
                return _receipt(str(shown["id"]), at.isoformat())
        return None

    def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Replaces the text; the link and its card stay as they were."""
        try:
            self._graph.ask("POST", remote_id, {"message": post.text})
        except Gone as fault:
            raise Refused(msg("The post is no longer at {channel}.", channel=self.name), detail=fault.detail) from fault
        return _receipt(remote_id)

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        self._graph.delete(remote_id)

    def check(self) -> Iterator[Standing]:
        """Whether the token is the page's own, and when it ends. A person's token looks sound and posts nothing."""
        number, name = self._graph.owner()
        if number != self._page:
            yield Standing("fault", wrong_owner(self.name, name))
            return
        yield Standing("ok", connected(self.name, name))
        yield from self._graph.ends()


def _body(post: Post) -> dict[str, str]:
    return {"message": post.text, **({"link": post.link} if post.link else {})}


def _receipt(id: str, at: object = None) -> Receipt:
    return Receipt(id, f"https://www.facebook.com/{id}", moment(at))


def _links(shown: Mapping[str, Any]) -> list[str]:
    """Where a post's cards lead, as they were before Facebook counted the clicks."""
    cards = shown.get("attachments")
    data = cards.get("data") if isinstance(cards, dict) else None
    return [str(c.get("unshimmed_url", "")) for c in data if isinstance(c, dict)] if isinstance(data, list) else []
