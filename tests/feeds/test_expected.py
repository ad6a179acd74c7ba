"""One expected file a format: read them to see what a format looks like."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from publisher import _folder, feeds
from publisher.article import Article, Site
from publisher.feeds._edition import Edition
from tests.feeds.conftest import files, made

EXPECTED = Path(__file__).parent / "expected"
every_format = pytest.mark.parametrize("name", _folder.names(feeds))


@every_format
def test_the_bytes_are_the_expected_ones(name: str, formats: Mapping[str, ModuleType], edition: Edition) -> None:
    """A format changes on purpose only. KENTONGAN_EXPECT=1 writes the files anew, to be read before a commit."""
    for path, raw in made(formats[name], edition).items():
        expected = EXPECTED / path
        if os.environ.get("KENTONGAN_EXPECT"):
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_bytes(raw)
        assert raw.decode() == expected.read_text(encoding="utf-8"), path


def test_no_expected_file_is_left_over(formats: Mapping[str, ModuleType], edition: Edition) -> None:
    """Each expected file is one that a format writes, and no two formats write one file."""
    every = [document.path for member in formats.values() for document in member.render(edition)]
    assert sorted(every) == sorted(p.relative_to(EXPECTED).as_posix() for p in EXPECTED.rglob("*") if p.is_file())


@every_format
def test_what_is_written_is_valid(
    name: str, formats: Mapping[str, ModuleType], check: Callable[[str, bytes], None], edition: Edition
) -> None:
    """Every file follows its schema, with articles and without; the format's own file is always there."""
    empty = Edition(edition.site, (), edition.now, sections=[replace(s, articles=()) for s in edition.sections])
    for found in (edition, empty):
        written = made(formats[name], found)
        assert formats[name].FILENAME in written
        for path, raw in written.items():
            check(path, raw)


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
    expected = files(formats[name], site, articles, now)
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        shuffled = list(articles)
        random.Random(7).shuffle(shuffled)
        moved = [replace(a, date=a.date.astimezone(UTC)) for a in shuffled]
        assert files(formats[name], site, moved, now.astimezone(UTC)) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


@every_format
def test_nothing_held_back_is_seen(
    name: str, formats: Mapping[str, ModuleType], site: Site, articles: Sequence[Article], now: datetime
) -> None:
    """An article under embargo or a draft is nowhere, even if a caller hands it over."""
    for path, raw in files(formats[name], site, articles, now).items():
        assert "embargo" not in f"{path} {raw.decode()}".lower()
        assert "draf" not in raw.decode()


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
    for path, raw in files(formats[name], below, articles, now).items():
        check(path, raw)
        assert b"contoh.go.id/humas/kabar/" in raw
        assert raw.count(b"https://contoh.go.id/") == raw.count(b"https://contoh.go.id/humas/kabar/")
