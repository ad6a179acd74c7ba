"""The staged site is looked through before it takes the last one's place."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from publisher.messages import Message, msg

_PAGES = (".html", ".htm")
_XML = (".xml", ".svg", ".opml")
_TEXT = (*_PAGES, *_XML, ".json", ".txt", ".css", ".js", ".nginx", "_redirects", ".htaccess")
_ADDRESSES = ("href", "src", "poster")
_META = frozenset({"og:image", "og:url", "twitter:image"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the file ``path`` of the staged site. Of a dead link, ``link`` is what the page
    says and ``target`` the path below the site's root that it means; "" is the home page."""

    path: str
    message: Message
    target: str = ""
    link: str = ""


def look_through(folder: Path, site: str, *, required: Collection[str], secret: Collection[str]) -> tuple[Problem, ...]:
    """What is wrong with the site staged in ``folder``: ``site`` is its address without a closing slash,
    ``required`` the files it must have, ``secret`` words of which none may stand in any file."""
    files = frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    look = _Look(folder, site, files, _any_of(secret))
    missing = (Problem(p, msg("The file was not made.")) for p in sorted(set(required) - files))
    return (*missing, *(problem for path in sorted(files) for problem in look.file(path)))


def _any_of(words: Collection[str]) -> re.Pattern[bytes] | None:
    found = sorted((w.encode() for w in words if w), key=len, reverse=True)
    return re.compile(b"|".join(re.escape(w) for w in found)) if found else None


@dataclass(frozen=True, slots=True)
class _Look:
    folder: Path
    site: str
    files: frozenset[str]
    secret: re.Pattern[bytes] | None

    def file(self, path: str) -> Iterator[Problem]:
        if self.secret is not None and self.secret.search(path.encode()):
            yield Problem(path, msg("The file tells of an article that is held back."))
        if not path.endswith(_TEXT):
            if not (self.folder / path).stat().st_size and not path.rsplit("/", 1)[-1].startswith("."):
                yield Problem(path, msg("The file is empty."))
            return
        raw = (self.folder / path).read_bytes()
        if not raw.strip():
            yield Problem(path, msg("The file is empty."))
            return
        if self.secret is not None and self.secret.search(raw):
            yield Problem(path, msg("The file tells of an article that is held back."))
        yield from self._form(path, raw)

    def _form(self, path: str, raw: bytes) -> Iterator[Problem]:
        if path.endswith(_PAGES):
            yield from self._links(path, _page_links(raw))
        elif path.endswith(".json"):
            try:
                json.loads(raw)
            except ValueError as fault:
                yield Problem(path, msg("The file is no JSON: {detail}", detail=str(fault)))
        elif path.endswith(_XML):
            try:
                root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
            except etree.XMLSyntaxError as fault:
                yield Problem(path, msg("The file is no XML: {detail}", detail=str(fault)))
                return
            if path.startswith("sitemap"):
                yield from self._links(path, (e.text or "" for e in root.iter("{*}loc")))

    def _links(self, path: str, links: Iterable[str]) -> Iterator[Problem]:
        here = f"{self.site}/{path.removesuffix('index.html')}"
        for link in dict.fromkeys(links):
            target = self._inside(here, link)
            if target is not None and not self._stands(target):
                yield Problem(path, msg("The link {link} leads nowhere.", link=link), target, link)

    def _inside(self, here: str, link: str) -> str | None:
        """The path below the site's root that ``link`` leads to, None when it leads elsewhere."""
        try:
            parts = urlsplit(urljoin(here, link.strip()))
        except ValueError:
            return None
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if address == self.site:
            return ""
        return unquote(address[len(self.site) + 1 :]) if address.startswith(f"{self.site}/") else None

    def _stands(self, target: str) -> bool:
        return (f"{target}index.html" if target.endswith("/") or not target else target) in self.files


def _page_links(raw: bytes) -> Iterator[str]:
    root = etree.fromstring(raw, etree.HTMLParser(encoding="utf-8"))
    if root is None:
        return
    for element in root.iter(etree.Element):
        for name in _ADDRESSES:
            value = element.get(name)
            if value and not value.startswith("#"):
                yield str(value)
        for candidate in str(element.get("srcset") or "").split(","):
            if candidate.strip():
                yield candidate.split()[0]
        if element.tag == "meta" and (element.get("property") or element.get("name")) in _META:
            yield str(element.get("content") or "")
