"""The state of features to which the schema gives a meaning, in a union of data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.statistics.custom_state import CustomState, JoinedPart, JoinState, LanguageState, TokenState
from penstock.ml.data.statistics.prefix_histogram import merge_lengths

_WHERE = "merge of statistics"


def merge_custom(parts: Sequence[Sequence[CustomState]]) -> tuple[CustomState, ...]:
    """What the schema made count, in all parts.

    Raises
    ------
    DataError
        If the parts were counted by different schemas.
    """
    return tuple(map(_merged_custom, _aligned(parts, lambda one: (one.path, type(one).__name__))))


def _aligned(parts: Sequence[Sequence[Any]], key: Callable[[Any], Any]) -> list[list[Any]]:
    by_key = [{key(one): one for one in part} for part in parts]
    if len({tuple(found) for found in by_key}) > 1:
        raise _unlike("were computed with another schema than others")
    return [[found[name] for found in by_key] for name in by_key[0]] if by_key else []


def _unlike(what: str) -> DataError:
    return DataError(f"some statistics {what}", where=_WHERE, fix="compute all of them with the same schema")


def _merged_custom(parts: list[Any]) -> CustomState:
    if isinstance(parts[0], JoinState):
        return _merged_joins(parts)
    return _merged_languages(parts)


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
