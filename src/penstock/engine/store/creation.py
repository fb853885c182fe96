"""Makes the tables of a new store in one go, and brings those of an older one up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection

from penstock.engine.store.layout import whole_layout

MIGRATIONS = Path(__file__).with_name("migrations")

_STAMP_TABLE = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
"""


def create_tables(connection: Connection, version: str) -> None:
    """Create every table and stamp the version, in the caller's transaction."""
    whole_layout().create_all(connection, checkfirst=False)
    connection.exec_driver_sql(_STAMP_TABLE)
    connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{version}')")


def migrate(connection: Connection, version: str) -> None:
    """Run the migrations up to a version, in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, version)
