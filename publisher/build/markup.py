"""Markdown to HTML: one Markdown instance a language, reused, with extension objects instead of names."""

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
from markdown.treeprocessors import Treeprocessor

from publisher.errors import ContentFault
from publisher.messages import msg, translator

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_CELLS = ("td", "th")
# C0 and C1 controls that a word processor leaves behind; tab and line feed stay
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class _Tidy(Treeprocessor):
    """Headings start below the page's own, and a table cell's alignment is a class, not a style."""

    def run(self, root: Element) -> None:
        found = {e: _HEADINGS[e.tag] for e in _named(root) if e.tag in _HEADINGS}
        shift = 2 - min(found.values(), default=2)
        for element, level in found.items():
            element.tag = f"h{min(6, level + shift)}"
        for cell in _named(root):
            align = cell.attrib.pop("align", None) if cell.tag in _CELLS else None
            if align:
                cell.set("class", f"align-{align}")


class _TidyExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (Python-Markdown's name)
        # after the inline patterns (20), before attr_list (8) and toc (5), which read what it leaves
        md.treeprocessors.register(_Tidy(md), "kentongan_tidy", 15)


def render(text: str, lang: str) -> str:
    """``text`` as HTML. Raises ContentFault for text that nests deeper than can be rendered."""
    md = _markdown(lang)
    try:
        html: str = md.reset().convert(_CONTROLS.sub("", text))
    except RecursionError as fault:
        _markdown.cache_clear()  # the instance stopped half-way
        raise ContentFault(msg("The text nests lists or quotes too deeply; make it flatter.")) from fault
    return html


@lru_cache(maxsize=8)
def _markdown(lang: str) -> Markdown:
    back = translator(lang)("Back to footnote {number}")
    return Markdown(output_format="html", extensions=list(_extensions(back)))


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
