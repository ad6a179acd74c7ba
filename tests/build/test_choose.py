"""What is shown, in which order, and what belongs together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from publisher.article import Article, Service, Status
from publisher.build.choose import Recent, choose, newest_first, topics, totals

Make = Callable[..., Article]


def related(articles: Iterable[Article]) -> dict[str, tuple[str, ...]]:
    """By id: the ids of what each article leads to."""
    recent: Recent[str] = Recent()
    found = {}
    for article in sorted(articles, key=newest_first, reverse=True):
        found[article.id] = recent.near(topics(article), article.lang)
        recent.add(topics(article), article.id, article.lang, article.id)
    return found


def test_what_is_held_gets_no_page(make_article: Make, now: datetime) -> None:
    """Drafts, a later date and an embargo hold back; hidden and withdrawn articles keep their page."""
    later, sooner = now + timedelta(seconds=1), now - timedelta(days=1)
    given = {
        "a": make_article(id="a", path="a", status=Status.DRAFT),
        "b": make_article(id="b", path="b", date=later),
        "c": make_article(id="c", path="c", embargo=later),
        "d": make_article(id="d", path="d", status=Status.HIDDEN, date=sooner),
        "e": make_article(id="e", path="e", status=Status.WITHDRAWN, date=sooner),
        "f": make_article(id="f", path="f", date=now),
        "g": make_article(id="g", path="g", status=Status.WITHDRAWN, embargo=later),
    }
    choice = choose(given.values(), now, preview=False)
    assert {a.id for a in choice.shown} == {"d", "e", "f"}
    assert {a.id for a in choice.waiting} == {"a", "b", "c", "g"}
    assert len(choose(given.values(), now, preview=True).shown) == len(given)


def test_equal_dates_come_in_the_order_of_their_paths(make_article: Make, now: datetime) -> None:
    """Two builds list articles of one minute the same way."""
    given = [make_article(id=p, path=p) for p in ("c", "a", "b")]
    older = make_article(id="z", path="0", date=given[0].date - timedelta(days=1))
    shown = choose([older, *given], now, preview=False).shown
    assert [a.path for a in shown] == ["a", "b", "c", "0"]


def test_related_news_are_older(make_article: Make) -> None:
    """A new article changes no page that is already out; a service weighs more than a tag."""
    start = make_article().date
    made = [
        make_article(id=str(n), path=str(n), date=start + timedelta(days=n), services=s, tags=t, category=c)
        for n, (s, t, c) in enumerate(
            [(("ptsp",), (), "A"), ((), ("layanan",), "B"), ((), (), "C"), (("ptsp",), ("layanan",), "D")]
        )
    ]
    near = related(made)
    assert near["3"] == ("0", "1")
    assert near["0"] == near["2"] == ()
    new = make_article(id="9", path="9", date=start + timedelta(days=9), services=("ptsp",))
    after = related([new, *made])
    assert {k: v for k, v in after.items() if k != "9"} == near


def test_related_news_are_in_the_readers_language(make_article: Make) -> None:
    """An English page does not send its readers to Indonesian news."""
    english = make_article(id="en", path="en", lang="en", date=make_article().date + timedelta(days=1))
    assert related([english, make_article()])["en"] == ()


@pytest.mark.parametrize(
    ("said", "stated"), [({"innovations": 13}, 13), ({"innovations": {"stated": 13}}, 13), ({}, None)]
)
def test_unknown_counts_as_not_registered(service: Service, said: dict[str, object], stated: int | None) -> None:
    """Registered are only services whose flag says yes; the stated figure is the office's own."""
    kept = [replace(service, innovation=flag) for flag in (True, False, None)]
    assert totals(kept, said)["innovations"] == {"registered": 1, "stated": stated}


def test_a_stated_total_that_is_no_number_is_not_shown(service: Service) -> None:
    """What is not known stays open."""
    assert totals([service], {"online": "48", "innovations": True})["online"]["stated"] is None
    assert totals([service], {"innovations": True})["innovations"]["stated"] is None
