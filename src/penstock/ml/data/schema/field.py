"""What the records of TensorFlow Metadata consist of, read off their annotations, for every format that knows them."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

import msgspec

from penstock.core.error import DataError, closest
from penstock.ml.data.metadata.domain import SequenceValueConstraints, TimeDomain, TimeOfDayDomain
from penstock.ml.data.metadata.schema import Feature

FieldType: TypeAlias = Literal["text", "int", "float", "bool", "bytes", "word", "record", "map", "plain"]

PRESENCE = ("presence", "group_presence")
SHAPES = ("shape", "value_count", "value_counts")
DOMAINS = (
    "domain",
    "int_domain",
    "float_domain",
    "string_domain",
    "bool_domain",
    "struct_domain",
    "natural_language_domain",
    "image_domain",
    "audio_domain",
    "video_domain",
    "content_chunk_domain",
    "mid_domain",
    "url_domain",
    "time_domain",
    "time_of_day_domain",
)
"""Fields of a feature of which one at most is its domain."""
_FORMATS = ("string_format", "integer_format")
ONE_OF: dict[type, tuple[tuple[str, ...], ...]] = {
    Feature: (PRESENCE, SHAPES, DOMAINS),
    SequenceValueConstraints: (("int_value", "string_value"),),
    TimeDomain: (_FORMATS,),
    TimeOfDayDomain: (_FORMATS,),
}


@dataclass(frozen=True, slots=True)
class FieldKind:
    """One field of a record.

    Parameters
    ----------
    name, json_name : str
        In the text format (``min_count``) and in JSON (``minCount``).
    kind : str
        ``word`` is an enumeration; ``map`` a map from text to records; ``plain`` JSON without a known shape.
    many : bool
        Whether it is a list.
    record : type, optional
        Of a ``record`` or of a ``map``'s values.
    words : tuple of str
        Of a ``word``.
    """

    name: str
    json_name: str
    kind: FieldType
    many: bool = False
    record: type[msgspec.Struct] | None = None
    words: tuple[str, ...] = ()


@cache
def fields_of(kind: type[msgspec.Struct]) -> Mapping[str, FieldKind]:
    """Fields of a record by name, in the order of its definition."""
    hints = typing.get_type_hints(kind)
    return {
        field.name: _field(field.name, field.encode_name, hints[field.name]) for field in msgspec.structs.fields(kind)
    }


@cache
def names_of(kind: type[msgspec.Struct]) -> Mapping[str, FieldKind]:
    """Fields of a record by either of their names."""
    fields = fields_of(kind)
    return {**{field.json_name: field for field in fields.values()}, **fields}


def given_fields(record: msgspec.Struct) -> dict[str, Any]:
    """Fields that a record has, by name: those that are neither None nor an empty list or map."""
    return {
        name: value
        for name in fields_of(type(record))
        if (value := getattr(record, name)) is not None and value != () and value != {}
    }


def check_choices(record: msgspec.Struct, where: str) -> None:
    """Refuse a record, or one inside of it, that gives two fields of which only one is allowed.

    Raises
    ------
    DataError
        Naming both.
    """
    for group in ONE_OF.get(type(record), ()):
        given = [name for name in group if getattr(record, name) is not None]
        if len(given) > 1:
            raise DataError(
                f"{given[0]} and {given[1]} are given together",
                where=where,
                fix="keep one of them: they exclude each other",
            )
    for name, value in given_fields(record).items():
        field = fields_of(type(record))[name]
        if field.kind == "record":
            for item in value if field.many else (value,):
                check_choices(item, _inside(where, name, item))


def unknown_name(name: str, known: typing.Iterable[str], where: str, what: str = "key") -> DataError:
    """The error for a name that nothing has."""
    return DataError(f"unknown {what} {name!r}", where=where, fix=closest(name, known))


def _inside(where: str, name: str, item: msgspec.Struct) -> str:
    own = getattr(item, "name", None)
    return f"{where}, {name} {own!r}" if isinstance(own, str) else f"{where}, {name}"


def _field(name: str, json_name: str, hint: Any) -> FieldKind:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        (hint,) = [part for part in typing.get_args(hint) if part is not type(None)]
        origin = typing.get_origin(hint)
    if origin is tuple:
        inner = _field(name, json_name, typing.get_args(hint)[0])
        return FieldKind(name, json_name, inner.kind, True, inner.record, inner.words)
    if origin is dict:
        value = typing.get_args(hint)[1]
        if isinstance(value, type) and issubclass(value, msgspec.Struct):
            return FieldKind(name, json_name, "map", record=value)
        return FieldKind(name, json_name, "plain")
    if origin is Literal:
        return FieldKind(name, json_name, "word", words=typing.get_args(hint))
    if issubclass(hint, msgspec.Struct):
        return FieldKind(name, json_name, "record", record=hint)
    return FieldKind(name, json_name, _SCALARS[hint])


_SCALARS: dict[type, FieldType] = {str: "text", int: "int", float: "float", bool: "bool", bytes: "bytes"}
