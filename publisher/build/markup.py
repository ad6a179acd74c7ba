"""Markdown to HTML: one Markdown instance a language, reused, with extension objects instead of names.

What comes out is well-formed and harmless whatever HTML an author put in: no script, no handler, no style,
nothing embedded from elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import nh3
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

from publisher.build.html import Attributes, swap_tags
from publisher.errors import ContentFault
from publisher.messages import msg, translator

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_CELLS = ("td", "th")
# C0 and C1 controls that a word processor leaves behind; tab and line feed stay
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# [السلام عليكم]{lang=ar}: a passage in another language, within a line
_PASSAGE = r"\[([^\[\]]+)\]\{:?[ ]*lang=([\"']?)([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\2[ ]*\}"
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "syrc", "thaa"})  # jv-Arab is pegon

# What a text may hold. Not here: forms, scripts, frames and whatever HTML has given up.
_TAG_NAMES = (
    "a abbr article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins kbd li mark ol p picture pre q rp rt ruby s"
    " samp section small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr"
)
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "iframe": {"src", "title"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "sms", "geo"}
_GONE = {"embed", "math", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title"}
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes=_SCHEMES, clean_content_tags=_GONE, link_rel=None
)
_KEPT = _TAGS - {"iframe"}
_NAME = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)")
_FRAME = re.compile(r"<iframe([^>]*)></iframe>")
_SOURCE = re.compile(r'\ssrc="([^"]*)"')
_TITLE = re.compile(r'\stitle="([^"]*)"')
_TOP = re.compile(r"(</?)h1(?=[\s>])")
_ID = re.compile(r'<[^<>]*\sid="([^"]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
_OWN_IDS = "s-"  # ids of the theme
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
            if "dir" not in element.attrib and is_right_to_left(element.get("lang", "")):
                element.set("dir", "rtl")


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
        md.treeprocessors.register(_Direction(md), "kentongan_direction", 4)  # after attr_list
        md.inlinePatterns.register(_Passage(_PASSAGE, md), "kentongan_passage", 172)  # before references and links


def render(text: str, lang: str) -> str:
    """``text`` as HTML. Raises ContentFault for text that nests deeper than can be rendered."""
    return rendered(text, lang)[0]


def rendered(text: str, lang: str) -> tuple[str, tuple[str, ...]]:
    """``text`` as HTML, and the names of the elements that its author wrote and that were left out."""
    md = _markdown(lang)
    try:
        html: str = md.reset().convert(_CONTROLS.sub("", text))
    except RecursionError as fault:
        _markdown.cache_clear()  # the instance stopped half-way
        raise ContentFault(msg("The text nests lists or quotes too deeply; make it flatter.")) from fault
    clean = _clean(html, lang)
    gone = {name.lower() for name in _NAME.findall(html)} - _KEPT
    if clean.count("<img") < html.count("<img"):
        gone.add("img")
    return clean, tuple(sorted(gone))


def is_right_to_left(lang: str) -> bool:
    """Whether a language tag means a language or a script that is written from right to left."""
    first, *rest = lang.lower().split("-")
    scripts = [part for part in rest if len(part) == 4]
    return scripts[0] in _RIGHT_TO_LEFT_SCRIPTS if scripts else first in _RIGHT_TO_LEFT


def anchored(html: str) -> str:
    """``html`` with each heading a link to itself, so that a reader can pass on the way to a section."""
    return _HEADING.sub(r'\1<a class="anchor" href="#\2">\3</a>\4', html)


def _clean(html: str, lang: str) -> str:
    """``html`` well-formed and harmless; a frame becomes a link to what it shows."""
    clean = _CLEANER.clean(html)
    if "<iframe" in clean:
        clean = _FRAME.sub(lambda found: _framed(found[1], lang), clean)
    clean = _TOP.sub(r"\1h2", clean)
    ids = Counter(_ID.findall(clean))
    if any(n > 1 or i.startswith(_OWN_IDS) or not i or re.search(r"\s", i) for i, n in ids.items()):
        clean = _with_own_ids(clean)
    if any(" src=" not in tag or " alt=" not in tag for tag in _IMAGE.findall(clean)):
        clean = swap_tags(clean, ("img",), _pictured)
    return clean


def _framed(attributes: str, lang: str) -> str:
    """A link instead of a frame: what it shows comes from elsewhere only when a reader asks for it."""
    source = _SOURCE.search(attributes)
    if source is None:
        return ""
    title = _TITLE.search(attributes)
    host = urlsplit(unescape(source[1])).hostname or ""
    said = title[1] if title else escape(translator(lang)("Open what is shown here ({place})").format(place=host))
    return f'<a href="{source[1]}">{said}</a>'


def _with_own_ids(html: str) -> str:
    """``html`` with each id once, and none that is the theme's."""
    seen: set[str] = set()

    def swap(name: str, attributes: Attributes) -> Attributes:
        own = attributes.get("id")
        if own is None:
            return attributes
        if own and own not in seen and not own.startswith(_OWN_IDS) and not re.search(r"\s", own):
            seen.add(own)
            return attributes
        return {k: v for k, v in attributes.items() if k != "id"}

    return swap_tags(html, _TAGS, swap)


def _pictured(name: str, attributes: Attributes) -> Attributes | None:
    """A picture that can be shown (one from a data: address cannot), with a text."""
    return {**attributes, "alt": attributes.get("alt") or ""} if attributes.get("src") else None


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
