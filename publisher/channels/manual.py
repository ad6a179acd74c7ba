"""Where only a person can post, such as WhatsApp, portals, radio: text and card are made ready on a page to copy."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from publisher import text
from publisher.channels import Renew, Setup, _pages
from publisher.channels._pictures import picture
from publisher.channels._words import Wording, excess, word
from publisher.errors import Held, OutcomeUnknown
from publisher.manifest import Record
from publisher.messages import Message, msg
from publisher.post import Limits, Once, Post, Receipt
from publisher.settings import is_private
from publisher.settings.check import Section

# Our own choice, by preset below: what fits the place, since a person can always say it otherwise.
LIMITS = Limits(
    characters=1000, measure=text.graphemes, pictures=1, picture_bytes=20 * 1024 * 1024, alt_characters=1500
)
SECRETS = ()
FOLDER = "manual"
TEMPLATES = "_manual"
LISTED = 200
# Pedoman of the ministry's portal: a headline of at most eight words (docs/panduan-humas.md).
HEADLINE_WORDS = 8
Name = Literal["whatsapp-channel", "whatsapp-group", "portal", "kanwil", "youtube", "tiktok", "radio", "print", "board"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A kind of place: what it is called, what to do there, how much fits, whether a link can be clicked, and
    whether it wants the form of a portal (headline, dateline, text, initials)."""

    label: Message
    todo: Message
    characters: int = LIMITS.characters
    typed: bool = False
    form: bool = False
    whatsapp: bool = False
    card: str = "og"


_FORM = msg("Fill in the portal's form with these fields and attach the picture.")
PRESETS: Mapping[str, Preset] = {
    "whatsapp-channel": Preset(
        label=msg("WhatsApp Channel"),
        todo=msg("Attach the picture in the channel, then paste the text under it."),
        whatsapp=True,
        card="square",
    ),
    "whatsapp-group": Preset(
        label=msg("WhatsApp group"),
        todo=msg("Paste the text into the group; the link unfolds into the card."),
        whatsapp=True,
    ),
    "portal": Preset(label=msg("The ministry's portal"), todo=_FORM, form=True),
    "kanwil": Preset(label=msg("The Kanwil's portal"), todo=_FORM, form=True),
    "youtube": Preset(label=msg("YouTube"), todo=msg("Paste the text as the video's description."), characters=4500),
    "tiktok": Preset(
        label=msg("TikTok"),
        todo=msg("Paste the text as the caption; nobody can click a link there."),
        characters=2000,
        typed=True,
        card="story",
    ),
    "radio": Preset(
        label=msg("Radio"),
        todo=msg("Hand the text to the announcer; it is about a minute."),
        characters=900,
        typed=True,
    ),
    "print": Preset(
        label=msg("Newspaper"),
        todo=msg("Send text and picture to the newsroom."),
        characters=3000,
        typed=True,
        form=True,
    ),
    "board": Preset(
        label=msg("Board at the office"),
        todo=msg("Print text and picture and put them up."),
        typed=True,
        card="portrait",
    ),
}


class Options(Section):
    """Keys of office.toml that only this channel knows: ``preset`` is the kind of place."""

    preset: Name = "whatsapp-channel"


class Channel:
    """A place that a person serves. Nothing is sent: the page is made ready, and the delivery waits for the
    receipt that the person writes down."""

    real = False
    manual = True
    once = Once.NONE

    def __init__(self, setup: Setup, options: Options) -> None:
        self.name = setup.name
        self.network = setup.network
        self.preset = PRESETS[options.preset]
        self.limits = replace(LIMITS, characters=self.preset.characters, card=self.preset.card)
        self.folder = setup.state / FOLDER / re.sub(r"[^A-Za-z0-9_-]", "-", setup.name)
        self._lang = setup.lang
        self._private = is_private(setup.site)
        self._wording = Wording.of(setup, self.limits, typed=self.preset.typed)

    def compose(self, record: Record) -> Post:
        """Text with link, and what a portal's form asks for."""
        title = text.tidy(record.title)
        when = datetime.fromisoformat(record.date)
        place = f"{record.place}, " if record.place else ""
        extra = {
            "article": record.id,
            "title": title,
            "headline": _headline(title),
            "dateline": f"{place}{when.day:02}/{when.month:02}/{when.year}",
            "summary": text.tidy(record.summary),
            "initials": "/".join(filter(None, map(_initials, record.authors))),
            "page": record.page,
        }
        return replace(word(record, self._wording), extra=tuple(extra.items()))

    def excess(self, record: Record) -> int:
        """By how much the text written by hand is too long."""
        return excess(record, self._wording)

    def make_ready(self, post: Post, site: Path, delivery: str) -> Path:
        """The page for whoever posts it; the same delivery again replaces it. Raises Held or Refused."""
        media = self.prepare(post, site, {}, lambda: None)
        extra = dict(post.extra)
        whatsapp = f"https://wa.me/?text={quote(post.text, safe='')}" if self.preset.whatsapp else ""
        values = {
            "title": extra.get("title", ""),
            "label": self.preset.label.say(self._lang),
            "todo": self.preset.todo.say(self._lang),
            "name": self.name,
            "private": self._private,
            "fields": self._fields(post, site),
            "whatsapp": whatsapp,
            "pictures": [{"file": media[m.path], "alt": m.alt} for m in post.media],
            "article": extra.get("article", ""),
        }
        path = self.folder / f"{delivery}.html"
        self._put(path, _pages.render(TEMPLATES, "page.html", self._lang, **values))
        self._put(path.with_suffix(".json"), json.dumps({"title": values["title"]}, ensure_ascii=False).encode())
        self._list()
        return path

    def prepare(self, post: Post, site: Path, done: Mapping[str, str], renew: Renew) -> Mapping[str, str]:
        """Copies the pictures beside the pages, under names made of their content."""
        ready: dict[str, str] = {}
        for media in post.media:
            renew()
            content = picture(site, media, limits=LIMITS, channel=self.name)
            name = f"gambar/{hashlib.sha256(content).hexdigest()[:20]}{Path(media.path).suffix}"
            if not (self.folder / name).exists():
                self._put(self.folder / name, content)
            ready[media.path] = name
        return ready

    def send(self, post: Post, media: Mapping[str, str], key: str) -> Receipt:
        """Nothing is sent from here, so this raises Held."""
        raise Held(msg("A person posts on {channel}; then `kentongan receipt add`.", channel=self.name))

    def find(self, post: Post, key: str, since: datetime) -> Receipt | None:
        """Nobody here knows what a person did, so this raises OutcomeUnknown."""
        raise OutcomeUnknown(msg("{channel} cannot be asked whether the post is out; please look.", channel=self.name))

    def _fields(self, post: Post, site: Path) -> list[dict[str, object]]:
        """What is to be copied: the text, or the fields of a portal's form."""
        extra = dict(post.extra)
        if not self.preset.form:
            return [self._field(msg("Text"), post.text)]
        body = _body(site / extra.get("page", "") / "index.html") or extra.get("summary", "")
        said = "\n\n".join(p for p in (body, post.link, extra.get("initials") and f"({extra['initials']})") if p)
        headline = self._field(msg("Headline"), extra.get("headline", ""))
        headline["count"] = msg("{count} words", count=len(str(headline["text"]).split())).say(self._lang)
        return [
            headline,
            self._field(msg("Dateline"), extra.get("dateline", "")),
            self._field(msg("Summary"), extra.get("summary", "")),
            self._field(msg("Article text"), said),
            self._field(msg("Initials"), extra.get("initials", "")),
        ]

    def _field(self, name: Message, said: str) -> dict[str, object]:
        count = msg("{count} characters", count=text.graphemes(said)).say(self._lang)
        rows = min(20, max(1, said.count("\n") + 1 + len(said) // 80))
        return {"name": name.say(self._lang), "text": said, "count": count, "rows": rows}

    def _list(self) -> None:
        """The index of the newest pages."""
        try:
            made = sorted(self.folder.glob("*.json"), key=lambda p: (p.stat().st_mtime, p.name), reverse=True)[:LISTED]
            entries = [{"file": p.with_suffix(".html").name, **json.loads(p.read_bytes())} for p in made]
        except (OSError, ValueError) as fault:
            raise self._held(fault) from fault
        label = self.preset.label.say(self._lang)
        page = _pages.render(TEMPLATES, "list.html", self._lang, label=label, name=self.name, entries=entries)
        self._put(self.folder / "index.html", page)

    def _put(self, path: Path, content: bytes) -> None:
        try:
            _pages.put(path, content)
        except OSError as fault:
            raise self._held(fault) from fault

    def _held(self, fault: Exception) -> Held:
        return Held(
            msg("The pages of {channel} cannot be written in {folder}.", channel=self.name, folder=str(self.folder)),
            detail=type(fault).__name__,
        )


def _headline(title: str) -> str:
    """The title in as many words as a portal takes."""
    words = title.split()
    return title if len(words) <= HEADLINE_WORDS else " ".join(words[:HEADLINE_WORDS]).rstrip(",;:–—-")


def _initials(name: str) -> str:
    """The writer's initials without titles and degrees: "H. Ahmad Farhan, S.Ag" is AF."""
    words = re.split(r"\s+", name.split(",", 1)[0].strip())
    return "".join(w[0] for w in words if w and "." not in w).upper()[:4]


def _body(page: Path) -> str:
    """The article's words on its own page, "" when there is none: the text itself is in no manifest."""
    try:
        source = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    words = _Words()
    words.feed(source)
    words.close()
    return "\n\n".join(p for p in (" ".join(p.split()) for p in words.said.split("\n")) if p)


class _Words(HTMLParser):
    """What a reader reads in the part of a page that is the article (microformats: e-content)."""

    BLOCKS = ("p", "h2", "h3", "h4", "li", "blockquote", "figcaption", "tr", "br")
    VOID = ("br", "img", "hr", "source", "wbr", "input", "meta", "link")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth == 0:
            self._depth = 1 if "e-content" in (dict(attrs).get("class") or "").split() else 0
            return
        self._depth += tag not in self.VOID
        self.said += "\n" if tag in self.BLOCKS else ""

    def handle_endtag(self, tag: str) -> None:
        if self._depth:
            self._depth -= tag not in self.VOID
            self.said += "\n" if tag in self.BLOCKS else ""

    def handle_data(self, data: str) -> None:
        self.said += data.replace("\n", " ") if self._depth else ""
