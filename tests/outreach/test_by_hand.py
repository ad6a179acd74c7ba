"""What only a person can post, and posts that go out again: each is told from the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from publisher import channels
from publisher.channels import manual, noticeboard
from publisher.ledger import State, short_id
from publisher.ledger.store import Ledger
from publisher.outreach import decide
from publisher.outreach.advance import advance
from publisher.outreach.decide import Person
from publisher.outreach.plan import plan

Hands = Callable[..., Any]


@pytest.fixture
def site(tmp_path: Path, doubles: Any) -> Path:
    card = tmp_path / "site" / doubles.record().card.path
    card.parent.mkdir(parents=True)
    card.write_bytes(b"\xff\xd8\xff")
    return tmp_path / "site"


def setup(tmp_path: Path, name: str, network: str) -> channels.Setup:
    return channels.Setup(
        name=name, network=network, site="https://a.go.id", state=tmp_path, zone=ZoneInfo("UTC"), office="tegal"
    )


def carry(ledger: Ledger, channel: Any, site: Path, now: Any) -> None:
    for row in ledger.deliveries((State.PLANNED, State.QUEUED)):
        advance(
            ledger, {channel.name: channel}, row.id, clock=lambda: now, site=site, owner="test", gate=lambda _: None
        )


def test_the_page_is_there_before_the_person_is_asked(tmp_path: Path, site: Path, doubles: Any) -> None:
    """The delivery waits for a person only once text and card are ready; a folder that cannot be used delays it."""
    channel = manual.Channel(setup(tmp_path, "portal", "manual"), manual.Options(preset="portal"))
    now = doubles.DUE + timedelta(hours=1)
    with Ledger.open(tmp_path / "ledger.sqlite", office="tegal") as ledger:
        plan(ledger, doubles.manifest(doubles.record()), [channel], doubles.settings(portal=doubles.SINCE), now)
        (tmp_path / "manual").write_text("in the way")
        carry(ledger, channel, site, now)
        (row,) = ledger.deliveries()
        assert not row.waits_for_person
        (tmp_path / "manual").unlink()
        carry(ledger, channel, site, row.due + timedelta(hours=2))
        (row,) = ledger.deliveries()
        assert row.waits_for_person
        page = tmp_path / "manual" / "portal" / f"{row.id}.html"
        assert "kentongan receipt add" in page.read_text(encoding="utf-8")


def test_a_post_that_goes_out_again_has_a_link_of_its_own(tmp_path: Path, site: Path, doubles: Any) -> None:
    """Its link names its own delivery: else a look-up would take the first post for it, and it would never go out.
    The same words are still known as such."""
    channel = noticeboard.Channel(setup(tmp_path, "papan", "noticeboard"), noticeboard.Options())
    now = doubles.DUE + timedelta(hours=1)
    person, record = Person("Siti", now), doubles.record()
    with Ledger.open(tmp_path / "ledger.sqlite", office="tegal") as ledger:
        plan(ledger, doubles.manifest(record), [channel], doubles.settings(papan=doubles.SINCE), now)
        carry(ledger, channel, site, now)
        for seq, words in ((1, "Masih berlaku"), (2, "Terakhir")):
            made = decide.reshare(ledger, record, channel, words, person, article=record.id)
            assert made is not None
            query = parse_qs(urlsplit(made.post.link).query)
            assert query["utm_content"] == [made.id] == [short_id("tegal", record.id, "papan", "reshare", seq)]
            assert made.post.link in made.post.text
            assert made.digest == made.post.digest()
            assert decide.reshare(ledger, record, channel, words, person, article=record.id) is None
            carry(ledger, channel, site, now)
        with pytest.raises(decide.UsageFault, match="posted before"):
            decide.reshare(ledger, record, channel, "Masih berlaku", person, article=record.id)
        assert [d.state for d in ledger.deliveries()] == [State.SENT] * 3
