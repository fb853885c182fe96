"""States of small tables, worked out row by row: slow, plain, and apart from the scan."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from penstock.ml.data.metadata.statistics import StatisticsType
from penstock.ml.data.statistics import text_state, value_sample
from penstock.ml.data.statistics.exact_sum import add, scaled
from penstock.ml.data.statistics.prefix_histogram import of_lengths, of_numbers
from penstock.ml.data.statistics.state import (
    WEIGHT_UNITS,
    BytesState,
    DatasetState,
    ExactSum,
    FeatureState,
    NestLevel,
    NumericState,
    PrefixHistogram,
)
from penstock.ml.data.statistics.text_hash import long_text

Weighted = list[tuple[Any, int]]


def exact(number: float) -> ExactSum:
    """A finite number, exactly."""
    numerator, denominator = number.as_integer_ratio()
    return scaled(numerator, 1 - denominator.bit_length())


def sum_of(numbers: Iterable[float]) -> ExactSum:
    """Sum of finite numbers."""
    return add(map(exact, numbers))


def sum_of_squares(numbers: Iterable[float]) -> ExactSum:
    """Sum of the squares of finite numbers."""
    roots = map(exact, numbers)
    return add(scaled(root.mantissa * root.mantissa, 2 * root.exponent) for root in roots)


def naive_state(table: pa.Table, *, weight: str = "", name: str = "", limit: int = 0) -> DatasetState:
    """The state of a table of flat columns, lists and structs."""
    units = [WEIGHT_UNITS] * table.num_rows
    if weight:
        units = [round(number * WEIGHT_UNITS) for number in table[weight].to_pylist()]
    features: dict[tuple[str, ...], FeatureState] = {}
    texts = sum(_is_text(kind) or pa.types.is_binary(kind) for field in table.schema for kind in _leaves(field.type))
    for field in table.schema:
        rows = list(zip(table[field.name].to_pylist(), units, strict=True))
        _add((field.name,), field.type, rows, features, (bool(weight), limit or value_sample.value_limit(texts)))
    total = sum(units) if weight else None
    return DatasetState(name, table.num_rows, {path: features[path] for path in sorted(features)}, total)


def _add(
    path: tuple[str, ...],
    kind: pa.DataType,
    rows: Weighted,
    features: dict[tuple[str, ...], FeatureState],
    options: tuple[bool, int],
) -> None:
    is_weighted, limit = options
    levels = []
    row_lengths = _row_lengths(rows, kind, is_weighted)
    while pa.types.is_list(kind):
        present = [(value, units) for value, units in rows if value is not None]
        # A null is no value, but a list of its own where lists are inside.
        is_outer = pa.types.is_list(kind.value_type)
        lengths = [sum(is_outer or item is not None for item in value) for value, _ in present]
        levels.append(_level(rows, lengths, is_weighted))
        rows, kind = [(item, units) for value, units in present for item in value], kind.value_type
    if not levels:
        levels.append(_level(rows, [1 for value, _ in rows if value is not None], is_weighted))
    values = [(value, units) for value, units in rows if value is not None]
    if pa.types.is_struct(kind):
        features[path] = FeatureState(path, "STRUCT", tuple(levels), row_lengths=row_lengths)
        for field in kind:
            inner = [(value[field.name], units) for value, units in values]
            _add((*path, field.name), field.type, inner, features, options)
        return
    features[path] = replace(_leaf(path, kind, tuple(levels), values, is_weighted, limit), row_lengths=row_lengths)


def _leaf(
    path: tuple[str, ...],
    kind: pa.DataType,
    levels: tuple[NestLevel, ...],
    values: Weighted,
    is_weighted: bool,
    limit: int,
) -> FeatureState:
    if _is_text(kind):
        return FeatureState(path, "STRING", levels, text=_text(values, is_weighted, limit) if values else None)
    if pa.types.is_binary(kind):
        return _binary_leaf(path, levels, values, is_weighted, limit)
    is_float = pa.types.is_floating(kind)
    domain = "BOOL" if pa.types.is_boolean(kind) else ""
    number = [(value if is_float else int(value), units) for value, units in values]
    numeric = _numeric(number, is_weighted) if number else None
    return FeatureState(path, "FLOAT" if is_float else "INT", levels, numeric=numeric, domain=domain)


def _binary_leaf(
    path: tuple[str, ...], levels: tuple[NestLevel, ...], values: Weighted, is_weighted: bool, limit: int
) -> FeatureState:
    if not values:
        return FeatureState(path, "STRING", levels)
    valid = [(value.decode(), units) for value, units in values if _is_utf8(value)]
    binary = _binary(values, is_weighted, limit)
    num_invalid = len(values) - len(valid)
    text = replace(_text(valid, is_weighted, limit), lengths=binary.sizes, num_invalid_utf8=num_invalid)
    kind: StatisticsType = "BYTES" if num_invalid > len(valid) else "STRING"
    return FeatureState(path, kind, levels, text=text, bytes=binary)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _row_lengths(rows: Weighted, kind: pa.DataType, is_weighted: bool) -> PrefixHistogram | None:
    if not (pa.types.is_list(kind) and pa.types.is_list(kind.value_type)):
        return None
    present = [(value, units) for value, units in rows if value is not None]
    lengths = np.array([_num_innermost(value, kind) for value, _ in present], dtype=np.int64)
    weights = np.array([units for _, units in present], dtype=np.int64)
    return of_lengths(lengths, weights=weights if is_weighted else None)


def _num_innermost(value: Any, kind: pa.DataType) -> int:
    if value is None:
        return 0
    return sum(_num_innermost(item, kind.value_type) for item in value) if pa.types.is_list(kind) else 1


def _level(rows: Weighted, lengths: Sequence[int], is_weighted: bool) -> NestLevel:
    weights = [units for value, units in rows if value is not None]
    missing = [units for value, units in rows if value is None]
    return NestLevel(
        len(missing),
        of_lengths(np.array(lengths, dtype=np.int64), weights=np.array(weights) if is_weighted else None),
        sum(missing) if is_weighted else 0,
    )


def _numeric(values: Weighted, is_weighted: bool) -> NumericState:
    finite = [(value, units) for value, units in values if math.isfinite(value)]
    numbers, units = [value for value, _ in finite], [units for _, units in finite]
    kinds = Counter("nan" if math.isnan(value) else str(value) for value, _ in values if not math.isfinite(value))
    weights = Counter[str]()
    for value, amount in values:
        if not math.isfinite(value):
            weights["nan" if math.isnan(value) else str(value)] += amount if is_weighted else 0
    roots = [(exact(value), amount) for value, amount in finite]
    return NumericState(
        histogram=of_numbers(np.array(numbers), weights=np.array(units, dtype=np.int64) if is_weighted else None),
        num_nan=kinds["nan"],
        num_positive_inf=kinds["inf"],
        num_negative_inf=kinds["-inf"],
        num_zeros=numbers.count(0),
        minimum=min(numbers, default=None),
        maximum=max(numbers, default=None),
        total=sum_of(numbers),
        squares=sum_of_squares(numbers),
        weighted_total=add(scaled(x.mantissa * w, x.exponent) for x, w in roots) if is_weighted else None,
        weighted_squares=add(scaled(x.mantissa**2 * w, 2 * x.exponent) for x, w in roots) if is_weighted else None,
        weight_nan=weights["nan"],
        weight_positive_inf=weights["inf"],
        weight_negative_inf=weights["-inf"],
    )


def _text(values: Weighted, is_weighted: bool, limit: int) -> Any:
    whole = pa.array([value for value, _ in values], pa.string())
    weights = np.array([units for _, units in values], dtype=np.int64) if is_weighted else None
    texts = pa.array([long_text(value) for value, _ in values], pa.string())
    made = text_state.of_counts(texts, np.ones(len(values), dtype=np.int64), weights, limit=limit)
    lengths = np.array([len(value.encode()) for value in whole.to_pylist()], dtype=np.int64)
    characters = sum(len(value) for value, _ in values)
    return type(made)(made.sample, made.short, made.cells, of_lengths(lengths, weights=weights), characters)


def _binary(values: Weighted, is_weighted: bool, limit: int) -> BytesState:
    import hashlib

    digests = pa.array([hashlib.md5(value).hexdigest() for value, _ in values])
    weights = np.array([units for _, units in values], dtype=np.int64) if is_weighted else None
    ones = np.ones(len(values), dtype=np.int64)
    sizes = of_lengths(np.array([len(value) for value, _ in values], dtype=np.int64), weights=weights)
    return BytesState(value_sample.of_counts(digests, ones, weights, limit=limit), sizes)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind))


def _leaves(kind: pa.DataType) -> list[pa.DataType]:
    if pa.types.is_list(kind):
        return _leaves(kind.value_type)
    if pa.types.is_struct(kind):
        return [leaf for field in kind for leaf in _leaves(field.type)]
    return [kind]
