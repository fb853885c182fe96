"""CSV files as a source: types come from every row, and what does not fit is told with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from penstock.ml.data.source.csv_header import Header, read_header
from penstock.ml.data.source.csv_scan import reading_csv, scan_csv
from penstock.ml.data.source.csv_type import infer_types
from penstock.ml.data.source.file_set import FileSet
from penstock.ml.data.source.location import SUFFIXES
from penstock.ml.data.source.type_option import arrow_schema, check_types

if TYPE_CHECKING:
    import pyarrow as pa


class CsvSource:
    """CSV files with the same header.

    The first line names the columns. The delimiter is the one among ``, ; tab |`` that splits the header into
    most columns; the quote is ``"``, doubled inside of quotes. A missing value is an empty field. The type of a
    column is the narrowest of boolean, integer, double, date, timestamp (both in ISO form), time and text that
    fits **every** row of every file. A column stays text if any of its values would lose what is written: leading
    zeros (``00501``, ``-007``), ``0x`` or ``0b`` in front, a ``+``, whole numbers of more than 38 digits, or numbers
    that a double has no place for (``1e400``).

    Parameters
    ----------
    uri : str or sequence of str
        A file (``.csv``, ``.tsv``, either gzipped as ``.gz``), a folder, a pattern or an URL, or several.
    types : mapping of str to str, optional
        DuckDB types of columns that should not be inferred, for instance ``{"zip": "VARCHAR"}``.
    union_by_name : bool
        Whether files may lack columns of others, which are null there, or order them otherwise.
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
        self._files = FileSet(uri, SUFFIXES["csv"], cache=cache, filesystem=filesystem)
        self.types = dict(types or {})
        self.union_by_name = union_by_name

    def __repr__(self) -> str:
        return f"csv {self._files}"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files on this machine, in order."""
        return self._files.paths

    def fingerprint(self) -> str:
        """Digest of the files' contents, or of their versions behind an URL."""
        return self._files.fingerprint()

    def read(self) -> pa.RecordBatchReader:
        """The rows of all files in order, streamed; a file without rows below its header gives none.

        Raises
        ------
        DataError
            If a file is empty, no CSV, not UTF-8, changes meanwhile, has another header than the first, a line
            with more or fewer fields, or a value that is not of the type asked for; with the line where it can be
            had.
        """
        return self._files.stream(self._open)

    def _open(self) -> pa.RecordBatchReader:
        import pyarrow as pa

        from penstock.ml.data.source.schema_union import fitted

        pairs = [(path, read_header(path)) for path in self.files]
        names = self._names([header for _, header in pairs])
        check_types(self.types, names, self.files[0])
        found = infer_types(pairs) | self.types
        # Types come by columns of any file; the order is that of the names.
        kinds = {name: found[name] for name in names}
        schema = arrow_schema(kinds)

        def rows() -> Iterator[pa.RecordBatch]:
            for path, header in pairs:
                with reading_csv(path):
                    yield from fitted(scan_csv(path, header, kinds), schema, path)

        return pa.RecordBatchReader.from_batches(schema, rows())

    def _names(self, headers: list[Header]) -> tuple[str, ...]:
        from penstock.ml.data.source.schema_union import check_names, check_same_names

        for path, header in zip(self.files, headers, strict=True):
            if not self.union_by_name:
                check_same_names(path, header.names, self.files[0], headers[0].names)
        names = tuple(dict.fromkeys(name for header in headers for name in header.names))
        if self.union_by_name:
            check_names(names, self.files[0])
        return names
