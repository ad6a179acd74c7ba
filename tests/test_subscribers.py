"""The list of subscribers: consent, import, export, and nothing left of who is deleted."""

from __future__ import annotations

import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from publisher import subscribers
from publisher.errors import MachineFault, UsageFault
from publisher.subscribers import Subscriber, Subscribers, spreadsheet

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def person(address: str = "warga@desa.example", **given: object) -> Subscriber:
    values = {"name": "Siti", "consented": date(2026, 11, 1), "source": "formulir PTSP", **given}
    return Subscriber(address, **values)  # type: ignore[arg-type]  # given by the tests below


def test_who_agreed_is_kept_once(tmp_path: Path) -> None:
    """The same address, however it is written, is one subscriber; the first consent stays."""
    with Subscribers.open(tmp_path, NOW) as book:
        assert book.add(person(), NOW)
        assert not book.add(person("WARGA@desa.example", name="Lain"), NOW)
        assert book.all() == (person(),)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else on the machine may read who subscribes."""
    with Subscribers.open(tmp_path, NOW) as book:
        book.add(person(), NOW)
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / subscribers.FILENAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("used", [False, True])
def test_who_is_deleted_is_gone_from_the_file(used: bool, tmp_path: Path) -> None:
    """No byte of the address stays, also of one that was written to."""
    with Subscribers.open(tmp_path, NOW) as book:
        book.add(person("rahasia@desa.example", name="Rahasia"), NOW)
        if used:
            book.begin("key", NOW)
            book.sent("key", 1, NOW)
        assert book.delete(" Rahasia@desa.example ")
        assert not book.delete("rahasia@desa.example")
        assert book.all() == ()
    raw = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"ahasia" not in raw


@pytest.mark.parametrize(
    "wrong",
    [
        person("kein at"),
        person("a@b"),
        person("a b@desa.example"),
        person("a@desa.example\nBcc: x@y.example"),
        person("<a@desa.example>"),
        person("x" * 65 + "@desa.example"),
        person(consented=date(2026, 11, 25)),
        person(source=" "),
        person(name="a\nb"),
    ],
)
def test_without_consent_nobody_is_added(wrong: Subscriber, tmp_path: Path) -> None:
    """An address that is none, a consent of tomorrow or from nowhere: refused, without naming the address."""
    with Subscribers.open(tmp_path, NOW) as book, pytest.raises(UsageFault) as raised:
        book.add(wrong, NOW)
    assert wrong.address not in str(raised.value)


def test_a_list_is_read_and_written(tmp_path: Path) -> None:
    """A spreadsheet's file with the columns in any order goes in; wrong lines are left out by number; what comes
    out goes in again."""
    raw = (
        "\ufeffnama;alamat;sumber;persetujuan\r\n"
        "Siti;siti@desa.example;formulir;2026-11-01\r\n"
        "Budi;budi@desa.example;formulir;1 November\r\n"
        ";SITI@desa.example;formulir;2026-11-01\r\n"
        "Ani;ani@desa.example;;2026-11-01\r\n"
    ).encode()
    with Subscribers.open(tmp_path / "a", NOW) as book:
        read = spreadsheet.read_csv(book, raw, NOW)
        assert (read.added, read.known, [line for line, _ in read.wrong]) == (1, 1, [3, 5])
        said = spreadsheet.to_csv(book.all())
        before = book.all()
    with Subscribers.open(tmp_path / "b", NOW) as other:
        assert spreadsheet.read_csv(other, said.encode(), NOW).added == 1
        assert other.all() == before


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"", b"alamat,nama\na@b.example,x\n"])
def test_a_list_that_is_none_is_refused(raw: bytes, tmp_path: Path) -> None:
    """Another encoding, or a column that is missing, is said before anything is added."""
    with Subscribers.open(tmp_path, NOW) as book, pytest.raises(UsageFault):
        spreadsheet.read_csv(book, raw, NOW)


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    """What somebody wrote as their name is only text where the list is opened."""
    assert "'=HYPERLINK" in spreadsheet.to_csv([person(name="=HYPERLINK(1)")])


def test_a_file_that_is_no_list_is_named(tmp_path: Path) -> None:
    """A damaged file stops with its path, not with a traceback."""
    (tmp_path / subscribers.FILENAME).write_bytes(b"no database" * 100)
    with pytest.raises(MachineFault, match="subscribers"), Subscribers.open(tmp_path, NOW):
        pass
