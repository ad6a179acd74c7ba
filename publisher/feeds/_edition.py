"""All that a build publishes, as formats need it; what several of them need is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from publisher.article import Article, Site, Status
from publisher.feeds._choice import corrected, dated, feed_order, moment, originals, public
from publisher.feeds._content import line, name, path_address
from publisher.feeds._document import Made, Memory
from publisher.feeds._entry import Entry, Listed, entry, listed
from publisher.messages import Message, msg
from publisher.months import Chain, Part, chained, merged

# The retired Publisher Center's budget, still kept by aggregators (support.google.com/news/
# publisher-center/answer/9545420).
ENTRIES = 60
# How long an article with a new correction stands in the main feeds, however old it is.
CORRECTED = timedelta(days=7)
# w3c/feedvalidator, ImplausibleDate: validators and readers take an older date for a mistake.
FIRST_YEAR = 1990
# Months without an article have an archive document, unless more than these follow each other.
GAP = 12

Kind = Literal["kategori", "tag", "penulis", "layanan"]
Dated = tuple[str, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the news that has a page and feeds of its own: a category, a tag, an author, a service.

    ``home`` is its page below the site's root, with a closing slash; ``articles`` are in any order, or a chain.
    ``sign`` stands for them, "" when nothing does.
    """

    kind: Kind
    name: str
    home: str
    articles: Sequence[Article]
    sign: str = ""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One feed to be written: at ``path``, about what the page ``home`` shows, both below the site's root.

    The last ``staying`` of its articles, which ``choose`` gives, are old ones that stand there for a correction.
    ``sign`` stands for all that the feed is of, "" when nothing does.
    """

    path: str
    home: str
    title: str
    description: str
    choose: Callable[[], tuple[Article, ...]]
    staying: int = 0
    sign: str = ""

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """What it carries, the newest first."""
        return self.choose()

    def made_of(self, *more: object) -> tuple[object, ...]:
        """All that the feed says, and ``more`` that its format does."""
        return (*more, self.home, self.title, self.description, self.staying, *self.articles)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the office's calendar, "2026-11", with its articles, newest first."""

    name: str
    begins: datetime
    articles: Chain[Article]


class Edition:
    """The site at the moment ``now``.

    ``articles`` are those that have a page, in any order; what is not public is left out here once more.
    ``pages`` are all other pages that may be found: (path below the site's root, when its content last
    changed or None when that is not known); never give the time of a build. ``periods`` are such pages of lists
    that are divided by the calendar, each with its year. ``memory`` spares working out an article again.
    ``sealed`` are public articles beside those, as they have to be, in the order of feeds: a month each, and those of
    it whose original stands here.
    """

    def __init__(
        self,
        site: Site,
        articles: Sequence[Article],
        now: datetime,
        *,
        sections: Sequence[Section] = (),
        pages: Sequence[Dated] = (),
        periods: Sequence[tuple[int, Dated]] = (),
        memory: Memory | None = None,
        sealed: Sequence[tuple[Part[Article], Part[Article]]] = (),
    ) -> None:
        self.site = site
        self.now = now
        self.zone = ZoneInfo(site.timezone)
        self.sections = tuple(sections)
        self.pages = tuple(pages)
        self.periods = tuple(periods)
        self._given = tuple(dated(site, articles))
        self._made: dict[tuple[str, str], Any] = {}
        self._entries: dict[str, Entry] = {}
        self.memory = memory or Memory()
        self._sealed = tuple(sealed)

    @cached_property
    def at_hand(self) -> tuple[Article, ...]:
        """The articles that are public now, newest first, each id once, but for sealed months."""
        return public(self._given, self.now)

    @cached_property
    def carried(self) -> Chain[Article]:
        """The public articles that feeds carry, newest first: those from before FIRST_YEAR have their page only."""
        own = self._chained(a for a in self.at_hand if a.due.year >= FIRST_YEAR)
        return merged(own, Chain(every for every, _ in self._sealed))

    @cached_property
    def originals(self) -> Chain[Article]:
        """The public articles that sitemaps name, newest first, without those whose original stands on another site."""
        return merged(self._chained(self.originals_at_hand), Chain(own for _, own in self._sealed))

    @cached_property
    def originals_at_hand(self) -> tuple[Article, ...]:
        """The same but for sealed months, in which nothing is translated."""
        return tuple(originals(self.site, self.at_hand))

    def _chained(self, articles: Iterable[Article]) -> Chain[Article]:
        return chained(articles, lambda a: a.due, marks=self.memory.mark)

    def listed(self, article: Article) -> Listed:
        """``article`` as a sitemap names it."""
        return listed(self.site, article, self.now)

    def entry(self, article: Article) -> Entry:
        """``article`` cleaned for a feed."""
        known = self._entries.get(article.id)
        if known is not None:
            return known
        return self.memory.recall("entry", article.path, (article,), partial(self._cleaned, article))

    def foresee(self, articles: Sequence[Article]) -> None:
        """Has ``articles``, all of which feeds will carry, cleaned together."""
        self.memory.foresee("entry", articles, self._cleaned)

    def forget(self) -> None:
        """Lets go of what was kept for other feeds."""
        self._entries.clear()
        self._made.clear()

    def _cleaned(self, article: Article) -> Entry:
        return entry(self.site, article, self.now)

    def entries(self, feed: Feed) -> tuple[Entry, ...]:
        """The articles of ``feed``, cleaned; they are kept for other feeds, those of the archive would be too many."""
        found = [self._entries.setdefault(a.id, self.entry(a)) for a in feed.articles]
        at = len(found) - feed.staying
        return (*found[:at], *(replace(e, stays=True) for e in found[at:]))

    def once(self, use: str, id: str, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made at the first call with this ``use`` and ``id`` and kept."""
        key = (use, id)
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def main(self, path: str) -> Feed:
        """The feed of all news: the newest, and older ones with a correction of the last days."""
        title = line(self.site.title) or path_address(self.site.url, "")
        return Feed(
            path=path,
            home="",
            title=title,
            description=line(self.site.description) or title,
            choose=lambda: self._newest,
            staying=len(self._staying),
        )

    def feeds(self, path: str) -> Iterator[Feed]:
        """The feed of all news at ``path``, and below each section's page one of the same name."""
        yield self.main(path)
        name = path.rpartition("/")[2]
        for section in self.sections:
            title = self.title(section)
            choose = partial(self.once, "newest", section.home, partial(self._newest_of, section))
            sign = f"{section.home} {title} {section.sign}" if section.sign else ""
            path = f"{section.home}{name}"
            yield Feed(path=path, home=section.home, title=title, description=title, choose=choose, sign=sign)

    @cached_property
    def _staying(self) -> tuple[Article, ...]:
        since, newest = self.now - CORRECTED, {a.id for a in self.carried[:ENTRIES]}
        older = (a for a in self._at_hand.values() if a.id not in newest)
        return tuple(a for a in older if (corrected(a, self.now) or since) > since)[:ENTRIES]

    @cached_property
    def _newest(self) -> tuple[Article, ...]:
        return (*self.carried[: ENTRIES - len(self._staying)], *self._staying)

    def _newest_of(self, section: Section) -> tuple[Article, ...]:
        given = section.articles
        if not isinstance(given, Chain):
            given = sorted(dated(self.site, given), key=feed_order)
        found: list[Article] = []
        for article in given:
            if len(found) >= ENTRIES and feed_order(article)[0] > feed_order(found[ENTRIES - 1])[0]:
                break  # what is left is older
            known = self._at_hand.get(article.id)
            if known is None and (article.due.year, article.due.month) in self._months_sealed:
                known = next(dated(self.site, (article,)))
            if known is not None and known not in found:
                found.append(known)
        return tuple(sorted(found, key=feed_order))[:ENTRIES]

    @cached_property
    def _at_hand(self) -> dict[str, Article]:
        return {a.id: a for a in self.at_hand if a.due.year >= FIRST_YEAR}

    @cached_property
    def _months_sealed(self) -> frozenset[tuple[int, int]]:
        return frozenset((every.year, every.month) for every, _ in self._sealed)

    def title(self, section: Section) -> str:
        """What the feeds of ``section`` are called, in the site's language."""
        said = _called(section.kind, line(self.site.title), name(section.name))
        return line(said.say("id" if self.site.language == "id" else "en"))

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months from the first article to the newest, newest first.

        Those without an article are among them, and a withdrawn article counts for the first: so no month's
        neighbours change when an article of it comes or goes. A wider gap than GAP stays one: a date that
        is wrong by a century makes no thousand files.
        """
        by_month = {(part.year, part.month): Chain((part,)) for part in self.carried.parts}
        for article in self._given:
            was_carried = article.due.year >= FIRST_YEAR and article.due <= self.now
            if article.status is Status.WITHDRAWN and was_carried:
                by_month.setdefault((article.due.year, article.due.month), Chain())
        for (year, month), (later, end) in pairwise(sorted(by_month)):
            between = range(year * 12 + month, later * 12 + end - 1)
            if len(between) <= GAP:
                by_month |= {(number // 12, number % 12 + 1): Chain() for number in between}
        return tuple(
            Month(f"{year:04}-{month:02}", self._first(year, month), by_month[year, month])
            for year, month in sorted(by_month, reverse=True)
        )

    def _first(self, year: int, month: int) -> datetime:
        return moment(datetime(year, month, 1, tzinfo=self.zone), self.zone)


def _called(kind: Kind, site: str, name: str) -> Message:
    if kind == "kategori":
        return msg("{site} – category {name}", site=site, name=name)
    if kind == "tag":
        return msg("{site} – topic {name}", site=site, name=name)
    if kind == "penulis":
        return msg("{site} – news by {name}", site=site, name=name)
    return msg("{site} – news about {name}", site=site, name=name)
