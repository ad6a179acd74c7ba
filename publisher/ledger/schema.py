"""The ledger's tables. Every row carries its office, so that many offices fit into one database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

VERSION = "0004"  # the newest migration; a test compares it with the folder
OPEN_ROWS = "state IN ('planned', 'queued', 'sending')"  # a literal: SQLite's partial index fits no parameter
SENDING_ROWS = "state = 'sending'"
WAITING_ROWS = "state = 'waiting'"  # of announcements; the same holds


class Moment(sa.types.TypeDecorator[datetime]):
    """A time with a zone. SQLite keeps none: there it is text in UTC, which sorts like the time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Text on SQLite, the database's own type elsewhere."""
        kind: sa.types.TypeEngine[Any] = sa.String(32) if dialect.name == "sqlite" else sa.DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """UTC; a time without a zone is a fault of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("office", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("office", sa.String(64), nullable=False),
    sa.Column("article", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(64), nullable=False),
    sa.Column("network", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("due", Moment, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("stumbles", sa.Integer, nullable=False, server_default="0"),
    sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("clean", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner", sa.String(128), nullable=False, server_default=""),
    sa.Column("lease", Moment),
    sa.Column("slot", Moment),
    sa.Column("posting", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("evidence", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("cancel", sa.String(16), nullable=False, server_default=""),
    sa.Column("intent_at", Moment),
    sa.Column("asked_at", Moment),
    sa.Column("media", sa.Text, nullable=False, server_default="{}"),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("remote_id", sa.Text, nullable=False, server_default=""),
    sa.Column("remote_url", sa.Text, nullable=False, server_default=""),
    sa.Column("created", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("asks", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("approved", sa.String(64), nullable=False, server_default=""),
    sa.Column("hold", sa.Text, nullable=False, server_default=""),
    sa.Column("stale", Moment),
    sa.Column("target", sa.String(16), nullable=False, server_default=""),
    sa.UniqueConstraint("office", "article", "channel", "kind", "seq", name="delivery_once"),
)
sa.Index(
    "delivery_open",
    delivery.c.office,
    delivery.c.channel,
    delivery.c.due,
    sqlite_where=sa.text(OPEN_ROWS),
    postgresql_where=sa.text(OPEN_ROWS),
)
sa.Index(
    "delivery_sending",
    delivery.c.office,
    delivery.c.channel,
    sqlite_where=sa.text(SENDING_ROWS),
    postgresql_where=sa.text(SENDING_ROWS),
)

gate = sa.Table(
    "gate",
    metadata,
    sa.Column("office", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("next", Moment),
    sa.Column("held", sa.Text, nullable=False, server_default=""),
    sa.Column("until", Moment),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("held_by", sa.String(16), nullable=False, server_default=""),
    sa.Column("month", sa.String(7), nullable=False, server_default=""),
    sa.Column("spent", sa.Integer, nullable=False, server_default="0"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("office", sa.String(64), nullable=False),
    sa.Column("delivery", sa.String(16), nullable=False, server_default=""),
    sa.Column("channel", sa.String(64), nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.String(128), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
)
sa.Index("event_of", event.c.office, event.c.delivery, event.c.id)

announcement = sa.Table(
    "announcement",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("office", sa.String(64), nullable=False),
    sa.Column("service", sa.String(32), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("expects", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("wanted", Moment, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    sa.Column("ended", Moment),
)
sa.Index(
    "announcement_waiting",
    announcement.c.office,
    announcement.c.service,
    announcement.c.address,
    unique=True,
    sqlite_where=sa.text(WAITING_ROWS),
    postgresql_where=sa.text(WAITING_ROWS),
)
