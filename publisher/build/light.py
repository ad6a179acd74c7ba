"""Articles as the last build left them: what lists and keys need at once, all else when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from publisher.article import Article, Finding, Status

Load = Callable[[str], dict[str, Any]]  # content path → the fields that are not at hand


class Row(NamedTuple):
    """What is known of an article beside itself, from the build that made it.

    ``mark`` stands for all that any page may show of it, ``since`` and ``until`` are the moments (seconds) between
    which the clock changes nothing of that. ``sources`` are the files of the content that it was made of, there or
    not; ``asked`` the content paths and addresses that its links lead to; ``linked`` the paths of the site that its
    text links to; ``files`` those of its pictures, cards and attachments, one a line. ``people``, ``topics`` and
    ``section`` are the lists that it could stand in; ``said`` what the reader, ``findings`` what the build found.
    """

    mark: str
    revision: str
    since: float
    until: float | None
    sources: tuple[str, ...]
    asked: tuple[str, ...]
    linked: tuple[str, ...]
    files: str
    people: list[tuple[str, str]]
    topics: list[tuple[str, str]]
    section: str
    said: tuple[Finding, ...]
    findings: tuple[Finding, ...]


class Light(Article):
    """An article that has not changed, and its ``row``. It is never compared; a changed copy is an ordinary one."""

    __slots__ = ("_load", "due", "row", "shown")
    _load: Load
    shown: str  # the text as its page shows it; "" when that is ``html``
    due: datetime
    row: Row
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __new__(cls, **given: Any) -> Article:  # type: ignore[misc]  # dataclasses.replace calls the class
        """An ordinary article."""
        return Article(**given)

    def is_held(self, now: datetime) -> bool:
        """Not while the row holds."""
        return False

    def is_public(self, now: datetime) -> bool:
        """While the row holds."""
        return True

    def __getattr__(self, name: str) -> Any:
        """Called for what is not at hand."""
        if name != "shown" and name not in _HEAVY:
            raise AttributeError(name)
        for key, value in self._load(self.path).items():
            object.__setattr__(self, key, value)
        return object.__getattribute__(self, name)


_EVERY = tuple(f.name for f in fields(Article))
_TIMES = ("date", "modified", "embargo")
# as they are in a row; a row is of a published article
_AT_HAND = (
    *("id", "title", "slug", "path", "former", "category", "tags", "authors", "place", "summary", "services"),
    *("lang", "translation_of", "template", "channels", "canonical", "corrections"),
)
_HEAVY = frozenset(_EVERY) - frozenset((*_TIMES, *_AT_HAND, "status"))
SHAPE = " ".join((*_EVERY, *Row._fields, *(f.name for f in fields(Finding))))


def can_be(article: Article) -> bool:
    """Whether ``article`` can be remembered so."""
    return article.status is Status.PUBLISHED


def parts(article: Article, row: Row, shown: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The light and the heavy part of a row; times are those of the office's zone."""
    times = (when and when.replace(tzinfo=None) for when in (getattr(article, name) for name in _TIMES))
    light = (*times, *(getattr(article, name) for name in _AT_HAND), *row)
    return light, {"shown": shown} | {name: getattr(article, name) for name in _HEAVY}


def made(light: tuple[Any, ...], zone: ZoneInfo, load: Load) -> Light:
    """The article of a light part."""
    article: Light = object.__new__(Light)
    date, modified, embargo = light[:3]
    date = date.replace(tzinfo=zone)
    embargo = embargo and embargo.replace(tzinfo=zone)
    put_date, put_modified, put_embargo = _PUT_TIMES
    put_date(article, date)
    put_modified(article, modified and modified.replace(tzinfo=zone))
    put_embargo(article, embargo)
    for put, value in zip(_PUT, light[3:_END], strict=True):
        put(article, value)
    _put_due(article, max(date, embargo) if embargo else date)
    _put_load(article, load)
    _put_row(article, Row._make(light[_END:]))
    _put_status(article, Status.PUBLISHED)
    return article


_END = len(_TIMES) + len(_AT_HAND)
_PUT_TIMES = tuple(getattr(Article, name).__set__ for name in _TIMES)
_PUT = tuple(getattr(Article, name).__set__ for name in _AT_HAND)
_put_status = getattr(Article, "status").__set__  # noqa: B009 - the slot, which has no type
_put_due, _put_load, _put_row = (getattr(Light, name).__set__ for name in ("due", "_load", "row"))
