"""One file of halaman/ as a standing Page."""

from __future__ import annotations

import posixpath
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.article import Page
from publisher.content import _pictures as pictures
from publisher.content import _values as values
from publisher.content._fields import Fields
from publisher.messages import LANGUAGES, msg
from publisher.slugs import TAKEN, slugify

FIELDS = ("title", "slug", "summary", "template", "lang", "modified")


def page(fields: Fields, body: str, line: int, folder: Path, zone: ZoneInfo) -> Page:
    """The page that the fields and the text below them make; what is wrong goes into ``fields.found``."""
    stem = posixpath.basename(fields.path).rsplit(".", 1)[0]
    title = values.title(fields, "title")
    slug = values.slug(fields, slugify(stem) or slugify(title))
    if not slug:
        fields.error("slug", "slug", msg("The page has no address; give it a slug of a–z, 0–9 and dashes."), 1)
    if slug in TAKEN:
        fields.error(
            "slug",
            "slug",
            msg("The address /{slug}/ belongs to the site itself; give the page another slug.", slug=slug),
            values.first(fields, "slug"),
        )
    pictures.check(fields, body, line, folder)
    return Page(
        title=title,
        slug=slug,
        path=fields.path,
        body=body,
        summary=fields.text("summary"),
        template=values.template(fields, "page"),
        lang=values.choice(fields, "lang", LANGUAGES, "id"),
        modified=fields.when("modified", zone),
    )
