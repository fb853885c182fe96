"""How to find the rows of a finding: by the condition of its type, or by two columns that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.ml.data.anomalies.column import Column, find_column
from penstock.ml.data.anomalies.finding import Finding
from penstock.ml.data.anomalies.predicate import NoRowsError, Place, condition, why_not
from penstock.ml.data.connection import quote_name
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.schema import Feature
from penstock.ml.data.schema.feature_path import path_steps
from penstock.ml.data.schema.schema_view import SchemaView, Steps

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Case", "NoRowsError", "Search", "search"]


@dataclass(frozen=True, slots=True)
class Case:
    """A finding and what its rows depend on.

    Parameters
    ----------
    finding : Finding
    detail : str or int
        Of its problem.
    feature : Feature, optional
        Of the schema, its own faults repaired.
    """

    finding: Finding
    detail: str | int
    feature: Feature | None


@dataclass(frozen=True, slots=True)
class Search:
    """How to find the rows of a finding.

    Parameters
    ----------
    condition : str
        What offending rows meet.
    value : str
        Expression that the report shows.
    preview : str
        The same, cut where it is long.
    window : str
        An expression over all rows that the condition calls ``hits``; empty for none.
    """

    condition: str
    value: str
    preview: str
    window: str = ""


def search(case: Case, schema: SchemaView, columns: pa.Schema) -> Search:
    """How to find the rows of a finding.

    Raises
    ------
    NoRowsError
        If no row offends by itself, or it cannot be told which.
    """
    kind, path = case.finding.type, path_steps(case.finding.feature) if case.finding.feature else ()
    if kind.startswith("SPARSE_FEATURE_") and kind != "SPARSE_FEATURE_NAME_COLLISION":
        return _sparse(case, schema, columns, path)
    if kind.startswith("WEIGHTED_FEATURE_") and kind != "WEIGHTED_FEATURE_NAME_COLLISION":
        return _weighted(case, schema, columns, path)
    column = find_column(columns, path)
    if column is None or case.feature is None:
        raise NoRowsError(
            why_not(kind) if path not in schema.features or case.feature is None else "the column is not there"
        )
    if kind == "FEATURE_TYPE_LOW_UNIQUE":
        return _repeated(column)
    return Search(condition(kind, Place(column, case.feature, schema, case.detail)), column.sql, column.preview)


def _repeated(column: Column) -> Search:
    """Rows whose value others have too."""
    return Search(f"hits > 1 and {column.sql} is not null", column.sql, column.preview,
                  f"count(*) over (partition by {column.sql})")  # fmt: skip


def _sparse(case: Case, schema: SchemaView, columns: pa.Schema, path: Steps) -> Search:
    sparse = schema.sparse[path]
    names = [index.name or "" for index in sparse.index_feature]
    name_of_value = (sparse.value_feature.name if sparse.value_feature else None) or ""
    value = _column(columns, (*path[:-1], name_of_value))
    indices = {name: _column(columns, (*path[:-1], name)) for name in names}
    if case.finding.type == "SPARSE_FEATURE_MISSING_VALUE":
        return _pair(_lacks(value, *indices.values()), {name_of_value: value, **indices})
    index = indices.get(str(case.detail))
    if index is None:
        raise NoRowsError(f"the schema has no index feature '{case.detail}'")
    if case.finding.type == "SPARSE_FEATURE_MISSING_INDEX":
        others = [column for name, column in indices.items() if name != case.detail]
        return _pair(_lacks(index, value, *others), {name_of_value: value, **indices})
    return _pair(f"{value.length} <> {index.length}", {name_of_value: value, str(case.detail): index})


def _weighted(case: Case, schema: SchemaView, columns: pa.Schema, path: Steps) -> Search:
    feature = schema.weighted[path]
    value_path, weight_path = (feature.feature or Path()).step, (feature.weight_feature or Path()).step
    value, weight = _column(columns, value_path), _column(columns, weight_path)
    both = {".".join(value_path): value, ".".join(weight_path): weight}
    if case.finding.type == "WEIGHTED_FEATURE_LENGTH_MISMATCH":
        return _pair(f"{value.length} <> {weight.length}", both)
    missing, other = (value, weight) if case.finding.type == "WEIGHTED_FEATURE_MISSING_VALUE" else (weight, value)
    return _pair(_lacks(missing, other), both)


def _column(columns: pa.Schema, path: Steps) -> Column:
    column = find_column(columns, path)
    if column is None:
        raise NoRowsError(f"the column '{'.'.join(path)}' is not there")
    return column


def _lacks(column: Column, *others: Column) -> str:
    present = " or ".join(f"{other.sql} is not null" for other in others)
    return f"{column.sql} is null and ({present})"


def _pair(test: str, columns: Mapping[str, Column]) -> Search:
    """A condition on columns that belong together; all of them are shown."""
    value, preview = (
        ", ".join(f"{quote_name(name)} := {sql}" for name, sql in parts)
        for parts in (
            [(name, column.sql) for name, column in columns.items()],
            [(name, column.preview) for name, column in columns.items()],
        )
    )
    return Search(test, f"struct_pack({value})", f"struct_pack({preview})")
