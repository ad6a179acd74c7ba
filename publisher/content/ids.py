"""The lasting id of an article: minted once, written into its file."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publisher.content import _frontmatter as front
from publisher.content._article import FIELDS
from publisher.content._characters import decode
from publisher.content._fields import Fields
from publisher.content._files import NEWS, files, why
from publisher.content._times import parse_time
from publisher.errors import MachineFault
from publisher.messages import msg

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


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
    for path in (p for p in files(folder)[0] if p.startswith(f"{NEWS}/")):
        with contextlib.suppress(OSError):  # check reports it
            raw = (folder / path).read_bytes()
            fields = _fields(raw, path)
            if fields is None:
                continue
            used.add(fields.text("id").casefold())
            date = parse_time(fields.text("date"), zone)
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


def _fields(raw: bytes, path: str) -> Fields | None:
    text = decode(raw, path)[0]
    parts = front.split(text, path)[0] if text is not None else None
    return front.fields(parts, path, FIELDS)[0] if parts else None


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
