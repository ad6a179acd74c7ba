"""The database under the ledger: a file of SQLite or a PostgreSQL server, its connections and its tables' version."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine

from publisher.errors import LedgerFault, MachineFault
from publisher.ledger import files
from publisher.ledger.schema import VERSION, meta
from publisher.messages import msg

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

BUSY = 30_000  # milliseconds
TABLES = 0x6B656E74  # the lock under which a server's tables are changed; any number that no other program uses
IDLE = 5.0  # seconds after which a connection to a server may have been cut by something on the way
LANES = 64  # connections at the most: one for each channel that writes, the others wait


class Database:
    """One office's part of the database; what is read or written is one transaction."""

    def __init__(self, engine: Engine, office: str = "") -> None:
        self.engine = engine
        self.office = office
        self.id = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    @property
    def path(self) -> Path | None:
        """The ledger's file, None when it is on a database server."""
        return path_of(self.engine.url)

    def sync(self) -> None:
        """What was written is on the disk, the soft transactions too."""
        if self.path is not None:
            with self._asking(), self.engine.connect().execution_options(outside=True) as c:
                c.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").all()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._asking(), self.engine.connect().execution_options(reading=True) as c, c.begin():
            yield c

    @contextmanager
    def _writing(self, *, soft: bool = False) -> Iterator[Connection]:
        """``soft`` is for what may be forgotten by a power cut, though never by a killed process: it is on
        the disk with the next transaction that is not soft, at the latest."""
        with self._asking(), self.engine.connect().execution_options(soft=soft) as c, c.begin():
            yield c

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as fault:
            raise (explained := self._explained(fault)) or fault from (fault if explained else None)

    def _explained(self, fault: sa.exc.DBAPIError) -> LedgerFault | MachineFault | None:
        where = str(self.path or self.engine.url.render_as_string(hide_password=True))
        if self.path is None and isinstance(fault, sa.exc.OperationalError):
            return LedgerFault(
                msg("The database server does not answer; nothing was lost, try again when it runs."), where=where
            )
        return files.explain(fault.orig or fault, where)

    def _read_meta(self, c: Connection, name: str) -> str:
        wanted = sa.select(meta.c.value).where(meta.c.office == self.office, meta.c.name == name)
        return c.execute(wanted).scalar() or ""

    def _write_meta(self, c: Connection, name: str, value: str) -> None:
        if not add(c, meta, {"office": self.office, "name": name, "value": value}):
            c.execute(sa.update(meta).where(meta.c.office == self.office, meta.c.name == name).values(value=value))

    def _settle(self) -> None:
        """Tables of this version and the ledger's id, made once."""
        with self._reading() as c:
            version = version_of(c)
            self.id = self._read_meta(c, "id") if version == VERSION else ""
        if self.id:
            return
        with self._writing() as c:
            if c.dialect.name == "postgresql":  # many machines may start at the same moment
                c.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": TABLES})
            version = version_of(c)
            if version != VERSION:
                known(version, self.engine.url.render_as_string(hide_password=True))
                _migrate(c)
            add(c, meta, {"office": self.office, "name": "id", "value": mint()})
            self.id = self._read_meta(c, "id")


def connect(url: URL) -> Engine:
    """The engine for the database at ``url``. Raises LedgerFault when its driver is not installed."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": BUSY / 1000}, pool_size=LANES)
        sa.event.listen(engine, "connect", _connected)
        sa.event.listen(engine, "begin", _begun)
        return engine
    if url.drivername in ("postgres", "postgresql"):  # the way in which everyone writes it
        url = url.set(drivername="postgresql+psycopg")
    try:
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=LANES)  # begun below, as on SQLite
    except (ImportError, sa.exc.ArgumentError) as fault:
        raise LedgerFault(
            msg("The ledger on PostgreSQL needs one more package: pip install 'kentongan[postgres]'."),
            where=url.render_as_string(hide_password=True),
        ) from fault
    sa.event.listen(engine, "checkin", _put_back)
    sa.event.listen(engine, "checkout", _taken_out)
    sa.event.listen(engine, "begin", _begun_on_server)
    return engine


def mint() -> str:
    """A new ledger id."""
    return uuid.uuid4().hex


def url_of(path: Path) -> URL:
    """The address of the file ``path``."""
    return URL.create("sqlite", database=str(path.absolute()))


def path_of(url: URL) -> Path | None:
    """The file at ``url``, None when it is a server's."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def add(c: Connection, table: sa.Table, values: Mapping[str, Any], once: Sequence[str] = ()) -> bool:
    """Adds the row unless there is one of its key (``once``, or the primary key); whether it did."""
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[c.dialect.name]
    key = list(table.primary_key)
    new: Any = insert(table).values(**values)
    once = once or [k.name for k in key]
    # asked by RETURNING: drivers disagree about the number of rows that an INSERT made
    return c.execute(new.on_conflict_do_nothing(index_elements=once).returning(*key)).one_or_none() is not None


def version_of(c: Connection) -> str:
    """The version of the tables, "" when there are none."""
    if not sa.inspect(c).has_table("alembic_version"):
        return ""
    return c.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def known(version: str, where: str) -> None:
    """Raises LedgerFault when the tables are of a version that this program does not know."""
    if version not in ("", VERSION) and version not in {s.revision for s in _scripts()[1].walk_revisions()}:
        raise LedgerFault(
            msg("The ledger was written by a newer Kentongan; update the program. Nothing was changed."), where=where
        )


def _connected(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, at once for writing
    for pragma in (f"busy_timeout={BUSY}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("outside"):
        return
    if options.get("reading"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if options.get('soft') else 'FULL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begun_on_server(connection: Connection) -> None:
    """One question to the server instead of two; what only reads needs no transaction, since each statement would see
    the newest state in it as well."""
    options = connection.get_execution_options()
    if options.get("reading"):
        return
    begin = "BEGIN; SET LOCAL synchronous_commit TO off" if options.get("soft") else "BEGIN"
    raw: Any = connection.connection.dbapi_connection
    raw.execute(begin, prepare=False)


def _put_back(raw: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _taken_out(raw: Any, record: Any, proxy: object) -> None:
    """A connection that lay idle is asked whether it still stands; one that was just used is not."""
    if time.monotonic() - record.info.get("used", time.monotonic()) < IDLE:
        return
    import psycopg  # it is there: this is its connection

    try:
        raw.execute("SELECT 1")
    except psycopg.Error as fault:
        raise sa.exc.DisconnectionError from fault  # the pool takes a new one


def _scripts() -> tuple[Config, ScriptDirectory]:
    from alembic.config import Config  # 0.3 s, wanted once a version
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def _migrate(c: Connection) -> None:
    from alembic import command  # 0.3 s, wanted once a version

    config, _ = _scripts()
    config.attributes["connection"] = c
    command.upgrade(config, "head")
