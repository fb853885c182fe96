"""How many values a row may have, and of which shape."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from penstock.ml.data.anomalies.problem import Found, Problem, Subject
from penstock.ml.data.metadata.schema import ValueCount


def value_counts(subject: Subject) -> Found:
    """Fewer or more values than `value_count`, or than `value_counts` on a nest level."""
    one, several = subject.feature.value_count, subject.feature.value_counts
    levels = subject.view.levels
    if one is not None:
        yield from _nested(len(levels)) if len(levels) > 1 else _level(one, levels[0], 0, "")
    elif several is not None:
        yield from _levels(several.value_count, levels)


def shape(subject: Subject) -> Found:
    """Missing values, a varying number of them, or another number than the shape has places."""
    expected = subject.feature.shape
    if expected is None:
        return
    levels = subject.view.levels
    places = prod(dim.size or 0 for dim in expected.dim)
    actual = prod(low for low, _ in levels)
    if any(low != high or not low for low, high in levels) or any(subject.view.missing_levels):
        told = "the values are missing in places, or their number varies"
    elif actual != places:
        told = f"each row has {actual} values where the shape has {places} places"
    else:
        return
    yield Problem("INVALID_FEATURE_SHAPE", "Feature shape dropped", f"The feature has a shape, and {told}.", places)


def _nested(depth: int) -> Iterator[Problem]:
    yield Problem(
        "VALUE_NESTEDNESS_MISMATCH",
        "Mismatched value nest level",
        f"The schema has a value_count, and the values are nested {depth} levels deep; value_counts has one per level.",
    )


def _levels(expected: tuple[ValueCount, ...], levels: tuple[tuple[int, int], ...]) -> Iterator[Problem]:
    if len(expected) != len(levels):
        yield Problem(
            "VALUE_NESTEDNESS_MISMATCH",
            "Mismatched value nest level",
            f"The schema has value_counts for {len(expected)} nest levels, the data have {len(levels)}; "
            "the numbers of values were not checked.",
        )
        return
    for number, (bounds, level) in enumerate(zip(expected, levels, strict=True)):
        yield from _level(bounds, level, number, f" on nest level {number}")


def _level(bounds: ValueCount, level: tuple[int, int], number: int, where: str) -> Iterator[Problem]:
    fewest, most = level
    if bounds.min is not None and fewest < bounds.min:
        yield Problem(
            "FEATURE_TYPE_LOW_NUMBER_VALUES",
            "Missing values",
            f"Some rows have fewer values than expected{where}: at least {bounds.min}, actual {fewest}.",
            number,
        )
    if bounds.max is not None and most > bounds.max:
        yield Problem(
            "FEATURE_TYPE_HIGH_NUMBER_VALUES",
            "Superfluous values",
            f"Some rows have more values than expected{where}: at most {bounds.max}, actual {most}.",
            number,
        )
