"""One expected file a format: read them to see what a format looks like."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

from publisher import _folder, feeds
from publisher.article import Article, Site

EXPECTED = Path(__file__).parent / "expected"
every_format = pytest.mark.parametrize("name", _folder.names(feeds))


@every_format
def test_the_bytes_are_the_expected_ones(
    name: str, formats: Mapping[str, ModuleType], site: Site, articles: Sequence[Article], now: datetime
) -> None:
    """A format changes on purpose only."""
    member = formats[name]
    expected = EXPECTED / PurePosixPath(member.FILENAME).name
    assert member.render(site, articles, now).decode() == expected.read_text(encoding="utf-8")


@every_format
def test_what_is_written_is_valid(
    name: str,
    formats: Mapping[str, ModuleType],
    check: Callable[[str, bytes], None],
    site: Site,
    articles: Sequence[Article],
    now: datetime,
) -> None:
    """Every format follows its schema, with articles and without."""
    check(name, formats[name].render(site, articles, now))
    check(name, formats[name].render(site, (), now))


@every_format
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_the_machine_does_not_matter(
    name: str,
    zone: str,
    formats: Mapping[str, ModuleType],
    site: Site,
    articles: Sequence[Article],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same articles in any order, in any zone, give the same bytes on a machine in any zone."""
    expected = formats[name].render(site, articles, now)
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        shuffled = list(articles)
        random.Random(7).shuffle(shuffled)
        moved = [replace(a, date=a.date.astimezone(UTC)) for a in shuffled]
        assert formats[name].render(site, moved, now.astimezone(UTC)) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


@every_format
def test_nothing_held_back_is_seen(
    name: str, formats: Mapping[str, ModuleType], site: Site, articles: Sequence[Article], now: datetime
) -> None:
    """An article under embargo or a draft is nowhere, even if a caller hands it over."""
    written = formats[name].render(site, articles, now).decode()
    assert "embargo" not in written.lower()
    assert "draf" not in written


@every_format
def test_a_site_under_a_path(
    name: str,
    formats: Mapping[str, ModuleType],
    check: Callable[[str, bytes], None],
    site: Site,
    articles: Sequence[Article],
    now: datetime,
) -> None:
    """Every address of ours starts with the site's own, path included."""
    below = replace(site, url="https://contoh.go.id/humas/kabar")
    written = formats[name].render(below, articles, now)
    check(name, written)
    assert b"contoh.go.id/humas/kabar/" in written
    assert written.count(b"https://contoh.go.id/") == written.count(b"https://contoh.go.id/humas/kabar/")
