"""Fields that nobody has filled in yet: what the register and the news still lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from publisher.article import Finding, Status
from publisher.messages import msg

if TYPE_CHECKING:
    from publisher.content import Content
_ARTICLE = ("summary", "category", "authors", "editor", "place", "source")
_SERVICE = (
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
            _tell_open(article.path, [k for k in _ARTICLE if not getattr(article, k)], found)
    for service in content.services:
        missing = [k for k in _SERVICE if not getattr(service, k)]
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
