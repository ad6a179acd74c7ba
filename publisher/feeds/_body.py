"""The HTML of an article made fit for feeds: whole addresses, and nothing in it that acts by itself."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3

from publisher.feeds._content import SCHEMES, absolute, clean, escape, line

_TAG_NAMES = (
    "a abbr article aside audio b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl"
    " dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li mark nav ol p picture pre q"
    " rp rt ruby s samp section small source span strong sub summary sup table tbody td tfoot th thead time tr u ul"
    " var video wbr"
)
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
# Foreign frames: let through the first pass only, so that a link can take their place.
_FRAMES = frozenset({"embed", "iframe"})
# Gone with all they hold; of any other unknown tag the text stays.
_GONE = frozenset(
    {"math", "noembed", "noframes", "noscript", "script", "select", "style", "svg", "template", "textarea", "title"}
)
_FIRST = nh3.Cleaner(
    tags=set(_TAGS | _FRAMES),
    attributes={**_ATTRIBUTES, "iframe": {"src", "title"}, "embed": {"src", "title"}},
    clean_content_tags=set(_GONE),
    url_schemes=set(SCHEMES | {"data"}),
    link_rel=None,
)
_LAST = nh3.Cleaner(tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=None)
_FRAME_TEXT = re.compile(r"(<iframe\b[^>]*>).*?</iframe>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WRITTEN_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s"=<>]+="[^"]*")*)>')
_WRITTEN_ATTRIBUTE = re.compile(r' ([^\s"=<>]+)="([^"]*)"')
_IMAGE = re.compile(r"<img\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_ADDRESSES = frozenset({"cite", "href", "poster", "src"})
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])\s*([^,]*),?")
_DESCRIPTOR = re.compile(r"\d+(\.\d+)?[wxh]")
_BLOCK_NAMES = (
    "article aside blockquote br caption dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li nav ol p"
    " pre section table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())


@dataclass(frozen=True, slots=True)
class Body:
    """An article's text: ``html`` to be shown anywhere, the ``pieces`` of the same as plain text, and the addresses of
    the ``pictures`` in it."""

    html: str
    pieces: tuple[str, ...]
    pictures: tuple[str, ...]

    @property
    def text(self) -> str:
        """The plain text on one line."""
        return line("".join(self.pieces))

    @property
    def says(self) -> bool:
        """Whether there is any text."""
        return any(map(line, self.pieces))


@lru_cache(maxsize=128)
def body(markup: str, base: str) -> Body:
    """``markup`` with every address resolved against ``base`` and nothing in it that acts by itself.

    Scripts, styles, forms, handlers and addresses with a scheme beyond SCHEMES go; a frame becomes a link
    to what it shows; a picture that is part of the text itself (data:) becomes its alternative text.
    Remembered for a while, since every format asks for the same newest articles.
    """
    rewriter = _rewritten(markup, base)
    safe = _LAST.clean("".join(rewriter.out))
    return Body(clean(safe).strip(), tuple(rewriter.text), tuple(dict.fromkeys(rewriter.pictures)))


def pictures(markup: str, base: str) -> tuple[str, ...]:
    """The addresses of the pictures in ``markup``; quicker than ``body`` where nothing else is wanted."""
    images = _IMAGE.findall(_COMMENT.sub("", markup))
    return tuple(dict.fromkeys(_rewritten("".join(images), base).pictures)) if images else ()


def _rewritten(markup: str, base: str) -> _Rewriter:
    first = _FIRST.clean(clean(markup))
    rewriter = _Rewriter(base)
    rewriter.read(_FRAME_TEXT.sub(r"\1</iframe>", first))
    return rewriter


def figure(address: str, alt: str, *, width: int, height: int, caption: str) -> str:
    """A picture with its caption as HTML."""
    size = f' width="{width}" height="{height}"' if width and height else ""
    shown = f'<img src="{html.escape(address)}" alt="{html.escape(alt)}"{size}>'
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{shown}{below}</figure>\n"


class _Rewriter:
    """Reads what the first pass wrote, which is well-formed, and writes it anew with other addresses."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.out: list[str] = []
        self.text: list[str] = []
        self.pictures: list[str] = []
        self._links: list[bool] = []

    def read(self, markup: str) -> None:
        """Takes in ``markup`` as nh3 writes it: no "<" but that of a tag, every attribute in double quotes."""
        at = 0
        for found in _WRITTEN_TAG.finditer(markup):
            if at < found.start():
                self.handle_data(html.unescape(markup[at : found.start()]))
            at = found.end()
            if found[1]:
                self.handle_endtag(found[2])
            else:
                given = _WRITTEN_ATTRIBUTE.findall(found[3])
                self.handle_starttag(found[2], [(name, html.unescape(value)) for name, value in given])
        if at < len(markup):
            self.handle_data(html.unescape(markup[at:]))

    def handle_data(self, data: str) -> None:
        data = clean(data)
        self.out.append(escape(data))
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str]]) -> None:
        given = {name: clean(value) for name, value in attrs}
        if tag in _BLOCKS:
            self.text.append(" ")
        if tag in _FRAMES:
            self._frame(given)
            return
        kept = {name: value for name, value in self._resolved(given) if value or name not in _ADDRESSES}
        if tag == "a":
            self._links.append("href" in kept)
            if "href" not in kept:
                return
        elif tag == "img":
            if "src" not in kept:
                self.handle_data(given.get("alt", ""))
                return
            self.pictures.append(kept["src"])
            kept.setdefault("alt", "")
        elif tag == "source" and not kept.keys() & {"src", "srcset"}:
            return
        self._write(tag, kept)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.text.append(" ")
        if tag in _FRAMES or (tag == "a" and self._links and not self._links.pop()):
            return
        self.out.append(f"</{tag}>")

    def _frame(self, given: Mapping[str, str]) -> None:
        address = absolute(given.get("src", ""), self.base) if given.get("src", "").strip() else ""
        if address:
            self._write("a", {"href": address})
            self.out.append(f"{escape(line(given.get('title', '')) or address)}</a>")

    def _resolved(self, given: Mapping[str, str]) -> list[tuple[str, str]]:
        found = []
        for name, value in given.items():
            if name in _ADDRESSES:
                wanted = value.strip() or name == "href"
                found.append((name, absolute(value, self.base) if wanted else ""))
            elif name == "srcset":
                found.extend((name, said) for said in [self._candidates(value)] if said)
            elif name in ("width", "height") and not value.isdecimal():
                continue
            else:
                found.append((name, value))
        return found

    def _candidates(self, value: str) -> str:
        """A srcset with absolute addresses; a candidate that cannot be used is left out."""
        kept = []
        for match in _CANDIDATE.finditer(value):
            address, descriptor = absolute(match[1], self.base), match[2].strip()
            if address and (not descriptor or _DESCRIPTOR.fullmatch(descriptor)):
                kept.append(f"{address} {descriptor}".strip())
        return ", ".join(kept)

    def _write(self, tag: str, attrs: Mapping[str, str]) -> None:
        said = "".join(f' {name}="{html.escape(value)}"' for name, value in attrs.items())
        self.out.append(f"<{tag}{said}>")
