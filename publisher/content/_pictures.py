"""What a text shows and hands out: its own picture, the pictures between its lines, its attachments."""

from __future__ import annotations

import re
from pathlib import Path

from yaml.nodes import MappingNode

from publisher.article import Picture
from publisher.content._fields import Fields
from publisher.content._references import body_pictures, find_file, find_picture, picture_target
from publisher.messages import msg

# Files of the content folder that no reader may fetch: a draft is one.
PRIVATE = (".md", ".toml")


def picture(fields: Fields, folder: Path) -> Picture | None:
    """The article's picture with all that is said of it; None when it has none."""
    given = fields.text("image")
    focus = _focus(fields)
    if not given:
        return None
    path, fault = find_picture(given, fields.path, folder)
    fields.named[path] = fault is None
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


def _consent(fields: Fields) -> str:
    """``none needed`` or ``held: <file number>``; YAML takes the second for a table when it is indented."""
    node = fields.nodes.get("image_consent")
    if isinstance(node, MappingNode):
        table = fields.table("image_consent")
        return ", ".join(f"{name}: {fields.inner('image_consent', table, name)}" for name in table)
    return fields.text("image_consent")


def _focus(fields: Fields) -> tuple[float, float] | None:
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


def attachments(fields: Fields, folder: Path) -> tuple[str, ...]:
    """The content-relative paths of the files that readers may fetch."""
    paths: list[str] = []
    for given in fields.texts("attachments"):
        path, fault = find_file(given, fields.path, folder)
        fields.named[path] = fault is None
        if not fault and (path.lower().endswith(PRIVATE) or any(p.startswith(".") for p in path.split("/"))):
            fault = msg("“{path}” is a text or data of the site itself and cannot be attached.", path=given)
        if fault:
            fields.error("attachments", "attachments", fault)
        paths.append(path)
    return tuple(paths)


def check(fields: Fields, body: str, line: int, folder: Path) -> None:
    """Findings for the pictures between the lines of ``body``, which begins at ``line``."""
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
            path, fault = find_picture(picture_target(address), fields.path, folder)
            fields.named[path] = fault is None
            if fault:
                fields.error("picture", "", fault, here)
        if not alt.strip():
            fields.advice(
                "picture",
                "",
                msg("This picture has no text for blind readers; say what it shows: ![it shows …](picture.jpg)."),
                here,
            )
