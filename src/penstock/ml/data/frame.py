"""Arrow tables as pandas frames and back, without loss where pandas has the type."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from penstock.core.error import DataError
from penstock.core.plugin import require

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_NULLABLE = {
    "bool": "boolean",
    "int8": "Int8",
    "int16": "Int16",
    "int32": "Int32",
    "int64": "Int64",
    "uint8": "UInt8",
    "uint16": "UInt16",
    "uint32": "UInt32",
    "uint64": "UInt64",
}


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """A pandas frame with the table's rows and a plain index.

    Integers and booleans become nullable pandas types where values are missing (NumPy's would turn them into
    floats and objects); everything else takes pandas' defaults, so that a missing float is NaN.

    Raises
    ------
    MissingDependencyError
        If pandas is not installed.
    """
    pandas = require("pandas", extra="pandas", where="a data set as pandas frame")
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    for field, column in zip(table.schema, table.columns, strict=True):
        kind = _NULLABLE.get(str(field.type))
        if kind is not None and column.null_count:
            dtype = pandas.api.types.pandas_dtype(kind)
            frame[field.name] = column.to_pandas(types_mapper={field.type: dtype}.get)
    return frame


def from_pandas(frame: pd.DataFrame, *, where: str) -> pa.Table:
    """An Arrow table with the frame's rows; in pandas NaN is a missing value, so it becomes null.

    A plain index (a ``RangeIndex`` without a name) is dropped; any other becomes the first columns, named after
    its levels, or ``index`` (``level_0``, ``level_1``, ...) where they have no name. Integer labels of columns
    become text.

    Raises
    ------
    DataError
        If labels of columns are neither text nor integers, an index level is called like a column, or the
        values of a column have no common type.
    """
    import pyarrow as pa

    frame = _with_index(frame, where)
    if not all(isinstance(label, (str, int)) for label in frame.columns):
        odd = next(label for label in frame.columns if not isinstance(label, (str, int)))
        raise DataError(
            f"column label {odd!r} is neither text nor an integer", where=where, fix="give the columns plain names"
        )
    frame = frame.set_axis([str(label) for label in frame.columns], axis="columns")
    try:
        with warnings.catch_warnings():
            # pyarrow reads columns with a time zone in a way that pandas announces to change.
            warnings.simplefilter("ignore", DeprecationWarning)
            return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"the frame is no table of typed columns: {'; '.join(str(part) for part in error.args)}",
            where=where,
            fix="give each column values of one type, for instance frame['a'].astype(str)",
        ) from error
    except ValueError as error:
        raise DataError(str(error), where=where, fix="rename the columns so that each name is used once") from error


def _with_index(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    import pandas as pd

    if isinstance(frame.index, pd.RangeIndex) and frame.index.name is None:
        return frame
    try:
        return frame.reset_index()
    except ValueError as error:
        raise DataError(
            f"a level of the index is called like a column: {error}",
            where=where,
            fix="rename it: frame.rename_axis(...), or drop it: frame.reset_index(drop=True)",
        ) from error
