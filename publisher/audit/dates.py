"""Every date can be read, has a zone, is not in the future, and a change is no earlier than what it changes.

Source: RFC 4287 and jsonfeed.org for feeds, w3.org/TR/NOTE-datetime for sitemaps, developers.google.com/search/
docs/appearance/structured-data/article for pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from publisher.article import Finding
from publisher.audit._document import FEEDS, SITEMAPS, Document, Whole, line_of
from publisher.audit._entries import rows, when
from publisher.messages import Message, msg

# A second or two between the build and the look at it is no future.
LEEWAY = timedelta(minutes=1)
_PROPERTIES = ("datePublished", "dateModified", "dateCreated", "uploadDate")
_METAS = ("article:published_time", "article:modified_time")


def check(document: Document, whole: Whole) -> Iterable[Finding]:
    """An error for each date that a program would misread or not believe."""
    for text, line, day in _dates(document):
        fault = _fault(text, whole, day=day)
        if fault is not None:
            yield document.error("dates", fault, line)
    for first, change, line in _pairs(document):
        earlier, later = when(first), when(change)
        if earlier and later and earlier.tzinfo and later.tzinfo and later < earlier:
            message = msg("The change of {later} is before the publication of {earlier}.", later=change, earlier=first)
            yield document.error("dates", message, line)


def _fault(text: str, whole: Whole, *, day: bool) -> Message | None:
    """What is wrong with the date ``text``; where ``day`` is true it may be a day alone."""
    moment = when(text)
    if moment is None:
        return msg("“{date}” is no date.", date=text)
    if day and _is_day(text):
        return (
            msg("{date} is in the future.", date=text) if moment.date() > whole.now.date() + timedelta(days=1) else None
        )
    if moment.tzinfo is None:
        return msg("The date {date} has no time zone.", date=text)
    return msg("{date} is in the future.", date=text) if moment > whole.now + LEEWAY else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return len(text.strip()) == 10


def _dates(document: Document) -> Iterator[tuple[str, int, bool]]:
    """Every date of ``document``, its line, and whether it may be a day alone."""
    if document.kind in FEEDS:
        for row in rows(document):
            yield from ((text, row.line, False) for text in (row.published, row.updated) if text)
        for name in ("{http://www.w3.org/2005/Atom}updated", "channel/lastBuildDate", "channel/pubDate"):
            found = document.root.findtext(name) if document.root is not None else None
            if found:
                yield found, 0, False
    elif document.kind in SITEMAPS and document.root is not None:
        for element in document.root.iter("{*}lastmod", "{*}publication_date"):
            yield element.text or "", line_of(element), True
    elif document.kind == "page":
        for item in document.data:
            yield from ((str(item[key]), 0, False) for key in _PROPERTIES if key in item)
        yield from ((document.metas[name], 0, False) for name in _METAS if name in document.metas)


def _pairs(document: Document) -> Iterator[tuple[str, str, int]]:
    """First publication and last change of whatever has both."""
    if document.kind in FEEDS:
        yield from ((row.published, row.updated, row.line) for row in rows(document))
    elif document.kind == "page":
        for item in document.data:
            yield str(item.get("datePublished", "")), str(item.get("dateModified", "")), 0
        yield document.metas.get(_METAS[0], ""), document.metas.get(_METAS[1], ""), 0
