"""Post, Limits, Receipt: what goes out, what a network allows, what comes back."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum


class Once(StrEnum):
    """How far a channel can promise that a post is made once (docs/channels.md).

    key: the channel drops a repeat of the same key, for as long as it says. container: hidden first,
    then made visible, and its state can be asked. timeline: the own timeline can be read.
    none: it can neither be keyed nor asked, so a person decides.
    """

    KEY = "key"
    CONTAINER = "container"
    TIMELINE = "timeline"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a network allows. ``characters`` in the unit of ``measure``, which counts a text its way;
    ``card`` is the size of card (a name of article.CARD_SIZES) that looks best there."""

    characters: int
    measure: Callable[[str], int] = field(repr=False)
    link_counts_as: int | None = None
    pictures: int = 1
    picture_bytes: int = 0
    alt_characters: int = 0
    card: str = "og"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture of a post; ``path`` is relative to the site's root, ``type`` a MIME type."""

    path: str
    type: str
    alt: str


@dataclass(frozen=True, slots=True)
class Post:
    """An article worded for one channel. The payload is frozen in the ledger at the first try.

    ``text`` holds the link already where the network wants it in the text; ``extra`` are pairs of
    what only this network knows (visibility, for example).
    """

    text: str
    link: str = ""
    media: tuple[Media, ...] = ()
    lang: str = "id"
    extra: tuple[tuple[str, str], ...] = ()

    def payload(self) -> str:
        """The post as canonical JSON: the same post gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """SHA-256 of the payload, in hex."""
        return hashlib.sha256(self.payload().encode()).hexdigest()

    @classmethod
    def thaw(cls, payload: str) -> Post:
        """The post that ``payload`` froze. Raises ValueError or TypeError when it is not one."""
        raw = json.loads(payload)
        raw["media"] = tuple(Media(**m) for m in raw["media"])
        raw["extra"] = tuple((k, v) for k, v in raw["extra"])
        return cls(**raw)


def short_id(office: str, article: str, channel: str, kind: str = "post", seq: int = 0) -> str:
    """The delivery's lasting id: 13 letters and digits, the same in every ledger, fit for a link."""
    name = "\0".join((office, article, channel, kind, str(seq)))
    return base64.b32encode(hashlib.sha256(name.encode()).digest())[:13].decode().lower()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel's word that a post is out: its id there, its address, and the time the channel gave."""

    remote_id: str
    url: str = ""
    at: datetime | None = None
