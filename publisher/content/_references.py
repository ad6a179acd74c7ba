"""The files and pictures that a text names: where they are and what is wrong with them."""

from __future__ import annotations

import difflib
import posixpath
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from publisher.content._files import why
from publisher.messages import Message, msg

# Formats that Pillow reads from its own wheel and that pictures.py can make anew.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")

_CODE = re.compile(
    r"(?ms)^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)|<!--.*?-->"
)
_INLINE = re.compile(
    r"!\[([^\]\n]{0,500})\]\(\s*(?:<([^>\n]+)>|((?:[^()\s<>]|\([^()\s]*\))+))(?:\s+[\"'][^\n)]*)?\s*\)"
)
_BY_NAME = re.compile(r"!\[([^\]\n]{0,500})\] ?\[([^\]\n]{0,200})\]")
_NAMED = re.compile(r"(?m)^ {0,3}\[([^\]\n]{1,200})\]:[ \t]*<?([^\s>]+)")
_TAG = re.compile(r"(?i)<img\b([^>]*)>")
_ATTRIBUTE = re.compile(r"(?i)\b(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")


def find_picture(given: str, article: str, folder: Path) -> tuple[str, Message | None]:
    """The content-relative path of a picture and what is wrong with it."""
    path, fault = find_file(given, article, folder)
    return path, fault or _picture_fault(folder / path, path)


def find_file(given: str, article: str, folder: Path) -> tuple[str, Message | None]:
    """The content-relative path of a file that ``article`` names, and what is wrong with it."""
    target = given.replace("\\", "/")
    base = "/" if target.startswith("/") else f"/{posixpath.dirname(article)}"
    joined = f"{base}/{target.lstrip('/')}"
    depth = 0
    for part in joined.split("/"):
        depth += -1 if part == ".." else (part not in ("", "."))
        if depth < 0:
            break
    path = posixpath.normpath(joined).lstrip("/")
    if depth < 0 or ":" in path or path in (".", ""):
        return path, msg("“{path}” lies outside the content folder; copy the file beside the article.", path=given)
    file = folder / path
    try:
        if not file.is_file():
            return path, _missing(given, file)
        if not file.resolve().is_relative_to(folder.resolve()):
            return path, msg("“{path}” lies outside the content folder; copy the file beside the article.", path=given)
    except (OSError, ValueError, RuntimeError):  # a name that is too long, or a link to itself
        return path, msg("There is no file “{path}”; check the name.", path=given)
    return path, None


def _missing(given: str, file: Path) -> Message:
    names = [f.name for f in sorted(file.parent.iterdir()) if f.is_file()] if file.parent.is_dir() else []
    near = [n for n in names if n.casefold() == file.name.casefold()] or difflib.get_close_matches(
        file.name, names, 1, 0.8
    )
    if near:
        return msg(
            "There is no file “{path}”; did you mean “{near}”? Upper and lower case count.", path=given, near=near[0]
        )
    return msg("There is no file “{path}”; check the name.", path=given)


def _picture_fault(file: Path, path: str) -> Message | None:
    """What is wrong with a picture, as far as its header tells."""
    from PIL import Image, UnidentifiedImageError  # 0.1 s, and most runs of check name no new picture

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=_formats(file)) as image:
                width, height = image.size
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return msg("The picture “{path}” has too many pixels; make it smaller.", path=path)
    except UnidentifiedImageError:
        return msg("“{path}” is no picture that can be used; save it as JPEG or PNG.", path=path)
    except PermissionError as fault:
        return msg("The file cannot be read: {detail}", detail=why(fault))
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, KeyError, TypeError, IndexError, MemoryError):
        return msg("The picture “{path}” is damaged; save it again as JPEG or PNG.", path=path)
    if not width or not height:
        return msg("The picture “{path}” is damaged; save it again as JPEG or PNG.", path=path)
    return None


def _formats(file: Path) -> tuple[str, ...]:
    """FORMATS, first the one that the file's name says: to look for one it has not loaded, Pillow loads all."""
    said = {".jpg": "JPEG", ".tif": "TIFF"}.get(file.suffix.lower(), file.suffix[1:].upper())
    return tuple(sorted(FORMATS, key=lambda name: name != said))


def without_code(body: str) -> str:
    """``body`` with blanks for code and comments, at the same places and on the same lines."""
    if "`" not in body and "~~~" not in body and "<!--" not in body:
        return body
    return _CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), body)


def body_pictures(body: str) -> Iterator[tuple[int, str, str]]:
    """The pictures of a Markdown text: position, alternative text and what the author wrote as address."""
    if "![" not in body and "<img" not in body.lower():
        return
    text = without_code(body)
    for match in _INLINE.finditer(text):
        yield match.start(), match[1], match[2] or match[3]
    named = {m[1].casefold(): m[2] for m in _NAMED.finditer(text)}
    for match in _BY_NAME.finditer(text):
        target = named.get((match[2] or match[1]).casefold())
        if target:
            yield match.start(), match[1], target
    for match in _TAG.finditer(text):
        found = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(match[1])}
        if found.get("src"):
            yield match.start(), found.get("alt", ""), found["src"]


def picture_target(address: str) -> str:
    """What a picture's address in a text names: without "?…", "#…", "%20" and Pelican's ``{static}``."""
    plain = re.sub(r"^[{|](?:static|attach|filename)[}|]", "", address)
    return unquote(re.split(r"[?#]", plain, maxsplit=1)[0])
