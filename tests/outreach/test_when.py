"""When something falls due although nobody changed anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from publisher.ledger.announced import Announcements
from publisher.ledger.announcement import Change
from publisher.ledger.store import Ledger
from publisher.messages import msg
from publisher.outreach import when
from publisher.outreach.plan import plan
from publisher.post import Once

HOUR = timedelta(hours=1)
DAYS = timedelta(days=2)


@pytest.fixture
def settings(doubles: Any, tmp_path: Path) -> Any:
    made = doubles.settings(told=doubles.SINCE)
    return SimpleNamespace(office=made.office, zone=made.zone, state=tmp_path / "state")


def test_nothing_built_yet(settings: Any, doubles: Any) -> None:
    """Without a build and a ledger nothing falls due."""
    assert when.site(settings, None, doubles.DUE) is None
    assert when.posts(settings, None, doubles.DUE) is None


def test_embargo(settings: Any, doubles: Any) -> None:
    """The end of an embargo changes the site, and stays due until a build has shown the article."""
    ends = doubles.DUE + HOUR
    held = doubles.record(public=False, due=ends.isoformat())
    for now in (doubles.DUE, ends, ends + DAYS):
        assert when.site(settings, doubles.manifest(held), now) == ends
    draft = replace(held, status="draft")
    assert when.site(settings, doubles.manifest(draft), doubles.DUE) is None


def test_news_leaves_the_news_sitemap(settings: Any, doubles: Any) -> None:
    """After two days news leaves the news sitemap; once that was built it is not due any more."""
    manifest = doubles.manifest(doubles.record())
    when.remember(settings, doubles.DUE)
    assert when.site(settings, manifest, doubles.DUE + 2 * DAYS) == doubles.DUE + DAYS
    when.remember(settings, doubles.DUE + DAYS)
    assert when.site(settings, manifest, doubles.DUE + 2 * DAYS) is None


def test_damaged_memory(settings: Any, doubles: Any) -> None:
    """Without a sound word of the last build only what is still to come is due."""
    settings.state.mkdir()
    (settings.state / when.FILENAME).write_text("{")
    manifest = doubles.manifest(doubles.record())
    assert when.site(settings, manifest, doubles.DUE + HOUR) == doubles.DUE + DAYS
    assert when.site(settings, manifest, doubles.DUE + 2 * DAYS) is None


def test_posts(settings: Any, ledger: Ledger, doubles: Any, told: Any) -> None:
    """A delivery is due at its time, not while a person holds its channel, and not on a channel that is off."""
    channel, now = told(Once.KEY), doubles.DUE + HOUR
    plan(ledger, doubles.manifest(doubles.record()), [channel], settings, now)
    assert when.posts(settings, ledger, now) == ledger.deliveries()[0].due
    ledger.hold("told", msg("wait"), None, now, who="Siti", by="person")
    assert when.posts(settings, ledger, now) is None
    ledger.unhold("told", now, who="Siti", by="person")
    settings.office.channels["told"] = replace(settings.office.channels["told"], on=False)
    assert when.posts(settings, ledger, now) is None


def test_what_waits_for_a_person_is_not_due(settings: Any, ledger: Ledger, doubles: Any, told: Any) -> None:
    """A post that waits for approval wakes nobody."""
    given = settings.office.channels["told"]
    settings.office.channels["told"] = replace(given, approval=True)
    plan(ledger, doubles.manifest(doubles.record()), [told(Once.KEY)], settings, doubles.DUE)
    assert when.posts(settings, ledger, doubles.DUE + HOUR) is None


def test_announcements(settings: Any, ledger: Ledger, doubles: Any) -> None:
    """What hub and search engines are still to be told is due too."""
    Announcements(ledger).want("hub", [Change("https://kabar.kantor.go.id/feeds/rss.xml")], doubles.DUE)
    assert when.posts(settings, ledger, doubles.DUE) == doubles.DUE
