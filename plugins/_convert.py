"""The one place that knows Pelican's values and ours: settings and clock in, articles and pages out."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pelican.urlwrappers import Author, Category, Tag
from pelican.utils import SafeDatetime, slugify

from plugins import _groups
from plugins._archive import Archive, Own
from publisher.article import Article, Finding, Service, Shown, Site, Status
from publisher.build import sets
from publisher.build.addresses import Links, Record, attachment_path, record_path
from publisher.build.choose import Choice, is_waiting
from publisher.build.journal import Placed
from publisher.build.light import Light
from publisher.build.staging import Staging
from publisher.build.stamps import Stamps
from publisher.build.state import State
from publisher.build.unchanged import Note, Place, Scan, Seen, office_digest
from publisher.content import Content
from publisher.feeds._edition import Edition
from publisher.messages import Message, msg
from publisher.search import Group
from publisher.settings import Settings

ORDER = "KENTONGAN"  # what run.py asks for, in Pelican's settings
RUN = "KENTONGAN_RUN"  # the build in the making
_TELLING = 8  # letters of an id; minted ones have 14
_LONGEST = 120  # letters of the last part of an address
Say = Callable[[Message, int, int], None]  # what is being done, how far it is, out of how many steps


@dataclass(frozen=True, slots=True)
class Order:
    """What a build is to make: of which site, as of when, for readers or as a preview."""

    settings: Settings
    now: datetime
    preview: bool = False
    say: Say | None = None
    call: str = ""  # what publisher.build.unchanged.call says
    why: str | None = None  # the page of which it is asked why it is made anew
    search: bool = True  # whether the search index is made, or stays as it stands
    scan: Scan | None = None  # the stamps of what is read, when they were taken just now


@dataclass(slots=True)
class Run:
    """One build in the making; what a plugin leaves here, the next one takes."""

    order: Order
    staging: Staging
    content: Content
    choice: Choice
    site: Site
    links: Links
    records: dict[str, Record]  # by content path: whatever gets a page
    raw: dict[str, str]  # by content path: the text as HTML until its links are resolved; of a page for good
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # address → content file whose copy stands there
    digests: dict[str, dict[str, str]] = field(default_factory=dict)  # content path → its files' digests
    pages: dict[str, str] = field(default_factory=dict)  # by content path: the text as its page shows it, if other
    written: int = 0  # pages of records so far
    searched: dict[str, Group] = field(default_factory=dict)  # the groups of the search index
    pictures: dict[str, list[str]] = field(default_factory=dict)  # picture that texts link to → their content paths
    linked: dict[str, list[str]] = field(default_factory=dict)  # site path → content paths whose text links to it
    revisions: dict[str, str] = field(default_factory=dict)  # by content path
    letters: _groups.Group | None = None  # the A–Z list, as far as it is that of the last build
    news: Any = None  # plugins._months.News, from then on
    marks: Any = None  # plugins._marks.ShownMarks, once articles know what they lead to
    groups: Any = None  # plugins._groups.Groups, from then on
    shelves: list[Any] = field(default_factory=list)  # plugins.periods.Listing of every list
    cards: dict[str, Shown] = field(default_factory=dict)  # path of a page that is no article → its card; "" the site's
    ids: dict[str, str] = field(default_factory=dict)  # id → content path of every article in the manifest, in order
    last: Mapping[str, str] = field(default_factory=dict)  # the same of the last manifest
    edition: Edition | None = None
    placed: Placed = field(default_factory=Placed)
    held: ExitStack = field(default_factory=ExitStack)
    state: State = field(kw_only=True)
    stamps: Stamps = field(kw_only=True)
    read: Seen = field(default_factory=lambda: Seen(""))  # the stamps of all that is read, from before it was
    inputs: tuple[str, ...] = ()
    program: str = ""  # the stamps of our code and of the libraries
    shown: Any = None  # plugins._pages.Pages, once there is a writer
    later: Any = None  # plugins._later.Later, the same
    standing: set[str] = field(default_factory=set)  # files of the site that need not be staged
    archive: Archive = field(kw_only=True)
    noticed: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)  # by path, before pages are made
    _ranks: dict[str, int] = field(default_factory=dict)
    own: defaultdict[str, Own] = field(default_factory=lambda: defaultdict(Own))  # by content path of an article

    @property
    def place(self) -> Place:
        """The folders of the site."""
        return place_of(self.order.settings)

    def noted(self, until: datetime | None) -> Note:
        """What the next build may know of this one."""
        now, office = self.order.now, office_digest(self.order.settings)
        strangers = self.placed.strangers
        return Note(office, self.order.call, self.inputs, self.read, Seen(""), now, until, self.told(), strangers)

    def told(self) -> tuple[Finding, ...]:
        """All findings, in the order of the files."""
        every = {*self.content.findings, *self.findings}
        return tuple(sorted(every, key=lambda f: (f.path, f.line, f.rule, str(f.message))))

    @property
    def count(self) -> int:
        """How many texts get a page."""
        return len(self.records) + sum(len(month.columns.paths) for month in self.archive.sealed.values())

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return self.order.settings.zone

    def rank(self, item: Any) -> int:
        """The place of one of Pelican's articles in all lists: newest first, those of one moment by their paths."""
        if not self._ranks:
            self._ranks = {a.path: n for n, a in enumerate(self.choice.shown)}
        return self._ranks[item.record.path]

    def articles(self) -> tuple[Article, ...]:
        """The articles that get a page, newest first, as they now stand."""
        found = map(self.records.get, (a.path for a in self.choice.shown))
        return tuple(r for r in found if isinstance(r, Article))

    def public(self) -> tuple[Article, ...]:
        """Those of them that stand in lists and feeds."""
        return tuple(a for a in self.articles() if a.is_public(self.order.now))

    def services(self) -> tuple[Service, ...]:
        """The register as it now stands."""
        return tuple(r for r in self.records.values() if isinstance(r, Service))

    def secret(self) -> tuple[str, ...]:
        """What would give a held article away: its id, when no text could hold it by chance, and its address."""
        return secret(self.choice, self.site)

    def tell(self, message: Message, done: int = 0, of: int = 0) -> None:
        """Says how far the build is, to whoever listens."""
        if self.order.say is not None:
            self.order.say(message, done, of)

    def find(self, rule: str, level: str, message: Message, path: str, line: int = 0) -> None:
        """Reports a finding, once."""
        finding = Finding(rule, level, message, path, line)
        if finding not in self.findings:
            self.findings.append(finding)

    def offer(self, source: str, record: Record) -> None:
        """Has the content file ``source`` copied to its public address."""
        self.own[record.path].sources.add(source)
        self.own[record.path].files.add(attachment_path(source))
        owner = self.files.setdefault(attachment_path(source), source)
        if owner != source:
            message = msg("Two files would get one address: {one} and {two}; rename one.", one=owner, two=source)
            self.find("attachments", "error", message, record.path)

    def put(self, member: sets.Member, path: str) -> None:
        """Has the member's file stand at ``path`` of the site."""
        if sets.stands(member, self.staging.output / path):
            self.standing.add(path)
        else:
            sets.put(member, self.staging.site / path)

    def file(self, path: str) -> Path:
        """Where the file at ``path`` of the site stands while it is made."""
        return (self.staging.output if path in self.standing else self.staging.site) / path

    def kept(self) -> frozenset[str]:
        """The files of the site that stand in the output folder and were not staged."""
        return frozenset(self.shown.kept if self.shown else ()) | self.standing

    def line_of(self, record: Record, text: str) -> int:
        """The line of the record's file on which ``text`` stands, 0 when it is not known."""
        at = record.body.find(text)
        first = record.line("body") if isinstance(record, Article) else 0
        return first + record.body.count("\n", 0, at) if first and at >= 0 else 0


def secret(choice: Choice, site: Site) -> tuple[str, ...]:
    """What would give an article away that is held back."""
    waiting = choice.waiting
    return (*(a.id for a in waiting if len(a.id) >= _TELLING), *(site.article_url(a) for a in waiting))


def place_of(settings: Settings) -> Place:
    """The folders of the site."""
    return Place(settings.root, settings.content, settings.output, settings.state)


def run_of(settings: Mapping[str, Any]) -> Run | None:
    """The build that Pelican's ``settings`` belong to; None when Pelican builds another's site."""
    return settings.get(RUN)


def order_of(settings: Mapping[str, Any]) -> Order | None:
    """What to build: run.py's order, or for plain ``pelican`` the office of pelicanconf.py."""
    order: Order | None = settings.get(ORDER)
    office: Settings | None = settings.get("OFFICE")
    last = run_of(settings)
    if order is None and last is not None:  # --autoreload: the folders are the first run's
        return Order(last.order.settings, clock())
    if order is not None or office is None:
        return order
    given = replace(office, content=Path(settings["PATH"]).resolve(), output=Path(settings["OUTPUT_PATH"]).resolve())
    return Order(given, clock())


def clock() -> datetime:
    """SOURCE_DATE_EPOCH, or the clock: read once for plain ``pelican``."""
    return datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time()), UTC)


def to_pelican(settings: Settings) -> dict[str, Any]:
    """The settings of Pelican that the office decides."""
    office = settings.office
    return {
        "OFFICE": settings,
        "PATH": str(settings.content),
        "OUTPUT_PATH": str(settings.output),
        "THEME": str(settings.root / "theme"),
        "SITEURL": office.url,
        "SITENAME": office.title,
        "DEFAULT_LANG": office.language,
        "TIMEZONE": office.timezone,
    }


def in_zone(article: Article, zone: ZoneInfo) -> Article:
    """``article`` with its times in the office's zone, so that months and days are the office's."""
    if isinstance(article, Light):  # has been there
        return article
    return replace(
        article,
        date=article.date.astimezone(zone),
        modified=article.modified and article.modified.astimezone(zone),
        withdrawn_at=article.withdrawn_at and article.withdrawn_at.astimezone(zone),
        embargo=article.embargo and article.embargo.astimezone(zone),
        corrections=tuple(replace(c, date=c.date.astimezone(zone)) for c in article.corrections),
    )


def metadata(record: Record, run: Run, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What Pelican's reader must know of ``record``."""
    path = record_path(record)
    common = {
        "title": record.name if isinstance(record, Service) else record.title,
        "summary": record.summary,
        "url": path,
        "save_as": f"{path}index.html",
        "status": "published",
        "record": record,
    }
    if isinstance(record, Article):
        return common | _article(record, run, settings)
    if isinstance(record, Service):
        return common | {"slug": record.id, "template": "service", "lang": "id"}
    more: dict[str, Any] = {"modified": date(record.modified)} if record.modified else {}
    return common | more | {"slug": record.slug, "template": record.template, "lang": record.lang}


def _article(record: Article, run: Run, settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "date": date(record.due),  # the date that readers are shown; lists are ordered by it
        "slug": record.slug,
        "lang": record.lang,
        "template": "withdrawn" if record.status is Status.WITHDRAWN else record.template,
        "held": is_waiting(record, run.order.now),
        "revision": run.revisions.get(record.path, ""),
        "tags": [Tag(t, settings) for t in record.tags if _has_address(run, record, t, settings)],
    }
    if record.status in (Status.HIDDEN, Status.WITHDRAWN):
        found["status"] = "hidden"
    if record.modified:
        found["modified"] = date(record.modified)
    if record.category and _has_address(run, record, record.category, settings):
        found["category"] = Category(record.category, settings)
    authors = [Author(a, settings) for a in record.authors if _has_address(run, record, a, settings)]
    return found | ({"authors": authors} if authors else {})


def _has_address(run: Run, record: Article, name: str, settings: Mapping[str, Any]) -> bool:
    """Whether Pelican can make an address of ``name``; else its list has no page, and the editor is told."""
    if 0 < len(slugify(name, regex_subs=settings["SLUG_REGEX_SUBSTITUTIONS"])) <= _LONGEST:
        return True
    message = msg("“{name}” has no list of its own: no address can be made of it.", name=name)
    run.find("name", "advice", message, record.path)
    return False


def date(when: datetime) -> SafeDatetime:
    """``when`` as Pelican wants it."""
    return SafeDatetime.combine(when, when.timetz())
