"""Numbers that a database gives as decimal text, as Arrow columns that compute."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from penstock.core.error import DataError

if TYPE_CHECKING:
    import pyarrow as pa

MAX_DIGITS = 38
"""Digits of the widest decimal that both DuckDB and Parquet's readers know."""

_EXACT = 2.0**53
_CAST = "cast it in the query: to text for an identifier, to double precision where rounding does no harm"


def number_type(precision: int, scale: int) -> pa.DataType:
    """Arrow type of a number declared with so many digits: a decimal, or double if it is too wide for one.

    Parameters
    ----------
    precision, scale : int
        All digits, and those after the point; 0 where nothing was declared.
    """
    import pyarrow as pa

    fits = 0 < precision <= MAX_DIGITS and 0 <= scale <= precision
    return pa.decimal128(precision, scale) if fits else pa.float64()


def number_column(text: pa.Array, kind: pa.DataType, *, name: str, where: str) -> pa.Array:
    """Decimal texts as a decimal or a double column; a double is the nearest one.

    Raises
    ------
    DataError
        If a value is no number in a decimal column (NaN, infinity), or a number over 2^53 that a double cannot
        hold: rounding would make one of two identifiers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(text, pa.ExtensionArray):
        text = text.storage
    try:
        column = pc.cast(text, kind)
    except pa.ArrowInvalid as error:
        raise DataError(
            f"column '{name}' holds a value that is no {kind}: {str(error).splitlines()[0]}", where=where, fix=_CAST
        ) from error
    if pa.types.is_floating(kind):
        # 2^53 itself may be rounded from its neighbour.
        is_large = pc.fill_null(pc.and_(pc.greater_equal(pc.abs(column), _EXACT), pc.is_finite(column)), False)
        for written, number in zip(text.filter(is_large).to_pylist(), column.filter(is_large).to_pylist(), strict=True):
            if Decimal(written) != Decimal(number):
                raise DataError(f"column '{name}' holds {written}, which a double cannot hold", where=where, fix=_CAST)
    return column
