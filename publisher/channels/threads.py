"""Threads: text with the article's card, or with a described picture; made hidden, then shown; withdrawals follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing, Traced
from publisher.channels._containers import Containers
from publisher.channels._meta import MADE, Graph, connected, stand_in
from publisher.channels._pictures import address, picture
from publisher.channels._words import Wording, excess, word
from publisher.manifest import Record
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings.check import Section

# developers.facebook.com/docs/threads/posts: 500 characters, an emoji counts as its UTF-8 bytes; JPEG or PNG of
# 8 MB. Alt text 1,000 (docs/threads/create-posts/accessibility).
LIMITS = Limits(
    characters=500,
    measure=text.emoji_bytes,
    pictures=1,
    picture_bytes=8 * 1024 * 1024,
    alt_characters=1000,
    card="portrait",
)
# A long-lived token: it ends after 60 days unless it is renewed, which is done here every week
# (docs/threads/get-started/long-lived-tokens).
SECRETS = ("token",)
SERVER = "https://graph.threads.net"
VERSION = "v1.0"
ME = "me"


class Options(Section):
    """Keys of office.toml that only Threads knows: with ``form`` "link" the link unfolds into its card, with
    "picture" our card is the picture and the link stands in the text; ``server`` is for trials on this machine."""

    form: Literal["link", "picture"] = "link"
    server: str = ""

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        return stand_in(value, "Threads")


class Channel:
    """One account, the token's own. The container is made and kept in mind, then shown; it says whether it was."""

    real = True
    once = Once.CONTAINER

    def __init__(self, setup: Setup, options: Options, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server or SERVER
        apart = options.form == "link"
        self.limits = replace(LIMITS, pictures=0) if apart else LIMITS
        self._site = setup.site
        self._graph = Graph(setup, self.server, VERSION, grant="th_refresh_token")
        self._containers = Containers(
            graph=self._graph,
            account=ME,
            made="threads",
            shown="threads_publish",
            listed="threads",
            status="status",
            words="text",
            link="link_attachment_url",
            pause=pause,
        )
        self._wording = Wording.of(setup, self.limits, apart=apart)

    def compose(self, record: Record) -> Post:
        """Text with the link's card beside it, or with the link in it and the card described."""
        return word(record, self._wording)

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long, in Threads' own count."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Makes the container, never the kind that shows itself (auto_publish_text)."""
        body = {"text": post.text, "media_type": "TEXT"}
        if post.media:
            (media,) = post.media
            picture(site, media, limits=LIMITS, channel=self.name)
            body |= {"media_type": "IMAGE", "image_url": address(self._site, media), "alt_text": media.alt}
        elif post.link and post.link not in post.text:
            body["link_attachment"] = post.link
        return {MADE: self._containers.ready(done.get(MADE, ""), body, renew)}

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible."""
        return self._containers.show(media[MADE])

    def trace(self, post: Post, media: Mapping[str, str], key: str, since: datetime) -> Traced:
        """The receipt of the container, if it was shown."""
        return self._containers.trace(post, media.get(MADE, ""), since)

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post among those of the account, by its link, else by its words."""
        return self._containers.find(post, since)

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        self._graph.delete(remote_id)

    def keep(self) -> datetime | None:
        """Renews the token when it is time, and says when it ends."""
        return self._graph.keep()

    def check(self) -> Iterator[Standing]:
        """Whose the token is, how many posts are left today, and when it ends."""
        _, name = self._graph.owner("id,username")
        yield Standing("ok", connected(self.name, name))
        yield from self._graph.quota(f"{ME}/threads_publishing_limit")
        yield from self._graph.ends()
