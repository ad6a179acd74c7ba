"""One delivery, one step: every answer a channel can give, and who acts next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from publisher import http
from publisher.errors import ChannelError, Duplicate, Held, OutcomeUnknown, Refused, TryLater
from publisher.http import Bounds
from publisher.ledger import Delivery, Later, State
from publisher.messages import msg
from publisher.outreach.advance import RULES, Rules
from publisher.post import Once, Receipt

Hands = Callable[..., Any]
ASKABLE = (Once.KEY, Once.CONTAINER, Once.TIMELINE)
LOST = OutcomeUnknown(msg("no answer"), detail="timeout")
BUSY = TryLater(msg("busy"), detail="HTTP 503")


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


@pytest.mark.parametrize("once", Once)
def test_ledger_wire_ledger(hand: Hands, once: Once) -> None:
    """The intent is on disk before the request, the receipt after it."""
    h = hand(once)
    seen: list[Delivery] = []
    h.channel.says["send"].append(lambda: seen.append(h.row) or Receipt("7", "https://told.example/7"))
    assert h.step() is None
    assert [(d.state, d.posting) for d in seen] == [(State.SENDING, True)]
    assert (h.row.state, h.row.remote_id, h.row.remote_url) == (State.SENT, "7", "https://told.example/7")
    assert [e.what for e in h.ledger.events(h.id)] == ["planned", "try", "intent", "sent"]
    assert h.step() is None
    assert h.channel.sent() == 1


def test_nothing_before_its_time(hand: Hands, doubles: Any) -> None:
    """Before its time a delivery asks neither page nor channel."""
    h = hand()
    h.now = doubles.DUE
    h.reason = AssertionError("asked")
    assert h.step() == Later(h.row.due)
    assert h.channel.calls == []


def test_held_until_the_page_is_live(hand: Hands) -> None:
    """A page that is not live holds the delivery with the reason, for as long as it takes; it never fails."""
    h = hand()
    h.reason = msg("not yet")
    for _ in range(100):
        h.now = h.step().at
    assert (h.row.state, h.row.reason, h.channel.calls) == (State.PLANNED, msg("not yet"), [])
    h.reason = None
    assert h.until_quiet().state is State.SENT


def test_every_try_carries_the_same_bytes_and_key(hand: Hands, doubles: Any) -> None:
    """The payload is frozen at the first try and the key at planning, whatever the article says by then."""
    h = hand()
    h.channel.says["send"] += [BUSY, BUSY]
    h.step()
    h.plan(doubles.record(title="Judul lain", revision="r2"))
    assert h.until_quiet().state is State.SENT
    assert len({call[1:] for call in h.channel.calls if call[0] == "send"}) == 1
    assert h.channel.sent() == 3


@pytest.mark.parametrize("where", ["prepare", "send"])
def test_try_later(hand: Hands, where: str) -> None:
    """Nothing was posted: the delivery comes again, not before the time that the channel asked for."""
    h = hand(Once.NONE)
    h.channel.says[where].append(TryLater(msg("busy"), after=30.0, detail="HTTP 503"))
    later = h.step()
    assert seconds(30) <= later.at - h.now <= seconds(36)
    assert (h.row.state, h.row.posting, h.row.error, h.row.due) == (State.QUEUED, False, "HTTP 503", later.at)
    assert h.until_quiet().state is State.SENT


def test_waits_grow(hand: Hands) -> None:
    """Without a word from the channel each wait is longer, a little different for each delivery, and capped."""
    h = hand()
    h.channel.says["prepare"] += [BUSY] * 7 + [TryLater(msg("busy"), after=1e9)]
    waits = []
    for _ in range(8):
        later = h.step()
        waits.append((later.at - h.now).total_seconds())
        h.now = later.at
    assert waits[:6] == sorted(waits[:6])
    assert 3600 <= waits[6] <= 4320
    assert waits[7] <= RULES.longest * 1.2


def test_rate_limit_holds_the_account(hand: Hands, doubles: Any) -> None:
    """A rate limit is for everything sent to the account: the whole channel waits, and nothing is used up."""
    h = hand()
    h.rules = Rules(stumbles=2)
    h.plan(doubles.record(), doubles.record(2))
    other = h.ledger.deliveries()[1]
    h.channel.says["send"] += [TryLater(msg("slow down"), after=3.0, account=True)] * 10
    later = h.step()
    assert later.at - h.now >= seconds(3)
    assert h.ledger.due("told", later.at - seconds(0.001)) == ()
    assert h.step(other.id) == Later(later.at)
    assert h.channel.sent() == 1
    assert h.until_quiet().state is State.SENT
    assert h.row.stumbles == 0


def test_held_channel_loses_nothing(hand: Hands) -> None:
    """A dead token holds the channel; the delivery stays queued until a person acts."""
    h = hand()
    h.channel.says["prepare"].append(Held(msg("token is dead")))
    assert h.step() is None
    assert h.step() is None
    assert len(h.channel.calls) == 1
    assert (h.row.state, h.row.reason) == (State.QUEUED, msg("token is dead"))
    assert [(x.reason, x.until) for x in h.ledger.holds(h.now)] == [(msg("token is dead"), None)]
    h.ledger.unhold("told", h.now, who="person")
    assert h.until_quiet().state is State.SENT


@pytest.mark.parametrize("where", ["prepare", "send"])
@pytest.mark.parametrize("once", Once)
def test_refused(hand: Hands, once: Once, where: str) -> None:
    """What would be refused again fails and asks a person."""
    h = hand(once)
    h.channel.says[where].append(Refused(msg("too long"), detail="HTTP 422"))
    assert h.step() is None
    assert (h.row.state, h.row.reason, h.row.error, h.row.posting) == (State.FAILED, msg("too long"), "HTTP 422", False)
    assert h.step() is None
    assert h.channel.sent() <= 1


@pytest.mark.parametrize("once", ASKABLE)
def test_lost_answer_is_looked_up(hand: Hands, once: Once) -> None:
    """It was out and the answer got lost: it is found, and not posted again."""
    h = hand(once)
    h.channel.says["send"].append(lambda: h.channel._post(h.row.post) and LOST)
    assert h.step().at - h.now == seconds(RULES.settle[0])
    assert (h.row.state, h.row.posting) == (State.QUEUED, True)
    assert h.until_quiet().remote_id == "f"
    assert h.channel.sent() == len(h.channel.out) == 1


@pytest.mark.parametrize("once", ASKABLE)
def test_lost_request_is_sent_again(hand: Hands, once: Once) -> None:
    """It was surely not out: it is posted, under the same key."""
    h = hand(once)
    h.channel.says["send"].append(LOST)
    assert h.until_quiet().state is State.SENT
    assert h.channel.sent() == 2
    assert len(h.channel.out) == 1
    assert len({key for call, _, key in h.channel.calls if call != "prepare"}) == 1


def test_timeline_may_be_late(hand: Hands) -> None:
    """A timeline is believed only after the grace time and several clean reads, however short the first."""
    h = hand(Once.TIMELINE)
    h.channel.says["send"].append(LOST)
    asked, looks = h.now, []
    while h.channel.sent() < 2:
        before = len(h.channel.calls)
        h.now = max(h.now, (h.step() or Later(h.now)).at)
        looks += [h.now] if any(c[0] == "find" for c in h.channel.calls[before:]) else []
    assert len(looks) == 1 + RULES.reads
    assert h.now - asked >= seconds(RULES.grace + sum(RULES.settle[1:]))


def test_a_late_post_is_found(hand: Hands) -> None:
    """A post that shows only at the last look is found."""
    h = hand(Once.TIMELINE)
    h.channel.says["send"].append(LOST)
    h.channel.says["find"] += [None] * RULES.reads + [Receipt("late")]
    assert h.until_quiet().remote_id == "late"
    assert h.channel.sent() == 1


@pytest.mark.parametrize(("traced", "looks"), [("hidden", 1), (None, 1 + RULES.reads)])
def test_what_was_made_tells_more_than_a_timeline(hand: Hands, traced: str | None, looks: int) -> None:
    """A container that says it was not shown is shown at once; where it is no more, the timeline may be late and is
    read as often as any."""
    h = hand(Once.CONTAINER)
    seen: list[datetime] = []
    h.channel.trace = lambda *given: seen.append(h.now) or traced
    h.channel.says["send"].append(LOST)
    asked = h.now
    while h.channel.sent() < 2:
        h.now = max(h.now, (h.step() or Later(h.now)).at)
    assert len(seen) == looks
    assert (h.now - asked >= seconds(RULES.grace)) == (traced is None)


def test_nothing_leaves_after_the_lease(hand: Hands) -> None:
    """A process that stood still while it connected sends nothing: another may have the delivery by now."""
    h = hand(Once.NONE)

    def connect() -> None:
        h.now += seconds(RULES.lease)
        http.leaves()

    h.channel.says["send"].append(connect)
    assert isinstance(h.step(), Later)
    assert (h.row.state, h.row.posting) == (State.QUEUED, False)
    assert h.channel.out == []
    assert h.until_quiet().state is State.SENT


def test_no_promise_no_second_post(hand: Hands) -> None:
    """Where nothing can be asked, an unclear answer is for a person, and nothing is posted again."""
    h = hand(Once.NONE)
    h.channel.says["send"].append(LOST)
    assert h.step() is None
    assert (h.row.state, h.row.posting, h.row.error) == (State.UNKNOWN, True, "timeout")
    assert h.step() is None
    assert h.plan(h.doubles.record(title="Lain", revision="r2")).new == ()
    assert [c[0] for c in h.channel.calls] == ["prepare", "send"]


def test_intent_of_a_dead_process(hand: Hands) -> None:
    """A row found with its intent written and no receipt is never sent before it was looked up."""
    h = hand(Once.NONE)
    h.ledger.release(h.id, "r1", h.now)
    begun = h.ledger.begin(h.id, "dead", h.now, seconds(1))
    h.ledger.intend(h.id, begun.fence, {}, h.now, seconds(1))
    h.ledger.orphans(h.now, who="test")
    assert h.until_quiet().state is State.UNKNOWN
    assert h.channel.calls == []


@pytest.mark.parametrize("once", ASKABLE)
def test_duplicate_is_evidence(hand: Hands, once: Once) -> None:
    """A channel that says it has the post is asked for it; the receipt is as good as any."""
    h = hand(once)
    h.channel.says["send"].append(lambda: h.channel._post(h.row.post) and Duplicate(msg("again")))
    assert h.until_quiet().state is State.SENT
    assert h.channel.sent() == 1


@pytest.mark.parametrize("once", Once)
def test_duplicate_not_found_is_never_posted_again(hand: Hands, once: Once) -> None:
    """A channel that says it has the post, where the post is not found, is for a person."""
    h = hand(once)
    h.channel.says["send"].append(Duplicate(msg("again"), detail="HTTP 403"))
    assert h.until_quiet().state is State.UNKNOWN
    assert h.row.error == "HTTP 403"
    assert h.channel.sent() == 1


@pytest.mark.parametrize("fault", [BUSY, Held(msg("token")), LOST, Refused(msg("no such page")), KeyError("x")])
@pytest.mark.parametrize("once", ASKABLE)
def test_a_look_that_fails_leaves_the_question_open(hand: Hands, once: Once, fault: Exception) -> None:
    """When the channel cannot be asked now, the post still may be out."""
    h = hand(once)
    h.channel.says["send"].append(lambda: h.channel._post(h.row.post) and LOST)
    h.now = h.step().at
    h.channel.says["find"].append(fault)
    h.step()
    assert (h.row.state, h.row.posting) == (State.QUEUED, True)
    h.ledger.unhold("told", h.now, who="person")
    assert h.until_quiet().state is State.SENT
    assert h.channel.sent() == 1


def test_used_up(hand: Hands) -> None:
    """Stumbles used up: failed when it is surely not out, unknown when it may be."""
    h = hand()
    h.rules = Rules(stumbles=3)
    h.channel.says["prepare"] += [BUSY] * 3
    assert h.until_quiet().state is State.FAILED
    h.ledger.requeue(h.id, h.now, who="person")
    h.channel.says["send"].append(LOST)
    h.channel.says["find"] += [BUSY] * 2
    assert h.until_quiet().state is State.UNKNOWN


def test_lost_every_time_ends(hand: Hands) -> None:
    """A request that is lost again and again ends as failed once it is surely absent."""
    h = hand()
    h.rules = Rules(stumbles=3)
    h.channel.says["send"] += [LOST] * 10
    assert h.until_quiet().state is State.FAILED
    assert h.channel.sent() == 3


@pytest.mark.parametrize("where", ["prepare", "send"])
def test_a_fault_of_ours_is_sorted(hand: Hands, caplog: pytest.LogCaptureFixture, where: str) -> None:
    """A channel that breaks is logged, shown without its words, and tried or looked up like an unclear answer."""
    h = hand()
    h.channel.says[where].append(KeyError("secret-token"))
    h.step()
    assert (h.row.state, h.row.posting, h.row.error) == (State.QUEUED, where == "send", "KeyError")
    assert "secret-token" not in str(h.row) + caplog.text
    assert "a channel failed with KeyError" in caplog.text
    assert h.until_quiet().state is State.SENT


def test_damaged_payload(hand: Hands) -> None:
    """A payload that cannot be read fails by itself and stops nobody."""
    h = hand()
    with h.ledger.engine.begin() as c:
        c.execute(sa.text("UPDATE delivery SET payload = '{'"))
    assert h.step() is None
    assert h.row.state is State.FAILED
    assert h.channel.calls == []


def test_overtaken_while_sending(hand: Hands) -> None:
    """Whoever was overtaken writes nothing; the one who has it now looks first."""
    h = hand()

    def overtaken() -> Receipt:
        receipt: Receipt = h.channel._post(h.row.post)
        h.ledger.begin(h.id, "other", h.now + seconds(RULES.lease + 1), seconds(RULES.lease))
        return receipt

    h.channel.says["send"].append(overtaken)
    assert h.step() is None
    assert (h.row.owner, h.row.state, h.row.posting) == ("other", State.SENDING, True)
    h.now += seconds(2 * RULES.lease + 2)
    assert h.until_quiet().remote_id == "f"
    assert h.channel.sent() == 1


def test_overtaken_while_failing(hand: Hands) -> None:
    """A lost fence found while an error is sorted ends quietly too."""
    h = hand()

    def overtaken() -> ChannelError:
        h.ledger.begin(h.id, "other", h.now + seconds(RULES.lease + 1), seconds(RULES.lease))
        return BUSY

    h.channel.says["prepare"].append(overtaken)
    assert h.step() is None
    assert (h.row.owner, h.row.state) == ("other", State.SENDING)


def test_cancelled_at_the_last_gate(hand: Hands) -> None:
    """What is cancelled during the upload is not posted."""
    h = hand()
    h.channel.says["prepare"].append(lambda: (h.ledger.cancel(h.id, msg("stop"), h.now), {})[1])
    assert h.step() is None
    assert (h.row.state, h.channel.sent()) == (State.CANCELLED, 0)


def test_breaker(hand: Hands, doubles: Any) -> None:
    """A channel that stumbles five times in a row rests, longer each time; one success ends the row."""
    h = hand()
    h.plan(*(doubles.record(n) for n in range(1, 8)))
    h.channel.says["prepare"] += [BUSY] * 5
    rows = h.ledger.deliveries()
    for row in rows[:5]:
        assert h.ledger.holds(h.now) == ()
        h.step(row.id)
    (rest,) = h.ledger.holds(h.now)
    assert rest.until == h.now + seconds(60)
    assert h.step(rows[5].id) == Later(rest.until)
    h.now = rest.until
    h.step(rows[5].id)
    h.channel.says["prepare"] += [BUSY]
    h.step(rows[6].id)
    assert h.ledger.holds(h.now) == ()


def test_channel_that_is_off(hand: Hands) -> None:
    """A delivery of a channel that is off now is left alone."""
    h = hand()
    before = h.row
    h.channel.name = "another"
    assert h.step() is None
    assert h.row == before


def test_rules_fit_the_wire() -> None:
    """The lease is longer than any single request may take."""
    assert RULES.lease > 2 * Bounds().whole


def test_a_restored_row_waits_for_the_timeline(hand: Hands) -> None:
    """What a ledger from a copy may have posted is looked for as long as a timeline may be late, then posted."""
    one = hand(Once.TIMELINE)
    restored = one.now
    one.ledger.doubt(restored)
    assert one.until_quiet().state is State.SENT
    assert [call[0] for call in one.channel.calls] == ["find"] * (RULES.reads + 1) + ["prepare", "send"]
    assert one.now - restored > timedelta(seconds=RULES.grace)
