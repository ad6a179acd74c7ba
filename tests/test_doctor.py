"""The doctor says in words what is missing or about to end, and what to do."""

from __future__ import annotations

import os
import sqlite3
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from publisher import settings, target
from publisher.channels import Standing, ask
from publisher.doctor import Symptom, _machine, examine
from publisher.ledger import files
from publisher.messages import msg
from publisher.settings import Settings
from tests.channels._servers import running

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
OFFICE = """
name = "Kantor Contoh"
short = "Kantor"
title = "Kabar"
description = "Berita."
"""
WELL = """
url = "https://humas.contoh.go.id"
address = "Jalan 1"
hours = "08.00"
phone = "0283"
whatsapp = "08"
email = "a@contoh.go.id"

[[accounts]]
network = "Instagram"
name = "@kantor"
url = "https://instagram.com/kantor"
"""


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Settings]:
    """The settings of a project whose office.toml is the least, with this text after it."""

    def made(text: str = "", environ: dict[str, str] | None = None) -> Settings:
        (tmp_path / "content").mkdir(exist_ok=True)
        (tmp_path / "office.toml").write_text(OFFICE + text, encoding="utf-8")
        return settings.load(tmp_path, environ or {})

    return made


def found(made: Settings, area: str, now: datetime = NOW) -> list[Symptom]:
    return [s for s in examine(made, now) if s.area == area]


def one(made: Settings, area: str, now: datetime = NOW) -> Symptom:
    (symptom,) = found(made, area, now)
    return symptom


def test_a_sound_site_has_no_faults(make: Any) -> None:
    """On a machine that is set up, whatever is not well is at most advice."""
    levels = {s.area: s.level for s in examine(make(WELL), NOW)}
    assert "fault" not in levels.values()
    assert set(levels) == {"python", "clock", "folders", "cards", "office", "address", "deploy", "ledger", "channels"}


def test_whatever_is_not_well_says_what_to_do(make: Any) -> None:
    """Advice always comes with a remedy."""
    for symptom in examine(make(), datetime(2020, 1, 1, tzinfo=UTC)):
        assert symptom.level == "ok" or symptom.remedy is not None, symptom


def test_an_old_python_is_said(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version that is wanted is named."""
    monkeypatch.setattr(_machine, "PYTHON", (4, 0))
    assert one(make(), "python").level == "fault"
    assert "4.0" in str(one(make(), "python").remedy)


def test_a_clock_before_the_program_is_wrong(make: Any) -> None:
    """The time decides what is under embargo."""
    assert one(make(), "clock").level == "ok"
    assert one(make(), "clock", datetime(2020, 1, 1, tzinfo=UTC)).level == "fault"


def test_a_clock_before_the_last_build_is_wrong(make: Any) -> None:
    """A clock that went back would hold back what is out already."""
    made = make()
    made.state.mkdir()
    (made.state / "manifest.json").touch()
    os.utime(made.state / "manifest.json", (NOW.timestamp() + 90_000,) * 2)
    assert one(made, "clock").level == "fault"
    assert one(made, "clock", NOW + timedelta(hours=2)).level == "ok"


def test_a_missing_content_folder_is_said(make: Any, tmp_path: Path) -> None:
    """The folder is named."""
    made = make()
    made.content.rmdir()
    assert str(made.content) in str(next(s for s in found(made, "folders") if s.level == "fault").message)


def test_a_folder_that_cannot_be_written_is_said(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are tried, not guessed."""

    def refuse(**_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(_machine.tempfile, "TemporaryFile", refuse)
    symptoms = found(make(), "folders")
    assert [s.level for s in symptoms] == ["fault", "fault"]
    assert "Permission denied" in str(symptoms[0].message)


@pytest.mark.parametrize(("free", "level"), [(50e6, "fault"), (500e6, "advice"), (5e9, "ok")])
def test_a_disk_that_fills_up_is_said(make: Any, monkeypatch: pytest.MonkeyPatch, free: float, level: str) -> None:
    """Before it is full."""
    usage = type("Usage", (), {"free": int(free)})
    monkeypatch.setattr(_machine.shutil, "disk_usage", lambda path: usage)
    assert {s.level for s in found(make(), "folders")} == {level}


def test_missing_fonts_are_said(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font package that is not installed ends in a message, not a traceback."""
    from publisher.cards import draw

    def lost(text: str) -> str:
        raise ModuleNotFoundError("No module named 'fontpkg_amiri'")

    monkeypatch.setattr(draw, "missing", lost)
    assert one(make(), "cards").level == "fault"
    assert "fontpkg_amiri" in str(one(make(), "cards").message)


def test_missing_raqm_is_said(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without RAQM Arabic is drawn in loose letters."""
    from PIL import features

    monkeypatch.setattr(features, "check", lambda name: False)
    assert "RAQM" in str(one(make(), "cards").message)
    assert one(make(), "cards").level == "fault"


def test_a_name_without_letters_in_the_fonts_is_said(make: Any) -> None:
    """The office's own name is on every card."""
    made = make()
    office = replace(made.office, title="Kabar 漢")
    assert "漢" in str(one(replace(made, office=office), "cards").message)


def test_open_fields_are_named(make: Any) -> None:
    """What citizens ask for and is not filled in."""
    assert "address, hours, phone, whatsapp, email, accounts" in str(one(make(), "office").message)
    assert one(make(WELL), "office").level == "ok"


def test_a_missing_logo_is_said(make: Any) -> None:
    """A logo that office.toml names must be there and be a picture."""
    settings = make('logo = "logo.png"\n' + WELL)
    assert [s.level for s in found(settings, "office")] == ["ok", "fault"]
    (settings.root / "logo.png").write_bytes(b"<svg/>")
    assert [s.level for s in found(settings, "office")] == ["ok", "fault"]
    Image.new("RGB", (200, 200)).save(settings.root / "logo.png")
    assert [s.level for s in found(settings, "office")] == ["ok"]


@pytest.mark.parametrize(
    ("url", "level", "said"),
    [
        ("http://127.0.0.1:8000", "advice", "this computer"),
        ("http://humas.contoh.go.id", "advice", "not https"),
        ("https://10.0.0.5", "advice", "private"),
        ("https://humas.contoh.go.id", "ok", "https://humas.contoh.go.id"),
    ],
)
def test_an_address_nobody_can_open_is_said(make: Any, url: str, level: str, said: str) -> None:
    """Channels send nothing while the site cannot be opened from outside."""
    symptom = one(make(f'url = "{url}"\n'), "address")
    assert symptom.level == level
    assert said in str(symptom.message)


SFTP = '\n[deploy]\ntarget = "sftp://humas@h.contoh.go.id/www"\n'


def test_a_target_without_secrets_is_said(make: Any) -> None:
    """The variable to write into .env is named."""
    assert "KENTONGAN_DEPLOY_KEY" in str(one(make(WELL + SFTP), "deploy").message)
    assert one(make(WELL + SFTP, {"KENTONGAN_DEPLOY_PASSWORD": "rahasia"}), "deploy").level == "ok"


def test_a_target_without_its_package_is_said(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that installs it is named."""
    monkeypatch.setattr(target, "find_spec", lambda name: None)
    symptom = one(make(WELL + SFTP, {"KENTONGAN_DEPLOY_PASSWORD": "rahasia"}), "deploy")
    assert "kentongan[sftp]" in str(symptom.message)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_a_private_key_that_others_can_read_is_said(make: Any, tmp_path: Path) -> None:
    """The command that mends it is named."""
    key = tmp_path / "kunci"
    key.touch(mode=0o644)
    made = make(WELL + SFTP, {"KENTONGAN_DEPLOY_KEY": str(key)})
    assert [s.level for s in found(made, "deploy")] == ["ok", "advice"]
    key.chmod(0o600)
    assert [s.level for s in found(made, "deploy")] == ["ok"]


def test_a_public_site_in_a_folder_is_said(make: Any) -> None:
    """A folder is served by somebody else, or the target was forgotten."""
    assert [s.level for s in found(make(WELL), "deploy")] == ["ok", "advice"]
    assert [s.level for s in found(make(), "deploy")] == ["ok"]


@pytest.mark.parametrize(("days", "levels"), [(100, ["ok"]), (10, ["ok", "advice"]), (-10, ["ok", "fault"])])
def test_a_certificate_that_ends_is_said(make: Any, tmp_path: Path, days: int, levels: list[str]) -> None:
    """Before deploys fail."""
    trustme = pytest.importorskip("trustme", reason="trustme is not installed (extra: test)")
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    made = make(WELL + SFTP + 'certificate = "ca.pem"\n', {"KENTONGAN_DEPLOY_PASSWORD": "rahasia"})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(tmp_path / "ca.pem")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(context.get_ca_certs()[0]["notAfter"]), UTC)
    assert [s.level for s in found(made, "deploy", ends - timedelta(days=days))] == levels


def test_a_certificate_that_is_none_is_said(make: Any, tmp_path: Path) -> None:
    """A wrong file is named before the first deploy."""
    (tmp_path / "ca.pem").write_text("bukan sertifikat")
    made = make(WELL + SFTP + 'certificate = "ca.pem"\n', {"KENTONGAN_DEPLOY_PASSWORD": "rahasia"})
    assert [s.level for s in found(made, "deploy")] == ["ok", "fault"]


@pytest.fixture
def kept(make: Any) -> Settings:
    """A site with a ledger."""
    from publisher.ledger.store import Ledger

    made: Settings = make(WELL)
    with Ledger.open(made.state / files.FILENAME):
        pass
    return made


def test_a_ledger_without_copies_is_said(kept: Settings) -> None:
    """One disk fault would lose what was posted."""
    assert [s.level for s in found(kept, "ledger")] == ["ok"]
    assert one(kept, "backup").level == "advice"
    assert "no copy" in str(one(kept, "backup").message)


def test_copies_on_the_same_disk_are_said(kept: Settings) -> None:
    """They would go with it."""
    files.backup(kept.state / files.FILENAME, kept.backup, 3, NOW)
    assert "same disk" in str(one(kept, "backup").message)


def test_copies_that_are_old_are_said(kept: Settings) -> None:
    """The ledger went on, the copies did not."""
    copied = files.backup(kept.state / files.FILENAME, kept.backup, 3, NOW)
    assert copied is not None
    os.utime(copied, (NOW.timestamp() - 30 * 86_400,) * 2)
    os.utime(kept.state / files.FILENAME, (NOW.timestamp(),) * 2)
    assert "newer" in str(one(kept, "backup").message)


def test_copies_on_another_disk_are_well(kept: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to do then."""
    files.backup(kept.state / files.FILENAME, kept.backup, 3, NOW)
    real = Path.stat

    def other(self: Path, **given: Any) -> Any:
        state = real(self, **given)
        if self != kept.backup:
            return state
        return os.stat_result((*state[:2], state.st_dev + 1, *state[3:10]))

    monkeypatch.setattr(Path, "stat", other)
    assert one(kept, "backup").level == "ok"


def test_a_damaged_ledger_is_said(kept: Settings) -> None:
    """With the way back."""
    (kept.state / files.FILENAME).write_bytes(b"rusak")
    symptom = one(kept, "ledger")
    assert symptom.level == "fault"
    assert "kentongan restore" in str(symptom.message)


def test_a_newer_ledger_is_said(kept: Settings) -> None:
    """An older program must not write into it."""
    with sqlite3.connect(kept.state / files.FILENAME) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    assert found(kept, "ledger")[0].level == "fault"
    assert "newer version" in str(found(kept, "ledger")[0].message)


def test_a_ledger_elsewhere_is_not_asked(make: Any) -> None:
    """The doctor makes no request."""
    made = make(WELL, {"KENTONGAN_LEDGER_URL": "postgresql://humas:rahasia@db/kentongan"})
    assert one(made, "ledger").level == "ok"
    assert "rahasia" not in str(one(made, "ledger").message)


MASTODON = '\n[channels.mastodon]\non = true\nserver = "https://mastodon.example"\n'
TOKEN = {"KENTONGAN_MASTODON_TOKEN": "rahasia-sekali"}


def test_a_channel_without_its_secret_is_said(make: Any) -> None:
    """The variable is named; with it the channel is well."""
    assert "KENTONGAN_MASTODON_TOKEN" in str(one(make(WELL + MASTODON), "channels").message)
    assert one(make(WELL + MASTODON, TOKEN), "channels").level == "ok"


def test_every_channel_is_looked_at(make: Any) -> None:
    """A channel that is not well hides no other."""
    both = MASTODON + "\n[channels.noticeboard]\non = true\n"
    assert [s.level for s in found(make(WELL + both), "channels")] == ["fault", "ok"]


@pytest.mark.parametrize(
    ("standing", "levels"),
    [
        (Standing("ok", msg("mastodon: connected")), ["ok", "ok"]),
        (Standing("fault", msg("mastodon: a person's key")), ["ok", "fault"]),
        (Standing("ok", msg("the key"), NOW + timedelta(days=90)), ["ok"]),
        (Standing("ok", msg("the key"), NOW + timedelta(days=6)), ["ok", "advice"]),
        (Standing("ok", msg("the key"), NOW + timedelta(hours=20)), ["ok", "fault"]),
    ],
)
def test_the_account_is_asked_before_any_post(make: Any, standing: Standing, levels: list[str]) -> None:
    """A token of the wrong kind and one that ends are found while nothing has been posted; without ``ask`` nobody is
    asked."""
    made = make(WELL + MASTODON, TOKEN)
    asked = [s for s in examine(made, NOW, lambda channel: (standing,)) if s.area == "channels"]
    assert [s.level for s in asked] == levels
    assert all("mastodon" in str(s.message) for s in asked)
    assert len(found(made, "channels")) == 1


def test_a_persons_token_is_told_by_the_doctor(make: Any) -> None:
    """The real channel against our strict copy of Facebook: a token that is not the page's looks sound and is not."""
    with running("fake_meta.py") as server:
        page = f'\n[channels.facebook]\non = true\npage = "7654321"\nserver = "{server}"\n'
        made = make(WELL + page, {"KENTONGAN_FACEBOOK_TOKEN": "fake-instagram-token"})
        symptoms = [s for s in examine(made, NOW, ask) if s.area == "channels"]
    assert [s.level for s in symptoms] == ["ok", "fault"]
    assert "not to the account in office.toml" in str(symptoms[1].message)


def test_an_account_that_does_not_answer_is_no_fault(make: Any) -> None:
    """Without a network the doctor still says all the rest."""
    lost = MASTODON.replace("https://mastodon.example", "http://127.0.0.1:9")
    symptoms = [s for s in examine(make(WELL + lost, TOKEN), NOW, ask) if s.area == "channels"]
    assert [s.level for s in symptoms] == ["ok", "advice"]


def test_no_channel_is_said(make: Any) -> None:
    """A site that tells nobody is probably not meant."""
    assert one(make(WELL), "channels").level == "advice"


@pytest.mark.parametrize(
    ("day", "levels"),
    [
        ("2027-06-01", ["ok"]),
        ("2026-12-09", ["ok"]),
        ("2026-12-08", ["ok", "advice"]),
        ("2026-12-01", ["ok", "advice"]),
        ("2026-11-25", ["ok", "fault"]),
        ("2026-11-01", ["ok", "fault"]),
    ],
)
def test_a_token_that_ends_is_said(make: Any, day: str, levels: list[str]) -> None:
    """Before the channel falls silent."""
    made = make(WELL + MASTODON + f"expires = {day}\n", TOKEN)
    symptoms = found(made, "channels")
    assert [s.level for s in symptoms] == levels
    assert all(day in str(s.message) and "mastodon" in str(s.message) for s in symptoms[1:])
