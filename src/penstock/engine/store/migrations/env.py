"""Runs the migrations on the connection that `penstock.engine.store.creation.migrate` hands over."""

from alembic import context

# The caller has begun the transaction and commits it: all migrations or none.
context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
