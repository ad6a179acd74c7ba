"""Feeds, sitemaps and data files can be read by a program at all."""

from __future__ import annotations

from collections.abc import Iterable

from publisher.article import Finding
from publisher.audit._document import Document, Whole
from publisher.messages import msg


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for XML or JSON that a parser refuses."""
    if document.fault:
        message = msg("A program cannot read the file: {detail}", detail=document.fault)
        yield document.error("well_formed", message, document.line)
