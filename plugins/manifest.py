"""Writes what outreach may know of the site, through the staging folder, and gives articles their revision."""

from __future__ import annotations

from datetime import datetime

from pelican import Pelican, signals

from plugins._convert import Run, in_zone, run_of
from publisher.article import Article, Shown, article_path
from publisher.build import texts
from publisher.build.addresses import Record as Source
from publisher.build.light import Light
from publisher.build.markup import render
from publisher.build.revision import revision
from publisher.build.state import Forgotten
from publisher.errors import ContentFault
from publisher.manifest import FILENAME, Image, Lines, Manifest, Record, ServiceName, joined, taken_apart, written


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(write)


def write(pelican: Pelican) -> None:
    """The revisions, then the manifest; a preview leaves the real manifest alone."""
    run = run_of(pelican.settings)
    if run is None:
        return
    shown = {a.path: a for a in run.articles()}
    every = [shown.get(found.path) or in_zone(found, run.zone) for found in run.content.articles]
    for article in every:
        if not isinstance(article, Light):
            run.revisions[article.path] = _revision(run, article)
    if run.order.preview:
        return
    months = [month.columns for month in run.archive.sealed.values()]
    kept = {named: path for c in months for named, path in zip(c.ids, c.paths, strict=True)}
    kept |= {article.id: article.path for article in every if isinstance(article, Light)}
    new = {article.id: article for article in every if not isinstance(article, Light)}
    run.ids = {named: kept.get(named) or new[named].path for named in sorted((*kept, *new))}
    last = _last(run) if kept else {}

    def line(named: str) -> Lines:
        if named in kept:
            return last[named]
        return written(_record(run, new[named], is_shown=new[named].path in shown))

    unreadable = tuple(sorted({*run.content.unreadable, *_left_out(run)}))
    with (run.staging.notes / FILENAME).open("wb") as file:
        file.writelines(
            joined(Manifest(site=run.site.url, title=run.site.title, unreadable=unreadable), map(line, run.ids))
        )


def _last(run: Run) -> dict[str, Lines]:
    """The records of the last manifest as they stand in it, by id. Raises Forgotten."""
    found = tuple(taken_apart((run.order.settings.state / FILENAME).read_bytes()))
    if len(found) != len(run.last):
        raise Forgotten(FILENAME)
    return dict(zip(run.last, found, strict=True))


def _left_out(run: Run) -> tuple[str, ...]:
    """The files that were read and still got no page: their text or their address is at fault."""
    every: tuple[Source, ...] = (*run.choice.shown, *run.content.services, *run.content.pages)
    return tuple(r.path for r in every if r.path not in run.records)


def _revision(run: Run, article: Article) -> str:
    html = texts.remembered(article, run.state)
    files = run.digests.get(article.path)
    if html is None:  # no page today; the revision is the one that its page will carry
        try:
            html = render(article.body, article.lang)
        except ContentFault:
            html = ""
    if files is None:
        sources = (*article.attachments, *((article.picture.path,) if article.picture else ()))
        content = run.order.settings.content
        files = {s: run.stamps.digest(s) for s in sources if (content / s).is_file()}
    names = [s.name for s in map(run.site.service, article.services) if s]
    return revision(article, html, names, files)


def _record(run: Run, article: Article, *, is_shown: bool) -> Record:
    services = (run.site.service(s) for s in article.services)
    return Record(
        id=article.id,
        revision=run.revisions[article.path],
        path=article.path,
        page=article_path(article),
        url=run.site.article_url(article),
        title=article.title,
        summary=article.summary,
        status=article.status,
        public=is_shown and article.is_public(run.order.now),
        date=_said(article.date),
        due=_said(article.due),
        modified=_said(article.modified) if article.modified else "",
        lang=article.lang,
        translation_of=article.translation_of,
        category=article.category,
        place=article.place,
        tags=article.tags,
        authors=article.authors,
        services=tuple(ServiceName(id=s.id, name=s.name, how=s.how) for s in services if s),
        card=_image(article.card),
        cards=tuple((size, image) for size, shown in article.cards if (image := _image(shown))),
        photo=_image(article.photo),
        former=article.former,
        channels=article.channels,
        posts=article.posts,
    )


def _image(shown: Shown | None) -> Image | None:
    return Image(path=shown.path, type=shown.type, alt=shown.alt) if shown else None


def _said(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
