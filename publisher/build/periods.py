"""Lists divided by the calendar, so that no page grows with the archive.

A list over LIMIT is divided by year, a year over it by month, and only a month over it into parts that are numbered
from its oldest article. So an article that comes, goes or is dated back touches its own year and month and no
other: parts that were numbered through a whole year, or a whole list, would all move on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby, pairwise
from typing import Protocol

from publisher.article import Article
from publisher.months import Chain, chained

# How many articles one page lists: with titles and days alone it stays below 14 KB, gzip and style sheet counted.
LIMIT = 100
# How many it shows with their summaries, and how many stand on the own page of a list that is divided.
NEWEST = 20


class Listed(Protocol):
    """What stands in a list."""

    @property
    def record(self) -> Article:
        """The article."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A part of a list, with a page at ``path`` below the list's own: "2026/", "2026/11/" or "2026/11/2/".

    ``month`` and ``part`` are 0 where it is a whole year or month. Where it has ``parts`` its page leads to them.
    Articles and parts stand newest first.
    """

    path: str
    begins: date
    month: int = 0
    part: int = 0
    articles: Chain[Listed]
    parts: tuple[Period, ...] = ()

    @property
    def brief(self) -> bool:
        """Whether its page has titles and days alone."""
        return len(self.articles) > NEWEST

    def every(self) -> Iterator[Period]:
        """It and all that it is divided into."""
        yield self
        for part in self.parts:
            yield from part.every()


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles there are, for who asks no more."""

    number: int

    def __len__(self) -> int:
        return self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period as other pages name it, or one that is divided: by the number of its articles."""

    path: str
    begins: date
    month: int
    part: int
    articles: Count
    parts: tuple[Span, ...] = ()
    brief: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What one page may show of a list, and so all that it hangs on: ``shown`` and ``periods`` on the list's own page,
    the ways up, back and on of a period on that one's."""

    home: str
    shown: Sequence[Listed] = ()
    brief: bool = False
    periods: tuple[Span, ...] = ()
    up: tuple[Span, ...] = ()
    back: Span | None = None
    on: Span | None = None

    def above(self, period: Period | Span) -> tuple[Span, ...]:
        """The divided periods in which the page's ``period`` lies, the longest first."""
        return self.up

    def older(self, period: Period | Span) -> Span | None:
        """The next older period with articles on its page."""
        return self.back

    def newer(self, period: Period | Span) -> Span | None:
        """The next newer one."""
        return self.on


@dataclass(frozen=True)
class Shelf:
    """A list with a page of its own, ``home`` below the site's root; ``articles`` newest first.

    ``periods`` are what it is divided into, newest first; none when all of it stands on its own page.
    """

    home: str
    articles: Chain[Listed]
    periods: tuple[Period, ...] = ()

    @property
    def shown(self) -> Chain[Listed]:
        """What its own page lists: all, or the newest where it is divided."""
        return self.articles[:NEWEST] if self.periods else self.articles

    @property
    def brief(self) -> bool:
        """Whether its own page has titles and days alone."""
        return len(self.shown) > NEWEST

    def every(self) -> Iterator[Period]:
        """All of its periods, the divided ones too."""
        for period in self.periods:
            yield from period.every()

    def above(self, period: Period) -> tuple[Period, ...]:
        """The divided periods in which ``period`` lies, the longest first."""
        steps = period.path.split("/")[:-1]
        found = (self._by_path.get("/".join(steps[:n]) + "/") for n in range(1, len(steps)))
        return tuple(p for p in found if p is not None)

    def older(self, period: Period) -> Period | None:
        """The next older period with articles on its page."""
        return self._turns.get(period.path, (None, None))[0]

    def newer(self, period: Period) -> Period | None:
        """The next newer one."""
        return self._turns.get(period.path, (None, None))[1]

    def own(self) -> View:
        """What the list's own page shows of it."""
        return View(self.home, self.shown, self.brief, tuple(map(self._span, self.periods)))

    def view(self, period: Period) -> tuple[View, Period | Span]:
        """What the page of ``period`` shows of the list, and of the period itself."""
        turns = self._turns.get(period.path, (None, None))
        back, on = (None if turn is None else self._spans[turn.path] for turn in turns)
        shown = View(self.home, up=tuple(map(self._span, self.above(period))), back=back, on=on)
        if not period.parts:
            return shown, period
        return shown, replace(self._span(period), parts=tuple(map(self._span, period.parts)))

    def _span(self, period: Period) -> Span:
        return self._spans[period.path]

    @cached_property
    def _spans(self) -> dict[str, Span]:
        return {
            p.path: Span(path=p.path, begins=p.begins, month=p.month, part=p.part, articles=Count(len(p.articles)))
            for p in self.every()
        }

    @cached_property
    def _by_path(self) -> dict[str, Period]:
        return {p.path: p for p in self.every()}

    @cached_property
    def _turns(self) -> dict[str, tuple[Period | None, Period | None]]:
        leaves = [p for p in self.every() if not p.parts]
        row = (None, *leaves, None)
        return {p.path: (row[n + 2], row[n]) for n, p in enumerate(leaves)}


def shelf(home: str, articles: Sequence[Listed], most: int) -> Shelf:
    """The list of ``articles``, newest first, at ``home``; over ``most`` it is divided by year."""
    found = _by_month(articles)
    return Shelf(home, found, tuple(_years(found)) if len(found) > most else ())


def archive(home: str, articles: Sequence[Listed]) -> Shelf:
    """The same of all news: its own page leads to months, however few."""
    found = _by_month(articles)
    return Shelf(home, found, tuple(_months(found)))


def _by_month(articles: Sequence[Listed]) -> Chain[Listed]:
    return articles if isinstance(articles, Chain) else chained(articles, lambda a: a.record.due)


def _years(articles: Chain[Listed]) -> Iterator[Period]:
    for year, found in groupby(articles.parts, key=lambda part: part.year):
        own = Chain(found)
        parts = tuple(_months(own)) if len(own) > LIMIT else ()
        yield Period(path=f"{year:04}/", begins=date(year, 1, 1), articles=own, parts=parts)


def _months(articles: Chain[Listed]) -> Iterator[Period]:
    for part in articles.parts:
        year, month = part.year, part.month
        whole = Period(path=f"{year:04}/{month:02}/", begins=date(year, month, 1), month=month, articles=Chain((part,)))
        yield _in_parts(whole) if len(whole.articles) > LIMIT else whole


def _in_parts(whole: Period) -> Period:
    first = len(whole.articles) % LIMIT or LIMIT  # the newest part takes what is left over
    cuts = (0, *range(first, len(whole.articles) + 1, LIMIT))
    count = len(cuts) - 1
    parts = tuple(
        Period(
            path=f"{whole.path}{count - n}/",
            begins=whole.begins,
            month=whole.month,
            part=count - n,
            articles=whole.articles[start:end],
        )
        for n, (start, end) in enumerate(pairwise(cuts))
    )
    return Period(path=whole.path, begins=whole.begins, month=whole.month, articles=whole.articles, parts=parts)
