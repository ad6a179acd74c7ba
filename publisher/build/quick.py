"""Python-Markdown sooner: a text is asked for an expression's own characters before the expression itself.

Most texts have none of them. What is known here holds for one version of the library; another one takes the
ordinary path.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

if TYPE_CHECKING:
    from markdown import Markdown

VERSION = "3.11.3"
# By the name of an inline pattern: one of these stands in whatever it finds.
INLINE: dict[str, tuple[str, ...]] = {
    "backtick": ("`",),
    "escape": ("\\",),
    "footnote": ("[^",),
    **dict.fromkeys(("reference", "link", "short_reference"), ("[",)),
    **dict.fromkeys(("image_link", "image_reference", "short_image_ref"), ("![",)),
    **dict.fromkeys(("autolink", "automail", "html"), ("<",)),
    "linebreak": ("  \n",),
    "entity": ("&",),
    "em_strong": ("*", "_"),
}
# The same by the name of a block processor.
BLOCKS: dict[str, tuple[str, ...]] = {
    "hashheader": ("#",),
    "deflist": (": ",),
    "quote": (">",),
    "footnote": ("]:",),
    "reference": ("]:",),
    "abbr": ("*[",),
    "hr": ("--", "- -", "-  -", "__", "_ _", "_  _", "**", "* *", "*  *"),
}


class QuickInline(InlineProcessor):
    """Passes over patterns that cannot find anything."""

    def __init__(self, md: Markdown, marks: dict[str, tuple[str, ...]]) -> None:
        super().__init__(md)
        known = {md.inlinePatterns.get_index_for_name(name): own for name, own in marks.items()}
        self._each = [(pattern, known.get(at, ("",))) for at, pattern in enumerate(md.inlinePatterns)]

    def _InlineProcessor__handleInline(self, data: str, at: int = 0) -> str:  # noqa: N802 (the library's own name)
        """``data`` with what the patterns from number ``at`` on make of it."""
        if isinstance(data, AtomicString):
            return data
        start = 0
        while at < len(self._each):
            pattern, marks = self._each[at]
            for mark in marks:
                if mark in data:
                    data, found, start = self._InlineProcessor__applyPattern(pattern, data, at, start)  # type: ignore[attr-defined]
                    at += not found
                    break
            else:
                at, start = at + 1, 0
        return data


class QuickSearch:
    """A regular expression that is asked only where one of ``marks`` stands."""

    def __init__(self, whole: re.Pattern[str], marks: tuple[str, ...]) -> None:
        self._whole = whole
        self._marks = marks

    def search(self, text: str) -> re.Match[str] | None:
        """The first match."""
        for mark in self._marks:
            if mark in text:
                return self._whole.search(text)
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


def quicken(md: Markdown, marks: dict[str, tuple[str, ...]]) -> None:
    """Has ``md`` convert as before, but sooner; ``marks`` are those of inline patterns of our own."""
    if version("markdown") != VERSION:
        return
    md.treeprocessors.register(QuickInline(md, INLINE | marks), "inline", 20)
    for name, own in BLOCKS.items():
        processor: Any = md.parser.blockprocessors[name]
        attribute = "SEARCH_RE" if name == "hr" else "RE"
        setattr(processor, attribute, QuickSearch(getattr(processor, attribute), own))
