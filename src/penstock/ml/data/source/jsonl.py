"""JSON lines as a source: types come from every line, and what does not fit is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.connection import connect
from penstock.ml.data.parquet import batch_rows
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.json_line import Line, check_duplicates, decode, decode_raw, read_lines
from penstock.ml.data.source.json_shape import Shape
from penstock.ml.data.source.location import SUFFIXES
from penstock.ml.data.source.schema_union import check_names, check_same_names
from penstock.ml.data.source.type_option import arrow_schema, check_types

_BATCH_BYTES = 8 << 20


class JsonLinesSource:
    """Files with one JSON object per line.

    A column is a key of these objects; a key that a line lacks is null there. Its type holds **every** value of
    every file: boolean, integer (decimal beyond 64 bits), double, date, timestamp (both in ISO form, all with or
    all without a zone), text; objects become structs, arrays lists. Booleans, numbers and texts under one key
    become text, each as it is written; so do numbers that would not be the same afterwards (integers of more than
    38 digits, or beyond 2**53 beside fractions). Arrays or objects beside anything else are an error.

    Parameters
    ----------
    uri : str or sequence of str
        A file (``.jsonl``, ``.ndjson``, either gzipped as ``.gz``), a folder, a pattern or an URL, or several.
    types : mapping of str to str, optional
        DuckDB types of columns that should not be inferred, for instance ``{"zip": "VARCHAR"}``. ``VARCHAR``
        keeps the JSON text of arrays and objects.
    union_by_name : bool
        Whether files may lack columns of others, which are null there.
    cache : str
        Folder that keeps files fetched from an URL.
    filesystem : mapping, optional
        Options of the file system behind an URL.
    """

    capabilities: ClassVar[frozenset[str]] = frozenset({"files", "fingerprint", "types", "union_by_name"})

    def __init__(
        self,
        uri: str | Sequence[str],
        *,
        types: Mapping[str, str] | None = None,
        union_by_name: bool = False,
        cache: str = "",
        filesystem: Mapping[str, Any] | None = None,
    ) -> None:
        self._files = FileSet(uri, SUFFIXES["jsonl"], cache=cache, filesystem=filesystem)
        self.types = dict(types or {})
        self.union_by_name = union_by_name

    def __repr__(self) -> str:
        return f"jsonl {self._files}"

    def fingerprint(self) -> str:
        """Digest of the files' contents, or of their versions behind an URL."""
        return self._files.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The objects of all files in order, streamed.

        Raises
        ------
        DataError
            If there is no object at all, a line is none, repeats a key or mixes what cannot be mixed, a value is
            not of the type asked for, or a file changes meanwhile; with the line.
        """
        return self._files.stream(self._open)

    def _open(self) -> pa.RecordBatchReader:
        paths = self._files.paths
        shape = _shape_of(paths, self.types, self.union_by_name)
        names = list(shape.fields) or list(self.types)
        if not names:
            raise DataError(
                "the file has no object, so its columns are not known",
                where=str(self._files),
                fix="write at least one line, or name all columns in `types`",
            )
        check_names(names, paths[0])
        check_types(self.types, names, paths[0])
        given = arrow_schema(self.types) if self.types else pa.schema([])
        columns = [_column(name, shape.fields.get(name), given, self.types.get(name, "")) for name in names]
        schema = pa.schema([pa.field(column.name, column.kind) for column in columns])

        def rows() -> Iterator[pa.RecordBatch]:
            for path in paths:
                for lines in _chunks(path, batch_rows(len(columns))):
                    yield _batch(lines, columns, schema, path)

        return pa.RecordBatchReader.from_batches(schema, rows())


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: pa.DataType
    shape: Shape | None
    asked: str
    """DuckDB type that the caller gave; empty where the type was inferred."""

    @property
    def is_raw(self) -> bool:
        return bool(self.asked) or (self.shape is not None and self.shape.is_text)


def _column(name: str, shape: Shape | None, given: pa.Schema, asked: str) -> _Column:
    if asked:
        return _Column(name, given.field(name).type, None, asked)
    assert shape is not None  # a column is either seen or asked for
    return _Column(name, shape.arrow(name), shape, "")


def _shape_of(paths: Sequence[Path], types: Mapping[str, str], union_by_name: bool) -> Shape:
    whole = Shape()
    first: tuple[Path, set[str]] | None = None
    for path in paths:
        seen: set[str] = set()
        for line in read_lines(path):
            row = decode(line, path)
            keys = len(row)
            for key, value in row.items():
                if key not in seen:
                    seen.add(key)
                    whole.field(key, line.number, str(path))
                shape = whole.fields[key]
                keys += _count_keys(value) if key in types else shape.observe(value, line.number, str(path))
            check_duplicates(line, keys, path)
        if seen and first is None:
            first = path, seen
        if seen and first and not union_by_name:
            # The order of keys means nothing in JSON.
            check_same_names(path, sorted(seen), first[0], sorted(first[1]))
    return whole


def _count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_count_keys, value.values()))
    return sum(map(_count_keys, value)) if isinstance(value, list) else 0


def _chunks(path: Path, rows: int) -> Iterator[list[Line]]:
    """Lines for one batch each: bounded in number and in bytes."""
    waiting: list[Line] = []
    size = 0
    for line in read_lines(path):
        waiting.append(line)
        size += len(line.text)
        if len(waiting) >= rows or size >= _BATCH_BYTES:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def _batch(lines: list[Line], columns: Sequence[_Column], schema: pa.Schema, path: Path) -> pa.RecordBatch:
    rows = [decode(line, path) for line in lines] if not all(column.is_raw for column in columns) else []
    texts = [decode_raw(line, path) for line in lines] if any(column.is_raw for column in columns) else []
    arrays = [
        _cast_text([text.get(column.name) for text in texts], column, lines, path)
        if column.is_raw
        else _array([row.get(column.name) for row in rows], column)
        for column in columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: list[Any], column: _Column) -> pa.Array:
    make = column.shape.converter() if column.shape else None
    if make:
        values = [None if value is None else make(value) for value in values]
    written = _as_written(column.kind)
    array = pa.array(values, written)
    return array if written.equals(column.kind) else array.cast(column.kind)


def _as_written(kind: pa.DataType) -> pa.DataType:
    """The type before texts become dates and times."""
    if pa.types.is_temporal(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_as_written(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, _as_written(field.type)) for field in kind])
    return kind


def _cast_text(values: list[str | None], column: _Column, lines: list[Line], path: Path) -> pa.Array:
    texts = pa.array(values, pa.string())
    if not column.asked or column.kind.equals(pa.string()):
        return texts
    import duckdb

    connection = connect()
    connection.register("given", pa.table({"v": texts}))
    text = "v::json" if pa.types.is_nested(column.kind) else "v"
    if pa.types.is_integer(column.kind):
        # DuckDB would round 1.5.
        text = "case when regexp_full_match(v, '\\s*[+-]?\\d+\\s*') then v end"
    try:
        answer = connection.sql(f"select try_cast({text} as {column.asked}) as v from given").to_arrow_table()
    except duckdb.Error as error:
        where = f"{path}, lines {lines[0].number} to {lines[-1].number}"
        what = f"column '{column.name}' cannot be read as {column.asked}: {str(error).splitlines()[0]}"
        raise DataError(what, where=where, fix="give it another type, or read it as text: VARCHAR") from error
    found = answer.column("v").combine_chunks()
    if found.null_count != texts.null_count:
        index = next(i for i, value in enumerate(values) if value is not None and not found[i].is_valid)
        raise DataError(
            f"column '{column.name}' holds '{str(values[index])[:80]}', which is no {column.asked}",
            where=f"{path}, line {lines[index].number}",
            fix=f"correct the value, or read the column as text: types={{'{column.name}': 'VARCHAR'}}",
        )
    return found.cast(column.kind)
