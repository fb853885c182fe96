"""Features as the blocks of a schema's YAML: few short words for what is common, TensorFlow Metadata's for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from penstock.ml.data.metadata.domain import BoolDomain, StringDomain, TimeDomain
from penstock.ml.data.metadata.schema import (
    Dim,
    Feature,
    FeatureComparator,
    FeaturePresence,
    FixedShape,
    SparseFeature,
    ValueCount,
)
from penstock.ml.data.schema.check import split_severity
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.field import SHAPES, fields_of, given_fields
from penstock.ml.data.schema.record import field_tree, record_tree, whole

Block = dict[str, Any]
Rest = dict[str, Any]

REQUIRED = FeaturePresence(min_fraction=1.0, min_count=1)
SOME = FeaturePresence(min_count=1)
NEVER = FeaturePresence(min_count=0)
ONE_VALUE = ValueCount(min=1, max=1)
ONE_SHAPE = FixedShape(dim=(Dim(size=1),))
TYPE_WORDS = {"INT": "int", "FLOAT": "float", "BYTES": "string", "STRUCT": "struct", "TYPE_UNKNOWN": "unknown"}
MEASURES = {
    "l_infinity": "infinity_norm",
    "jensen_shannon": "jensen_shannon_divergence",
    "normalized_abs_difference": "normalized_abs_difference",
}
_BINARY = ("image_domain", "audio_domain", "video_domain", "content_chunk_domain")
_INT_PARTS = {"min": "min", "max": "max", "is_categorical": "categorical"}
_FLOAT_PARTS = {**_INT_PARTS, "disallow_nan": "allow_nan", "disallow_inf": "allow_inf"}


def write_feature(feature: Feature, inlined: Mapping[str, StringDomain], parent: tuple[str, ...] = ()) -> Block:
    """A feature as a block, without its name.

    Parameters
    ----------
    feature : Feature
    inlined : mapping of str to StringDomain
        Domains of the schema that are written where they are used, by name.
    parent : tuple of str
        Path of the struct it is in.
    """
    rest = given_fields(feature)
    path = (*parent, rest.pop("name", ""))
    block: Block = {}
    for part in _VALUES:
        part(rest, block)
    _domain(rest, block, path, inlined)
    for part in _CONSTRAINTS:
        part(rest, block)
    _struct(rest, block, path, inlined)
    for name, value in rest.items():
        block[name] = field_tree(value, fields_of(Feature)[name])
    return block


def write_features(
    features: Iterable[Feature], inlined: Mapping[str, StringDomain], parent: tuple[str, ...] = ()
) -> dict[str, Block] | list[Block]:
    """Features by name; as a list of blocks with names where a name is missing or stands twice."""
    features = tuple(features)
    blocks = [write_feature(feature, inlined, parent) for feature in features]
    return by_name([feature.name for feature in features], blocks)


def by_name(names: list[str | None], blocks: list[Block]) -> dict[str, Block] | list[Block]:
    """Blocks under their names, or with them inside where the names cannot be keys."""
    if None not in names and len(set(names)) == len(names):
        return {name or "": block for name, block in zip(names, blocks, strict=True)}
    return [block if name is None else {"name": name, **block} for name, block in zip(names, blocks, strict=True)]


def write_sparse(feature: SparseFeature) -> Block:
    """A sparse feature as a block, without its name."""
    rest = given_fields(feature)
    rest.pop("name", None)
    block: Block = {}
    _type(rest, block)
    _presence(rest, block)
    index = feature.index_feature
    if index and all(given_fields(part).keys() == {"name"} for part in index):
        rest.pop("index_feature")
        block["index"] = [part.name for part in index]
    if feature.value_feature is not None and feature.value_feature.name is not None:
        rest.pop("value_feature")
        block["value"] = feature.value_feature.name
    if feature.dense_shape is not None:
        block["dense_shape"] = _dims(rest.pop("dense_shape"))
    for name, value in rest.items():
        block[name] = field_tree(value, fields_of(SparseFeature)[name])
    return block


def _type(rest: Rest, block: Block) -> None:
    kind = rest.pop("type", None)
    if kind is None:
        return
    word = TYPE_WORDS[kind]
    if kind == "INT" and rest.get("bool_domain") == BoolDomain():
        del rest["bool_domain"]
        word = "bool"
    elif kind == "BYTES" and any(name in rest for name in _BINARY):
        word = "bytes"
    block["type"] = word


def _presence(rest: Rest, block: Block) -> None:
    presence = rest.pop("presence", None)
    if presence is None:
        return
    for shown, meant in ((True, REQUIRED), ("some", SOME), (False, NEVER)):
        if presence == meant:
            block["required"] = shown
            return
    if presence.min_fraction is not None and presence.min_count == 1:
        block["required"] = whole(presence.min_fraction)
    else:
        block["presence"] = record_tree(presence)


def _shape(rest: Rest, block: Block) -> None:
    given = {name: rest.pop(name) for name in SHAPES if name in rest}
    if not given:
        block["count"] = "any"
        return
    name, value = next(iter(given.items()))
    # What a plain column has is not written; see block_reader.default_shape.
    is_tensor = block.get("required") is True and block.get("type") != "struct"
    if value == (ONE_SHAPE if is_tensor else ONE_VALUE):
        return
    if name == "shape":
        block["shape"] = _dims(value)
    elif name == "value_counts" and value.value_count and all(map(count_text, value.value_count)):
        block["counts"] = [count_text(count) for count in value.value_count]
    elif name == "value_count" and (count := count_text(value)):
        block["count"] = count
    else:
        block[name] = record_tree(value)


def count_text(count: ValueCount) -> Any:
    """Limits of the number of values in short: ``2``, ``1+``, ``[1, 5]``; None for others."""
    if count.min is None:
        return None
    if count.max is None:
        return f"{count.min}+"
    # A 0 would look like nothing to the callers that ask whether there is a short form.
    return count.max if count.min == count.max != 0 else [count.min, count.max]


def _dims(shape: FixedShape) -> list[Any]:
    return [dim.size if dim.size is not None and dim.name is None else record_tree(dim) for dim in shape.dim]


def _numbers(rest: Rest, block: Block) -> None:
    for name, parts, own in (("int_domain", _INT_PARTS, "int"), ("float_domain", _FLOAT_PARTS, "float")):
        domain = rest.get(name)
        if domain is None:
            continue
        given = given_fields(domain)
        is_held = block.get("type") == "string"
        if not given.keys() <= parts.keys() or not (is_held or (given and block.get("type") == own)):
            continue
        del rest[name]
        if is_held:
            block["holds"] = own
        for part, key in parts.items():
            if part in given:
                value = whole(given[part]) if isinstance(given[part], float) else given[part]
                block[key] = not value if key.startswith("allow_") else value


def _bool(rest: Rest, block: Block) -> None:
    domain = rest.get("bool_domain")
    if domain is not None and block.get("type") == "string":
        given = given_fields(domain)
        if given and "name" not in given:
            del rest["bool_domain"]
            block.update(given)


def _time(rest: Rest, block: Block) -> None:
    domain = rest.get("time_domain")
    words = fields_of(TimeDomain)["integer_format"].words
    if domain is not None and (domain.integer_format or domain.string_format not in (None, *words)):
        del rest["time_domain"]
        block["time"] = domain.integer_format or domain.string_format


def _domain(rest: Rest, block: Block, path: tuple[str, ...], inlined: Mapping[str, StringDomain]) -> None:
    if block.get("type") == "string" and rest.get("domain") == path_text(path) in inlined:
        block["values"] = list(inlined[rest.pop("domain")].value)
    elif "domain" in rest:
        block["domain"] = rest.pop("domain")


def _mass(rest: Rest, block: Block) -> None:
    constraints = rest.get("distribution_constraints")
    if constraints is not None and constraints.min_domain_mass is not None:
        del rest["distribution_constraints"]
        block["min_domain_mass"] = whole(constraints.min_domain_mass)


def _unique(rest: Rest, block: Block) -> None:
    if "unique_constraints" in rest:
        block["unique"] = record_tree(rest.pop("unique_constraints"))


def _comparators(rest: Rest, block: Block) -> None:
    for name, key in (("drift_comparator", "drift"), ("skew_comparator", "skew")):
        if name in rest:
            block[key] = _comparator(rest.pop(name))


def _comparator(comparator: FeatureComparator) -> Block:
    block: Block = {}
    for key, name in MEASURES.items():
        measure = getattr(comparator, name)
        if measure is not None:
            given = given_fields(measure)
            block[key] = whole(measure.threshold) if given.keys() == {"threshold"} else record_tree(measure)
    return block


def _environments(rest: Rest, block: Block) -> None:
    for name in ("in_environment", "not_in_environment", "lifecycle_stage"):
        if name in rest:
            value = rest.pop(name)
            block[name] = list(value) if isinstance(value, tuple) else value


def _annotation(rest: Rest, block: Block) -> None:
    annotation = rest.get("annotation")
    if annotation is None or annotation.extra_metadata:
        return
    severity, left = split_severity(annotation)
    given = given_fields(left) if left is not None else {}
    if severity is None and not given:
        return
    del rest["annotation"]
    if severity is not None:
        block["severity"] = severity.lower()
    block.update(write_notes(given))


def write_notes(given: Mapping[str, tuple[str, ...]]) -> Block:
    """Tags and comments of an annotation."""
    block: Block = {}
    if "tag" in given:
        block["tags"] = list(given["tag"])
    if "comment" in given:
        comment = given["comment"]
        block["comment"] = comment[0] if len(comment) == 1 else list(comment)
    return block


def _struct(rest: Rest, block: Block, path: tuple[str, ...], inlined: Mapping[str, StringDomain]) -> None:
    domain = rest.pop("struct_domain", None)
    if domain is None:
        return
    block["features"] = write_features(domain.feature, inlined, path)
    if domain.sparse_feature:
        names = [feature.name for feature in domain.sparse_feature]
        block["sparse_features"] = by_name(names, [write_sparse(feature) for feature in domain.sparse_feature])


_VALUES: tuple[Callable[[Rest, Block], None], ...] = (_type, _presence, _shape, _numbers, _bool, _time)
_CONSTRAINTS: tuple[Callable[[Rest, Block], None], ...] = (_mass, _unique, _comparators, _environments, _annotation)
