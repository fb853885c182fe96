"""The first layout."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_COMMITTED = sa.text("state IN ('complete', 'cached')")


def upgrade() -> None:
    """Create every table."""
    _create_runs()
    _create_lineage()
    _create_logs()
    _create_registry()
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, nullable=False),
        *_whole("token"),
        *_text("host", "boot_id"),
        *_whole("pid", "pid_started", "acquired_us", "expires_us", "stop_requested_us"),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _create_runs() -> None:
    op.create_table(
        "context",
        *_id("context"),
        *_text("type", "name"),
        sa.Column("parent_id", sa.BigInteger),
        *_text("state", "graph_digest", "package_digest", "parameters", "outputs"),
        *_whole("created_us", "finished_us"),
        sa.Column("duration_s", sa.Double, nullable=False),
        *_text("properties"),
        _reference("context", "parent_id", "context", "CASCADE"),
        sa.UniqueConstraint("type", "name", name="uq_context_type"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_context_parent_id", "context", ["parent_id"])
    op.create_table(
        "execution",
        *_id("execution"),
        *_whole("context_id"),
        *_text("step"),
        *_whole("item", "attempt"),
        *_text("state", "cache_key", "key_parts", "source_digest", "inputs", "outputs"),
        *_whole("started_us"),
        sa.Column("duration_s", sa.Double, nullable=False),
        *_text("cached_from", "reason", "properties"),
        _reference("execution", "context_id", "context", "CASCADE"),
        sa.UniqueConstraint("context_id", "step", "item", "attempt", name="uq_execution_context_id"),
        sqlite_autoincrement=True,
    )
    where: dict[str, Any] = {"sqlite_where": _COMMITTED, "postgresql_where": _COMMITTED}
    op.create_index("uq_execution_committed", "execution", ["context_id", "step", "item"], unique=True, **where)
    op.create_index("ix_execution_cache_key", "execution", ["cache_key"], **where)
    op.create_index("ix_execution_step", "execution", ["step", "item"], **where)


def _create_lineage() -> None:
    op.create_table(
        "artifact",
        *_id("artifact"),
        *_text("kind", "digest"),
        *_whole("size_bytes", "created_us"),
        sa.UniqueConstraint("digest", "kind", name="uq_artifact_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event",
        *_whole("execution_id"),
        sa.Column("type", sa.SmallInteger, nullable=False),
        *_text("path"),
        *_whole("artifact_id"),
        sa.PrimaryKeyConstraint("execution_id", "type", "path", name="pk_event"),
        _reference("event", "execution_id", "execution", "CASCADE"),
        _reference("event", "artifact_id", "artifact", None),
    )
    op.create_index("ix_event_artifact_id", "event", ["artifact_id"])
    op.create_table(
        "attribution",
        *_whole("context_id"),
        *_text("path"),
        *_whole("artifact_id"),
        sa.PrimaryKeyConstraint("context_id", "path", name="pk_attribution"),
        _reference("attribution", "context_id", "context", "CASCADE"),
        _reference("attribution", "artifact_id", "artifact", None),
    )
    op.create_index("ix_attribution_artifact_id", "attribution", ["artifact_id"])
    op.create_table(
        "fingerprint", *_text("digest", "content"), sa.PrimaryKeyConstraint("digest", name="pk_fingerprint")
    )


def _create_logs() -> None:
    op.create_table(
        "metric",
        *_id("metric"),
        *_whole("context_id"),
        *_text("step"),
        *_whole("item", "attempt"),
        *_text("name"),
        sa.Column("value", sa.Double),
        *_whole("training_step", "time_us"),
        _reference("metric", "context_id", "context", "CASCADE"),
    )
    op.create_index("ix_metric_context_id", "metric", ["context_id", "step"])
    op.create_table(
        "param",
        *_id("param"),
        *_whole("context_id"),
        *_text("step"),
        *_whole("item", "attempt"),
        *_text("name", "value"),
        _reference("param", "context_id", "context", "CASCADE"),
    )
    op.create_index("ix_param_context_id", "param", ["context_id", "step"])


def _create_registry() -> None:
    op.create_table(
        "model",
        *_id("model"),
        *_text("name", "description"),
        *_whole("created_us"),
        *_text("properties"),
        sa.UniqueConstraint("name", name="uq_model_name"),
    )
    op.create_table(
        "model_version",
        *_id("model_version"),
        *_whole("model_id", "version", "artifact_id"),
        sa.Column("execution_id", sa.BigInteger),
        *_text("state", "notes"),
        *_whole("created_us"),
        *_text("properties"),
        _reference("model_version", "model_id", "model", "CASCADE"),
        _reference("model_version", "artifact_id", "artifact", None),
        _reference("model_version", "execution_id", "execution", "SET NULL"),
        sa.UniqueConstraint("model_id", "version", name="uq_model_version_model_id"),
    )
    op.create_index("ix_model_version_artifact_id", "model_version", ["artifact_id"])
    op.create_index("ix_model_version_execution_id", "model_version", ["execution_id"])
    op.create_table(
        "alias",
        *_id("alias"),
        *_whole("model_id"),
        *_text("name"),
        *_whole("model_version_id"),
        _reference("alias", "model_id", "model", "CASCADE"),
        _reference("alias", "model_version_id", "model_version", "CASCADE"),
        sa.UniqueConstraint("model_id", "name", name="uq_alias_model_id"),
    )
    op.create_index("ix_alias_model_version_id", "alias", ["model_version_id"])


def _id(table: str) -> tuple[Any, ...]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    key = sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
    return sa.Column("id", kind, autoincrement=True, nullable=False), key


def _text(*names: str) -> tuple[Any, ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _whole(*names: str) -> tuple[Any, ...]:
    return tuple(sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False) for name in names)


def _reference(table: str, column: str, target: str, on_delete: str | None) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=on_delete)
