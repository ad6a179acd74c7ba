"""What hub and search engines were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from publisher.ledger.schema import Moment

revision = "0002"
down_revision = "0001"

WAITING_ROWS = "state = 'waiting'"


def upgrade() -> None:
    """Makes the table, and on SQLite the guards that keep receipts as they were written."""
    op.create_table(
        "announcement",
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
    op.create_index(
        "announcement_waiting",
        "announcement",
        ["office", "service", "address"],
        unique=True,
        sqlite_where=sa.text(WAITING_ROWS),
        postgresql_where=sa.text(WAITING_ROWS),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER announcement_no_update BEFORE UPDATE ON announcement WHEN OLD.state <> 'waiting' "
            "BEGIN SELECT RAISE(ABORT, 'receipts are only added'); END"
        )
        op.execute(
            "CREATE TRIGGER announcement_no_delete BEFORE DELETE ON announcement "
            "BEGIN SELECT RAISE(ABORT, 'receipts are only added'); END"
        )
