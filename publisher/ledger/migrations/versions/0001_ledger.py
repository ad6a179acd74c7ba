"""The ledger's first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from publisher.ledger.schema import Moment

revision = "0001"
down_revision = None

OPEN_ROWS = "state IN ('planned', 'queued', 'sending')"


def upgrade() -> None:
    """Makes the tables, and on SQLite the guards that keep events as they were written."""
    op.create_table(
        "meta",
        sa.Column("office", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "delivery",
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
        sa.UniqueConstraint("office", "article", "channel", "kind", "seq", name="delivery_once"),
    )
    op.create_index(
        "delivery_open",
        "delivery",
        ["office", "channel", "due"],
        sqlite_where=sa.text(OPEN_ROWS),
        postgresql_where=sa.text(OPEN_ROWS),
    )
    op.create_table(
        "gate",
        sa.Column("office", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("since", Moment, nullable=False),
        sa.Column("interval", sa.Float, nullable=False, server_default="0"),
        sa.Column("next", Moment),
        sa.Column("held", sa.Text, nullable=False, server_default=""),
        sa.Column("until", Moment),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("delivery", sa.String(16), nullable=False, server_default=""),
        sa.Column("channel", sa.String(64), nullable=False, server_default=""),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("event_of", "event", ["office", "delivery", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{change.lower()} BEFORE {change} ON event "
                "BEGIN SELECT RAISE(ABORT, 'events are only added'); END"
            )
