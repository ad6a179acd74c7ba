"""A page that shows the cards of articles to the editor, with what to use each of them for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.article import CARD_SIZES
from publisher.messages import Message, msg, translator

USES = {
    "og": msg("Preview of the link: WhatsApp, Facebook, X, Telegram"),
    "square": msg("Square place in a feed"),
    "portrait": msg("Instagram and Facebook feed"),
    "story": msg("WhatsApp status, stories"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One card: its ``size``, its ``file`` below the page's folder, and how many bytes that has."""

    size: str
    file: str
    bytes: int

    @property
    def pixels(self) -> str:
        """Width and height as people write them."""
        return "×".join(str(n) for n in CARD_SIZES[self.size])

    @property
    def width(self) -> int:
        """Pixels across."""
        return CARD_SIZES[self.size][0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return CARD_SIZES[self.size][1]

    @property
    def kilobytes(self) -> int:
        """As file managers say it."""
        return max(round(self.bytes / 1000), 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article with its cards and the words for those who do not see them. ``state`` says why it is not
    public, None when it is; ``fault`` why it has no cards."""

    title: str
    lang: str
    date: str
    path: str
    alt: str = ""
    state: Message | None = None
    fault: Message | None = None
    cards: tuple[Drawn, ...] = ()


def render(heading: Message, entries: Sequence[Entry], lang: str) -> bytes:
    """The page in the language ``lang``."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = made.get_template("sheet.html")
    said = {size: use.say(lang) for size, use in USES.items()}
    return page.render(_=translator(lang), lang=lang, heading=heading.say(lang), entries=entries, uses=said).encode()
