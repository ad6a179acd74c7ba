"""The content folder: one file to an Article, a Service or a Page, or a finding with its line.

``berita/`` holds articles, ``layanan/`` the register, ``halaman/`` standing pages. Each file is opened once. A file
with an error is left out and named in ``Content.unreadable``; the rest goes on. What a person must mend is an
"error", what the reader has put right by itself is an "advice".

    read, read_file, parse      the folder, one file, its bytes
    moved, open_fields          what `kentongan check` asks besides
    former_path                 where an old slug or path of an article stood
    new_article, fix_ids        what we write into the folder; mint_id, slugify

A file is decoded (``_characters``), taken apart (``_frontmatter``, ``_fields``) and made a value by its kind
(``_article``, ``_service``, ``_page``); ``_relations`` then compares them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from publisher.article import Article, Finding, Page, Service
from publisher.content import _article, _page, _relations, _service
from publisher.content import _frontmatter as front
from publisher.content._characters import decode, plain_spaces, without_references
from publisher.content._fields import Fields
from publisher.content._files import DATA, NEWS, PAGES, REGISTER, files, missing, why
from publisher.content._unfilled import open_fields
from publisher.content.former import former_path, moved
from publisher.content.ids import fix_ids, mint_id
from publisher.content.new import new_article
from publisher.errors import ContentFault
from publisher.messages import msg
from publisher.slugs import slugify

__all__ = [
    "DATA",
    "NEWS",
    "PAGES",
    "REGISTER",
    "Content",
    "Reading",
    "fix_ids",
    "former_path",
    "mint_id",
    "missing",
    "moved",
    "new_article",
    "open_fields",
    "parse",
    "read",
    "read_each",
    "read_file",
    "reading",
    "slugify",
]

_NO_KEEP: Mapping[str, str] = MappingProxyType({})
Entry = Article | Service | Page
Maker = Callable[[Fields, str, int, Path, ZoneInfo], Entry]
_KINDS: Mapping[str, tuple[Sequence[str], Maker]] = MappingProxyType(
    {
        NEWS: (_article.FIELDS, _article.article),
        REGISTER: (_service.FIELDS, _service.service),
        PAGES: (_page.FIELDS, _page.page),
    }
)


@dataclass(frozen=True, slots=True)
class Content:
    """All that was read. Articles are newest first by (date, path), the register and the pages by path.

    ``unreadable`` are the paths, relative to the content folder, of the files that were left out.
    """

    articles: tuple[Article, ...] = ()
    services: tuple[Service, ...] = ()
    pages: tuple[Page, ...] = ()
    findings: tuple[Finding, ...] = ()
    unreadable: tuple[str, ...] = ()

    def article(self, id: str) -> Article | None:
        """The article ``id``, None when there is none."""
        return next((a for a in self.articles if a.id == id), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its entry (None when an error leaves it out) and its findings.

    ``named`` are the files that it names, by their content paths, and whether each can be used: with the file's own
    bytes they are all that decides.
    """

    entry: Entry | None
    findings: tuple[Finding, ...]
    named: Mapping[str, bool] = field(default_factory=dict)


Reader = Callable[[Path, Sequence[str], ZoneInfo], Iterable[tuple[str, Reading]]]


def read_each(folder: Path, paths: Sequence[str], zone: ZoneInfo) -> Iterator[tuple[str, Reading]]:
    """The files at ``paths`` below ``folder``, one after the other."""
    for path in paths:
        yield path, reading(folder, path, zone)


def read(folder: Path, zone: ZoneInfo, *, keep: Mapping[str, str] = _NO_KEEP, reader: Reader = read_each) -> Content:
    """The whole content folder; ``keep`` maps an id to its article's path in the last manifest, ``reader`` reads
    the files in its own way, and leaves out those that nobody need compare with others.

    Raises UsageFault when there is no such folder, ContentFault when nothing is in it: an empty folder is
    a slip, and what is published would vanish.
    """
    paths, found = files(folder)
    if not paths and not any(folder.iterdir()):
        raise ContentFault(
            msg("There is no article in the content folder; write one with `kentongan new`."), where=str(folder)
        )
    entries: dict[str, Entry | None] = {}
    for path, seen in reader(folder, paths, zone):
        entries[path] = seen.entry
        found += seen.findings
    services = _relations.services((e for e in entries.values() if isinstance(e, Service)), found)
    pages = _relations.pages((e for e in entries.values() if isinstance(e, Page)), found)
    broken = frozenset(p for p, e in entries.items() if e is None)
    articles = _relations.unique((e for e in entries.values() if isinstance(e, Article)), keep, broken, found)
    articles = _relations.related(articles, services, pages, found)
    kept = {e.path for group in (articles, services, pages) for e in group}
    return Content(
        articles=tuple(sorted(sorted(articles, key=lambda a: a.path), key=lambda a: a.date, reverse=True)),
        services=tuple(services),
        pages=tuple(pages),
        findings=tuple(sorted(found, key=lambda f: (f.path, f.line, f.level, f.rule, str(f.message)))),
        unreadable=tuple(p for p in entries if p not in kept),
    )


def read_file(folder: Path, path: str, zone: ZoneInfo) -> tuple[Entry | None, list[Finding]]:
    """The file at ``path`` below ``folder``, None when an error leaves it out."""
    seen = reading(folder, path, zone)
    return seen.entry, list(seen.findings)


def reading(folder: Path, path: str, zone: ZoneInfo) -> Reading:
    """The same with the files that it names."""
    try:
        raw = (folder / path).read_bytes()
    except OSError as fault:
        message = msg("The file cannot be read: {detail}", detail=why(fault))
        return Reading(None, (Finding("unreadable", "error", message, path),), {path: False})
    return _parsed(raw, path, folder, zone)


def parse(raw: bytes, path: str, folder: Path, zone: ZoneInfo) -> tuple[Entry | None, list[Finding]]:
    """The file's bytes as what its folder says: an article, a service or a page."""
    seen = _parsed(raw, path, folder, zone)
    return seen.entry, list(seen.findings)


def _parsed(raw: bytes, path: str, folder: Path, zone: ZoneInfo) -> Reading:
    text, found = decode(raw, path)
    if text is None:
        return Reading(None, tuple(found))
    parts, more = front.split(text, path)
    found += more
    if parts is None:
        return Reading(None, tuple(found))
    known, make = _KINDS[path.split("/", 1)[0]]
    fields, more = front.fields(parts, path, known)
    found += more
    if fields is None:
        return Reading(None, tuple(found))
    fields.found = found
    entry = make(fields, _body(fields, parts), parts.body_line, folder, zone)
    return Reading(None if fields.failed else entry, tuple(found), fields.named)


def _body(fields: Fields, parts: front.Parts) -> str:
    """The Markdown text, without what no page may hold."""
    body, at = without_references(parts.body)
    if at >= 0:
        fields.advice(
            "characters",
            "",
            msg("A reference to a control character (“&#…;”) was taken out here."),
            parts.body_line + parts.body.count("\n", 0, at),
        )
    return plain_spaces(body)
