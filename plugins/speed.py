"""Notes what a build read, what it left and until when it stays true, so that the next one can stop early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pelican import Pelican, signals

from plugins._convert import Run, run_of
from plugins.cards import RECENT
from publisher.article import Article
from publisher.build import texts, unchanged
from publisher.feeds._edition import CORRECTED
from publisher.feeds.news_sitemap import WINDOW


def register() -> None:
    """Called by Pelican."""
    signals.finalized.connect(note)


def note(pelican: Pelican) -> None:
    """The site stands in its place: what was made of what is noted."""
    run = run_of(pelican.settings)
    if run is None:
        return
    if not run.order.preview:
        unchanged.keep(run.state, run.place, run.noted(next_moment(run)))
    run.stamps.save()
    run.state.forget(texts.KIND)
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
