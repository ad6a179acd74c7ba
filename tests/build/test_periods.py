"""Lists divided by the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.article import Article
from publisher.build.choose import newest_first
from publisher.build.periods import LIMIT, NEWEST, Period, Shelf, archive, shelf

BEGIN = datetime(2024, 1, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """What a list holds."""

    record: Article


def item(number: int, day: int) -> Item:
    """An article of the day ``day`` after BEGIN."""
    date = BEGIN + timedelta(days=day)
    return Item(Article(id=f"a{number}", title="A", date=date, slug="a", path=f"berita/{number:05}.md", body=""))


def listed(items: list[Item], home: str = "tag/haji/") -> Shelf:
    """The list of ``items``, in the order of every list."""
    return shelf(home, sorted(items, key=lambda i: newest_first(i.record)), LIMIT)


def leaves(found: Shelf) -> list[Period]:
    """The periods whose page lists articles."""
    return [p for p in found.every() if not p.parts]


def pages(found: Shelf) -> dict[str, object]:
    """What each page of the list shows in its middle, by its path; the own page is ""."""
    own = (found.shown, tuple((p.path, len(p.articles)) for p in found.periods))
    return {"": own} | {p.path: p.articles if not p.parts else links(p) for p in found.every()}


def links(period: Period) -> tuple[tuple[str, int], ...]:
    """What the page of a divided period leads to."""
    return tuple((p.path, len(p.articles)) for p in period.parts)


def turn(found: Shelf, period: Period) -> tuple[str, str]:
    """Where its page leads on to."""
    older, newer = found.older(period), found.newer(period)
    return (older.path if older else "", newer.path if newer else "")


def test_a_list_is_divided_only_when_it_is_long() -> None:
    """A hundred stand on one page, one more goes by year; the own page keeps the newest."""
    whole = listed([item(n, n) for n in range(LIMIT)])
    assert (whole.periods, len(whole.shown), whole.brief) == ((), LIMIT, True)
    over = listed([item(n, n * 4) for n in range(LIMIT + 1)])
    assert [p.path for p in over.every()] == ["2025/", "2024/"]
    assert (over.shown, over.brief) == (over.articles[:NEWEST], False)


def test_a_full_year_is_divided_by_month_and_a_full_month_into_parts() -> None:
    """Parts are numbered from the oldest article, so that a new one fills the newest part."""
    found = listed([item(n, 0) for n in range(2 * LIMIT + 5)] + [item(-1, 40), item(-2, -40)])
    assert [p.path for p in found.every()] == [
        "2024/",
        "2024/02/",
        "2024/01/",
        *(f"2024/01/{n}/" for n in (3, 2, 1)),
        "2023/",
    ]
    assert [len(p.articles) for p in leaves(found)] == [1, 5, LIMIT, LIMIT, 1]
    part = leaves(found)[1]
    assert [p.path for p in found.above(part)] == ["2024/", "2024/01/"]
    assert turn(found, part) == ("2024/01/2/", "2024/02/")
    assert turn(found, leaves(found)[-1]) == ("", "2024/01/1/")


def test_the_archive_is_always_in_months() -> None:
    """However little there is: the overview leads to months."""
    found = archive("arsip/", [item(0, 40), item(1, 0)])
    assert [p.path for p in found.every()] == ["2024/02/", "2024/01/"]
    assert found.above(found.periods[0]) == ()


DAYS = st.lists(st.integers(0, 900), min_size=LIMIT - 5, max_size=3 * LIMIT)
CROWDED = st.lists(st.integers(0, 60), min_size=2 * LIMIT, max_size=4 * LIMIT)


@settings(max_examples=60, deadline=None)
@given(st.one_of(DAYS, CROWDED))
def test_nothing_gets_lost(days: list[int]) -> None:
    """Every article stands once in the periods, in order, on pages that are never over the limit."""
    found = listed([item(n, day) for n, day in enumerate(days)])
    if found.periods:
        assert tuple(a for p in leaves(found) for a in p.articles) == found.articles
    assert all(0 < len(p.articles) <= LIMIT for p in leaves(found))
    assert len(found.shown) <= LIMIT
    assert len({p.path for p in found.every()}) == len(list(found.every()))


@settings(max_examples=120, deadline=None)
@given(st.one_of(DAYS, CROWDED), st.integers(0, 900), st.sampled_from(["add", "delete", "date"]), st.data())
def test_a_change_touches_its_own_period_only(days: list[int], day: int, change: str, data: st.DataObject) -> None:
    """Added, deleted or dated back: the list's own page, the article's year and month, and what only leads there."""
    items = [item(n, d) for n, d in enumerate(days)]
    before = listed(items)
    if change == "add":
        moved = [new := item(len(items), day)]
        after = listed([*items, new])
    else:
        old = data.draw(st.sampled_from(items))
        new = item(int(old.record.id[1:]), day)
        kept = [i for i in items if i is not old]
        moved = [old] if change == "delete" else [old, new]
        after = listed(kept if change == "delete" else [*kept, new])
    if bool(before.periods) != bool(after.periods):
        return  # the whole list is divided now, or no longer
    one, two = pages(before), pages(after)
    own = {f"{i.record.due:%Y/%m/}" for i in moved}
    years = {month[:5] for month in own if divided(before, month[:5]) != divided(after, month[:5])}
    for path in (p for p in {*one, *two} - {""} if one.get(p) != two.get(p)):
        assert path in {month[:5] for month in own} or path.startswith((*own, *years)), path


@settings(max_examples=60, deadline=None)
@given(st.one_of(DAYS, CROWDED), st.integers(0, 900))
def test_a_page_leads_on_elsewhere_only_when_a_neighbour_came_or_went(days: list[int], day: int) -> None:
    """Older and newer are the same as long as the periods are."""
    items = [item(n, d) for n, d in enumerate(days)]
    before, after = listed(items), listed([*items, item(len(items), day)])
    one, two = ({p.path: turn(found, p) for p in leaves(found)} for found in (before, after))
    for path in one.keys() & two.keys():
        assert all(a == b or a not in two or b not in one for a, b in zip(one[path], two[path], strict=True)), path


def divided(found: Shelf, path: str) -> bool:
    """Whether the year at ``path`` is divided."""
    return any(p.parts for p in found.periods if p.path == path)
