"""What people decide: approval, holds, the age of news, edits and withdrawals, budgets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from publisher.ledger.schema import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns; on PostgreSQL the guards too that SQLite has had from the beginning."""
    delivery: tuple[sa.Column[Any], ...] = (
        sa.Column("asks", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("approved", sa.String(64), nullable=False, server_default=""),
        sa.Column("hold", sa.Text, nullable=False, server_default=""),
        sa.Column("stale", Moment),
        sa.Column("target", sa.String(16), nullable=False, server_default=""),
    )
    gate: tuple[sa.Column[Any], ...] = (
        sa.Column("held_by", sa.String(16), nullable=False, server_default=""),
        sa.Column("month", sa.String(7), nullable=False, server_default=""),
        sa.Column("spent", sa.Integer, nullable=False, server_default="0"),
    )
    for column in delivery:
        op.add_column("delivery", column)
    for column in gate:
        op.add_column("gate", column)
    op.drop_column("gate", "interval")  # office.toml says it, and every run reads that
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION kentongan_only_added() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'events are only added'; END $$"
        )
        op.execute(
            "CREATE TRIGGER event_only_added BEFORE UPDATE OR DELETE ON event "
            "FOR EACH ROW EXECUTE FUNCTION kentongan_only_added()"
        )
