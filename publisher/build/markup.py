"""Markdown to HTML: one Markdown instance a language, reused, with extension objects instead of names.

What comes out went through clean.py: well-formed and harmless whatever HTML an author put in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.md_in_html import MarkdownInHtmlExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from publisher.build.clean import allowed, clean
from publisher.build.quick import quicken
from publisher.errors import ContentFault
from publisher.messages import msg, translator

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELLS = ("td", "th")
# [السلام عليكم]{lang=ar}: a passage in another language, within a line
_PASSAGE = r"\[([^\[\]]+)\]\{:?[ ]*lang=([\"']?)([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\2[ ]*\}"
PASSAGE = "kentongan_passage"
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "syrc", "thaa"})  # jv-Arab is pegon

_MARKUP = re.compile(r"</?[A-Za-z](?!\w*[:@])")  # no address between < and >
_HEADING = re.compile(r'(<h[2-6]\b[^>]*\sid="([^"]+)"[^>]*>)((?:(?!</?a\b|</h[2-6]>).)+)(</h[2-6]>)', re.DOTALL)


class _Passage(InlineProcessor):
    """A passage in another language."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 (Python-Markdown's name and its older form)
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        element = Element("span", lang=m[3])
        element.text = m[1]
        return element, m.start(0), m.end(0)


class _Direction(Treeprocessor):
    """What is in a language written from right to left says so, however its author marked the language."""

    def run(self, root: Element) -> None:
        for element in _named(root):
            lang = element.get("lang")
            if lang and "dir" not in element.attrib and is_right_to_left(lang):
                element.set("dir", "rtl")


class _Tidy(Treeprocessor):
    """A table cell's alignment is a class, not a style."""

    def run(self, root: Element) -> None:
        for cell in _named(root):
            align = cell.attrib.pop("align", None) if cell.tag in _CELLS else None
            if align:
                cell.set("class", f"align-{align}")


class _TidyExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        # after the inline patterns (20), before attr_list (8) and toc (5), which read what it leaves
        md.treeprocessors.register(_Tidy(md), "kentongan_tidy", 15)
        md.treeprocessors.register(_Direction(md), "kentongan_direction", 4)  # after attr_list
        md.inlinePatterns.register(_Passage(_PASSAGE, md), PASSAGE, 172)  # before references and links


def render(text: str, lang: str) -> str:
    """``text`` as HTML. Raises ContentFault for text that nests deeper than can be rendered."""
    return rendered(text, lang)[0]


def rendered(text: str, lang: str) -> tuple[str, tuple[str, ...]]:
    """``text`` as HTML, and the names of the elements that its author wrote and that were left out."""
    md = _markdown(lang)
    try:
        html: str = md.reset().convert(allowed(text))
    except RecursionError as fault:
        _markdown.cache_clear()  # the instance stopped half-way
        raise ContentFault(msg("The text nests lists or quotes too deeply; make it flatter.")) from fault
    return clean(html, lang, by_hand=has_elements(text))


def has_elements(text: str) -> bool:
    """Whether its author wrote HTML into ``text``."""
    return _MARKUP.search(text) is not None


def is_right_to_left(lang: str) -> bool:
    """Whether a language tag means a language or a script that is written from right to left."""
    first, *rest = lang.lower().split("-")
    scripts = [part for part in rest if len(part) == 4]
    return scripts[0] in _RIGHT_TO_LEFT_SCRIPTS if scripts else first in _RIGHT_TO_LEFT


def anchored(html: str) -> str:
    """``html`` with each heading a link to itself, so that a reader can pass on the way to a section."""
    return _HEADING.sub(r'\1<a class="anchor" href="#\2">\3</a>\4', html)


@lru_cache(maxsize=8)
def _markdown(lang: str) -> Markdown:
    back = translator(lang)("Back to footnote {number}")
    md = Markdown(output_format="html", extensions=list(_extensions(back)))
    quicken(md, {PASSAGE: ("]{",)})
    return md


def _extensions(back: str) -> Iterator[Any]:
    yield AbbrExtension()
    yield AttrListExtension()
    yield DefListExtension()
    yield FencedCodeExtension()
    yield FootnoteExtension(BACKLINK_TITLE=back.replace("{number}", "{}"))
    yield MarkdownInHtmlExtension()
    yield SaneListExtension()
    yield TableExtension(use_align_attribute=True)
    yield TocExtension(marker="")
    yield _TidyExtension()


def _named(root: Element) -> Iterator[Element]:
    """The elements of ``root`` that have a name: comments have a function in its place."""
    return (e for e in root.iter() if isinstance(e.tag, str))
