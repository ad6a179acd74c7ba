"""The ledger's file: damage, other versions, copies, and bringing one back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from publisher import ledger as package
from publisher.errors import LedgerFault, MachineFault
from publisher.ledger import Delivery, New, State, files, schema
from publisher.ledger.store import Ledger, restore
from publisher.post import Receipt

DAY = timedelta(days=1)
Row = Callable[..., New]


@pytest.fixture
def path(tmp_path: Path, row: Row, now: datetime) -> Path:
    """A closed ledger with twenty deliveries."""
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        ledger.plan([row(article=str(n)) for n in range(20)], now)
    return path


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the ledger."""
    code = (
        "import sys; from pathlib import Path; from publisher.ledger.files import alone\n"
        "with alone(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "ledger.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_migrations_make_the_schema(path: Path) -> None:
    """The migrations and the tables that the queries use are the same, and so is the version."""
    folder = Path(package.__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.VERSION
    with Ledger.open(path) as ledger, ledger.engine.connect() as c:
        assert compare_metadata(MigrationContext.configure(c), schema.metadata) == []


def test_opening_is_cheap(path: Path) -> None:
    """A ledger of this version is opened without Alembic."""
    code = (
        "import sys; from pathlib import Path; from publisher.ledger.store import Ledger\n"
        "Ledger.open(Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 0


def test_light_values(tmp_path: Path) -> None:
    """Deliveries as values, planning and the carrier bring no database library with them."""
    code = (
        "import sys, publisher.ledger, publisher.outreach.plan, publisher.outreach.local\n"
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("damage", ["empty", "garbage", "short", "cut", "page"])
def test_damaged(path: Path, damage: str) -> None:
    """A damaged ledger is answered with what to do, and not a byte of it is changed."""
    whole = path.read_bytes()
    broken = {
        "empty": b"",
        "garbage": b"\0garbage" * 1000,
        "short": whole[:50],
        "cut": whole[: len(whole) // 2],
        "page": whole[:8192] + os.urandom(4096) + whole[12288:],
    }[damage]
    path.write_bytes(broken)
    with pytest.raises(LedgerFault, match="restore") as caught:
        Ledger.open(path)
    assert caught.value.where == str(path)
    assert path.read_bytes() == broken


def test_newer(path: Path) -> None:
    """A ledger of a newer program is left alone."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    before = path.read_bytes()
    with pytest.raises(LedgerFault, match="newer"):
        Ledger.open(path)
    assert path.read_bytes() == before


def test_another_database(tmp_path: Path) -> None:
    """A database that is not ours is not turned into a ledger."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE contact (name TEXT)")
        db.commit()
    before = path.read_bytes()
    with pytest.raises(LedgerFault, match="no ledger"):
        Ledger.open(path)
    assert path.read_bytes() == before


def test_none_there(tmp_path: Path) -> None:
    """A command that only reads makes no ledger."""
    with pytest.raises(LedgerFault, match="no ledger here"):
        Ledger.open(tmp_path / "ledger.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_none(tmp_path: Path) -> None:
    """A state folder that cannot be used is the machine's fault."""
    (tmp_path / "state").write_text("a file")
    with pytest.raises(MachineFault):
        Ledger.open(tmp_path / "state" / "ledger.sqlite")


def test_full_disk(path: Path, row: Row, now: datetime) -> None:
    """On a full disk nothing is half-written, and the message says what to do."""
    with Ledger.open(path) as ledger:

        def limit(connection: sqlite3.Connection, record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the size it has

        ledger.engine.dispose()
        sa.event.listen(ledger.engine, "connect", limit)
        with pytest.raises(MachineFault, match="disk is full"):
            ledger.plan([row(article=f"more {n}", text="x" * 1000) for n in range(200)], now)
        assert len(ledger.deliveries()) == 20


def test_made_whole_or_not_at_all(tmp_path: Path) -> None:
    """A new ledger leaves no other file behind, and appears under its name only when it is whole."""
    with Ledger.open(tmp_path / "state" / "ledger.sqlite") as ledger:
        assert ledger.id
    assert [p.name for p in (tmp_path / "state").iterdir()] == ["ledger.sqlite"]


def test_made_once_by_many(tmp_path: Path) -> None:
    """Processes that make the ledger at the same moment all get the one that is there."""
    code = (
        "import sys; from pathlib import Path; from publisher.ledger.store import Ledger\n"
        "with Ledger.open(Path(sys.argv[1])) as ledger: print(ledger.id)"
    )
    call = [sys.executable, "-c", code, str(tmp_path / "ledger.sqlite")]
    makers = [subprocess.Popen(call, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [maker.communicate()[0] for maker in makers]
    assert all(maker.returncode == 0 for maker in makers)
    assert len(set(said)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_backup_only_when_changed(path: Path, tmp_path: Path, row: Row, now: datetime) -> None:
    """A copy is made when the ledger changed since the last, and each is a whole ledger of one file."""
    folder = tmp_path / "copies"
    with Ledger.open(path) as ledger:
        first = ledger.backup(folder, 3, now)
        assert first is not None
        assert ledger.backup(folder, 3, now + DAY) is None
    with Ledger.open(path) as ledger:
        ledger.seen("x", now)
        ledger.seen("x", now + DAY)
        assert ledger.backup(folder, 3, now + DAY) is not None
        assert ledger.backup(folder, 3, now + 2 * DAY) is None
    with Ledger.open(first) as copy:
        assert len(copy.deliveries()) == 20
    assert len(list(folder.iterdir())) == 2


def test_backup_keeps_the_newest(path: Path, tmp_path: Path, row: Row, now: datetime) -> None:
    """The oldest copies go; what else lies in the folder stays."""
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "catatan.txt").write_text("mine")
    with Ledger.open(path) as ledger:
        made = []
        for n in range(5):
            ledger.plan([row(article=f"new {n}")], now)
            made.append(ledger.backup(folder, 2, now + n * DAY))
    assert list(files.copies(folder)) == made[-2:]
    assert (folder / "catatan.txt").exists()


def test_damage_spoils_no_copy(path: Path, tmp_path: Path, now: datetime) -> None:
    """A ledger that got damaged while it is open pushes no good copy out."""
    folder = tmp_path / "copies"
    with Ledger.open(path) as ledger:
        ledger.backup(folder, 1, now)
        good = files.copies(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LedgerFault):
        files.backup(path, folder, 1, now + DAY)
    assert files.copies(folder) == good
    assert [p.name for p in folder.iterdir()] == [good[0].name]


def test_restore(path: Path, tmp_path: Path, row: Row, now: datetime) -> None:
    """A copy comes back under a new id; what may have gone out after it is looked up; the other file is kept."""
    with Ledger.open(path) as ledger:
        old = ledger.id
        copy = ledger.backup(tmp_path / "copies", 3, now)
        assert copy is not None
        sent = ledger.deliveries()[0]
        ledger.release(sent.id, "r1", now)
        taken = ledger.begin(sent.id, "me", now, DAY)
        assert isinstance(taken, Delivery)
        ledger.deliver(sent.id, taken.fence, Receipt("1"), now)
    path.write_bytes(b"damaged")
    aside = restore(copy, path, now + DAY)
    assert aside is not None
    assert aside.read_bytes() == b"damaged"
    with Ledger.open(path) as ledger:
        assert ledger.id not in ("", old)
        assert {(d.state, d.posting) for d in ledger.deliveries()} == {(State.PLANNED, True)}
        assert ledger.plan([row(article="after the copy")], now)[0].posting
    assert Ledger.open(copy).id == old


def test_restore_where_none_was(path: Path, tmp_path: Path, now: datetime) -> None:
    """A lost ledger comes back from a copy too."""
    with Ledger.open(path) as ledger:
        copy = ledger.backup(tmp_path / "copies", 3, now)
    assert copy is not None
    path.unlink()
    assert restore(copy, path, now) is None
    with Ledger.open(path, create=False) as ledger:
        assert len(ledger.deliveries()) == 20


@pytest.mark.parametrize("kind", ["absent", "text", "cut", "foreign", "newer"])
def test_restore_refuses_what_is_no_copy(path: Path, tmp_path: Path, now: datetime, kind: str) -> None:
    """Only a sound ledger of ours is put in place; else nothing is changed."""
    source = tmp_path / "copy.sqlite"
    if kind == "text":
        source.write_text("Kepada Yth.")
    if kind == "cut":
        source.write_bytes(path.read_bytes()[:-5000])
    if kind in ("foreign", "newer"):
        if kind == "newer":
            source.write_bytes(path.read_bytes())
        with closing(sqlite3.connect(source)) as db:
            db.execute("CREATE TABLE contact (name TEXT)")
            if kind == "newer":
                db.execute("UPDATE alembic_version SET version_num = '9999'")
            db.commit()
    before = sorted(p.name for p in tmp_path.iterdir())
    whole = path.read_bytes()
    with pytest.raises(LedgerFault):
        restore(source, path, now)
    assert path.read_bytes() == whole
    assert {p.name for p in tmp_path.iterdir()} - set(before) <= {"ledger.lock"}


def test_restore_waits_for_nobody(path: Path, tmp_path: Path, now: datetime, busy: subprocess.Popen[str]) -> None:
    """While another process is at work, nothing is restored."""
    copy = tmp_path / "copy.sqlite"
    files.copy(path, copy)
    whole = path.read_bytes()
    with pytest.raises(LedgerFault, match="Another Kentongan"):
        restore(copy, path, now)
    assert path.read_bytes() == whole


def test_a_dead_process_holds_nothing(path: Path, busy: subprocess.Popen[str]) -> None:
    """The system frees the ledger of a process that was killed."""
    with pytest.raises(LedgerFault), files.alone(path):
        pass
    busy.kill()
    busy.wait()
    with files.alone(path), files.alone(path):
        pass
    with files.alone(path):
        pass
