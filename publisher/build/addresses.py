"""Which content file stands at which address, and where a link in a text leads."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from publisher.article import Article, Finding, Page, Service, article_path, plain_name
from publisher.messages import Message, msg
from publisher.slugs import TAKEN

Record = Article | Service | Page

REGISTER = "layanan"
INDEX = "indeks"  # the A–Z list
_PELICAN = ("{filename}", "{static}", "{attach}", "|filename|", "|static|", "|attach|")
_PRIVATE = (".md", ".toml")


def record_path(record: Record) -> str:
    """The folder of the record's page below the site's root, with a closing slash."""
    if isinstance(record, Article):
        return article_path(record)
    if isinstance(record, Service):
        return f"{REGISTER}/{record.id}/"
    prefix = "" if record.lang == "id" else f"{record.lang}/"
    return f"{prefix}{record.slug}/"


def attachment_path(source: str) -> str:
    """Where the public copy of the content file ``source`` stands below the site's root."""
    return f"berkas/{plain_name(source)}"


def settle(records: Iterable[Record]) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Content path → address for ``records``; a record whose address is taken is left out with a finding."""
    addresses: dict[str, str] = {}
    owners: dict[str, str] = {}
    findings = []
    for record in records:
        address = record_path(record)
        owner = owners.get(address, "")
        if owner or _is_reserved(record, address):
            findings.append(_taken(record.path, address, owner))
            continue
        owners[address] = addresses[record.path] = address
        owners[address] = record.path
    return addresses, tuple(findings)


def _is_reserved(record: Record, address: str) -> bool:
    if not isinstance(record, Page):
        return False
    slug = address.rstrip("/")
    return slug in TAKEN or (slug == REGISTER and record.template != "register")


def _taken(path: str, address: str, owner: str) -> Finding:
    if owner:
        message = msg(
            "The address /{address} belongs to {owner} already; choose another slug.", address=address, owner=owner
        )
    else:
        message = msg("The address /{address} is kept for the site's own lists; choose another slug.", address=address)
    return Finding("address", "error", message, path)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: an address (``href``), a file of the content folder, or a fault in words.

    ``href`` is "" when the link must not stay; ``file`` is set when that content file has to be copied.
    """

    href: str = ""
    file: str = ""
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Resolves what editors write as a link to what a reader's browser needs.

    ``addresses`` are the content files that have a page, ``waiting`` those that have none yet (drafts,
    embargo): a link to one of them would give it away, so it is taken out.
    """

    site: str
    content: Path
    addresses: Mapping[str, str]
    waiting: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()  # former addresses that lead on
    _pages: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pages", frozenset(self.addresses.values()) | self.moved)

    def link(self, value: str, page: str) -> Target:
        """Where the link ``value`` in the content file ``page`` leads."""
        place = self._place(value)
        if place is None:
            return Target(href=value)
        path, tail = place
        source = inside(path, page)
        if source.endswith(".md"):
            return self._record(source, value, tail)
        if source and self._is_public_file(source):
            return Target(href=f"{self.site}/{quote(attachment_path(source))}{tail}", file=source)
        if path.startswith("/") and ".." not in path.split("/"):
            return self._site_path(path, value, tail)
        return Target(fault=msg("The link “{link}” leads nowhere: there is no such file.", link=value))

    def asked(self, value: str, page: str) -> tuple[str, ...]:
        """All content paths and addresses on which it hangs where the link ``value`` in the file ``page`` leads."""
        place = self._place(value)
        if place is None:
            return ()
        address = place[0].lstrip("/")
        return inside(place[0], page), address, f"{address}/", address.removesuffix("index.html")

    def picture(self, value: str, page: str) -> str | None:
        """The content path of the picture ``value`` in the file ``page``; None when it is not one of ours."""
        place = self._place(value)
        return None if place is None else inside(place[0], page)

    def _place(self, value: str) -> tuple[str, str] | None:
        """Path and the rest (query, fragment) of a link into the site; None for any other link."""
        for prefix in _PELICAN:
            value = value.removeprefix(prefix)
        if value == self.site or value.startswith((f"{self.site}/", f"{self.site}#", f"{self.site}?")):
            value = value[len(self.site) :] or "/"
        try:
            parts = urlsplit(value)
        except ValueError:
            return None
        if parts.scheme or parts.netloc or not parts.path:
            return None
        return unquote(parts.path), urlunsplit(("", "", "", parts.query, parts.fragment))

    def _record(self, source: str, value: str, tail: str) -> Target:
        if source in self.addresses:
            return Target(href=f"{self.site}/{quote(self.addresses[source])}{tail}")
        if source in self.waiting:
            return Target(fault=msg("The link “{link}” leads to a text that is not public yet.", link=value))
        if (self.content / source).is_file():
            return Target(fault=msg("The link “{link}” leads to a text that was left out.", link=value))
        return Target(fault=msg("The link “{link}” leads nowhere: there is no such file.", link=value))

    def _site_path(self, path: str, value: str, tail: str) -> Target:
        """A path of the site. Pages made of content are known here; the rest is checked once it is built."""
        address = path.lstrip("/")
        if f"{address}/" in self._pages:
            address = f"{address}/"
        first, _, rest = address.partition("/")
        owned = first == "berita" or (first == REGISTER and _is_service(rest)) or address.startswith("en/berita/")
        if owned and address.removesuffix("index.html") not in self._pages:
            return Target(fault=msg("The link “{link}” leads nowhere: the site has no such page.", link=value))
        return Target(href=f"{self.site}/{quote(address)}{tail}")

    def _is_public_file(self, source: str) -> bool:
        if source.endswith(_PRIVATE) or any(part.startswith(".") for part in source.split("/")):
            return False
        return (self.content / source).is_file()


def _is_service(rest: str) -> bool:
    """Whether below the register ``rest`` is the page of a service, and not one of its lists of news."""
    return bool(rest) and "/" not in rest.removesuffix("index.html").rstrip("/")


def inside(path: str, page: str) -> str:
    """The content path that ``path`` means in the file ``page``: from the content folder when it begins
    with a slash, else beside the file; "" when it leads out of the content folder."""
    if "\x00" in path:
        return ""
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(page), path)
    found = posixpath.normpath(joined)
    return "" if found in (".", "..") or found.startswith(("../", "/")) else found
