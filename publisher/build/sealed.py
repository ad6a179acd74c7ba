"""A month in which nothing changed, known by a few columns of plain values: none of its articles is looked at until
somebody wants to see one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from publisher.article import Finding

Topic = tuple[str, str]


class Columns(NamedTuple):
    """What is known of the articles of a month, newest first: their content ``paths`` and so on, a value each.

    ``marks`` stand for all that any page or feed shows of each, ``changed`` is when each last changed, in the office's
    zone. ``lists`` are the lists that articles of the month stand in, by kind and name, as their places in the month
    and what stands for them; ``topics`` the places of the last articles about each, oldest first. ``feed`` are the
    places in the order of feeds where that is another one, ``copies`` the places of those whose original stands on
    another site, ``titled`` stands for the titles.
    """

    year: int
    month: int
    paths: tuple[str, ...]
    ids: tuple[str, ...]
    addresses: tuple[str, ...]
    titles: tuple[str, ...]
    langs: tuple[str, ...]
    marks: tuple[str, ...]
    changed: tuple[datetime, ...]
    lists: dict[Topic, tuple[tuple[int, ...], str]]
    topics: dict[Topic, tuple[int, ...]]
    feed: tuple[int, ...]
    copies: frozenset[int]
    titled: str

    @property
    def name(self) -> str:
        """The month as addresses name it: "2026-11"."""
        return f"{self.year:04}-{self.month:02}"


class Sealed(NamedTuple):
    """A month of which nothing changed since it was made, and what it hangs on.

    It was made after ``since`` (seconds), of the files ``sources``; its links lead to ``asked``, content paths and
    addresses; its articles have the ``names`` (ids, addresses, former ones) that no other may have. Its texts link to
    the paths ``linked`` of the site, to it belong ``files`` there, one a line; ``moved`` are the former addresses and
    ``former`` the content paths of the articles that have one. ``register`` stands for the services, ``outside`` for
    what its pages show of articles of other months.
    """

    columns: Columns
    since: float
    sources: frozenset[str]
    asked: frozenset[str]
    names: frozenset[str]
    linked: frozenset[str]
    files: str
    moved: frozenset[str]
    former: tuple[str, ...]
    findings: tuple[Finding, ...]
    register: str
    outside: str
