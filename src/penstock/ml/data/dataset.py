"""The lazy data set: rows of a table that are read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.error import DataError, closest
from penstock.ml.data.parquet import FILE_NAME

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from penstock.core.protocol import Source
    from penstock.ml.data.origin import Origin

PREVIEW_ROWS = 10


class Dataset:
    """Rows of a table on disk; nothing is read until asked for, and then in batches.

    Parameters
    ----------
    path : path
        A Parquet file, or a folder whose ``*.parquet`` files (in order of their names) have one schema.

    Raises
    ------
    DataError
        If there is no such file, or no Parquet file in the folder.

    Notes
    -----
    `sql` and `from_source` give further lazy data sets. A data set that a step returns is stored as canonical
    Parquet: the same rows give the same artifact, whatever they were held in.
    """

    artifact_file: Path | None = None
    """The canonical file that these very rows are stored in, where they were loaded from an artifact."""

    def __init__(self, path: Path | str) -> None:
        from penstock.ml.data.origin import ParquetFiles

        self._origin: Origin = ParquetFiles(_parquet_files(Path(path)))

    @classmethod
    def from_source(cls, source: Source) -> Dataset:
        """The rows of a source (`penstock.ml.data.source`); every reading opens it anew."""
        from penstock.ml.data.origin import SourceRows

        return cls._over(SourceRows(source))

    @classmethod
    def of_artifact(cls, folder: Path) -> Dataset:
        """The rows of a stored artifact, whose file is canonical already."""
        dataset = cls(folder)
        dataset.artifact_file = folder / FILE_NAME
        return dataset

    @classmethod
    def _over(cls, origin: Origin) -> Dataset:
        dataset = cls.__new__(cls)
        dataset._origin = origin
        return dataset

    def sql(self, query: str) -> Dataset:
        """The answer to a SELECT as another lazy data set; it runs when it is read.

        Parameters
        ----------
        query : str
            One SELECT in DuckDB's dialect. This data set is called ``this``.

        Raises
        ------
        DataError
            If the text is not one SELECT. A query that names unknown columns fails when it is read.

        Examples
        --------
        ``trips.sql("select fare, tips > 0.2 * fare as big from this where fare > 0").num_rows``
        """
        from penstock.ml.data.connection import check_select
        from penstock.ml.data.origin import Query

        check_select(query)
        return self._over(Query(self._origin, query))

    def scan(self, *, columns: Sequence[str] | None = None, batch_rows: int = 0) -> pa.RecordBatchReader:
        """Read the rows as a stream, in bounded memory and in their order.

        Parameters
        ----------
        columns : sequence of str, optional
            Only these, in this order; the others are not decoded.
        batch_rows : int
            Rows of a batch at most; 0 for a size that suits the number of columns.

        Raises
        ------
        DataError
            If a column is unknown or a file cannot be read; while streaming, too.
        """
        if columns is not None:
            known = self.schema.names
            for name in columns:
                if name not in known:
                    raise DataError(
                        f"there is no column '{name}'; {closest(name, known)}",
                        where=repr(self),
                        fix="use one of its columns",
                    )
        return self._origin.open(columns, batch_rows)

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and Arrow types of the columns."""
        return self._origin.schema()

    @cached_property
    def num_rows(self) -> int:
        """Number of rows; a query or a source is read for it."""
        return self._origin.count()

    def to_arrow(self) -> pa.Table:
        """All rows in memory, as an Arrow table."""
        return self.scan().read_all()

    def to_pandas(self) -> pd.DataFrame:
        """All rows in memory, as a pandas frame; integers and booleans with gaps become nullable types.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed.
        """
        from penstock.ml.data.frame import to_pandas

        return to_pandas(self.to_arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.scan().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"Dataset({self._origin.describe()})"

    def _repr_html_(self) -> str:
        from html import escape

        from penstock.ml.data.python_value import python_rows

        head = self._origin.open(None, PREVIEW_ROWS)
        batch = next(iter(head), None)
        rows = [] if batch is None else python_rows(batch.slice(0, PREVIEW_ROWS))
        names = "".join(
            f"<th>{escape(field.name)}<br><small>{escape(str(field.type))}</small></th>" for field in head.schema
        )
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>" for row in rows
        )
        caption = f"{escape(repr(self))}: the first {len(rows)} rows"
        return f"<table><caption>{caption}</caption><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _parquet_files(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,)
    try:
        # A pattern passes over what it may not list.
        files = tuple(sorted(one for one in path.iterdir() if one.match("*.parquet"))) if path.is_dir() else ()
    except PermissionError as error:
        raise DataError("there is no permission to list the folder", where=str(path), fix="make it readable") from error
    if not files:
        raise DataError(
            "there is no Parquet file" if path.is_dir() else "there is no such file or folder",
            where=str(path),
            fix="give a Parquet file or a folder of them; read other formats with the stage `ingest`",
        )
    return files
