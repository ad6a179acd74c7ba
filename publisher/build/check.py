"""The staged site is looked through before it takes the last one's place."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from publisher.messages import Message, msg

_PAGES = (".html", ".htm")
_XML = (".xml", ".svg", ".opml")
_TEXT = (*_PAGES, *_XML, ".json", ".txt", ".css", ".js", ".nginx", "_redirects", ".htaccess")
_ADDRESSES = ("href", "src", "poster")
_META = frozenset({"og:image", "og:url", "twitter:image"})
DIGEST = 8
_PLAIN = re.compile(r"[A-Za-z0-9_/.-]*")
_WHOLE = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the file ``path`` of the staged site. Of a dead link, ``link`` is what the page
    says and ``target`` the path below the site's root that it means; "" is the home page."""

    path: str
    message: Message
    target: str = ""
    link: str = ""


def _any_of(words: Collection[str]) -> re.Pattern[bytes] | None:
    found = sorted((w.encode() for w in words if w), key=len, reverse=True)
    return re.compile(b"|".join(re.escape(w) for w in found)) if found else None


class Look:
    """Looks at files in ``folder`` one by one; ``files`` are all of the site, wherever they stand now. ``site`` is its
    address without a closing slash, ``secret`` words of which none may stand in any file.

    ``targets`` are the paths below the site's root that each page looked at leads to, as their digests.
    """

    def __init__(self, folder: Path, site: str, files: frozenset[str], secret: Collection[str]) -> None:
        self.folder = folder
        self.site = site
        self.files = files
        self.secret = _any_of(secret)
        self.targets: dict[str, bytes] = {}
        self._known: dict[str, bytes] = {}
        self._standing: frozenset[bytes] | None = None

    def missing(self, required: Collection[str]) -> Iterator[Problem]:
        """The ``required`` files that are not there."""
        return (Problem(p, msg("The file was not made.")) for p in sorted(set(required) - self.files))

    def names(self, paths: Iterable[str]) -> Iterator[Problem]:
        """Those of ``paths`` that hold a secret word themselves."""
        for path in paths if self.secret is not None else ():
            if self.secret is not None and self.secret.search(path.encode()):
                yield Problem(path, msg("The file tells of an article that is held back."))

    def dead(self, path: str, links: Iterable[tuple[str, str]]) -> Iterator[Problem]:
        """Those of ``links``, pairs of a target and what the page ``path`` says, that lead nowhere."""
        for target, link in links:
            if not self._stands(target):
                yield Problem(path, msg("The link {link} leads nowhere.", link=link), target, link)

    def is_secret(self, path: str) -> bool:
        """Whether a secret word stands in the file or in its name."""
        if self.secret is None:
            return False
        text = path.endswith(_TEXT) and self.secret.search((self.folder / path).read_bytes())
        return bool(text or self.secret.search(path.encode()))

    def file(self, path: str) -> Iterator[Problem]:
        """What is wrong with the file ``path``."""
        yield from self.names((path,))
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

    def ahead(self, path: str, raw: bytes) -> bytes | None:
        """Where a page leads that will stand at ``path``, as digests, while not all ``files`` are known; None of one
        that ``file`` must look at, because there is more to say of it."""
        secret = self.secret
        if not raw.strip() or (secret is not None and (secret.search(raw) or secret.search(path.encode()))):
            return None
        here = f"{self.site}/{path.removesuffix('index.html')}"
        return b"".join(sorted(self._digests(here, frozenset(_page_links(raw)))))

    def holds(self, path: str, targets: bytes | None, standing: bytes = b"") -> bool:
        """Whether there is nothing wrong with the page at ``path``, of which ``ahead`` gave ``targets``; those in
        ``standing`` are known to be there."""
        if targets is None:
            return False
        self.targets[path] = targets
        new = frozenset(split(targets)).difference(split(standing))
        if new and self._standing is None:
            self._standing = hashes((*self.files, *map(address, self.files)))
        return self._standing is None or self._standing.issuperset(new)

    def _digests(self, here: str, links: Iterable[str]) -> Iterator[bytes]:
        """The digests of the targets of ``links``; most stand on many pages."""
        found: set[bytes] = set()
        start = f"{self.site}/"
        for link in links:
            known = self._known.get(link)
            if known is None:
                target = self._inside(here, link)
                known = b"" if target is None else hashed(target)
                if link.startswith(start):  # means the same on all pages
                    self._known[link] = known
            if known:
                found.add(known)
        return iter(found)

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
        found = ((self._inside(here, link), link) for link in dict.fromkeys(links))
        inside = [(target, link) for target, link in found if target is not None]
        self.targets[path] = b"".join(sorted(hashes(target for target, _ in inside)))
        yield from self.dead(path, inside)

    def _inside(self, here: str, link: str) -> str | None:
        """The path below the site's root that ``link`` leads to, None when it leads elsewhere."""
        if link.startswith(f"{self.site}/") and _PLAIN.fullmatch(link, len(self.site) + 1):  # nothing to take apart
            return link[len(self.site) + 1 :]
        if not link.startswith(self.site) and _WHOLE.fullmatch(link):  # the same on another site
            return None
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


def address(path: str) -> str:
    """The path that links to the file ``path`` lead to."""
    return path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else path


def hashed(path: str) -> bytes:
    """What stands for a path of the site where many are kept: DIGEST bytes."""
    return blake2b(path.encode("utf-8", "surrogatepass"), digest_size=DIGEST).digest()


def hashes(paths: Iterable[str]) -> frozenset[bytes]:
    """The same of many."""
    return frozenset(map(hashed, paths))


def split(raw: bytes, size: int = DIGEST) -> Iterator[bytes]:
    """The parts of ``raw``, each of ``size`` bytes."""
    return (raw[at : at + size] for at in range(0, len(raw), size))


def _page_links(raw: bytes) -> Iterator[str]:
    root = etree.fromstring(raw, etree.HTMLParser(encoding="utf-8"))
    if root is None:
        return
    for element in root.iter(etree.Element):
        found = dict(element.items())  # asking a dictionary is quicker, and most elements have nothing
        if not found:
            continue
        for name in _ADDRESSES:
            value = found.get(name)
            if value and not value.startswith("#"):
                yield value
        for candidate in found.get("srcset", "").split(","):
            if candidate.strip():
                yield candidate.split()[0]
        if element.tag == "meta" and (found.get("property") or found.get("name")) in _META:
            yield found.get("content", "")
