"""What outreach may know of the site: written by the build, validated when read.

The file is ``.kentongan/manifest.json``, outside the public folder, since it also lists articles
under embargo (``public`` false). Schema: docs/developer-guide.md. The same content gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from publisher.errors import MachineFault, UsageFault
from publisher.messages import msg

VERSION: Literal[1] = 1
FILENAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the public site; ``path`` is relative to its root."""

    path: str
    type: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceName:
    """A service that an article is about, by its lasting id and today's name; ``how`` says in few words where
    it is to be had and what it costs, "" when that is not known."""

    id: str
    name: str
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One article. Times are ISO 8601 with a zone; ``due`` is the moment before which nothing leaves.

    ``revision`` changes when anything a reader sees of the article changes, and only then; the page
    carries it, so that the link gate can tell whether this revision is live. ``public`` is false for
    an article that is held back; ``page`` is its folder below the site's root.
    ``cards`` are pairs (size, picture): the card in the sizes beside ``card`` that it was made in.
    ``channels`` is None when it goes to all channels that are on.
    """

    id: str
    revision: str
    path: str
    page: str
    url: str
    title: str
    summary: str
    status: str
    public: bool
    date: str
    due: str
    modified: str = ""
    lang: str = "id"
    translation_of: str = ""
    category: str = ""
    place: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    services: tuple[ServiceName, ...] = ()
    card: Image | None = None
    cards: tuple[tuple[str, Image], ...] = ()
    photo: Image | None = None
    former: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None
    posts: tuple[tuple[str, str], ...] = ()

    def wants(self, channel: str) -> bool:
        """Whether the article goes to ``channel``; a translation only where it lists channels."""
        if self.channels is None:
            return not self.translation_of
        return channel in self.channels

    def card_in(self, size: str) -> Image | None:
        """The card in ``size`` (a name of article.CARD_SIZES), else the one that links unfold into."""
        return dict(self.cards).get(size, self.card)

    def post_for(self, channel: str) -> str | None:
        """The text written by hand for ``channel``, None when there is none."""
        return dict(self.posts).get(channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All articles of one build, sorted by id, and the site they belong to.

    ``unreadable`` are paths of content files that the build left out because they could not be read.
    """

    version: Literal[1] = VERSION
    site: str
    title: str
    records: tuple[Record, ...] = ()
    unreadable: tuple[str, ...] = ()

    def record(self, id: str) -> Record | None:
        """The record of the article ``id``, None when the build had none."""
        return next((r for r in self.records if r.id == id), None)

    def public(self) -> tuple[Record, ...]:
        """The records whose page is in the public folder and in its lists."""
        return tuple(r for r in self.records if r.public)

    def to_json(self) -> bytes:
        """The file's bytes: sorted keys, two spaces, a closing newline."""
        return b"".join(joined(self, map(written, self.records)))


Lines = bytes | memoryview
_OPEN, _BETWEEN, _CLOSE = b"[\n    {\n", b"\n    },\n    {\n", b"\n    }\n  ]"


def joined(frame: Manifest, records: Iterable[Lines]) -> Iterator[Lines]:
    """The bytes of the manifest ``frame`` with ``records`` as ``written`` gives them, in the place of its own."""
    head, empty, tail = f"{_dumped(replace(frame, records=()))}\n".encode().partition(b"[]")
    yield head
    is_first = True
    for record in records:
        yield _OPEN if is_first else _BETWEEN
        yield record
        is_first = False
    yield empty if is_first else _CLOSE
    yield tail


def written(record: Record) -> bytes:
    """The lines of ``record`` in the file."""
    return _dumped(record)[2:-2].replace("\n", "\n    ").replace("  ", "      ", 1).encode()


def taken_apart(raw: bytes) -> Iterator[Lines]:
    """The lines of each record of a manifest's bytes; no text of a record holds a line's end."""
    begins, ends = raw.find(_OPEN), raw.rfind(_CLOSE)
    view, at = memoryview(raw), begins + len(_OPEN)
    while 0 <= begins < ends and at > 0:
        end = raw.find(_BETWEEN, at, ends)
        yield view[at : end if end >= 0 else ends]
        at = end + len(_BETWEEN) if end >= 0 else -1


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=_parts)


def _parts(value: Any) -> dict[str, Any]:
    """The fields of one of the values above; JSON asks for each in turn, where asdict would copy them all."""
    return {f.name: getattr(value, f.name) for f in fields(value)}


def parse(raw: bytes, *, where: str = FILENAME) -> Manifest:
    """The manifest in ``raw``. Raises MachineFault when it is damaged or of another version."""
    from pydantic import TypeAdapter  # 0.2 s, and a build never reads one

    try:
        return TypeAdapter(Manifest).validate_json(raw)
    except ValueError as fault:  # pydantic's ValidationError is one
        raise MachineFault(
            msg("The manifest is damaged or from another version; run `kentongan build` to make it anew."),
            where=where,
        ) from fault


def required(folder: Path) -> Manifest:
    """The manifest in the state folder ``folder``. Raises UsageFault when there is none yet."""
    found = read(folder)
    if found is None:
        raise UsageFault(msg("There is no manifest of a build yet; run `kentongan build` first."))
    return found


def read(folder: Path) -> Manifest | None:
    """The manifest in the state folder ``folder``, None when there is none yet."""
    path = folder / FILENAME
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    return parse(raw, where=str(path))
