"""The long tail through Apprise (Matrix, ntfy, Discord, Slack and more): at most once, and never asked again."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from publisher import http, text
from publisher.channels import Renew, Setup
from publisher.channels._words import Wording, excess, word
from publisher.errors import Held, OutcomeUnknown, Refused
from publisher.manifest import Record
from publisher.messages import msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings import is_loopback
from publisher.settings.check import Section

# Our own choice, since each network behind it has its own: Discord, the shortest of the common ones, takes 2,000
# (discord.com/developers/docs/resources/message). Apprise would cut a longer one without a word; it is refused here.
LIMITS = Limits(characters=1000, measure=text.utf16, pictures=0)
# Apprise's own address of one account, such as matrixs://…; it holds the keys, so it is a secret.
SECRETS = ("url",)
CONNECT, READ = 5.0, 15.0


class Options(Section):
    """Keys of office.toml that only Apprise knows: ``characters`` is what its network takes; ``server`` is for
    trials against a server on this machine."""

    characters: int = Field(default=LIMITS.characters, ge=200, le=30_000)
    server: str = ""

    @field_validator("server")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not is_loopback(value):
            raise ValueError(msg("only a server on this machine may stand in for {network}", network="Apprise"))
        return value.rstrip("/")


class Channel:
    """One account somewhere. It tells no id, knows no key and cannot be asked: what is not clearly out is unknown."""

    real = True
    once = Once.NONE

    def __init__(self, setup: Setup, options: Options) -> None:
        self.name = setup.name
        self.network = setup.network
        self.server = options.server
        self.limits = Limits(characters=options.characters, measure=LIMITS.measure, pictures=0)
        self._url = f"json://{options.server.split('://', 1)[-1]}/notify" if options.server else setup.secrets["url"]
        self._wire = setup.wire(options.server)
        self._wording = Wording.of(setup, self.limits)

    def compose(self, record: Record) -> Post:
        """Text with link; most networks unfold it into the card."""
        return word(record, self._wording)

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """There is nothing to upload."""
        return {}

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Makes the post visible, once: Apprise does not say what went wrong, so nothing is tried again by itself."""
        self._wire.guard("POST")
        account = self._account()
        if len(post.text) > account.body_maxlen:
            raise Refused(
                msg("{channel} takes {count} characters at the most.", channel=self.name, count=account.body_maxlen)
            )
        http.leaves()
        if not account.notify(body=post.text, title=""):
            raise self._wire.unknown("Apprise says only that it failed")
        return Receipt(key)

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """Nothing can be asked, so this raises OutcomeUnknown."""
        raise OutcomeUnknown(msg("{channel} cannot be asked whether the post is out; please look.", channel=self.name))

    def _account(self) -> Any:
        """Apprise's way to the account: a time limit on everything, no redirect, no repeat, nothing in the log."""
        try:
            from apprise import Apprise, AppriseAsset
        except ImportError as fault:
            raise Held(msg("Apprise is not installed; run `pip install kentongan[apprise]`.")) from fault
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it writes addresses with their keys
        with warnings.catch_warnings():  # it looks at every network's libraries, old ones too
            warnings.simplefilter("ignore", DeprecationWarning)
            asset = AppriseAsset(secure_logging=True)
            account = Apprise.instantiate(self._url, asset=asset, suppress_exceptions=True)
        if account is None:
            raise Held(msg("The address of {channel} is none that Apprise knows; write it anew.", channel=self.name))
        account.socket_connect_timeout, account.socket_read_timeout = CONNECT, READ
        account.redirects = False
        account.service_retry = 0
        return account
