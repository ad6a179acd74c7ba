"""Facebook, Instagram and Threads alike: what their hidden step makes, against our strict copy (fake_meta.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from publisher import channels, errors, settings
from publisher.channels import _meta, facebook, instagram, threads
from publisher.ledger import Delivery, State
from publisher.ledger.store import Ledger
from publisher.manifest import Manifest, Record
from publisher.outreach.advance import advance
from publisher.outreach.plan import plan
from publisher.post import Once

NETWORKS = {
    "facebook": (facebook, "fake-page-token", {"page": "1234567"}, "POST page/feed", "POST {id}"),
    "instagram": (
        instagram,
        "fake-instagram-token",
        {"account": "17841400000000001"},
        "POST ig/media",
        "POST ig/media_publish",
    ),
    "threads": (threads, "fake-threads-token", {}, "POST me/threads", "POST me/threads_publish"),
}
HERE = Path(__file__).parent
OFFICE = """name = "Kantor"
short = "Kantor"
title = "Kabar"
description = "Berita."
url = "https://kabar.kantor.go.id"

"""
KEY = "kantor/a/meta/post/1"
every_network = pytest.mark.parametrize("network", NETWORKS)
in_two_steps = pytest.mark.parametrize("network", ["instagram", "threads"])


def nothing() -> None:
    """Renews no lease."""


class Desk:
    """One channel, its ledger, and a clock that jumps to whatever is next."""

    def __init__(self, ledger: Ledger, channel: Any, site: Path, folder: Path) -> None:
        (folder / "office.toml").write_text(OFFICE + f"[channels.{channel.name}]\nsince = 2026-11-01T00:00:00+07:00\n")
        self.office = settings.load(folder, {})
        self.ledger, self.channel, self.site = ledger, channel, site
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    def carry(self, article: Record) -> list[Delivery]:
        """Plans what the article asks for and carries it until there is nothing to come for."""
        manifest = Manifest(site="https://kabar.kantor.go.id", title="Kabar", records=(article,))
        rows = plan(self.ledger, manifest, [self.channel], self.office, self.now).new
        for row in rows:
            for _ in range(60):
                later = advance(
                    self.ledger,
                    {self.channel.name: self.channel},
                    row.id,
                    clock=lambda: self.now,
                    site=self.site,
                    owner="test",
                    gate=lambda delivery: None,
                )
                if later is None:
                    break
                self.now = max(self.now, later.at)
        return [d for r in rows if (d := self.ledger.get(r.id))]


def open_one(network: str, address: str, tmp_path: Path, *, token: str = "", **options: Any) -> Any:
    module, own, given, _, _ = NETWORKS[network]
    setup = channels.Setup(
        name=network,
        network=network,
        site="http://127.0.0.1:8000",
        state=tmp_path,
        zone=UTC,
        secrets={"token": token or own},
    )
    pause = {} if network == "facebook" else {"pause": lambda seconds: None}
    return module.Channel(setup, module.Options.model_validate({"server": address, **given, **options}), **pause)


@pytest.fixture
def meta(fake_meta: str, tmp_path: Path, site: Path, record: Callable[..., Any], control: Callable[..., Any]) -> Any:
    """Opens a channel to the copy and makes an article of its own for each test."""

    def make(network: str, name: str, **changes: Any) -> SimpleNamespace:
        options = changes.pop("options", {})
        channel = open_one(network, fake_meta, tmp_path, **options)
        article = record(
            id=f"20261124-{name}-{network}",
            url=f"https://kabar.kantor.go.id/berita/{name}/",
            title=f"Layanan {name} kini buka Sabtu, kata Hj. Siti, S.Ag",
            **changes,
        )
        post = channel.compose(article)
        _, _, _, hidden, shown = NETWORKS[network]

        def prepare(done: Mapping[str, str] | None = None) -> Mapping[str, str]:
            made: Mapping[str, str] = channel.prepare(post, site, done or {}, nothing)
            return made

        def out() -> list[dict[str, Any]]:
            said = {"facebook": "message", "instagram": "caption", "threads": "text"}[network]
            seen = [p for p in control(fake_meta, "/_posts") if p.get(said) == post.text]
            return [p for p in seen if p.get("is_published", True)]

        return SimpleNamespace(
            channel=channel,
            article=article,
            post=post,
            prepare=prepare,
            out=out,
            hidden=hidden,
            shown=shown,
            fault=lambda on, *do: control(fake_meta, "/_faults", {"on": on, "do": do}),
            set=lambda **told: control(fake_meta, "/_set", told),
            last_made=lambda: {_meta.MADE: control(fake_meta, "/_made")},
        )

    return make


@every_network
def test_nothing_is_seen_before_the_visible_step(network: str, meta: Any) -> None:
    """What the hidden step makes nobody sees; the visible one shows it, once however often it is repeated."""
    it = meta(network, "whole")
    began = datetime.now(UTC)
    made = it.prepare()
    assert it.out() == []
    assert it.channel.trace(it.post, made, KEY, began) == "hidden"
    assert it.prepare(made) == made, "what stands is not made anew"
    receipt = it.channel.send(it.post, made, KEY)
    assert len(it.out()) == 1
    found = it.channel.trace(it.post, made, KEY, began)
    assert (found.remote_id, found.url) == (receipt.remote_id, receipt.url)
    assert it.channel.find(it.post, KEY, began) == found
    assert receipt.url.startswith("https://")
    it.channel.withdraw(receipt.remote_id)
    it.channel.withdraw(receipt.remote_id)
    assert it.out() == []


@every_network
@pytest.mark.parametrize("fault", ["lost", "act-503", "act-1"])
def test_a_lost_answer_is_resolved_by_what_was_made(network: str, fault: str, meta: Any) -> None:
    """When the answer to the visible step is lost it may be out: the made one says that it is."""
    it = meta(network, f"lost-{fault}")
    began = datetime.now(UTC)
    made = it.prepare()
    it.fault(it.shown, fault)
    with pytest.raises(errors.OutcomeUnknown):
        it.channel.send(it.post, made, KEY)
    found = it.channel.trace(it.post, made, KEY, began)
    assert [p["id"] for p in it.out()] == [found.remote_id]


@every_network
def test_what_never_arrived_is_shown_at_the_next_try(network: str, meta: Any) -> None:
    """A line cut before Meta acted is unknown too; the made one says it is not out, and is then shown itself."""
    it = meta(network, "never")
    made = it.prepare()
    it.fault(it.shown, "cut", "503")
    for _ in range(2):
        with pytest.raises(errors.OutcomeUnknown):
            it.channel.send(it.post, made, KEY)
        assert it.channel.trace(it.post, made, KEY, datetime.now(UTC)) == "hidden"
    again = it.prepare(made)
    assert again == made
    assert it.channel.send(it.post, again, KEY).remote_id
    assert len(it.out()) == 1


@every_network
@pytest.mark.parametrize("step", ["hidden", "shown"])
def test_a_limit_waits_as_long_as_meta_says(network: str, step: str, meta: Any) -> None:
    """Meta counts minutes in a header of its own; nothing was posted, and the whole account waits."""
    it = meta(network, f"limit-{step}")
    made = it.prepare() if step == "shown" else {}
    it.fault(it.shown if step == "shown" else it.hidden, "limit")
    with pytest.raises(errors.TryLater) as raised:
        it.channel.send(it.post, made, KEY) if step == "shown" else it.prepare()
    assert raised.value.account
    assert raised.value.after == 19 * 60
    assert it.out() == []


@every_network
def test_a_dead_token_holds_the_channel(network: str, meta: Any, fake_meta: str, tmp_path: Path, site: Path) -> None:
    """A token that has ended, is wrong or is a person's: nothing is out, nothing is lost, a person acts."""
    it = meta(network, "token")
    it.fault(it.hidden, "token")
    with pytest.raises(errors.Held):
        it.prepare()
    for token in ("fake-token-of-a-person", "wrong"):
        channel = open_one(network, fake_meta, tmp_path, token=token)
        with pytest.raises(errors.Held):
            channel.prepare(it.post, site, {}, nothing)
    with pytest.raises(errors.Held):
        channel.find(it.post, KEY, datetime.now(UTC))
    assert it.out() == []


@in_two_steps
def test_a_picture_that_takes_its_time_is_waited_for(network: str, meta: Any) -> None:
    """Meta may work on a container for a while: it is looked at again, not shown too early."""
    it = meta(network, "slow")
    it.set(polls=3)
    made = it.prepare()
    assert it.channel.send(it.post, made, KEY).remote_id
    it = meta(network, "stuck")
    it.set(polls=1000)
    with pytest.raises(errors.TryLater):
        it.prepare()
    it.set(polls=0)
    assert it.out() == []


@in_two_steps
def test_a_container_in_work_is_not_called_absent(network: str, meta: Any) -> None:
    """While Meta still works on it nobody knows whether it will be out: it is asked again later."""
    it = meta(network, "working")
    it.set(polls=21)
    with pytest.raises(errors.TryLater):
        it.prepare()
    made = it.last_made()
    with pytest.raises(errors.TryLater):
        it.channel.trace(it.post, made, KEY, datetime.now(UTC))
    it.set(polls=0)
    assert it.channel.trace(it.post, made, KEY, datetime.now(UTC)) == "hidden"
    assert it.prepare(made) == made


@in_two_steps
def test_an_expired_container_is_made_anew_only_when_it_was_not_shown(network: str, meta: Any) -> None:
    """After a day a container is no more: one that was shown is found, one that was not is replaced."""
    it = meta(network, "expired")
    began = datetime.now(UTC)
    made = it.prepare()
    it.set(expire=True)
    with pytest.raises(errors.OutcomeUnknown):
        it.channel.send(it.post, made, KEY)
    assert it.channel.trace(it.post, made, KEY, began) is None
    new = it.prepare(made)
    assert new != made
    it.fault(it.shown, "lost")
    with pytest.raises(errors.OutcomeUnknown):
        it.channel.send(it.post, new, KEY)
    it.set(expire=True)
    assert it.channel.trace(it.post, new, KEY, began).remote_id == it.out()[0]["id"]
    assert it.channel.trace(it.post, {_meta.MADE: "4711"}, KEY, began).remote_id == it.out()[0]["id"]
    assert it.prepare(new) == new, "one that was shown is never made again"
    with pytest.raises(errors.Duplicate):
        it.channel.send(it.post, new, KEY)
    assert len(it.out()) == 1


@in_two_steps
def test_a_container_with_a_fault_is_tried_anew(network: str, meta: Any) -> None:
    """A picture that Meta could not take makes no post; the next try makes a new container."""
    it = meta(network, "broken")
    it.set(broken=1)
    with pytest.raises(errors.TryLater):
        it.prepare()
    assert it.channel.send(it.post, it.prepare(), KEY).remote_id
    assert len(it.out()) == 1


@in_two_steps
def test_a_post_that_is_not_listed_yet_is_waited_for(network: str, meta: Any) -> None:
    """The container says that it is out and the list lags: nothing is sent again meanwhile."""
    it = meta(network, "late")
    it.set(late=1)
    made = it.prepare()
    it.fault(it.shown, "lost")
    began = datetime.now(UTC)
    with pytest.raises(errors.OutcomeUnknown):
        it.channel.send(it.post, made, KEY)
    it.set(late=0)
    with pytest.raises(errors.TryLater):
        it.channel.trace(it.post, made, KEY, began)
    assert it.channel.trace(it.post, made, KEY, began).remote_id


@in_two_steps
def test_a_post_whose_address_cannot_be_had_is_out_all_the_same(network: str, meta: Any) -> None:
    """What is asked after the visible step can never make it fail."""
    it = meta(network, "address")
    made = it.prepare()
    it.fault("GET {id}", "cut")
    receipt = it.channel.send(it.post, made, KEY)
    assert (receipt.remote_id, receipt.url) == (it.out()[0]["id"], "")


@every_network
def test_a_long_timeline_is_read_to_the_first_try(network: str, meta: Any) -> None:
    """More than one page of newer posts hides nothing."""
    it = meta(network, "deep")
    began = datetime.now(UTC)
    receipt = it.channel.send(it.post, it.prepare(), KEY)
    for n in range(101):
        newer = meta(network, f"newer{n}")
        newer.channel.send(newer.post, newer.prepare(), KEY)
    assert it.channel.find(it.post, KEY, began).remote_id == receipt.remote_id


@every_network
@pytest.mark.parametrize("faults", [["lost"], ["act-503", "cut"], ["cut", "lost"], ["503", "limit", "lost"]])
def test_one_article_is_one_post_whatever_is_lost(
    network: str, faults: list[str], meta: Any, site: Path, tmp_path: Path
) -> None:
    """Through the ledger: hidden and visible steps lose answers, and in the end there is one post and its receipt."""
    it = meta(network, "ledger-" + "-".join(faults))
    it.fault(it.hidden, "lost", "act-503")
    it.fault(it.shown, *faults)
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        (done,) = Desk(ledger, it.channel, site, tmp_path).carry(it.article)
    assert done.state is State.SENT
    assert [p["id"] for p in it.out()] == [done.remote_id]


@every_network
def test_what_becomes_of_the_article_becomes_of_its_post(
    network: str, meta: Any, site: Path, tmp_path: Path, fake_meta: str, control: Callable[..., Any]
) -> None:
    """Facebook's post follows a correction in its place, the others' stay; a withdrawn article is taken back, and
    nothing hidden is left behind."""
    it = meta(network, "follows")
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        desk = Desk(ledger, it.channel, site, tmp_path)
        (sent,) = desk.carry(it.article)
        before = len(control(fake_meta, "/_posts"))
        edits = desk.carry(replace(it.article, revision="r2", title="Judul yang dibetulkan"))
        assert [d.state for d in edits] == ([State.SENT] if network == "facebook" else [])
        posts = control(fake_meta, "/_posts")
        assert len(posts) == before
        (post,) = [p for p in posts if p["id"] == sent.remote_id]
        assert ("dibetulkan" in post.get("message", "")) == (network == "facebook")
        (taken,) = desk.carry(replace(it.article, revision="r3", status="withdrawn", public=False))
        assert taken.state is State.SENT
    assert sent.remote_id not in [p["id"] for p in control(fake_meta, "/_posts")]


@pytest.mark.parametrize(
    ("network", "path", "sent"),
    [
        ("facebook", "1234567/feed", {"message": "x", "place": "1"}),
        ("facebook", "1234567/feed", {"published": "false"}),
        ("facebook", "1234567/feed", {"message": "x", "published": "no"}),
        ("instagram", "17841400000000001/media", {"caption": "x"}),
        ("instagram", "17841400000000001/media", {"image_url": "https://a.example/x.png", "caption": "x"}),
        ("instagram", "17841400000000001/media", {"image_url": "https://a.example/x.jpg", "caption": "x" * 2201}),
        ("threads", "me/threads", {"text": "x", "media_type": "TEXT", "auto_publish_text": "true"}),
        ("threads", "me/threads", {"text": "👨‍👩‍👧‍👦" * 21, "media_type": "TEXT"}),
        ("threads", "me/threads", {"text": "x", "media_type": "TEXT", "alt_text": "x"}),
        ("threads", "me/threads", {"text": "https://a.example/%d " * 6 % (1, 2, 3, 4, 5, 6), "media_type": "TEXT"}),
    ],
)
def test_the_copy_is_as_strict_as_meta(network: str, path: str, sent: dict[str, str], meta: Any) -> None:
    """Our copy refuses what Meta refuses; else the tests above would prove nothing."""
    graph = meta(network, "strict").channel._graph
    with pytest.raises((errors.Refused, errors.TryLater)):
        graph.ask("POST", path, sent)


def test_the_copy_keeps_its_posts(tmp_path: Path, site: Path, control: Callable[..., Any], record: Any) -> None:
    """With a file the copy can be killed and knows its posts and containers when it is back."""
    made: Mapping[str, str] = {}
    for expected in (0, 1):
        command = [sys.executable, str(HERE / "fake_meta.py"), "--store", str(tmp_path / "meta.json")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            address = process.stdout.readline().strip()
            channel = open_one("threads", address, tmp_path)
            post = channel.compose(record())
            assert len(control(address, "/_posts")) == expected
            made = channel.prepare(post, site, made, nothing)
            if not expected:
                channel.send(post, made, KEY)
            assert channel.trace(post, made, KEY, datetime.now(UTC))
            process.kill()


@every_network
def test_only_this_machine_stands_in_for_meta(network: str) -> None:
    """No setting can send a token to another host."""
    module, _, given, _, _ = NETWORKS[network]
    with pytest.raises(ValueError, match="only a server on this machine"):
        module.Options.model_validate({**given, "server": "https://evil.example"})
    assert module.Channel.once is Once.CONTAINER if network != "facebook" else True


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("no json", None),
        ("[1]", None),
        ('{"1": [{"estimated_time_to_regain_access": "soon"}]}', None),
        ('{"1": [{"call_count": 100}]}', None),
        ('{"1": [{"estimated_time_to_regain_access": 0}]}', None),
        ('{"1": [{"estimated_time_to_regain_access": 2}], "2": [{"estimated_time_to_regain_access": 5}]}', 300),
        ('{"1": [{"estimated_time_to_regain_access": 100000}]}', 21600),
    ],
)
def test_minutes_become_seconds(header: str, seconds: float | None) -> None:
    """The longest of what Meta says counts, never more than our own patience; nonsense says nothing."""
    assert _meta.regain({_meta.USAGE: header} if header else {}) == seconds
