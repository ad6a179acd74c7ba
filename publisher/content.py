"""One file to an Article, a Service or a Page, or a finding with its line; used by check, new and the build.

Content folder: ``berita/`` articles, ``layanan/`` the register, ``halaman/`` standing pages. Each file is
opened once. A file with an error is left out and named in ``Content.unreadable``; the rest goes on.
What a person must mend is an "error", what the reader has put right by itself is an "advice".
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import posixpath
import re
import secrets
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode

from publisher import _frontmatter as front
from publisher._references import body_pictures, find_file, find_picture, picture_target, why
from publisher.article import (
    Article,
    Benefit,
    Correction,
    Finding,
    Page,
    Picture,
    Service,
    Status,
    article_path,
)
from publisher.errors import ContentFault, MachineFault, UsageFault
from publisher.messages import LANGUAGES, Message, msg

if TYPE_CHECKING:
    from publisher.manifest import Manifest

NEWS, REGISTER, PAGES, DATA = "berita", "layanan", "halaman", "data"

ARTICLE_FIELDS = (
    "id",
    "title",
    "date",
    "modified",
    "slug",
    "former",
    "category",
    "tags",
    "authors",
    "editor",
    "photographer",
    "place",
    "summary",
    "image",
    "image_alt",
    "image_caption",
    "image_credit",
    "image_consent",
    "focus",
    "attachments",
    "services",
    "source",
    "canonical",
    "embargo",
    "correction",
    "channels",
    "posts",
    "lang",
    "translation_of",
    "template",
    "status",
    "withdrawn",
)
SERVICE_FIELDS = (
    "id",
    "name",
    "aliases",
    "kind",
    "innovation",
    "online",
    "owner",
    "audience",
    "status",
    "since",
    "until",
    "moved_to",
    "requirements",
    "cost",
    "duration",
    "hours",
    "place",
    "link",
    "complaint",
    "legal_basis",
    "lke",
    "benefit",
    "replicated_by",
    "summary",
    "updated",
)
PAGE_FIELDS = ("title", "slug", "summary", "template", "lang", "modified")
BENEFIT_FIELDS = ("before", "after", "source", "date")

KINDS = ("orisinal", "adaptasi", "replikasi", "arahan pusat")
SERVICE_STATUS = ("aktif", "dialihkan", "berhenti")
FLAGS: Mapping[str, bool | None] = MappingProxyType(
    {"yes": True, "ya": True, "true": True, "no": False, "tidak": False, "false": False, "unknown": None}
)

# Files of the content folder that no reader may fetch: a draft is one.
PRIVATE = (".md", ".toml")
# The first part of addresses that the site uses itself; a standing page may not take one.
TAKEN = frozenset(
    [
        *("404", "arsip", "berita", "berkas", "cards", "cari", "en", "feeds", "gambar", "id", "indeks", "kategori"),
        *("penulis", "sitemap", "tag", "theme"),
    ]
)
# Names that Windows gives to no file or folder, whatever their ending (learn.microsoft.com, "Naming files").
DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))])

SLUG_LENGTH = 80
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_SLUG = re.compile(r"[a-z0-9-]{1,120}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_NO_KEEP: Mapping[str, str] = MappingProxyType({})

Entry = Article | Service | Page
T = TypeVar("T", Service, Page)


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


def read(folder: Path, zone: ZoneInfo, *, keep: Mapping[str, str] = _NO_KEEP) -> Content:
    """The whole content folder; ``keep`` maps an id to its article's path in the last manifest.

    Raises UsageFault when there is no such folder, ContentFault when nothing is in it: an empty folder is
    a slip, and what is published would vanish.
    """
    paths, found = _files(folder)
    if not paths and not any(folder.iterdir()):
        raise ContentFault(
            msg("There is no article in the content folder; write one with `kentongan new`."), where=str(folder)
        )
    entries: dict[str, Entry | None] = {}
    for path in paths:
        entry, more = read_file(folder, path, zone)
        entries[path] = entry
        found += more
    services = _one_each((e for e in entries.values() if isinstance(e, Service)), _service_key, _same_service, found)
    pages = _one_each((e for e in entries.values() if isinstance(e, Page)), _page_key, _same_page, found)
    broken = frozenset(p for p, e in entries.items() if e is None)
    articles = _unique((e for e in entries.values() if isinstance(e, Article)), keep, broken, found)
    articles = _related(articles, services, pages, found)
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
    try:
        raw = (folder / path).read_bytes()
    except OSError as fault:
        return None, [Finding("unreadable", "error", msg("The file cannot be read: {detail}", detail=why(fault)), path)]
    return parse(raw, path, folder, zone)


def parse(raw: bytes, path: str, folder: Path, zone: ZoneInfo) -> tuple[Entry | None, list[Finding]]:
    """The file's bytes as what its folder says: an article, a service or a page."""
    text, found = front.decode(raw, path)
    if text is None:
        return None, found
    parts, more = front.split(text, path)
    found += more
    if parts is None:
        return None, found
    known, make = _KINDS[path.split("/", 1)[0]]
    fields, more = front.fields(parts, path, known)
    found += more
    if fields is None:
        return None, found
    fields.found = found
    entry = make(fields, _body(fields, parts), parts.body_line, folder, zone)
    return (None if fields.failed else entry), found


def _body(fields: front.Fields, parts: front.Parts) -> str:
    """The Markdown text, without what no page may hold."""
    body, at = front.without_references(parts.body)
    if at >= 0:
        fields.advice(
            "characters",
            "",
            msg("A reference to a control character (“&#…;”) was taken out here."),
            parts.body_line + parts.body.count("\n", 0, at),
        )
    return front.plain_spaces(body)


def _article(fields: front.Fields, body: str, line: int, folder: Path, zone: ZoneInfo) -> Article | None:
    ident = _id(fields)
    title = _title(fields, "title")
    date = _date(fields, zone)
    status = _choice(fields, "status", tuple(Status), Status.PUBLISHED)
    picture = _picture(fields, folder)
    _check_pictures(fields, body, line, folder)
    if not body and status in (Status.PUBLISHED, Status.HIDDEN):
        fields.advice("body", "", msg("The article has no text; write it below the second “---”."), line)
    reason, when = _withdrawal(fields, zone)
    article = Article(
        id=ident,
        title=title,
        date=date or datetime.min.replace(tzinfo=zone),
        slug=_slug(fields, slugify(title) or ident.lower()),
        path=fields.path,
        body=body,
        modified=_modified(fields, date, zone),
        former=fields.texts("former"),
        category=_named(fields, "category", (fields.text("category"),))[0],
        tags=_named(fields, "tags", fields.texts("tags", commas=True)),
        authors=fields.texts("authors"),
        editor=fields.text("editor"),
        photographer=fields.text("photographer"),
        place=fields.text("place"),
        summary=fields.text("summary"),
        picture=picture,
        attachments=_attachments(fields, folder),
        services=fields.texts("services", commas=True),
        source=_source(fields),
        canonical=_canonical(fields),
        embargo=fields.when("embargo", zone),
        corrections=_corrections(fields, zone),
        channels=fields.texts("channels", commas=True) if fields.given("channels") else None,
        posts=_posts(fields),
        lang=_choice(fields, "lang", LANGUAGES, "id"),
        translation_of=fields.text("translation_of"),
        template=_template(fields, "article"),
        status=Status(status),
        withdrawn=reason,
        withdrawn_at=when,
        lines=(*fields.lines.items(), ("body", line)),
    )
    _check_withdrawn(fields, article)
    return article


def _id(fields: front.Fields) -> str:
    ident = fields.text("id")
    if not ident:
        fields.error("id", "id", msg("The article has no id; run `kentongan check --fix`, which writes one."), 1)
    elif not _ID.fullmatch(ident):
        fields.error(
            "id",
            "id",
            msg(
                "The id “{id}” may only hold letters, digits and dashes; put the old id back, or remove the line of a "
                "new article and run `kentongan check --fix`.",
                id=ident,
            ),
        )
    return ident


def _title(fields: front.Fields, key: str) -> str:
    title = fields.text(key)
    if not title and not _failed_type(fields, key):
        fields.error("title", key, msg("The field “{field}” is missing; write it.", field=key), _first(fields, key))
    return title


def _date(fields: front.Fields, zone: ZoneInfo) -> datetime | None:
    date = fields.when("date", zone)
    if date is None and not fields.given("date"):
        fields.error(
            "date",
            "date",
            msg("The date is missing; write it like “date: 2026-11-24 09:15”."),
            _first(fields, "date"),
        )
    return date


def _first(fields: front.Fields, key: str) -> int:
    """The line of ``key``, or of the file's beginning when the field is missing."""
    return fields.lines.get(key, 1)


def _failed_type(fields: front.Fields, key: str) -> bool:
    """Whether the field holds something, so that its own fault is reported already."""
    return fields.given(key) and any(f.rule == "type" for f in fields.found)


def _modified(fields: front.Fields, date: datetime | None, zone: ZoneInfo) -> datetime | None:
    modified = fields.when("modified", zone)
    if modified is None or date is None or modified >= date:
        return modified
    if modified.date() != date.date() or modified.time() != datetime.min.time():
        fields.advice(
            "date", "modified", msg("“modified” lies before “date” and was ignored; write the later time or remove it.")
        )
    return None


def _slug(fields: front.Fields, default: str) -> str:
    given = fields.text("slug")
    if not given:
        return default
    if _SLUG.fullmatch(given) and given.strip("-") and given not in DEVICES:
        return given
    slug = slugify(given) or default
    fields.advice(
        "slug",
        "slug",
        msg(
            "The slug “{given}” may only hold a–z, 0–9 and dashes; “{slug}” was taken. Write that into the file.",
            given=given,
            slug=slug,
        ),
    )
    return slug


def slugify(text: str) -> str:
    """``text`` as the last part of an address: ASCII, lower case, dashes; "" when nothing is left."""
    folded = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", folded.lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:SLUG_LENGTH]
        if len(longer) > SLUG_LENGTH:
            break
        slug = longer
    return f"{slug}-1" if slug in DEVICES else slug


def _choice(fields: front.Fields, key: str, allowed: Sequence[str], default: str) -> str:
    """One of the words in ``allowed``; anything else leaves the file out, since guessing may publish it."""
    text = fields.text(key).lower()
    if not text:
        return default
    if text in allowed:
        return text
    near = difflib.get_close_matches(text, allowed, n=1)
    words = ", ".join(allowed)
    message = (
        msg(
            "“{field}” cannot be “{text}”; did you mean “{near}”? Known are: {known}.",
            field=key,
            text=text,
            near=near[0],
            known=words,
        )
        if near
        else msg("“{field}” cannot be “{text}”; known are: {known}.", field=key, text=text, known=words)
    )
    fields.error(key, key, message)
    return default


def _template(fields: front.Fields, default: str) -> str:
    name = fields.text("template") or default
    if not _NAME.fullmatch(name):
        fields.error("template", "template", msg("“{name}” is no name of a template.", name=name))
    return name


def _named(fields: front.Fields, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that have a page of their own: one without a letter or digit has no address."""
    kept: dict[str, str] = {}
    for name in names:
        if not name or slugify(name):
            kept.setdefault(slugify(name), name)
        else:
            fields.advice(key, key, msg("“{name}” has no Latin letter or digit and was ignored.", name=name))
    return tuple(kept.values()) or (("",) if key == "category" else ())


def _source(fields: front.Fields) -> str:
    """Where the facts come from: an address or words; what looks like an address must be one."""
    source = fields.text("source")
    if re.match(r"(?i)(https?:|www\.|javascript:|data:|file:)", source) and not is_url(source):
        fields.advice(
            "source",
            "source",
            msg("“{text}” is no web address and was ignored; write https://…", text=source),
        )
        return ""
    return source


def _canonical(fields: front.Fields) -> str:
    canonical = fields.text("canonical")
    if canonical and not is_url(canonical):
        fields.error(
            "canonical",
            "canonical",
            msg("“canonical” must be the full address of the original, https://…, not “{text}”.", text=canonical),
        )
    return canonical


def is_url(text: str) -> bool:
    """Whether ``text`` is a full web address that can stand in a page as it is."""
    if re.search(r"[\s<>\"`{}|\\^]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _corrections(fields: front.Fields, zone: ZoneInfo) -> tuple[Correction, ...]:
    found: list[Correction] = []
    for table in fields.tables("correction"):
        day, text = fields.inner("correction", table, "date"), fields.inner("correction", table, "text")
        when = fields.as_time("correction", day, zone) if day else None
        if when and text:
            found.append(Correction(when, text))
        elif not (day and text):
            fields.error("correction", "correction", msg("A correction needs “date” and “text”."))
    return tuple(sorted(found, key=lambda c: c.date))


def _withdrawal(fields: front.Fields, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """The public reason and the day: a text alone, or a table of "date" and "text" as corrections have it."""
    if not isinstance(fields.nodes.get("withdrawn"), MappingNode):
        return fields.text("withdrawn"), None
    table = fields.table("withdrawn")
    day = fields.inner("withdrawn", table, "date")
    return fields.inner("withdrawn", table, "text"), fields.as_time("withdrawn", day, zone) if day else None


def _posts(fields: front.Fields) -> tuple[tuple[str, str], ...]:
    texts = ((name, fields.lines_text("posts", node)) for name, node in fields.table("posts").items())
    return tuple(sorted((name, text) for name, text in texts if text))


def _check_withdrawn(fields: front.Fields, article: Article) -> None:
    if article.status is Status.WITHDRAWN and not article.withdrawn:
        fields.advice(
            "withdrawn",
            "status",
            msg("Readers see no reason why this article was withdrawn; write it in “withdrawn”."),
        )
    elif article.withdrawn and article.status is not Status.WITHDRAWN:
        fields.advice(
            "withdrawn",
            "withdrawn",
            msg(
                "“withdrawn” gives a reason, but the article is not withdrawn; write “status: withdrawn” or remove it."
            ),
        )


def _picture(fields: front.Fields, folder: Path) -> Picture | None:
    given = fields.text("image")
    focus = _focus(fields)
    if not given:
        return None
    path, fault = find_picture(given, fields.path, folder)
    if fault:
        fields.error("picture", "image", fault)
    alt = fields.text("image_alt")
    if not alt:
        fields.error(
            "picture",
            "image",
            msg("The picture has no text for blind readers; say in “image_alt” what it shows."),
        )
    return Picture(
        path=path,
        alt=alt,
        caption=fields.text("image_caption"),
        credit=fields.text("image_credit"),
        consent=_consent(fields),
        focus=focus,
    )


def _consent(fields: front.Fields) -> str:
    """``none needed`` or ``held: <file number>``; YAML takes the second for a table when it is indented."""
    node = fields.nodes.get("image_consent")
    if isinstance(node, MappingNode):
        table = fields.table("image_consent")
        return ", ".join(f"{name}: {fields.inner('image_consent', table, name)}" for name in table)
    return fields.text("image_consent")


def _focus(fields: front.Fields) -> tuple[float, float] | None:
    parts = fields.items("focus")
    if not parts:
        return None
    if len(parts) == 1:
        parts = tuple(parts[0].replace(",", " ").split())
    try:
        x, y = (float(p.removesuffix("%")) / (100 if p.endswith("%") else 1) for p in parts)
    except ValueError:
        x = y = -1.0
    if 0 <= x <= 1 and 0 <= y <= 1:
        return x, y
    fields.advice(
        "focus",
        "focus",
        msg("“focus” was ignored; write two numbers from 0 (left, top) to 1 (right, bottom), like [0.5, 0.3]."),
    )
    return None


def _attachments(fields: front.Fields, folder: Path) -> tuple[str, ...]:
    paths: list[str] = []
    for given in fields.texts("attachments"):
        path, fault = find_file(given, fields.path, folder)
        if not fault and (path.lower().endswith(PRIVATE) or any(p.startswith(".") for p in path.split("/"))):
            fault = msg("“{path}” is a text or data of the site itself and cannot be attached.", path=given)
        if fault:
            fields.error("attachments", "attachments", fault)
        paths.append(path)
    return tuple(paths)


def _check_pictures(fields: front.Fields, body: str, line: int, folder: Path) -> None:
    for at, alt, address in body_pictures(body):
        here = line + body.count("\n", 0, at)
        if re.match(r"(?i)(?:[a-z][a-z0-9+.-]+:|//)", address):
            fields.advice(
                "picture",
                "",
                msg("This picture is fetched from another site; copy it beside the article."),
                here,
            )
        else:
            fault = find_picture(picture_target(address), fields.path, folder)[1]
            if fault:
                fields.error("picture", "", fault, here)
        if not alt.strip():
            fields.advice(
                "picture",
                "",
                msg("This picture has no text for blind readers; say what it shows: ![it shows …](picture.jpg)."),
                here,
            )


def _service(fields: front.Fields, body: str, line: int, folder: Path, zone: ZoneInfo) -> Service | None:
    stem = posixpath.basename(fields.path).rsplit(".", 1)[0]
    ident = fields.text("id") or stem
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", ident) or ident in DEVICES:
        fields.error(
            "id",
            "id",
            msg("The id of a service, “{id}”, may only hold a–z, 0–9 and dashes; so must the file's name.", id=ident),
        )
    elif ident != stem:
        fields.error(
            "id",
            "id",
            msg("The file of the service “{id}” must be called {id}.md; rename the file, not the id.", id=ident),
        )
    _check_pictures(fields, body, line, folder)
    return Service(
        id=ident,
        name=_title(fields, "name"),
        path=fields.path,
        body=body,
        aliases=fields.texts("aliases"),
        kind=_kind(fields),
        innovation=_flag(fields, "innovation"),
        online=_flag(fields, "online"),
        owner=fields.text("owner"),
        audience=fields.text("audience"),
        status=_choice(fields, "status", SERVICE_STATUS, "aktif"),
        since=fields.text("since"),
        until=fields.text("until"),
        moved_to=fields.text("moved_to"),
        requirements=fields.texts("requirements"),
        cost=fields.text("cost"),
        duration=fields.text("duration"),
        hours=fields.text("hours"),
        place=fields.text("place"),
        link=_link(fields),
        complaint=fields.text("complaint"),
        legal_basis=fields.texts("legal_basis"),
        lke=fields.texts("lke", commas=True),
        benefit=_benefit(fields),
        replicated_by=fields.texts("replicated_by"),
        summary=fields.text("summary"),
        updated=fields.when("updated", zone),
    )


def _kind(fields: front.Fields) -> str:
    kind = fields.text("kind").lower()
    if kind and kind not in KINDS:
        fields.advice(
            "kind",
            "kind",
            msg(
                "“{field}” cannot be “{text}” and counts as not known; known are: {known}.",
                field="kind",
                text=kind,
                known=", ".join(KINDS),
            ),
        )
        return ""
    return kind


def _flag(fields: front.Fields, key: str) -> bool | None:
    text = fields.text(key).lower()
    if text and text not in FLAGS:
        fields.advice(
            key,
            key,
            msg(
                "“{field}” cannot be “{text}” and counts as not known; known are: {known}.",
                field=key,
                text=text,
                known="yes, no, unknown",
            ),
        )
    return FLAGS.get(text)


def _link(fields: front.Fields) -> str:
    link = fields.text("link")
    if link and not (is_url(link) or re.fullmatch(r"(?i)(?:mailto:[^\s@<>\"]+@[^\s@<>\"]+|tel:\+?[0-9-]+)", link)):
        fields.advice("link", "link", msg("“{text}” is no web address and was ignored; write https://…", text=link))
        return ""
    return link


def _benefit(fields: front.Fields) -> Benefit:
    table = fields.table("benefit")
    for name in table:
        if name not in BENEFIT_FIELDS:
            fields.advice(
                "unknown_field",
                "benefit",
                msg("There is no field “{field}”; it was ignored.", field=f"benefit: {name}"),
            )
    return Benefit(**{name: fields.inner("benefit", table, name) for name in BENEFIT_FIELDS})


def _page(fields: front.Fields, body: str, line: int, folder: Path, zone: ZoneInfo) -> Page | None:
    stem = posixpath.basename(fields.path).rsplit(".", 1)[0]
    title = _title(fields, "title")
    slug = _slug(fields, slugify(stem) or slugify(title))
    if not slug:
        fields.error("slug", "slug", msg("The page has no address; give it a slug of a–z, 0–9 and dashes."), 1)
    if slug in TAKEN:
        fields.error(
            "slug",
            "slug",
            msg("The address /{slug}/ belongs to the site itself; give the page another slug.", slug=slug),
            _first(fields, "slug"),
        )
    _check_pictures(fields, body, line, folder)
    return Page(
        title=title,
        slug=slug,
        path=fields.path,
        body=body,
        summary=fields.text("summary"),
        template=_template(fields, "page"),
        lang=_choice(fields, "lang", LANGUAGES, "id"),
        modified=fields.when("modified", zone),
    )


Maker = Callable[[front.Fields, str, int, Path, ZoneInfo], Entry | None]
_KINDS: Mapping[str, tuple[Sequence[str], Maker]] = MappingProxyType(
    {NEWS: (ARTICLE_FIELDS, _article), REGISTER: (SERVICE_FIELDS, _service), PAGES: (PAGE_FIELDS, _page)}
)


def _files(folder: Path) -> tuple[list[str], list[Finding]]:
    """The Markdown files below ``folder`` in the order of their paths, and what is wrong with names."""
    if not folder.is_dir():
        raise missing(folder)
    found: list[Finding] = []
    paths: list[str] = []
    for path in sorted(_walk(folder)):
        if not _says_something(path, found):
            continue
        if path.split("/", 1)[0] in _KINDS and "/" in path:
            paths.append(path)
        elif not path.startswith(f"{DATA}/"):
            found.append(
                Finding(
                    "place",
                    "advice",
                    msg(
                        "This file is not read; news belong into berita/, services into layanan/, pages into halaman/."
                    ),
                    path,
                )
            )
    _same_but_case(paths, found)
    if not any(p.startswith(f"{NEWS}/") for p in paths):
        found.append(
            Finding(
                "empty",
                "error",
                msg("There is no article in the content folder; write one with `kentongan new`."),
                NEWS,
            )
        )
    return paths, found


def missing(folder: Path) -> UsageFault:
    """The fault that there is no content folder where one is wanted."""
    return UsageFault(
        msg("There is no content folder {folder}; run the command in the project's folder.", folder=str(folder))
    )


def _walk(folder: Path) -> Iterator[str]:
    """Every file that is not hidden and no editor's backup, as a content-relative path."""

    def refuse(fault: OSError) -> None:
        raise MachineFault(
            msg("The folder {folder} cannot be read: {detail}", folder=str(fault.filename), detail=why(fault))
        )

    for top, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [f for f in folders if not f.startswith(".")]
        base = Path(top).relative_to(folder).as_posix()
        for name in files:
            if not name.startswith((".", "~", "#")) and not name.endswith(("~", ".swp", ".tmp", ".bak")):
                yield name if base == "." else f"{base}/{name}"


def _says_something(path: str, found: list[Finding]) -> bool:
    """Whether the file at ``path`` is Markdown with a usable name."""
    lower = path.lower()
    if not lower.endswith(".md"):
        if lower.endswith((".md.txt", ".markdown", ".mdown")):
            found.append(
                Finding("place", "advice", msg("This file is not read; its name must end in “.md”."), _printable(path))
            )
        return False
    if _printable(path) != path:
        found.append(
            Finding(
                "place",
                "error",
                msg("The file's name holds characters that cannot be shown; rename it."),
                _printable(path),
            )
        )
        return False
    return True


def _printable(path: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in path)


def _same_but_case(paths: Sequence[str], found: list[Finding]) -> None:
    """Two names that Windows takes for one."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            found.append(
                Finding(
                    "place",
                    "advice",
                    msg(
                        "The name differs from {other} in upper and lower case only; Windows keeps one of them: "
                        "rename it.",
                        other=other,
                    ),
                    path,
                )
            )


def _one_each(
    entries: Iterable[T], key: Callable[[T], str], message: Callable[[T, str], Message], found: list[Finding]
) -> list[T]:
    """The first entry of each key; the others are left out with an error."""
    seen: dict[str, T] = {}
    kept: list[T] = []
    for entry in entries:
        other = seen.setdefault(key(entry), entry)
        if other is entry:
            kept.append(entry)
        else:
            found.append(Finding("twice", "error", message(entry, other.path), entry.path))
    return kept


def _service_key(service: Service) -> str:
    return service.id


def _same_service(service: Service, other: str) -> Message:
    return msg(
        "The service “{id}” is described in {other} already; keep one of the two files.", id=service.id, other=other
    )


def _page_key(page: Page) -> str:
    return f"{page.lang}/{page.slug}"


def _same_page(page: Page, other: str) -> Message:
    return msg("The slug “{slug}” belongs to {other} already; give this one another.", slug=page.slug, other=other)


def _unique(
    articles: Iterable[Article], keep: Mapping[str, str], broken: frozenset[str], found: list[Finding]
) -> list[Article]:
    """The articles with one id and one slug each. Who stays: the one that the last manifest names,
    then one that is no draft, then the oldest."""
    order = sorted(articles, key=lambda a: (keep.get(a.id) != a.path, a.status is Status.DRAFT, a.date, a.path))
    ids: dict[str, str] = {}
    slugs: dict[tuple[str, str], str] = {}
    kept: list[Article] = []
    for article in order:
        owner = keep.get(article.id, "")
        holder = owner if owner in broken else ids.get(article.id.casefold(), "")
        other = slugs.get((article.lang, article.slug), "")
        if holder:
            found.append(
                Finding(
                    "id",
                    "error",
                    msg(
                        "This file has the id of {other}, as a copy has; remove the line “id: …” here and run "
                        "`kentongan check --fix`.",
                        other=holder,
                    ),
                    article.path,
                    article.line("id"),
                )
            )
        elif other:
            found.append(
                Finding(
                    "slug",
                    "error",
                    msg(
                        "The slug “{slug}” belongs to {other} already; give this one another.",
                        slug=article.slug,
                        other=other,
                    ),
                    article.path,
                    article.line("slug") or article.line("title"),
                )
            )
        else:
            ids[article.id.casefold()] = slugs[article.lang, article.slug] = article.path
            kept.append(article)
    return kept


def _related(
    articles: list[Article], services: Sequence[Service], pages: Sequence[Page], found: list[Finding]
) -> list[Article]:
    """The articles with relations that hold: services of the register, originals, free old addresses."""
    register = {s.id for s in services}
    ids = {a.id: a for a in articles}
    taken = {article_path(a) for a in articles if a.status is not Status.DRAFT}
    taken |= {f"{REGISTER}/{s.id}/" for s in services} | {f"{p.slug}/" for p in pages} | {f"{t}/" for t in TAKEN}
    old: dict[str, str] = {}
    result: list[Article] = []
    for article in articles:
        known = tuple(s for s in article.services if s in register)
        if known != article.services:
            _tell_services(article, register, found)
            article = replace(article, services=known)
        if article.former:
            article = replace(article, former=tuple(_free(article, taken, old, found)))
        if article.translation_of:
            _tell_translation(article, ids.get(article.translation_of), found)
        result.append(article)
    return result


def _tell_services(article: Article, register: set[str], found: list[Finding]) -> None:
    for name in article.services:
        if name in register:
            continue
        near = difflib.get_close_matches(name, register, n=1)
        message = (
            msg(
                "The register has no service “{id}”; did you mean “{near}”? The article goes on without it.",
                id=name,
                near=near[0],
            )
            if near
            else msg("The register has no service “{id}”; the article goes on without it.", id=name)
        )
        found.append(Finding("services", "advice", message, article.path, article.line("services")))


def _tell_translation(article: Article, original: Article | None, found: list[Finding]) -> None:
    message = None
    if original is None:
        message = msg(
            "There is no article with the id “{id}” that this one could translate.", id=article.translation_of
        )
    elif original.lang == article.lang:
        message = msg("This translation has the language of its original ({lang}); set “lang”.", lang=article.lang)
    if message:
        found.append(Finding("translation_of", "advice", message, article.path, article.line("translation_of")))


def _free(article: Article, taken: set[str], old: dict[str, str], found: list[Finding]) -> Iterator[str]:
    """The former addresses of ``article`` that no page of today stands at."""
    for given in article.former:
        address = former_path(article, given)
        if not address:
            message = msg("“{text}” is no old slug or path and was ignored.", text=given)
        elif f"{address.strip('/')}/" in taken:
            message = msg("At the old address “{text}” stands a page of today; it was ignored.", text=given)
        elif old.setdefault(address, article.path) != article.path:
            message = msg(
                "The old address “{text}” leads to {other} already; it was ignored.", text=given, other=old[address]
            )
        else:
            yield given
            continue
        found.append(Finding("former", "advice", message, article.path, article.line("former")))


def former_path(article: Article, given: str) -> str:
    """The path below the site's root of an old slug or path, "" when it cannot be one.

    A slug ("nama-lama") stands where the article's page would; a path keeps its name, with a closing
    slash when it has no ending.
    """
    path = given.strip("/")
    if _SLUG.fullmatch(path) and "/" not in given:
        return article_path(replace(article, slug=path))
    parts = path.split("/")
    if not path or any(not re.fullmatch(r"[A-Za-z0-9_~%+@,.-]+", p) or p.strip(".") == "" for p in parts):
        return ""
    if parts[0] in TAKEN - {"berita", "en", "id", "arsip", "kategori", "tag", "penulis"}:
        return ""
    return path if "." in parts[-1] else f"{path}/"


def moved(content: Content, manifest: Manifest) -> tuple[Finding, ...]:
    """An error for each article whose page stood elsewhere in the last manifest and that names no
    former address: readers and followers would meet a dead link."""
    found: list[Finding] = []
    for article in content.articles:
        record = manifest.record(article.id)
        if record is None or article.status is Status.DRAFT or not record.page:
            continue
        old, new = record.page.strip("/"), article_path(article).strip("/")
        if old == new or old in {former_path(article, f).strip("/") for f in article.former}:
            continue
        found.append(
            Finding(
                "former",
                "error",
                msg(
                    "The address changed from /{old}/ to /{new}/; add the line “former: [{slug}]” or put the old slug "
                    "back.",
                    old=old,
                    new=new,
                    slug=old.rsplit("/", 1)[-1] if old.rsplit("/", 1)[0] == new.rsplit("/", 1)[0] else f"/{old}/",
                ),
                article.path,
                article.line("slug") or article.line("title"),
            )
        )
    return tuple(found)


_OPEN_ARTICLE = ("summary", "category", "authors", "editor", "place", "source")
_OPEN_SERVICE = (
    "kind",
    "owner",
    "audience",
    "since",
    "requirements",
    "cost",
    "duration",
    "hours",
    "place",
    "link",
    "complaint",
    "legal_basis",
    "lke",
    "summary",
    "updated",
)


def open_fields(content: Content) -> tuple[Finding, ...]:
    """An advice for each article and service with fields that are not filled in yet."""
    found: list[Finding] = []
    for article in content.articles:
        if article.status in (Status.PUBLISHED, Status.HIDDEN):
            _tell_open(article.path, [k for k in _OPEN_ARTICLE if not getattr(article, k)], found)
    for service in content.services:
        missing = [k for k in _OPEN_SERVICE if not getattr(service, k)]
        missing += [k for k in ("innovation", "online") if getattr(service, k) is None]
        missing += [] if service.benefit.after else ["benefit"]
        missing += [] if service.moved_to or service.status != "dialihkan" else ["moved_to"]
        _tell_open(service.path, missing, found)
    return tuple(found)


def _tell_open(path: str, missing: Sequence[str], found: list[Finding]) -> None:
    if missing:
        found.append(
            Finding("open_fields", "advice", msg("Not filled in yet: {fields}.", fields=", ".join(missing)), path)
        )


def mint_id(now: datetime, *, chance: Callable[[str], str] = secrets.choice) -> str:
    """A new lasting id: the day of minting and five letters by chance."""
    return f"{now:%Y%m%d}-" + "".join(chance(_BASE32) for _ in range(5))


def fix_ids(folder: Path, zone: ZoneInfo) -> tuple[str, ...]:
    """Writes an id into each article that has none, dated by the article itself, and changes no other
    byte. Gives the content-relative paths that were changed; a file whose fields or date cannot be read
    is left alone. Raises MachineFault when a file cannot be written."""
    changed: list[str] = []
    used: set[str] = set()
    without: list[tuple[str, bytes, int, datetime]] = []
    for path in (p for p in _files(folder)[0] if p.startswith(f"{NEWS}/")):
        with contextlib.suppress(OSError):  # check reports it
            raw = (folder / path).read_bytes()
            fields = _fields(raw, path)
            if fields is None:
                continue
            used.add(fields.text("id").casefold())
            date = front.parse_time(fields.text("date"), zone)
            if not fields.text("id") and date and not fields.failed:
                without.append((path, raw, fields.lines.get("id", 0), date))
    for path, raw, line, date in without:
        minted = mint_id(date)
        while minted in used:
            minted = mint_id(date)
        used.add(minted)
        _write(folder / path, _with_id(raw, minted, line))
        changed.append(path)
    return tuple(changed)


def _fields(raw: bytes, path: str) -> front.Fields | None:
    text = front.decode(raw, path)[0]
    parts = front.split(text, path)[0] if text is not None else None
    return front.fields(parts, path, ARTICLE_FIELDS)[0] if parts else None


def _with_id(raw: bytes, id: str, line: int) -> bytes:
    """``raw`` with the id: completing the empty field on ``line``, else on a new line below the first “---”."""
    pieces = re.split(rb"(\r\n|\r|\n)", raw)
    lines, ends = pieces[::2], pieces[1::2]
    if line:
        head, colon, rest = lines[line - 1].partition(b":")
        lines[line - 1] = head + colon + b" " + id.encode() + rest
    else:
        at = next(i for i, text in enumerate(lines) if text.removeprefix(b"\xef\xbb\xbf").strip())
        lines.insert(at + 1, b"id: " + id.encode())
        ends.insert(at, ends[at])
    return b"".join(line + end for line, end in zip(lines, [*ends, b""], strict=True))


def _write(path: Path, raw: bytes) -> None:
    """Replaces the file at one stroke; a crash leaves the old one whole."""
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(path, name)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise MachineFault(msg("The file cannot be written: {detail}", detail=why(fault)), where=str(path)) from fault


# A new article as the editor finds it. Content is Indonesian, so this text is no message to translate.
_NEW = """\
---
# Nomor tetap berita ini. Jangan diubah.
id: {id}
# Judul: kalimat aktif, paling banyak 8 kata.
title: {title}
# Waktu terbit (WIB). Waktu yang akan datang menahan berita sampai saat itu.
date: {date}
# Bagian akhir alamat berita. Kalau sudah terbit dan harus diganti, tulis yang lama di "former".
slug: {slug}
# draft: belum terbit. published: terbit. hidden: tidak masuk daftar. withdrawn: ditarik.
status: draft
# Ringkasan satu atau dua kalimat: apa manfaatnya bagi warga.
summary:
# Kategori, satu saja.
category:
# Label, dipisah koma.
tags:
# Penulis, satu baris satu nama, misalnya:
#   - Siti Aminah, S.Ag.
authors:{authors}
# Penyunting dan pemotret.
editor:
photographer:
# Tempat kejadian, misalnya Slawi.
place:
# Layanan yang diberitakan: nama berkas di content/layanan/ tanpa ".md", misalnya [ptsp].
services:
# Sumber fakta: alamat web atau nama dokumen.
source:
# Gambar utama: nama berkas di folder yang sama dengan berita ini.
image:
# Isi gambar dalam kata-kata, untuk pembaca tunanetra. Wajib kalau ada gambar.
image_alt:
image_caption:
image_credit:
# Izin orang yang tampak: none needed, atau nomor berkas izin dalam tanda kutip: "held: 12/2026".
image_consent:
# Berita ditahan sampai waktu ini (kosong: tidak ditahan).
embargo:
---

"""


def new_article(folder: Path, title: str, now: datetime, *, author: str = "") -> Path:
    """Writes a draft with a minted id and gives its path; never overwrites a file.

    ``now`` is in the site's zone. Raises ContentFault for a title without words, MachineFault when the
    file cannot be written.
    """
    said = " ".join(front.clean(title).split())
    stem = slugify(said) or (mint_id(now) if said else "")
    if not stem:
        raise ContentFault(msg('The title is empty; write it behind the command: kentongan new "Title".'))
    place = folder / NEWS / f"{now:%Y}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        names = {p.rsplit("/", 1)[-1][:-3].casefold() for p in _walk(folder / NEWS) if p.lower().endswith(".md")}
        slug, count = stem, 1
        while slug in names:
            count += 1
            slug = f"{stem}-{count}"
        path = place / f"{slug}.md"
        writer = " ".join(front.clean(author).split())
        text = _NEW.format(
            id=mint_id(now),
            title=_quoted(said),
            date=f"{now:%Y-%m-%d %H:%M}",
            slug=slug,
            authors=f"\n  - {_quoted(writer)}" if writer else "",
        )
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as fault:
        raise MachineFault(msg("The file cannot be written: {detail}", detail=why(fault)), where=str(place)) from fault
    return path


def _quoted(text: str) -> str:
    """``text`` as a quoted YAML value; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
