"""The state of several columns together in a union of data sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.core.error import DataError
from penstock.ml.data.statistics.exact_sum import add
from penstock.ml.data.statistics.prefix_histogram import merge_lengths
from penstock.ml.data.statistics.row_state import (
    MAX_COMBINATIONS,
    CategoryCounts,
    CategoryPair,
    CrossState,
    CustomState,
    FormatState,
    JoinedPart,
    JoinState,
    LanguageState,
    NumberPair,
    TokenState,
)
from penstock.ml.data.statistics.value_sample import grouped

_WHERE = "merge of statistics"


def merge_cross(parts: Sequence[Sequence[CrossState]]) -> tuple[CrossState, ...]:
    """The related columns of all parts, each of which relates the same ones.

    Raises
    ------
    DataError
        If the parts relate other columns, or a column is of numbers in one and of categories in another.
    """
    return tuple(map(_merged_pair, _aligned(parts, lambda one: (one.path_x, one.path_y))))


def merge_custom(parts: Sequence[Sequence[CustomState]]) -> tuple[CustomState, ...]:
    """What the schema made count, in all parts.

    Raises
    ------
    DataError
        If the parts were counted by different schemas.
    """
    return tuple(map(_merged_custom, _aligned(parts, lambda one: (one.path, type(one).__name__))))


def check_combinations(num_x: int, num_y: int, names: str, where: str) -> None:
    """Refuse to relate columns of too many values.

    Raises
    ------
    DataError
        If there are more than `MAX_COMBINATIONS` combinations.
    """
    if num_x * num_y > MAX_COMBINATIONS:
        raise DataError(
            f"cross of {names}: {num_x:,} times {num_y:,} values are more than {MAX_COMBINATIONS:,} combinations",
            where=where,
            fix="cross columns of fewer values, or group rare values first",
        )


def _aligned(parts: Sequence[Sequence[Any]], key: Callable[[Any], Any]) -> list[list[Any]]:
    by_key = [{key(one): one for one in part} for part in parts]
    if len({tuple(found) for found in by_key}) > 1:
        raise _unlike("relate other columns, or were made with another schema, than others")
    return [[found[name] for found in by_key] for name in by_key[0]] if by_key else []


def _unlike(what: str) -> DataError:
    return DataError(
        f"some statistics {what}", where=_WHERE, fix="compute all of them with the same crosses, schema and options"
    )


def _merged_pair(parts: list[CrossState]) -> CrossState:
    numbers = [part for part in parts if isinstance(part, NumberPair)]
    categories = [part for part in parts if isinstance(part, CategoryPair)]
    if numbers and categories:
        names = f"'{'.'.join(parts[0].path_x)}' and '{'.'.join(parts[0].path_y)}'"
        raise _unlike(f"take {names} for numbers and some for categories")
    return _merged_categories(categories) if categories else _merged_numbers(numbers)


def _merged_numbers(parts: list[NumberPair]) -> NumberPair:
    return NumberPair(
        path_x=parts[0].path_x,
        path_y=parts[0].path_y,
        count=sum(part.count for part in parts),
        total_x=add(part.total_x for part in parts),
        total_y=add(part.total_y for part in parts),
        squares_x=add(part.squares_x for part in parts),
        squares_y=add(part.squares_y for part in parts),
        products=add(part.products for part in parts),
    )


def _merged_categories(parts: list[CategoryPair]) -> CategoryPair:
    x, y = _merged_counts([part.x for part in parts]), _merged_counts([part.y for part in parts])
    first = parts[0]
    names = f"'{'.'.join(first.path_x)}' and '{'.'.join(first.path_y)}'"
    check_combinations(len(x.values), len(y.values), names, _WHERE)
    counts = np.zeros(len(x.values) * len(y.values), dtype=np.int64)
    weights = None if x.weights is None else np.zeros_like(counts)
    for part in parts:
        if not part.places.size:
            continue
        in_x, in_y = (np.asarray(pc.index_in(own.values, value_set=all_.values)) for own, all_ in _sides(part, x, y))
        places = in_x[part.places // len(part.y.values)] * len(y.values) + in_y[part.places % len(part.y.values)]
        counts[places] += part.counts
        if weights is not None and part.weights is not None:
            weights[places] += part.weights
    places = np.flatnonzero(counts)
    return CategoryPair(
        first.path_x, first.path_y, x, y, places, counts[places], None if weights is None else weights[places]
    )


def _sides(part: CategoryPair, x: CategoryCounts, y: CategoryCounts) -> Iterable[tuple[CategoryCounts, CategoryCounts]]:
    return (part.x, x), (part.y, y)


def _merged_counts(parts: list[CategoryCounts]) -> CategoryCounts:
    filled = [part for part in parts if len(part.values)] or parts[:1]
    if len({part.is_number for part in filled}) > 1:
        raise _unlike("have texts where some have whole numbers")
    weights = [part.weights for part in filled if part.weights is not None]
    merged = grouped(
        pa.concat_arrays([part.values for part in filled]),
        np.concatenate([part.counts for part in filled]),
        np.concatenate(weights) if len(weights) == len(filled) else None,
    )
    return CategoryCounts(*merged, filled[0].is_number)


def _merged_custom(parts: list[Any]) -> CustomState:
    if isinstance(parts[0], JoinState):
        return _merged_joins(parts)
    if isinstance(parts[0], LanguageState):
        return _merged_languages(parts)
    formats: Counter[str] = Counter()
    for part in parts:
        formats.update(part.formats)
    return FormatState(parts[0].path, dict(sorted(formats.items())))


def _merged_joins(parts: list[JoinState]) -> JoinState:
    first = parts[0]
    if len({(part.kind, part.value, tuple(one.path for one in part.parts)) for part in parts}) > 1:
        raise _unlike(f"take '{'.'.join(first.path)}' for another feature than others")
    columns = zip(*(part.parts for part in parts), strict=True)
    return JoinState(
        first.path, first.kind, first.value, sum(part.num_missing for part in parts), tuple(map(_merged_part, columns))
    )


def _merged_part(parts: Sequence[JoinedPart]) -> JoinedPart:
    return JoinedPart(
        parts[0].path,
        sum(part.num_missing for part in parts),
        extreme(min, (part.least for part in parts)),
        extreme(max, (part.most for part in parts)),
    )


def _merged_languages(parts: list[LanguageState]) -> LanguageState:
    first = parts[0]
    if len({part.domain for part in parts}) > 1:
        raise _unlike(f"have another natural language domain of '{'.'.join(first.path)}' than others")
    return LanguageState(
        path=first.path,
        domain=first.domain,
        num_sequences=sum(part.num_sequences for part in parts),
        num_tokens=sum(part.num_tokens for part in parts),
        token_lengths=merge_lengths([part.token_lengths for part in parts]),
        sequence_lengths=merge_lengths([part.sequence_lengths for part in parts]),
        tokens=tuple(map(merge_tokens, zip(*(part.tokens for part in parts), strict=True))),
    )


def merge_tokens(parts: Sequence[TokenState]) -> TokenState:
    """One token in all parts."""
    return TokenState(
        token=parts[0].token,
        is_number=parts[0].is_number,
        frequency=sum(part.frequency for part in parts),
        num_sequences=sum(part.num_sequences for part in parts),
        least=extreme(min, (part.least for part in parts)),
        most=extreme(max, (part.most for part in parts)),
        positions=tuple(map(sum, zip(*(part.positions for part in parts), strict=True))),
    )


def extreme(choose: Callable[[list[int]], int], numbers: Iterable[int | None]) -> int | None:
    """The least or the greatest of those that are there."""
    known = [number for number in numbers if number is not None]
    return choose(known) if known else None
