"""Who sends to an account now is found at once, however much is open for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SENDING_ROWS = "state = 'sending'"


def upgrade() -> None:
    """Adds the index."""
    where = sa.text(SENDING_ROWS)
    op.create_index("delivery_sending", "delivery", ["office", "channel"], sqlite_where=where, postgresql_where=where)
