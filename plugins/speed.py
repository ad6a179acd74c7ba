"""Notes what a build read, what it left and until when it stays true, so that the next one can stop early."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from pelican import Pelican, signals
from pelican.utils import sanitised_join
from pelican.writers import Writer

from plugins import _links, _memory, feeds, reader
from plugins._archive import Past, of_article
from plugins._convert import RUN, Run, run_of
from plugins._items import Item
from plugins._later import Later
from plugins._pages import Pages
from plugins.cards import RECENT
from publisher.article import Article
from publisher.build import keys, light, office, texts, unchanged
from publisher.build.light import Light, Row
from publisher.build.sealed import Sealed
from publisher.feeds._edition import CORRECTED
from publisher.feeds.news_sitemap import WINDOW
from publisher.messages import Message, msg


def register() -> None:
    """Called by Pelican."""
    signals.get_writer.connect(writer)
    signals.finalized.connect(note)


def writer(pelican: Pelican) -> type[Writer] | None:
    """The writer that leaves out what need not be written."""
    run = run_of(pelican.settings)
    if run is None:
        return None
    is_left, output = run.archive.left is not None, run.order.settings.output
    run.shown = Pages(run.state, output, run.program, run.marks, is_left=is_left, asked=run.order.why)
    run.noticed = of_article(run.findings)
    run.news.look(run.shown)
    return PageWriter


class PageWriter(Writer):  # type: ignore[misc]  # Pelican ships no types
    """Pelican's, but a page that stands in the output folder as it would be made is not made again, and the others are
    made together."""

    def __init__(self, output_path: str, settings: dict[str, Any]) -> None:
        super().__init__(output_path, settings)
        run: Run = settings[RUN]
        self.later = run.later = Later(run, self._write)

    def write_file(self, name: str, template: Any, context: dict[str, Any], *given: Any, **values: Any) -> None:
        """Has the page ``name`` rendered, or keeps it."""
        run = run_of(self.settings)
        if run is not None:
            values |= _whole(run, values)
        plain = not given and not any(values.get(name) for name in _PLAIN)
        plain = plain and values.get("template_name") not in self.settings["PAGINATED_TEMPLATES"]
        path = self._path(name) if name else ""
        if run is None or not name or not plain or path in self._written_files:
            if path in self._written_files:
                self.later.make()
                self.later.looked.pop(name, None)  # another page comes in its place
            super().write_file(name, template, context, *given, **values)
            return
        if "article" in values and template not in self._warned:
            self._warned.add(template)
            _warn(run, template)
        key = run.shown.key(name, template, values, context)
        is_kept = bool(key) and run.shown.is_there(name, key)
        if run.order.why is not None and run.order.why in _names(name):
            run.tell(_reason(run, name, template, key, values, is_kept=is_kept))
        if is_kept:
            run.shown.kept[name] = key
            self._written_files.add(path)
            if values.get("override_output"):
                self._overridden_files.add(path)
            run.written += "article" in values or "page" in values
            return
        if not key:
            super().write_file(name, template, context, **values)
            return
        run.shown.make(name, key, template, values)
        self._written_files.add(path)
        self.later.add(name, template, context, values)

    def _write(self, name: str, template: Any, context: dict[str, Any], **values: Any) -> None:
        self._written_files.discard(self._path(name))
        super().write_file(name, template, context, **values)

    def _path(self, name: str) -> str:
        plain = os.sep == "/" and "/." not in f"/{name}" and "//" not in name
        return f"{self.output_path}/{name}" if plain else str(sanitised_join(self.output_path, name))

    @cached_property
    def _warned(self) -> set[Any]:
        return set()


def _whole(run: Run, values: Mapping[str, Any]) -> dict[str, Any]:
    """All news for what Pelican gives a list of those that it goes through."""
    found = {name: run.news.every for name in ("articles", "all_articles") if values.get(name) is run.news.written}
    if "dates" in values:
        found["dates"] = found.get("articles", values["articles"])  # which are in that order
    return found


def _names(name: str) -> tuple[str, ...]:
    """How a page may be called."""
    return name, name.removesuffix("index.html"), name.removesuffix("/index.html")


def _reason(run: Run, name: str, template: Any, key: str, values: Mapping[str, Any], *, is_kept: bool) -> Message:
    """Why the page is made anew, or is not."""
    if is_kept:
        return msg("{page} stays as it is.", page=name)
    reason = run.shown.why(name, template, values) if key else msg("Its template cannot be followed.")
    return msg("{page} is made anew. {reason}", page=name, reason=reason)


def _warn(run: Run, template: Any) -> None:
    """Says which template makes every article's page hang on every other article."""
    for file, value in run.shown.slow(template):
        message = msg("It reads “{name}”: with every new article all pages of articles are made anew.", name=value)
        run.find("speed", "advice", message, f"theme/templates/{file}")


# what makes of a page more than one, or another with other addresses
_PLAIN = frozenset({"relative_urls", "paginated"})


def note(pelican: Pelican) -> None:
    """The site stands in its place: what was made of what is noted."""
    run = run_of(pelican.settings)
    if run is None:
        return
    touched = (*run.placed.changed, *run.placed.removed)
    unchanged.keep(run.state, run.place, run.noted(next_moment(run)), touched)
    office.keep(run.state, run.order.settings)
    hold(run)
    if not run.order.preview:
        run.state.keep(reader.IDS, "", unchanged.see(unchanged.scan(run.place.notes()[:1])).digest, run.ids)
    for kind in (_memory.KIND, texts.KIND, _links.KIND, *feeds.OF_ARTICLES):
        run.state.drop(kind, run.stamps.gone)
    for kind in (keys.KIND, *feeds.SECTIONS):
        run.state.forget(kind)
    run.stamps.save()
    run.shown.save()
    run.groups.save()
    run.state.save()
    run.held.close()


def hold(run: Run) -> None:
    """Has the archive hold the articles that were made in this build, but not what only a preview shows."""
    linked: dict[str, list[str]] = {}
    for target, paths in run.linked.items():
        for path in paths:
            linked.setdefault(path, []).append(target)
    links = run.links
    past = Past(dict(links.addresses), links.waiting, links.moved, frozenset(run.secret()))
    sealed: dict[str, Sealed] = {}
    run.archive.keep(past, _made(run, linked, sealed))
    run.archive.seal(sealed)


def _made(
    run: Run, linked: Mapping[str, Sequence[str]], sealed: dict[str, Sealed]
) -> Iterator[tuple[Article, Row, str]]:
    """The articles that were made in this build and may stay, each with its row and its text, month by month; and in
    ``sealed`` the months that may stay as a whole."""
    for month in run.news.months:
        rows: dict[str, Row] = {}
        for item in month.items or () if month.sealed is None else ():
            record = item.record
            if isinstance(item, Item) or not _may_stay(run, record):
                continue
            row = _row(run, item, tuple(linked.get(record.path, ())))
            if row is not None:
                rows[record.path] = row
                yield record, row, run.pages.get(record.path, "")
        now = run.news.sealed_now(month, rows)
        if now is not None and now != month.sealed:
            sealed[month.columns.name] = now


def _may_stay(run: Run, article: Article) -> bool:
    return light.can_be(article) and not article.is_held(run.order.now)


def _row(run: Run, item: Any, linked: tuple[str, ...]) -> Row | None:
    """What is remembered of an article; None when a file that it was made of changed meanwhile, and when the article
    is not as its file says: what was wrong is found anew in every build."""
    record, own = item.record, run.own[item.record.path]
    read = run.archive.readings[record.path]
    sources = {record.path, *read.named, *own.sources, *record.attachments}
    if not run.archive.is_settled(sources) or not _is_as_read(record, read.entry):
        return None
    now = run.order.now
    people, topics, section = item.lists
    return Row(
        mark=run.shown.marks.own_mark(item),
        revision=run.revisions[record.path],
        since=now.timestamp(),
        until=min((m.timestamp() for m in _of_article(record) if m > now), default=None),
        sources=tuple(sources),
        asked=tuple(own.asked),
        linked=linked,
        files="\n".join(sorted(own.files)),
        people=people,
        topics=topics,
        section=section,
        said=read.findings,
        findings=run.noticed.get(record.path, ()),
    )


def _is_as_read(article: Article, read: object) -> bool:
    plain = ("services", "former", "template")
    return article.template == "article" and all(getattr(article, n) == getattr(read, n, None) for n in plain)


def next_moment(run: Run) -> datetime | None:
    """The first moment after this build's at which the clock alone makes another site, or at which what was left as it
    stood is to be made; None when there is none."""
    now = run.order.now
    if not run.order.search:
        return now
    return min((when for when in moments(run) if when > now), default=None)


def moments(run: Run) -> Iterator[datetime]:
    """Every moment at which a page, a list, a card, a feed or a sitemap may become another one by the clock."""
    for article in run.content.articles:
        yield from _of_article(article)
    for service in run.content.services:
        yield from _with_second(service.updated)
    for page in run.content.pages:
        yield from _with_second(page.modified)


def _of_article(article: Article) -> Iterator[datetime]:
    if isinstance(article, Light):
        if article.row.until is not None:
            yield datetime.fromtimestamp(article.row.until, UTC)
        return
    yield from _with_second(article.due)
    yield from _with_second(article.modified)
    yield from (_later(when, WINDOW) for when in _with_second(article.due))
    yield _later(article.due, RECENT + timedelta.resolution)  # the last day counts in full
    for correction in article.corrections:
        for when in _with_second(correction.date):
            yield when
            yield _later(when, CORRECTED)


def _with_second(when: datetime | None) -> Iterator[datetime]:
    """``when``, and the full second that feeds say of it."""
    if when is not None:
        yield when
        yield when.replace(microsecond=0)


def _later(when: datetime, span: timedelta) -> datetime:
    try:
        return when + span
    except OverflowError:  # the calendar ends there
        return when
