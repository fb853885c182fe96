"""How two columns go together: counted in tables, and merged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.core.error import DataError
from penstock.ml.data.metadata.statistics import StatisticsType
from penstock.ml.data.statistics.exact_product import sum_of_products
from penstock.ml.data.statistics.exact_sum import add
from penstock.ml.data.statistics.state import MAX_PAIRS, CategoricalCross, CrossState, NumericCross
from penstock.ml.data.statistics.text_hash import LONG_BYTES, long_text

_WHERE = "cross of columns"
_MISSING = ""
_SUMS = ("total_x", "total_y", "squares_x", "squares_y", "products")


def cross_of(table: pa.Table, x: str, y: str, weights: np.ndarray | None = None) -> CrossState:
    """Two columns of some rows.

    Two columns of numbers are correlated, as float64; others are counted by pairs of values.

    Parameters
    ----------
    table : pyarrow.Table
        With both columns.
    x, y : str
        Their names.
    weights : ndarray of int64, shape (num_rows,), optional
        In weight units.

    Raises
    ------
    DataError
        If a column is neither of numbers, texts nor booleans, or floats are crossed with texts.
    """
    kinds = _kind(table.schema, x), _kind(table.schema, y)
    if all(kind in ("INT", "FLOAT") for kind in kinds):
        return CrossState(x, y, numeric=_numeric(table.column(x), table.column(y)))
    if "FLOAT" in kinds:
        raise _refused((x, y)[kinds.index("FLOAT")], "holds floats, which cannot be crossed with categories")
    sides = [_labels(table.column(name)) for name in (x, y)]
    ones = np.ones(table.num_rows, dtype=np.int64)
    types: list[StatisticsType] = ["STRING" if kind == "STRING" else "INT" for kind in kinds]
    return CrossState(x, y, categorical=_counted(sides[0], sides[1], ones, weights, types))


def merge_crosses(parts: Sequence[CrossState]) -> CrossState:
    """The same two columns in all rows of the parts.

    Raises
    ------
    DataError
        If they are numbers in one part and categories in another, or have too many pairs of values.
    """
    first = parts[0]
    numeric = [part.numeric for part in parts if part.numeric is not None]
    categorical = [part.categorical for part in parts if part.categorical is not None]
    if numeric and categorical:
        raise _refused(first.x, f"is crossed with '{first.y}' as numbers in one part and as categories in another")
    if numeric:
        return CrossState(first.x, first.y, numeric=_merge_numeric(numeric))
    return CrossState(first.x, first.y, categorical=_merge_categorical(categorical, first))


def _kind(schema: pa.Schema, name: str) -> str:
    """``INT`` and ``FLOAT`` for numbers, ``BOOL``, ``STRING`` for texts and columns of nulls."""
    kind = schema.field(name).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_integer(kind):
        return "INT"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "FLOAT"
    if pa.types.is_boolean(kind):
        return "BOOL"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "STRING"
    if pa.types.is_null(kind):
        return "STRING"
    raise _refused(name, f"is {kind}")


def _refused(name: str, what: str) -> DataError:
    return DataError(
        f"column '{name}' {what}",
        where=_WHERE,
        fix="cross columns of numbers, or columns of few texts, whole numbers or booleans",
    )


def _numeric(x: pa.ChunkedArray, y: pa.ChunkedArray) -> NumericCross:
    first, second = (np.asarray(column.cast(pa.float64(), safe=False), dtype=np.float64) for column in (x, y))
    is_number = ~(np.isnan(first) | np.isnan(second))
    is_finite = np.isfinite(first) & np.isfinite(second)
    first, second = first[is_finite], second[is_finite]
    ones = np.ones(first.size)
    return NumericCross(
        count=first.size,
        num_infinite=int(is_number.sum()) - first.size,
        total_x=sum_of_products(first, ones),
        total_y=sum_of_products(second, ones),
        squares_x=sum_of_products(first, first),
        squares_y=sum_of_products(second, second),
        products=sum_of_products(first, second),
    )


def _labels(column: pa.ChunkedArray) -> pa.Array:
    """Values as text behind a sign, and missing ones as an empty text."""
    plain = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_boolean(plain.type):
        plain = plain.cast(pa.int8())
    texts = plain.cast(pa.string())
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > LONG_BYTES:
        texts = pa.array([None if text is None else long_text(text) for text in texts.to_pylist()], pa.string())
    return pc.fill_null(pc.binary_join_element_wise("=", texts, ""), _MISSING)


def _counted(
    x: pa.Array, y: pa.Array, counts: np.ndarray, weights: np.ndarray | None, types: Sequence[StatisticsType]
) -> CategoricalCross:
    columns = {"x": x, "y": y, "count": counts}
    if weights is not None:
        columns["weight"] = weights
    sums = [(name, "sum") for name in columns if name not in ("x", "y")]
    groups = pa.table(columns).group_by(["x", "y"], use_threads=False).aggregate(sums)
    if groups.num_rows > MAX_PAIRS:
        raise DataError(
            f"the two columns have {groups.num_rows:,} pairs of values, more than {MAX_PAIRS:,}",
            where=_WHERE,
            fix="cross columns with few distinct values",
        )
    groups = groups.sort_by([("x", "ascending"), ("y", "ascending")]).combine_chunks()
    return CategoricalCross(
        _whole(groups["x"]),
        _whole(groups["y"]),
        groups["count_sum"].to_numpy(),
        None if weights is None else groups["weight_sum"].to_numpy(),
        *types,
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _merge_numeric(parts: Sequence[NumericCross]) -> NumericCross:
    sums = {name: add(getattr(part, name) for part in parts) for name in _SUMS}
    return NumericCross(sum(part.count for part in parts), sum(part.num_infinite for part in parts), **sums)


def _merge_categorical(parts: Sequence[CategoricalCross], first: CrossState) -> CategoricalCross:
    weights = [part.weights for part in parts if part.weights is not None]
    types = [_merge_type(parts, side, name) for side, name in (("x", first.x), ("y", first.y))]
    return _counted(
        pa.concat_arrays([part.values_x for part in parts]),
        pa.concat_arrays([part.values_y for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate(weights) if len(weights) == len(parts) else None,
        types,
    )


def _merge_type(parts: Sequence[CategoricalCross], side: str, name: str) -> StatisticsType:
    """The type of a column; a part without any value of it fits every type."""
    valued = [part for part in parts if pc.any(pc.not_equal(getattr(part, f"values_{side}"), _MISSING)).as_py()]
    types = sorted({getattr(part, f"type_{side}") for part in valued or parts})
    if len(types) > 1 and valued:
        raise _refused(name, f"is {types[0]} in some of the statistics and {types[1]} in others")
    found: StatisticsType = types[0]
    return found
