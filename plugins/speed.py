"""Notes what a build read, what it left and until when it stays true, so that the next one can stop early."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pelican import Pelican, signals
from pelican.utils import sanitised_join
from pelican.writers import Writer

from plugins import reader
from plugins._convert import RUN, Run, run_of
from plugins._pages import Pages
from plugins.cards import RECENT
from plugins.feeds import USES
from publisher.article import Article
from publisher.build import keys, texts, unchanged
from publisher.feeds._edition import CORRECTED
from publisher.feeds.news_sitemap import WINDOW
from publisher.messages import Message, msg
from publisher.settings import remember
from publisher.structured import Facts


def register() -> None:
    """Called by Pelican."""
    signals.get_writer.connect(writer)
    signals.finalized.connect(note)


def writer(pelican: Pelican) -> type[Writer] | None:
    """The writer that leaves out what need not be written."""
    run = run_of(pelican.settings)
    if run is None:
        return None
    settings = run.order.settings
    facts = Facts(run.site, settings.office, run.order.now)
    run.shown = Pages(run.state, settings.output, run.program, facts)
    return PageWriter


class PageWriter(Writer):  # type: ignore[misc]  # Pelican ships no types
    """Pelican's, but a page that stands in the output folder as it would be made is not made again."""

    def write_file(self, name: str, template: Any, context: dict[str, Any], *given: Any, **values: Any) -> None:
        """Renders the page ``name``, or keeps it."""
        run = run_of(self.settings)
        plain = not given and _PLAIN.isdisjoint(k for k, v in values.items() if v)
        plain = plain and values.get("template_name") not in self.settings["PAGINATED_TEMPLATES"]
        path = sanitised_join(self.output_path, name) if name else ""
        if run is None or not name or not plain or path in self._written_files:
            super().write_file(name, template, context, *given, **values)
            return
        if "article" in values:
            _warn(run, template)
        key = run.shown.key(name, template, ChainMap(values, context))
        if key and run.shown.is_there(name, key):
            run.shown.kept[name] = key
            self._written_files.add(path)
            if values.get("override_output"):
                self._overridden_files.add(path)
            signals.content_written.send(path, context={**values, RUN: run})
        if run.order.why in (name, name.removesuffix("index.html"), name.removesuffix("/index.html")):
            run.tell(_reason(run, name, template, key))
        if name in run.shown.kept:
            return
        super().write_file(name, template, context, **values)
        if key:
            run.shown.made[name] = key


def _reason(run: Run, name: str, template: Any, key: str) -> Message:
    """Why the page is made anew, or is not."""
    if name in run.shown.kept:
        return msg("{page} stays as it is.", page=name)
    reason = run.shown.why(name, template) if key else msg("Its template cannot be followed.")
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
    if not run.order.preview:
        touched = (*run.placed.changed, *run.placed.removed)
        unchanged.keep(run.state, run.place, run.noted(next_moment(run)), touched)
    remember(run.state, run.order.settings)
    run.stamps.save()
    for kind in (texts.KIND, keys.KIND, reader.KIND, *USES):
        run.state.forget(kind)
    run.shown.save(run.state)
    run.state.save()
    run.held.close()


def next_moment(run: Run) -> datetime | None:
    """The first moment after this build's at which the clock alone makes another site; None when there is none."""
    now = run.order.now
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
