"""Which rows offend, in SQL, by the type of the anomaly: a table of conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from penstock.ml.data.anomalies.check.number import float32
from penstock.ml.data.anomalies.column import Column
from penstock.ml.data.connection import quote_text
from penstock.ml.data.metadata.schema import Feature, ValueCount
from penstock.ml.data.schema.schema_view import SchemaView


@dataclass(frozen=True, slots=True)
class Place:
    """What a condition is about.

    Parameters
    ----------
    column : Column
    feature : Feature
        Of the schema.
    schema : SchemaView
    detail : str or int
        Of the problem: nest level, token, number of places.
    """

    column: Column
    feature: Feature
    schema: SchemaView
    detail: str | int


class NoRowsError(Exception):
    """No row offends by itself; the text says why."""


Condition = Callable[[Place], str]


def condition(kind: str, place: Place) -> str:
    """The condition that offending rows meet.

    Raises
    ------
    NoRowsError
        If single rows cannot be told.
    """
    if place.column.kind == "other":
        raise NoRowsError("values of this column's type cannot be looked into")
    if kind not in CONDITIONS:
        raise NoRowsError(why_not(kind))
    return CONDITIONS[kind](place)


_WHY_NOT = (
    ("SCHEMA_NEW_COLUMN", "it is about the whole column"),
    ("SCHEMA_MISSING_COLUMN", "the column is not there"),
    ("COMPARATOR_CONTROL", "it is about the statistics to compare with"),
    ("COMPARATOR_", "it compares distributions, to which every row contributes"),
    ("DATASET_", "it is about the number of rows"),
    ("FEATURE_TYPE_HIGH_UNIQUE", "any of the values may be the superfluous ones"),
    ("FEATURE_TYPE_NO_UNIQUE", "it is about the statistics"),
    ("STATS_NOT_AVAILABLE", "it is about the statistics"),
    ("VALUE_NESTEDNESS_MISMATCH", "it is about the type of the whole column"),
    ("SEQUENCE_VALUE_", "it is about counts of tokens over all rows"),
    ("FEATURE_COVERAGE_", "it is about an average over all rows"),
)


def why_not(kind: str) -> str:
    """Why an anomaly has no rows."""
    return next((why for start, why in _WHY_NOT if kind.startswith(start)), "it is about the schema itself")


def whole_number(value: str, kind: str) -> str:
    """A value as an integer, or null where it is none; as statistics count dates and times."""
    if kind == "text":
        return (
            f"case when regexp_full_match({value}, '\\s*[+-]?[0-9]+\\s*') then try_cast(trim({value}) as hugeint) end"
        )
    return _NUMBERS.get(kind, "{0}").format(value)


_NUMBERS = {
    "bool": "{0}::integer",
    "date": "date_diff('day', date '1970-01-01', {0})",
    "timestamp": "epoch_us({0})",
    "time": "epoch_us({0})",
    "text": "try_cast({0} as double)",
}


def _number(value: str, kind: str) -> str:
    return _NUMBERS.get(kind, "{0}").format(value)


def _in_32_bits(value: str, kind: str) -> str:
    """Bounds of floats have 32 bits, so both sides are compared so; what does not fit stays as it is."""
    number = _number(value, kind)
    return f"coalesce(try_cast({number} as float)::double, {number}::double)"


def _literal(value: float) -> str:
    return f"{quote_text(repr(value))}::double"


def _values(offends: Callable[[Place, str], str]) -> Condition:
    """A condition on one value, as a condition on rows."""
    return lambda place: place.column.any_value(lambda value: offends(place, value))


def _not_of_type(place: Place) -> str:
    kind, expected = place.column.kind, place.feature.type
    test = _TYPE_TESTS.get((str(expected), kind), "true")
    if not test:
        raise NoRowsError(f"every value can be read as {expected}; the type of the whole column differs")
    return place.column.any_value(lambda value: test.format(value, whole=whole_number(value, kind)))


_TYPE_TESTS: Mapping[tuple[str, str], str] = {
    ("FLOAT", "text"): "try_cast({0} as double) is null",
    **{("FLOAT", kind): "" for kind in ("int", "float", "decimal", "bool")},
    ("INT", "text"): "({whole}) is null",
    ("INT", "float"): "not isfinite({0}) or {0} <> trunc({0})",
    ("INT", "decimal"): "{0} <> trunc({0})",
    **{("INT", kind): "" for kind in ("int", "bool", "date", "timestamp", "time")},
    ("BYTES", "text"): "",
    ("BYTES", "binary"): "",
    ("STRUCT", "struct"): "",
}
"""Values that cannot be read as the schema's type, by the data's; empty where all can, every value where it lacks."""


def _bounded(domain: str, bound: str, sign: str) -> Condition:
    def offends(place: Place, value: str) -> str:
        limit = getattr(getattr(place.feature, domain), bound)
        if domain == "int_domain":
            return f"({whole_number(value, place.column.kind)}) {sign} {limit}"
        number = _in_32_bits(value, place.column.kind)
        return f"{number} {sign} {_literal(float32(limit))} and not isnan({number})"

    return _values(offends)


def _listed(values: Sequence[str | None]) -> str:
    return ", ".join(quote_text(value) for value in values if value is not None)


def _outside(place: Place) -> str:
    domain = place.schema.string_domain(place.feature)
    known = _listed(domain.value if domain else ())
    return place.column.any_value(lambda value: f"{value}::varchar not in ({known})" if known else "true")


def _not_boolean(place: Place, value: str) -> str:
    domain = place.feature.bool_domain
    known = _listed((domain.true_value, domain.false_value) if domain else ())
    return f"{value}::varchar not in ({known})" if known else "true"


def _lengths(sign: str, bound: str) -> Condition:
    def offends(place: Place) -> str:
        column, level = place.column, int(place.detail)
        several = place.feature.value_counts
        counts = several.value_count if several else (place.feature.value_count or ValueCount(),)
        limit = getattr(counts[level], bound)
        if column.is_inside_list:
            raise NoRowsError("the values are inside of structs in lists")
        if not column.depth:
            return f"{column.sql} is not null and 1 {sign} {limit}"
        if not level:
            return f"len({column.sql}) {sign} {limit}"
        outer = Column(column.sql, level, column.kind)
        return outer.any_value(lambda value: f"len({value}) {sign} {limit}")

    return offends


def _shape(place: Place) -> str:
    return f"{place.column.sql} is null or {place.column.length} <> {place.detail}"


def _unreadable(place: Place, value: str) -> str:
    if place.column.kind != "binary":
        raise NoRowsError("the column holds no bytes of images")
    starts = ("FFD8FF", "89504E470D0A1A0A", "474946383961", "474946383761", "424D")
    return " and ".join(f"not starts_with(hex({value}), '{start}')" for start in starts)


def _binary(test: str, why: str) -> Condition:
    def offends(place: Place, value: str) -> str:
        if place.column.kind != "binary":
            raise NoRowsError(why)
        size = place.feature.image_domain.max_image_byte_size if place.feature.image_domain else None
        return test.format(value, size=size)

    return _values(offends)


def _missing(place: Place) -> str:
    return f"{place.column.sql} is null"


CONDITIONS: Mapping[str, Condition] = {
    "UNEXPECTED_DATA_TYPE": _not_of_type,
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": _missing,
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": _missing,
    "FEATURE_TYPE_NOT_PRESENT": _missing,
    "FEATURE_TYPE_LOW_NUMBER_VALUES": _lengths("<", "min"),
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": _lengths(">", "max"),
    "INVALID_FEATURE_SHAPE": _shape,
    "INT_TYPE_SMALL_INT": _bounded("int_domain", "min", "<"),
    "INT_TYPE_BIG_INT": _bounded("int_domain", "max", ">"),
    "INT_TYPE_NOT_INT_STRING": _values(lambda place, value: f"({whole_number(value, place.column.kind)}) is null"),
    "FLOAT_TYPE_SMALL_FLOAT": _bounded("float_domain", "min", "<"),
    "FLOAT_TYPE_BIG_FLOAT": _bounded("float_domain", "max", ">"),
    "FLOAT_TYPE_STRING_NOT_FLOAT": _values(lambda _, value: f"try_cast({value} as double) is null"),
    "FLOAT_TYPE_HAS_NAN": _values(lambda _, value: f"isnan(try_cast({value} as double))"),
    "FLOAT_TYPE_HAS_INF": _values(lambda _, value: f"isinf(try_cast({value} as double))"),
    "BOOL_TYPE_SMALL_INT": _values(lambda place, value: f"{_number(value, place.column.kind)} not in (0, 1)"),
    "BOOL_TYPE_BIG_INT": _values(lambda place, value: f"{_number(value, place.column.kind)} not in (0, 1)"),
    "BOOL_TYPE_UNEXPECTED_FLOAT": _values(lambda place, value: f"{_number(value, place.column.kind)} not in (0, 1)"),
    "BOOL_TYPE_UNEXPECTED_STRING": _values(_not_boolean),
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES": _outside,
    "ENUM_TYPE_INVALID_UTF8": _binary("try(decode({0})) is null", "the column was read as text, which is UTF-8"),
    "MAX_IMAGE_BYTE_SIZE_EXCEEDED": _binary("octet_length({0}) > {size}", "the column holds no bytes of images"),
    "LOW_SUPPORTED_IMAGE_FRACTION": _values(_unreadable),
}
"""By type of anomaly; those of the number of distinct values, of sparse and of weighted features are apart."""
