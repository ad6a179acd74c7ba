"""The cards of one article, or of a month, in every size, for an editor to look at and to send by hand.

They stand in the state folder below FOLDER, drafts too; the site and the ledger are not touched. Cards and
photos go through the build's own caches: what is shown here is, byte for byte, what the build takes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from plugins import _cards, _pictures
from publisher import content
from publisher.article import CARD_SIZES, Article, Finding, Site, Status
from publisher.build import sets
from publisher.build.cores import each
from publisher.build.derived import digest, file_digest
from publisher.build.site import to_site
from publisher.cards import draw, sheet
from publisher.cards.logo import Logo, read
from publisher.errors import ContentFault, UsageFault
from publisher.messages import Message, msg
from publisher.pictures import JPEG
from publisher.settings import Settings

FOLDER = "kartu"
MONTH = timedelta(days=31)
Say = Callable[[Message, int, int], None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was drawn: the page that shows it, the files, and what is wrong with articles that it lacks."""

    page: Path
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]


def of_article(settings: Settings, file: Path, now: datetime, say: Say | None = None) -> Sheet:
    """The cards of the article in ``file``. Raises UsageFault when that is none, ContentFault when it cannot
    be read or drawn."""
    found = content.read(settings.content, settings.zone)
    path = _path(settings, file)
    article = next((a for a in found.articles if a.path == path), None)
    if article is None:
        for finding in found.findings:
            if finding.path == path and finding.level == "error":
                raise ContentFault(finding.message, where=f"{path}:{finding.line}" if finding.line else path)
        raise UsageFault(
            msg("{file} is no article of {folder}.", file=str(file), folder=str(settings.content / "berita"))
        )
    maker = _Maker(settings, to_site(settings, found.services), now, say)
    folder = settings.state / FOLDER / article.id
    (entry,) = maker.entries([article], folder, "")
    if entry.fault is not None:
        raise ContentFault(entry.fault, where=article.path)
    return maker.page(folder, msg("Cards of “{title}”", title=article.title), [entry])


def of_month(settings: Settings, month: str, now: datetime, say: Say | None = None) -> Sheet:
    """The cards of all articles dated in ``month`` ("2026-11"), drafts too; "" is the last month up to now and
    all that is still to come. Raises UsageFault for what is no month."""
    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise UsageFault(msg("“{month}” is no month; write it like 2026-11.", month=month))
    found = content.read(settings.content, settings.zone)

    def belongs(article: Article) -> bool:
        day = article.due.astimezone(settings.zone)
        return f"{day:%Y-%m}" == month if month else now - MONTH <= day

    chosen = [a for a in found.articles if a.status is not Status.WITHDRAWN and belongs(a)]
    chosen.sort(key=lambda a: (-a.due.timestamp(), a.path))
    maker = _Maker(settings, to_site(settings, found.services), now, say)
    folder = settings.state / FOLDER
    entries = maker.entries(chosen, folder, "{id}/")
    heading = msg("Cards of {month}", month=month) if month else msg("Cards of the last month")
    made = maker.page(folder, heading, entries)
    faults = tuple(Finding("card", "error", e.fault, e.path) for e in entries if e.fault)
    return replace(made, findings=faults)


def _path(settings: Settings, file: Path) -> str:
    """``file`` below the content folder, whether it was given from here or from there."""
    whole = file.resolve()
    if whole.is_relative_to(settings.content):
        return whole.relative_to(settings.content).as_posix()
    return file.as_posix()


class _Maker:
    """Draws cards into folders of the state folder, on all cores."""

    def __init__(self, settings: Settings, site: Site, now: datetime, say: Say | None) -> None:
        self._settings = settings
        self._site = site
        self._now = now
        self._say = say
        self._logo: Logo | None = None
        if settings.office.logo:
            self._logo = read(settings.root / settings.office.logo)
        self._cache = settings.state / "cache"

    def entries(self, articles: Sequence[Article], folder: Path, below: str) -> list[sheet.Entry]:
        """The articles with their cards in ``folder``, which is emptied first; ``below`` is where each one's
        files go there."""
        if folder.is_dir():
            shutil.rmtree(folder)
        photos = self._photos(articles)
        nothing = (None, "")
        faces: dict[str, draw.Face | Message] = {
            a.path: self._face(a, photos.get(a.path, nothing)[0]) for a in articles
        }
        jobs = {
            path: tuple(self._jobs(face, photos.get(path, nothing)[1]))
            for path, face in faces.items()
            if isinstance(face, draw.Face)
        }
        flat = [job for row in jobs.values() for job in row]
        for done, _ in enumerate(each(_cards.work, flat, _cards.SECONDS), 1):
            self._tell(msg("Cards: {title}", title=flat[done - 1].face.title), done, len(flat))
        entries = []
        for article in articles:
            face = faces[article.path]
            try:
                cards = tuple(self._placed(article, jobs.get(article.path, ()), folder, below))
                fault = face if isinstance(face, Message) else None
            except ContentFault as wrong:
                cards, fault = (), wrong.message
            entries.append(self._entry(article, cards, fault))
        return entries

    def page(self, folder: Path, heading: Message, entries: Sequence[sheet.Entry]) -> Sheet:
        """Writes the page of ``entries``."""
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / "index.html"
        page.write_bytes(sheet.render(heading, entries, self._settings.lang))
        return Sheet(page, tuple(folder / card.file for entry in entries for card in entry.cards), ())

    def _photos(self, articles: Sequence[Article]) -> dict[str, tuple[Path, str]]:
        """The public photo of each article that has one and its key, by the article's path; one that cannot be used is
        what `check` and the build report, and the card does without it."""
        keys: dict[str, tuple[Path, str]] = {}
        hand = _pictures.hand()
        for article in articles:
            source = self._settings.content / article.picture.path if article.picture else None
            if source is not None and source.is_file():
                keys[article.path] = (source, digest(hand, file_digest(source)))
        cache = self._cache / "pictures"
        new = {key: source for source, key in keys.values() if sets.found(cache, key) is None}
        jobs = [_pictures.Job(source, cache, key) for key, source in new.items()]
        for done, _ in enumerate(each(_pictures.work, jobs, _pictures.SECONDS), 1):
            self._tell(msg("Pictures: {name}", name=jobs[done - 1].source.name), done, len(jobs))
        return {p: (photo, key) for p, (_, key) in keys.items() if (photo := self._photo(cache, key)) is not None}

    def _photo(self, cache: Path, key: str) -> Path | None:
        """The largest JPEG of the picture ``key``, as a file."""
        files = [f.path for f in sets.found(cache, key) or () if f.facts["type"] == JPEG]
        return files[-1] if files else None

    def _face(self, article: Article, photo: Path | None) -> draw.Face | Message:
        try:
            return draw.face(article, self._site, photo, self._logo)
        except ContentFault as fault:
            return fault.message

    def _jobs(self, face: draw.Face, photo: str) -> Iterator[_cards.Job]:
        return _cards.jobs(face, tuple(CARD_SIZES), self._cache / "cards", _cards.hand(), photo)

    def _placed(self, article: Article, jobs: Sequence[_cards.Job], folder: Path, below: str) -> Iterator[sheet.Drawn]:
        for job in jobs:
            made = _cards.made(job)
            width, height = CARD_SIZES[job.size]
            name = f"{below.format(id=article.id)}{article.slug}-{width}x{height}.jpg"
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made.path, target)
            yield sheet.Drawn(job.size, name, made.size)

    def _entry(self, article: Article, cards: tuple[sheet.Drawn, ...], fault: Message | None) -> sheet.Entry:
        return sheet.Entry(
            title=article.title,
            lang=article.lang,
            date=f"{article.due.astimezone(self._settings.zone):%d-%m-%Y %H.%M %Z}",
            path=article.path,
            alt=draw.alt(article, self._site),
            state=self._state(article),
            fault=fault,
            cards=cards,
        )

    def _state(self, article: Article) -> Message | None:
        if article.status is Status.DRAFT:
            return msg("draft")
        if article.status is Status.HIDDEN:
            return msg("hidden")
        return msg("not out yet") if article.is_held(self._now) else None

    def _tell(self, message: Message, done: int, of: int) -> None:
        if self._say is not None:
            self._say(message, done, of)
