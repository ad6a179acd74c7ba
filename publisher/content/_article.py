"""One file of berita/ as an Article."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode

from publisher.article import Article, Correction, Status
from publisher.content import _pictures as pictures
from publisher.content import _values as values
from publisher.content._fields import Fields
from publisher.messages import LANGUAGES, msg
from publisher.slugs import slugify

FIELDS = (
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
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


def article(fields: Fields, body: str, line: int, folder: Path, zone: ZoneInfo) -> Article:
    """The article that the fields and the text below them make; what is wrong goes into ``fields.found``."""
    ident = _id(fields)
    title = values.title(fields, "title")
    date = _date(fields, zone)
    status = values.choice(fields, "status", tuple(Status), Status.PUBLISHED)
    picture = pictures.picture(fields, folder)
    pictures.check(fields, body, line, folder)
    if not body and status in (Status.PUBLISHED, Status.HIDDEN):
        fields.advice("body", "", msg("The article has no text; write it below the second “---”."), line)
    reason, when = _withdrawal(fields, zone)
    made = Article(
        id=ident,
        title=title,
        date=date or datetime.min.replace(tzinfo=zone),
        slug=values.slug(fields, slugify(title) or ident.lower()),
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
        attachments=pictures.attachments(fields, folder),
        services=fields.texts("services", commas=True),
        source=_source(fields),
        canonical=_canonical(fields),
        embargo=fields.when("embargo", zone),
        corrections=_corrections(fields, date, zone),
        channels=fields.texts("channels", commas=True) if fields.given("channels") else None,
        posts=_posts(fields),
        lang=values.choice(fields, "lang", LANGUAGES, "id"),
        translation_of=fields.text("translation_of"),
        template=values.template(fields, "article"),
        status=Status(status),
        withdrawn=reason,
        withdrawn_at=when,
        lines=(*fields.lines.items(), ("body", line)),
    )
    _check_withdrawn(fields, made)
    return made


def _id(fields: Fields) -> str:
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


def _date(fields: Fields, zone: ZoneInfo) -> datetime | None:
    date = fields.when("date", zone)
    if date is None and not fields.given("date"):
        fields.error(
            "date",
            "date",
            msg("The date is missing; write it like “date: 2026-11-24 09:15”."),
            values.first(fields, "date"),
        )
    return date


def _modified(fields: Fields, date: datetime | None, zone: ZoneInfo) -> datetime | None:
    modified = fields.when("modified", zone)
    if modified is None or date is None or modified >= date:
        return modified
    if modified.date() != date.date() or modified.time() != datetime.min.time():
        fields.advice(
            "date", "modified", msg("“modified” lies before “date” and was ignored; write the later time or remove it.")
        )
    return None


def _named(fields: Fields, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that have a page of their own: one without a letter or digit has no address."""
    kept: dict[str, str] = {}
    for name in names:
        if not name or slugify(name):
            kept.setdefault(slugify(name), name)
        else:
            fields.advice(key, key, msg("“{name}” has no Latin letter or digit and was ignored.", name=name))
    return tuple(kept.values()) or (("",) if key == "category" else ())


def _source(fields: Fields) -> str:
    """Where the facts come from: an address or words; what looks like an address must be one."""
    source = fields.text("source")
    if re.match(r"(?i)(https?:|www\.|javascript:|data:|file:)", source) and not values.is_url(source):
        fields.advice(
            "source",
            "source",
            msg("“{text}” is no web address and was ignored; write https://…", text=source),
        )
        return ""
    return source


def _canonical(fields: Fields) -> str:
    canonical = fields.text("canonical")
    if canonical and not values.is_url(canonical):
        fields.error(
            "canonical",
            "canonical",
            msg("“canonical” must be the full address of the original, https://…, not “{text}”.", text=canonical),
        )
    return canonical


def _corrections(fields: Fields, date: datetime | None, zone: ZoneInfo) -> tuple[Correction, ...]:
    found: list[Correction] = []
    for table in fields.tables("correction"):
        day, text = fields.inner("correction", table, "date"), fields.inner("correction", table, "text")
        when = fields.as_time("correction", day, zone) if day else None
        if when and text:
            found.append(Correction(when, text))
            if date and when < date:
                early = msg(
                    "The correction lies before “date”, so readers are not told of a change; write its hour too."
                )
                fields.advice("correction", "correction", early)
        elif not (day and text):
            fields.error("correction", "correction", msg("A correction needs “date” and “text”."))
    return tuple(sorted(found, key=lambda c: c.date))


def _withdrawal(fields: Fields, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """The public reason and the day: a text alone, or a table of "date" and "text" as corrections have it."""
    if not isinstance(fields.nodes.get("withdrawn"), MappingNode):
        return fields.text("withdrawn"), None
    table = fields.table("withdrawn")
    day = fields.inner("withdrawn", table, "date")
    return fields.inner("withdrawn", table, "text"), fields.as_time("withdrawn", day, zone) if day else None


def _posts(fields: Fields) -> tuple[tuple[str, str], ...]:
    texts = ((name, fields.lines_text("posts", node)) for name, node in fields.table("posts").items())
    return tuple(sorted((name, text) for name, text in texts if text))


def _check_withdrawn(fields: Fields, article: Article) -> None:
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
