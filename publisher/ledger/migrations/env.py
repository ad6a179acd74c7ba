"""Alembic's way in: it gets an open connection, inside whose transaction the whole change is made."""

from alembic import context

from publisher.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
