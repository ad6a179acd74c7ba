"""What should go out, and what must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from publisher.ledger import Delivery, Pace, State
from publisher.ledger.store import Ledger
from publisher.manifest import Record
from publisher.outreach.plan import bursts, draft, plan, wanted
from publisher.post import Once, Post, Receipt

NOW = datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=7)))
Plan = Callable[..., Any]


@pytest.fixture
def channels(told: Any) -> list[Any]:
    return [told(Once.KEY, "one"), told(Once.NONE, "two")]


@pytest.fixture
def run(ledger: Ledger, doubles: Any, channels: list[Any]) -> Plan:
    """Plans the records given; channels reach back to the beginning of the year."""

    def planned(*records: Record, since: datetime | None = doubles.SINCE) -> Any:
        return plan(ledger, doubles.manifest(*records), channels, doubles.settings(one=since, two=since), NOW)

    return planned


def test_links_as_long_as_the_money_lasts(ledger: Ledger, doubles: Any, channels: list[Any]) -> None:
    """Where the house wants that, the first posts of the month have the dear link and the rest go without it; what is
    spent counts, and what has not gone out yet is worded anew with the next month's money."""
    dear = channels[0]
    dear.budget = 500
    dear.cost = lambda post: 200 if post.link else 15
    dear.cheaper = lambda record: replace(Post(record.title), link="")
    records = [doubles.record(n) for n in range(4)]

    def links(now: datetime = NOW) -> list[bool]:
        given = doubles.settings(one=doubles.SINCE, two=doubles.SINCE)
        plan(ledger, doubles.manifest(*records), channels, given, now)
        return [bool(d.post.link) for d in ledger.deliveries(channel="one")]

    assert links() == [True, True, False, False]
    first = ledger.deliveries(channel="one")[0]
    pace = Pace(monthly=500, price=200)
    taken = ledger.begin(first.id, "me", NOW, timedelta(minutes=1), live=first.revision, pace=pace)
    assert isinstance(taken, Delivery)
    ledger.intend(first.id, taken.fence, {}, NOW, timedelta(minutes=1), pace=pace)
    ledger.deliver(first.id, taken.fence, Receipt("1"), NOW)
    assert links() == [True, True, False, False]
    assert links(NOW.replace(month=12)) == [True, True, True, False]


def test_a_deleted_article_is_told_of_once(run: Plan, ledger: Ledger, doubles: Any, channels: list[Any]) -> None:
    """Whoever deletes an article is told that its posts still lead to it; nothing is taken back without a word."""
    for delivery in run(doubles.record(1), doubles.record(2)).new:
        ledger.settle(delivery.id, Receipt("1", "https://a.example/1"), NOW, who="test")
    assert run(doubles.record(1), doubles.record(2)).dangling == ()
    assert run(doubles.record(2)).dangling == ((doubles.record(1).id, 2),)
    assert run(doubles.record(2)).dangling == ()
    assert [d.kind for d in ledger.deliveries()] == ["post"] * 4


def test_to_every_channel_that_is_on(run: Plan, ledger: Ledger, doubles: Any) -> None:
    """A public article goes to every channel, worded by it, not before its time; planning twice is once."""
    made = run(doubles.record(1), doubles.record(2))
    assert [(d.article, d.channel) for d in made.new] == [
        ("20261124-00001", "one"),
        ("20261124-00001", "two"),
        ("20261124-00002", "one"),
        ("20261124-00002", "two"),
    ]
    assert made.new[0].due == doubles.DUE + timedelta(seconds=1)
    assert (made.new[0].post.text, made.new[0].network, made.new[0].title) == ("Layanan ke-1", "told", "Layanan ke-1")
    assert run(doubles.record(1), doubles.record(2)).new == ()


def test_channels_of_the_article(run: Plan, doubles: Any) -> None:
    """An article names its channels, or none; a translation goes only where it names one."""
    made = run(
        doubles.record(1, channels=("two",)),
        doubles.record(2, channels=()),
        doubles.record(3, translation_of="20261124-00001"),
        doubles.record(4, translation_of="20261124-00001", channels=("one",)),
    )
    assert [(d.article[-1], d.channel) for d in made.new] == [("1", "two"), ("4", "one")]


def test_written_by_hand(run: Plan, ledger: Ledger, doubles: Any) -> None:
    """A text written for a channel is that channel's; changing it before the first try replaces it."""
    run(doubles.record(posts=(("one", "Tulisan tangan"),)))
    run(doubles.record(posts=(("one", "Tulisan lain"),)))
    assert [d.post.text for d in ledger.deliveries()] == ["Tulisan lain", "Layanan ke-1"]


def test_only_what_is_public(run: Plan, doubles: Any) -> None:
    """An article under embargo, hidden or withdrawn is not planned."""
    made = run(doubles.record(1, public=False), doubles.record(2, public=False, status="hidden"))
    assert made.new == ()


@pytest.mark.parametrize(("due", "goes"), [("2026-10-31T23:59:59+07:00", False), ("2026-11-01T00:00:00+07:00", True)])
def test_since(ledger: Ledger, doubles: Any, channels: list[Any], due: str, goes: bool) -> None:
    """What was due before the channel's ``since`` stays out and is told; without a zone it is the office's."""
    settings = doubles.settings(one=datetime(2026, 11, 1), two=datetime(2026, 11, 1))  # noqa: DTZ001 - as TOML gives it
    settings.zone = NOW.tzinfo
    made = plan(ledger, doubles.manifest(doubles.record(due=due)), channels[:1], settings, NOW)
    assert (len(made.new), made.older) == ((1, ()) if goes else (0, (("20261124-00001", "one"),)))


def test_since_it_was_first_seen(run: Plan, doubles: Any) -> None:
    """A channel that is switched on gets what falls due from then on, and keeps that date."""
    old, new = doubles.record(1), doubles.record(2, due=(NOW + timedelta(hours=1)).isoformat())
    assert run(old, since=None).new == ()
    made = run(old, new, since=None)
    assert {d.article for d in made.new} == {new.id}
    assert made.older == ((old.id, "one"), (old.id, "two"))


def test_typo_after_the_post(run: Plan, ledger: Ledger, doubles: Any) -> None:
    """One article, one post a channel, for ever: a correction, a new slug or a new date posts nothing again."""
    for d in run(doubles.record()).new:
        ledger.release(d.id, "r1", NOW)
        begun: Any = ledger.begin(d.id, "me", NOW, timedelta(minutes=1))
        ledger.deliver(d.id, begun.fence, Receipt("1"), NOW)
    before = ledger.deliveries()
    changed = doubles.record(title="Tanpa salah ketik", revision="r2", url="https://kabar.kantor.go.id/berita/lain/")
    later = replace(changed, due=NOW.isoformat())
    for record in (changed, later):
        made = run(record)
        assert (made.new, made.cancelled, made.older) == ((), (), ())
    assert ledger.deliveries() == before


@pytest.mark.parametrize("change", [{"public": False}, {"public": False, "status": "withdrawn"}, {"channels": ()}])
def test_taken_back_and_returned(run: Plan, ledger: Ledger, doubles: Any, change: Any) -> None:
    """What waits is cancelled when its article is no longer public or not meant for the channel; it is
    planned again when it is."""
    run(doubles.record())
    made = run(doubles.record(**change))
    assert [d.state for d in made.cancelled] == [State.CANCELLED] * 2
    assert run(doubles.record(**change)).cancelled == ()
    assert len(run(doubles.record()).new) == 2
    assert {d.state for d in ledger.deliveries()} == {State.PLANNED}


def test_deleted_article(run: Plan, ledger: Ledger, doubles: Any) -> None:
    """An article that is gone from the site is not posted."""
    run(doubles.record(1), doubles.record(2))
    assert {d.article for d in run(doubles.record(2)).cancelled} == {"20261124-00001"}


def test_draft_writes_nothing(ledger: Ledger, doubles: Any, channels: list[Any]) -> None:
    """A rehearsal shows word for word what would go out, with a ledger or without, and leaves no trace."""
    settings = doubles.settings(one=doubles.SINCE, two=None)
    records = doubles.manifest(doubles.record(1))
    for there in (None, ledger):
        assert [(d.channel, d.post.text) for d in draft(there, records, channels, settings, NOW)] == [
            ("one", "Layanan ke-1")
        ]
    assert ledger.first_seen("one") is None
    assert ledger.events() == ()


def test_settled_is_not_worded_again(doubles: Any, channels: list[Any]) -> None:
    """An article that went out everywhere is not composed again, however many there are."""
    for channel in channels:
        channel.compose = None  # calling it would raise
    records = doubles.manifest(doubles.record(1))
    since = dict.fromkeys(("one", "two"), doubles.SINCE)
    assert wanted(records, channels, since, {("20261124-00001", "one"), ("20261124-00001", "two")}) == ()


def test_bursts(run: Plan, doubles: Any, channels: list[Any]) -> None:
    """More posts at once than allowed to one real channel are told; the embedded one may get any number."""
    rows = run(*(doubles.record(n) for n in range(6))).new
    assert bursts(rows, channels, 6) == {}
    assert bursts(rows, channels, 5) == {"one": 6, "two": 6}
    channels[0].real = False
    assert bursts(rows, channels, 5) == {"two": 6}
