"""Text and addresses made fit to leave the house: clean for XML, absolute, harmless.

Everything here is total: whatever is put in, something that can be written comes out, so that no
single article can spoil a feed.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# www.w3.org/TR/xml/#charsets: what XML 1.0 cannot hold, and beyond that what it discourages (DEL and C1
# controls, noncharacters of every plane), plus U+FFFD, which only says that something was lost before.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
# Apart from the others, since each character of a text is held against each of these.
_UNFIT_PLANES = re.compile(
    "[" + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)) + "]"
)
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
# Line ends of word processors and of other machines: vertical tab, form feed, NEL, LS, PS.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[ \t\n]+")

# What a reader may be sent to. "javascript:", "data:" and the like are not among them.
SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "geo"})
# RFC 3986: all characters an address may hold unescaped in its path, query or fragment, but brackets.
_SAFE = "/?:@!$&'()*+,;=-._~%"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.-][A-Za-z0-9_.~/-]*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_END_TAG = re.compile(r"</\w")


def clean(text: str) -> str:
    """``text`` without the characters that XML cannot hold or discourages; every line end is a line feed."""
    # Looking for them takes ten times as long as asking for letters, signs and spaces. U+FFFD counts as one of these.
    if text.replace("\n", "").isprintable() and "\ufffd" not in text:
        return text
    fit = _UNFIT.sub("", _LINE_END.sub("\n", text))
    return _UNFIT_PLANES.sub("", fit) if _BEYOND.search(fit) else fit


def line(text: str) -> str:
    """``text``, clean and on one line; spaces that are none of the keyboard's stay, but not alone."""
    one = _SPACES.sub(" ", clean(text)).strip(" ")
    return one if one.strip() else ""


def escape(text: str) -> str:
    """Plain ``text`` as HTML."""
    return html.escape(text, quote=False)


def speaks_of_markup(text: str) -> bool:
    """Whether plain ``text`` holds an end tag: readers and validators take it for HTML that was not declared."""
    return _END_TAG.search(text) is not None


def declared(text: str) -> str:
    """Plain ``text`` for a place that may hold HTML: as HTML where it speaks of markup."""
    return escape(text) if speaks_of_markup(text) else text


def name(text: str) -> str:
    """A name on one line; one with an end tag was copied from a page and loses its tags."""
    return line(_TAG.sub("", text)) if speaks_of_markup(text) else line(text)


@lru_cache(maxsize=256)
def absolute(address: str, base: str) -> str:
    """``address`` resolved against ``base`` and written in ASCII; "" when no reader should be sent there."""
    address = clean(address).replace("\n", "").replace("\t", "").strip()
    try:
        parts = urlsplit(urljoin(base, address))
        if parts.scheme not in SCHEMES:
            return ""
        host = _host(parts.hostname or "", parts.port)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        if not host:
            return ""
        return urlunsplit((parts.scheme, host, *map(_quoted, (parts.path, parts.query, parts.fragment))))
    return urlunsplit((parts.scheme, "", *map(_quoted, (parts.path, parts.query, parts.fragment))))


def path_address(root: str, path: str) -> str:
    """The address of the file or folder ``path`` below ``root``, every character of its name escaped."""
    if _PLAIN_PATH.fullmatch(path):
        return f"{absolute(root, root).rstrip('/')}/{path}"
    return f"{absolute(root, root).rstrip('/')}/{quote(clean(path).lstrip('/'), safe='/!$&()*+,;=:@-._~')}"


def _host(name: str, port: int | None) -> str:
    """A host in ASCII with its port. Raises ValueError for one that cannot be a host."""
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if ":" in name:
        name = f"[{name}]"
    elif not re.fullmatch(r"[A-Za-z0-9._-]*", name):
        raise ValueError(name)
    return name if port is None else f"{name}:{port}"


def _quoted(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe=_SAFE)


def excerpt(text: str, limit: int = 280) -> str:
    """The beginning of plain ``text``, at most ``limit`` characters, cut between words."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return f"{head.rsplit(' ', 1)[0].rstrip(' ,;:.–-')}…" if " " in head else f"{head}…"
