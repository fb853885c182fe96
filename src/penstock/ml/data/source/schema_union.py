"""Columns of several files brought under one schema, or told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.parquet import canonical_type

_LISTED = 5


def check_names(names: Sequence[str], path: Path) -> None:
    """Refuse columns that SQL could not tell apart.

    Raises
    ------
    DataError
        If a name is empty, or two differ by case at most.
    """
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if not name:
            raise DataError(
                f"column {index + 1} has an empty name", where=str(path), fix="name it where the file is written"
            )
        before = first.setdefault(name.lower(), index)
        if before != index:
            raise DataError(
                f"columns {before + 1} and {index + 1} are called '{names[before]}' and '{name}'",
                where=str(path),
                fix="rename one of them; names must differ by more than case",
            )


def common_schema(paths: Sequence[Path], schemas: Sequence[pa.Schema], *, union_by_name: bool) -> pa.Schema:
    """The one schema of several files.

    Parameters
    ----------
    paths, schemas : sequence
        Of each file, in order.
    union_by_name : bool
        Whether a file may lack columns of others, or order them otherwise. A column may then also be of integers
        (or floats) of several widths, or without any value in some files.

    Raises
    ------
    DataError
        If a file's columns differ from those of the first: names the file and the column.
    """
    first = schemas[0]
    if all(schema.equals(first) for schema in schemas):
        return first.remove_metadata()
    kinds: dict[str, pa.DataType] = {}
    origin: dict[str, Path] = {}
    for path, schema in zip(paths, schemas, strict=True):
        if not union_by_name:
            check_same_names(path, schema.names, paths[0], first.names, fix=_FIX)
        for field in schema:
            kind = canonical_type(field.type)
            known = kinds.setdefault(field.name, kind)
            place = origin.setdefault(field.name, path)
            wider = known if kind.equals(known) else _wider(known, kind) if union_by_name else None
            if wider is None:
                what = f"column '{field.name}' is {kind}, but {known} in {place.name}"
                raise DataError(what, where=str(path), fix="write all files with the same types")
            kinds[field.name] = wider
    schema = pa.schema([pa.field(name, kind) for name, kind in kinds.items()])
    check_names(schema.names, paths[0])
    return schema


_FIX = "write all files with the same columns, or read them with union_by_name=True, which puts null for what lacks"


def check_same_names(
    path: Path, names: Sequence[str], first_path: Path, first_names: Sequence[str], *, fix: str = _FIX
) -> None:
    """Compare the columns of a file with those of the first.

    Raises
    ------
    DataError
        If they differ: names the file and the columns.
    """
    if list(names) == list(first_names):
        return
    lacks = [name for name in first_names if name not in set(names)]
    adds = [name for name in names if name not in set(first_names)]
    parts = [f"lacks {_some(lacks)}"] * bool(lacks) + [f"adds {_some(adds)}"] * bool(adds)
    difference = " and ".join(parts) or "orders them otherwise"
    raise DataError(f"its columns differ from those of {first_path.name}: it {difference}", where=str(path), fix=fix)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def fitted(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> Iterator[pa.RecordBatch]:
    """Batches of a file with the columns of the common schema; what the file lacks is null.

    Raises
    ------
    DataError
        If a value does not fit into the common type.
    """
    for batch in batches:
        if batch.schema.equals(schema):
            yield batch.replace_schema_metadata(None)
            continue
        columns = [_column(batch, field, path) for field in schema]
        # A table without columns would lose its number of rows.
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(batch: pa.RecordBatch, field: pa.Field, path: Path) -> pa.Array:
    index = batch.schema.get_field_index(field.name)
    if index < 0:
        return pa.nulls(batch.num_rows, field.type)
    found = batch.column(index)
    if found.type.equals(field.type):
        return found
    try:
        return found.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"column '{field.name}' does not fit into {field.type}: {str(error).splitlines()[0]}",
            where=str(path),
            fix="write all files with the same types",
        ) from error


def _wider(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """The type that holds the values of both, of null or of one family; None where there is none."""
    types = pa.types
    if types.is_null(one) or types.is_null(other):
        return other if types.is_null(one) else one
    for is_family in (types.is_signed_integer, types.is_unsigned_integer, types.is_floating):
        if is_family(one) and is_family(other):
            return max(one, other, key=lambda kind: kind.bit_width)
    return None
