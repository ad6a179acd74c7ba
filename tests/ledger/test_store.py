"""Deliveries on disk: every step, and what a second hand finds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from publisher.ledger import Delivery, Later, LostFence, New, Pace, State, short_id
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.post import Receipt

LEASE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
Row = Callable[..., New]
Begun = Callable[..., Delivery]


def states(ledger: Ledger) -> list[str]:
    return [d.state for d in ledger.deliveries()]


def test_id_is_minted_once(tmp_path: Path) -> None:
    """A ledger keeps its id for ever, and no two have the same."""
    with Ledger.open(tmp_path / "a.sqlite") as first:
        one = first.id
    with Ledger.open(tmp_path / "a.sqlite") as again, Ledger.open(tmp_path / "b.sqlite") as other:
        assert again.id == one
        assert other.id != id


def test_offices_share_a_database(tmp_path: Path, row: Row, now: datetime) -> None:
    """Two offices in one database have ids of their own and never see each other's deliveries."""
    url = f"sqlite:///{tmp_path / 'all.sqlite'}"
    with Ledger.open(url, office="tegal") as tegal, Ledger.open(url, office="brebes") as brebes:
        tegal.plan([row()], now)
        assert tegal.id != brebes.id
        assert brebes.deliveries() == ()
        assert brebes.get(tegal.deliveries()[0].id) is None
        assert len(brebes.plan([row()], now)) == 1


def test_planned_once(ledger: Ledger, row: Row, now: datetime) -> None:
    """Planning the same again plans nothing."""
    assert len(ledger.plan([row(), row(channel="other")], now)) == 2
    assert ledger.plan([row(), row(channel="other")], now + MINUTE) == ()
    assert [e.what for e in ledger.events()] == ["planned", "planned"]


def test_planned_once_by_many(tmp_path: Path, row: Row, now: datetime) -> None:
    """However many plan at the same moment, each row is new to exactly one of them."""
    new: list[Delivery] = []
    Ledger.open(tmp_path / "ledger.sqlite").close()

    def work() -> None:
        with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
            new.extend(ledger.plan([row(article=str(n)) for n in range(20)], now))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(d.article for d in new) == sorted(str(n) for n in range(20))


def test_id_and_key_hang_on_the_delivery_alone(ledger: Ledger, row: Row, now: datetime, tmp_path: Path) -> None:
    """A ledger made anew gives a delivery the same id and the same idempotency key."""
    first = ledger.plan([row()], now)[0]
    with Ledger.open(tmp_path / "new.sqlite") as other:
        second = other.plan([row(text="other words", revision="r9")], now)[0]
    assert (first.id, first.key) == (second.id, second.key)
    assert first.id == short_id("", first.article, first.channel)


def test_payload_is_replaced_before_the_first_try(ledger: Ledger, row: Row, now: datetime) -> None:
    """A corrected typo replaces the payload of what no try has touched; it waits for its page again."""
    one = ledger.plan([row()], now)[0].id
    ledger.release(one, "r1", now)
    assert ledger.plan([row(text="Layanan benar", revision="r2")], now) == ()
    after = ledger.get(one)
    assert after is not None
    assert (after.post.text, after.revision, after.state) == ("Layanan benar", "r2", State.PLANNED)


@pytest.mark.parametrize("end", ["sending", "later", "sent", "failed", "unknown"])
def test_payload_is_frozen_at_the_first_try(ledger: Ledger, row: Row, begun: Begun, now: datetime, end: str) -> None:
    """From the first try on nothing changes the payload, and nothing is planned a second time."""
    d = begun()
    if end == "later":
        ledger.later(d.id, d.fence, now, None, now)
    if end == "sent":
        ledger.deliver(d.id, d.fence, Receipt("1"), now)
    if end == "failed":
        ledger.fail(d.id, d.fence, msg("no"), now)
    if end == "unknown":
        ledger.unknown(d.id, d.fence, msg("?"), now)
    before = ledger.get(d.id)
    assert ledger.plan([row(text="Layanan benar", revision="r2")], now) == ()
    assert ledger.get(d.id) == before
    assert len(ledger.deliveries()) == 1


def test_release_wants_the_same_revision(ledger: Ledger, row: Row, now: datetime) -> None:
    """A page that was checked in one revision releases no delivery of another."""
    one = ledger.plan([row(revision="r2")], now)[0].id
    assert not ledger.release(one, "r1", now)
    assert ledger.release(one, "r2", now)
    assert not ledger.release(one, "r2", now)


def test_one_takes_it(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """While one sends a delivery, nobody else begins it before the lease is over."""
    d = begun()
    assert ledger.begin(d.id, "other", now + MINUTE, LEASE) == Later(now + LEASE)
    taken = ledger.begin(d.id, "other", now + LEASE, LEASE)
    assert isinstance(taken, Delivery)
    assert (taken.fence, taken.attempts, taken.owner) == (2, 2, "other")


@pytest.mark.parametrize("step", ["renew", "intend", "deliver", "later", "fail", "unknown"])
def test_lost_fence_changes_nothing(ledger: Ledger, begun: Begun, now: datetime, step: str) -> None:
    """Whoever was overtaken is told, and writes nothing."""
    d = begun()
    ledger.begin(d.id, "other", now + LEASE, LEASE)
    before, events = ledger.get(d.id), ledger.events()
    steps: dict[str, Callable[[], object]] = {
        "renew": lambda: ledger.renew(d.id, d.fence, now, LEASE),
        "intend": lambda: ledger.intend(d.id, d.fence, {}, now, LEASE),
        "deliver": lambda: ledger.deliver(d.id, d.fence, Receipt("1"), now),
        "later": lambda: ledger.later(d.id, d.fence, now, None, now),
        "fail": lambda: ledger.fail(d.id, d.fence, msg("no"), now),
        "unknown": lambda: ledger.unknown(d.id, d.fence, msg("?"), now),
    }
    with pytest.raises(LostFence):
        steps[step]()
    assert (ledger.get(d.id), ledger.events()) == (before, events)


def test_intent_is_on_disk(ledger: Ledger, begun: Begun, now: datetime, tmp_path: Path) -> None:
    """After intend another process sees that the post may be out, since when, and with which pictures."""
    d = begun()
    assert ledger.intend(d.id, d.fence, {"cards/a.jpg": "m1"}, now, LEASE)
    with Ledger.open(tmp_path / "ledger.sqlite") as other:
        seen = other.get(d.id)
    assert seen is not None
    assert (seen.posting, seen.intent_at, seen.asked_at, dict(seen.media)) == (True, now, now, {"cards/a.jpg": "m1"})


def test_one_intent_a_fence(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """A worker that asked for the request once does not get it a second time: it may be out."""
    d = begun()
    assert ledger.intend(d.id, d.fence, {}, now, LEASE)
    with pytest.raises(LostFence):
        ledger.intend(d.id, d.fence, {}, now, LEASE)


def test_first_intent_is_kept(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """A look-up searches from the very first request on, the grace runs from the last."""
    d = begun()
    ledger.intend(d.id, d.fence, {}, now, LEASE)
    ledger.later(d.id, d.fence, now, None, now)
    again = ledger.begin(d.id, "me", now + MINUTE, LEASE)
    assert isinstance(again, Delivery)
    ledger.intend(d.id, again.fence, {}, now + MINUTE, LEASE)
    after = ledger.get(d.id)
    assert after is not None
    assert (after.intent_at, after.asked_at) == (now, now + MINUTE)


def test_looking_is_no_attempt(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """A row that may be out is begun to be looked up; that counts as a look."""
    d = begun()
    ledger.intend(d.id, d.fence, {}, now, LEASE)
    ledger.orphans(now, who="next")
    again = ledger.begin(d.id, "next", now, LEASE)
    assert isinstance(again, Delivery)
    assert (again.posting, again.attempts, again.looks) == (True, 1, 1)


def test_receipt_is_kept(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """A sent delivery has id, address and the channel's own time."""
    d = begun()
    ledger.deliver(d.id, d.fence, Receipt("77", "https://n.example/77", now - MINUTE), now)
    sent = ledger.deliveries((State.SENT,))[0]
    assert (sent.remote_id, sent.remote_url, sent.sent_at) == ("77", "https://n.example/77", now - MINUTE)
    assert ledger.begin(d.id, "me", now + LEASE, LEASE) is None


def test_cancel_what_waits(ledger: Ledger, row: Row, now: datetime) -> None:
    """What waits is cancelled at once and never begun."""
    one = ledger.plan([row()], now)[0].id
    ledger.cancel(one, msg("no"), now)
    assert states(ledger) == ["cancelled"]
    assert ledger.plan([row()], now) == ()
    assert ledger.begin(one, "me", now, LEASE) is None


def test_cancel_what_is_being_sent(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """A cancel is honoured at the last gate before the request, and is too late afterwards."""
    first, second = begun(), begun(channel="other")
    ledger.cancel(first.id, msg("no"), now)
    assert not ledger.intend(first.id, first.fence, {}, now, LEASE)
    ledger.intend(second.id, second.fence, {}, now, LEASE)
    ledger.cancel(second.id, msg("no"), now)
    ledger.deliver(second.id, second.fence, Receipt("1"), now)
    assert sorted(states(ledger)) == ["cancelled", "sent"]


def test_cancel_leaves_what_may_be_out(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """What may be out is not called cancelled: it is looked up first."""
    d = begun()
    ledger.intend(d.id, d.fence, {}, now, LEASE)
    ledger.later(d.id, d.fence, now, msg("?"), now, posting=True)
    ledger.cancel(d.id, msg("no"), now)
    look = ledger.begin(d.id, "me", now, LEASE)
    assert isinstance(look, Delivery)
    ledger.later(d.id, look.fence, now, None, now)
    assert ledger.begin(d.id, "me", now, LEASE) is None
    assert states(ledger) == ["cancelled"]


def test_what_the_site_cancelled_comes_back(ledger: Ledger, row: Row, now: datetime) -> None:
    """An article that is public again is planned again, in its new words; it never went out."""
    one = ledger.plan([row()], now)[0].id
    ledger.cancel(one, msg("hidden"), now, by="site")
    assert [d.id for d in ledger.plan([row(text="Baru", revision="r2")], now)] == [one]
    after = ledger.get(one)
    assert after is not None
    assert (after.state, after.post.text, after.reason, after.cancel) == (State.PLANNED, "Baru", None, "")


def test_due_in_order(ledger: Ledger, row: Row, now: datetime) -> None:
    """A channel's due deliveries come by priority, then by time; those of later not at all."""
    rows = [
        row(article="late", due=now + MINUTE),
        row(article="b", due=now - MINUTE),
        row(article="a"),
        row(article="first", priority=1),
        row(article="x", channel="other"),
    ]
    ledger.plan(rows, now)
    order = [d.article for i in ledger.due("board", now) if (d := ledger.get(i))]
    assert order == ["first", "b", "a"]
    assert ledger.wake("board", now) == now - MINUTE
    assert ledger.wake("nobody", now) is None


def test_hold_until(ledger: Ledger, row: Row, now: datetime) -> None:
    """A channel held by the clock gives nothing before, wakes then, and a person's release does not lift it."""
    one = ledger.plan([row()], now)[0].id
    ledger.release(one, "r1", now)
    ledger.hold("board", msg("slow down"), now + MINUTE, now, who="me")
    assert not ledger.unhold("board", now, who="me")
    assert (ledger.due("board", now), ledger.wake("board", now)) == ((), now + MINUTE)
    assert ledger.begin(one, "me", now, LEASE) == Later(now + MINUTE)
    assert ledger.due("board", now + MINUTE) == (one,)
    assert ledger.holds(now + MINUTE) == ()


def test_hold_for_a_person(ledger: Ledger, row: Row, now: datetime) -> None:
    """A channel held for a person gives nothing until it is released; nothing is lost."""
    one = ledger.plan([row()], now)[0].id
    ledger.release(one, "r1", now)
    ledger.hold("board", msg("token of {name} is dead", name="x"), None, now, who="me")
    assert [str(h.reason) for h in ledger.holds(now)] == ["token of x is dead"]
    assert (ledger.due("board", now), ledger.wake("board", now), ledger.begin(one, "me", now, LEASE)) == (
        (),
        None,
        None,
    )
    assert ledger.unhold("board", now, who="me")
    assert ledger.due("board", now) == (one,)


def test_paced_channel_gives_each_its_turn(ledger: Ledger, row: Row, now: datetime) -> None:
    """On a paced account each waiting delivery gets a turn of its own and keeps it."""
    ids = [d.id for d in ledger.plan([row(article=a) for a in "abc"], now)]
    for one in ids:
        ledger.release(one, "r1", now)
    pace = Pace(MINUTE)
    assert isinstance(ledger.begin(ids[0], "me", now, LEASE, pace=pace), Delivery)
    turns = [ledger.begin(i, "me", now, LEASE, pace=pace) for i in ids[1:]]
    assert turns == [Later(now + MINUTE), Later(now + 2 * MINUTE)]
    assert isinstance(ledger.begin(ids[1], "me", now + MINUTE, LEASE, pace=pace), Delivery)


def test_some_at_once_after_a_rest(ledger: Ledger, row: Row, now: datetime) -> None:
    """As many posts as allowed go at once after a rest, and from then on each has to wait its time."""
    ids = [d.id for d in ledger.plan([row(article=a) for a in "abcd"], now)]
    turns = [ledger.begin(i, "me", now, LEASE, live="r1", pace=Pace(MINUTE, at_once=3)) for i in ids]
    assert [isinstance(turn, Delivery) for turn in turns] == [True, True, True, False]
    assert turns[3] == Later(now + MINUTE)


def test_budget_of_a_month(ledger: Ledger, row: Row, now: datetime) -> None:
    """What a month may cost is counted at the first try of each post and never twice; the rest waits for the next
    month and says why."""
    ids = [d.id for d in ledger.plan([row(article=a) for a in "abc"], now)]
    pace = Pace(monthly=2)
    for one in ids[:2]:
        for _ in range(2):  # tried twice, counted once
            taken = ledger.begin(one, "me", now, LEASE, live="r1", pace=pace)
            assert isinstance(taken, Delivery)
            assert ledger.intend(one, taken.fence, {}, now, LEASE, pace=pace)
            ledger.later(one, taken.fence, now, msg("503"), now)
    december = now.replace(month=12, day=1, hour=0)
    assert ledger.begin(ids[2], "me", now, LEASE, live="r1", pace=pace) == Later(december)
    waiting = ledger.get(ids[2])
    assert waiting is not None
    assert "used up" in str(waiting.reason)
    assert isinstance(ledger.begin(ids[0], "me", now, LEASE, pace=pace), Delivery)
    assert isinstance(ledger.begin(ids[2], "me", december, LEASE, live="r1", pace=pace), Delivery)


def test_budget_in_money(ledger: Ledger, row: Row, now: datetime) -> None:
    """Where a post has a price the month counts that: what is dearer than what is left waits, what is cheaper goes."""
    ids = [d.id for d in ledger.plan([row(article=a) for a in "abc"], now)]
    assert ledger.spent("board", now) == 0

    def take(one: str, price: int) -> object:
        pace = Pace(monthly=250, price=price)
        taken = ledger.begin(one, "me", now, LEASE, live="r1", pace=pace)
        if isinstance(taken, Delivery):
            assert ledger.intend(one, taken.fence, {}, now, LEASE, pace=pace)
            ledger.deliver(one, taken.fence, Receipt(one), now)
        return taken

    assert isinstance(take(ids[0], 200), Delivery)
    assert isinstance(take(ids[1], 200), Later)
    assert isinstance(take(ids[2], 15), Delivery)
    assert ledger.spent("board", now) == 215
    assert ledger.spent("board", now.replace(month=12, day=1)) == 0


def test_stumbles_count_until_a_success(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """Stumbles in a row are counted for the channel, over all deliveries; a receipt ends the row."""
    one, two = begun(article="1"), begun(article="2")
    assert ledger.later(one.id, one.fence, now, msg("503"), now, stumbled=True) == 1
    assert ledger.later(two.id, two.fence, now, msg("503"), now, stumbled=True) == 2
    three = begun(article="3")
    ledger.deliver(three.id, three.fence, Receipt("1"), now)
    four = begun(article="4")
    assert ledger.later(four.id, four.fence, now, msg("503"), now, stumbled=True) == 1


def test_orphans_are_given_back(ledger: Ledger, begun: Begun, now: datetime) -> None:
    """What a dead process was sending is queued again under a new fence, the open question kept."""
    plain, asked = begun(article="1"), begun(article="2")
    ledger.intend(asked.id, asked.fence, {}, now, LEASE)
    assert ledger.orphans(now, who="next") == 2
    assert [(d.state, d.posting, d.fence) for d in ledger.deliveries()] == [
        (State.QUEUED, False, 2),
        (State.QUEUED, True, 2),
    ]
    with pytest.raises(LostFence):
        ledger.deliver(plain.id, plain.fence, Receipt("1"), now)


def test_requeue(ledger: Ledger, row: Row, begun: Begun, now: datetime) -> None:
    """A person may send a failed delivery again, with better words; one that is out, never."""
    failed, sent = begun(), begun(channel="other")
    ledger.fail(failed.id, failed.fence, msg("too long"), now)
    ledger.deliver(sent.id, sent.fence, Receipt("1"), now)
    assert not ledger.requeue(sent.id, now, who="sri")
    assert ledger.requeue(failed.id, now, who="sri", new=row(text="pendek"))
    after = ledger.get(failed.id)
    assert after is not None
    assert (after.state, after.post.text, after.reason, after.key) == (State.PLANNED, "pendek", None, failed.key)


def test_doubt_looks_before_the_first_try(ledger: Ledger, row: Row, now: datetime) -> None:
    """A ledger that takes over looks up what was due by then, planned before or after; not what is due later."""
    ledger.plan([row(article="old")], now)
    ledger.doubt(now)
    ledger.plan([row(article="also old"), row(article="new", due=now + MINUTE)], now)
    assert {d.article: d.posting for d in ledger.deliveries()} == {"old": True, "also old": True, "new": False}
    assert {d.intent_at for d in ledger.deliveries() if d.posting} == {now}


def test_a_hold_is_one_accounts(ledger: Ledger, row: Row, begun: Begun, now: datetime) -> None:
    """What holds one account, or makes it rest, stops no other and is not ended by another's success."""
    ledger.seen("board", now)
    for until in (None, now + MINUTE):
        channel = f"held until {until}"
        ledger.hold(channel, msg("token"), until, now, who="run")
    sent = begun()
    assert ledger.intend(sent.id, sent.fence, {}, now, MINUTE)
    ledger.deliver(sent.id, sent.fence, Receipt("1"), now)
    assert len(ledger.holds(now)) == 2


def test_a_delivery_costs_few_statements(ledger: Ledger, row: Row, now: datetime) -> None:
    """To a database server each statement is a journey: three to take a delivery, two each for what follows."""
    said: list[str] = []
    ledger.seen("board", now)
    (one,) = ledger.plan([row()], now)
    sa.event.listen(ledger.engine, "before_cursor_execute", lambda *a: said.append(a[2].split()[0]))
    taken = ledger.begin(one.id, "me", now, MINUTE, live=one.revision)
    assert isinstance(taken, Delivery)
    assert ledger.intend(one.id, taken.fence, {}, now, MINUTE)
    ledger.deliver(one.id, taken.fence, Receipt("1"), now)
    assert [s for s in said if s not in ("BEGIN", "PRAGMA")] == ["SELECT", "UPDATE", "INSERT"] + [
        "UPDATE",
        "INSERT",
    ] * 2


def test_seen_once(ledger: Ledger, now: datetime) -> None:
    """The ledger remembers when it first saw a channel on."""
    assert ledger.first_seen("x") is None
    assert ledger.seen("x", now) == now
    assert ledger.seen("x", now + MINUTE) == now
    assert ledger.first_seen("x") == now


def test_tried_is_what_needs_no_wording(ledger: Ledger, row: Row, begun: Begun, now: datetime) -> None:
    """Only posts that no try has touched are worded again."""
    ledger.plan([row(article="planned")], now)
    begun(article="sending")
    gone = ledger.plan([row(article="gone")], now)[0]
    ledger.cancel(gone.id, msg("no"), now)
    hidden = ledger.plan([row(article="hidden")], now)[0]
    ledger.cancel(hidden.id, msg("no"), now, by="site")
    assert ledger.tried() == {("sending", "board"), ("gone", "board")}


def test_reasons_speak_every_language(ledger: Ledger, row: Row, now: datetime) -> None:
    """A reason comes back as a message with its values, messages inside messages included."""
    one = ledger.plan([row()], now)[0].id
    reason = msg("{url} cannot be opened: {reason}", url="https://a", reason=msg("HTTP {n}", n=503))
    ledger.postpone(one, now + MINUTE, reason, now)
    ledger.postpone(one, now + MINUTE, reason, now)
    after = ledger.get(one)
    assert after is not None
    assert after.reason == reason
    assert [e.what for e in ledger.events(one)] == ["planned", "held"]


def test_events_are_only_added(ledger: Ledger, row: Row, now: datetime) -> None:
    """No one changes or deletes what happened."""
    ledger.plan([row()], now)
    for sql in ("UPDATE event SET who = 'x'", "DELETE FROM event"):
        with pytest.raises(sa.exc.IntegrityError), ledger.engine.begin() as c:
            c.execute(sa.text(sql))


def test_due_uses_the_index_of_open_rows(ledger: Ledger, now: datetime) -> None:
    """The lookup of due rows does not slow down with the rows that are done."""
    seen: list[str] = []
    sa.event.listen(
        ledger.engine, "before_cursor_execute", lambda c, cur, sql, values, ctx, many: seen.append((sql, values))
    )
    ledger.due("board", now)
    sql, values = next(s for s in seen if "priority" in s[0])
    with ledger.engine.begin() as c:
        plan = c.exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).all()
    assert "delivery_open" in str(plan)


def test_a_time_without_zone_is_refused(ledger: Ledger, row: Row, now: datetime) -> None:
    """A time whose zone is not known is never written."""
    with pytest.raises(sa.exc.StatementError):
        ledger.plan([row(due=now.replace(tzinfo=None))], now)
    assert ledger.deliveries() == ()
