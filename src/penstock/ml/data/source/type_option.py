"""The option `types`: DuckDB types that a caller gives for columns, and the Arrow types they become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.core.error import DataError, closest
from penstock.ml.data.connection import connect, quote_name

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_schema(kinds: Mapping[str, str]) -> pa.Schema:
    """Arrow types of columns with DuckDB types.

    Parameters
    ----------
    kinds : mapping of str to str
        Type by name, of columns that exist.
    """
    nulls = ", ".join(f"null::{kind} as {quote_name(name)}" for name, kind in kinds.items())
    return connect().sql(f"select {nulls}").to_arrow_reader(1).schema


def check_types(types: Mapping[str, str], names: Sequence[str], path: Path) -> None:
    """Refuse types for columns that are not there, and those that nobody could read.

    Raises
    ------
    DataError
        If a column is unknown, or a type is none of DuckDB or has no counterpart in Arrow.
    """
    import duckdb
    import pyarrow as pa

    for name, kind in types.items():
        if name not in names:
            raise DataError(
                f"a type is given for column '{name}', which is not there; {closest(name, names)}",
                where=str(path),
                fix="correct the name in `types`",
            )
        try:
            found = connect().sql(f"select null::{kind}").to_arrow_table().schema.types[0]
        except duckdb.Error as error:
            raise DataError(
                f"'{kind}', given for column '{name}', is no type: {str(error).splitlines()[0]}",
                where=str(path),
                fix="use a type of DuckDB, for instance VARCHAR, BIGINT, DOUBLE, BOOLEAN, DATE or TIMESTAMP",
            ) from error
        if isinstance(found, pa.OpaqueType):
            raise DataError(
                f"'{kind}', given for column '{name}', is no type of Arrow, so nobody could read the column",
                where=str(path),
                fix="read it as text: VARCHAR",
            )
