"""Features from the blocks of a schema's YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, IntDomain, StringDomain, TimeDomain
from penstock.ml.data.metadata.schema import (
    Annotation,
    Dim,
    DistributionConstraints,
    Feature,
    FeatureComparator,
    FeaturePresence,
    FixedShape,
    IndexFeature,
    SparseFeature,
    StructDomain,
    UniqueConstraints,
    ValueCount,
    ValueCountList,
    ValueFeature,
)
from penstock.ml.data.schema.block_writer import (
    MEASURES,
    NEVER,
    ONE_SHAPE,
    ONE_VALUE,
    REQUIRED,
    SOME,
    TYPE_WORDS,
)
from penstock.ml.data.schema.check import CheckSeverity, join_severity
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.field import DOMAINS, SHAPES, check_choices, fields_of, unknown_name
from penstock.ml.data.schema.node import Node
from penstock.ml.data.schema.record import read_field, read_record

_TYPES = {**{word: kind for kind, word in TYPE_WORDS.items()}, "bytes": "BYTES", "bool": "INT"}
_MORE = re.compile(r"(-?[0-9]+)\+")
_NUMBER_KEYS = ("min", "max", "categorical", "allow_nan", "allow_inf")


class Draft:
    """A feature while its block is read.

    Parameters
    ----------
    path : tuple of str
    values : list of StringDomain
        Takes the domains that are written where they are used.
    """

    def __init__(self, path: tuple[str, ...], values: list[StringDomain]) -> None:
        self.path = path
        self.values = values
        self.fields: dict[str, Any] = {}
        self.word = ""
        self.numbers: dict[str, Node] = {}
        self.texts: dict[str, Node] = {}
        self.holds = ""
        self.severity: CheckSeverity | None = None
        self.notes: dict[str, Any] = {}
        self.struct: dict[str, tuple[Any, ...]] = {}
        self.is_any = False

    def put(self, name: str, value: Any, node: Node) -> None:
        """Set a field, once."""
        if name in self.fields:
            raise node.error(f"{name} is given twice, in two ways", "keep one of the two keys")
        self.fields[name] = value


def read_features(node: Node, values: list[StringDomain], parent: tuple[str, ...] = ()) -> tuple[Feature, ...]:
    """Features from a map of blocks by name, or a list of blocks with names."""
    return tuple(read_feature(block, name, values, parent) for name, block in named(node))


def named(node: Node) -> Iterator[tuple[str | None, Node]]:
    """Names and blocks of a map by name, or of a list whose blocks may have a ``name``."""
    if node.is_list():
        for item in node.list():
            block = dict(item.map())
            name = block.pop("name", None)
            yield None if name is None else name.text(), Node(block, item.where, item.line, item.keys)
    else:
        for key, item in node.map().items():
            yield key, Node({}, item.where, item.line, item.keys) if item.value is None else item


def read_feature(node: Node, name: str | None, values: list[StringDomain], parent: tuple[str, ...] = ()) -> Feature:
    """A feature from its block.

    Parameters
    ----------
    node : Node
        A map with the keys of `KEYS` and the fields of a Feature.
    name : str, optional
    values : list of StringDomain
        Gets the domain of a feature with ``values``.
    parent : tuple of str
        Path of the struct it is in.

    Raises
    ------
    DataError
        At the place of what is unknown, of the wrong type, said twice, or does not suit the feature's type.
    """
    draft = Draft((*parent, name or ""), values)
    if name is not None:
        draft.fields["name"] = name
    block = node.map()
    if "type" in block:
        _read_type(block["type"], draft)
    for key, item in node.known({**KEYS, **fields_of(Feature)}):
        if item.value is None or key == "type":
            continue
        if key in KEYS:
            KEYS[key](item, draft)
        elif key == "name":
            raise item.error("a feature's name is its key", "rename the key")
        else:
            draft.put(key, read_field(item, fields_of(Feature)[key]), item)
    _finish(draft, node)
    feature = Feature(**draft.fields)
    check_choices(feature, node.place)
    return feature


def read_sparse(node: Node, name: str | None) -> SparseFeature:
    """A sparse feature from its block."""
    draft = Draft((name or "",), [])
    if name is not None:
        draft.fields["name"] = name
    for key, item in node.known({**_SPARSE_KEYS, **fields_of(SparseFeature)}):
        if item.value is None:
            continue
        if key in _SPARSE_KEYS:
            _SPARSE_KEYS[key](item, draft)
        else:
            draft.put(key, read_field(item, fields_of(SparseFeature)[key]), item)
    return SparseFeature(**draft.fields)


def _read_type(node: Node, draft: Draft) -> None:
    draft.word = node.text()
    if draft.word not in _TYPES:
        # The words of TensorFlow Metadata are read too.
        if draft.word not in TYPE_WORDS:
            raise unknown_name(draft.word, _TYPES, node.place, "type")
        draft.word = TYPE_WORDS[draft.word]
    draft.put("type", _TYPES[draft.word], node)


def _read_required(node: Node, draft: Draft) -> None:
    value = node.resolved if isinstance(node.resolved, (bool, int, float)) else node.text()
    if value == "some":
        presence = SOME
    elif isinstance(value, bool):
        presence = REQUIRED if value else NEVER
    elif isinstance(value, (int, float)):
        presence = FeaturePresence(min_fraction=float(value), min_count=1)
    else:
        raise node.error(f"required is {value!r}", "write true, false, some (at least one value), or a fraction as 0.9")
    draft.put("presence", presence, node)


def _read_count(node: Node, draft: Draft) -> None:
    if node.value == "any":
        draft.is_any = True
    else:
        draft.put("value_count", _count(node), node)


def _read_counts(node: Node, draft: Draft) -> None:
    draft.put("value_counts", ValueCountList(value_count=tuple(_count(item) for item in node.list())), node)


def _count(node: Node) -> ValueCount:
    if node.is_map():
        return read_record(node, ValueCount)
    if node.is_list():
        limits = [item.int() for item in node.list()]
        if len(limits) != 2:
            raise node.error(f"{len(limits)} limits", "write [least, most]")
        return ValueCount(min=limits[0], max=limits[1])
    if isinstance(node.value, str) and (found := _MORE.fullmatch(node.value)):
        return ValueCount(min=int(found[1]))
    number = node.int()
    return ValueCount(min=number, max=number)


def _read_shape(name: str) -> Callable[[Node, Draft], None]:
    def read(node: Node, draft: Draft) -> None:
        if node.is_map():
            draft.put(name, read_record(node, FixedShape), node)
            return
        dims = (read_record(item, Dim) if item.is_map() else Dim(size=item.int()) for item in node.list())
        draft.put(name, FixedShape(dim=tuple(dims)), node)

    return read


def _read_number(key: str) -> Callable[[Node, Draft], None]:
    def read(node: Node, draft: Draft) -> None:
        draft.numbers[key] = node

    return read


def _read_holds(node: Node, draft: Draft) -> None:
    draft.holds = node.word(("int", "float"))
    if draft.word != "string":
        raise node.error("holds is for strings that hold numbers", "write type: string, or leave holds out")


def _read_text(key: str) -> Callable[[Node, Draft], None]:
    def read(node: Node, draft: Draft) -> None:
        if draft.word != "string":
            raise node.error(f"{key} is for strings", "write type: string, or leave it out")
        draft.texts[key] = node

    return read


def _read_values(node: Node, draft: Draft) -> None:
    if draft.word != "string":
        raise node.error(f"values are for strings, not {draft.word or 'a feature without type'}", "use min and max")
    name = path_text(draft.path)
    draft.put("domain", name, node)
    draft.values.append(StringDomain(name=name, value=tuple(item.text() for item in node.list())))


def _read_time(node: Node, draft: Draft) -> None:
    is_word = node.text() in fields_of(TimeDomain)["integer_format"].words
    given: dict[str, Any] = {"integer_format" if is_word else "string_format": node.text()}
    draft.put("time_domain", TimeDomain(**given), node)


def _read_mass(node: Node, draft: Draft) -> None:
    draft.put("distribution_constraints", DistributionConstraints(min_domain_mass=node.float()), node)


def _read_unique(node: Node, draft: Draft) -> None:
    draft.put("unique_constraints", read_record(node, UniqueConstraints), node)


def _read_comparator(name: str) -> Callable[[Node, Draft], None]:
    def read(node: Node, draft: Draft) -> None:
        measures: dict[str, Any] = {}
        for key, item in node.known({**MEASURES, **fields_of(FeatureComparator)}):
            field = fields_of(FeatureComparator)[MEASURES.get(key, key)]
            assert field.record is not None
            if field.name in measures:
                raise item.error(f"{field.name} is given twice", "keep one of the two keys")
            is_record = item.is_map()
            measures[field.name] = (
                read_record(item, field.record) if is_record else field.record(threshold=item.float())
            )
        draft.put(name, FeatureComparator(**measures), node)

    return read


def _read_severity(node: Node, draft: Draft) -> None:
    draft.severity = "ERROR" if node.word(("warning", "error")) == "error" else "WARNING"


def _read_note(name: str) -> Callable[[Node, Draft], None]:
    def read(node: Node, draft: Draft) -> None:
        draft.notes[name] = read_notes(node)

    return read


def read_notes(node: Node) -> tuple[str, ...]:
    """A text, or a list of texts."""
    return tuple(item.text() for item in node.list()) if node.is_list() else (node.text(),)


def _read_struct(node: Node, draft: Draft) -> None:
    draft.struct["feature"] = read_features(node, draft.values, draft.path)


def _read_sparse_features(node: Node, draft: Draft) -> None:
    draft.struct["sparse_feature"] = tuple(read_sparse(block, name) for name, block in named(node))


def _finish(draft: Draft, node: Node) -> None:
    _finish_numbers(draft, node)
    if draft.texts:
        texts = {key: item.text() for key, item in draft.texts.items()}
        draft.put("bool_domain", BoolDomain(**texts), next(iter(draft.texts.values())))
    if draft.struct:
        draft.put("struct_domain", StructDomain(**draft.struct), node)
    if draft.word == "bool" and not any(name in draft.fields for name in DOMAINS):
        draft.fields["bool_domain"] = BoolDomain()
    if draft.notes:
        draft.put(
            "annotation", Annotation(tag=draft.notes.get("tag", ()), comment=draft.notes.get("comment", ())), node
        )
    if draft.severity is not None:
        draft.fields["annotation"] = join_severity(draft.fields.get("annotation"), draft.severity)
    shape = next((name for name in SHAPES if name in draft.fields), None)
    if shape is not None and draft.is_any:
        raise node.error(f"count: any and {shape} are given together", "keep one of them")
    if shape is None and not draft.is_any:
        default_shape(draft.fields)


def default_shape(fields: dict[str, Any]) -> None:
    """One value per row, which is what a feature has when its block says nothing else.

    As inference states it: a shape where the feature is required and no struct, else a count of values.
    """
    if fields.get("presence") == REQUIRED and fields.get("type") != "STRUCT":
        fields["shape"] = ONE_SHAPE
    else:
        fields["value_count"] = ONE_VALUE


def _finish_numbers(draft: Draft, node: Node) -> None:
    kind = draft.holds or draft.word
    if not draft.numbers and not draft.holds:
        return
    if kind not in ("int", "float"):
        key, item = next(iter(draft.numbers.items()))
        raise item.error(f"{key} is for numbers, not {kind or 'a feature without type'}", "write type: int or float")
    parts: dict[str, Any] = {}
    for key, item in draft.numbers.items():
        if key in ("min", "max"):
            parts[key] = item.int() if kind == "int" else item.float()
        elif key == "categorical":
            parts["is_categorical"] = item.bool()
        elif kind == "int":
            raise item.error(f"{key} is for floats", "leave it out: ints are never NaN or infinite")
        else:
            parts[f"dis{key}"] = not item.bool()
    domain: msgspec.Struct = IntDomain(**parts) if kind == "int" else FloatDomain(**parts)
    draft.put(f"{kind}_domain", domain, node)


def _read_index(node: Node, draft: Draft) -> None:
    draft.put("index_feature", tuple(IndexFeature(name=item.text()) for item in node.list()), node)


def _read_value(node: Node, draft: Draft) -> None:
    draft.put("value_feature", ValueFeature(name=node.text()), node)


KEYS: Mapping[str, Callable[[Node, Draft], None]] = {
    "type": _read_type,
    "required": _read_required,
    "count": _read_count,
    "counts": _read_counts,
    "shape": _read_shape("shape"),
    "holds": _read_holds,
    **{key: _read_number(key) for key in _NUMBER_KEYS},
    "true_value": _read_text("true_value"),
    "false_value": _read_text("false_value"),
    "time": _read_time,
    "values": _read_values,
    "min_domain_mass": _read_mass,
    "unique": _read_unique,
    "drift": _read_comparator("drift_comparator"),
    "skew": _read_comparator("skew_comparator"),
    "severity": _read_severity,
    "tags": _read_note("tag"),
    "comment": _read_note("comment"),
    "features": _read_struct,
    "sparse_features": _read_sparse_features,
}
"""The short words of a block; the fields of a Feature are read beside them."""

_SPARSE_KEYS: Mapping[str, Callable[[Node, Draft], None]] = {
    "type": _read_type,
    "required": _read_required,
    "index": _read_index,
    "value": _read_value,
    "dense_shape": _read_shape("dense_shape"),
}
