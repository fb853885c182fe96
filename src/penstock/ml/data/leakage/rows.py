"""The rows of a search in a DuckDB of its own: all of them, and the part that features are judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import confine, connect, quote_name, quote_text, sql_error
from penstock.ml.data.leakage.label import Label, describe_label, label_expression
from penstock.ml.data.leakage.options import Request
from penstock.ml.data.stream import open_stream

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

WHERE = "leakage"

TRAIN = "train"
"""The split that the others are held against, where there is one of this name."""


@dataclass(frozen=True)
class Column:
    """One column: its name, its name in the tables, and what it holds."""

    name: str
    alias: str
    kind: str
    """``number``, ``integer``, ``moment``, ``text``, ``bytes`` or ``other``."""


@dataclass(frozen=True)
class Rows:
    """The tables ``rows`` (all) and ``sample``, both with the columns' aliases, ``row_hash`` and ``split``.

    ``split`` is the place in ``splits``, the reference first; null in no split. ``sample`` has also ``fold`` (0 or 1,
    by hash of the row) and ``target`` (the label's code).
    """

    connection: duckdb.DuckDBPyConnection
    columns: tuple[Column, ...]
    request: Request
    label: Label | None
    num_rows: int
    splits: Mapping[str, int]

    def features(self) -> list[Column]:
        """Columns that a model might be given; the label, where it is a column, is none of them."""
        left_out = self.request.not_features() | {self.request.label}
        return [column for column in self.columns if column.name not in left_out]

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        import duckdb

        try:
            return self.connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise sql_error(error, WHERE) from error


def open_rows(data: Any, request: Request) -> Rows:
    """Take in the data: one table, or several by the name of their split.

    Raises
    ------
    DataError
        If something is no table, has no rows, lacks a named column, or the splits differ in their columns.
    """
    import duckdb

    connection = connect()
    # No answer below depends on the order of rows.
    connection.execute("set preserve_insertion_order = false")
    confine(connection)
    parts = dict(data) if isinstance(data, Mapping) else {"": data}
    if not parts:
        raise DataError("there are no splits", where=WHERE, fix="give at least one table")
    columns: tuple[Column, ...] = ()
    sources: tuple[str, ...] = ()
    try:
        for name, part in parts.items():
            reader: pa.RecordBatchReader = open_stream(part, where=f"split '{name}'" if name else WHERE)
            if not columns:
                columns = tuple(_columns(reader.schema, request))
            connection.from_arrow(_renamed(reader, columns, name)).create_view("incoming", replace=True)
            query, sources = _taken(columns, request, name)
            first = connection.execute("select 1 from duckdb_tables() where table_name = 'taken'").fetchall() == []
            connection.execute(f"create table taken as {query}" if first else f"insert into taken {query}")
        names = [] if request.splits else [name for name in parts if name]
        return _finished(connection, columns, request, (sources, names))
    except duckdb.Error as error:
        raise sql_error(error, WHERE) from error


def _taken(columns: tuple[Column, ...], request: Request, part: str) -> tuple[str, tuple[str, ...]]:
    """A SELECT over ``incoming`` with the columns, the row's hash, its split and its label; and the label's sources."""
    names = [column.name for column in columns]
    expression, sources = label_expression(request.label, names) if request.label else ("null", ())
    aliases = ", ".join(column.alias for column in columns)
    split = f"{quote_name(request.splits)}::varchar" if request.splits else f"nullif({quote_text(part)}, '')"
    # Under its own name a column can be used by the label; of names that differ only by case the first.
    named = {column.name.casefold(): column for column in reversed(columns)}
    own = ", ".join(f"{column.alias} as {quote_name(column.name)}" for column in named.values())
    query = (
        f"select {aliases}, hash({aliases}) as row_hash, {split} as split_name, {expression} as label "
        f"from (select *, {own} from incoming)"
    )
    return query, sources


def _finished(
    connection: duckdb.DuckDBPyConnection,
    columns: tuple[Column, ...],
    request: Request,
    found: tuple[tuple[str, ...], list[str]],
) -> Rows:
    sources, names = found
    splits = _splits(connection, names)
    places = f"[{', '.join(quote_text(name) for name in splits)}]::varchar[]"
    connection.execute(
        "create view rows as select * exclude (split_name), "
        f"list_position({places}, split_name) - 1 as split from taken"
    )
    num_rows = connection.execute("select count(*) from taken").fetchall()[0][0]
    if not num_rows:
        raise DataError("there are no rows", where=WHERE, fix="give at least one row")
    label = describe_label(connection, request.label, sources) if request.label else None
    stride = -(-num_rows // request.options.max_rows)
    aliases = ", ".join(column.alias for column in columns)
    connection.execute(
        f"create table sample as select {aliases}, row_hash, split, (row_hash & 1)::utinyint as fold, "
        f"({label.code if label else 'null'})::integer as target from rows where (row_hash >> 20) % {stride} = 0"
    )
    return Rows(connection, columns, request, label, num_rows, splits)


def _splits(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, int]:
    """Rows of each split, the reference first: ``train``, else the largest."""
    found = connection.execute(
        "select split_name, count(*) from taken where split_name is not null group by all"
    ).fetchall()
    counts = {**dict.fromkeys(names, 0), **dict(found)}
    ordered = sorted(counts, key=lambda name: (name != TRAIN, -counts[name], name))
    return {name: counts[name] for name in ordered}


def _columns(schema: pa.Schema, request: Request) -> list[Column]:
    for name in request.named():
        if name not in schema.names:
            raise DataError(
                f"there is no column '{name}'; {closest(name, schema.names)}",
                where=WHERE,
                fix="use one of the columns of the data",
            )
    if not schema.names:
        raise DataError("there are no columns", where=WHERE, fix="give a table with columns")
    prefix = "c"
    while any(name.casefold().startswith(prefix) for name in schema.names):
        prefix += "_"
    return [
        Column(field.name, f"{prefix}{index}", _kind(field.type))
        for index, field in enumerate(schema)
        if schema.names.index(field.name) == index
    ]


def _kind(kind: pa.DataType) -> str:
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(kind):
        return _kind(kind.value_type)
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind):
        return "number"
    if types.is_timestamp(kind) or types.is_date(kind):
        return "moment"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return "bytes"
    return "other"


def _renamed(reader: pa.RecordBatchReader, columns: tuple[Column, ...], split: str) -> pa.RecordBatchReader:
    import pyarrow as pa

    names = reader.schema.names
    wanted = [column.name for column in columns]
    odd = set(names) ^ set(wanted)
    if odd:
        raise DataError(
            f"split '{split}' and the first one differ in column '{sorted(odd)[0]}'",
            where=WHERE,
            fix="give splits with the same columns",
        )
    places = [names.index(name) for name in wanted]
    schema = pa.schema(
        [reader.schema.field(place).with_name(column.alias) for place, column in zip(places, columns, strict=True)]
    )
    batches = (pa.RecordBatch.from_arrays([batch.column(place) for place in places], schema=schema) for batch in reader)
    return pa.RecordBatchReader.from_batches(schema, batches)
