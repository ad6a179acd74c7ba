"""HTML that an author may have written, made fit for a page: harmless, well-formed and valid.

No script, no handler, no style, no form, nothing embedded from elsewhere; each element where HTML wants it, so that
one text cannot spoil the page around it. nh3 does the first part, the second is needed for hand-written HTML only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape, unescape
from urllib.parse import quote, urlsplit

import nh3
from lxml import html as lxml_html
from lxml.html import HtmlElement

from publisher.build.html import Attributes, swap_tags
from publisher.messages import translator

_INLINE_NAMES = "abbr b bdi cite code em i kbd mark q s samp small span strong sub sup time u var"
_INLINE = frozenset(_INLINE_NAMES.split())
_TRANSPARENT = frozenset({"a", "del", "ins"})
_VOID = frozenset({"br", "hr", "img"})
_HEADINGS = frozenset(f"h{n}" for n in range(1, 7))
_BLOCK_NAMES = "audio blockquote details div dl figure hr ol p pre table ul video dt dd li figcaption summary"
_BLOCKS = frozenset(_BLOCK_NAMES.split()) | _HEADINGS
_IN_TABLES = frozenset(["caption", "tbody", "td", "tfoot", "th", "thead", "tr"])
_KEPT = _INLINE | _TRANSPARENT | _VOID | _BLOCKS | _IN_TABLES
_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "details": {"open"},
    "iframe": {"src", "title"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "td": {"colspan", "rowspan"},
    "th": {"abbr", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "sms", "geo"}
_GONE = {"embed", "math", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_WHOLE = re.compile(r"-?[0-9]{1,6}")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_PIXELS = re.compile(r"[0-9]{1,5}")
_FORMS = {
    "colspan": _COUNT,
    "dir": re.compile("ltr|rtl|auto"),
    "height": _PIXELS,
    "hreflang": _LANGUAGE,
    "lang": _LANGUAGE,
    "rowspan": _COUNT,
    "scope": re.compile("col|row|colgroup|rowgroup"),
    "start": _WHOLE,
    "value": _WHOLE,
    "width": _PIXELS,
}
_SWITCHES = frozenset({"controls", "open", "reversed"})
_ADDRESSES = frozenset({"href", "poster", "src"})
# RFC 3986: what an address may hold unescaped, "%" among it
_SAFE = "/?:@!$&'()*+,;=-._~%#[]"
_HOST = re.compile(r"[^\s<>\"`{}|\\^%#?/]+")

# html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream: controls, surrogates, noncharacters;
# tab and line feed stay
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)

_NAME = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)")
_FRAME = re.compile(r'<iframe((?:\s[a-z]+="[^"]*")*)>.*?</iframe>', re.DOTALL)
_SOURCE = re.compile(r'\ssrc="([^"]*)"')
_TITLE = re.compile(r'\stitle="([^"]*)"')
_HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])")
_EMPTY_HEADING = re.compile(r"<h([1-6])\b[^>]*>(?:\s|<(?!/?h|img)[^>]*>)*</h\1>\n?")
_ID = re.compile(r'<[^<>]*\sid="([^"]*)"')
_IMAGE = re.compile(r"<img\b[^>]*>")
_OWN_IDS = "s-"  # ids of the theme


def clean(html: str, lang: str, *, by_hand: bool = True) -> tuple[str, tuple[str, ...]]:
    """``html`` fit for a page, and the names of the elements that were left out; a frame becomes a link.
    ``by_hand`` is whether its author wrote elements: Markdown's own stand where they belong."""
    fit = allowed(_CLEANER.clean(allowed(html)))  # the second time what was written as &#1;
    if "<iframe" in fit:
        fit = _FRAME.sub(lambda found: _framed(found[1], lang), fit)
    if any(" src=" not in tag or " alt=" not in tag for tag in _IMAGE.findall(fit)):
        fit = swap_tags(fit, ("img",), _pictured)
    if by_hand:
        fit = _placed(fit)
    fit = _levelled(_EMPTY_HEADING.sub("", fit))
    ids = Counter(_ID.findall(fit))
    if any(n > 1 or not _is_own(i) for i, n in ids.items()):
        fit = _with_own_ids(fit)
    gone = {name.lower() for name in _NAME.findall(html)} - _KEPT
    if fit.count("<img") < html.count("<img"):
        gone.add("img")
    return fit, tuple(sorted(gone))


def allowed(text: str) -> str:
    """``text`` without the characters that no page may hold."""
    # Looking for them takes far longer than asking for letters, signs and spaces; most texts hold nothing else.
    return text if text.replace("\n", "").isprintable() else _UNFIT.sub("", text)


def _valid(element: str, name: str, value: str) -> str | None:
    """The value of an attribute as it may stand in a page, None when it may not."""
    if name in _SWITCHES:
        return ""
    if name in _ADDRESSES:
        return address(value) if value.strip() else None
    if name == "datetime":
        return value if _is_time(value) else None
    form = _FORMS.get(name)
    return value if form is None or form.fullmatch(value) else None


def address(value: str) -> str | None:
    """``value``, an address as an author wrote it, with what no address may hold escaped; None when it cannot be one.
    One within the site is left for those who resolve it."""
    value = value.strip()
    if not re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]*:|//|[?#])", value):
        return value
    try:
        parts = urlsplit(value)
        known = not parts.netloc or (_HOST.fullmatch(parts.netloc) and (parts.port or 1) > 0)
    except ValueError:
        return None
    if not known or (parts.scheme in ("http", "https") and not parts.hostname):
        return None
    head, sign, fragment = value.partition("#")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(head, safe=_SAFE) + sign + quote(fragment, safe=_SAFE[:-3]))


def _is_time(value: str) -> bool:
    try:
        return bool(datetime.fromisoformat(value)) and value[:4].isdigit() and value[4:5] == "-"
    except ValueError:
        return False


_CLEANER = nh3.Cleaner(
    tags=set(_KEPT | {"iframe"}),
    attributes=_ATTRIBUTES,
    url_schemes=_SCHEMES,
    clean_content_tags=_GONE,
    attribute_filter=_valid,
    link_rel=None,
)


def _framed(attributes: str, lang: str) -> str:
    """A link instead of a frame: what it shows comes from elsewhere only when a reader asks for it."""
    source = _SOURCE.search(attributes)
    if source is None:
        return ""
    title = _TITLE.search(attributes)
    host = urlsplit(unescape(source[1])).hostname or ""
    said = title[1] if title else escape(translator(lang)("Open what is shown here ({place})").format(place=host))
    return f'<a href="{source[1]}">{said}</a>'


def _pictured(name: str, attributes: Attributes) -> Attributes | None:
    """A picture that can be shown (one from a data: address cannot), with a text."""
    return {**attributes, "alt": attributes.get("alt") or ""} if attributes.get("src") else None


def _levelled(html: str) -> str:
    """Headings below the page's own, none of them skipping a level."""
    open_levels: list[int] = []

    def level(found: re.Match[str]) -> str:
        if not found[1]:
            given = int(found[2])
            while open_levels and open_levels[-1] >= given:
                open_levels.pop()
            open_levels.append(given)
        return f"<{found[1]}h{min(6, 1 + len(open_levels))}"

    return _HEADING.sub(level, html)


def _is_own(id: str) -> bool:
    return id != "" and not id.startswith(_OWN_IDS) and not re.search(r"\s", id)


def _with_own_ids(html: str) -> str:
    """``html`` with each id once, and none that is the theme's."""
    seen: set[str] = set()

    def swap(name: str, attributes: Attributes) -> Attributes:
        own = attributes.get("id")
        if own is None:
            return attributes
        if _is_own(own) and own not in seen:
            seen.add(own)
            return attributes
        return {k: v for k, v in attributes.items() if k != "id"}

    return swap_tags(html, _KEPT, swap)


def _placed(html: str) -> str:
    """``html`` with every element where HTML wants it; one that stands elsewhere becomes a plain box."""
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for element in reversed(list(root.iterdescendants())):  # the inner ones first
        _place(element)
    start = escape(root.text or "", quote=False)
    written = start + "".join(lxml_html.tostring(child, encoding="unicode") for child in root)
    return _CLEANER.clean(written)  # lxml leaves out end tags that may be left out


def _place(element: HtmlElement) -> None:
    if element.tag == "time" and "datetime" not in element.attrib:
        _rename(element, "span")
    if _stands_alone(element):
        mend = _MENDS.get(str(element.tag), _as_box if element.tag in _INLINE else None)
        if mend is not None:
            mend(element)


def _as_box(element: HtmlElement) -> None:
    """What stands within a line and holds more than a line is no part of one."""
    if next(element.iterdescendants(*_BLOCKS), None) is not None:
        _rename(element, "div")


def _as_line(element: HtmlElement) -> None:
    """A heading and the like is one line."""
    for child in element.iterdescendants(*_BLOCKS):
        _rename(child, "span")


def _as_terms(element: HtmlElement) -> None:
    if not _is_list_of_terms(element):
        for child in element:
            _rename(child, "div" if child.tag in ("dt", "dd") else str(child.tag))
        _rename(element, "div")


def _without_anchors(element: HtmlElement) -> None:
    """A heading within a link must not become a link itself."""
    for heading in element.iterdescendants(*_HEADINGS):
        heading.attrib.pop("id", None)


def _without_gaps(element: HtmlElement) -> None:
    if not len(element):
        element.drop_tree()


def _stands_alone(element: HtmlElement) -> bool:
    """Whether the element may stand where it stands; if not it becomes a plain box, or goes."""
    parent = element.getparent()
    above = parent.tag if parent is not None else ""
    if element.tag in _PARENTS and above not in _PARENTS[element.tag]:
        _rename(element, "div" if element.tag in _BLOCKS else "span")
    elif element.tag == "details" and (not len(element) or element[0].tag != "summary" or (element.text or "").strip()):
        _rename(element, "div")
    else:
        return True
    return False


_PARENTS = {
    "li": ("ul", "ol"),
    "dt": ("dl",),
    "dd": ("dl",),
    "figcaption": ("figure",),
    "summary": ("details",),
}


def _rename(element: HtmlElement, tag: str) -> None:
    if element.tag != tag:
        element.tag = tag
        for name in set(element.attrib) - _ATTRIBUTES["*"]:
            del element.attrib[name]


def _wrap(element: HtmlElement) -> None:
    """What is no item of the list gets one around it; a text between the items goes into the one before."""
    if (element.text or "").strip():
        first = element.makeelement("li")
        first.text, element.text = element.text, None
        element.insert(0, first)
    for child in list(element):
        item = child
        if child.tag != "li":
            item = element.makeelement("li")
            element.replace(child, item)
            item.append(child)
            item.tail, child.tail = child.tail, None
        if (item.tail or "").strip():
            span = element.makeelement("span")
            span.text, item.tail = item.tail, None
            item.append(span)


def _is_list_of_terms(element: HtmlElement) -> bool:
    names = "".join({"dt": "t", "dd": "d"}.get(str(child.tag), "x") for child in element)
    texts = [element.text, *(child.tail for child in element)]
    return re.fullmatch(r"(t+d+)+", names) is not None and not any((t or "").strip() for t in texts)


_MENDS: Mapping[str, Callable[[HtmlElement], None]] = {
    **dict.fromkeys(("ul", "ol"), _wrap),
    **dict.fromkeys((*_HEADINGS, "summary", "p", "pre"), _as_line),
    "a": _without_anchors,
    "dl": _as_terms,
    "tr": _without_gaps,
}
