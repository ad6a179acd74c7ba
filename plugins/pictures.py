"""Makes every picture anew for the public site, in all sizes, and copies what texts offer to download."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from plugins._links import find_elsewhere, store
from plugins._pictures import ENDINGS, SECONDS, Job, hand, work
from publisher import pictures
from publisher.article import (
    Article,
    Download,
    Page,
    Picture,
    Shown,
    Status,
    crop_path,
    picture_path,
    size_path,
)
from publisher.build import sets
from publisher.build.addresses import Record, attachment_path
from publisher.build.cores import each
from publisher.build.derived import digest
from publisher.build.html import Attributes, swap_tags, tag
from publisher.build.light import Light
from publisher.build.sets import Member
from publisher.errors import ContentFault
from publisher.messages import Message, msg
from publisher.mime import media_type
from publisher.pictures import AVIF, CENTRE, JPEG, Focus

# how wide the theme shows a picture in a text (theme/static/css/site.css: .wrap and .prose)
IN_TEXT = "(min-width: 46.25rem) 44rem, calc(100vw - 2.25rem)"


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(make)


def make(pelican: Pelican) -> None:
    """Makes the pictures of every text that gets a page, and copies its attachments."""
    run = run_of(pelican.settings)
    if run is None:
        return
    maker = Maker(run)
    records = tuple(r for r in run.records.values() if not (isinstance(r, Light) or _is_gone(r)))
    for record in records:
        for source, focus in _wanted(run, record):
            run.own[record.path].sources.add(source)
            maker.want(source, focus)
    for source in run.pictures:
        maker.want(source)
    maker.make_all()
    for record in records:
        if isinstance(record, Article):
            _finish_article(run, maker, record)
        _finish_text(run, maker, run.records[record.path])
    for address, source in run.files.items():
        _copy(run.order.settings.content / source, run.staging.site / address)
    for source, writers in run.pictures.items():
        for writer in writers:
            _shown(run, maker, run.records.get(writer), source)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture of the content: its bytes' digest and the key of its sizes, or what is wrong with it."""

    digest: str = ""
    key: str = ""
    fault: Message | None = None


class Maker:
    """Makes each picture of a build once, or takes it from the cache.

    First all that is wanted is gathered, then ``make_all`` makes what is new on all cores, then ``shown`` and
    ``crops`` put the files into the site.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._content = run.order.settings.content
        cache = run.order.settings.state / "cache"
        self._cache = cache / "pictures"
        self._hand = hand()
        self._seen: dict[str, _Seen] = {}
        self._crops: dict[str, dict[Focus, str]] = {}
        self._shown: dict[str, Shown] = {}
        self._owners: dict[str, str] = {}

    def want(self, source: str, focus: Focus | None = None) -> None:
        """Asks for the sizes of the content file ``source``, and with ``focus`` for crops around it."""
        if source not in self._seen:
            self._seen[source] = self._look(source)
        seen = self._seen[source]
        if focus is not None and seen.fault is None:
            self._crops.setdefault(source, {})[focus] = digest(self._hand, seen.digest, focus)

    def make_all(self) -> None:
        """Makes what the cache does not hold yet."""
        jobs = [(source, job) for source, job in self._jobs() if job.sizes or job.crops]
        if jobs:
            self._run.tell(msg("Making {count} pictures …", count=len(jobs)))
        for done, fault in enumerate(each(work, [job for _, job in jobs], SECONDS), 1):
            source = jobs[done - 1][0]
            if fault is not None:
                self._seen[source] = replace(self._seen[source], fault=fault)
            self._run.tell(msg("Pictures: {name}", name=source.rsplit("/", 1)[-1]), done, len(jobs))

    def shown(self, source: str) -> Shown:
        """The public picture made of the content file ``source``. Raises ContentFault for one that is
        missing or no picture."""
        if source not in self._shown:
            self._shown[source] = self._placed(source)
        return self._shown[source]

    def crops(self, source: str, focus: Focus, article: Article) -> tuple[Shown, ...]:
        """The crops of the article's photo ``source``."""
        files = self._files(source, self._crops[source][focus])
        return tuple(self._put(f, crop_path(article, f.facts["label"]), article.path) for f in files)

    def digest(self, source: str) -> str:
        """The digest of the bytes of a picture that was shown."""
        return self._seen[source].digest

    def _look(self, source: str) -> _Seen:
        file = self._content / source
        if not file.is_file():
            return _Seen(fault=msg("There is no picture “{path}”; check the name.", path=source))
        found = self._run.stamps.digest(source)
        return _Seen(found, digest(self._hand, found))

    def _jobs(self) -> Iterator[tuple[str, Job]]:
        asked: set[str] = set()  # a picture may lie in the folder twice

        def is_new(key: str) -> bool:
            new = key not in asked and not sets.is_kept(self._cache, key)
            asked.add(key)
            return new

        for source, seen in self._seen.items():
            if seen.fault is None:
                cuts = ((key, focus) for focus, key in self._crops.get(source, {}).items())
                new = tuple((key, focus) for key, focus in cuts if is_new(key))
                yield source, Job(self._content / source, self._cache, seen.key if is_new(seen.key) else "", new)

    def _placed(self, source: str) -> Shown:
        self.want(source)
        files = self._files(source, self._seen[source].key)
        main = [f for f in files if f.facts["type"] == JPEG][-1]
        made = []
        for file in files:
            path = size_path(source, file.facts["label"], ENDINGS[file.facts["type"]])
            made.append(self._put(file, picture_path(source) if file is main else path, source))
        shown = next(s for s in made if s.path == picture_path(source))
        return replace(shown, sizes=tuple(made))

    def _files(self, source: str, key: str) -> tuple[Member, ...]:
        seen = self._seen[source]
        if seen.fault is None:
            found = sets.found(self._cache, key)
            if found is None:  # asked for late, or lost on the disk since
                cuts = tuple((k, f) for f, k in self._crops.get(source, {}).items() if k == key)
                fault = work(Job(self._content / source, self._cache, "" if cuts else key, cuts))
                self._seen[source] = seen = replace(seen, fault=fault)
                found = sets.found(self._cache, key)
            if found is not None:
                return found
        raise ContentFault(seen.fault or msg("There is no picture “{path}”; check the name.", path=source))

    def _put(self, file: Member, path: str, owner: str) -> Shown:
        other = self._owners.get(path.casefold())
        if other is None:
            self._owners[path.casefold()] = owner
            self._run.put(file, path)
        elif other != owner:
            raise ContentFault(
                msg("Two pictures would get one address: {one} and {two}; rename one.", one=other, two=owner)
            )
        facts = file.facts
        return Shown(path, facts["type"], facts["width"], facts["height"], file.size)


def _wanted(run: Run, record: Record) -> Iterator[tuple[str, Focus | None]]:
    """The pictures of a text, each as a content path, an article's photo with its focus."""
    found: list[tuple[str, Focus | None]] = []
    if isinstance(record, Article) and record.picture:
        found.append((record.picture.path, record.picture.focus or CENTRE))

    def look(name: str, attributes: Attributes) -> Attributes:
        source = _source(run, record, attributes)
        if source:
            found.append((source, None))
        return attributes

    html = _html(run, record)
    if "<img" in html.lower():
        swap_tags(html, ("img",), look)
    yield from found
    if isinstance(record, Article):
        for source in record.attachments:
            if pictures.is_picture(run.order.settings.content / source):
                yield source, None


def _is_gone(record: Record) -> bool:
    return isinstance(record, Article) and record.status is Status.WITHDRAWN


def _html(run: Run, record: Record) -> str:
    return run.raw[record.path] if isinstance(record, Page) else record.html


def _source(run: Run, record: Record, attributes: Attributes) -> str | None:
    given = attributes.get("src")
    return run.links.picture(given, record.path) if given else None


def _finish_text(run: Run, maker: Maker, record: Record) -> None:
    """Puts the public pictures into a text; one that cannot be made is left out with a finding.

    The record's own text gets plain ``img`` tags, as feeds want them; ``run.pages`` what its page shows.
    """
    html = _html(run, record)
    if "<img" not in html.lower():
        return
    at_once = not (isinstance(record, Article) and record.photo)  # else the photo is the first to be seen
    whole = "<picture" not in html.lower()  # an author's own stays: no picture in a picture

    def swap(attributes: Attributes, *, page: bool) -> Attributes | str | None:
        source = _source(run, record, attributes)
        if source is None:
            find_elsewhere(run, record, attributes.get("src") or "")
            return escape(attributes.get("alt") or "")
        shown = _shown(run, maker, record, source, run.line_of(record, attributes.get("src") or ""))
        if shown is None:
            return None
        nonlocal at_once
        first, at_once = at_once, at_once and not page
        size = {"width": str(shown.width), "height": str(shown.height)}
        own: Attributes = {"alt": "", **attributes, "src": run.site.address(shown.path), **size}
        if not page:
            return own
        wanted = {"fetchpriority": "high"} if first else {"loading": "lazy"}
        return _picture(run, shown, {**own, **wanted, "decoding": "async"}, whole=whole)

    plain = swap_tags(html, ("img",), lambda _, attributes: swap(attributes, page=False))
    shown = swap_tags(html, ("img",), lambda _, attributes: swap(attributes, page=True))
    if isinstance(record, Page):
        store(run, record, shown)
    elif plain != html:
        store(run, record, plain)
        run.pages[record.path] = shown


def _picture(run: Run, shown: Shown, own: Attributes, *, whole: bool) -> Attributes | str:
    """The tag with the sizes of ``shown``; ``whole`` with AVIF before JPEG."""
    jpeg, avif = (srcset(run, shown, t) for t in (JPEG, AVIF))
    image = {**own, "srcset": jpeg, "sizes": IN_TEXT} if "," in jpeg else own
    if not whole:
        return image
    source = tag("source", {"type": AVIF, "srcset": avif, "sizes": IN_TEXT})
    return f"<picture>{source}{tag('img', image)}</picture>"


def srcset(run: Run, shown: Shown, kind: str) -> str:
    """The files of one type with their widths, as ``srcset`` wants them."""
    return ", ".join(f"{run.site.address(s.path)} {s.width}w" for s in shown.sizes if s.type == kind)


def _finish_article(run: Run, maker: Maker, record: Article) -> None:
    """Gives an article its public photo and the public names of its attachments, below "berkas/"."""
    files = run.digests.setdefault(record.path, {})
    downloads: list[Download] = []
    for source in record.attachments:
        file = run.order.settings.content / source
        if pictures.is_picture(file):
            downloads += _attached_picture(run, maker, record, source)
            continue
        run.offer(source, record)
        files[source] = run.stamps.digest(source)
        downloads.append(Download(attachment_path(source), media_type(source), file.stat().st_size))
    photo = _photo(run, maker, record, record.picture) if record.picture else None
    names = tuple(d.path.removeprefix("berkas/") for d in downloads)
    run.records[record.path] = replace(record, photo=photo, attachments=names, downloads=tuple(downloads))


def _attached_picture(run: Run, maker: Maker, record: Article, source: str) -> Iterator[Download]:
    """A picture among the attachments: its public JPEG, since no original leaves the house."""
    shown = _shown(run, maker, record, source, record.line("attachments"))
    if shown:
        path = attachment_path(f"{source.rsplit('.', 1)[0]}.jpg")
        _copy(run.file(shown.path), run.staging.site / path)
        run.own[record.path].files.add(path)
        yield Download(path, shown.type, shown.bytes)


def _photo(run: Run, maker: Maker, record: Article, picture: Picture) -> Shown | None:
    shown = _shown(run, maker, record, picture.path, record.line("image"))
    if shown is None:
        return None
    try:
        crops = maker.crops(picture.path, picture.focus or CENTRE, record)
    except ContentFault as fault:
        run.find("picture", "error", fault.message, record.path, record.line("image"))
        crops = ()
    run.own[record.path].files.update(c.path for c in crops)
    return replace(shown, alt=picture.alt, crops=tuple(replace(c, alt=picture.alt) for c in crops))


def _shown(run: Run, maker: Maker, record: Record | None, source: str, line: int = 0) -> Shown | None:
    if record is None:  # its text was left out meanwhile
        return None
    try:
        shown = maker.shown(source)
    except ContentFault as fault:
        run.find("picture", "error", fault.message, record.path, line)
        return None
    run.digests.setdefault(record.path, {})[source] = maker.digest(source)
    run.own[record.path].files.update(s.path for s in shown.sizes)
    return shown


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
