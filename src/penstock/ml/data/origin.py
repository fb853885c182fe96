"""Where the rows of a lazy data set come from: Parquet files, a source, or a query over another origin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from penstock.core.error import DataError
from penstock.ml.data.connection import check_select, confine, connect, file_list, shorten, sql_error
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.stream import guarded, open_stream

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from penstock.core.protocol import Source


class Origin(Protocol):
    """Rows that can be read any number of times."""

    def schema(self) -> pa.Schema:
        """Names and types of the columns."""

    def count(self) -> int:
        """Number of rows."""

    def open(self, columns: Sequence[str] | None, rows: int) -> pa.RecordBatchReader:
        """Record batches of at most ``rows`` rows (0: a size that keeps memory small)."""

    def relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """The rows inside DuckDB, which reaches nothing else from here on; may be run once."""

    def describe(self) -> str:
        """Where they come from, for people."""


@dataclass(frozen=True, slots=True)
class ParquetFiles:
    """Parquet files of one schema, read one after the other."""

    paths: tuple[Path, ...]

    def schema(self) -> pa.Schema:
        """Schema of the first file, without metadata."""
        import pyarrow.parquet as pq

        with reading(self.paths[0]):
            return pq.read_schema(self.paths[0]).remove_metadata()

    def count(self) -> int:
        """Sum over the files' footers."""
        import pyarrow.parquet as pq

        total = 0
        for path in self.paths:
            with reading(path):
                total += pq.read_metadata(path).num_rows
        return total

    def open(self, columns: Sequence[str] | None, rows: int) -> pa.RecordBatchReader:
        """Batches in file order; only the asked columns are decoded."""
        import pyarrow as pa

        schema = self.schema()
        if columns is not None:
            schema = pa.schema([schema.field(name) for name in columns])
        size = rows or batch_rows(len(schema))
        return pa.RecordBatchReader.from_batches(schema, self._batches(schema, size))

    def _batches(self, schema: pa.Schema, size: int) -> Iterator[pa.RecordBatch]:
        import pyarrow.parquet as pq

        for path in self.paths:
            with reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
                self._check_columns(path, file.schema_arrow, schema)
                for batch in file.iter_batches(size, columns=schema.names):
                    yield batch.select(schema.names).replace_schema_metadata(None)

    def _check_columns(self, path: Path, found: pa.Schema, schema: pa.Schema) -> None:
        for field in schema:
            index = found.get_field_index(field.name)
            kind = found.field(index).type if index >= 0 else "not there"
            if kind != field.type:
                raise DataError(
                    f"column '{field.name}' is {kind}, but {field.type} in {self.paths[0].name}",
                    where=str(path),
                    fix="write all files with the same columns and types",
                )

    def relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """A scan of the files.

        Raises
        ------
        DataError
            If a column has decimals of more than 38 digits: DuckDB would round them without a word.
        """
        _check_decimals(self.schema(), self.describe())
        # Before the fence: there a file that is gone would be called a forbidden one.
        found = connection.read_parquet(file_list(self.paths))
        confine(connection, self.paths)
        return found

    def describe(self) -> str:
        """Path of the file, or of the folder with the number of files."""
        first = self.paths[0]
        return str(first) if len(self.paths) == 1 else f"{first.parent} ({len(self.paths)} files)"


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows of a source; every reading opens it anew."""

    source: Source

    def schema(self) -> pa.Schema:
        """Schema of the stream."""
        return self._stream().schema

    def count(self) -> int:
        """Reads everything."""
        return sum(batch.num_rows for batch in self._stream())

    def open(self, columns: Sequence[str] | None, rows: int) -> pa.RecordBatchReader:
        """Batches as the source gives them, cut to ``rows``."""
        return _narrowed(self._stream(), columns, rows)

    def relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """The stream; it can be run once."""
        confine(connection)
        return connection.from_arrow(self._stream())

    def describe(self) -> str:
        """The source's own words."""
        return str(self.source)

    def _stream(self) -> pa.RecordBatchReader:
        return open_stream(self.source.read(), where=str(self.source))


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT over another origin, which it calls ``this``; it runs when it is read."""

    origin: Origin
    text: str

    def schema(self) -> pa.Schema:
        """Schema of the answer."""
        return self.open(None, 1).schema

    def count(self) -> int:
        """Runs the query."""
        return int(self._stream(1, "select count(*) from this").read_all().column(0)[0].as_py())

    def open(self, columns: Sequence[str] | None, rows: int) -> pa.RecordBatchReader:
        """The answer in its own order, streamed."""
        return _narrowed(self._stream(rows), columns, 0)

    def _stream(self, rows: int, outer: str = "") -> pa.RecordBatchReader:
        """The answer, or that of a query over it."""
        import duckdb

        where = f"sql: {shorten(self.text)}"
        try:
            relation = self.relation(connect())
            relation = _query(relation, outer) if outer else relation
            reader = relation.to_arrow_reader(rows or batch_rows(len(relation.columns)))
        except duckdb.Error as error:
            raise sql_error(error, where) from error
        fix = "correct the query, or the rows it reads"
        return guarded(iter(reader), reader.schema, (duckdb.Error, OSError), where, fix)

    def relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """The query over its origin's relation."""
        check_select(self.text)
        return _query(self.origin.relation(connection), self.text)

    def describe(self) -> str:
        """The query and what it reads."""
        return f"{shorten(self.text, 60)} [this: {self.origin.describe()}]"


def _check_decimals(schema: pa.Schema, where: str) -> None:
    for field in schema:
        if "decimal256" in str(field.type):
            raise DataError(
                f"column '{field.name}' is {field.type}, which a query would round to a double",
                where=where,
                fix="write it with at most 38 digits, or as text",
            )


def _query(relation: duckdb.DuckDBPyRelation, text: str) -> duckdb.DuckDBPyRelation:
    return cast("duckdb.DuckDBPyRelation", relation.query("this", text))  # None only for what does not select


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Failures of reading a Parquet file, told in our form."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise DataError(
            f"the Parquet file cannot be read: {str(error).splitlines()[0]}",
            where=str(path),
            fix="write the file again; it may be truncated, damaged or still being written",
        ) from error


def _narrowed(reader: pa.RecordBatchReader, columns: Sequence[str] | None, rows: int) -> pa.RecordBatchReader:
    """The chosen columns, in batches of at most ``rows``."""
    import pyarrow as pa

    if columns is None and not rows:
        return reader
    names = list(reader.schema.names if columns is None else columns)

    def stream() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            chosen = batch.select(names)
            for start in range(0, chosen.num_rows, rows or max(chosen.num_rows, 1)):
                yield chosen.slice(start, rows or None)

    return pa.RecordBatchReader.from_batches(pa.schema([reader.schema.field(name) for name in names]), stream())
