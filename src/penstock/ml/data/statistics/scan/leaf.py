"""What the innermost values of a column are: numbers or texts, by their Arrow type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.ml.data.statistics.scan.number_collector import Numbers, without_specials

if TYPE_CHECKING:
    from penstock.ml.data.metadata.statistics import StatisticsType

_MICROSECONDS = {"s": 1_000_000, "ms": 1000, "us": 1}
_DAY_MS = 86_400_000
_INT64_LARGEST = (1 << 63) - 1
_INT32_LARGEST = (1 << 31) - 1
_MOST_INTEGER_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Leaf:
    """How values of a type are counted.

    Parameters
    ----------
    type : str
        Of the feature.
    kind : str
        ``binary`` (perhaps text), ``none`` for a column that can hold only nulls.
    domain : str
        What the column's type tells besides.
    """

    type: StatisticsType
    kind: Literal["number", "text", "binary", "none"]
    domain: str = ""


@lru_cache(maxsize=256)
def leaf_of(kind: pa.DataType) -> Leaf:
    """The leaf of an Arrow type that is neither list nor struct."""
    types = pa.types
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return leaf_of(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return Leaf("STRING", "text") if kind.extension_name == "arrow.uuid" else leaf_of(kind.storage_type)
    if types.is_null(kind):
        return Leaf("STRING", "none")
    if types.is_boolean(kind):
        return Leaf("INT", "number", "BOOL")
    if types.is_integer(kind):
        return Leaf("INT", "number")
    if types.is_floating(kind):
        return Leaf("FLOAT", "number")
    if types.is_decimal(kind):
        is_whole = kind.scale == 0 and kind.precision <= _MOST_INTEGER_DIGITS
        return Leaf("INT" if is_whole else "FLOAT", "number")
    if types.is_temporal(kind) and not types.is_interval(kind):
        return Leaf("INT", "number", _time_domain(kind))
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    return Leaf("STRING", "binary" if _is_bytes(kind) and not is_text else "text")


def plain(values: pa.Array) -> pa.Array:
    """The same values in a type that Arrow computes with: no extensions, views, maps or run-end encoding.

    Texts have 32-bit offsets, perhaps in a dictionary without nulls; what is neither number, text, list nor struct
    becomes text as Python writes it.
    """
    kind, types = values.type, pa.types
    if isinstance(values, pa.DictionaryArray):
        if not _is_bytes(kind.value_type) or values.dictionary.null_count:
            return plain(values.dictionary_decode())
        return pa.DictionaryArray.from_arrays(values.indices, plain(values.dictionary))
    if isinstance(values, pa.ExtensionArray) and kind.extension_name != "arrow.uuid":
        return plain(values.storage)
    if types.is_run_end_encoded(kind):
        return plain(pc.run_end_decode(values))
    if types.is_map(kind):
        return values.cast(pa.list_(pa.struct([kind.key_field, kind.item_field])))
    if types.is_list_view(kind) or types.is_large_list_view(kind):
        return _as_lists(values)
    if types.is_large_string(kind) or types.is_string_view(kind):
        return values.cast(pa.string())
    if types.is_large_binary(kind) or types.is_binary_view(kind) or types.is_fixed_size_binary(kind):
        return values.cast(pa.binary())
    if types.is_union(kind) or not (types.is_nested(kind) or _is_bytes(kind) or leaf_of(kind).kind != "text"):
        return pa.array([_text(value) for value in values.to_pylist()], pa.string())
    return values


def numbers_of(values: pa.Array, weights: np.ndarray | None) -> Numbers:
    """Numbers of values without nulls; dates as days, instants and times as microseconds.

    Raises
    ------
    pyarrow.ArrowInvalid
        If a time is out of the range of microseconds in 64 bits.
    """
    kind, types = values.type, pa.types
    if types.is_floating(kind) or (types.is_decimal(kind) and leaf_of(kind).type == "FLOAT"):
        return _floats(values.cast(pa.float64()).to_numpy(zero_copy_only=False), weights)
    if types.is_uint64(kind):
        return Numbers(values.to_numpy(zero_copy_only=False), weights)
    if types.is_decimal(kind) or types.is_boolean(kind) or types.is_integer(kind):
        return Numbers(values.cast(pa.int64()).to_numpy(zero_copy_only=False), weights)
    if types.is_date32(kind):
        return _endless(_integers(values, pa.int32()), weights, _INT32_LARGEST)
    if types.is_date64(kind):
        return Numbers(_integers(values, pa.int64()) // _DAY_MS, weights)
    return _times(values, weights)


def _as_lists(views: pa.Array) -> pa.Array:
    """Views as lists; Arrow's own cast loses an offset."""
    lengths = np.asarray(pc.list_value_length(views).fill_null(0), dtype=np.int64)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int64())
    return pa.LargeListArray.from_arrays(offsets, views.flatten(), mask=views.is_null())


def _floats(values: np.ndarray, weights: np.ndarray | None) -> Numbers:
    if np.isfinite(values).all():
        return Numbers(values, weights)
    return without_specials(values, weights, (np.isnan(values), values == np.inf, values == -np.inf))


def _times(values: pa.Array, weights: np.ndarray | None) -> Numbers:
    unit = values.type.unit
    ticks = _integers(values, pa.int32() if pa.types.is_time32(values.type) else pa.int64())
    found = _endless(ticks, weights, _INT64_LARGEST)
    if unit == "ns":
        return Numbers(found.finite // 1000, found.weights, found.special, found.special_weights)
    factor = _MICROSECONDS[unit]
    if found.finite.size and max(int(found.finite.max()), -int(found.finite.min())) * factor > _INT64_LARGEST:
        raise pa.ArrowInvalid("a time beyond the year 294,246 has no place in microseconds of 64 bits")
    return Numbers(found.finite * factor, found.weights, found.special, found.special_weights)


def _integers(values: pa.Array, kind: pa.DataType) -> np.ndarray:
    return np.asarray(values.view(kind), dtype=np.int64)


def _endless(ticks: np.ndarray, weights: np.ndarray | None, largest: int) -> Numbers:
    """DuckDB writes ``infinity`` as the largest integer, and its negative."""
    if not ticks.size or (int(ticks.max()) != largest and int(ticks.min()) > -largest):
        return Numbers(ticks, weights)
    none = np.zeros(ticks.size, dtype=bool)
    return without_specials(ticks, weights, (none, ticks == largest, ticks <= -largest))


def _time_domain(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP_TZ_US" if kind.tz else "TIMESTAMP_US"
    return "TIME_US" if pa.types.is_time(kind) else "DURATION_US"


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    is_binary = types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)
    return bool(is_text or is_binary or types.is_fixed_size_binary(kind))


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value)
