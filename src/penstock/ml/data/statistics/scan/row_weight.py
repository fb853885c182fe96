"""Weights of rows as whole numbers of units."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from penstock.core.error import DataError, closest
from penstock.ml.data.statistics.scan.leaf import leaf_of, numbers_of, plain
from penstock.ml.data.statistics.state import WEIGHT_UNITS

_LARGEST = float(1 << 40)
_LARGEST_SUM = float(1 << 62)


def check_weight_column(schema: pa.Schema, name: str, where: str) -> None:
    """Refuse a weight that is no column of numbers.

    Raises
    ------
    DataError
        If there is no such column, or it holds something else.
    """
    if name not in schema.names:
        raise DataError(
            f"there is no weight column '{name}'; {closest(name, schema.names)}", where=where, fix="name a column"
        )
    kind = schema.field(name).type
    is_nested = pa.types.is_nested(kind) and not pa.types.is_run_end_encoded(kind)
    if is_nested or leaf_of(kind).kind != "number" or leaf_of(kind).domain:
        raise DataError(f"weight column '{name}' is {kind}", where=where, fix="weigh by a column of numbers from 0 up")


def weights_of(column: pa.ChunkedArray, first_row: int, where: str) -> np.ndarray:
    """Weights of some rows in units of 1 / `WEIGHT_UNITS`, rounded half to even.

    Parameters
    ----------
    column : pyarrow.ChunkedArray, shape (n,)
    first_row : int
        Number of rows before, for messages.
    where : str

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    DataError
        If a weight is missing, negative, no finite number, or above 2 ** 40: names the row.
    """
    values = column.combine_chunks()
    if values.null_count:
        _refuse("missing", first_row + int(np.asarray(values.is_null()).argmax()), where)
    found = numbers_of(plain(values), None)
    if any(found.special):
        floats = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
        place = int((~np.isfinite(floats)).argmax())
        _refuse(f"{floats[place]}", first_row + place, where)
    numbers = np.asarray(found.finite, dtype=np.float64)
    is_wrong = (numbers < 0) | (numbers > _LARGEST)
    if is_wrong.any():
        place = int(is_wrong.argmax())
        _refuse(f"{numbers[place]:g}", first_row + place, where)
    return np.rint(numbers * WEIGHT_UNITS).astype(np.int64)


class WeightSum:
    """Sum of the weights of some rows or values, which must fit 64 bits.

    Parameters
    ----------
    where : str
        For messages.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._sum = 0.0

    def add(self, weights: np.ndarray) -> None:
        """Take in weights in units; not for several threads at once.

        Raises
        ------
        DataError
            If all so far sum to more than 2 ** 42.
        """
        self._sum += float(weights.sum(dtype=np.float64))
        if self._sum > _LARGEST_SUM:
            raise DataError(
                f"the weights of all values sum to {self._sum / WEIGHT_UNITS:.3g}, more than 2^42",
                where=self._where,
                fix="scale the weights down",
            )


def _refuse(what: str, row: int, where: str) -> None:
    raise DataError(
        f"the weight of row {row + 1} is {what}",
        where=where,
        fix="give each row a finite weight from 0 to 2^40, or leave out such rows first",
    )
