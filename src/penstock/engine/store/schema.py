"""Columns of the metadata tables, shaped like ML Metadata: artifact, execution, context, event.

A run is a context of type ``run`` whose parent is a context of type ``pipeline``. JSON is kept as canonical
text: NaN survives in it, and equal values are equal text. The port values of an execution are kept whole on its
row, so that a look-up costs one query; events (and attributions, for a run's outputs) index the artifacts in them.

Keys and indexes are in ``layout``, which only a new store needs: this module is on the way of every command.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, SmallInteger, Table, Text

VERSION = "0001"
"""Version of this layout: the last migration, and the stamp of a new store."""

RUN = "run"
PIPELINE = "pipeline"

INPUT = 3
OUTPUT = 4
"""Types of events, by ML Metadata's numbers."""

IS_COMMITTED = "state IN ('complete', 'cached')"
"""As text: SQLite uses a partial index only where a query repeats its condition word for word."""

METADATA = MetaData()


def row_id() -> Column[int]:
    """Key that counts up, also past removed rows."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def text_column(name: str) -> Column[str]:
    """Text that is always there."""
    return Column(name, Text, nullable=False)


def whole_column(name: str) -> Column[int]:
    """64-bit integer that is always there; times are microseconds since the epoch."""
    return Column(name, BigInteger, nullable=False)


context = Table(
    "context",
    METADATA,
    row_id(),
    text_column("type"),
    text_column("name"),
    Column("parent_id", BigInteger),
    text_column("state"),
    text_column("graph_digest"),
    text_column("package_digest"),
    text_column("parameters"),
    text_column("outputs"),
    whole_column("created_us"),
    whole_column("finished_us"),
    Column("duration_s", Double, nullable=False),
    text_column("properties"),
    sqlite_autoincrement=True,
)

execution = Table(
    "execution",
    METADATA,
    row_id(),
    whole_column("context_id"),
    text_column("step"),
    whole_column("item"),
    whole_column("attempt"),
    text_column("state"),
    text_column("cache_key"),
    text_column("key_parts"),
    text_column("source_digest"),
    text_column("inputs"),
    text_column("outputs"),
    whole_column("started_us"),
    Column("duration_s", Double, nullable=False),
    text_column("cached_from"),
    text_column("reason"),
    text_column("properties"),
    sqlite_autoincrement=True,
)

artifact = Table(
    "artifact",
    METADATA,
    row_id(),
    text_column("kind"),
    text_column("digest"),
    whole_column("size_bytes"),
    whole_column("created_us"),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    METADATA,
    Column("execution_id", BigInteger, primary_key=True, autoincrement=False),
    Column("type", SmallInteger, primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    whole_column("artifact_id"),
)

attribution = Table(
    "attribution",
    METADATA,
    Column("context_id", BigInteger, primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    whole_column("artifact_id"),
)

fingerprint = Table("fingerprint", METADATA, Column("digest", Text, primary_key=True), text_column("content"))

metric = Table(
    "metric",
    METADATA,
    row_id(),
    whole_column("context_id"),
    text_column("step"),
    whole_column("item"),
    whole_column("attempt"),
    text_column("name"),
    Column("value", Double),
    whole_column("training_step"),
    whole_column("time_us"),
)

param = Table(
    "param",
    METADATA,
    row_id(),
    whole_column("context_id"),
    text_column("step"),
    whole_column("item"),
    whole_column("attempt"),
    text_column("name"),
    text_column("value"),
)

lease = Table(
    "lease",
    METADATA,
    Column("name", Text, primary_key=True),
    whole_column("token"),
    text_column("host"),
    text_column("boot_id"),
    whole_column("pid"),
    whole_column("pid_started"),
    whole_column("acquired_us"),
    whole_column("expires_us"),
    whole_column("stop_requested_us"),
)
