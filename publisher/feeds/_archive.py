"""Where the older news are, for feeds that lead there (RFC 5005, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.feeds._edition import Edition

ARCHIVE_MIME = "application/atom+xml"
# Stands before the oldest month, so that every document leads on to another one, as validators ask.
BEGINNING = "awal"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands among the others: the path of the ``older`` or ``newer`` one and, in an archive
    document, of the ``current`` one; ``updated`` dates a document without entries."""

    older: str = ""
    newer: str = ""
    current: str = ""
    updated: datetime | None = None


def archive_path(month: str, part: int = 0) -> str:
    """The archive document of ``month`` below the site's root; part 0 is the one that others lead to."""
    return f"feeds/arsip/{month}-{part}.xml" if part else f"feeds/arsip/{month}.xml"


def newest_archive(edition: Edition) -> str:
    """The path of the newest archive document, "" when there is none."""
    return archive_path(edition.months[0].name) if edition.months else ""
