"""A file of the built site, read once for all rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from lxml import etree

from publisher.article import Finding
from publisher.messages import Message

Kind = Literal["rss", "atom", "json feed", "opml", "sitemap", "sitemap index", "robots", "page", "other"]
FEEDS: frozenset[Kind] = frozenset({"rss", "atom", "json feed"})
SITEMAPS: frozenset[Kind] = frozenset({"sitemap", "sitemap index"})

_XML = (".xml", ".opml", ".rss", ".atom", ".svg")
_ROOTS: dict[str, Kind] = {
    "rss": "rss",
    "{http://www.w3.org/2005/Atom}feed": "atom",
    "opml": "opml",
    "{http://www.sitemaps.org/schemas/sitemap/0.9}urlset": "sitemap",
    "{http://www.sitemaps.org/schemas/sitemap/0.9}sitemapindex": "sitemap index",
}
_JSON_FEED = "https://jsonfeed.org/version/"
_TITLE = re.compile(rb"<title\b", re.IGNORECASE)
_REFRESH = re.compile(rb"http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
_HEAD_END = re.compile(rb"</head\s*>", re.IGNORECASE)
_DATA = re.compile(rb"<script\b[^>]*application/ld\+json[^>]*>(.*?)</script", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Whole:
    """The site that is looked at: its ``folder``, address, all ``files`` below the folder, and the moment."""

    folder: Path
    url: str
    now: datetime
    files: frozenset[str]
    widths: dict[str, int] = field(default_factory=dict)  # of pictures looked at so far

    def inside(self, address: str) -> str | None:
        """The file that ``address`` leads to, below the site's root; None when it leads to another site."""
        try:
            parts = urlsplit(address.strip())
        except ValueError:
            return None
        bare = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if bare != self.url and not bare.startswith(f"{self.url}/"):
            return None
        path = unquote(bare[len(self.url) + 1 :])
        return f"{path}index.html" if not path or path.endswith("/") else path

    def address(self, path: str) -> str:
        """The address of the file ``path``."""
        return f"{self.url}/{path.removesuffix('index.html')}"


class Document:
    """One file: ``path`` below the site's root, its bytes, and what they are once they are read.

    ``root`` is the root of an XML document, or of a page's head; ``value`` is what a JSON document holds;
    ``fault`` says why it cannot be read.
    """

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self.raw = raw
        self.kind: Kind = "other"
        self.root: etree._Element | None = None
        self.value: Any = None
        self.fault = ""
        self.line = 0
        if path.endswith(_XML):
            self._read_xml()
        elif path.endswith(".json"):
            self._read_json()
        elif path.endswith((".html", ".htm")) and _TITLE.search(raw) and not _REFRESH.search(raw):
            self._read_page()
        elif path == "robots.txt":
            self.kind = "robots"

    def _read_xml(self) -> None:
        try:
            self.root = etree.fromstring(self.raw, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as fault:
            self.fault, self.line = str(fault.msg), int(fault.lineno or 0)
        else:
            self.kind = _ROOTS.get(str(self.root.tag), "other")

    def _read_json(self) -> None:
        try:
            self.value = json.loads(self.raw)
        except ValueError as fault:  # UnicodeDecodeError is one
            self.fault, self.line = str(fault), getattr(fault, "lineno", 0)
        else:
            if isinstance(self.value, dict) and str(self.value.get("version", "")).startswith(_JSON_FEED):
                self.kind = "json feed"

    def _read_page(self) -> None:
        end = _HEAD_END.search(self.raw)
        head = self.raw[: end.start()] if end else self.raw
        self.root = etree.fromstring(head, etree.HTMLParser(encoding="utf-8"))
        self.kind = "page"

    @cached_property
    def metas(self) -> dict[str, str]:
        """The page's meta elements by name or property; of several the first."""
        found: dict[str, str] = {}
        for meta in self.root.iter("meta") if self.root is not None else ():
            found.setdefault(
                str(meta.get("name") or meta.get("property") or "").lower(), str(meta.get("content") or "")
            )
        return found

    @cached_property
    def data(self) -> tuple[dict[str, Any], ...]:
        """The page's JSON-LD objects, those of a graph one by one; what is no JSON is left out."""
        found: list[dict[str, Any]] = []
        for raw in _DATA.findall(self.raw):
            try:
                value = json.loads(raw)
            except ValueError:
                continue
            given = value if isinstance(value, list) else [value]
            for item in given:
                found += (
                    [o for o in (item, *item.get("@graph", ())) if isinstance(o, dict)]
                    if isinstance(item, dict)
                    else []
                )
        return tuple(found)

    @property
    def is_article(self) -> bool:
        """Whether the page is an article's."""
        kinds = {str(kind) for item in self.data for kind in _several(item.get("@type"))}
        return bool(kinds & {"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting"})

    def error(self, rule: str, message: Message, line: int = 0) -> Finding:
        """A finding that keeps the site from being deployed."""
        return Finding(rule, "error", message, self.path, line)

    def advice(self, rule: str, message: Message, line: int = 0) -> Finding:
        """A finding that does not."""
        return Finding(rule, "advice", message, self.path, line)


def documents(whole: Whole) -> Iterator[Document]:
    """The files of ``whole`` that rules look at, one at a time."""
    for path in sorted(whole.files):
        if path.endswith((*_XML, ".json", ".html", ".htm")) or path == "robots.txt":
            yield Document(path, (whole.folder / path).read_bytes())


def line_of(element: etree._Element) -> int:
    """The line on which ``element`` begins, 0 when it is not known."""
    found: Any = element.sourceline  # the stubs give it no type
    return int(found or 0)


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
