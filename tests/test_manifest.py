"""The manifest: the same bytes again, and a word about a damaged one or one of another version."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import manifest
from publisher.errors import MachineFault
from publisher.manifest import Image, Manifest, Record, ServiceName

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
IMAGES = st.none() | st.builds(Image, path=TEXT, type=TEXT, alt=TEXT)
RECORDS = st.builds(
    Record,
    **dict.fromkeys(("id", "revision", "path", "page", "url", "title", "summary", "status", "date", "due"), TEXT),
    **dict.fromkeys(("modified", "lang", "translation_of", "category", "place"), TEXT),
    **dict.fromkeys(("tags", "authors", "former"), TEXTS),
    public=st.booleans(),
    services=st.lists(st.builds(ServiceName, id=TEXT, name=TEXT), max_size=2).map(tuple),
    card=IMAGES,
    photo=IMAGES,
    channels=st.none() | TEXTS,
    posts=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)


def record(**fields: Any) -> Record:
    made = Record(
        id="20261123-abcde",
        revision="r1",
        path="berita/2026/a.md",
        page="berita/a/",
        url="https://humas.contoh.go.id/berita/a/",
        title="Judul",
        summary="Ringkasan",
        status="published",
        public=True,
        date="2026-11-23T08:00:00+07:00",
        due="2026-11-23T08:00:00+07:00",
    )
    return replace(made, **fields)


@given(st.builds(Manifest, site=TEXT, title=TEXT, records=st.lists(RECORDS, max_size=3).map(tuple), unreadable=TEXTS))
def test_round_trip(given: Manifest) -> None:
    """What is written is read back as the same value, whatever the texts are, and gives the same bytes again."""
    raw = given.to_json()
    again = manifest.parse(raw)
    assert again == given
    assert again.to_json() == raw
    assert raw.endswith(b"}\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b"\xff\xfe",
        b'{"site": "x", "title": "y", "version": 2}',
        b'{"site": "x", "title": "y", "version": 0, "records": []}',
        b'{"site": "x", "title": 5}',
        b'{"site": "x", "title": "y", "records": [{"id": "z"}]}',
        b'{"site": "x", "title": "y", "records": {"id": "z"}}',
    ],
)
def test_damaged_or_of_another_version(tmp_path: Path, raw: bytes) -> None:
    """A file that is damaged or of another version is named, with what to do; exit code 2."""
    (tmp_path / manifest.FILENAME).write_bytes(raw)
    with pytest.raises(MachineFault, match=r"damaged or from another version; run `kentongan build`") as caught:
        manifest.read(tmp_path)
    assert caught.value.where == str(tmp_path / "manifest.json")
    assert caught.value.exit_code == 2


def test_cut_off_anywhere(tmp_path: Path) -> None:
    """A file that was cut off at any byte but its closing newline is never taken for a whole one."""
    raw = Manifest(site="https://a.id", title="A", records=(record(),)).to_json()
    for end in range(0, len(raw) - 1, 7):
        with pytest.raises(MachineFault):
            manifest.parse(raw[:end])


def test_none_yet(tmp_path: Path) -> None:
    """Before the first build there is no manifest, which is no fault."""
    assert manifest.read(tmp_path) is None
    assert manifest.read(tmp_path / "nowhere") is None


def test_sorted_keys() -> None:
    """Keys stand in alphabetical order and letters as they are, so that a changed article changes few lines."""
    raw = Manifest(site="https://a.id", title="Layanan “سلام”", records=(record(),)).to_json()
    assert "سلام".encode() in raw
    loaded = json.loads(raw)
    assert list(loaded) == sorted(loaded)
    assert list(loaded["records"][0]) == sorted(loaded["records"][0])


def test_who_wants_it() -> None:
    """An article goes to all channels or to those it lists; a translation only to those it lists."""
    assert record().wants("x")
    assert not record(translation_of="20261122-abcde").wants("x")
    assert record(translation_of="20261122-abcde", channels=("x",)).wants("x")
    assert not record(channels=()).wants("x")
    assert not record(channels=("mastodon",)).wants("x")


def test_lookups() -> None:
    """A record is found by id, public ones are told apart, a text by hand is found by its channel."""
    a, b = record(posts=(("x", "Teks"),)), record(id="20261123-fghij", public=False)
    whole = Manifest(site="https://a.id", title="A", records=(a, b))
    assert whole.record("20261123-fghij") == b
    assert whole.record("tidak-ada") is None
    assert whole.public() == (a,)
    assert (a.post_for("x"), a.post_for("mastodon")) == ("Teks", None)
