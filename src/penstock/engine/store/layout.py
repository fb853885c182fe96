"""The whole layout of a new store: the tables of ``schema`` and of the registry, with keys and indexes."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint, text

from penstock.engine.store.schema import IS_COMMITTED, METADATA, row_id, text_column, whole_column

_NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}

_REFERENCES = {
    ("context", "parent_id"): ("context", "CASCADE"),
    ("execution", "context_id"): ("context", "CASCADE"),
    ("event", "execution_id"): ("execution", "CASCADE"),
    ("event", "artifact_id"): ("artifact", None),
    ("attribution", "context_id"): ("context", "CASCADE"),
    ("attribution", "artifact_id"): ("artifact", None),
    ("metric", "context_id"): ("context", "CASCADE"),
    ("param", "context_id"): ("context", "CASCADE"),
    ("model_version", "model_id"): ("model", "CASCADE"),
    ("model_version", "artifact_id"): ("artifact", None),
    ("model_version", "execution_id"): ("execution", "SET NULL"),
    ("alias", "model_id"): ("model", "CASCADE"),
    ("alias", "model_version_id"): ("model_version", "CASCADE"),
}

_UNIQUE = (
    ("context", "type", "name"),
    ("execution", "context_id", "step", "item", "attempt"),
    ("artifact", "digest", "kind"),
    ("model", "name"),
    ("model_version", "model_id", "version"),
    ("alias", "model_id", "name"),
)

_INDEXES = (
    ("context", "parent_id"),
    ("event", "artifact_id"),
    ("attribution", "artifact_id"),
    ("metric", "context_id", "step"),
    ("param", "context_id", "step"),
    ("model_version", "artifact_id"),
    ("model_version", "execution_id"),
    ("alias", "model_version_id"),
)


@cache
def whole_layout() -> MetaData:
    """Every table with its keys and indexes, ready to be created."""
    layout = MetaData(naming_convention=_NAMES)
    for table in METADATA.tables.values():
        table.to_metadata(layout)
    _add_registry(layout)
    for (table_name, column), (target, on_delete) in _REFERENCES.items():
        layout.tables[table_name].append_constraint(
            ForeignKeyConstraint([column], [f"{target}.id"], ondelete=on_delete)
        )
    for table_name, *columns in _UNIQUE:
        layout.tables[table_name].append_constraint(UniqueConstraint(*columns))
    for table_name, *columns in _INDEXES:
        Index(None, *(layout.tables[table_name].c[column] for column in columns))
    _add_committed_indexes(layout.tables["execution"])
    return layout


def _add_registry(layout: MetaData) -> None:
    Table(
        "model",
        layout,
        row_id(),
        text_column("name"),
        text_column("description"),
        whole_column("created_us"),
        text_column("properties"),
    )
    Table(
        "model_version",
        layout,
        row_id(),
        whole_column("model_id"),
        whole_column("version"),
        whole_column("artifact_id"),
        Column("execution_id", BigInteger),
        text_column("state"),
        text_column("notes"),
        whole_column("created_us"),
        text_column("properties"),
    )
    Table("alias", layout, row_id(), whole_column("model_id"), text_column("name"), whole_column("model_version_id"))


def _add_committed_indexes(execution: Table) -> None:
    where: dict[str, Any] = {"sqlite_where": text(IS_COMMITTED), "postgresql_where": text(IS_COMMITTED)}
    columns = execution.c
    # At most one committed execution per (run, step, item): the database itself refuses a second.
    Index("uq_execution_committed", columns.context_id, columns.step, columns.item, unique=True, **where)
    Index("ix_execution_cache_key", columns.cache_key, **where)
    Index("ix_execution_step", columns.step, columns.item, **where)
