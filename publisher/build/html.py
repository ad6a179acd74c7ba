"""Change the attributes of tags and leave every other byte of an HTML text as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape, unescape
from html.parser import HTMLParser

Attributes = dict[str, str | None]
# what becomes of a tag: its new attributes, other HTML in its place, or None to leave the tag out
Swap = Callable[[str, Attributes], Attributes | str | None]


# a start tag: where it begins and ends, its name, its attributes, whether it closes itself
Tag = tuple[int, int, str, Attributes, bool]

# A tag as our own texts have it. Where every "<" begins one, and no text of them is raw, there is nothing to parse.
_PLAIN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z][a-z-]*="[^"<>]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_RAW = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"}
)


def swap_tags(html: str, names: Iterable[str], swap: Swap) -> str:
    """``html`` with each start tag of ``names`` replaced by what ``swap(name, attributes)`` says.

    A tag whose attributes come back equal keeps its bytes; a text takes its place; None leaves the tag out.
    """
    return swap_found(html, find_tags(html, names), swap)


def find_tags(html: str, names: Iterable[str]) -> list[Tag]:
    """The start tags of ``names`` in ``html``."""
    wanted = frozenset(names)
    tags = list(_PLAIN.finditer(html))
    if len(tags) != html.count("<") or not _RAW.isdisjoint(found[2] for found in tags):
        return _Tags(html, wanted).found
    return [
        (found.start(), found.end(), found[2], _attributes(found[3]), False)
        for found in tags
        if found[2] in wanted and not found[1]
    ]


def _attributes(said: str) -> Attributes:
    attributes: Attributes = {}
    for name, value in _ATTRIBUTE.findall(said):
        attributes.setdefault(name, unescape(value))
    return attributes


def swap_found(html: str, tags: Iterable[Tag], swap: Swap) -> str:
    """What ``swap_tags`` gives, of the tags that ``find_tags`` found."""
    parts, at = [], 0
    for start, end, name, attributes, closed in tags:
        new = swap(name, dict(attributes))
        if new == attributes:
            continue
        written = tag(name, new, closed=closed) if isinstance(new, dict) else new or ""
        parts += [html[at:start], written]
        at = end
    return "".join([*parts, html[at:]])


class _Tags(HTMLParser):
    """The start tags of a text with their places."""

    def __init__(self, html: str, names: frozenset[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[Tag] = []
        self._names = names
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text()
        if tag in self._names and text is not None:
            line, column = self.getpos()
            start = self._lines[line - 1] + column
            attributes: Attributes = {}
            for name, value in attrs:
                attributes.setdefault(name, value)  # the first of two counts, as in a browser
            self.found.append((start, start + len(text), tag, attributes, text.endswith("/>")))

    handle_startendtag = handle_starttag


def tag(name: str, attributes: Attributes, *, closed: bool = False) -> str:
    """The start tag ``name``; an attribute without a value is None."""
    written = (k if v is None else f'{k}="{escape(v)}"' for k, v in attributes.items())
    return f"<{' '.join([name, *written])}{' /' if closed else ''}>"
