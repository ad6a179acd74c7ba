"""Values that articles, services and pages have in common."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from publisher.content._fields import Fields
from publisher.messages import msg
from publisher.slugs import DEVICES, SLUG, slugify

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def title(fields: Fields, key: str) -> str:
    """The text of ``key``, an error when there is none."""
    text = fields.text(key)
    if not text and not _failed_type(fields, key):
        fields.error("title", key, msg("The field “{field}” is missing; write it.", field=key), first(fields, key))
    return text


def first(fields: Fields, key: str) -> int:
    """The line of ``key``, or of the file's beginning when the field is missing."""
    return fields.lines.get(key, 1)


def _failed_type(fields: Fields, key: str) -> bool:
    """Whether the field holds something, so that its own fault is reported already."""
    return fields.given(key) and any(f.rule == "type" for f in fields.found)


def slug(fields: Fields, default: str) -> str:
    """The slug as written, mended when it cannot stand in an address; ``default`` when none is written."""
    given = fields.text("slug")
    if not given:
        return default
    if SLUG.fullmatch(given) and given.strip("-") and given not in DEVICES:
        return given
    made = slugify(given) or default
    fields.advice(
        "slug",
        "slug",
        msg(
            "The slug “{given}” may only hold a–z, 0–9 and dashes; “{slug}” was taken. Write that into the file.",
            given=given,
            slug=made,
        ),
    )
    return made


def choice(fields: Fields, key: str, allowed: Sequence[str], default: str) -> str:
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


def template(fields: Fields, default: str) -> str:
    """The name of the template file, without its ending."""
    name = fields.text("template") or default
    if not _NAME.fullmatch(name):
        fields.error("template", "template", msg("“{name}” is no name of a template.", name=name))
    return name


def is_url(text: str) -> bool:
    """Whether ``text`` is a full web address that can stand in a page as it is."""
    if re.search(r"[\s<>\"`{}|\\^]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
