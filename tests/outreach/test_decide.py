"""What a person decides: every command is safe to repeat, and who, when and why are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import OutcomeUnknown, Refused, TryLater, UsageFault
from publisher.ledger import BY_HAND, Delivery, Later, Pace, State
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.outreach import decide, syndication
from publisher.outreach.decide import Person
from publisher.outreach.plan import plan
from publisher.outreach.policy import Policy
from publisher.post import Once, Post, Receipt

Hands = Callable[..., Any]
HOUR = timedelta(hours=1)


@pytest.fixture
def able(told: Any) -> type[Any]:
    """A channel that can change and take back what is out."""

    class Able(told):  # type: ignore[misc]  # made by a fixture
        def edit(self, remote_id: str, post: Post, media: Mapping[str, str], key: str) -> Receipt:
            return self._say("edit", post, remote_id, lambda: Receipt(remote_id, f"https://told.example/{remote_id}"))

        def withdraw(self, remote_id: str) -> None:
            self._say("withdraw", Post(""), remote_id, lambda: None)

    def make(once: Once = Once.KEY) -> Any:
        made = Able(once)
        made.says |= {"edit": type(made.says["send"])(), "withdraw": type(made.says["send"])()}
        return made

    return make


@pytest.fixture
def person(doubles: Any) -> Person:
    return Person("Siti", doubles.DUE + HOUR, "kata pimpinan")


class Desk:
    """A ledger, a channel and the articles, with a clock moved by hand."""

    def __init__(self, ledger: Ledger, channel: Any, doubles: Any) -> None:
        self.ledger, self.channel, self.doubles = ledger, channel, doubles
        self.now = doubles.DUE + HOUR
        self.settings = doubles.settings(told=doubles.SINCE)

    def plan(self, *records: Any) -> Any:
        return plan(self.ledger, self.doubles.manifest(*records), [self.channel], self.settings, self.now)

    def carry(self, policy: Policy | None = None) -> None:
        """Carries everything until nothing moves by itself."""
        from publisher.outreach.advance import advance

        for _ in range(40):
            due = self.ledger.due("told", self.now)
            if not due:
                return
            for one in due:
                advance(
                    self.ledger,
                    {"told": self.channel},
                    one,
                    clock=lambda: self.now,
                    site=Path(),
                    owner="worker",
                    gate=lambda delivery: None,
                    policy=policy or Policy(),
                )

    def only(self, kind: str = "post") -> Delivery:
        (found,) = self.ledger.deliveries(kind=kind)
        return found


@pytest.fixture
def desk(ledger: Ledger, able: Any, doubles: Any) -> Desk:
    return Desk(ledger, able(), doubles)


def whats(ledger: Ledger, id: str) -> list[tuple[str, str]]:
    return [(e.what, e.who) for e in ledger.events(id)]


# -- approval


def approval(desk: Desk) -> None:
    given = desk.settings.office.channels["told"]
    desk.settings.office.channels["told"] = replace(given, approval=True)


def test_nothing_goes_out_unapproved(desk: Desk, person: Person, doubles: Any) -> None:
    """Where office.toml asks for approval, nothing goes out before a person has said yes to these very words."""
    approval(desk)
    desk.plan(doubles.record())
    desk.carry()
    assert (desk.only().state, desk.channel.sent()) == (State.PLANNED, 0)
    assert "approve" in str(desk.only().why)
    assert [d.id for d in decide.approve(desk.ledger, [], person)] == [desk.only().id]
    assert decide.approve(desk.ledger, [], person) == ()
    desk.carry()
    assert desk.only().state is State.SENT
    assert ("approved", "Siti") in whats(desk.ledger, desk.only().id)


def test_any_change_voids_the_approval(desk: Desk, person: Person, doubles: Any) -> None:
    """A post that changes after its approval waits again; the same words need no second one."""
    approval(desk)
    desk.plan(doubles.record())
    decide.approve(desk.ledger, [], person)
    desk.plan(doubles.record(title="Judul lain", revision="r2"))
    desk.carry()
    assert (desk.only().state, desk.channel.sent()) == (State.PLANNED, 0)
    assert "approval void" in [what for what, _ in whats(desk.ledger, desk.only().id)]
    decide.approve(desk.ledger, [], person)
    desk.plan(doubles.record(title="Judul lain", revision="r3"))  # the page changed, the post did not
    desk.carry()
    assert desk.only().state is State.SENT


# -- time


def test_quiet_hours(desk: Desk, doubles: Any) -> None:
    """Nothing new is posted in the quiet hours, and the reason is said; they may go past midnight."""
    desk.plan(doubles.record())
    night = Policy(quiet=(time(21), time(5)))
    desk.now = desk.now.replace(hour=23)
    desk.carry(night)
    assert (desk.only().state, desk.only().due) == (State.PLANNED, desk.now.replace(day=25, hour=5))
    assert "05.00" in str(desk.only().why)
    desk.now = desk.now.replace(day=25, hour=5)
    desk.carry(night)
    assert desk.only().state is State.SENT


@pytest.mark.parametrize(("hour", "end"), [(20, None), (21, 5), (23, 5), (0, 5), (4, 5), (5, None), (12, None)])
def test_quiet_hours_past_midnight(doubles: Any, hour: int, end: int | None) -> None:
    """From nine to five means the night."""
    until = Policy(quiet=(time(21), time(5))).silent_until(doubles.DUE.replace(hour=hour))
    assert (until.hour if until else None) == end
    assert until is None or until > doubles.DUE.replace(hour=hour)


def test_old_news_is_skipped(desk: Desk, doubles: Any, person: Person) -> None:
    """After an outage news that is too old is skipped with the reason, not burst out; a person may still send it."""
    given = desk.settings.office.channels["told"]
    desk.settings.office.channels["told"] = replace(given, max_age_days=3)
    desk.plan(doubles.record())
    desk.now += timedelta(days=4)
    desk.plan(doubles.record())
    desk.carry()
    assert (desk.only().state, desk.channel.sent()) == (State.CANCELLED, 0)
    assert "too old" in str(desk.only().reason)
    manifest = doubles.manifest(doubles.record())
    assert decide.retry(desk.ledger, desk.only().id, manifest, [desk.channel], replace(person, now=desk.now))
    desk.carry()
    assert desk.only().state is State.SENT


def test_what_was_tried_is_not_too_old(desk: Desk, doubles: Any) -> None:
    """A delivery that was tried in time is finished, however long the channel was away."""
    given = desk.settings.office.channels["told"]
    desk.settings.office.channels["told"] = replace(given, max_age_days=3)
    desk.plan(doubles.record())
    desk.channel.says["send"].append(TryLater(msg("away"), after=3600.0))
    desk.carry()
    desk.now += timedelta(days=4)
    desk.plan(doubles.record())
    desk.carry()
    assert desk.only().state is State.SENT


def test_spacing(desk: Desk, doubles: Any) -> None:
    """Posts of one account keep their distance, edits and withdrawals do not wait for it."""
    desk.plan(*(doubles.record(n) for n in range(3)))
    policy = Policy(pace=Pace(timedelta(minutes=10)))
    sent = []
    for _ in range(4):
        desk.carry(policy)
        sent.append(desk.channel.sent())
        desk.now += timedelta(minutes=10)
    assert sent == [1, 2, 3, 3]


# -- holds and stop


@pytest.mark.parametrize("name", ["told", "id"])
def test_hold_and_release(desk: Desk, doubles: Any, person: Person, name: str) -> None:
    """What a person holds stays held, whatever a run does, until a person releases it; each twice is once."""
    desk.plan(doubles.record())
    held = desk.only().id if name == "id" else name
    assert [decide.hold(desk.ledger, held, ["told"], person) for _ in "12"] == [True, False]
    desk.ledger.unhold("told", desk.now, who="run")
    desk.ledger.hold("told", msg("slow down"), desk.now, desk.now, who="run")
    desk.carry()
    assert desk.channel.sent() == 0
    assert decide.release(desk.ledger, held, ["told"], person)
    assert not decide.release(desk.ledger, held, ["told"], person)
    desk.carry()
    assert desk.only().state is State.SENT
    assert {"hold", "unhold"} <= {e.what for e in desk.ledger.events() if e.who == "Siti"}


def test_stop_is_for_everything(desk: Desk, doubles: Any, person: Person) -> None:
    """One word stops all sending, even of what was begun, and one lets it go on; nothing is lost by it."""
    desk.plan(*(doubles.record(n) for n in range(3)))

    def stop() -> dict[str, str]:
        assert desk.ledger.stop(msg("hacked"), desk.now, who="Siti")
        return {}

    desk.channel.says["prepare"].append(stop)
    desk.carry()
    assert desk.channel.sent() == 0
    assert not desk.ledger.stop(msg("hacked"), desk.now, who="Siti")
    assert desk.ledger.wake("told", desk.now) is None
    assert {h.by for h in desk.ledger.holds(desk.now)} == {"person"}
    assert desk.ledger.resume(desk.now, who="Siti")
    assert not desk.ledger.resume(desk.now, who="Siti")
    desk.carry()
    assert {d.state for d in desk.ledger.deliveries()} == {State.SENT}
    assert desk.channel.sent() == 3


def test_stop_everywhere(path: Path, doubles: Any) -> None:
    """A stop of every office stops the others in the same ledger too; one of this office does not."""
    with Ledger.open(path, office="a") as one, Ledger.open(path, office="b") as other:
        one.stop(msg("mine"), doubles.DUE, who="Siti")
        assert (other.stopped(), str(one.stopped())) == (None, "mine")
        one.stop(msg("all"), doubles.DUE, who="Siti", everywhere=True)
        assert str(other.stopped()) == "all"


# -- again, resolved, cancelled


def test_retry_takes_todays_words(desk: Desk, doubles: Any, person: Person) -> None:
    """A refused post is tried again in today's words, once; what is sent or unknown is not."""
    desk.plan(doubles.record())
    desk.channel.says["send"].append(Refused(msg("too long")))
    desk.carry()
    id = desk.only().id  # noqa: A001 - the field's word
    manifest = doubles.manifest(doubles.record(title="Pendek", revision="r2"))
    assert [decide.retry(desk.ledger, id, manifest, [desk.channel], person) for _ in "12"] == [True, False]
    desk.carry()
    assert (desk.only().state, desk.only().post.text) == (State.SENT, "Pendek")
    assert not decide.retry(desk.ledger, id, manifest, [desk.channel], person)


@pytest.mark.parametrize("out", [True, False])
def test_resolve(desk: Desk, told: Any, doubles: Any, person: Person, out: bool) -> None:
    """Only a person ends an unknown: out, with its address, or not out, and then it is sent once more."""
    desk.channel = told(Once.NONE)
    desk.plan(doubles.record())
    desk.channel.says["send"].append(OutcomeUnknown(msg("no answer")))
    desk.carry()
    id = desk.only().id  # noqa: A001 - the field's word
    assert desk.only().state is State.UNKNOWN
    with pytest.raises(UsageFault, match="resolve"):
        decide.retry(desk.ledger, id, None, [], person)
    if out:
        with pytest.raises(UsageFault, match="web address"):
            decide.resolve_sent(desk.ledger, id, "t.me/12", person)
        assert decide.resolve_sent(desk.ledger, id, "https://t.me/k/12", person)
        assert not decide.resolve_sent(desk.ledger, id, "https://t.me/k/12", person)
    else:
        assert decide.resolve_again(desk.ledger, id, person)
    assert not decide.resolve_again(desk.ledger, id, person)
    desk.carry()
    assert (desk.only().state, desk.channel.sent()) == (State.SENT, 1 if out else 2)
    why = next(e.why for e in desk.ledger.events(id) if e.who == "Siti")
    assert str(why) == "kata pimpinan"


def test_cancel(desk: Desk, doubles: Any, person: Person) -> None:
    """What a person cancels stays cancelled, whatever planning says; what is out is not cancelled."""
    desk.plan(doubles.record(), doubles.record(2))
    one, two = (d.id for d in desk.ledger.deliveries())
    assert [decide.cancel(desk.ledger, one, person) for _ in "12"] == [True, False]
    desk.plan(doubles.record(title="Lain", revision="r2"), doubles.record(2))
    desk.carry()
    assert [d.state for d in desk.ledger.deliveries()] == [State.CANCELLED, State.SENT]
    with pytest.raises(UsageFault, match="withdraw"):
        decide.cancel(desk.ledger, two, person)


def test_unknown_id(ledger: Ledger, person: Person) -> None:
    """A slip in an id is answered, and changes nothing."""
    for act in (decide.cancel, decide.resolve_again):
        with pytest.raises(UsageFault, match="status"):
            act(ledger, "abc", person)


# -- edits, withdrawals, again


def test_edit_travels_once(desk: Desk, doubles: Any) -> None:
    """A change that the post shows travels as an edit of it, once; there is never a second post."""
    desk.plan(doubles.record())
    desk.carry()
    for _ in range(2):
        desk.plan(doubles.record(title="Dibetulkan", revision="r2"))
        desk.carry()
    assert [(c[0], c[2]) for c in desk.channel.calls if c[0] == "edit"] == [("edit", "1")]
    assert desk.channel.sent() == 1
    assert desk.only("edit").state is State.SENT
    desk.plan(doubles.record(revision="r3"))  # and back again
    desk.carry()
    assert [d.post.text for d in desk.ledger.deliveries(kind="edit")] == ["Dibetulkan", "Layanan ke-1"]
    assert desk.channel.sent() == 1


def test_no_edit_without_difference(desk: Desk, doubles: Any) -> None:
    """A change that the post does not show makes no edit, nor does a new address of the site alone."""
    desk.plan(doubles.record())
    desk.carry()
    desk.plan(doubles.record(revision="r2"))
    desk.plan(doubles.record(url="https://baru.go.id/berita/1/"))
    assert desk.ledger.deliveries(kind="edit") == ()
    assert len(desk.ledger.deliveries()) == 1


def test_edit_that_is_taken_back_before_it_went(desk: Desk, doubles: Any) -> None:
    """A change that is undone before its edit went out leaves nothing to do."""
    desk.plan(doubles.record())
    desk.carry()
    desk.plan(doubles.record(title="Salah", revision="r2"))
    desk.plan(doubles.record())
    desk.carry()
    assert desk.only("edit").state is State.CANCELLED
    desk.plan(doubles.record(title="Salah", revision="r2"))
    desk.carry()
    assert desk.only("edit").state is State.SENT


def test_unclear_edit_is_repeated(desk: Desk, doubles: Any) -> None:
    """The same edit again changes nothing, so a lost answer is no question for a person."""
    desk.plan(doubles.record())
    desk.carry()
    desk.channel.says["edit"].append(OutcomeUnknown(msg("no answer")))
    desk.plan(doubles.record(title="Dibetulkan", revision="r2"))
    desk.carry()
    desk.now += HOUR
    desk.carry()
    assert desk.only("edit").state is State.SENT


@pytest.mark.parametrize("status", ["withdrawn", "hidden"])
def test_withdrawn_article_is_taken_back(desk: Desk, doubles: Any, tmp_path: Path, status: str) -> None:
    """What is withdrawn or hidden is taken back once, leaves the page's list of posts, and is never posted again."""
    desk.plan(doubles.record())
    desk.carry()
    gone = doubles.record(status=status, public=False, revision="r2")
    for _ in range(2):
        desk.plan(gone)
        desk.carry()
    assert [c[2] for c in desk.channel.calls if c[0] == "withdraw"] == ["1"]
    syndication.write(desk.ledger, tmp_path)
    assert (tmp_path / syndication.FILENAME).read_text() == "{}\n"
    desk.plan(doubles.record(revision="r3"))
    desk.carry()
    assert desk.channel.sent() == 1


def test_cannot_is_said_once(desk: Desk, told: Any, doubles: Any) -> None:
    """A channel that can neither change nor take back a post: that is written down, once."""
    desk.channel = told(Once.KEY)
    desk.plan(doubles.record())
    desk.carry()
    for _ in range(2):
        desk.plan(doubles.record(title="Dibetulkan", revision="r2"))
    for _ in range(2):
        desk.plan(doubles.record(status="withdrawn", public=False, revision="r3"))
    said = [e.what for e in desk.ledger.events() if e.what.startswith("cannot")]
    assert said == ["cannot edit", "cannot withdraw"]
    assert len(desk.ledger.deliveries()) == 1


def test_withdraw_by_hand(desk: Desk, doubles: Any, person: Person) -> None:
    """A person takes an article back: what waits is cancelled, what is out is deleted; a run does not undo it."""
    desk.plan(doubles.record())
    desk.carry()
    planned, unable = decide.withdraw(desk.ledger, doubles.record().id, [desk.channel], person)
    assert (len(planned), unable) == (1, ())
    desk.plan(doubles.record())
    desk.carry()
    assert desk.only("withdraw").state is State.SENT
    assert decide.withdraw(desk.ledger, doubles.record().id, [desk.channel], person) == ((), ())


def test_reshare(desk: Desk, doubles: Any, person: Person) -> None:
    """Again, in other words, on request only; never the same words, never what is not public."""
    desk.plan(doubles.record())
    desk.carry()

    def again(text: str, record: Any = None) -> Delivery | None:
        record = record or doubles.record()
        return decide.reshare(desk.ledger, record, desk.channel, text, person, article=doubles.record().id)

    with pytest.raises(UsageFault, match="--text"):
        again("")
    assert again("Masih berlaku") is not None
    assert again("Masih berlaku") is None
    desk.carry()
    assert desk.channel.sent() == 2
    with pytest.raises(UsageFault, match="--text"):
        again("Masih berlaku")
    with pytest.raises(UsageFault, match="not on the public site"):
        again("Lagi", doubles.record(status="withdrawn", public=False))
    desk.plan(doubles.record(status="withdrawn", public=False, revision="r2"))
    desk.carry()
    assert sorted(c[2] for c in desk.channel.calls if c[0] == "withdraw") == ["1", "2"]


# -- what a person runs


def test_manual_channel(desk: Desk, doubles: Any, person: Person, tmp_path: Path) -> None:
    """A channel that a person serves waits for the receipt; it is one like any other, and twice is once."""
    desk.channel.manual = True
    desk.plan(doubles.record())
    desk.carry()
    assert (desk.only().state, desk.channel.calls) == (State.QUEUED, [])
    assert "receipt add" in str(desk.only().why)

    def write(**more: Any) -> bool:
        given = {"article": doubles.record().id, "at": doubles.DUE, "state": tmp_path, **more}
        return decide.write_receipt(desk.ledger, doubles.record(), desk.channel, person, **given)

    with pytest.raises(UsageFault, match="either"):
        write()
    assert [write(url="https://jateng.kemenag.go.id/1") for _ in "12"] == [True, False]
    assert (desk.only().state, desk.only().sent_at) == (State.SENT, doubles.DUE)
    photo = tmp_path / "koran.JPG"
    photo.write_bytes(b"jpeg")
    assert [write(photo=photo) for _ in "12"] == [True, False]
    kept = desk.ledger.deliveries(kind="reshare")[0]
    assert kept.remote_id.startswith("sha256:")
    assert Path(kept.remote_url.removeprefix("file://")).read_bytes() == b"jpeg"


def test_manual_channel_is_made_ready_anew(desk: Desk, doubles: Any, person: Person) -> None:
    """What changes before a person ran it waits for its page and is made ready again; a person's hold stays."""
    desk.channel.manual = True
    desk.plan(doubles.record())
    desk.carry()
    desk.plan(doubles.record(title="Judul lain", revision="r2"))
    assert (desk.only().state, desk.only().waits_for_person) == (State.PLANNED, False)
    desk.carry()
    assert (desk.only().state, desk.only().post.text, desk.only().hold) == (State.QUEUED, "Judul lain", BY_HAND)
    decide.release(desk.ledger, desk.only().id, ["told"], person)
    decide.hold(desk.ledger, desk.only().id, ["told"], person)
    desk.plan(doubles.record(title="Judul ketiga", revision="r3"))
    assert desk.only().waits_for_person


@pytest.mark.parametrize("how", ["released", "doubted"])
def test_manual_channel_waits_on(desk: Desk, doubles: Any, person: Person, how: str) -> None:
    """Neither a release nor the doubt after a restored ledger has a person's delivery sent or looked up: it waits."""
    desk.channel.manual = True
    desk.plan(doubles.record())
    if how == "released":
        desk.carry()
        decide.release(desk.ledger, desk.only().id, ["told"], person)
    else:
        desk.ledger.doubt(desk.now)
    desk.carry()
    assert desk.ledger.due("told", desk.now) == ()
    assert (desk.only().state, desk.only().hold, desk.channel.calls) == (State.QUEUED, BY_HAND, [])


def test_reconcile(desk: Desk, path: Path, doubles: Any, person: Person) -> None:
    """After a lost ledger the channels' own timelines bring the receipts back, and nothing is posted twice."""
    records = [doubles.record(n) for n in range(3)]
    desk.plan(*records[:2])
    desk.carry()
    with Ledger.open(path.with_name("new.sqlite")) as fresh:
        manifest = doubles.manifest(*records)
        found = decide.reconcile(fresh, manifest, [desk.channel], person)
        assert (found.found, found.problems) == ({"told": 2}, {})
        assert decide.reconcile(fresh, manifest, [desk.channel], person).found == {"told": 0}
        other = Desk(fresh, desk.channel, doubles)
        other.plan(*records)
        other.carry()
        assert [d.state for d in fresh.deliveries()] == [State.SENT] * 3
    assert desk.channel.sent() == 3


def test_reconcile_says_who_cannot_be_asked(desk: Desk, told: Any, doubles: Any, person: Person) -> None:
    """A channel that cannot be asked, or not now, is named, and the others are looked through."""
    deaf, mute = told(Once.NONE, "deaf"), told(Once.TIMELINE, "mute")
    mute.says["find"].append(TryLater(msg("busy")))
    manifest = doubles.manifest(doubles.record())
    found = decide.reconcile(desk.ledger, manifest, [deaf, mute, desk.channel], person)
    assert set(found.problems) == {"deaf", "mute"}
    assert [c[0] for c in desk.channel.calls] == ["find"]


def test_later_is_later(desk: Desk, doubles: Any) -> None:
    """A held account is asked again at its time, not before."""
    desk.plan(doubles.record())
    until: datetime = desk.now + HOUR
    desk.ledger.hold("told", msg("slow down"), until, desk.now, who="run")
    begun = desk.ledger.begin(desk.only().id, "me", desk.now, HOUR, live="r1")
    assert begun == Later(until)
