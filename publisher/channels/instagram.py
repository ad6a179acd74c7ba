"""Instagram, professional account: the card with its caption; made hidden, then shown; withdrawals follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from publisher import text
from publisher.channels import Renew, Setup, Standing, Traced
from publisher.channels._containers import Containers
from publisher.channels._meta import MADE, Gone, Graph, connected, stand_in, unknown_account
from publisher.channels._pictures import address, picture
from publisher.channels._words import Wording, excess, word
from publisher.errors import Refused
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings.check import Section

# developers.facebook.com/docs/instagram-platform, ig-user/media: caption 2,200, counted the strictest way; JPEG of
# 8 MiB at most, 4:5 to 1.91:1 (our upright card is 4:5, the one of links 1.905:1); alt text 1,000. A link in a
# caption cannot be clicked.
LIMITS = Limits(
    characters=2200, measure=text.utf16, pictures=1, picture_bytes=8 * 1024 * 1024, alt_characters=1000, card="portrait"
)
SECRETS = ("token",)
# The same pages: a professional account with a Facebook page, or one that logs in by itself.
SERVERS = {"facebook": "https://graph.facebook.com", "instagram": "https://graph.instagram.com"}


class Options(Section):
    """Keys of office.toml that only Instagram knows: ``account`` is the account's number, ``login`` the way its
    token was made; ``server`` is for trials against a copy of Instagram on this machine."""

    account: str = Field(pattern=r"^\d{3,}$", coerce_numbers_to_str=True)
    login: Literal["facebook", "instagram"] = "facebook"
    server: str = ""

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        return stand_in(value, "Instagram")


class Channel:
    """One account. The container is made and kept in mind, then shown; it says whether it was."""

    real = True
    once = Once.CONTAINER
    limits = LIMITS

    def __init__(self, setup: Setup, options: Options, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server or SERVERS[options.login]
        self._site = setup.site
        self._account = options.account
        self._graph = Graph(setup, self.server, grant="ig_refresh_token" if options.login == "instagram" else "")
        self._containers = Containers(
            graph=self._graph,
            account=options.account,
            made="media",
            shown="media_publish",
            listed="media",
            status="status_code",
            words="caption",
            link="",
            pause=pause,
        )
        self._wording = Wording.of(setup, LIMITS, typed=True)

    def compose(self, record: Record) -> Post:
        """The caption with the address to be read, the card described."""
        return word(record, self._wording)

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Makes the container; Instagram fetches the picture from our site."""
        if not post.media:
            raise Refused(msg("{channel} takes no post without a picture.", channel=self.name))
        (media,) = post.media
        if not picture(site, media, limits=LIMITS, channel=self.name).startswith(b"\xff\xd8"):
            raise Refused(
                msg("The picture {path} is no JPEG; {channel} takes no other.", path=media.path, channel=self.name)
            )
        body = {"image_url": address(self._site, media), "caption": post.text, "alt_text": media.alt}
        return {MADE: self._containers.ready(done.get(MADE, ""), body, renew)}

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible."""
        return self._containers.show(media[MADE])

    def trace(self, post: Post, media: Mapping[str, str], key: str, since: datetime) -> Traced:
        """The receipt of the container, if it was shown."""
        return self._containers.trace(post, media.get(MADE, ""), since)

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """The post among those of the account, by its words, which hold the article's address."""
        return self._containers.find(post, since)

    def withdraw(self, remote_id: str) -> None:
        """Deletes the post; one that is gone already is well."""
        self._graph.delete(remote_id)

    def keep(self) -> datetime | None:
        """Renews the token when it is time, and says when it ends."""
        return self._graph.keep()

    def check(self) -> Iterator[Standing]:
        """Whether the token reaches the account, how many posts are left today, and when it ends."""
        try:
            account = self._graph.ask("GET", self._account, {"fields": "username"})
        except Gone:
            yield Standing("fault", unknown_account(self.name))
            return
        yield Standing("ok", connected(self.name, str(account.get("username", ""))))
        yield from self._graph.quota(f"{self._account}/content_publishing_limit")
        yield from self._graph.ends()
